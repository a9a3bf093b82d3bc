"""A price text becomes an integer of the asset's smallest unit (gateway.md §3)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.javascript import big_int, trim

if TYPE_CHECKING:
    from decimal import Decimal

_DECIMALS = {"USDC": 6, "EURC": 6, "USDT": 6, "DAI": 18}
_OTHER_DECIMALS = 6
CENTS = 2


class PriceReading(NamedTuple):
    """What the gateway makes of a price text.

    `amount` is in smallest units, or None where reading it throws, so that the request fails with 502. `raw_units` says
    that the text has no decimal point and is taken as smallest units. `lost` are the digits beyond the asset's decimals
    that are cut off, empty where only zeros (or none) are. `whole` is the integer text before the point, `digits` the
    fraction as written.
    """

    amount: int | None
    raw_units: bool
    lost: str
    whole: str
    digits: str
    extra_points: bool


def decimals_of(asset: str) -> int:
    """Give the decimals of an asset, its name taken in upper case: USDC, EURC, USDT 6; DAI 18; any other 6."""
    return _DECIMALS.get(asset.upper(), _OTHER_DECIMALS)


@lru_cache(maxsize=65536)
def read_price(text: str, decimals: int) -> PriceReading:
    """Read a price text as the gateway does at request time (gateway.md §3.1 to §3.4)."""
    bare = trim(text.removeprefix("$"))
    whole, point, rest = bare.partition(".")
    if not point:
        return PriceReading(big_int(bare), raw_units=True, lost="", whole=bare, digits="", extra_points=False)
    digits, another_point, _ = rest.partition(".")
    lost = digits[decimals:]
    return PriceReading(
        big_int(whole + digits[:decimals].ljust(decimals, "0")),
        raw_units=False,
        lost=lost if lost.strip("0") else "",
        whole=whole,
        digits=digits,
        extra_points=bool(another_point),
    )


def dollars(amount: int, decimals: int) -> str:
    """Give an amount as an exact price text: `$0.05`, `$0.000005`, `-$0.01`; at least two decimals."""
    sign = "-" if amount < 0 else ""
    digits = str(abs(amount)).rjust(decimals + 1, "0")
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    return f"{sign}${whole}.{fraction.rstrip('0').ljust(CENTS, '0')}"


def price_text(price: Decimal) -> str:
    """Give a number of dollars as a price text without zeros nobody needs: `$0.05`."""
    exponent = price.normalize().as_tuple().exponent
    decimals = max(-exponent if isinstance(exponent, int) else 0, CENTS)
    return dollars(int(price.scaleb(decimals)), decimals)


def units(amount: int) -> str:
    """Give an amount in words: `5 smallest units`."""
    return f"{amount} smallest unit{'' if abs(amount) == 1 else 's'}"
