"""Names that a misspelt one was perhaps meant to be, for every message that asks "did you mean …?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CLOSE = 0.75
"""How much of two words must be the same, from 0 to 1, unless the caller says otherwise."""


def close_names(word: str, candidates: Iterable[str], cutoff: float = CLOSE, most: int = 2) -> list[str]:
    """Give the candidates (`most` at most, the nearest first) that `word` was perhaps meant to be.

    Case, `-` and `_` make no difference; a candidate that differs in nothing else is the only one.
    """
    from difflib import get_close_matches

    bare = {_bare(name): name for name in candidates}
    if _bare(word) in bare:
        return [bare[_bare(word)]]
    return [bare[close] for close in get_close_matches(_bare(word), bare, n=most, cutoff=cutoff)]


def did_you_mean(names: Iterable[str]) -> str:
    """Ask for one or two names: "did you mean `a` or `b`?"."""
    return f"did you mean {' or '.join(f'`{name}`' for name in names)}?"


def suggestion(word: str, candidates: Iterable[str]) -> str:
    """Give ` (did you mean X?)` to stand behind a word that does not exist, or nothing."""
    close = close_names(word, candidates, cutoff=0.6, most=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _bare(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
