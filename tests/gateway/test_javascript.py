"""JavaScript's notions where they decide money, against what a JavaScript engine gives (gateway.md §3, §4)."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.gateway.javascript import OBJECT_INTERNALS, big_int, strictly_equal, trim


@pytest.mark.parametrize("text", ["\ufeff x \u3000", "\v\f\t\r\n x", "\u2028x\u2029"])
def test_trim_removes_javascript_white_space(text: str) -> None:
    assert trim(text) == "x"


@pytest.mark.parametrize("text", ["x\u0085", "\x1cx", "\u200bx", "\u180ex"])
def test_trim_leaves_what_only_python_or_nobody_takes_for_white_space(text: str) -> None:
    assert trim(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 0),
        ("  ", 0),
        ("12", 12),
        ("+12", 12),
        ("-12", -12),
        ("\ufeff7\n", 7),
        ("0xFf", 255),
        ("0b101", 5),
        ("0O17", 15),
    ],
)
def test_big_int_reads(text: str, value: int) -> None:
    assert big_int(text) == value


@pytest.mark.parametrize(
    "text", ["1.0", "1e3", "1_0", "0x", "+0x1", "0xg", "0o8", "0b2", "--1", "+ 1", "1n", "\u0661", "-"]
)
def test_big_int_throws(text: str) -> None:
    assert big_int(text) is None


@given(st.integers(-(10**50), 10**50))
def test_big_int_reads_every_integer_back(value: int) -> None:
    assert big_int(f" {value}\n") == value
    if value >= 0:
        assert big_int(hex(value)) == big_int(oct(value)) == big_int(bin(value)) == value


@pytest.mark.parametrize(
    ("left", "right"),
    [(1, 1.0), (0, -0.0), (True, True), ("a", "a"), (None, None), (2**53, 2**53 + 1), (10**400, float("inf"))],
)
def test_equal_without_conversion(left: object, right: object) -> None:
    assert strictly_equal(left, right)
    assert strictly_equal(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (0, False),
        (1, "1"),
        (True, "true"),
        (None, 0),
        (None, False),
        ("", None),
        (float("nan"), float("nan")),
        (-(10**400), float("inf")),
        (2**53, 2**53 + 2),
    ],
)
def test_not_equal_without_conversion(left: object, right: object) -> None:
    assert not strictly_equal(left, right)
    assert not strictly_equal(right, left)


def test_internals_are_what_every_object_inherits() -> None:
    assert {"constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"} <= OBJECT_INTERNALS
    assert not {"length", "name", "prototype", "gpt-4o", "keys"} & OBJECT_INTERNALS


def test_thousands_of_digits_can_be_read_and_printed() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(4300)
    try:
        assert str(big_int("9" * 5000)) == "9" * 5000
    finally:
        sys.set_int_max_str_digits(before)
