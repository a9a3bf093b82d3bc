"""PC216, PC224, PC225, PC227 and PC228: near misses that the fixtures have no room for."""

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText
from pricecheck.rules import load, structure
from pricecheck.rules.model import Rule, Settings


def messages(rule: Rule, text: str, path: str = "tollbooth.yaml") -> list[str]:
    options = Options(rules=(rule,), settings=Settings(partial=True))
    return [found.finding.message for found in check_source(SourceText(path, text), options)]


MERGING = 'x: &b { price: "$0.01" }\nroutes:\n  "GET /x":\n    <<: *b\n    upstream: a\n'


def test_a_merge_key_is_reported_where_nothing_merges_it() -> None:
    assert messages(structure.merge_key, MERGING) == ["`<<` is not merged: `price` of `*b` is not there"]
    assert messages(structure.merge_key, "%YAML 1.2\n---\n" + MERGING) != []
    assert messages(structure.merge_key, "%YAML 1.1\n---\n" + MERGING) == []
    assert messages(structure.merge_key, '{"routes": {"GET /x": {"<<": {"price": "$1.0"}}}}', "tollbooth.json") == []


@pytest.mark.parametrize(
    "section",
    [
        'routes: { "GET /x": { upstream: a, rateLimit: { <<: { requests: 1 }, requests: 1, window: 1m } } }',
        'routes: { "POST /x": { upstream: a, type: token-based, models: { <<: { gpt-4o: "$0.05" }, o1: "$1.00" } } }',
    ],
)
def test_what_the_gateway_refuses_is_left_to_pc0(section: str) -> None:
    assert messages(structure.merge_key, section) == []
    assert any(messages(rule, section) for rule in (load.unknown_field, load.wrong_type))


def test_a_missing_field_that_the_merge_was_to_bring_is_explained() -> None:
    text = 'x: &b { upstream: a, price: "$0.01" }\nroutes:\n  "GET /x":\n    <<: *b\n'
    assert messages(structure.merge_key, text) == ["`<<` is not merged: `upstream` and `price` of `*b` are not there"]


def test_metadata_keeps_the_key_and_merges_nothing() -> None:
    text = 'routes: { "GET /x": { upstream: a, price: "$0.01", metadata: { <<: { team: search } } } }'
    assert messages(structure.merge_key, text) == ["`<<` is not merged: `team` of its value is not there"]


@pytest.mark.parametrize(
    ("chains", "reported"),
    [
        ("base/USDC", False),
        ("base/usdc", False),
        ("polygon/USDC", False),
        ("base", True),
        ("USDC/base", True),
        ("base/USDC/x", True),
        ("/USDC", True),
    ],
)
def test_chains_are_keyed_by_network_and_asset(chains: str, reported: bool) -> None:  # noqa: FBT001 - a test's parameter
    text = (
        f'accepts: [{{ asset: USDC, network: base }}]\nfacilitator: {{ chains: {{ {chains}: "https://f.example" }} }}\n'
    )
    assert bool(messages(structure.facilitator_not_used, text)) == reported


def test_an_url_key_is_renamed_only_where_there_is_no_default() -> None:
    options = Options(rules=(structure.facilitator_not_used,), settings=Settings(partial=True))
    for rest, fixes in (("", [True]), (', default: "https://d.example"', [False])):
        text = f'facilitator: {{ url: "https://f.example"{rest} }}\n'
        found = check_source(SourceText("t.yaml", text), options)
        assert [each.finding.fix is not None for each in found] == fixes


def test_one_store_on_redis_is_enough() -> None:
    redis = 'stores:\n  redis: { url: "redis://localhost" }\n'
    assert len(messages(structure.store_without_backend, redis)) == 1
    assert len(messages(structure.store_without_backend, redis + "  rateLimit: { backend: memory }\n")) == 1
    assert messages(structure.store_without_backend, redis + "  timeSession: { backend: redis }\n") == []


@pytest.mark.parametrize(("port", "reported"), [("65535", False), ("65536", True), ("7e4", True), ('"70000"', False)])
def test_a_port_has_sixteen_bits(port: str, reported: bool) -> None:  # noqa: FBT001 - a test's parameter
    assert bool(messages(structure.unusable_route, f"gateway: {{ port: {port} }}\n")) == reported


@pytest.mark.parametrize(
    ("key", "reported"), [("GET /x", True), ("head /x", True), ("POST /x", False), ("DELETE /x", False)]
)
def test_a_token_based_route_needs_a_body(key: str, reported: bool) -> None:  # noqa: FBT001 - a test's parameter
    text = f'routes: {{ "{key}": {{ upstream: a, type: token-based, fallback: "$0.05" }} }}'
    assert bool(messages(structure.unusable_route, text)) == reported


def test_wallets_that_are_not_there_are_another_rules_matter() -> None:
    assert messages(structure.nothing_to_pay_with, "routes: {}\n") == []
    assert len(messages(structure.nothing_to_pay_with, "wallets: {}\n")) == 1
