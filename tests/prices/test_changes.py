"""Price changes against the resolver: nothing that is charged differently is missed, and nothing shown is invented."""

from __future__ import annotations

from fractions import Fraction
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricecheck.gateway.resolution import Answer, Gateway, Outcome, Request
from pricecheck.prices.changes import ChangeKind, PriceChange, price_changes
from tests.prices.configs import config_pairs, requests, table_of, whole

if TYPE_CHECKING:
    from pricecheck.prices.table import PriceRow, PriceTable

PRICED = {Outcome.PAYMENT, Outcome.FREE}


def changes_of(old: str, new: str) -> list[PriceChange]:
    return price_changes(table_of(old), table_of(new))


def charge(answer: Answer) -> tuple[int | None, str | None]:
    return (answer.amount, (answer.asset or "").upper()) if answer.outcome in PRICED else (None, None)


def refused(answer: Answer) -> bool:
    """Refused before it is priced: no row of the table is for it."""
    internal = answer.quote is not None and answer.quote.internal
    return internal or answer.outcome in {Outcome.MISSING_MODEL, Outcome.BUILTIN}


def shown(row: PriceRow | None) -> tuple[int | None, str | None]:
    return (None, None) if row is None or row.amount is None else (row.amount, row.asset.upper())


@given(config_pairs(), st.lists(requests(), min_size=12, max_size=12))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_request_charged_differently_is_covered_by_a_change_with_these_amounts(
    pair: tuple[str, str], asked: list[Request]
) -> None:
    old, new = table_of(pair[0]), table_of(pair[1])
    gateways = Gateway(old.config), Gateway(new.config)
    known = {
        (c.before and c.before.route, shown(c.before), c.after and c.after.route, shown(c.after))
        for c in price_changes(old, new)
    }
    for request in asked:
        before, after = (gateway.answer(request) for gateway in gateways)
        if charge(before) == charge(after) or any(map(refused, (before, after))):
            continue
        assert (before.route, charge(before), after.route, charge(after)) in known, (request, before, after)


@given(config_pairs())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_change_has_a_request_that_shows_it(pair: tuple[str, str]) -> None:
    old, new = table_of(pair[0]), table_of(pair[1])
    gateways = Gateway(old.config), Gateway(new.config)
    for change in price_changes(old, new):
        example = change.example
        assert example is not None, change
        request = Request(example.method, example.path, example.headers, example.body)
        for gateway, row in zip(gateways, (change.before, change.after), strict=True):
            answer = gateway.answer(request)
            if row is None:
                assert answer.outcome in {Outcome.NOT_FOUND, Outcome.BUILTIN}, (change, request, answer)
                continue
            assert (answer.route, charge(answer)) == (row.route, shown(row)), (change, request, answer)
            assert answer.outcome not in {Outcome.NOT_FOUND, Outcome.MISSING_MODEL, Outcome.BUILTIN}


