"""Shares of requests, counted and exact, and how they read: the one place where a share is rounded.

On the ground floor, because rules and reports must say the same number.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

_MOST_DIGITS = 15


class Share(NamedTuple):
    """A part of a whole; `open` are those of the whole of which it can't be told whether they are of the part."""

    part: int = 0
    whole: int = 0
    open: int = 0

    @property
    def lowest(self) -> Fraction | None:
        """The share if none of the open ones is of the part; None of nothing."""
        return Fraction(self.part, self.whole) if self.whole else None

    @property
    def highest(self) -> Fraction | None:
        """The share if all of the open ones are of the part; None of nothing."""
        return Fraction(self.part + self.open, self.whole) if self.whole else None

    @property
    def rate(self) -> float | None:
        """The share rounded to six digits, for machines; None of nothing, and where it can't be told."""
        return None if self.open or not self.whole else round(self.part / self.whole, 6)

    def text(self, limit: Fraction | None = None) -> str:
        """Give it for a person: `12.40 %`, `0.15 % to 99.85 %`, `?` of nothing; see `percent` for `limit`."""
        if not self.whole:
            return "?"
        low = _text(self.part, self.whole, limit)
        return f"{low} to {_text(self.part + self.open, self.whole, limit)}" if self.open else low


class Rates(NamedTuple):
    """Requests that name a model on a token-based route: the shares of those that no line prices, and so on.

    `undecided` are the requests of which one of the shares can't be told.
    """

    requests: int = 0
    undecided: int = 0
    unmapped: Share = Share()
    fallback: Share = Share()
    unknown: Share = Share()

    @property
    def by_name(self) -> dict[str, Share]:
        """The shares by the names they have in every format."""
        return {"unmapped": self.unmapped, "fallback": self.fallback, "unknown": self.unknown}


def rounded(share: Fraction | None) -> float | None:
    """Give a share as a number of six digits: to report, and no money."""
    return None if share is None else round(float(share), 6)


def percent(share: Fraction, *marks: Fraction) -> str:
    """Give a share as `12.34 %`, with more digits where these would read like a mark that it is above or below.

    Marks are the limits it is held to, and always nothing and all: what is not 0 never reads `0.00 %`.
    """
    hundreds, digits = share * 100, 2
    shown = _rounded(hundreds, digits)
    sides = [(mark * 100, _side(share, mark)) for mark in (Fraction(0), Fraction(1), *marks)]
    while digits < _MOST_DIGITS and any(_side(shown, mark) != side for mark, side in sides):
        digits += 1
        shown = _rounded(hundreds, digits)
    whole, part = divmod(int(shown * 10**digits), 10**digits)
    return f"{whole}.{part:0{digits}d} %"


@lru_cache(maxsize=4096)
def _text(part: int, whole: int, limit: Fraction | None) -> str:
    # A report has a share in each of 100,000 rows, and most of them are the same few.
    return percent(Fraction(part, whole), *(() if limit is None else (limit,)))


def _rounded(number: Fraction, digits: int) -> Fraction:
    return Fraction(int(number * 10**digits + Fraction(1, 2)), 10**digits)


def _side(one: Fraction, other: Fraction) -> int:
    return (one > other) - (one < other)
