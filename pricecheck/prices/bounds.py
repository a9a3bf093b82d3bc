"""Is a change within what one deploy may do: exact, on integers, inclusive."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.prices.changes import ChangeKind

if TYPE_CHECKING:
    from pricecheck.prices.changes import PriceChange

_SMALLEST_SLIP = 100
_MOST_DIGITS = 12


class Limits(NamedTuple):
    """The largest allowed change as a share of the old price: 3/20 and 1/10 for +15 % and -10 %.

    `enforce_additions`: a model listed for the first time is held to them as well.
    """

    increase: Fraction = Fraction(15, 100)
    decrease: Fraction = Fraction(10, 100)
    enforce_additions: bool = False


class Verdict(Enum):
    """What the bounds say of a change; the values are the contract's. `UNBOUNDED`: there is nothing to hold it to."""

    WITHIN = "within"
    OVER = "over"
    APPROVED = "approved"
    UNBOUNDED = "unbounded"


class Breach(Enum):
    """Why a change is not within; the value is the code of the rule that says so."""

    RAISED = "PC401"
    LOWERED = "PC402"
    FREE_OR_PAID = "PC403"
    UNIT_SLIP = "PC406"
    UNKNOWN = "PC408"
    FIRST_MAPPED = "PC409"


def breaches(change: PriceChange, limits: Limits) -> tuple[Breach, ...]:
    """Give every bound a change breaks; a first mapping breaks one even where that is only reported."""
    if change.before is None or change.after is None:
        return ()
    if change.kind in {ChangeKind.FREED, ChangeKind.UNFREED}:
        return (Breach.FREE_OR_PAID,)
    amounts = change.amounts
    if amounts is None:
        return (Breach.UNKNOWN,) if became_unknown(change) else ()
    found = []
    if is_beyond(*amounts, limits):
        raised = Breach.RAISED if amounts[1] > amounts[0] else Breach.LOWERED
        found.append(Breach.FIRST_MAPPED if change.first_mapped else raised)
    if unit_slip(*amounts) is not None and not change.first_mapped:
        found.append(Breach.UNIT_SLIP)
    return tuple(found)


def is_beyond(before: int, after: int, limits: Limits) -> bool:
    """Tell whether an amount moved further than the limits; from or to a negative one, any move does."""
    if before == after:
        return False
    if before < 0 or after < 0:
        return True
    up, down = limits.increase, limits.decrease
    return after * up.denominator > before * (up.denominator + up.numerator) or after * down.denominator < before * (
        down.denominator - down.numerator
    )


def unit_slip(before: int, after: int) -> int | None:
    """Give the power of ten, from 100 up, between two amounts: 1000 also for a thousandth; None for others."""
    if before <= 0 or after <= 0:
        return None
    factor, rest = divmod(max(before, after), min(before, after))
    power = _SMALLEST_SLIP
    while power < factor:
        power *= 10
    return factor if power == factor and not rest else None


def became_unknown(change: PriceChange) -> bool:
    """Tell whether a known price became one that only the gateway can know: a price function or a `${NAME}`."""
    before, after = change.before, change.after
    if before is None or after is None or before.amount is None or after.unknown_reason is None:
        return False
    return not after.unknown_reason.startswith("throws")


def percent(ratio: Fraction | None, bound: str | None = None) -> str:
    """Give a change as `+20.00 %`, empty for None.

    It reads as on the side of the bound (`+15%`) that it is on: with more digits, or as `just over +15 %`.
    """
    return "" if ratio is None else _percent(ratio.numerator, ratio.denominator, bound)


def ratio_text(ratio: Fraction | None) -> str | None:
    """Give a ratio with four decimals: `0.1500`."""
    return None if ratio is None else _four_decimals(ratio.numerator, ratio.denominator)


@lru_cache(maxsize=4096)
def _percent(numerator: int, denominator: int, bound: str | None) -> str:
    # A price update moves thousands of prices by the same ratio; two integers are hashed faster than a fraction.
    limit = None if bound is None else Fraction(bound.strip("+-%"))
    size = Fraction(abs(numerator) * 100, denominator)
    sign = "-" if numerator < 0 else "+"
    for digits in range(2, _MOST_DIGITS + 1):
        shown = _rounded(size, digits)
        if limit is None or _side(Fraction(shown), limit) == _side(size, limit):
            return f"{sign}{shown} %"
    words = {1: "just over ", -1: "just under ", 0: ""}[_side(size, size if limit is None else limit)]
    return f"{words}{(bound or '').rstrip('%')} %"


def _side(size: Fraction, limit: Fraction) -> int:
    return (size > limit) - (size < limit)


@lru_cache(maxsize=4096)
def _four_decimals(numerator: int, denominator: int) -> str:
    return f"{'-' if numerator < 0 else ''}{_rounded(Fraction(abs(numerator), denominator), 4)}"


def _rounded(number: Fraction, digits: int) -> Decimal:
    whole, part = divmod(round(number * 10**digits), 10**digits)
    return Decimal(f"{whole}.{part:0{digits}d}")
