"""Whatever config and log: no price is stated that the gateway would not charge."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.gateway.resolution import Gateway, Outcome, Request
from pricecheck.policy.model import Policy
from pricecheck.prices.model_ids import find_base, read_model_id
from pricecheck.prices.usage import Sample, UsageRow
from pricecheck.rules.judging import Kind
from pricecheck.rules.served import TrafficUsage
from tests.prices.configs import table_of, whole

MODELS = ["gpt-4o", "gpt-4o-mini", "our-model", "ft:gpt-4o:acme::1", "openai/gpt-4o", "constructor", "a", "o1"]
KEYS = ["POST /a", "POST /b", "post /c", "POST /d/:id"]
PRICES = st.sampled_from(["$0.01", "$0.05", "10000", "$0.00", "$", "free", "$-0.01", "${UNSET}", ""])


def _route(models: dict[str, str], price: str | None, fallback: str | None, kind: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {"upstream": "up", "models": models, "type": kind, "price": price, "fallback": fallback}
    return {name: value for name, value in found.items() if value is not None}


ROUTES = st.dictionaries(
    st.sampled_from(KEYS),
    st.builds(
        _route,
        st.dictionaries(st.sampled_from(MODELS), PRICES, max_size=4),
        st.none() | PRICES.filter(bool),
        st.none() | PRICES,
        st.sampled_from([None, "token-based", "token-based", "openai-compatible"]),
    ),
)
LOGGED = st.sampled_from([None, *KEYS, "POST /d/7", "/a", "POST /gone"])
USED = st.lists(st.tuples(LOGGED, st.sampled_from(MODELS), st.integers(1, 50)), max_size=8)


def _usage(routes: dict[str, Any], used: list[tuple[str | None, str, int]]) -> TrafficUsage:
    rows = tuple(UsageRow(route, model, None, None, requests) for route, model, requests in used)
    return TrafficUsage(table_of(whole({"routes": routes})), Sample(("log",), ("records",), rows), Policy())


@settings(deadline=None)
@given(ROUTES, USED)
def test_a_stated_price_is_what_the_gateway_charges_wherever_it_may_have_been(
    routes: dict[str, Any], used: list[tuple[str | None, str, int]]
) -> None:
    usage = _usage(routes, used)
    gateway = Gateway(usage.table.config)
    for found in usage.models:
        row = found.judged.row
        if row is None:
            assert found.judged.doubt
            continue
        for route in found.place.routes:
            path = route.split()[1].replace(":id", "7")
            answer = gateway.answer(Request("POST", path, body=json.loads(json.dumps({"model": found.model}))))
            if answer.route != route:
                continue  # another route is in the way
            assert answer.amount == row.amount
            mapped = answer.source == "route.models" and bool(routes[route]["models"].get(found.model))
            assert mapped == (found.kind is Kind.MAPPED)
            assert answer.outcome is not Outcome.MISSING_MODEL


@settings(deadline=None)
@given(ROUTES, USED)
def test_every_request_counts_once(routes: dict[str, Any], used: list[tuple[str | None, str, int]]) -> None:
    usage = _usage(routes, used)
    total = sum(requests for _, _, requests in used)
    assert usage.requests == total == sum(usage.by_route.values())
    rates = usage.rates
    assert rates.requests == sum(found.requests for found in usage.models if found.place.possible) <= total
    for share in rates.by_name.values():
        assert (share.whole, share.open <= rates.undecided) == (rates.requests, True)
        assert share.part + share.open <= share.whole


@settings(deadline=None)
@given(ROUTES, USED)
def test_a_rate_lies_within_its_range_wherever_the_requests_were(
    routes: dict[str, Any], used: list[tuple[str | None, str, int]]
) -> None:
    usage = _usage(routes, used)
    for number in range(3):
        # Each request put on one of the routes it may have been on.
        placed: list[tuple[str | None, str, int]] = [
            (place.routes[number % len(place.routes)], model, requests)
            for route, model, requests in used
            if (place := usage.place(route)).routes
        ]
        if len(placed) < len(used):
            return
        certain = _usage(routes, placed).rates
        for name, share in usage.rates.by_name.items():
            assert share.part <= certain.by_name[name].part <= share.part + share.open


@settings(deadline=None)
@given(ROUTES, USED)
def test_a_suggestion_is_a_price_and_names_its_base(
    routes: dict[str, Any], used: list[tuple[str | None, str, int]]
) -> None:
    for found in _usage(routes, used).models:
        suggestion = found.suggestion
        if suggestion is None or suggestion.amount is None or suggestion.price is None:
            continue
        assert suggestion.amount > 0
        assert Decimal(suggestion.price.removeprefix("$")) * 10**6 == suggestion.amount
        assert found.judged.base is not None
        assert found.judged.base.known
        assert f"`{found.judged.base.model}`" in suggestion.reason


@given(st.text(max_size=40) | st.from_regex(r"(ft:|azure/|us\.anthropic\.)?[a-z0-9.:/@-]{0,30}", fullmatch=True))
def test_any_name_is_read_and_the_nearest_known_base_is_one_of_its_candidates(name: str) -> None:
    read = read_model_id(name)
    assert name not in read.candidates
    assert (read.furthest is None) == (not read.candidates)
    for candidate in read.candidates:
        found = find_base(read, {candidate}, {})
        assert found is not None
        assert (found.model, found.known) == (candidate, True)
