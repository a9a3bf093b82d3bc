"""Is a change within what one deploy may do: exact, on integers, inclusive."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from fractions import Fraction
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
    values = change.values
    if values is None:
        return (Breach.UNKNOWN,) if became_unknown(change) else ()
    found = []
    if is_beyond(*values, limits):
        raised = Breach.RAISED if values[1] > values[0] else Breach.LOWERED
        found.append(Breach.FIRST_MAPPED if change.first_mapped else raised)
    if unit_slip(*values) is not None and not change.first_mapped:
        found.append(Breach.UNIT_SLIP)
    return tuple(found)


def is_beyond(before: Fraction, after: Fraction, limits: Limits) -> bool:
    """Tell whether a price moved further than the limits; from or to a negative one, any move does."""
    # Both over one denominator, so that integers are compared: a config may hold tens of thousands of prices.
    old, new = before.numerator * after.denominator, after.numerator * before.denominator
    if old == new:
        return False
    if old < 0 or new < 0:
        return True
    up, down = limits.increase, limits.decrease
    return new * up.denominator > old * (up.denominator + up.numerator) or new * down.denominator < old * (
        down.denominator - down.numerator
    )


def unit_slip(before: Fraction, after: Fraction) -> int | None:
    """Give the power of ten, from 100 up, that lies between two prices: 1000 also for a thousandth; None for others."""
    old, new = before.numerator * after.denominator, after.numerator * before.denominator
    if old <= 0 or new <= 0:
        return None
    factor, rest = divmod(max(old, new), min(old, new))
    is_power = not rest and str(factor).rstrip("0") == "1"
    return factor if is_power and factor >= _SMALLEST_SLIP else None


def became_unknown(change: PriceChange) -> bool:
    """Tell whether a known price became one that only the gateway can know: a price function or a `${NAME}`."""
    before, after = change.before, change.after
    if before is None or after is None or before.amount is None or after.unknown_reason is None:
        return False
    return not after.unknown_reason.startswith("throws")


def percent(ratio: Fraction | None, bound: str | None = None) -> str:
    """Give a change as `+20.00 %`, empty for None; with more digits where fewer would read like the bound, `+15%`."""
    if ratio is None:
        return ""
    limit = None if bound is None else Decimal(bound.strip("+-%"))
    size = abs(ratio) * 100
    shown = _rounded(size, 2)
    for digits in range(3, _MOST_DIGITS + 1):
        if limit is None or shown != limit or shown == size:
            break
        shown = _rounded(size, digits)
    return f"{'-' if ratio < 0 else '+'}{shown} %"


def ratio_text(ratio: Fraction | None) -> str | None:
    """Give a ratio with four decimals: `0.1500`."""
    if ratio is None:
        return None
    return f"{'-' if ratio < 0 else ''}{_rounded(abs(ratio), 4)}"


def _rounded(number: Fraction, digits: int) -> Decimal:
    whole, part = divmod(round(number * 10**digits), 10**digits)
    return Decimal(f"{whole}.{part:0{digits}d}")
