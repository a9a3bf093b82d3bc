"""What the discovery documents show, as gateway.md §6 words it ("Advertised prices")."""

import pytest

from pricecheck.findings import SourceText
from pricecheck.gateway.advertised import advertised_prices
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.source.yaml_parser import parse

X402, OPENAPI = "/.well-known/x402", "/.well-known/openapi.json"


def shown(route: str, top: str = "") -> dict[str, str]:
    text = f'{top}\ndefaults: {{ price: "$0.01" }}\nroutes: {{ "GET /x": {route} }}\n'
    config = read_config(load(parse(SourceText("tollbooth.yaml", text)), None, partial=True))
    return {each.document: each.text for each in advertised_prices(config, config.routes[0])}


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ('{ price: "$0.05", fallback: "$0.09" }', "$0.05"),
        ('{ fallback: "$0.09" }', "$0.01"),
        ('{ type: token-based, models: { gpt-4o: "$0.05" }, fallback: "$0.09" }', "$0.01"),
        ('{ match: [{ where: {}, price: "$0.2" }], price: "$0.05", fallback: "$0.09" }', "$0.09"),
        ('{ match: [{ where: {}, price: "$0.2" }], price: "$0.05" }', "$0.01"),
    ],
)
def test_both_documents_follow_the_same_order_of_fields(route: str, expected: str) -> None:
    assert shown(route) == {X402: expected, OPENAPI: expected}


def test_openapi_json_ignores_the_pricing_block() -> None:
    assert shown('{ pricing: { price: "$0.05" } }') == {X402: "$0.05", OPENAPI: "$0.01"}
    assert shown('{ price: "$0.02", pricing: { price: "$0.05" } }') == {X402: "$0.05", OPENAPI: "$0.02"}
    assert shown('{ price: "$0.02", pricing: { match: [{ where: {}, price: "$1.0" }], fallback: "$0.3" } }') == {
        X402: "$0.3",
        OPENAPI: "$0.02",
    }


@pytest.mark.parametrize("route", ["{ price: { fn: /srv/price.mjs } }", '{ price: "" }', "{ match: [] }"])
def test_what_cannot_be_told_is_left_out(route: str) -> None:
    assert shown(route) == {}


def test_without_discovery_nothing_is_shown() -> None:
    assert shown('{ price: "$0.05" }', "gateway: { discovery: false }") == {}


def test_the_gateways_own_default_has_no_place() -> None:
    config = read_config(load(parse(SourceText("t.yaml", 'routes: { "GET /x": {} }')), None, partial=True))
    assert [(each.text, each.place) for each in advertised_prices(config, config.routes[0])] == [("$0.001", None)] * 2
