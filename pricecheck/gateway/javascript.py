"""JavaScript's notions where they decide money (gateway.md §3, §4)."""

from __future__ import annotations

import re

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

_DECIMAL = re.compile(r"[+-]?[0-9]+\Z")
_PREFIXED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)\Z")
_DIGIT_LIMIT = 4000


def trim(text: str) -> str:
    """Give the text without leading and trailing JavaScript white space."""
    return text.strip(WHITE_SPACE)


def big_int(text: str) -> int | None:
    """Give what `BigInt(text)` gives, or None where it throws.

    White space around is ignored, empty text is 0, decimals may have a sign, `0x`/`0o`/`0b` may not (gateway.md §3.4).
    """
    text = trim(text)
    if not text:
        return 0
    if _DECIMAL.match(text):
        # Python refuses very long decimals as a guard; such a number is no price, but it is one to the gateway.
        return int(text) if len(text) <= _DIGIT_LIMIT else _long_decimal(text)
    return int(text, 0) if _PREFIXED.match(text) else None


def _long_decimal(text: str) -> int:
    value = 0
    digits = text.lstrip("+-")
    for start in range(0, len(digits), _DIGIT_LIMIT):
        piece = digits[start : start + _DIGIT_LIMIT]
        value = value * 10 ** len(piece) + int(piece)
    return -value if text[0] == "-" else value


def strictly_equal(left: object, right: object) -> bool:
    """Give `left === right` for strings, numbers, booleans and None: no conversion, so that `True` is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return float(left) == float(right) if abs(left) < 1e300 and abs(right) < 1e300 else left == right  # noqa: PLR2004 - beyond it float() may overflow
    return type(left) is type(right) and left == right