@given(config_pairs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_config_does_not_differ_from_itself(pair: tuple[str, str]) -> None:
    assert changes_of(pair[0], pair[0]) == []


def chat(models: dict[str, str], **more: object) -> str:
    return whole({"routes": {"POST /v1/chat": {"upstream": "up", "type": "token-based", "models": models, **more}}})


def summary(changes: list[PriceChange]) -> list[tuple[str, ChangeKind, bool]]:
    return [(change.selector, change.kind, change.silent) for change in changes]


def test_another_spelling_is_no_change() -> None:
    assert changes_of(chat({"a": "$0.05"}), chat({"a": "0.0500"})) == []
    assert changes_of(chat({"a": "$0.05"}), chat({"a": "50000"})) == []
    assert changes_of(chat({"gpt-4o": "$0.01"}), chat({})) == []


def test_a_dropped_model_is_repriced_by_the_built_in_table_or_the_fallback() -> None:
    (change,) = changes_of(chat({"gpt-4o": "$0.05"}), chat({}))
    assert summary([change]) == [("model:gpt-4o", ChangeKind.LOWERED, True)]
    assert change.after is not None
    assert (change.after.source, change.after.amount, change.ratio) == ("default-table", 10_000, Fraction(-4, 5))
    assert change.example is not None
    assert change.example.as_record() == {
        "method": "POST",
        "path": "/v1/chat",
        "headers": {"content-type": "application/json"},
        "body": {"model": "gpt-4o"},
    }
    (change,) = changes_of(chat({"mine": "$0.05"}, fallback="$0.01"), chat({}, fallback="$0.01"))
    assert summary([change]) == [("model:mine", ChangeKind.LOWERED, True)]
    assert change.after is not None
    assert change.after.source == "fallback"


def test_a_renamed_model_is_two_changes() -> None:
    found = changes_of(chat({"mine": "$0.05"}, fallback="$0.01"), chat({"mine-2": "$0.20"}, fallback="$0.01"))
    assert summary(found) == [("model:mine-2", ChangeKind.RAISED, False), ("model:mine", ChangeKind.LOWERED, True)]
    assert [change.first_mapped for change in found] == [True, False]


def rules(*pairs: tuple[dict[str, Any], str], **more: object) -> str:
    match = [{"where": where, "price": price} for where, price in pairs]
    return whole({"routes": {"POST /x/:id": {"upstream": "up", "match": match, **more}}})


def test_a_widened_rule_reprices_the_requests_it_now_takes() -> None:
    old = rules(({"body.tier": "gold"}, "$0.05"), price="$0.01")
    new = rules(({"body.tier": "g*"}, "$0.05"), price="$0.01")
    (change,) = changes_of(old, new)
    assert summary([change]) == [("match:0", ChangeKind.RAISED, True)]
    assert change.before is not None
    assert change.before.selector == "other"
    assert change.example is not None
    assert change.example.body == {"tier": "g"}


def test_a_moved_rule_is_silent_and_only_what_it_now_takes_has_changed() -> None:
    one, other = ({"body.m": "a*"}, "$0.05"), ({"body.m": "*b"}, "$0.01")
    (change,) = changes_of(rules(one, other), rules(other, one))
    assert summary([change]) == [("match:0", ChangeKind.LOWERED, True)]
    assert change.example is not None
    assert change.example.body == {"m": "ab"}
    assert changes_of(rules(one, ({"body.m": "b*"}, "$0.01")), rules(({"body.m": "b*"}, "$0.01"), one)) == []


def test_parameters_that_were_renamed_are_the_same_parameters() -> None:
    def config(name: str) -> str:
        match = [{"where": {f"params.{name}": "a*"}, "price": "$0.05"}]
        return whole({"routes": {f"GET /x/:{name}": {"upstream": "up", "match": match, "price": "$0.01"}}})

    assert changes_of(config("id"), config("name")) == []


def test_a_new_first_asset_changes_what_a_raw_amount_is_worth() -> None:
    def config(*assets: str) -> str:
        accepts = [{"asset": asset, "network": "base"} for asset in assets]
        return whole({"accepts": accepts, "routes": {"GET /x": {"upstream": "up", "price": "10000"}}})

    (change,) = changes_of(config("USDC", "DAI"), config("DAI", "USDC"))
    assert summary([change]) == [("other", ChangeKind.LOWERED, True)]
    (change,) = changes_of(config("USDC"), config("EURC"))
    assert (change.kind, change.ratio) == (ChangeKind.UNKNOWN, None)


def test_defaults_reach_every_route_that_has_no_price() -> None:
    def config(price: str) -> str:
        routes = {"GET /x": {"upstream": "up"}, "GET /y": {"upstream": "up", "price": "$1.00"}}
        return whole({"defaults": {"price": price}, "routes": routes})

    (change,) = changes_of(config("$0.001"), config("$0.002"))
    assert (change.route, change.kind, change.silent) == ("GET /x", ChangeKind.RAISED, True)


def test_the_pricing_block_wins_over_the_routes_own_price() -> None:
    def config(**more: object) -> str:
        return whole({"routes": {"GET /x": {"upstream": "up", "price": "$0.01", **more}}})

    (change,) = changes_of(config(), config(pricing={"price": "$0.02"}))
    assert summary([change]) == [("other", ChangeKind.RAISED, False)]


def test_imported_routes_are_compared_by_their_upstream() -> None:
    def config(price: str) -> str:
        upstream = {"url": "https://a.example", "openapi": "./a.json", "defaultPrice": price}
        return whole({"upstreams": {"up": upstream}})

    (change,) = changes_of(config("$0.01"), config("$0.02"))
    assert (change.route, change.kind, change.example) == ("upstreams.up (imported)", ChangeKind.RAISED, None)


def test_a_route_that_takes_anothers_requests_reprices_them() -> None:
    old = whole({"routes": {"GET /x/:id": {"upstream": "up", "price": "$0.01"}}})
    new = whole(
        {
            "routes": {
                "GET /x/a": {"upstream": "up", "price": "$0.05"},
                "GET /x/:id": {"upstream": "up", "price": "$0.01"},
            }
        }
    )
    (change,) = changes_of(old, new)
    assert (change.route, change.kind) == ("GET /x/a", ChangeKind.RAISED)
    assert change.before is not None
    assert change.before.route == "GET /x/:id"


def test_a_route_that_the_gateway_answers_itself_has_no_price_any_more() -> None:
    route = {"GET /metrics": {"upstream": "up", "price": "$0.01"}, "GET /:any": {"upstream": "up", "price": "$0.02"}}
    old, new = whole({"routes": route}), whole({"routes": route, "gateway": {"metrics": {"enabled": True}}})
    (gone,) = changes_of(old, new)
    assert (gone.route, gone.kind, gone.after) == ("GET /metrics", ChangeKind.REMOVED, None)
    assert gone.example is not None
    assert gone.example.path == "/metrics"
    (back,) = changes_of(new, old)
    assert (back.route, back.kind, back.before) == ("GET /metrics", ChangeKind.ADDED, None)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("$0.01", "$0.00", ChangeKind.FREED),
        ("$", "$0.01", ChangeKind.UNFREED),
        ("$0.01", "${PRICE}", ChangeKind.UNKNOWN),
        ("${PRICE}", "${OTHER}", ChangeKind.UNKNOWN),
        ("$0.01", "oops", ChangeKind.UNKNOWN),
    ],
)
def test_kinds_without_a_ratio(old: str, new: str, kind: ChangeKind) -> None:
    (change,) = changes_of(chat({"a": old}), chat({"a": new}))
    assert (change.kind, change.ratio) == (kind, None)


