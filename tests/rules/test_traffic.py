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
    options = Options(rules=rules, policy=policy, sample_for=lambda _options, _config: sample)
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


def test_requests_of_a_route_the_config_has_not_are_no_finding_about_models() -> None:
    for code in ("PC501", "PC502", "PC503", "PC504", "PC505"):
        found = said(code, ONE, row("ft:gpt-4o:a::1", 1, "POST /gone", "fallback"), policy=Policy(deny=("ft:*",)))
        assert found == []


def test_requests_of_routes_the_config_has_not_are_one_finding() -> None:
    gone = [row("gpt-4o", number, f"POST /gone/{number}") for number in range(1, 5)]
    (found,) = said("PC506", ONE, *gone, row("gpt-4o", 990), row(None, 5, "GET /health"))
    assert found.startswith("10 of 1,005 requests in the log were for routes that this config does not have")
    assert found.endswith(": `POST /gone/4` (4), `POST /gone/3` (3), `POST /gone/2` (2) …")
    assert said("PC506", ONE, row("gpt-4o"), row(None, 5, "GET /health")) == []


def test_a_log_of_another_gateway_is_not_all_clear() -> None:
    sample = Sample(("log",), ("records",), (row("gpt-4o", 99, "POST /gone"), row("gpt-4o", 1)))
    options = Options(sample_for=lambda _options, _config: sample)
    found = [one for one in check_source(SourceText("tollbooth.yaml", ONE), options) if one.rule == "PC506"]
    assert [one.severity.value for one in found] == ["warning"]
    flat = f'{HEAD}  "{CHAT}": {{upstream: openai, price: "$0.05"}}\n'
    assert said("PC506", flat, UsageRow(None, "gpt-4o", "fallback", None, 9, resolution=True)) == [
        "the log has 9 prices of models, and no route of this config is token-based"
    ]


def test_a_rate_is_over_its_limit_only_if_it_is_so_whatever_can_not_be_told() -> None:
    config = TWO.replace('gpt-4o: "$0.06"', 'gpt-4o: "$0.06", x: "$0.01"')
    assert said("PC503", config, row("x", 2000, None), row("gpt-4o", 2, None), row("y", 3, None)) == []
    found = said("PC503", config, row("x", 60, None), row("gpt-4o", 20, None), row("y", 20, None))
    assert [message.partition(" of the requests")[0] for message in found] == ["at least 20.00 %"] * 2
    found = said("PC503", ONE, row("gpt-4o", 94_999), row("y", 5_001))
    assert all(message.startswith("5.001 % of the requests") for message in found)
    assert len(found) == 2


def test_a_name_with_blanks_at_an_end_shows_them() -> None:
    (found,) = said("PC502", ONE, row("gpt-4o "))
    assert '`"gpt-4o "`' in found
    sample = Sample(("log",), ("records",), (row("ft:gpt-4o:a::1 "),))
    options = Options(sample_for=lambda _options, _config: sample)
    (tuned,) = [one for one in check_source(SourceText("tollbooth.yaml", ONE), options) if one.rule == "PC501"]
    assert 'the fine-tune `"ft:gpt-4o:a::1 "` is' in tuned.finding.message
    assert tuned.finding.help is not None
    assert tuned.finding.help.startswith('write `"ft:gpt-4o:a::1 ": "$0.075"` into')


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
        SourceText("tollbooth.yaml", TWO), Options(rules=rules, sample_for=lambda _options, _config: sample)
    )
    assert {stamped.start.line for stamped in found} == {6}
