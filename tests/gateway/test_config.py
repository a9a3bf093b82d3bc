"""The config in the gateway's words (gateway.md §2, §4), and that no shape of it is ever too odd to read."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.findings import SourceText
from pricecheck.gateway.config import DEFAULT_PRICE, Config, read_config
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.loading import Loaded, load
from pricecheck.gateway.resolution import Gateway, Request
from pricecheck.source.plain import plain
from pricecheck.source.yaml_parser import parse
from tests.gateway.reading import HEAD, config_of, route_of

FULL = """\
gateway: { discovery: false, metrics: { enabled: true, path: /stats } }
wallets: { base: "0xbase", solana: "So1" }
accepts: [{ asset: USDC, network: base }, { asset: USDC, network: solana }]
defaults: { price: "$0.002" }
upstreams:
  openai: { url: "https://api.openai.com", defaultPrice: "0.01" }
routes:
  "post /v1/chat/completions":
    upstream: openai
    type: openai-compatible
    models:
      gpt-4o: "$0.05"
      "ft:gpt-4o:acme": "$0.08"
    fallback: "$0.03"
  "GET /v1/images":
    upstream: openai
    match:
      - where: { query.size: "1024*", query.hd: true }
        price: "$0.04"
        payTo: "0xrule"
    accepts: [{ asset: DAI, network: base }]
