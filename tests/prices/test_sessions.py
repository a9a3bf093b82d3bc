"""What one payment buys, before and after."""

from __future__ import annotations

import pytest

from pricecheck.prices.sessions import session_changes
from tests.prices.configs import table_of, whole


def sold(duration: str | None, price: str = "$0.05", key: str = "GET /x") -> str:
    pricing = {"price": price} if duration is None else {"model": "time", "duration": duration, "price": price}
    return whole({"routes": {key: {"upstream": "up", "pricing": pricing}}})


def words(old: str, new: str) -> list[tuple[str, str]]:
    changes = session_changes(table_of(old), table_of(new))
    return [(change.before.words, change.after.words) for change in changes]


@pytest.mark.parametrize(
    ("old", "new"),
    [("1h", "60m"), ("1d", "86400s"), ("0s", None), (None, "0h"), (None, None), ("${D}", "${D}")],
)
def test_another_spelling_is_no_change(old: str | None, new: str | None) -> None:
    assert words(sold(old), sold(new)) == []


def test_a_longer_session_a_shorter_one_and_none() -> None:
    assert words(sold("1h"), sold("10h")) == [("every request for 1h", "every request for 10h")]
    assert words(sold("10h"), sold("1h")) == [("every request for 10h", "every request for 1h")]
    assert words(sold(None), sold("1h")) == [("one request", "every request for 1h")]
    assert words(sold("1h"), sold(None)) == [("every request for 1h", "one request")]
    assert words(sold("1h"), sold("${D}")) == [("every request for 1h", "every request for ${D}")]


def test_a_route_is_followed_by_the_requests_it_takes() -> None:
    assert words(sold("1h", key="GET /x/:id"), sold("2h", key="GET /x/:name"))
    assert words(sold("1h"), sold("2h", key="GET /y")) == []


def test_what_is_free_is_not_sold() -> None:
    assert words(sold("1h", "$0"), sold("2h", "$0")) == []
    assert words(sold("1h", "$0"), sold("2h", "$0.01"))


def test_the_place_is_the_duration_or_what_there_is_instead() -> None:
    (change,) = session_changes(table_of(sold("1h")), table_of(sold(None)))
    assert (change.path, change.old_path) == (("routes", "GET /x"), ("routes", "GET /x", "pricing", "duration"))
