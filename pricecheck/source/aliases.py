"""What aliases cost and what `<<` merges, counted and merged as the gateway's parser does.

The parser refuses a text when, at any alias, (uses of the anchor so far, itself included) x (the largest such product
inside the anchored value, 1 for a plain value) passes 100. So even a single price can be repeated 99 times at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.source.keys import MERGE_KEY
from pricecheck.source.nodes import Alias, Entry, Mapping, Node, Scalar, ScalarValue, Sequence, resolve
from pricecheck.source.refusal import Reason
from pricecheck.source.scalars import key_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_ALIAS_COUNT = 100
MAX_SIZE = 10_000_000
"""Values a text may have with its aliases written out. The parser never counts empty ones, so those could explode."""
TOO_LARGE = f"with its aliases written out this text has more than {MAX_SIZE:,} values"


def is_merge_key(key: Node) -> bool:
    """Tell whether a key of a `%YAML 1.1` document merges its value into the mapping."""
    return isinstance(key, Scalar) and key.style == "plain" and key.value == MERGE_KEY


class BadMergeError(Exception):
    """A merge that cannot be done: carries the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.message)
        self.reason = reason


_Pairs = dict[tuple[type, "ScalarValue"], Entry]


class Merger:
    """Merges `<<` of mappings in the order in which they end, so that every source has been merged before."""

    def __init__(self) -> None:
        self._pairs: dict[int, _Pairs] = {}
        self._size = 0

    def index(self, entries: Iterable[Entry]) -> dict[str, Entry]:
        """Give the entries of a mapping with what `<<` brings in: a key of the mapping itself always wins.

        Raises:
            BadMergeError: a merge source is no mapping, or there is no end to the merging.
        """
        index: dict[str, Entry] = {}
        for entry in entries:
            if not is_merge_key(entry.key):
                index[entry.name] = entry
                continue
            for source in self._sources(entry.value):
                for (_, value), merged in self._pairs_of(source).items():
                    index.setdefault("null" if value is None else key_text(value), merged)
        return index

    def remember(self, mapping: Mapping) -> None:
        """Keep the merged entries of a mapping for those that merge it."""
        self._pairs_of(mapping)

    def _sources(self, value: Node) -> Iterator[Mapping]:
        target = resolve(value)
        for item in target.items if isinstance(target, Sequence) else (target,):
            source = resolve(item)
            if not isinstance(source, Mapping):
                message = "<< takes a mapping or a list of mappings"
                raise BadMergeError(Reason(message, item.start, item.end, "merge an alias of a mapping"))
            yield source

    def _pairs_of(self, mapping: Mapping) -> _Pairs:
        """Give the entries of a merge source by what their keys are before they become strings."""
        pairs = self._pairs.get(id(mapping))
        if pairs is None:
            pairs = self._pairs[id(mapping)] = {}
            for entry in mapping.entries:
                if is_merge_key(entry.key):
                    for source in self._sources(entry.value):
                        for key, merged in self._pairs_of(source).items():
                            pairs.setdefault(key, merged)
                else:
                    pairs[raw_key(resolve(entry.key))] = entry
        self._size += len(pairs)
        if self._size > MAX_SIZE:
            raise BadMergeError(Reason(TOO_LARGE, mapping.start, mapping.start + 1))
        return pairs


def raw_key(key: Node) -> tuple[type, ScalarValue]:
    """Give what makes two keys the same one to the gateway's parser: the number 1 is 1.0 and not the text "1"."""
    value = key.value if isinstance(key, Scalar) else None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return (float if number else type(value), value)


class _Count:
    """How often an anchor has been used, and how much one use of it stands for (0 until it is known)."""

    __slots__ = ("uses", "weight")

    def __init__(self) -> None:
        self.uses = 1
        self.weight = 0


class _Inside(NamedTuple):
    """What an anchored value holds: any scalar at all, the targets of its aliases, how many values written out."""

    leaf: bool
    targets: tuple[Node, ...]
    size: int


class AliasLimit:
    """Counts aliases in the order in which the gateway's parser resolves them."""

    def __init__(self, *, merging: bool) -> None:
        self.merging = merging
        self.counts: dict[int, _Count] = {}
        self.inside: dict[int, _Inside] = {}
        self.size = 0

    def exceeded_by(self, root: Node) -> Reason | None:
        """Point at the first alias that is one too many; None where all are fine."""
        stack: list[tuple[Node, str]] = [(root, "node")]
        while stack:
            node, role = stack.pop()
            self.size += 1
            if isinstance(node, Alias):
                count = self.counts.get(id(node.target))
                if count is None:
                    stack += ((node, role), (node.target, "node"))
                    continue
                if self._use(node, count):
                    message = f"&{node.name} is repeated so often that the gateway's parser takes it for an attack"
                    return Reason(message, node.start, node.end, "write the value out")
                if self.size > MAX_SIZE:
                    return Reason(TOO_LARGE, node.start, node.end)
                if role == "merge" and isinstance(node.target, Mapping | Sequence):
                    self._push_source(stack, node.target)
            elif role == "merge":
                self._push_source(stack, node)
            else:
                if node.anchor is not None:
                    self.counts[id(node)] = _Count()
                self._push_children(stack, node)
        return None

    def _push_source(self, stack: list[tuple[Node, str]], node: Node) -> None:
        if isinstance(node, Sequence):
            stack.extend((item, "merge") for item in reversed(node.items))
        else:
            self._push_children(stack, node)

    def _push_children(self, stack: list[tuple[Node, str]], node: Node) -> None:
        if isinstance(node, Sequence):
            stack.extend((item, "node") for item in reversed(node.items))
        elif isinstance(node, Mapping):
            for entry in reversed(node.entries):
                if self.merging and is_merge_key(entry.key):
                    stack.append((entry.value, "merge"))
                else:
                    stack += ((entry.value, "node"), (entry.key, "node"))

    def _use(self, alias: Alias, count: _Count) -> bool:
        count.uses += 1
        if count.weight == 0:
            count.weight = self._weight(alias.target)
        self.size += self.inside[id(alias.target)].size
        return count.uses * count.weight > MAX_ALIAS_COUNT

    def _weight(self, target: Node) -> int:
        inside = self.inside.get(id(target))
        if inside is None:
            inside = self.inside[id(target)] = self._look_inside(target)
        counts = [self.counts[id(node)] for node in inside.targets if id(node) in self.counts]
        return max([int(inside.leaf), *(count.uses * count.weight for count in counts)])

    def _look_inside(self, target: Node) -> _Inside:
        leaf = False
        size = 0
        targets: dict[int, Node] = {}
        stack = [target]
        while stack:
            node = stack.pop()
            size += 1
            if isinstance(node, Alias):
                targets[id(node.target)] = node.target
                known = self.inside.get(id(node.target))
                size += known.size if known is not None else 0
            elif isinstance(node, Mapping):
                for entry in node.entries:
                    stack += (entry.key, entry.value)
            elif isinstance(node, Sequence):
                stack += node.items
            else:
                leaf = True
        return _Inside(leaf, tuple(targets.values()), size)
