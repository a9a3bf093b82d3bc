"""The effective price table against the gateway's recorded verdicts and against the resolver."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.findings import SourceText
from pricecheck.gateway.config import read_config
from pricecheck.gateway.default_table import DEFAULT_TABLE
from pricecheck.gateway.loading import load
from pricecheck.gateway.matching import MISSING, Facts
from pricecheck.gateway.resolution import Gateway, Outcome, Request
from pricecheck.gateway.routing import lower_case_names, query_values, split_path, split_target
from pricecheck.prices.table import PriceRow, PriceTable, price_table
from pricecheck.source.yaml_parser import parse

VECTORS = Path(__file__).parents[2] / "fixtures" / "conformance" / "price.jsonl"

HEAD = """\
wallets: { base: "0xabc" }
accepts: [{ asset: USDC, network: base }]
upstreams: { openai: { url: "https://api.openai.com" } }
"""


def table_of(text: str) -> PriceTable:
    return price_table(read_config(load(parse(SourceText("tollbooth.yaml", text)))))


def summary(rows: tuple[PriceRow, ...]) -> list[tuple[str, int | None, str]]:
    return [(row.selector, row.amount, row.source) for row in rows]


def facts_of(table: PriceTable, route: str, request: dict[str, Any]) -> Facts:
    gateway = Gateway(table.config)
    path, query = split_target(request["path"])
    compiled = gateway.route_for(request["method"].upper(), split_path(path))
    assert compiled is not None
    assert compiled.route.key == route
    reads_body = compiled.route.token_based or any(
        key.startswith("body.") for rule in compiled.route.match for key, _, _ in rule.where
    )
    return Facts(
        request.get("body", MISSING) if reads_body else MISSING,
        query_values(query),
        lower_case_names(request.get("headers", {})),
        compiled.params(split_path(path)),
    )


def test_every_recorded_request_gets_a_row_with_the_amount_the_gateway_charged() -> None:
    compared = 0
    for line in VECTORS.read_text("utf-8").splitlines():
        case = json.loads(line)
        table = table_of(case["yaml"])
        for request in case["requests"]:
            expected = request["expect"]
            if expected["outcome"] not in {"payment", "free"} or "route" not in expected:
                continue
            row = table.row_for(expected["route"], facts_of(table, expected["route"], request))
            assert row is not None, (case["id"], request)
            assert row.reachable, (case["id"], request)
            wanted = 0 if expected["outcome"] == "free" else int(expected["amount"])
            assert row.amount == wanted, (case["id"], request, row)
            compared += 1
    assert compared > 1000


PRICES = ["$0.01", "$5", "$5.00", "0.0000009", "$", "free", "", "$-0.01", "10000", "${UNSET}"]
MODELS = ["gpt-4o", "my-model", "ft:gpt-4o:x", "constructor", "o1"]

prices = st.sampled_from(PRICES)
rules = st.fixed_dictionaries(
    {
        "where": st.dictionaries(
            st.sampled_from(["body.model", "body.n", "query.q", "headers.h", "headers.H", "params.p"]),
            st.sampled_from(["*", "g*", "gpt-4o", "a", 1, True, "${TIER}"]),
            max_size=2,
        ),
        "price": prices.filter(bool),
    }
)
routes = st.fixed_dictionaries(
    {"upstream": st.just("openai")},
    optional={
        "type": st.just("token-based"),
        "models": st.dictionaries(st.sampled_from(MODELS), prices),
        "price": prices | st.just({"fn": "/x.js"}),
        "match": st.lists(rules, max_size=3),
        "fallback": prices,
        "accepts": st.sampled_from([[], [{"asset": "DAI", "network": "base"}], [{"asset": "${A}", "network": "base"}]]),
    },
)
bodies = st.fixed_dictionaries(
    {}, optional={"model": st.sampled_from([*MODELS, "other", "", 3]), "n": st.sampled_from([1, True, "a"])}
)


paths = st.sampled_from(["/v1/a", "/v1/b?q=a", "/v1/gpt-4o", "/v1/x%0Ay?q=gpt-4o"])


@given(routes, st.just(MISSING) | bodies, paths)
@settings(max_examples=400, deadline=None)
def test_the_row_of_a_request_has_the_amount_the_resolver_gives(route: dict[str, Any], body: object, path: str) -> None:
    config = {
        "wallets": {"base": "0xabc"},
        "accepts": [{"asset": "USDC", "network": "base"}],
        "upstreams": {"openai": {"url": "https://api.openai.com"}},
        "routes": {"POST /v1/:p": route},
    }
    table = table_of(json.dumps(config))
    request = {"method": "POST", "path": path, "headers": {"H": "a"}, "body": body}
    row = table.row_for("POST /v1/:p", facts_of(table, "POST /v1/:p", request))
    answer = Gateway(table.config).answer(Request("POST", path, {"H": "a"}, body))
    if row is None:
        assert answer.outcome in {Outcome.MISSING_MODEL, Outcome.ERROR, Outcome.DYNAMIC}
        return
    assert row.reachable
    assert row.amount == answer.amount
    assert (row.unknown_reason is None) == (row.amount is not None)
    if answer.outcome is Outcome.ERROR:
        assert row.unknown_reason is not None
        assert row.unknown_reason.startswith("throws: ")
    elif answer.outcome is Outcome.DYNAMIC:
        assert row.unknown_reason is not None
        assert row.unknown_reason.startswith(("unresolved ", "price function"))
    else:
        assert row.source == answer.source
        assert row.asset == answer.asset


def test_a_token_based_route() -> None:
    table = table_of(
        HEAD
        + """\
