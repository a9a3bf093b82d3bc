"""Names that a misspelt one was perhaps meant to be, and the place of a part of a key or value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Span
from pricecheck.source.nodes import Alias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.findings import SourceText
    from pricecheck.source.nodes import Node

_CLOSE = 0.75
_SHOWN = 2


def close_names(word: str, candidates: Iterable[str], cutoff: float = _CLOSE) -> list[str]:
    """Give the candidates (two at most, the nearest first) that `word` was perhaps meant to be.

    Case, `-` and `_` make no difference; a candidate that differs in nothing else is the only one. `cutoff` is how much
    of the two must be the same, from 0 to 1.
    """
    from difflib import get_close_matches

    bare = {_bare(name): name for name in candidates}
    if _bare(word) in bare:
        return [bare[_bare(word)]]
    return [bare[close] for close in get_close_matches(_bare(word), bare, n=_SHOWN, cutoff=cutoff)]


def _bare(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def did_you_mean(names: Iterable[str]) -> str:
    """Ask for one or two names: "did you mean `a` or `b`?"."""
    return f"did you mean {' or '.join(f'`{name}`' for name in names)}?"


def part_of(source: SourceText, node: Node, part: str) -> Span:
    """Give the place of `part` within the text of a key or value; the whole where it is not written like that."""
    if isinstance(node, Alias) or not part:
        return node.span
    start = source.text.find(part, node.start, node.end)
    return node.span if start < 0 else Span(start, start + len(part))
