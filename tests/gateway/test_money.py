"""Price texts to amounts, as gateway.md §3 words it."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.gateway.money import decimals_of, dollars, read_price, units


@pytest.mark.parametrize(
    ("text", "usdc"),
    [
        ("$0.01", 10_000),
        ("0.01", 10_000),
        ("$.5", 500_000),
        ("$2.", 2_000_000),
        ("$5", 5),
        ("10000", 10_000),
        ("007", 7),
        ("$", 0),
        ("", 0),
        ("$.", 0),
        ("$0.0000009", 0),
        ("$0.0000019", 1),
        ("$12.3456789", 12_345_678),
        ("0.1.5", 100_000),
        ("$ 0.01", 10_000),
        ("$0.01\n", 10_000),
        ("\ufeff0.01", 10_000),
        ("$-0.01", -10_000),
        ("-5", -5),
        ("+5", 5),
        ("$+1.5", 1_500_000),
        ("0x10", 16),
        ("0B11", 3),
        ("0o17", 15),
        ("$0x1.5", 0x1500000),
        ("-0", 0),
        ("$-.", 0),
        ("9" * 78, 10**78 - 1),
    ],
)
def test_texts_that_read_as_amounts(text: str, usdc: int) -> None:
    assert read_price(text, 6).amount == usdc


@pytest.mark.parametrize(
    "text",
    [
        "free",
        "1e-3",
        "$1,000.00",
        " $0.01",
        "-$0.01",
        "$$5",
        "0.01 USD",
        "$0.01/1k-tokens",
        "1_000",
        "-0x10",
        "0x",
        "-",
        "\u0661\u0662",  # digits of another script
        "5\u0085",  # white space to Python, not to JavaScript
        "\x1c5",
        "1. 5",
    ],
)
def test_texts_that_fail_the_request(text: str) -> None:
    reading = read_price(text, 6)
    assert reading.amount is None


@pytest.mark.parametrize(
    ("asset", "decimals"), [("USDC", 6), ("usdc", 6), ("EURC", 6), ("USDT", 6), ("DAI", 18), ("dai", 18), ("WETH", 6)]
)
def test_decimals_of_assets(asset: str, decimals: int) -> None:
    assert decimals_of(asset) == decimals
    assert read_price("$0.01", decimals).amount == 10 ** (decimals - 2)


def test_what_is_lost_and_what_is_surprising_is_told() -> None:
    assert read_price("$0.01234567", 6).lost == "67"
    assert read_price("$0.01234567", 18).lost == ""
    assert read_price("$0.01000000", 6).lost == ""
    assert read_price("0.1.5", 6).extra_points
    assert not read_price("0.15", 6).extra_points
    assert read_price("$5", 6).raw_units
    assert not read_price("$5.00", 6).raw_units
    assert read_price("$", 6).amount == 0
    reading = read_price("$ 12.50", 6)
    assert (reading.whole, reading.digits) == ("12", "50")


def test_numbers_longer_than_python_prints_by_itself() -> None:
    nines = read_price("9" * 5000, 6).amount
    assert nines == 10**5000 - 1
    assert len(dollars(nines, 6)) == 1 + 5000 + 1
    wide = read_price("0x" + "f" * 4000, 6).amount
    assert wide is not None
    assert dollars(wide, 6).startswith("$")


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (50_000, 6, "$0.05"),
        (5, 6, "$0.000005"),
        (0, 6, "$0.00"),
        (1_500_000, 6, "$1.50"),
        (-10_000, 6, "-$0.01"),
        (10**18, 18, "$1.00"),
        (1, 18, "$0.000000000000000001"),
        (123_456_789_000_000, 6, "$123456789.00"),
    ],
)
def test_amounts_as_dollars(amount: int, decimals: int, text: str) -> None:
    assert dollars(amount, decimals) == text


def test_units_in_words() -> None:
    assert (units(1), units(5), units(-1)) == ("1 smallest unit", "5 smallest units", "-1 smallest unit")


@given(st.integers(-(10**30), 10**30), st.sampled_from([6, 18]))
def test_dollars_are_exact_and_read_back(amount: int, decimals: int) -> None:
    text = dollars(amount, decimals)
    assert Fraction(text.replace("$", "")) * 10**decimals == amount
    if amount >= 0:
        assert read_price(text, decimals).amount == amount


# The rules once more, told with regular expressions: what a text is before its point is shifted, then one grammar.
_SPACE = "[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*"
_AROUND = re.compile(rf"\A\$?{_SPACE}|{_SPACE}\Z")
_POINTED = re.compile(r"([^.]*)\.([^.]*)")
_INTEGER = re.compile(rf"{_SPACE}(?:([+-]?[0-9]+)|0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|){_SPACE}")


def _restated(text: str, decimals: int) -> int | None:
    bare = _AROUND.sub("", text)
    pointed = _POINTED.match(bare)
    found = _INTEGER.fullmatch(f"{pointed[1]}{pointed[2]:0<{decimals}.{decimals}}" if pointed else bare)
    if found is None:
        return None
    return next((int(digits, base) for digits, base in zip(found.groups(), (10, 16, 8, 2), strict=True) if digits), 0)


price_texts = st.text(alphabet="0123456789.$+- \t\ufeff\u0085,_e", max_size=10) | st.from_regex(
    r"\A\$?[+-]?[0-9]{0,20}(\.[0-9]{0,20}){0,2}\Z"
)


@given(price_texts, st.sampled_from([6, 18]))
def test_the_reading_is_that_of_the_rules_told_otherwise(text: str, decimals: int) -> None:
    assert read_price(text, decimals).amount == _restated(text, decimals)


def test_every_one_character_around_a_price_is_trimmed_only_if_javascript_does() -> None:
    trimmed = {chr(code) for code in range(0x10000) if read_price(f"1.5{chr(code)}", 6).amount == 1_500_000}
    digits = set("0123456789")
    javascript = set("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff") | {
        chr(code) for code in range(0x2000, 0x200B)
    }
    assert trimmed - digits == javascript | {"."}
