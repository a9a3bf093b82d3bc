"""What else changed, in words, recipients first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from pricecheck.gateway.money import read_price
from pricecheck.prices.changes import price_changes
from pricecheck.prices.recipients import recipient_changes
from pricecheck.prices.structure import Topic, structure_changes
from tests.prices.configs import config_pairs, table_of, whole

ROUTES = {"GET /x": {"upstream": "up", "price": "$0.01"}, "GET /y": {"upstream": "up", "price": "$0.01"}}


def said(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[Topic, str]]:
    tables = [table_of(whole({"routes": ROUTES, **parts})) for parts in (old, new)]
    changes = price_changes(tables[0], tables[1])
    return [(change.topic, change.message) for change in structure_changes(tables[0], tables[1], changes)]


def route(**more: object) -> dict[str, Any]:
    return {"routes": {"GET /x": {"upstream": "up", "price": "$0.01", **more}}}


def test_a_wallet_is_said_once_for_all_routes_it_pays_for() -> None:
    assert said({}, {"wallets": {"base": "0xdef"}}) == [
        (Topic.RECIPIENTS, "payments on base now go to 0xdef (before: 0xabc): `GET /x` and 1 more")
    ]


def test_a_wallet_that_pays_for_nothing_is_said_too() -> None:
    old, new = ({"wallets": {"base": "0xabc", "solana": key}} for key in ("So1", "So2"))
    assert said(old, new) == [
        (
            Topic.RECIPIENTS,
            "the wallet for solana, which no route of both configs pays, is now So2 (before: So1)",
        )
    ]


def test_another_letter_case_of_an_evm_address_is_the_same_account() -> None:
    mixed, other = "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4", "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU"
    assert said({"wallets": {"base": mixed}}, {"wallets": {"base": mixed.lower()}}) == []
    assert said(route(payTo=mixed), route(payTo=mixed.lower())) == []
    match = [[{"where": {"query.q": "a"}, "price": "$0.01", "payTo": paid}] for paid in (mixed, mixed.lower())]
    assert said(route(match=match[0]), route(match=match[1])) == []
    assert said({"wallets": {"base": other}}, {"wallets": {"base": other.lower()}})[0][0] is Topic.RECIPIENTS


@pytest.mark.parametrize("nothing", [None, [], "x"])
def test_a_config_without_routes_is_compared_too(nothing: object) -> None:
    assert said({"routes": nothing}, {}) == [
        (Topic.ROUTES, "route `GET /x` is new"),
        (Topic.ROUTES, "route `GET /y` is new"),
    ]


def test_a_default_that_charges_nobody_is_told_and_one_that_charges_is_a_price() -> None:
    told = (Topic.PRICES, "defaults.price is now $0.02 (before: not set)")
    assert said({}, {"defaults": {"price": "$0.02"}}) == [told]
    assert said({}, {"defaults": {"price": "$0.02", "timeout": 9}}) == [
        told,
        (Topic.LIMITS, "defaults is now {timeout: 9} (before: not set)"),
    ]
    assert said({"defaults": {"price": "$0.01"}}, {"defaults": {"price": "$0.50"}}) == [
        (Topic.PRICES, "defaults.price is now $0.50 (before: $0.01)")
    ]
    charged = {"routes": {"GET /x": {"upstream": "up"}}}
    assert said(charged, {**charged, "defaults": {"price": "$0.02"}}) == []


@pytest.mark.parametrize("spelt", ["0.0010", "1000"])
def test_a_default_spelt_otherwise_is_no_change(spelt: str) -> None:
    assert said({}, {"defaults": {"price": spelt}}) == []
    assert said({"defaults": {"price": spelt}}, {}) == []


def test_pay_to_wins_over_the_wallet_and_only_the_first_of_a_split_counts() -> None:
    split = [{"address": "0x1", "share": 0.5}, {"address": "0x2", "share": 0.5}]
    assert said(route(), route(payTo=split)) == [
        (Topic.RECIPIENTS, "payments on base now go to 0x1 (before: 0xabc): `GET /x`")
    ]
    assert recipient_changes(table_of(whole(route(payTo="0x1"))), table_of(whole(route(payTo=split)))) == []


def test_a_rule_with_a_recipient_of_its_own_is_told_apart() -> None:
    def config(address: str) -> dict[str, Any]:
        match = [{"where": {"query.q": "a"}, "price": "$0.01", "payTo": address}]
        return route(match=match)

    assert said(config("0x1"), config("0x2")) == [
        (Topic.RECIPIENTS, "payments on base now go to 0x2 (before: 0x1): `GET /x` match:0")
    ]


def test_a_new_first_network_pays_another_wallet() -> None:
    wallets = {"base": "0xabc", "solana": "So1"}
    accepts = [{"asset": "USDC", "network": network} for network in ("base", "solana")]
    assert said({"wallets": wallets, "accepts": accepts}, {"wallets": wallets, "accepts": accepts[::-1]}) == [
        (Topic.RECIPIENTS, "payments on solana now go to So1 (before: 0xabc on base): `GET /x` and 1 more"),
        (Topic.PAYMENT, "accepts is now USDC on solana, then USDC on base (before: USDC on base, then USDC on solana)"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "topic", "message"),
    [
        (
            {},
            {"settlement": {"strategy": "nanopayments"}},
            Topic.SETTLEMENT,
            "settlement is now {strategy: nanopayments} (before: not set)",
        ),
        (
            route(settlement="before-response"),
            route(settlement="after-response"),
            Topic.SETTLEMENT,
            "settlement of route `GET /x` is now after-response (before: before-response)",
        ),
        (
            route(),
            route(hooks={"onRequest": "/a.ts"}),
            Topic.HOOKS,
            "hooks of route `GET /x` is now {onRequest: /a.ts} (before: not set)",
        ),
        (
            route(rateLimit={"requests": 1, "window": "1m"}),
            route(rateLimit={"requests": 2, "window": "1m"}),
            Topic.LIMITS,
            "rateLimit.requests of route `GET /x` is now 2 (before: 1)",
        ),
        (
            route(),
            {**route(), "defaults": {"timeout": 5, "price": "$0.001"}},
            Topic.LIMITS,
            "defaults is now {timeout: 5} (before: not set)",
        ),
        ({}, {"gateway": {"port": 1}}, Topic.GATEWAY, "gateway is now {port: 1} (before: not set)"),
        (route(), {"routes": {}}, Topic.ROUTES, "route `GET /x` is gone"),
        (route(path="/a"), route(path="/b"), Topic.UPSTREAM, "path of route `GET /x` is now /b (before: /a)"),
    ],
)
def test_everything_else_in_words(old: dict[str, Any], new: dict[str, Any], topic: Topic, message: str) -> None:
    assert said(old, new) == [(topic, message)]


def test_credentials_are_never_shown() -> None:
    def config(key: str) -> dict[str, Any]:
        return {"upstreams": {"up": {"url": "https://a.example", "headers": {"authorization": f"Bearer {key}"}}}}

    ((topic, message),) = said(config("sk-1"), config("sk-2"))
    assert topic is Topic.UPSTREAM
    assert message == "headers.authorization of upstream `up` changed (not shown)"
    stripe = {"settlement": {"strategy": "mpp", "methods": [{"type": "stripe", "secretKey": "sk_live_1"}]}}
    ((_, message),) = said({}, stripe)
    assert message == (
        "settlement is now {strategy: mpp, methods: [{type: stripe, secretKey: (not shown)}]} (before: not set)"
    )


def test_a_price_that_charges_is_no_structure_and_one_beside_it_is() -> None:
    assert said(route(), route(price="$0.02")) == []
    assert said(route(), route(price="$0.02", fallback="$0.1", pricing={"price": "$0.3"})) == [
        (Topic.PRICES, "price of route `GET /x` is now $0.02 (before: $0.01)"),
        (Topic.PRICES, "fallback of route `GET /x` is now $0.1 (before: not set)"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (route(fallback="$0.1"), route(), "fallback of route `GET /x` is not set any more (before: $0.1)"),
        (route(fallback="$0.1"), route(fallback=""), 'fallback of route `GET /x` is now "" (before: $0.1)'),
        (
            route(models={"a": "$1.0"}),
            route(models={"a": "$2.0"}),
            "models.a of route `GET /x` is now $2.0 (before: $1.0)",
        ),
        (
            route(),
            route(models=dict.fromkeys("abcd", "$1.0")),
            "4 lines of models of route `GET /x` are new: `a`, `b`, `c` and 1 more; no effective price changes by them",
        ),
        (
            {"upstreams": {"up": {"url": "https://a.example", "defaultPrice": "1"}}},
            {"upstreams": {"up": {"url": "https://a.example", "defaultPrice": "2"}}},
            "defaultPrice of upstream `up` is now 2 (before: 1)",
        ),
    ],
)
def test_a_price_that_charges_no_request_is_told(old: dict[str, Any], new: dict[str, Any], message: str) -> None:
    assert said(old, new) == [(Topic.PRICES, message)]


def test_a_rule_is_told_where_no_request_shows_it_wherever_it_stands() -> None:
    def ruled(*rules: tuple[str, str]) -> dict[str, Any]:
        return route(match=[{"where": {"query.q": query}, "price": price} for query, price in rules])

    one, other, dead = ("a", "$0.05"), ("b", "$0.06"), ("a", "$0.09")
    spelt = ("a", "0.050")
    assert said(ruled(one, other), ruled(other, spelt)) == [
        (Topic.PRICES, "match of route `GET /x` has its rules in another order")
    ]
    assert said(ruled(one), ruled(spelt)) == []
    assert said(ruled(one), ruled(one, dead)) == [
        (Topic.PRICES, "match.1 of route `GET /x` is now {where: {query.q: a}, price: $0.09} (before: not set)")
    ]
    assert said(ruled(other, one), ruled(one)) == []  # `b` is charged otherwise: the price diff shows that
    assert said(ruled(one), ruled(("a*", "$0.05"))) == []
    now, before = (f"{{where: {{query.q: a}}, price: {price}}}" for price in ("$0.08", "$0.09"))
    assert said(ruled(one, dead), ruled(one, ("a", "$0.08"))) == [
        (Topic.PRICES, f"match.1 of route `GET /x` is now {now} (before: {before})")
    ]


def test_who_is_paid_from_another_place_is_told_and_is_no_other_recipient() -> None:
    assert said(route(), route(payTo="0xabc")) == [
        (Topic.PAYMENT, "payTo of route `GET /x` is now 0xabc (before: not set)")
    ]
    split = [{"address": "0xabc", "share": 0.5}, {"address": "0x2", "share": 0.5}]
    assert [topic for topic, _ in said(route(payTo="0xabc"), route(payTo=split))] == [Topic.PAYMENT]
    assert [topic for topic, _ in said(route(payTo="0x1"), route())] == [Topic.RECIPIENTS]


@given(config_pairs())
def test_whatever_differs_is_told_as_a_price_or_as_a_change_of_the_config(pair: tuple[str, str]) -> None:
    old, new = map(table_of, pair)
    changes = price_changes(old, new)
    if not changes and not structure_changes(old, new, changes):
        parts = [_read({"defaults": {}, **json.loads(text)}) for text in pair]
        assert parts[0] == parts[1]


def _read(value: object, name: str = "") -> object:
    """Give a config with its prices as amounts."""
    if isinstance(value, dict):
        value = {"price": "$0.001", **value} if name == "defaults" else value
        return {key: _read(item, key) for key, item in value.items() if item or key not in {"models", "match"}}
    if isinstance(value, list):
        return [_read(item, name) for item in value]
    amount = read_price(value, 6).amount if isinstance(value, str) and name != "where" else None
    return value if amount is None else amount


def test_what_may_be_secret_of_a_url_is_not_shown() -> None:
    first, second = ({"url": f"https://a:{word}@h.example/p?key={word}#x"} for word in ("hunter2", "hunter3"))
    (change,) = said({"upstreams": {"up": first}}, {"upstreams": {"up": second}})
    assert "hunter" not in change[1]
    assert "https://(not shown)@h.example/p?(not shown)#x" in change[1]
