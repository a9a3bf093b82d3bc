"""Floors and ceilings, held against what requests are really charged."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.findings import SourceText
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.gateway.matching import Facts
from pricecheck.policy.model import Dollars, Family
from pricecheck.prices.table import PriceTable, price_table
from pricecheck.prices.vendors import may_serve, vendor_of
from pricecheck.rules.families import Families, limits_in_units, never_reached
from pricecheck.rules.limit_breaches import limit_breaches
from pricecheck.rules.limits import ABOVE_CEILING, BELOW_FLOOR
from pricecheck.source.yaml_parser import parse

MODELS = ["a", "ab", "abc", "b", "ba", "gpt-4o", "gpt-4o-mini", "o1", "zz"]
GLOBS = ["*", "a", "a*", "ab*", "*b", "b*", "gpt-4o", "gpt-4o*", "o1*", "zz"]
PRICES = ["$0.001", "$0.01", "$0.02", "$0.05", "0.05", "20000", "$0"]

limits = st.none() | st.sampled_from(["$0.002", "$0.01", "$0.02", "$0.0200001"]).map(Dollars)
families = st.lists(
    st.builds(
        Family,
        name=st.sampled_from(["one", "two", "three"]),
        models=st.lists(st.sampled_from(GLOBS), min_size=1, max_size=2).map(tuple),
        floor=limits,
        ceiling=limits,
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda family: family.name,
)
prices = st.sampled_from(PRICES)


@st.composite
def configs(draw: st.DrawFn) -> str:
    fallback = draw(st.none() | prices)
    if draw(st.booleans()):
        models = draw(st.dictionaries(st.sampled_from(MODELS), prices, max_size=4))
        body = (
            "type: token-based, models: {" + ", ".join(f'"{name}": "{price}"' for name, price in models.items()) + "}"
        )
    else:
        last = f', {{where: {{}}, price: "{draw(prices)}"}}' if draw(st.booleans()) else ""
        rules = draw(st.lists(st.tuples(st.sampled_from(GLOBS), st.booleans(), prices), min_size=1, max_size=4))
        body = "match: [" + ", ".join(
            f'{{where: {{body.model: "{glob}"{", headers.x: y" if more else ""}}}, price: "{price}"}}'
            for glob, more, price in rules
        )
        body += last + "]"
    rest = f', fallback: "{fallback}"' if fallback else ""
    return (
        'wallets: {base: "0x1"}\naccepts: [{asset: USDC, network: base}]\nupstreams: {u: {url: "https://x.example"}}\n'
        f'routes: {{"POST /c": {{upstream: u, {body}{rest}}}}}\n'
    )


def table_of(text: str) -> PriceTable:
    loaded = load(parse(SourceText("tollbooth.yaml", text)))
    assert not loaded.refusals, text
    return price_table(read_config(loaded))


@settings(max_examples=300)
@given(configs(), families)
def test_no_model_is_charged_below_a_floor_unseen(text: str, policy: list[Family]) -> None:
    table, of = table_of(text), Families(policy)
    said = {(breach.code, breach.row.selector, breach.family.name) for breach in limit_breaches(table, of)}
    for model in [*MODELS, "abz", "gpt-4o-2024", "o1-next"]:
        family = of.of(model)
        for headers in ({}, {"x": "y"}):
            row = table.row_for("POST /c", Facts({"model": model}, headers=headers))
            if family is None or row is None or row.amount is None or row.decimals is None:
                continue
            floor, _ = limits_in_units(family, row.decimals)
            if floor is not None and row.amount < floor:
                assert (BELOW_FLOOR, row.selector, family.name) in said, model


@settings(max_examples=300)
@given(configs(), families)
def test_no_model_that_a_family_writes_out_is_charged_above_its_ceiling_unseen(text: str, policy: list[Family]) -> None:
    table, of = table_of(text), Families(policy)
    said = {(breach.code, breach.row.selector, breach.model) for breach in limit_breaches(table, of)}
    for model in {pattern for family in policy for pattern in family.models if "*" not in pattern}:
        family = of.of(model)
        assert family is not None
        for headers in ({}, {"x": "y"}):
            row = table.row_for("POST /c", Facts({"model": model}, headers=headers))
            if row is None or row.amount is None or row.decimals is None:
                continue
            _, ceiling = limits_in_units(family, row.decimals)
            if ceiling is not None and row.amount > ceiling and model in family.models:
                assert (ABOVE_CEILING, row.selector, model) in said


@settings(max_examples=300)
@given(configs(), families)
def test_a_named_model_that_is_reported_is_outside_its_limit(text: str, policy: list[Family]) -> None:
    table, of = table_of(text), Families(policy)
    for breach in limit_breaches(table, of):
        floor, ceiling = limits_in_units(breach.family, 6)
        amount = breach.row.amount
        assert amount is not None
        if breach.code == BELOW_FLOOR:
            assert floor is not None
            assert amount < floor
        else:
            assert breach.code == ABOVE_CEILING
            assert ceiling is not None
            assert amount > ceiling
        if "*" not in breach.model:
            assert of.of(breach.model) == breach.family
            row = table.row_for("POST /c", Facts({"model": breach.model}, headers={"x": "y"}))
            other = table.row_for("POST /c", Facts({"model": breach.model}))
            assert breach.row in (row, other)


def test_a_wider_rule_is_held_to_the_ceiling_of_a_model_that_is_written_out_but_not_of_a_glob() -> None:
    table = table_of(
        'wallets: {base: "0x1"}\naccepts: [{asset: USDC, network: base}]\n'
        'upstreams: {u: {url: "https://x.example"}}\n'
        'routes: {"POST /c": {upstream: u, match: [{where: {body.model: "gpt-4*"}, price: "$0.50"}], price: "$0.50"}}\n'
    )
    ceiling = Dollars("$0.20")
    written_out, by_glob = Family("one", ("gpt-4o",), ceiling=ceiling), Family("one", ("gpt-4o*",), ceiling=ceiling)
    found = [(one.code, one.row.selector, one.model) for one in limit_breaches(table, Families([written_out]))]
    assert found == [(ABOVE_CEILING, "match:0", "gpt-4o")]
    assert not list(limit_breaches(table, Families([by_glob])))


def test_a_wider_rule_is_not_held_for_what_a_narrower_one_takes_of_the_same_requests() -> None:
    head = (
        'wallets: {base: "0x1"}\naccepts: [{asset: USDC, network: base}]\nupstreams: {u: {url: "https://x.example"}}\n'
    )
    narrow, wide = (
        '{body.model: "a", headers.x: "1"}, price: "$0.001"',
        '{body.model: "*", headers.x: %s}, price: "$0.01"',
    )
    policy = Families([Family("one", ("a",), ceiling=Dollars("$0.002"))])

    def found(value: str) -> list[tuple[str, str]]:
        rules = f"[{{where: {narrow}}}, {{where: {wide % value}}}]"
        table = table_of(f'{head}routes: {{"POST /c": {{upstream: u, match: {rules}}}}}\n')
        return [(breach.row.selector, breach.model) for breach in limit_breaches(table, policy)]

    assert found('"1"') == []
    assert found('"2"') == [("match:1", "a")]


def test_limits_are_exact_and_inclusive() -> None:
    family = Family("one", ("a",), floor=Dollars("$0.0000015"), ceiling=Dollars("$0.0000025"))
    assert limits_in_units(family, 6) == (2, 2)
    assert limits_in_units(family, 18) == (1_500_000_000_000, 2_500_000_000_000)


def test_a_glob_behind_a_wider_one_is_never_reached() -> None:
    wide, narrow = Family("gpt-4o", ("gpt-4o*",)), Family("gpt-4o-mini", ("gpt-4o-mini*", "o4-mini"))
    assert [found[:2] for found in never_reached([wide, narrow])] == [(narrow, "gpt-4o-mini*")]
    assert not list(never_reached([narrow, wide]))


def test_whose_model_a_name_is() -> None:
    names = [
        "gpt-4o",
        "ft:gpt-4o*",
        "o1*",
        "o3-mini",
        "claude-opus-4-5",
        "gemini-2.5-pro",
        "open-mixtral-8x7b",
        "llama-3",
    ]
    assert [vendor_of(name) for name in names] == [
        "openai", "openai", "openai", "openai", "anthropic", "google", "mistral", "meta",
    ]  # fmt: skip
    assert vendor_of("ollama") is None
    assert vendor_of("*") is None


def test_only_what_is_certain_is_ruled_out() -> None:
    assert not may_serve("https://api.anthropic.com/v1", "gpt-4o")
    assert may_serve("https://API.anthropic.com", "claude-*")
    assert may_serve("https://api.anthropic.com", "my-deployment")
    assert may_serve("https://openrouter.ai", "gpt-4o")
    assert may_serve(None, "gpt-4o")
    assert may_serve("http://[", "gpt-4o")
