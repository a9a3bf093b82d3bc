"""What edits may change, told from their places alone: whatever they do not touch must mean what it meant."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.source.nodes import Alias, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricecheck.findings import Edit, Span
    from pricecheck.source.nodes import Node


class _Leaf(NamedTuple):
    """A scalar, alias or empty collection, with the keys above it from the root."""

    node: Node
    keys: tuple[Node, ...]


class Places:
    """Where edits stand, before and after they are carried out."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits = sorted(edits, key=lambda edit: edit.span)
        self._ends = [edit.span.end for edit in self._edits]
        growth = accumulate(len(edit.text) - (edit.span.end - edit.span.start) for edit in self._edits)
        self._growth = [0, *growth]
        starts = [edit.span.start + grown for edit, grown in zip(self._edits, self._growth, strict=False)]
        self._written = [(start, start + len(edit.text)) for start, edit in zip(starts, self._edits, strict=True)]
        self._starts = starts

    def touches(self, node: Node) -> bool:
        """Say whether an edit reaches into a node of the text before; for an absent value, touching is enough."""
        at = bisect_right(self._ends, node.outer - 1)
        for edit in self._edits[at : at + 3]:
            start, end = edit.span
            if node.start == node.end and start <= node.end and end >= node.outer:
                return True
            if start < node.end and end > node.outer:
                return True
        return False

    def moved(self, offset: int) -> int:
        """Give where an untouched offset of the text before is in the text after."""
        return offset + self._growth[bisect_right(self._ends, offset)]

    def wrote(self, node: Node) -> bool:
        """Say whether a node of the text after meets what an edit wrote (or where one deleted)."""
        at = bisect_right(self._starts, node.end)
        return any(start <= node.end and end >= node.outer for start, end in self._written[max(0, at - 3) : at])


def first_disturbed(before: Node | None, after: Node | None, edits: Iterable[Edit]) -> Span | None:
    """Find the first place of the text before that the edits do not touch and that means something else after them.

    A value keeps its spelling and meaning, and the keys above it, unless an edit rewrites one of those keys. What is
    new must stand where an edit wrote.

    Returns:
        The place (characters of the text before; of the text after for something new), or None where all is well.
    """
    places = Places(edits)
    left = {(leaf.node.start, leaf.node.end): leaf for leaf in _leaves(after)}
    for leaf in _leaves(before):
        if places.touches(leaf.node):
            continue
        start = places.moved(leaf.node.start)
        image = left.pop((start, start + leaf.node.end - leaf.node.start), None)
        if image is None or not _same(leaf.node, image.node) or not _same_keys(places, leaf, image):
            return leaf.node.span
    return next((leaf.node.span for leaf in left.values() if not places.wrote(leaf.node)), None)


def _leaves(root: Node | None) -> Iterator[_Leaf]:
    stack = [] if root is None else [_Leaf(root, ())]
    while stack:
        leaf = stack.pop()
        node = leaf.node
        if isinstance(node, Mapping) and node.entries:
            stack += [_Leaf(entry.value, (*leaf.keys, entry.key)) for entry in reversed(node.entries)]
        elif isinstance(node, Sequence) and node.items:
            stack += [_Leaf(item, leaf.keys) for item in reversed(node.items)]
        else:
            yield leaf


def _same(one: Node, other: Node) -> bool:
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        kept = repr(one.value) == repr(other.value)  # 1, 1.0 and true are equal to Python, and NaN to nothing
        return kept and (one.style, one.anchor, one.tag) == (other.style, other.anchor, other.tag)
    if isinstance(one, Alias) and isinstance(other, Alias):
        return one.name == other.name
    return type(one) is type(other)


def _same_keys(places: Places, before: _Leaf, after: _Leaf) -> bool:
    kept = [places.moved(key.start) for key in before.keys if not places.touches(key)]
    found = [key.start for key in after.keys]
    if len(kept) < len(before.keys):
        found = [key.start for key in after.keys if not places.wrote(key)]
    return kept == found
