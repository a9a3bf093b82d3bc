"""Which price texts are charged: what is said to be charged to nobody really is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricecheck.gateway.resolution import Gateway, Request
from pricecheck.prices.charged import ChargedPrices
from tests.prices.configs import configs, requests, table_of, whole

UP = {"upstream": "up"}
RULES = [{"where": {"query.a": "*"}, "price": "$1"}, {"where": {"query.a": "b"}, "price": "$2"}]


def charged(routes: dict[str, Any], *, unread: tuple[str, ...] = (), partial: bool = False, **more: object) -> Any:  # noqa: ANN401 - asked only what it holds
    return ChargedPrices(table_of(whole({"routes": routes, **more})), unread=unread, partial=partial)


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ({"price": "$1", "fallback": "$2"}, ("fallback",)),
        ({"price": "$1", "models": {"a": "$2"}}, ("models", "a")),
        ({"type": "token-based", "match": RULES, "fallback": "$3"}, ("match", 0, "price")),
        ({"price": "$1", "pricing": {"price": "$2"}}, ("price",)),
        ({"price": "$1", "match": RULES}, ("match", 1, "price")),
    ],
)
def test_what_another_field_decides_is_charged_to_nobody(route: dict[str, Any], path: tuple[str | int, ...]) -> None:
    place = ("routes", "POST /x", *path)
    assert place not in charged({"POST /x": {**UP, **route}})
    assert place in charged({"POST /x": {**UP, **route}}, unread=("POST /x",))
    assert place in charged({"POST /x": {**UP, **route, "type": "${TYPE}"}})


def test_a_route_that_is_never_reached_charges_nothing() -> None:
    found = charged({"GET /x/:id": {**UP, "price": "$1"}, "GET /x/a": {**UP, "price": "$2"}})
    assert ("routes", "GET /x/:id", "price") in found
    assert ("routes", "GET /x/a", "price") not in found
    chat = {**UP, "type": "token-based", "models": {"a": "$1"}}
    assert ("routes", "GET /chat", "models", "a") not in charged({"GET /chat": chat})
    assert ("routes", "POST /chat", "models", "a") in charged({"POST /chat": chat})


def test_the_default_is_charged_unless_every_route_has_another_price() -> None:
    place, defaults = ("defaults", "price"), {"price": "$1"}
    priced = {"GET /x": {**UP, "price": "$2"}}
    assert place not in charged(priced, defaults=defaults)
    assert place in charged(priced, defaults=defaults, partial=True)
    assert place in charged({}, defaults=defaults)
    assert place in charged({**priced, "GET /y": UP}, defaults=defaults)
    assert place in charged({**priced, "GET /y": {**UP, "match": RULES[1:]}}, defaults=defaults)
    imported = {"up": {"url": "https://a.example", "openapi": "./a.yaml"}}
    assert place in charged(priced, defaults=defaults, upstreams=imported)


@given(configs, st.lists(requests(), min_size=12, max_size=12))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_request_is_charged_by_what_is_charged_to_nobody(parts: dict[str, Any], asked: list[Request]) -> None:
    table = table_of(whole(parts))
    found = ChargedPrices(table, unread=(), partial=False)
    for request in asked:
        quote = Gateway(table.config).answer(request).quote
        if quote is not None and quote.place is not None:
            assert quote.place.path in found, (request, quote)


def test_an_empty_name_is_charged_to_nobody() -> None:
    chat = {**UP, "type": "token-based", "models": {"": "$1", "a": "$2"}}
    found = charged({"POST /chat": chat})
    assert ("routes", "POST /chat", "models", "a") in found
    assert ("routes", "POST /chat", "models", "") not in found
    table = table_of(whole({"routes": {"POST /chat": chat}}))
    assert [row.selector for row in table.rows if not row.reachable] == ["model:"]


def test_a_route_charges_where_it_is_reached_or_not_known() -> None:
    routes = {"GET /x/:id": {**UP, "price": "$1"}, "GET /x/a": {**UP, "price": "$2"}}
    assert [charged(routes).charges(key) for key in routes] == [True, False]
    assert charged(routes, unread=("GET /x/a",)).charges("GET /x/a")
