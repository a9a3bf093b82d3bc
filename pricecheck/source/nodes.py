"""Located nodes: what a YAML or JSON text holds, and where each piece stands in it.

Immutable. All offsets are characters of the decoded text. `start`/`end` are the node's own text (for a quoted scalar
with its quotes), without anchor and tag; `outer` is where a leading anchor or tag begins (`start` without one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from pricecheck.findings import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

ScalarValue = str | int | float | bool | None
"""What a scalar resolves to. Integers beyond 2**53 are already rounded to the double the gateway sees."""

Style = Literal["plain", "single", "double", "literal", "folded"]

MAX_DEPTH = 500
"""How deep nodes nest at most: a deeper text is refused, so that walking one can never exhaust Python's stack."""

TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"


class Scalar(NamedTuple):
    """A scalar: its resolved value and its place. An empty (absent) value has `start == end` and value None."""

    value: ScalarValue
    start: int
    end: int
    style: Style
    outer: int
    anchor: str | None = None
    tag: str | None = None

    @property
    def span(self) -> Span:
        """The scalar's own text, quotes included."""
        return Span(self.start, self.end)


class Entry(NamedTuple):
    """One `key: value` of a mapping. `name` is the key as the gateway sees it: always a string."""

    name: str
    key: Node
    value: Node

    @property
    def span(self) -> Span:
        """From the start of the key to the end of the value."""
        return Span(self.key.outer, self.value.end)


class Mapping(NamedTuple):
    """A mapping in file order. `entries` may hold a name twice (a duplicate key); `index` has the last of each.

    `index` is what the gateway sees, in the order it walks it: names that look like array indexes come first,
    ascending, as in any JavaScript object, and under `%YAML 1.1` the entries that `<<` merges in replace the `<<`.
    """

    entries: tuple[Entry, ...]
    index: dict[str, Entry]  # type: ignore[assignment]  # hides tuple.index, which nobody asks a mapping for
    start: int
    end: int
    flow: bool
    outer: int
    anchor: str | None = None
    tag: str | None = None

    @property
    def span(self) -> Span:
        """The mapping's own text; a block mapping ends after its last value."""
        return Span(self.start, self.end)

    def get(self, name: str) -> Node | None:
        """Give the value of `name` with aliases resolved, or None where it is absent."""
        entry = self.index.get(name)
        return None if entry is None else resolve(entry.value)


class Sequence(NamedTuple):
    """A list in file order."""

    items: tuple[Node, ...]
    start: int
    end: int
    flow: bool
    outer: int
    anchor: str | None = None
    tag: str | None = None

    @property
    def span(self) -> Span:
        """The list's own text; a block list starts at its first `-`."""
        return Span(self.start, self.end)


class Alias(NamedTuple):
    """`*name`. `target` is the anchored node; editing it would edit every other place that uses it."""

    name: str
    target: Node
    start: int
    end: int
    outer: int

    @property
    def span(self) -> Span:
        """The `*name` itself, never the anchored text."""
        return Span(self.start, self.end)


Node = Scalar | Mapping | Sequence | Alias


def resolve(node: Node) -> Scalar | Mapping | Sequence:
    """Follow aliases to the node they stand for."""
    while isinstance(node, Alias):
        node = node.target
    return node


def walk(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Yield every node with its config path, parents first, in file order; an alias is yielded and not entered."""
    stack: list[tuple[tuple[str | int, ...], Node]] = [(path, node)]
    while stack:
        here, current = stack.pop()
        yield here, current
        if isinstance(current, Mapping):
            stack.extend(((*here, entry.name), entry.value) for entry in reversed(current.entries))
        elif isinstance(current, Sequence):
            stack.extend(((*here, number), item) for number, item in reversed(list(enumerate(current.items))))
