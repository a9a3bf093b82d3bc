"""Selectors: the names of what a price is for, in JSON, in text and on the command line.

Two kinds share one spelling. *Rows* of the effective price table are `model:NAME`, `match:N` and `other`, which is what
no other row of the route covers: together they cover each request once. *Fields* of the config are `price`, `fallback`
and, on the route `""`, `defaults.price`: what a change of the config (`reprice`) addresses. One field may price several
rows, and the row `other` is priced by whichever field the resolution ends at, so a field never names a row and the
table never has a row called `price`. `model:NAME` and `match:N` are both: the row, and the line that prices it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


class SelectorKind(Enum):
    """What a selector names; the value is its spelling, or the beginning of it."""

    MODEL = "model"
    MATCH = "match"
    OTHER = "other"
    PRICE = "price"
    FALLBACK = "fallback"
    DEFAULTS = "defaults.price"


class Selector(NamedTuple):
    """A selector taken apart: `model` is set for `model:NAME`, `number` (0-based) for `match:N`."""

    kind: SelectorKind
    model: str | None = None
    number: int | None = None

    def __str__(self) -> str:
        if self.kind is SelectorKind.MODEL:
            return f"model:{self.model}"
        return f"match:{self.number}" if self.kind is SelectorKind.MATCH else self.kind.value


def parse_selector(text: str) -> Selector:
    """Take a selector apart; a model's name is taken as it stands, colons and blanks included.

    Raises:
        ValueError: the text is no selector; the message says which there are.
    """
    head, colon, rest = text.partition(":")
    if head == "model" and rest:
        return Selector(SelectorKind.MODEL, model=rest)
    if head == "match" and _NUMBER.fullmatch(rest):
        return Selector(SelectorKind.MATCH, number=int(rest))
    if not colon and head in {"other", "price", "fallback", "defaults.price"}:
        return Selector(SelectorKind(head))
    raise ValueError(
        f"{text!r} is no selector: write model:NAME, match:N (the first is 0), price, fallback, other or defaults.price"
    )
