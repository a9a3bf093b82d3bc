"""What a plain or tagged scalar means: the YAML 1.2 core schema, as the gateway reads it (scalars_1_1 has the other).

The gateway's parser tries the same patterns in the same order (gateway.md §1), so the order of the tables below is
part of the behaviour. Numbers are IEEE doubles there; a Python `int` is kept only where a double holds it exactly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

from pricecheck.source.nodes import ScalarValue

TAG_PREFIX = "tag:yaml.org,2002:"
MAX_SAFE_INTEGER = 2**53

Rule = tuple[str, "re.Pattern[str]", Callable[[str], ScalarValue]]


def integer(number: int) -> int | float:
    """Give an integer as it is where a double holds it exactly, else the double the gateway has instead."""
    if -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def decimal(text: str) -> int | float:
    """Read signed decimal digits; Python refuses to read very long ones as an integer, JavaScript does not."""
    if len(text) > len(str(MAX_SAFE_INTEGER)):
        number = float(text)
        return int(number) if abs(number) <= MAX_SAFE_INTEGER and number != 0 else number
    value = int(text)
    return -0.0 if value == 0 and text[0] == "-" else integer(value)


def _special_float(text: str) -> float:
    if text[-3:].lower() == "nan":
        return math.nan
    return -math.inf if text[0] == "-" else math.inf


class Schema(NamedTuple):
    """How scalars resolve: patterns by tag name in the order they are tried, and two short cuts for plain scalars.

    `words` are the plain scalars that mean a truth value or null, `numeric` how the others start that are no strings.
    """

    rules: tuple[Rule, ...]
    words: dict[str, ScalarValue]
    numeric: frozenset[str]
    date: re.Pattern[str] | None = None

    def is_date(self, text: str) -> bool:
        """Tell whether a plain scalar becomes a date object: only under YAML 1.1."""
        return self.date is not None and self.date.fullmatch(text) is not None


_NULLS = ("", "~", "null", "Null", "NULL")
TRUE_WORDS = ("true", "True", "TRUE")
FALSE_WORDS = ("false", "False", "FALSE")


def words_of(true: tuple[str, ...], false: tuple[str, ...]) -> dict[str, ScalarValue]:
    """Give what each word of a schema means, null included."""
    return {**dict.fromkeys(_NULLS), **dict.fromkeys(true, True), **dict.fromkeys(false, False)}


def word_rules(words: dict[str, ScalarValue]) -> tuple[Rule, ...]:
    """Give the patterns by which a tagged scalar is null or a truth value."""
    truths = "|".join(word for word, value in words.items() if value is not None)
    nulls = "|".join(map(re.escape, _NULLS))
    return ("null", re.compile(nulls), words.__getitem__), ("bool", re.compile(truths), words.__getitem__)


SPECIAL: Rule = ("float", re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN"), _special_float)

_CORE_WORDS = words_of(TRUE_WORDS, FALSE_WORDS)
CORE = Schema(
    (
        *word_rules(_CORE_WORDS),
        ("int", re.compile(r"0o[0-7]+"), lambda text: integer(int(text, 0))),
        ("int", re.compile(r"[-+]?[0-9]+"), decimal),
        ("int", re.compile(r"0x[0-9a-fA-F]+"), lambda text: integer(int(text, 0))),
        SPECIAL,
        ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+"), float),
        ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)"), float),
    ),
    _CORE_WORDS,
    frozenset("0123456789+-."),
)


def json_number(text: str) -> ScalarValue:
    """Read a JSON number as the double JavaScript makes of it."""
    return decimal(text) if text.lstrip("-").isdigit() else float(text)


def number_or_text(text: str, schema: Schema) -> ScalarValue:
    """Resolve an untagged plain scalar that is none of the schema's words."""
    for _tag, pattern, read in schema.rules:
        if pattern.fullmatch(text):
            return read(text)
    return text


def tagged_value(text: str, tag: str, schema: Schema) -> ScalarValue:
    """Resolve a scalar with an explicit tag; a tag that does not fit is only warned about, the text stays a string."""
    short = tag.removeprefix(TAG_PREFIX)
    if short != tag:
        for name, pattern, read in schema.rules:
            if name == short and pattern.fullmatch(text):
                return read(text)
    return text


def number_text(number: float) -> str:
    """Write a number as JavaScript's `String(number)` does: `1` for 1.0, `1e+21`, `1e-7`, `NaN`, `Infinity`."""
    if isinstance(number, int):
        return str(number)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    digits, point = _shortest(abs(number))
    return ("-" if number < 0 else "") + _place_point(digits, point)


def _shortest(number: float) -> tuple[str, int]:
    """Give the shortest digits that read back as `number`, and where the decimal point stands in them."""
    mantissa, _, exponent = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    stripped = digits.lstrip("0")
    return stripped.rstrip("0"), point - (len(digits) - len(stripped))


_PLAIN_DIGITS = 21
_PLAIN_ZEROS = -6


def _place_point(digits: str, point: int) -> str:
    """Lay digits out as ECMAScript's Number::toString does."""
    if len(digits) <= point <= _PLAIN_DIGITS:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _PLAIN_DIGITS:
        return f"{digits[:point]}.{digits[point:]}"
    if _PLAIN_ZEROS < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def key_text(value: ScalarValue) -> str:
    """Give the string a scalar key becomes (gateway.md §1: keys become strings)."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value)
