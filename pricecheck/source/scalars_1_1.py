"""What a plain or tagged scalar means under a `%YAML 1.1` directive (gateway.md §1)."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from pricecheck.source.scalars import (
    FALSE_WORDS,
    MAX_SAFE_INTEGER,
    SPECIAL,
    TRUE_WORDS,
    Schema,
    decimal,
    integer,
    word_rules,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pricecheck.source.nodes import ScalarValue

_TRUE = (*TRUE_WORDS, "Y", "y", "yes", "Yes", "YES", "on", "On", "ON")
_FALSE = (*FALSE_WORDS, "N", "n", "no", "No", "NO", "off", "Off", "OFF")


def _based(base: int, prefix: int) -> Callable[[str], ScalarValue]:
    def read(text: str) -> ScalarValue:
        signed = text[0] in "+-"
        digits = text[prefix + signed :].replace("_", "")
        if not digits:
            return math.nan
        if base == 10:  # noqa: PLR2004 - the base of everyday numbers
            value: int | float = decimal(digits)
        else:
            value = integer(int(digits, base))
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


_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:t|T|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:[ \t]*(?:Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?",
)

_YAML_1_1_WORDS = words_of(_TRUE, _FALSE)
YAML_1_1 = Schema(
    (
        *word_rules(_YAML_1_1_WORDS),
        ("int", re.compile(r"[-+]?0b[0-1_]+"), _based(2, 2)),
        ("int", re.compile(r"[-+]?0[0-7_]+"), _based(8, 1)),
        ("int", re.compile(r"[-+]?[0-9][0-9_]*"), _based(10, 0)),
        ("int", re.compile(r"[-+]?0x[0-9a-fA-F_]+"), _based(16, 2)),
        SPECIAL,
        ("float", re.compile(r"[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+"), _loose_float),
        ("float", re.compile(r"[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*"), _loose_float),
        ("int", re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+"), _sexagesimal),
        ("float", re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*"), _sexagesimal),
    ),
    _YAML_1_1_WORDS,
    frozenset("0123456789+-.eE"),
    _DATE,
)