routes:
  "POST /v1/chat/completions":
    upstream: openai
    type: token-based
    models:
      ft:gpt-4o:acme: "$0.08"
      gpt-4o: "$0.05"
      o1: ""
      nobody: ""
    fallback: "$0.03"
"""
    )
    rows = table.by_route["POST /v1/chat/completions"]
    assert summary(rows)[:4] == [
        ("model:ft:gpt-4o:acme", 80000, "route.models"),
        ("model:gpt-4o", 50000, "route.models"),
        ("model:o1", 60000, "default-table"),
        ("model:nobody", 30000, "fallback"),
    ]
    assert [row.selector for row in rows[4:-1]] == [
        f"model:{name}" for name in DEFAULT_TABLE if name not in {"gpt-4o", "o1"}
    ]
    assert summary(rows)[-1] == ("other", 30000, "fallback")
    own, fallen = rows[1], rows[3]
    assert own.path == ("routes", "POST /v1/chat/completions", "models", "gpt-4o")
    assert fallen.path == ("routes", "POST /v1/chat/completions", "fallback")
    assert own.dollars == "$0.05"
    assert (rows[2].path, rows[2].span) == (None, None)


def test_a_match_route_says_which_rules_are_reached() -> None:
    table = table_of(
        HEAD
        + """\
routes:
  "POST /v1/images/:size":
    upstream: openai
    match:
      - { where: { body.model: "dall-e-*" }, price: "$0.04" }
      - { where: { body.model: "dall-e-3" }, price: "$0.08" }
      - { where: { params.size: "*" }, price: "$0" }
    price: { fn: /srv/price.js }
"""
    )
    rows = table.by_route["POST /v1/images/:size"]
    assert summary(rows) == [
        ("match:0", 40000, "match"),
        ("match:1", 80000, "match"),
        ("match:2", 0, "match"),
        ("other", None, "price.fn"),
    ]
    assert [row.reachable for row in rows] == [True, False, True, True]
    assert rows[0].where == {"body.model": "dall-e-*"}
    assert rows[3].where is None
    assert rows[3].unknown_reason == "price function"
    found = table.rules("POST /v1/images/:size")
    assert found is not None
    assert found.reach(1).covered_by == (0,)


@pytest.mark.parametrize(
    ("price", "amount", "reason"),
    [
        ('"$0.01"', 10000, None),
        ('"$5"', 5, None),
        ('"$"', 0, None),
        ('"$-0.01"', -10000, None),
        ('"free"', None, 'throws: "free" is not a number'),
        ('"${PRICE}"', None, "unresolved ${PRICE}"),
        ('"${A}.${B}"', None, "unresolved ${A}, ${B}"),
    ],
)
def test_free_negative_and_unknown_are_told_apart(price: str, amount: int | None, reason: str | None) -> None:
    table = table_of(f'{HEAD}routes:\n  "GET /x": {{ upstream: openai, price: {price} }}\n')
    row = table.find("GET /x", "other")
    assert row is not None
    assert (row.amount, row.unknown_reason, row.source) == (amount, reason, "price")
    assert table.rows == (row,)


def test_defaults_and_imported_routes() -> None:
    table = table_of(
        """\
accepts: [{ asset: DAI, network: base }]
defaults: { price: "$0.002" }
upstreams:
  a: { url: "https://a.example", openapi: ./a.json, defaultPrice: "$0.01" }
  b: { url: "https://b.example", openapi: ./b.json }
  c: { url: "https://c.example", defaultPrice: "$0.01" }
routes:
  "GET /x": { upstream: a, accepts: [{ asset: USDC, network: base }] }
  "GET /y": { upstream: a, accepts: [] }
"""
    )
    assert [(row.route, row.selector, row.amount, row.source, row.unknown_reason) for row in table.rows] == [
        ("GET /x", "other", 2000, "defaults.price", None),
        ("GET /y", "other", None, "defaults.price", "throws: no payment is accepted"),
        ("upstreams.a (imported)", "other", 10**16, "defaultPrice", None),
        ("upstreams.b (imported)", "other", 2 * 10**15, "defaults.price", None),
    ]
    assert table.rows[2].path == ("upstreams", "a", "defaultPrice")
    assert table.rows[3].path == ("defaults", "price")


def test_a_config_without_anything_has_no_rows() -> None:
    assert table_of("").rows == ()
    assert table_of("[1]").rows == ()
    assert table_of('routes: { "GET /x": 1 }').rows == ()


def test_the_gateways_own_default_has_no_place() -> None:
    row = table_of(f'{HEAD}routes:\n  "GET /x": {{ upstream: openai }}\n').find("GET /x", "other")
    assert row is not None
    assert (row.amount, row.price, row.source, row.path, row.span) == (1000, "$0.001", "defaults.price", None, None)


def test_fifty_thousand_models_are_quick() -> None:
    lines = "".join(f'      model-{number}: "$0.{number % 997:04}"\n' for number in range(50_000))
    text = f'{HEAD}routes:\n  "POST /c":\n    upstream: openai\n    type: token-based\n    models:\n{lines}'
    config = read_config(load(parse(SourceText("t.yaml", text))))
    begin = process_time()
    table = price_table(config)
    assert process_time() - begin < 1
    assert len(table.rows) == 50_000 + len(DEFAULT_TABLE) + 1
