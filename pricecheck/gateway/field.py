"""A value of the config together with the place where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pricecheck.gateway.environment import Unresolved
from pricecheck.source.nodes import Alias, Mapping, Node, Sequence, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath, Span


class Field(NamedTuple):
    """One value of the loaded config, its node, and the key that leads to it (None for list items and the root).

    Reading is tolerant: what is absent, or has another shape than asked for, is None or empty, never an error.
    """

    value: object
    node: Node
    path: ConfigPath
    key: Node | None = None

    @property
    def span(self) -> Span:
        """The value's own text; for an alias, the `*name`."""
        return self.node.span

    @property
    def key_span(self) -> Span:
        """The key's text where there is one, else the value's."""
        return self.span if self.key is None else self.key.span

    @property
    def is_alias(self) -> bool:
        """Whether the value is written as `*name`, so that an edit here would have to change the anchor."""
        return isinstance(self.node, Alias)

    @property
    def text(self) -> str | None:
        """The value where it is a string (perhaps `Unresolved`)."""
        return self.value if isinstance(self.value, str) else None

    @property
    def known_text(self) -> str | None:
        """The value where it is a string whose every `${NAME}` is known."""
        return self.value if isinstance(self.value, str) and not isinstance(self.value, Unresolved) else None

    @property
    def number(self) -> int | float | None:
        """The value where it is a number; booleans are none."""
        return self.value if isinstance(self.value, int | float) and not isinstance(self.value, bool) else None

    def get(self, name: str) -> Field | None:
        """Give the field of that name in a mapping."""
        values, node = self.value, resolve(self.node)
        if not isinstance(values, dict) or not isinstance(node, Mapping) or name not in values:
            return None
        entry = node.index.get(name)
        if entry is None:
            return None
        return Field(values[name], entry.value, (*self.path, name), entry.key)

    def at(self, *names: str) -> Field | None:
        """Follow names downwards."""
        here: Field | None = self
        for name in names:
            here = here.get(name) if here else None
        return here

    def text_of(self, name: str) -> Field | None:
        """Give the field of that name where it is a string."""
        found = self.get(name)
        return found if found is not None and isinstance(found.value, str) else None

    def entries(self) -> Iterator[tuple[str, Field]]:
        """Yield the fields of a mapping in the gateway's order."""
        values, node = self.value, resolve(self.node)
        if isinstance(values, dict) and isinstance(node, Mapping):
            for name, value in cast("dict[str, object]", values).items():
                entry = node.index[name]
                yield name, Field(value, entry.value, (*self.path, name), entry.key)

    def items(self) -> Iterator[Field]:
        """Yield the items of a list."""
        values, node = self.value, resolve(self.node)
        if isinstance(values, list) and isinstance(node, Sequence):
            for number, (value, item) in enumerate(zip(cast("list[object]", values), node.items, strict=True)):
                yield Field(value, item, (*self.path, number))
