"""Mapping keys as the gateway sees them: always strings."""

from __future__ import annotations

import re

from pricecheck.patterns import late
from pricecheck.source.nodes import Alias, Entry, Mapping, Node, Scalar, Sequence
from pricecheck.source.scalars import key_text

MERGE_KEY = "<<"
_ARRAY_INDEX = late(r"0|[1-9][0-9]{0,9}")
_LAST_ARRAY_INDEX = 2**32 - 2
_SIMPLE_WORDS = late(r"\.?[A-Za-z_](?:[\w./ -]*[\w./])?", re.ASCII)
_LONGEST_COLLECTION = 60
_AFTER_EXPLICIT_KEY = late(r" *\r?\n *:")
_AFTER_KEY = late(r" *[:,}\]]")


def scalar_key(node: Node) -> Scalar | None:
    """Give the scalar a key stands for, following an alias; None for a collection."""
    while isinstance(node, Alias):
        node = node.target
    return node if isinstance(node, Scalar) else None


def entry_name(node: Node, text: str) -> str | None:
    """Give the property name a key node becomes, or None for a collection with anything unusual in it."""
    scalar = scalar_key(node)
    if scalar is not None:
        return key_text(scalar.value)
    return None if isinstance(node, Alias) else _collection_name(node, text)


def _collection_name(node: Node, text: str) -> str | None:
    """Give the text that a bracketed key becomes: `[ a, 1 ]`, `{ a: b }`, `{ x }` for what is in `{{ x }}`.

    None where the gateway's parser would quote, fold or comment on something: not worth imitating.
    """
    if isinstance(node, Scalar | Alias) or not _stands_alone(node, text):
        return None
    if isinstance(node, Sequence):
        parts = [_simple_text(item) for item in node.items]
    elif len(node.entries) == 1 and _is_absent(node.entries[0].value):
        parts = [_simple_text(node.entries[0].key) if ":" not in text[node.start : node.end] else None]
    else:
        parts = [_pair_text(entry) for entry in node.entries]
    texts = [part for part in parts if part is not None]
    if len(texts) < len(parts):
        return None
    opening, closing = "[]" if isinstance(node, Sequence) else "{}"
    name = f"{opening} {', '.join(texts)} {closing}" if texts else opening + closing
    return name if len(name) <= _LONGEST_COLLECTION else None


def _stands_alone(node: Mapping | Sequence, text: str) -> bool:
    """Tell whether a collection is in brackets, on one line, and has neither properties nor a comment near it."""
    line_start = text.rfind("\n", 0, node.start) + 1
    return (
        node.flow
        and text[node.start] in "{["
        and node.outer == node.start
        and not text[:line_start].rstrip(" \t\r\n").endswith(("[", "{", ",", "?"))
        and "#" not in text[line_start : node.start]
        and "\n" not in text[node.start : node.end]
        and (_AFTER_EXPLICIT_KEY if is_explicit(node, text) else _AFTER_KEY).match(text, node.end) is not None
    )


def is_explicit(node: Node, text: str) -> bool:
    """Tell whether a key stands behind a `?` on its own line."""
    return text[text.rfind("\n", 0, node.outer) + 1 : node.outer].rstrip(" ").endswith("?")


def _pair_text(entry: Entry) -> str | None:
    key, value = _simple_text(entry.key), _simple_text(entry.value)
    return None if key is None or value is None else f"{key}: {value}"


def _is_absent(node: Node) -> bool:
    return isinstance(node, Scalar) and node.outer == node.end and node.value is None


def _simple_text(node: Node) -> str | None:
    if not isinstance(node, Scalar) or node.style != "plain" or node.tag or node.anchor:
        return None
    if isinstance(node.value, str):
        return node.value if _SIMPLE_WORDS.fullmatch(node.value) else None
    number = isinstance(node.value, int) and not isinstance(node.value, bool)
    return str(node.value) if number and len(str(node.value)) == node.end - node.start else None


def javascript_order(index: dict[str, Entry]) -> dict[str, Entry]:
    """Order entries as a JavaScript object does: names that look like array indexes first, ascending."""
    numbers = [
        name for name in index if name[:1].isdigit() and _ARRAY_INDEX.fullmatch(name) and int(name) <= _LAST_ARRAY_INDEX
    ]
    if not numbers:
        return index
    first = {name: index[name] for name in sorted(numbers, key=int)}
    return {**first, **{name: entry for name, entry in index.items() if name not in first}}
