"""What PC5 says where fixtures do not reach: many models, logs that say little, routes the config has not."""

from __future__ import annotations

from decimal import Decimal

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText
from pricecheck.policy.model import Policy
from pricecheck.prices.usage import Sample, UsageRow
from pricecheck.rules.registry import RULES

CHAT = "POST /chat"
HEAD = """\
wallets: {base: "0xabc"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
"""
ONE = f'{HEAD}  "{CHAT}": {{upstream: openai, type: token-based, models: {{gpt-4o: "$0.05"}}, fallback: "$0.02"}}\n'
TWO = f'{ONE}  "POST /b": {{upstream: openai, type: token-based, models: {{gpt-4o: "$0.06"}}, fallback: "$0.03"}}\n'


def row(model: str | None, requests: int = 1, route: str | None = CHAT, source: str | None = None) -> UsageRow:
    return UsageRow(route, model, source, None, requests)


def said(code: str, text: str, *rows: UsageRow, policy: Policy | None = None) -> list[str]:
    sample = Sample(("log",), ("records",), rows)
    rules = tuple(rule for rule in RULES if rule.code == code)
    options = Options(rules=rules, policy=policy, sample_for=lambda _policy, _config: sample)
    return [found.finding.message for found in check_source(SourceText("tollbooth.yaml", text), options)]


def test_of_many_fine_tunes_the_most_requested_are_named_and_the_others_counted() -> None:
    found = said("PC501", ONE, *[row(f"ft:gpt-4o:acme::{number}", number) for number in range(1, 31)])
    assert len(found) == 21
    assert "10 more fine-tunes are not mapped: 55 requests" in found
    assert any("`ft:gpt-4o:acme::30` is not mapped: 30 requests" in message for message in found)


def test_where_the_log_does_not_say_the_route_the_finding_says_so() -> None:
    (found,) = said("PC501", TWO, row("ft:gpt-4o:acme::1", 1, None))
    assert (
        "1 request in the log; the log does not say the route: POST /chat charges $0.02 by fallback; POST /b" in found
    )
    assert "which costs" not in found


def test_requests_of_a_route_the_config_has_not_are_no_finding() -> None:
    for code in ("PC501", "PC502", "PC504", "PC505", "PC506"):
        found = said(code, ONE, row("ft:gpt-4o:a::1", 1, "POST /gone", "fallback"), policy=Policy(deny=("ft:*",)))
        assert found == []


def test_a_price_of_another_source_is_charged_otherwise() -> None:
    assert said("PC506", ONE, row("gpt-4o", 2, source="default-table")) == [
        "2 requests for `gpt-4o` were charged by default-table, by the log; this config charges by route.models"
    ]
    assert said("PC506", ONE, row("gpt-4o", 2, source="route.models")) == []


def test_models_that_one_fallback_charges_otherwise_are_one_finding() -> None:
    priced = [row(model, 2)._replace(price=Decimal("0.03")) for model in ("x", "y", "z")]
    assert said("PC506", ONE, *priced, row("gpt-4o", 1)._replace(price=Decimal("0.03"))) == [
        "1 request for `gpt-4o` was charged $0.03, by the log; this config charges $0.05",
        "6 requests for 3 models were charged $0.03, by the log; this config charges $0.02",
    ]


def test_a_denied_model_of_an_unknown_route_says_so() -> None:
    (found,) = said("PC505", TWO, row("gpt-3.5-turbo", 1, None), policy=Policy(deny=("gpt-3.5*",)))
    assert found.endswith("and 1 request for it was served, the log does not say on which route")


def test_a_name_nobody_would_read_to_its_end_is_cut() -> None:
    (found,) = said("PC502", ONE, row("x" * 1000))
    assert len(found) < 250
    assert "xxx…`" in found


def test_without_traffic_nothing_is_said() -> None:
    rules = tuple(rule for rule in RULES if rule.code.startswith("PC5"))
    assert check_source(SourceText("tollbooth.yaml", ONE), Options(rules=rules)) == []
    assert len(rules) == 6


def test_an_empty_log_says_nothing() -> None:
    for rule in RULES:
        if rule.code.startswith("PC5"):
            assert said(rule.code, ONE) == []


def test_the_rate_stands_at_the_route_that_falls_back_most() -> None:
    sample = Sample(("log",), ("records",), (row("x", 5), row("y", 50, "POST /b"), row("gpt-4o", 10)))
    rules = tuple(rule for rule in RULES if rule.code == "PC503")
    found = check_source(
        SourceText("tollbooth.yaml", TWO), Options(rules=rules, sample_for=lambda _policy, _config: sample)
    )
    assert {stamped.start.line for stamped in found} == {6}
