"""Mapping keys as the gateway sees them: always strings."""

from __future__ import annotations

import re

from pricecheck.source.nodes import Alias, Entry, Node, Scalar
from pricecheck.source.scalars import key_text

_ARRAY_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_LAST_ARRAY_INDEX = 2**32 - 2


def scalar_key(node: Node) -> Scalar | None:
    """Give the scalar a key stands for, following an alias; None for a collection."""
    while isinstance(node, Alias):
        node = node.target
    return node if isinstance(node, Scalar) else None


def entry_name(node: Node) -> str | None:
    """Give the property name a key node becomes, or None for a collection, whose name is not worth imitating."""
    scalar = scalar_key(node)
    return None if scalar is None else key_text(scalar.value)


def javascript_order(index: dict[str, Entry]) -> dict[str, Entry]:
    """Order entries as a JavaScript object does: names that look like array indexes first, ascending."""
    numbers = [
        name for name in index if name[:1].isdigit() and _ARRAY_INDEX.fullmatch(name) and int(name) <= _LAST_ARRAY_INDEX
    ]
    if not numbers:
        return index
    first = {name: index[name] for name in sorted(numbers, key=int)}
    return {**first, **{name: entry for name, entry in index.items() if name not in first}}
