"""What a plain or tagged scalar means: the YAML 1.2 core schema and the YAML 1.1 one, as the gateway reads them.

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


def _integer(number: int) -> int | float:
    if -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _decimal(text: str) -> int | float:
    """Read signed decimal digits; Python refuses to read very long ones as an integer, JavaScript does not."""
    if len(text) > len(str(MAX_SAFE_INTEGER)):
        number = float(text)
        return int(number) if abs(number) <= MAX_SAFE_INTEGER and number != 0 else number
    value = int(text)
    return -0.0 if value == 0 and text[0] == "-" else _integer(value)


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


_NULLS = ("", "~", "null", "Null", "NULL")
_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_MORE_TRUE = (*_TRUE, "Y", "y", "yes", "Yes", "YES", "on", "On", "ON")
_MORE_FALSE = (*_FALSE, "N", "n", "no", "No", "NO", "off", "Off", "OFF")


def _words(true: tuple[str, ...], false: tuple[str, ...]) -> dict[str, ScalarValue]:
    return {**dict.fromkeys(_NULLS), **dict.fromkeys(true, True), **dict.fromkeys(false, False)}


def _word_rules(words: dict[str, ScalarValue]) -> tuple[Rule, ...]:
    truths = "|".join(word for word, value in words.items() if value is not None)
    nulls = "|".join(map(re.escape, _NULLS))
    return ("null", re.compile(nulls), words.__getitem__), ("bool", re.compile(truths), words.__getitem__)


_SPECIAL: Rule = ("float", re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN"), _special_float)

_CORE_WORDS = _words(_TRUE, _FALSE)
CORE = Schema(
    (
        *_word_rules(_CORE_WORDS),
        ("int", re.compile(r"0o[0-7]+"), lambda text: _integer(int(text, 0))),
        ("int", re.compile(r"[-+]?[0-9]+"), _decimal),
        ("int", re.compile(r"0x[0-9a-fA-F]+"), lambda text: _integer(int(text, 0))),
        _SPECIAL,
        ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+"), float),
        ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)"), float),
    ),
    _CORE_WORDS,
    frozenset("0123456789+-."),
)


def _based(base: int, prefix: int) -> Callable[[str], ScalarValue]:
    def read(text: str) -> ScalarValue:
        signed = text[0] in "+-"
        digits = text[prefix + signed :].replace("_", "")
        if not digits:
            return math.nan
        if base == 10:  # noqa: PLR2004 - the base of everyday numbers
            value: int | float = _decimal(digits)
        else:
            value = _integer(int(digits, base))
        if text[0] != "-":
            return value
        return -0.0 if value == 0 else -value

    return read


_FLOAT_PREFIX = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def _loose_float(text: str) -> float:
    """Read like JavaScript's `parseFloat`: the longest number at the front, else NaN."""
    match = _FLOAT_PREFIX.match(text.replace("_", ""))
    return float(match[0]) if match else math.nan


def _sexagesimal(text: str) -> int | float:
    total: float = 0.0
    for part in text.lstrip("+-").replace("_", "").split(":"):
        total = total * 60 + float(part)
    if text[0] == "-":
        total = -total
    whole = math.isfinite(total) and total.is_integer() and abs(total) <= MAX_SAFE_INTEGER
    return int(total) if whole and "." not in text and total != 0 else total


DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:t|T|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:[ \t]*(?:Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?",
)
"""A plain scalar that a `%YAML 1.1` document, or `!!timestamp`, turns into a date object."""

_YAML_1_1_WORDS = _words(_MORE_TRUE, _MORE_FALSE)
YAML_1_1 = Schema(
    (
        *_word_rules(_YAML_1_1_WORDS),
        ("int", re.compile(r"[-+]?0b[0-1_]+"), _based(2, 2)),
        ("int", re.compile(r"[-+]?0[0-7_]+"), _based(8, 1)),
        ("int", re.compile(r"[-+]?[0-9][0-9_]*"), _based(10, 0)),
        ("int", re.compile(r"[-+]?0x[0-9a-fA-F_]+"), _based(16, 2)),
        _SPECIAL,
        ("float", re.compile(r"[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+"), _loose_float),
        ("float", re.compile(r"[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*"), _loose_float),
        ("int", re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+"), _sexagesimal),
        ("float", re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*"), _sexagesimal),
    ),
    _YAML_1_1_WORDS,
    frozenset("0123456789+-.eE"),
)


def json_number(text: str) -> ScalarValue:
    """Read a JSON number as the double JavaScript makes of it."""
    return _decimal(text) if text.lstrip("-").isdigit() else float(text)


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
