"""A percentage reads right beside its limit, however near it is."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.shares import Share, percent

FIVE = Fraction(5, 100)


@pytest.mark.parametrize(
    ("part", "whole", "limit", "shown"),
    [
        (1, 8, FIVE, "12.50 %"),
        (12345, 100_000, FIVE, "12.35 %"),
        (5, 100, FIVE, "5.00 %"),
        (5001, 100_000, FIVE, "5.001 %"),
        (4999, 100_000, FIVE, "4.999 %"),
        (50_000_001, 1_000_000_000, FIVE, "5.0000001 %"),
        (49_981, 1_000_000, Fraction(4999, 100_000), "4.998 %"),
        (0, 7, FIVE, "0.00 %"),
        (7, 7, FIVE, "100.00 %"),
        (1, 1_000_000, FIVE, "0.0001 %"),
        (999_999, 1_000_000, FIVE, "99.9999 %"),
    ],
)
def test_a_percentage_has_the_digits_it_takes(part: int, whole: int, limit: Fraction, shown: str) -> None:
    assert percent(Fraction(part, whole), limit) == shown


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10**5))
def test_a_percentage_never_reads_as_on_the_other_side_of_its_limit(part: int, whole: int, thousandths: int) -> None:
    share, limit = Fraction(min(part, whole), whole), Fraction(thousandths, 10**5)
    shown = Fraction(percent(share, limit).removesuffix(" %")) / 100
    assert (shown > limit, shown < limit) == (share > limit, share < limit)
    assert abs(shown - share) <= Fraction(5, 10**5)


def test_an_open_share_is_a_range_and_nothing_has_no_share() -> None:
    assert (Share(2, 2005, 2000).text(FIVE), Share(2, 2005, 2000).rate) == ("0.10 % to 99.85 %", None)
    assert (Share().text(), Share().rate, Share().lowest) == ("?", None, None)