def test_what_is_unknown_in_the_same_way_has_not_changed() -> None:
    assert changes_of(chat({"a": "${P}"}), chat({"a": "${P}"})) == []


def test_another_price_function_is_an_unknown_change() -> None:
    def config(path: str) -> str:
        return whole({"routes": {"GET /x": {"upstream": "up", "price": {"fn": path}}}})

    (change,) = changes_of(config("/a.ts"), config("/b.ts"))
    assert (change.kind, change.before and change.before.unknown_reason) == (ChangeKind.UNKNOWN, "price function")


def test_an_anchor_changed_elsewhere_is_silent() -> None:
    text = "x: &cheap {price}\n" + whole({})[1:-1].replace(
        '"routes": {}', '"routes": {"GET /x": {"upstream": "up", "price": *cheap }}'
    )
    old, new = (
        "{" + text.replace("x: &cheap {price}\n", f'"x": &cheap "{price}", ') + "}" for price in ("$0.01", "$0.02")
    )
    assert summary(changes_of(old, new)) == [("other", ChangeKind.RAISED, True)]


def test_thousands_of_routes_are_paired_by_what_they_share_and_not_one_by_one() -> None:
    def config(price: str) -> PriceTable:
        route = {"upstream": "up", "price": price}
        return table_of(whole({"routes": {f"GET /v1/r{number}/:id": route for number in range(1500)}}))

    old, new = config("$0.10"), config("$0.11")
    started = process_time()
    assert len(price_changes(old, new)) == 1500
    assert process_time() - started < 2  # one by one it took twenty


@pytest.mark.parametrize(
    "before", [{"": "$0.10", "a": "$0.05"}, {"a": "$0.05"}, {"": "$0.90", "a": "$0.05"}], ids=["same", "new", "other"]
)
def test_an_empty_name_is_no_change(before: dict[str, str]) -> None:
    chat = {"upstream": "up", "type": "token-based", "fallback": "$0.05"}
    after = {"": "$0.10", "a": "$0.05"}
    old, new = (whole({"routes": {"POST /c": {**chat, "models": models}}}) for models in (before, after))
    assert changes_of(old, new) == []
    assert changes_of(new, old) == []
    ruled = whole({"routes": {"POST /c": {"upstream": "up", "match": [{"where": {}, "price": "$0.05"}]}}})
    assert all(change.selector != "model:" for change in [*changes_of(ruled, new), *changes_of(new, ruled)])
    gone = whole({"routes": {"POST /d": {"upstream": "up", "price": "$0.05"}}})
    assert all(change.selector != "model:" for change in [*changes_of(gone, new), *changes_of(new, gone)])
