"""What a change of prices does to a sample of traffic."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricecheck.policy.model import Policy
from pricecheck.prices.changes import PriceChange, price_changes
from pricecheck.prices.usage import Sample, TimedRow, UsageRow
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


Weighed = dict[str, tuple[int | None, Decimal | None]]


def weighed(old: str, new: str, *rows: UsageRow, **more: object) -> tuple[Revenue, Weighed]:
    weights, changes = weights_of(old, new, *rows, **more)
    return weights.revenue, {one.selector: (weights.requests(one), weights.effect(one)) for one in changes}


def weights_of(old: str, new: str, *rows: UsageRow, **more: object) -> tuple[Weights, list[PriceChange]]:
    before, after = table_of(old), table_of(new)
    sample = Sample(("log",), ("records",), rows, **more)  # type: ignore[arg-type]
    return Weights(before, after, sample, Policy()), list(price_changes(before, after))


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
    assert changes == {"match:0": (None, None)}
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


ONE, OTHER = config('a: "$0.05"'), config('a: "$0.06"')
MORE = '  "POST /b": {upstream: openai, type: token-based, models: {MODELS}, fallback: "$0.02"}\n'


def test_of_requests_without_a_model_only_as_many_as_there_are_resolutions_are_explained_by_them() -> None:
    weights, (change,) = weights_of(ONE, OTHER, row(None, 1000), row("a", 10, None, resolution=True))
    assert weights.revenue == Revenue(Decimal("0.50"), Decimal("0.60"), 10, 990)
    assert (weights.requests(change), weights.effect(change)) == (None, None)
    (note,) = weights.notes
    assert note.startswith("990 requests of token-based routes are more than the price resolutions tell of: ")


def test_a_request_that_was_answered_402_first_is_resolved_twice() -> None:
    weights, (change,) = weights_of(ONE, OTHER, row(None, 10), row("a", 20, None, resolution=True))
    assert (weights.requests(change), weights.revenue.undecided, weights.notes) == (20, 0, ())


def timed(start: str, model: str | None, requests: int) -> TimedRow:
    return TimedRow(start, None if model else CHAT, model, None, requests, resolution=model is not None)


def test_resolutions_of_another_day_explain_nothing() -> None:
    rows = (row(None, 10), row("a", 10, None, resolution=True))
    apart = (timed("2026-11-01T00:00:00Z", None, 10), timed("2026-11-03T00:00:00Z", "a", 10))
    revenue, changes = weighed(ONE, OTHER, *rows, timed=apart, bucket_seconds=86_400)
    assert (revenue.requests, revenue.undecided, changes) == (10, 10, {"model:a": (None, None)})
    # Resolved before midnight and answered after it.
    near = (timed("2026-11-03T00:00:00Z", None, 10), timed("2026-11-02T00:00:00Z", "a", 10))
    revenue, changes = weighed(ONE, OTHER, *rows, timed=near, bucket_seconds=86_400)
    assert (revenue.requests, revenue.undecided, changes) == (10, 0, {"model:a": (10, Decimal("0.10"))})


def test_what_may_be_of_several_routes_makes_their_changes_unknown_and_no_others() -> None:
    old = config('a: "$0.05", b: "$0.01"', more=MORE.replace("MODELS", 'a: "$0.07"'))
    new = config('a: "$0.06", b: "$0.02"', more=MORE.replace("MODELS", 'a: "$0.08"'))
    weights, changes = weights_of(old, new, row("a", 5, None), row("b", 7))
    found = {(one.route, one.selector): (weights.requests(one), weights.effect(one)) for one in changes}
    assert found == {
        (CHAT, "model:a"): (None, None),
        ("POST /b", "model:a"): (None, None),
        (CHAT, "model:b"): (7, Decimal("0.07")),
    }
    assert weights.revenue == Revenue(Decimal("0.07"), Decimal("0.14"), 7, 5)


def test_revenue_is_told_where_every_route_charges_the_same_on_both_sides() -> None:
    old = config('a: "$0.05"', more=MORE.replace("MODELS", 'a: "$0.05"'))
    new = config('a: "$0.06"', more=MORE.replace("MODELS", 'a: "$0.06"'))
    revenue, changes = weighed(old, new, row("a", 5, None))
    assert revenue == Revenue(Decimal("0.25"), Decimal("0.30"), 5, 0)
    assert changes == {"model:a": (None, None)}


def test_a_log_without_models_says_nothing_of_a_token_based_routes_changes() -> None:
    flat = '  "GET /search": {upstream: openai, price: "$0.10"}\n'
    old, new = config('a: "$0.05"', more=flat), config('a: "$0.06"', more=flat.replace("0.10", "0.20"))
    _, changes = weighed(old, new, row(None, 1000), row(None, 3, "GET /search"))
    assert changes == {"model:a": (None, None), "other": (3, Decimal("0.30"))}
    _, changes = weighed(old, new, row(None, 1, None), row(None, 3, "GET /search"))
    assert changes == {"model:a": (None, None), "other": (None, None)}


def test_what_a_path_alone_leaves_open_is_open() -> None:
    flat = '  "GET /chat": {upstream: openai, price: "$0.10"}\n'
    _, changes = weighed(config('a: "$0.05"', more=flat), config('a: "$0.06"', more=flat), row("a", 9, "/chat"))
    assert changes == {"model:a": (None, None)}


def test_few_that_can_not_be_told_do_not_hide_many_that_can() -> None:
    _, changes = weighed(ONE, OTHER, row("a", 1000), row(None, 10))
    assert changes == {"model:a": (1000, Decimal("10.00"))}
    _, changes = weighed(ONE, OTHER, row("a", 1000), row(None, 11))
    assert changes == {"model:a": (None, None)}


def test_a_change_that_nobody_asks_for_has_no_signed_zero() -> None:
    _, changes = weighed(OTHER, ONE, row("b", 5))
    (effect,) = [effect for _, effect in changes.values()]
    assert f"{effect:f}" == "0.000000"


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


def flat(*routes: tuple[str, str]) -> str:
    return HEAD + "".join(f'  "{key}": {{upstream: openai, price: "{price}"}}\n' for key, price in routes)


WILD, NARROW = ("POST /c/:x", "$0.50"), ("POST /c/d", "$0.01")


def test_a_route_that_an_earlier_one_hides_serves_nobody() -> None:
    dearer = ("POST /c/:x", "$0.60")
    revenue, _ = weighed(flat(WILD, NARROW), flat(dearer, NARROW), row(None, 3, "POST /c/d"))
    assert revenue == Revenue(Decimal("1.5"), Decimal("1.8"), 3, 0)


def test_routes_that_change_places_charge_their_requests_otherwise() -> None:
    weights, changes = weights_of(flat(NARROW, WILD), flat(WILD, NARROW), row(None, 3, "POST /c/d"))
    assert weights.revenue == Revenue(Decimal("0.03"), Decimal("1.5"), 3, 0)
    assert [weights.requests(change) for change in changes if change.before and change.after] == [3]


def test_a_new_route_may_take_some_of_a_patterns_requests() -> None:
    weights, changes = weights_of(flat(WILD), flat(NARROW, WILD), row(None, 3, "POST /c/:x"))
    assert weights.revenue == Revenue(Decimal(0), Decimal(0), 0, 3)
    assert {weights.requests(change) for change in changes} == {None}
    again, _ = weights_of(flat(NARROW, WILD), flat(NARROW, WILD), row(None, 3, "POST /c/:x"))
    assert again.revenue == Revenue(Decimal("1.5"), Decimal("1.5"), 3, 0)


def test_a_path_that_the_gateway_answers_itself_brings_in_nothing() -> None:
    revenue, _ = weighed(flat(("GET /health", "$0.01")), flat(("GET /health", "$0.09")), row(None, 3, "GET /health"))
    assert (revenue.before, revenue.after) == (Decimal(0), Decimal(0))
