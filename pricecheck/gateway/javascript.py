"""JavaScript's notions where they decide money (gateway.md §3, §4)."""

from __future__ import annotations

import sys

from pricecheck.patterns import late

WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What `String.prototype.trim` removes. Python's `strip` knows no U+FEFF, but U+0085 and U+001C to U+001F."""

OBJECT_INTERNALS = frozenset(
    {
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    }
)
"""Names that every plain object inherits: a look-up of a model by such a name finds a function, not a price."""

PROTOTYPE = "__proto__"
"""The key that, assigned to an object, sets what the object inherits instead of a field of its own."""

_SURROGATE = late("[\ud800-\udfff]")
_DECIMAL = late(r"[+-]?[0-9]+\Z")
_PREFIXED = late(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)\Z")
_GUARDED = 3500


def trim(text: str) -> str:
    """Give the text without leading and trailing JavaScript white space."""
    return text.strip(WHITE_SPACE)


def well_formed(text: str) -> str:
    """Give the text as `String.prototype.toWellFormed` does, and the URL parser: lone surrogates become U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def big_int(text: str) -> int | None:
    """Give what `BigInt(text)` gives, or None where it throws (gateway.md §3.4).

    White space around is ignored, empty text is 0, decimals may have a sign, `0x`/`0o`/`0b` may not.
    """
    text = trim(text)
    if not text:
        return 0
    if len(text) > _GUARDED:
        # Python refuses to read or print longer numbers, lest a stranger's request keep a server busy. This one is a
        # price to the gateway, and whoever reports it must be able to print it.
        sys.set_int_max_str_digits(0)
    if _DECIMAL.match(text):
        return int(text)
    return int(text, 0) if _PREFIXED.match(text) else None


def strictly_equal(left: object, right: object) -> bool:
    """Give `left === right` for strings, numbers, booleans and None: no conversion, so that `True` is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _double(left) == _double(right)
    return type(left) is type(right) and left == right


def _double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
