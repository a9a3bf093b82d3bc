"""PC404 and PC407: how changes are told that no percentage tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText
from pricecheck.policy.model import Policy
from pricecheck.rules.comparison import Deployed
from pricecheck.rules.price_changes import silent_reprice
from pricecheck.rules.recipient_changes import recipient_changed, settlement_changed
from tests.rules.texts import config_of, with_routes

if TYPE_CHECKING:
    from pricecheck.rules.model import Rule

USDC = [{"asset": "USDC", "network": "base"}]
DAI = [{"asset": "DAI", "network": "base"}]
ADDRESS = "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
FIRST, OTHER = "https://first.example.com", "https://other.example.com"


def said(rule: Rule, before: dict[str, Any], after: dict[str, Any], *, key: str = "GET /x") -> list[str]:
    old, new = (
        with_routes({key: {"price": "$0.01", **parts.pop("route", {})}}, **parts)
        for parts in (dict(before), dict(after))
    )
    source = SourceText("main:tollbooth.json", old)
    options = Options(rules=(rule,), deployed_for=lambda _: Deployed("main", source, config_of(old), Policy()))
    return [found.finding.message for found in check_source(SourceText("tollbooth.json", new), options)]


def test_another_asset_is_named_on_both_sides() -> None:
    assert said(silent_reprice, {"accepts": USDC}, {"accepts": DAI}) == [
        (
            "`GET /x` changes from $0.01 in USDC to $0.01 in DAI although its line did not: "
            "it is now paid in DAI instead of USDC"
        )
    ]


def test_a_route_that_accepts_nothing_any_more_fails() -> None:
    assert said(silent_reprice, {}, {"route": {"accepts": []}}) == [
        (
            "`GET /x` changes from $0.01 to an error (no payment is accepted) although its line did not: "
            "no payment is accepted any more"
        )
    ]


def test_what_became_of_a_line_in_models_is_said() -> None:
    def route(models: dict[str, str]) -> dict[str, Any]:
        return {"route": {"type": "token-based", "models": {"o3": "$0.09"} | models}}

    listed = route({"gpt-4o-mini": "$0.01", "mine": "$0.02"})
    assert sorted(said(silent_reprice, listed, route({}), key="POST /x")) == [
        "model gpt-4o-mini on `POST /x`: its line was removed; the built-in table now charges $0.001 (before $0.01)",
        "model mine on `POST /x`: its line was removed; `price` now charges $0.01 (before $0.02)",
    ]
    assert said(silent_reprice, listed, route({"gpt-4o-mini": "$0.01", "mine": ""}), key="POST /x") == [
        "model mine on `POST /x`: its line has no price any more; `price` now charges $0.01 (before $0.02)"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"route": {"settlement": "before-response"}}),
        ({}, {"settlement": {"strategy": "facilitator"}}),
        ({"facilitator": FIRST}, {"settlement": {"strategy": "facilitator", "url": FIRST}}),
        ({"facilitator": FIRST}, {"facilitator": {"default": FIRST, "chains": {}}}),
        ({"facilitator": OTHER, "settlement": {"strategy": "facilitator", "url": FIRST}}, {"facilitator": FIRST}),
        ({"route": {"facilitator": {"default": FIRST}}}, {"route": {"facilitator": FIRST}}),
    ],
)
def test_another_way_to_say_the_same_settles_alike(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert said(settlement_changed, before, after) == []
    assert said(settlement_changed, after, before) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"route": {"settlement": "after-response"}}),
        ({"facilitator": FIRST}, {"settlement": {"strategy": "facilitator", "url": OTHER}}),
        ({"facilitator": FIRST}, {"settlement": {"strategy": "nanopayments", "url": FIRST}}),
        ({"facilitator": FIRST}, {"facilitator": {"url": FIRST}}),
        ({"facilitator": FIRST}, {"facilitator": {"default": FIRST, "chains": {"base/USDC": OTHER}}}),
        ({"facilitator": FIRST}, {"route": {"facilitator": FIRST}}),
    ],
)
def test_what_is_settled_otherwise_is_said(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert said(settlement_changed, before, after)
    assert said(settlement_changed, after, before)


def test_the_letter_case_of_an_address_is_no_recipient() -> None:
    wallets = [{"wallets": {"base": "0xabc", "solana": address}} for address in (ADDRESS, ADDRESS.lower())]
    assert said(recipient_changed, *wallets) == []
    assert said(recipient_changed, *({"route": {"payTo": address}} for address in (ADDRESS, ADDRESS.lower()))) == []
    assert said(recipient_changed, {"route": {"payTo": ADDRESS}}, {"route": {"payTo": ADDRESS[:-1] + "5"}})
