"""PC224 and PC225: near misses that the fixtures have no room for."""

import json

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText
from pricecheck.rules import facilitators
from pricecheck.rules.model import Settings
from tests.rules.texts import messages


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
    assert bool(messages(facilitators.facilitator_not_used, text)) == reported


def test_an_url_key_is_renamed_only_where_there_is_no_default() -> None:
    options = Options(rules=(facilitators.facilitator_not_used,), settings=Settings(partial=True))
    for rest, fixes in (("", [True]), (', default: "https://d.example"', [False])):
        text = f'facilitator: {{ url: "https://f.example"{rest} }}\n'
        found = check_source(SourceText("t.yaml", text), options)
        assert [each.finding.fix is not None for each in found] == fixes


def test_wallets_that_are_not_there_are_another_rules_matter() -> None:
    assert messages(facilitators.nothing_to_pay_with, "routes: {}\n") == []
    assert len(messages(facilitators.nothing_to_pay_with, "wallets: {}\n")) == 1


def test_the_chains_of_a_route_are_used_beside_a_settlement_url() -> None:
    def config(at_root: str, on_route: str) -> str:
        return (
            "accepts: [{ asset: USDC, network: base }]\n"
            'settlement: { strategy: facilitator, url: "https://s.example" }\n'
            f'{at_root}routes: {{ "GET /x": {{ upstream: up, price: "$0.01"{on_route} }} }}\n'
        )

    chains = 'facilitator: { chains: { base/USDC: "https://f.example" } }'
    assert messages(facilitators.facilitator_not_used, config("", f", {chains}")) == []
    assert len(messages(facilitators.facilitator_not_used, config(f"{chains}\n", ""))) == 1


def test_nobody_is_to_be_paid_for_what_is_free() -> None:
    def found(price: str, **more: object) -> list[str]:
        route = {"upstream": "up", "price": price, "payTo": [], **more}
        return messages(facilitators.nothing_to_pay_with, json.dumps({"routes": {"GET /x": route}}))

    assert found("$0") == []
    assert len(found("$0.01")) == 1
    assert len(found("${PRICE}")) == 1
    assert len(found("$0", match=[{"where": {"query.a": "b"}, "price": "$0.01"}])) == 1
    assert len(found("$0", match=[{"where": {"query.a": "b"}, "price": "$0", "payTo": []}])) == 0
    assert len(found("$0.01", match=[{"where": {"query.a": "b"}, "price": "$0", "payTo": []}])) == 1
