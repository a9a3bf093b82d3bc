"""Bounds to the last smallest unit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.prices.bounds import Breach, Limits, breaches, is_beyond, unit_slip
from pricecheck.prices.changes import PriceChange, price_changes
from tests.prices.configs import table_of, whole


def chat(price: str | None, **more: object) -> str:
    models = {} if price is None else {"mine": price}
    return whole({"routes": {"POST /v1/chat": {"upstream": "up", "type": "token-based", "models": models, **more}}})


def change(old: str | None, new: str | None) -> PriceChange:
    (found,) = price_changes(table_of(chat(old, fallback="$0.50")), table_of(chat(new, fallback="$0.50")))
    return found


@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [
        ("100000", "115000", True),
        ("100000", "115001", False),
        ("100000", "90000", True),
        ("100000", "89999", False),
        # 15 % of 7 units is 1.05: only a whole unit more can be asked, two are too many.
        ("7", "8", True),
        ("7", "9", False),
        ("100000000000000000000000000000000000", "115000000000000000000000000000000000", True),
        ("100000000000000000000000000000000000", "115000000000000000000000000000000001", False),
        ("$-0.01", "$-0.02", False),
        ("$0.01", "$-0.01", False),
    ],
)
def test_the_bound_itself_passes_and_one_smallest_unit_more_fails(old: str, new: str, *, passes: bool) -> None:
    assert (breaches(change(old, new), Limits()) == ()) is passes


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(0, 300), st.integers(0, 100))
def test_beyond_is_exactly_the_integer_inequality(before: int, after: int, up: int, down: int) -> None:
    limits = Limits(Fraction(up, 100), Fraction(down, 100))
    expected = 100 * after > before * (100 + up) or 100 * after < before * (100 - down)
    assert is_beyond(before, after, limits) is expected


def test_free_and_paid_have_no_ratio_and_break_a_bound_of_their_own() -> None:
    for old, new in (("$0.05", "$0.00"), ("$", "$0.05")):
        assert breaches(change(old, new), Limits()) == (Breach.FREE_OR_PAID,)


@pytest.mark.parametrize(
    ("old", "new", "factor"),
    [
        ("$0.05", "$5.00", 100),
        ("$5.00", "$0.05", 100),
        ("$5.00", "$5", 10**6),
        ("$0.05", "$0.50", None),
        ("$0.05", "$5.05", None),
    ],
)
def test_a_unit_slip_is_a_power_of_ten_from_a_hundred_up(old: str, new: str, factor: int | None) -> None:
    found = change(old, new)
    assert found.amounts is not None
    assert unit_slip(*found.amounts) == factor
    assert (Breach.UNIT_SLIP in breaches(found, Limits(Fraction(10**9), Fraction(1)))) is (factor is not None)


def test_a_removed_model_is_held_against_the_price_it_falls_to() -> None:
    assert breaches(change("$0.40", None), Limits()) == (Breach.RAISED,)
    assert breaches(change("$0.45", None), Limits()) == ()


def test_a_first_mapping_beyond_the_bounds_is_a_breach_of_its_own() -> None:
    found = change(None, "$0.10")
    assert breaches(found, Limits()) == (Breach.FIRST_MAPPED,)
    assert breaches(change(None, "$0.45"), Limits()) == ()


def test_a_price_that_only_the_gateway_knows_breaks_a_bound_and_a_failing_one_is_another_rules_matter() -> None:
    assert breaches(change("$0.05", "${PRICE}"), Limits()) == (Breach.UNKNOWN,)
    assert breaches(change("$0.05", "oops"), Limits()) == ()
    assert breaches(change("${PRICE}", "$0.05"), Limits()) == ()
