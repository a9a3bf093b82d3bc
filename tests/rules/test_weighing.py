"""What a change of prices does to a sample of traffic."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricecheck.policy.model import Policy
from pricecheck.prices.changes import price_changes
from pricecheck.prices.usage import Sample, UsageRow
from pricecheck.rules.weighing import Revenue, Weights
from tests.prices.configs import table_of

HEAD = """\
wallets: {base: "0xabc"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
"""
CHAT = "POST /chat"


def config(models: str = "", fallback: str = "$0.02", more: str = "") -> str:
    return f"""{HEAD}
  "{CHAT}":
    upstream: openai
    type: token-based
    models: {{{models}}}
    fallback: "{fallback}"
{more}"""


def row(model: str | None, requests: int, route: str | None = CHAT, *, resolution: bool = False) -> UsageRow:
    return UsageRow(route, model, None, None, requests, resolution)


def weighed(old: str, new: str, *rows: UsageRow) -> tuple[Revenue, dict[str, tuple[int, Decimal | None]]]:
    before, after = table_of(old), table_of(new)
    weights = Weights(before, after, Sample(("log",), ("records",), rows), Policy())
    changes = price_changes(before, after)
    return weights.revenue, {one.selector: (weights.requests(one), weights.effect(one)) for one in changes}


def test_each_change_weighs_what_its_requests_pay() -> None:
    revenue, changes = weighed(
        config('gpt-4o: "$0.05"'),
        config('gpt-4o: "$0.06", ft:gpt-4o:a: "$0.10"', "$0.01"),
        row("gpt-4o", 100),
        row("ft:gpt-4o:a", 10),
        row("other", 5),
        row("o1", 1),
    )
    assert changes == {
        "model:gpt-4o": (100, Decimal("1.00")),
        "model:ft:gpt-4o:a": (10, Decimal("0.80")),
        "other": (5, Decimal("-0.05")),
    }
    assert revenue == Revenue(Decimal("5.36"), Decimal("7.11"), 116, 0)


def test_requests_of_a_route_that_is_gone_bring_in_nothing_any_more() -> None:
    flat = '  "GET /search": {upstream: openai, price: "$0.10"}\n'
    revenue, changes = weighed(config(more=flat), config(), row(None, 7, "GET /search"))
    assert changes == {"other": (7, Decimal("-0.70"))}
    assert revenue == Revenue(Decimal("0.70"), Decimal(0), 7, 0)


def test_what_the_log_does_not_tell_is_counted_and_not_guessed() -> None:
    ruled = '  "GET /search": {upstream: openai, price: "$0.10", match: [{where: {query.q: "x"}, price: "$0.20"}]}\n'
    raised = ruled.replace("$0.20", "$0.30")
    revenue, changes = weighed(
        config(more=ruled), config(more=raised), row(None, 7, "GET /search"), row(None, 2), row("a", 1)
    )
    assert changes == {"match:0": (0, Decimal(0))}
    assert revenue == Revenue(Decimal("0.02"), Decimal("0.02"), 1, 9)


def test_requests_of_a_route_that_neither_config_has_are_undecided() -> None:
    revenue, _ = weighed(config(), config(), row("a", 4, "POST /gone"), row("a", 2, "POST"))
    assert revenue == Revenue(Decimal(0), Decimal(0), 0, 6)


def test_a_price_that_only_the_gateway_knows_has_requests_and_no_effect() -> None:
    revenue, changes = weighed(config('a: "$0.05"'), config('a: "${PRICE}"'), row("a", 4))
    assert changes == {"model:a": (4, None)}
    assert revenue == Revenue(Decimal(0), Decimal(0), 0, 4)


def test_requests_told_of_by_resolutions_count_once() -> None:
    rows = (row(None, 10), row("a", 10, None, resolution=True))
    revenue, changes = weighed(config('a: "$0.05"'), config('a: "$0.06"'), *rows)
    assert changes == {"model:a": (10, Decimal("0.10"))}
    assert revenue == Revenue(Decimal("0.50"), Decimal("0.60"), 10, 0)


NAMES = ["a", "b", "gpt-4o", "ft:gpt-4o:x", "o1", "c"]
PRICES = st.sampled_from(["$0.01", "$0.02", "$0.05", "$0.00", "10000", "0.0000005"])
CONFIGS = st.builds(
    lambda models, fallback: config(", ".join(f'{name}: "{price}"' for name, price in models.items()), fallback),
    st.dictionaries(st.sampled_from(NAMES), PRICES),
    PRICES,
)


@given(CONFIGS, CONFIGS, st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 1000)), max_size=8))
def test_the_effects_of_all_changes_add_up_to_the_whole(old: str, new: str, used: list[tuple[str, int]]) -> None:
    revenue, changes = weighed(old, new, *(row(model, requests) for model, requests in used))
    assert revenue.undecided == 0
    assert revenue.requests == sum(requests for _, requests in used)
    assert sum(effect or 0 for _, effect in changes.values()) == revenue.after - revenue.before
