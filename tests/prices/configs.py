"""Random configs and requests for tests that compare two configs."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from pricecheck.findings import SourceText
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.gateway.matching import MISSING
from pricecheck.gateway.resolution import Request
from pricecheck.prices.table import PriceTable, price_table
from pricecheck.source.yaml_parser import parse


def table_of(text: str) -> PriceTable:
    return price_table(read_config(load(parse(SourceText("tollbooth.yaml", text)))))


def whole(parts: dict[str, Any]) -> str:
    """A config with these top-level parts; JSON is YAML."""
    head = {
        "wallets": {"base": "0xabc"},
        "accepts": [{"asset": "USDC", "network": "base"}],
        "upstreams": {"up": {"url": "https://api.example.com"}},
        "routes": {},
    }
    return json.dumps({**head, **parts})


PRICES = ["$0.01", "0.010", "$0.02", "10000", "$0.00", "$", "free", "${UNSET}", "$-0.01", "$5"]
MODELS = ["gpt-4o", "my-model", "ft:gpt-4o:x", "constructor", "o1", "a", "ab", "*"]
KEYS = [
    "GET /x",
    "GET /x/:id",
    "GET /x/:name",
    "GET /x/a",
    "GET /:kind/a",
    "get /x/ab",
    "POST /v1/chat",
    "POST /v1/:op",
    "GET /health",
    "GET /",
]

prices = st.sampled_from(PRICES)
globs = st.sampled_from(["a", "ab", "a*", "*b", "*", "gpt-4o", "gpt-*"])
wheres = st.dictionaries(
    st.sampled_from(["body.model", "body.stream", "query.q", "headers.h", "params.id", "params.name", "params.op"]),
    st.one_of(globs, globs, st.sampled_from([True, 1])),
    max_size=2,
)
rules = st.lists(st.fixed_dictionaries({"where": wheres, "price": prices}), max_size=4)
accepts = st.lists(
    st.sampled_from([{"asset": asset, "network": "base"} for asset in ("USDC", "usdc", "DAI", "EURC")]),
    min_size=1,
    max_size=2,
)
routes = st.fixed_dictionaries(
    {"upstream": st.just("up")},
    optional={
        "type": st.just("token-based"),
        "models": st.dictionaries(st.sampled_from(MODELS), st.one_of(prices, st.just("0.03")), max_size=4),
        "price": st.one_of(prices, st.just({"fn": "/a.ts"})),
        "fallback": prices,
        "match": rules,
        "accepts": accepts,
    },
)
configs = st.fixed_dictionaries(
    {"routes": st.dictionaries(st.sampled_from(KEYS), routes, min_size=1, max_size=4)},
    optional={"defaults": st.fixed_dictionaries({"price": prices}), "accepts": accepts},
)


@st.composite
def config_pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two configs; the second is often the first with a part or two replaced, as a pull request does."""
    old = draw(configs)
    if draw(st.booleans()):
        return whole(old), whole(draw(configs))
    new: dict[str, Any] = json.loads(json.dumps(old))
    key = draw(st.sampled_from(sorted(new["routes"])))
    change = draw(st.sampled_from(["route", "drop", "add", "match", "models", "defaults", "order", "metrics"]))
    if change == "drop":
        del new["routes"][key]
    elif change == "add":
        new["routes"] = {draw(st.sampled_from(KEYS)): draw(routes), **new["routes"]}
    elif change == "match":
        found = new["routes"][key].get("match", [])
        new["routes"][key]["match"] = draw(st.permutations([*found, *draw(rules)]))
    elif change == "models":
        new["routes"][key]["models"] = {**new["routes"][key].get("models", {}), draw(st.sampled_from(MODELS)): "0.03"}
    elif change == "defaults":
        new["defaults"] = {"price": draw(prices)}
    elif change == "metrics":
        new["gateway"] = {"metrics": {"enabled": True, "path": draw(st.sampled_from(["/x", "/x/a", "/v1/chat"]))}}
    elif change == "order":
        new["routes"] = {name: new["routes"][name] for name in draw(st.permutations(list(new["routes"])))}
    else:
        new["routes"][key] = draw(routes)
    return whole(old), whole(new)


values = st.sampled_from(["a", "ab", "b", "xb", "gpt-4o", "gpt-4", "my-model", "o1", "", "other", "*"])
bodies = st.one_of(
    st.just(MISSING),
    st.dictionaries(st.sampled_from(["model", "stream"]), st.one_of(values, st.sampled_from([True, 1])), max_size=2),
    st.fixed_dictionaries({"model": st.sampled_from(MODELS)}),
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    method, path = draw(
        st.sampled_from(
            [
                *(("GET", path) for path in ("/", "/x", "/x/a", "/x/ab", "/x/b", "/y/a", "/x/%61", "/health/", "/z")),
                *(("POST", path) for path in ("/v1/chat", "/v1/a", "/v1/ab")),
            ]
        )
    )
    if draw(st.booleans()):
        path += f"?q={draw(st.sampled_from(['a', 'ab', 'b', '']))}"
    headers = {"h": draw(values)} if draw(st.booleans()) else {}
    return Request(method, path, headers, draw(bodies))
