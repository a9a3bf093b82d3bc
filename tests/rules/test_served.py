"""What a config makes of the traffic it serves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricecheck.policy.model import Dollars, Family, Percentage, Policy, RoutePolicy, TrafficPolicy
from pricecheck.prices.usage import RARE, Sample, TimedRow, UsageRow, shortened
from pricecheck.rules.judging import Kind
from pricecheck.rules.rates import RateLimit, Verdict
from pricecheck.rules.served import ModelUsage, TrafficUsage
from pricecheck.shares import Rates, Share
from tests.prices.configs import table_of

CHAT = "POST /v1/chat/completions"
HEAD = """\
wallets: {base: "0xabc"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
"""
CONFIG = f"""{HEAD}
  "{CHAT}":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05"
      gpt-4.1-2025-04-14: "$0.03"
      ft:gpt-4o:acme:triage:1: "$0.08"
      o3: ""
    fallback: "$0.02"
  "POST /v1/embeddings":
    upstream: openai
    price: "$0.001"
  "POST /v1/images/:size":
    upstream: openai
    match:
      - where: {{body.model: "dall-e-*"}}
        price: "$0.10"
    price: "$0.20"
  "GET /search":
    upstream: openai
    match:
      - where: {{query.deep: "1"}}
        price: "$0.10"
    price: "$0.20"
"""


def row(model: str | None, requests: int = 1, route: str | None = CHAT, **more: object) -> UsageRow:
    return UsageRow(route, model, more.get("source"), more.get("price"), requests, bool(more.get("resolution")))  # type: ignore[arg-type]


def usage_of(*rows: UsageRow, config: str = CONFIG, policy: Policy | None = None, **more: object) -> TrafficUsage:
    sample = Sample(("prod.jsonl",), ("records",), rows, **more)  # type: ignore[arg-type]
    return TrafficUsage(table_of(config), sample, policy or Policy())


def rates(requests: int, unmapped: int = 0, fallback: int = 0, unknown: int = 0) -> Rates:
    """Give the rates of requests of which all can be told."""
    return Rates(requests, 0, *(Share(part, requests) for part in (unmapped, fallback, unknown)))


def only(usage: TrafficUsage) -> ModelUsage:
    assert len(usage.models) == 1
    return usage.models[0]


@pytest.mark.parametrize(
    ("model", "kind", "charged", "base", "suggested"),
    [
        ("gpt-4o", Kind.MAPPED, "$0.05", None, None),
        ("ft:gpt-4o:acme:triage:1", Kind.MAPPED, "$0.08", None, None),
        ("gpt-4o-mini", Kind.DEFAULT_TABLE, "$0.001", None, None),
        ("o3", Kind.DEFAULT_TABLE, "$0.10", None, None),
        ("ft:gpt-4o:acme::2", Kind.FINE_TUNE, "$0.02", "gpt-4o", "$0.075"),
        ("ft:gpt-4o-mini-2024-07-18:acme::2", Kind.FINE_TUNE, "$0.02", "gpt-4o-mini", "$0.0015"),
        ("gpt-4.1-2025-04-14.ft-b044", Kind.FINE_TUNE, "$0.02", "gpt-4.1-2025-04-14", "$0.045"),
        ("ft:gpt-9:acme::2", Kind.FINE_TUNE, "$0.02", "gpt-9", None),
        ("gpt-4o-2024-08-06", Kind.SNAPSHOT, "$0.02", "gpt-4o", "$0.05"),
        ("openai/gpt-4o:nitro", Kind.SNAPSHOT, "$0.02", "gpt-4o", "$0.05"),
        ("claude-opus-4-5-20251101", Kind.SNAPSHOT, "$0.02", "claude-opus-4-5-20250514", "$0.075"),
        ("openai/gpt-4o:extended", Kind.UNKNOWN, "$0.02", None, None),
        ("claude-opus-4-5", Kind.SNAPSHOT, "$0.02", "claude-opus-4-5-20250514", "$0.075"),
        ("openrouter/anthropic/claude-sonnet-4.5", Kind.SNAPSHOT, "$0.02", "claude-sonnet-4-5-20250514", "$0.015"),
        ("claude-opus-4@20250514", Kind.UNKNOWN, "$0.02", "claude-opus-4", None),
        ("gpt-9-2027-01-01", Kind.UNKNOWN, "$0.02", "gpt-9", None),
        ("vertex_ai/4965075652664360960", Kind.UNKNOWN, "$0.02", None, None),
        ("4965075652664360960", Kind.UNKNOWN, "$0.02", None, None),
        ("GPT-4o", Kind.UNKNOWN, "$0.02", None, None),
        ("constructor", Kind.UNKNOWN, None, None, None),
    ],
)
def test_a_model_is_judged(
    model: str, kind: Kind, charged: str | None, base: str | None, suggested: str | None
) -> None:
    found = only(usage_of(row(model)))
    assert found.kind is kind
    assert (found.judged.row.dollars if found.judged.row else None) == charged
    assert (found.judged.base.model if found.judged.base else None) == base
    assert (found.suggestion.price if found.suggestion else None) == suggested


def test_a_name_that_was_cut_is_no_model_id_whatever_it_begins_with() -> None:
    found = only(usage_of(row(shortened("ft:gpt-4o:" + "x" * 5000))))
    assert found.kind is Kind.UNKNOWN
    assert found.suggestion is not None
    assert found.suggestion.price is None


def test_an_alias_makes_a_deployment_a_fine_tune_of_its_base() -> None:
    policy = Policy(aliases={"support-prod": "gpt-4o"}, traffic=TrafficPolicy(fine_tune_factor_text="1.2"))
    found = only(usage_of(row("azure/support-prod"), policy=policy))
    assert found.kind is Kind.FINE_TUNE
    assert found.suggestion is not None
    assert found.suggestion.price == "$0.06"
    assert found.suggestion.reason == "1.2 x $0.05 of `gpt-4o`, which `[aliases]` gives for `support-prod`"


def test_a_suggestion_stays_within_the_family_and_says_so() -> None:
    own = Family("tuned", ("ft:*",), floor=Dollars("$0.10"))
    base = Family("4o", ("gpt-4o*",), ceiling=Dollars("$0.06"))
    found = only(usage_of(row("ft:gpt-4o:acme::2"), policy=Policy(families=(own, base))))
    assert found.suggestion == (100_000, "$0.10", "1.5 x $0.05 of `gpt-4o`, raised to the floor $0.10 of family tuned")
    found = only(usage_of(row("ft:gpt-4o:acme::2"), policy=Policy(families=(base,))))
    assert found.suggestion == (60_000, "$0.06", "1.5 x $0.05 of `gpt-4o`, cut to the ceiling $0.06 of family 4o")


def test_a_suggestion_is_rounded_up_to_a_smallest_unit() -> None:
    config = f'{HEAD}  "{CHAT}": {{upstream: openai, type: token-based, models: {{a: "0.000001"}}}}\n'
    assert only(usage_of(row("ft:a:org::1"), config=config)).suggestion == (2, "$0.000002", "1.5 x $0.000001 of `a`")


@pytest.mark.parametrize("price", ["$0.00", "${PRICE}", "free", "$-0.01"])
def test_a_base_price_that_is_no_help_gives_no_suggestion(price: str) -> None:
    config = f'{HEAD}  "{CHAT}": {{upstream: openai, type: token-based, models: {{a: "{price}"}}}}\n'
    found = only(usage_of(row("ft:a:org::1"), config=config)).suggestion
    assert found is not None
    assert found.price is None
    assert found.reason.startswith("the price of the base model `a` is no help: ")


def test_nothing_is_suggested_for_what_the_policy_would_not_have_priced() -> None:
    denying = Policy(deny=("ft:gpt-4o:*",))
    found = only(usage_of(row("ft:gpt-4o:acme::2"), policy=denying)).suggestion
    assert found is not None
    assert found[1:] == (None, "the policy denies it (`ft:gpt-4o:*`)")
    allowing = Policy(routes={CHAT: RoutePolicy(allow=("gpt-4o",))})
    found = only(usage_of(row("ft:gpt-4o:acme::2"), policy=allowing)).suggestion
    assert found is not None
    assert found[1:] == (None, "it is not on the policy's list of allowed models")


TWO = f"""{HEAD}
  "POST /a": {{upstream: openai, type: token-based, models: {{gpt-4o: "$0.05", x: "$0.07"}}, fallback: "$0.02"}}
  "POST /b": {{upstream: openai, type: token-based, models: {{gpt-4o: "$0.06"}}, fallback: "$0.02"}}
"""


def test_without_a_route_a_price_is_given_only_where_all_routes_agree() -> None:
    usage = usage_of(row("gpt-4o", 3, None), row("y", 2, None), row("ft:gpt-4o:acme::1", 1, None), config=TWO)
    by_model = {found.model: found for found in usage.models}
    assert by_model["y"].judged.row is not None
    assert by_model["y"].judged.row.dollars == "$0.02"
    assert by_model["y"].kind is Kind.UNKNOWN
    unsure = by_model["gpt-4o"].judged
    assert (unsure.row, unsure.doubt) == (
        None,
        "the log does not say the route: POST /a charges $0.05 by route.models; POST /b charges $0.06 by route.models",
    )
    tuned = by_model["ft:gpt-4o:acme::1"]
    assert tuned.kind is Kind.FINE_TUNE
    assert tuned.suggestion is not None
    assert tuned.suggestion.reason == "the routes that may serve it charge different prices for `gpt-4o`"
    # gpt-4o is mapped on both, and what charges the others is a fallback on both.
    assert usage.rates == rates(6, unmapped=3, fallback=3, unknown=2)


def test_what_differs_by_route_is_a_range_and_no_rate() -> None:
    usage = usage_of(row("x", 3, None), row("gpt-4o", 7, None), config=TWO)
    assert usage.rates.unmapped == Share(0, 10, 3)
    assert (usage.rates.unmapped.rate, usage.rates.unmapped.text()) == (None, "0.00 % to 30.00 %")
    assert usage.rates.undecided == 3
    assert [limit.verdict for limit in usage.limits] == [Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_two_routes_that_map_the_same_models_leave_no_doubt_whatever_they_charge() -> None:
    usage = usage_of(row("gpt-4o", 2000, None), row("y", 5, None), config=TWO)
    assert usage.rates == rates(2005, unmapped=5, fallback=5, unknown=5)
    assert [limit.verdict for limit in usage.limits] == [Verdict.WITHIN, Verdict.WITHIN]


def test_the_source_of_a_log_tells_which_routes_it_may_have_been() -> None:
    for source, unmapped in (("route.models", 0), ("fallback", 3)):
        usage = usage_of(row("x", 3, None, source=source, resolution=True), config=TWO)
        assert usage.rates.unmapped == Share(unmapped, 3)
    # No route of this config prices it so: the log is of another config, and its source tells nothing.
    usage = usage_of(row("x", 3, None, source="default-table", resolution=True), config=TWO)
    assert usage.rates.unmapped == Share(0, 3, 3)


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (Share(5, 100), Verdict.WITHIN),
        (Share(51, 1000), Verdict.OVER),
        (Share(5, 100, 1), Verdict.UNKNOWN),
        (Share(51, 1000, 900), Verdict.OVER),
        (Share(), Verdict.WITHIN),
    ],
)
def test_a_limit_is_exceeded_only_if_it_is_in_the_best_case(share: Share, verdict: Verdict) -> None:
    assert RateLimit("unmapped", Percentage("5%"), share).verdict is verdict


APART = f"""{HEAD}
  "POST /a": {{upstream: openai, type: token-based, models: {{gpt-4.1: "$0.05"}}, fallback: "$0.02"}}
  "POST /b": {{upstream: openai, type: token-based, models: {{claude-opus-4-5: "$0.09"}}, fallback: "$0.02"}}
"""


@pytest.mark.parametrize(
    ("model", "kind", "base", "reason"),
    [
        (
            "ft:gpt-4.1:acme::1",
            Kind.FINE_TUNE,
            "gpt-4.1",
            "POST /a prices `gpt-4.1`; POST /b has no price for `gpt-4.1`",
        ),
        (
            "claude-opus-4-5-20251101",
            Kind.SNAPSHOT,
            None,
            "POST /a prices `claude-opus-4-5-20250514`; POST /b prices `claude-opus-4-5`",
        ),
    ],
)
def test_where_routes_differ_about_a_base_model_it_is_said_and_nothing_suggested(
    model: str, kind: Kind, base: str | None, reason: str
) -> None:
    found = only(usage_of(row(model, 1, None), config=APART))
    assert found.kind is kind
    assert (found.judged.base.model if found.judged.base else None) == base
    assert found.suggestion == (None, None, f"the routes that may serve it differ: {reason}")


def test_a_snapshot_of_a_model_without_a_price_says_so() -> None:
    suggestion = only(usage_of(row("claude-opus-4@20250514"))).suggestion
    assert suggestion is not None
    assert suggestion.reason == "the base model `claude-opus-4` has no price of its own either"


def test_a_path_of_two_routes_is_no_route() -> None:
    by_model = "{upstream: openai, type: token-based, models: {gpt-4o: '$0.05'}, fallback: '$0.02'}"
    usage = usage_of(row("x", 1, "/a"), config=f"{HEAD}  POST /a: {by_model}\n  PUT /a: {by_model}\n")
    assert (only(usage).place.label, only(usage).place.route) == ("/a", None)


def test_the_only_token_based_route_is_the_one_that_priced_by_model() -> None:
    found = only(usage_of(row("gpt-4o", 1, None)))
    assert found.place.label == CHAT


@pytest.mark.parametrize(
    ("logged", "label", "routes"),
    [
        ("post /v1/chat/completions", CHAT, 1),
        ("POST /v1/chat/completions/?stream=1", CHAT, 1),
        ("/v1/chat/completions", CHAT, 1),
        ("POST /v1/images/1024", "POST /v1/images/:size", 1),
        ("POST /v1/nothing", "POST /v1/nothing", 0),
        ("POST /v1/images/%zz", "POST /v1/images/%zz", 0),
        ("", "", 0),
    ],
)
def test_the_route_of_a_log_is_found_in_the_config(logged: str, label: str, routes: int) -> None:
    place = usage_of().place(logged)
    assert (place.label, len(place.routes)) == (label, routes)


def test_a_path_that_several_routes_have_is_told_only_where_they_agree() -> None:
    by_model = "{upstream: openai, type: token-based, fallback: '$0.02'}"
    config = (
        f"{HEAD}  POST /a: {by_model}\n  PUT /a: {by_model}\n  POST /b: {by_model}\n  GET /b: {{upstream: openai}}\n"
    )
    found = only(usage_of(row("x", 1, "/a"), config=config))
    assert (found.place.routes, found.judged.row and found.judged.row.dollars) == (("POST /a", "PUT /a"), "$0.02")
    found = only(usage_of(row("x", 1, "/b"), config=config))
    assert (found.place.routes, found.judged.row) == ((), None)
    assert found.judged.doubt == "the log does not say the method, and several routes have this path"


def test_routes_the_config_has_not_are_said_and_not_priced() -> None:
    found = only(usage_of(row("gpt-4o", 1, "POST /gone")))
    assert (found.judged.row, found.judged.doubt) == (None, "this config has no such route")
    usage = usage_of(row("gpt-4o", 5, "POST /gone"), row("gpt-4o", 1), row(None, 3, "GET /health"))
    assert (usage.rates, usage.elsewhere) == (rates(1), {"POST /gone": 5})


def test_where_the_model_has_no_say_it_is_not_listed_but_counted() -> None:
    usage = usage_of(row("text-embedding-3-small", 5, "POST /v1/embeddings"), row("gpt-4o", 1))
    assert [found.model for found in usage.models] == ["gpt-4o"]
    assert [(place.label, count) for place, count in usage.by_route.items()] == [("POST /v1/embeddings", 5), (CHAT, 1)]
    assert usage.requests == 6


def test_requests_of_which_the_log_says_nothing_are_of_no_route() -> None:
    usage = usage_of(row(None, 4, None), row("gpt-4o", 1, None))
    assert [(place.label, count) for place, count in usage.by_route.items()] == [(None, 4), (CHAT, 1)]


def test_denied_models_are_found_on_every_kind_of_route() -> None:
    policy = Policy(deny=("gpt-3.5*", "text-*"))
    usage = usage_of(row("gpt-3.5-turbo", 2), row("text-embedding-3-small", 5, "POST /v1/embeddings"), policy=policy)
    assert [(found.model, found.requests, found.glob) for found in usage.denied] == [
        ("text-embedding-3-small", 5, "text-*"),
        ("gpt-3.5-turbo", 2, "gpt-3.5*"),
    ]


def test_lines_nobody_asked_for_are_unused() -> None:
    usage = usage_of(row("gpt-4o"))
    assert usage.unused == (
        (CHAT, "gpt-4.1-2025-04-14"),
        (CHAT, "ft:gpt-4o:acme:triage:1"),
        (CHAT, "o3"),
    )


@pytest.mark.parametrize("rows", [[row(None)], [row("x", 1, "POST /v1/embeddings")]])
def test_a_log_that_can_not_show_use_shows_no_unused_lines(rows: list[UsageRow]) -> None:
    assert usage_of(*rows).unused == ()


def test_a_model_is_judged_on_the_route_that_takes_its_path() -> None:
    hidden = (
        HEAD
        + """
  "POST /v1/:x": {upstream: openai, type: token-based, models: {foo: "$0.05"}, fallback: "$0.50"}
  "POST /v1/chat": {upstream: openai, type: token-based, models: {bar: "$0.01"}, fallback: "$0.50"}
"""
    )
    usage = usage_of(row("bar", 3, "POST /v1/chat"), config=hidden)
    assert (usage.rates.fallback.part, usage.rates.fallback.whole) == (3, 3)
    assert [found.place.label for found in usage.models] == ["POST /v1/:x"]


def test_rare_models_together_hide_no_use_of_a_line() -> None:
    usage = usage_of(row("gpt-4o"), row(RARE, 9), folded_groups=3, folded_requests=9)
    assert (CHAT, "gpt-4o") not in usage.unused
    assert (CHAT, "o3") in usage.unused
    assert (usage.rates.unmapped.part, usage.rates.unmapped.whole) == (9, 10)
    assert (usage.rates.unknown.part, usage.rates.unknown.open) == (0, 9)


def test_resolutions_and_requests_are_never_added_up() -> None:
    usage = usage_of(
        row(None, 10, price=Decimal("0.05")),
        row("gpt-4o", 12, None, source="route.models", price=Decimal("0.05"), resolution=True),
        row("y", 6, None, source="fallback", price=Decimal("0.02"), resolution=True),
    )
    assert usage.requests == 10
    assert usage.rates == rates(18, unmapped=6, fallback=6, unknown=6)
    assert usage.otherwise == ()
    assert [model for _, model in usage.unused] == ["gpt-4.1-2025-04-14", "ft:gpt-4o:acme:triage:1", "o3"]
    assert usage_of(row("y", 6, None, resolution=True)).requests == 6


def _differences(*rows: UsageRow, config: str = CONFIG) -> list[tuple[str | None, str | None, str | None]]:
    return [
        (found.model, str(found.price) if found.price is not None else found.source, found.row and found.row.dollars)
        for found in usage_of(*rows, config=config).otherwise
    ]


def test_what_was_charged_otherwise_is_found() -> None:
    assert _differences(row("gpt-4o", price=Decimal("0.050000"))) == []
    assert _differences(row("gpt-4o", price=Decimal("0.04"))) == [("gpt-4o", "0.04", "$0.05")]
    assert _differences(row("y", source="fallback")) == []
    assert _differences(row("y", source="default-table")) == [("y", "default-table", "$0.02")]
    assert _differences(row("x", 1, "POST /v1/embeddings", price=Decimal("0.002"))) == [("x", "0.002", "$0.001")]
    assert _differences(row("x", 1, "POST /v1/embeddings", source="flat")) == []
    assert _differences(row("x", 1, "POST /gone", price=Decimal(9))) == []


def test_a_match_rule_on_the_model_alone_can_be_told() -> None:
    images = "POST /v1/images/1024"
    assert _differences(row("dall-e-3", 1, images, price=Decimal("0.10"))) == []
    assert _differences(row("other", 1, images, price=Decimal("0.10"))) == [("other", "0.10", "$0.20")]


def test_a_price_that_no_rule_or_line_of_the_route_charges_is_another_configs() -> None:
    for price in ("0.10", "0.20"):
        assert _differences(row(None, 1, "GET /search", price=Decimal(price))) == []
    assert _differences(row(None, 1, "GET /search", price=Decimal("0.15"))) == [(None, "0.15", None)]
    assert _differences(row(None, 1, CHAT, price=Decimal("0.08"))) == []
    assert _differences(row(None, 1, CHAT, price=Decimal("0.09"))) == [(None, "0.09", None)]


def test_a_request_without_a_route_that_a_flat_one_may_have_served_is_no_difference() -> None:
    assert _differences(row("gpt-4o", 1, None, price=Decimal("0.001"))) == []
    assert _differences(row(None, 1, None, price=Decimal("0.5"))) == []
    assert _differences(row("gpt-4o", 1, None, price=Decimal("0.001"), resolution=True)) == [
        ("gpt-4o", "0.001", "$0.05")
    ]
    assert _differences(row("x", 1, None, price=Decimal("0.03")), config=TWO) == [("x", "0.03", None)]
    assert _differences(row("x", 1, None, price=Decimal("0.07")), config=TWO) == []


def test_rates_over_time_are_those_of_each_bucket() -> None:
    timed = (
        TimedRow("2026-11-02T00:00:00Z", CHAT, "y", None, 1),
        TimedRow("2026-11-01T00:00:00Z", CHAT, "gpt-4o", None, 3),
        TimedRow("2026-11-01T00:00:00Z", CHAT, "gpt-4o-mini", None, 1),
        TimedRow("2026-11-01T00:00:00Z", "POST /v1/embeddings", "x", None, 7),
    )
    over_time = usage_of(timed=timed).over_time
    assert over_time == (
        ("2026-11-01T00:00:00Z", rates(4, unmapped=1)),
        ("2026-11-02T00:00:00Z", rates(1, unmapped=1, fallback=1, unknown=1)),
    )
    assert over_time[0][1].unmapped.rate == 0.25
    assert Rates().unmapped.rate is None


def test_an_empty_sample_says_nothing() -> None:
    usage = usage_of()
    assert (usage.requests, usage.models, usage.denied, usage.otherwise, usage.rates) == (0, (), (), (), rates(0))


def test_a_config_without_token_based_routes_prices_no_model() -> None:
    config = f'{HEAD}  "POST /x": {{upstream: openai, price: "$0.01"}}\n'
    found = only(usage_of(row("gpt-4o", 1, None), config=config))
    assert (found.judged.row, found.judged.doubt) == (None, "no route of this config is token-based")
