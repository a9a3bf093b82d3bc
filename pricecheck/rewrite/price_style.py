"""Amounts as price texts, written as the author writes them, and rounded so that no limit is passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Edit
from pricecheck.gateway.money import dollars, read_price
from pricecheck.rules.writing import quote_price, rewrite_scalar
from pricecheck.source.nodes import Scalar

if TYPE_CHECKING:
    from fractions import Fraction

    from pricecheck.source.nodes import Node


def restyled(amount: int, decimals: int, model: str) -> str:
    """Write an amount as the price text `model` is written: raw units stay raw, `$` and trailing zeros are kept.

    The gateway reads the result as exactly `amount` (a text in dollars always has its point).
    """
    if read_price(model, decimals).raw_units:
        sign = "$" if model.startswith("$") else ""
        return f"{sign}{amount}"
    sign = "$" if model.startswith("$") else ""
    whole, _, digits = dollars(amount, decimals).removeprefix("$").partition(".")
    shown = len(model.partition(".")[2])
    return f"{sign}{whole}.{digits.rstrip('0').ljust(max(min(shown, decimals), 1), '0')}"


def rewritten_price(node: Node, price: str) -> Edit | None:
    """Give the edit that writes a price text at a node in its quotes; in double ones where it has none and needs some.

    None through an alias and for text over several lines.
    """
    edit = rewrite_scalar(node, price)
    if edit is None and isinstance(node, Scalar) and node.style == "plain" and node.start < node.end:
        return Edit(node.span, quote_price(price))  # without quotes the gateway would read a number, and refuse it
    return edit


def rounded(exact: Fraction, digits: int, least: int | None, greatest: int | None) -> int:
    """Round an amount to significant digits, to the nearest whole unit that is within the limits (inclusive).

    Rounding away from a limit wins over rounding to the nearest; where no number of so few digits lies within them, the
    one nearest to `exact` with as many digits as it takes does.
    """
    for precision in range(digits, 40):
        step = _step(exact, precision)
        nearest = round(exact / step) * step
        for candidate in (nearest, nearest - step, nearest + step):
            if (least is None or candidate >= least) and (greatest is None or candidate <= greatest):
                return candidate
        if step == 1:
            break
    whole = round(exact)
    whole = max(whole, least) if least is not None else whole
    return min(whole, greatest) if greatest is not None else whole


def _step(exact: Fraction, digits: int) -> int:
    """Give the unit of the last of `digits` significant digits, at least 1."""
    size = len(str(abs(int(exact))))
    return int(10 ** max(size - digits, 0))
