"""PC223 and PC226: near misses that the fixtures have no room for."""

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText
from pricecheck.rules import charging
from pricecheck.rules.model import Rule, Settings


def found(rule: Rule, route: str, top: str = "") -> list[tuple[str, str]]:
    text = f'{top}accepts: [{{ asset: USDC, network: base }}]\nroutes: {{ "POST /x": {route} }}\n'
    options = Options(rules=(rule,), settings=Settings(partial=True))
    return [(each.severity.value, each.finding.message) for each in check_source(SourceText("t.yaml", text), options)]


@pytest.mark.parametrize(
    ("route", "severities"),
    [
        ('{ upstream: a, price: "$0.05" }', []),
        ("{ upstream: a }", []),
        ('{ upstream: a, fallback: "$0.001" }', []),
        ('{ upstream: a, fallback: "$0.05" }', ["warning"]),
        ('{ upstream: a, pricing: { price: "$0.05" } }', ["warning"]),
        ('{ upstream: a, pricing: { price: "1000" } }', []),
        ('{ upstream: a, price: "$0.05", pricing: { model: time, duration: 1h } }', []),
        ('{ upstream: a, fallback: "free" }', []),
        ('{ upstream: a, fallback: "${PRICE}" }', []),
        ("{ upstream: a, price: { fn: /srv/price.mjs } }", []),
        ('{ upstream: a, type: token-based, fallback: "$0.05" }', []),
        ('{ upstream: a, type: token-based, models: { gpt-4o: "$0.05" } }', []),
        ('{ upstream: a, type: token-based, models: { gpt-4o: "$0.05" }, price: "$0.05" }', []),
        ('{ upstream: a, match: [{ where: { query.a: b }, price: "$0.10" }], fallback: "$0.05" }', []),
        ('{ upstream: a, match: [{ where: { query.a: b }, price: "$0.10" }], price: "$0.05" }', ["info"]),
        ('{ upstream: a, match: [{ where: { query.a: b }, price: "$0.10" }] }', ["info"]),
        ('{ upstream: a, match: [{ where: {}, price: "$0.001" }], price: "$0.05" }', []),
    ],
)
def test_what_is_shown_is_held_against_what_is_charged(route: str, severities: list[str]) -> None:
    assert [severity for severity, _ in found(charging.advertised_otherwise, route)] == severities


def test_without_discovery_nothing_is_shown() -> None:
    hidden = "gateway: { discovery: false }\n"
    assert found(charging.advertised_otherwise, '{ upstream: a, fallback: "$0.05" }', hidden) == []


def session(rest: str) -> list[tuple[str, str]]:
    return found(charging.session_covers_dearer, f"{{ upstream: a, {rest} }}")


@pytest.mark.parametrize(
    ("match", "reported"),
    [
        ('[{ where: { query.a: b }, price: "$0.10" }]', True),
        ('[{ where: { query.a: b }, price: "$1.00" }]', False),
        ('[{ where: { query.a: b }, price: "$0" }]', False),
        ('[{ where: { query.a: b }, price: "${CHEAP}" }]', False),
        ('[{ where: {}, price: "$2.00" }]', False),
        ('[{ where: { headers.X-Tier: b }, price: "$0.10" }]', False),
    ],
)
def test_prices_that_some_request_pays_are_compared(match: str, reported: bool) -> None:  # noqa: FBT001
    rest = f'match: {match}, price: "$1.00", pricing: {{ model: time, duration: 1h }}'
    assert bool(session(rest)) == reported


@pytest.mark.parametrize(("duration", "reported"), [("0s", True), ("00h", True), ("10m", False), ("1s", False)])
def test_a_session_of_no_time_is_none(duration: str, reported: bool) -> None:  # noqa: FBT001 - a test's parameter
    assert bool(session(f'pricing: {{ model: time, duration: {duration}, price: "$1.00" }}')) == reported


def test_a_request_priced_route_may_have_many_prices() -> None:
    assert session('match: [{ where: { query.a: b }, price: "$0.10" }], price: "$1.00"') == []
