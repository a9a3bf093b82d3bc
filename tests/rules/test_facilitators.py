"""PC224 and PC225: near misses that the fixtures have no room for."""

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