"""


def text_at(config: Config, text: str, *names: str) -> None:
    field = config.at(*names)
    assert field is not None
    assert FULL[slice(*field.span)].strip('"') == text


def test_everything_is_read_with_its_place() -> None:
    config = config_of(FULL)
    assert [route.key for route in config.routes] == ["post /v1/chat/completions", "GET /v1/images"]
    chat, images = config.routes
    assert (chat.method, chat.pattern, chat.token_based, chat.pricing_model) == (
        "POST",
        "/v1/chat/completions",
        True,
        "request",
    )
    assert [(model.name, model.price) for model in chat.models] == [("gpt-4o", "$0.05"), ("ft:gpt-4o:acme", "$0.08")]
    assert FULL[slice(*chat.models[1].entry.key.span)] == '"ft:gpt-4o:acme"'
    assert chat.models_path == ("routes", "post /v1/chat/completions", "models")
    assert chat.fallback is not None
    assert (chat.fallback.text, FULL[slice(*chat.fallback.span)]) == ("$0.03", '"$0.03"')
    assert chat.fallback.path == ("routes", "post /v1/chat/completions", "fallback")
    assert chat.price is None
    (rule,) = images.match
    assert rule.conditions == [("query.size", "1024*"), ("query.hd", True)]
    assert rule.where[0].field.path == ("routes", "GET /v1/images", "match", 0, "where", "query.size")
    assert rule.price is not None
    assert rule.price.path == ("routes", "GET /v1/images", "match", 0, "price")
    assert rule.pay_to is not None
    assert rule.pay_to.text == "0xrule"
    assert [payment.network.text for payment in config.payments(chat)] == ["base", "solana"]
    assert [payment.asset.text for payment in config.payments(images)] == ["DAI"]
    assert config.default_price_text == "$0.002"
    text_at(config, "$0.002", "defaults", "price")
    url, imported = config.upstreams["openai"].url, config.upstreams["openai"].default_price
    assert (url and url.text, imported and imported.text) == ("https://api.openai.com", "0.01")
    assert (config.discovery, config.metrics_path) == (False, "/stats")
    assert [(name, field.text) for name, field in config.wallets] == [("base", "0xbase"), ("solana", "So1")]


def test_what_is_not_set_has_the_gateways_default() -> None:
    config = config_of("gateway: { metrics: { enabled: true } }")
    assert (config.default_price_text, config.default_price) == (DEFAULT_PRICE, None)
    assert (config.discovery, config.metrics_path) == (True, "/metrics")
    assert config_of("gateway: { metrics: {} }").metrics_path is None


def test_the_pricing_block_wins_field_by_field() -> None:
    route = route_of('{ price: "$1.00", fallback: "$2.00", pricing: { model: time, duration: 1h, price: "$3.00" } }')
    assert route.price is not None
    assert route.price.path == ("routes", "POST /x", "pricing", "price")
    assert route.fallback is not None
    assert route.fallback.path == ("routes", "POST /x", "fallback")
    assert route.pricing_model == "time"
    legacy = route.field.get("price")
    assert legacy is not None
    assert legacy.text == "$1.00"


def test_an_empty_match_or_fallback_in_the_pricing_block_still_wins() -> None:
    route = route_of('{ match: [{ where: {}, price: "1" }], fallback: "2", pricing: { match: [], fallback: "" } }')
    assert route.match == ()
    assert route.fallback is not None
    assert route.fallback.text == ""


def test_a_function_is_a_price_but_not_a_text() -> None:
    route = route_of("{ price: { fn: /srv/price.js } }")
    assert route.price_text is None
    assert route.price_function is not None
    assert route.price_function.text == "/srv/price.js"


@pytest.mark.parametrize(("kind", "token_based"), [("token-based", True), ("openai-compatible", True), ("flat", False)])
def test_types(kind: str, token_based: bool) -> None:  # noqa: FBT001 - a parametrized value
    assert route_of(f"{{ type: {kind} }}").token_based is token_based


def test_the_method_of_a_key_without_a_space_is_empty() -> None:
    route = config_of("routes: { nospace: {} }").routes[0]
    assert (route.method, route.pattern) == ("", "")


def test_variables_are_filled_in_or_marked_unresolved() -> None:
    text = f'{HEAD}routes: {{ "GET /x": {{ price: "${{PRICE}}" }} }}'
    (known,) = config_of(text, {"PRICE": "$0.07"}).routes
    assert known.price is not None
    assert (known.price.text, known.price.known_text) == ("$0.07", "$0.07")
    (unknown,) = config_of(text).routes
    assert unknown.price is not None
    assert isinstance(unknown.price.text, Unresolved)
    assert unknown.price.known_text is None


def test_names_that_look_like_numbers_come_first_as_in_any_javascript_object() -> None:
    config = config_of('wallets: { base: a, "10": b, "9": c }')
    assert [name for name, _ in config.wallets] == ["9", "10", "base"]


def test_an_alias_is_read_as_what_it_stands_for() -> None:
    config = config_of('x: &p { price: "$0.01" }\nroutes: { "GET /x": *p }')
    (route,) = config.routes
    assert route.price is not None
    assert route.price.text == "$0.01"
    assert route.field.is_alias


@pytest.mark.parametrize(
    "text", ["", "[]", "text", "3", "routes: []", "routes: { a: 3 }", "accepts: 3", "wallets: [a]"]
)
def test_other_shapes_are_simply_not_there(text: str) -> None:
    config = config_of(text)
    assert (config.routes, config.accepts, config.wallets) == ((), (), ())
    assert config.default_price_text == DEFAULT_PRICE


NAMES = [
    *("routes", "accepts", "wallets", "upstreams", "defaults", "gateway", "metrics", "enabled", "price", "fn", "match"),
    *(
        "where",
        "models",
        "pricing",
        "fallback",
        "payTo",
        "address",
        "type",
        "token-based",
        "GET /x",
        "path",
        "upstream",
    ),
    *("asset", "network", "body.model", "__proto__", "constructor", "1", "", "$0.01", "${X}", "openapi", "discovery"),
]
leaves = st.none() | st.booleans() | st.sampled_from([0, -1, 2.5, float("inf")]) | st.sampled_from(NAMES)
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
)
sections = st.sampled_from(["routes", "accepts", "wallets", "upstreams", "defaults", "gateway"])


@given(
    st.dictionaries(
        sections, trees | st.dictionaries(st.just("GET /x"), st.dictionaries(st.sampled_from(NAMES), trees))
    )
)
def test_reading_and_answering_never_fail(tree: dict[str, object]) -> None:
    document = parse(SourceText("tollbooth.yaml", json.dumps(tree).replace("Infinity", ".inf")))
    assert document.root is not None
    gateway = Gateway(read_config(Loaded(document, None, plain(document.root), ())))
    bodies: tuple[object, ...] = ({"model": "m"}, [], None)
    for body in bodies:
        assert gateway.answer(Request("GET", "/x?a=1", {"H": "1"}, body)).trace


def test_without_a_document_there_is_nothing() -> None:
    config = read_config(load(parse(SourceText("t.yaml", "a: [")), None))
    assert (config.root, config.routes) == (None, ())


def test_fifty_thousand_models_are_quick() -> None:
    lines = "".join(f'      "ft:gpt-4o-mini-2024-07-18:acme-{number}::9aBcD": "$0.02"\n' for number in range(50_000))
    text = f'{HEAD}routes:\n  "POST /c":\n    type: token-based\n    models:\n{lines}'
    document = parse(SourceText("t.yaml", text))
    assert document.root is not None
    loaded = Loaded(document, None, plain(document.root), ())
    begin = process_time()
    config = read_config(loaded)
    answer = Gateway(config).answer(Request("POST", "/c", {}, {"model": "ft:gpt-4o-mini-2024-07-18:acme-49999::9aBcD"}))
    assert process_time() - begin < 0.6
    assert answer.amount == 20_000
