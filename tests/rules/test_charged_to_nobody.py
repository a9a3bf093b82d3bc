"""A price that no request is charged is compared with none: rules do not contradict PC203, PC213 and PC228."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText
from pricecheck.gateway.default_table import DEFAULT_TABLE
from pricecheck.policy.reading import parse_policy
from pricecheck.rules import allowed_models, charging, fallbacks, fields, limits, price_scale, unguarded
from pricecheck.rules.vocabulary import vocabulary
from tests.rules.texts import with_routes

if TYPE_CHECKING:
    from pricecheck.rules.model import Rule

CHAT: dict[str, Any] = {"type": "token-based", "fallback": "$0.01"}
POLICY = """\
[models]
deny = ["*"]

[[family]]
name = "every"
models = ["*"]
floor = "$0.01"
ceiling = "$0.20"
"""


def said(rule: Rule, routes: dict[str, Any], policy: str | None = None) -> list[tuple[str | int, ...]]:
    read = None if policy is None else parse_policy(policy, "pricecheck.toml", vocabulary())
    found = check_source(SourceText("tollbooth.json", with_routes(routes)), Options(rules=(rule,), policy=read))
    return [stamped.finding.path for stamped in found]


@pytest.mark.parametrize(
    ("rule", "route"),
    [
        (fallbacks.low_fallback, {**CHAT, "models": {"gpt-4o": "$0.01", "NAME": "$0.10"}}),
        (fallbacks.missing_fallback, {"type": "token-based", "models": {"gpt-4o": "$0.0005", "NAME": "$0.10"}}),
        (price_scale.magnitude_slip, {**CHAT, "models": {**dict.fromkeys("abc", "$0.01"), "NAME": "$50.00"}}),
        (
            charging.session_covers_dearer,
            {
                "type": "token-based",
                "models": {**dict.fromkeys(DEFAULT_TABLE, "$0.01"), "NAME": "$0.10"},
                "pricing": {"model": "time", "duration": "1h", "fallback": "$0.01"},
            },
        ),
    ],
)
def test_the_price_of_an_empty_name_is_compared_with_none(rule: Rule, route: dict[str, Any]) -> None:
    defaults = {"price": "$0.001"}
    for name, expected in (("acme-1", 1), ("", 0)):
        models = {name if key == "NAME" else key: price for key, price in route["models"].items()}
        text = with_routes({"POST /chat": {**route, "models": models}}, defaults=defaults)
        found = check_source(SourceText("tollbooth.json", text), Options(rules=(rule,)))
        assert len(found) == expected, name
        assert not any("0.10" in str(one.finding.fix) for one in found if not name)


def test_an_empty_name_is_no_model_to_a_policy() -> None:
    models = {**dict.fromkeys(DEFAULT_TABLE, "$0.05"), "": "$9.00"}
    routes = {"POST /chat": {"type": "token-based", "models": models, "fallback": "$0.05"}}
    assert said(limits.above_ceiling, routes, POLICY) == []
    denied = said(allowed_models.denied_model, routes, POLICY)
    assert len(denied) >= len(DEFAULT_TABLE)
    assert all(path[-1] for path in denied)


def test_a_table_of_an_empty_name_lists_nothing() -> None:
    assert said(unguarded.default_table_price, {"POST /chat": {**CHAT, "models": {"": "$0.05"}}})
    assert said(fields.models_glob, {"POST /chat": {**CHAT, "models": {"": "$0.05"}}})


@pytest.mark.parametrize("dead", [("POST /:any", "POST /chat"), ("POST /chat", "GET /chat")])
@pytest.mark.parametrize(
    ("rule", "route"),
    [
        (fallbacks.low_fallback, {**CHAT, "models": {"acme": "$0.10"}}),
        (fallbacks.missing_fallback, {"type": "token-based", "models": {"acme": "$0.10"}}),
        (price_scale.magnitude_slip, {**CHAT, "models": {"gpt-4o": "$50.00", "acme": "$0.01"}}),
        (limits.above_ceiling, {**CHAT, "models": {"acme": "$9.00"}}),
        (limits.below_floor, {"type": "token-based", "models": {"acme": "$0.001"}}),
    ],
)
def test_a_route_that_no_request_gets_to_charges_nothing(
    rule: Rule, route: dict[str, Any], dead: tuple[str, str]
) -> None:
    alive, idle = dead
    routes = {alive: {"price": "$0.05"}, idle: route}
    assert said(rule, routes, POLICY) == []
    assert said(rule, {"POST /other": route}, POLICY)
