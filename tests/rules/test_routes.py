"""PC201, PC203 and PC204: held against what the gateway answers, over small worlds tried out in full."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.gateway.resolution import Gateway, Outcome, Request
from pricecheck.rules import routes
from tests.rules.texts import config_of, findings, reported_routes, with_routes

ROUTE_PATHS = st.lists(st.sampled_from(["a", "b", ":x", ":y", ""]), min_size=1, max_size=4).map("/".join)
ROUTE_KEYS = st.builds(lambda method, path: f"{method} /{path}", st.sampled_from(["GET", "get", "POST"]), ROUTE_PATHS)
REQUESTS = [
    Request(method, "/" + "/".join(segments))
    for method in ("GET", "POST")
    for length in range(5)
    for segments in product("abz", repeat=length)
]


@settings(max_examples=150, deadline=None)
@given(st.lists(ROUTE_KEYS, min_size=1, max_size=7, unique=True))
def test_exactly_the_routes_that_answer_nothing_are_shadowed(keys: list[str]) -> None:
    text = with_routes({key: {"price": "$0.01"} for key in keys})
    gateway = Gateway(config_of(text))
    answering = {gateway.answer(request).route for request in REQUESTS}
    assert reported_routes(routes.shadowed_route, text) == set(keys) - answering


PRICES = st.sampled_from(["$0.01", "$0.02", "0.010", "$0"])
CONDITIONS = st.dictionaries(
    st.sampled_from(["query.q", "headers.x-h"]), st.sampled_from(["a", "b", "*", "a*"]), max_size=2
)
FLAT = st.fixed_dictionaries(
    {"fallback": PRICES},
    optional={"match": st.lists(st.builds(lambda where, price: {"where": where, "price": price}, CONDITIONS, PRICES))},
)
TOKEN_BASED = st.builds(
    lambda models, fallback: {"type": "token-based", "models": models, "fallback": fallback},
    st.dictionaries(st.sampled_from(["m", "n", "gpt-4o"]), PRICES),
    PRICES,
)
ASKING = [
    Request("POST", "/a" + query, headers, {"model": model})
    for query in ("", "?q=a", "?q=b", "?q=ab", "?q=z")
    for headers in ({}, {"x-h": "a"}, {"x-h": "b"}, {"x-h": "ab"}, {"x-h": "z"})
    for model in ("m", "n", "gpt-4o", "gpt-4", "o1", "z")
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([FLAT, TOKEN_BASED]).flatmap(lambda kind: st.tuples(kind, kind)))
def test_shadowing_is_an_error_exactly_where_somebody_is_charged_otherwise(
    pair: tuple[dict[str, object], dict[str, object]],
) -> None:
    first, later = pair
    (found,) = findings(routes.shadowed_route, with_routes({"POST /:x": first, "POST /a": later}))
    charged, expected = (
        Gateway(config_of(with_routes({"POST /:x": first}))),
        Gateway(config_of(with_routes({"POST /a": later}))),
    )
    differs = any(charged.answer(request).amount != expected.answer(request).amount for request in ASKING)
    assert found.severity.value == ("error" if differs else "warning")


def test_a_token_based_route_before_a_flat_one_is_compared_too() -> None:
    models = {"type": "token-based", "models": {"m": "$0.07"}, "price": "$0.01"}
    (found,) = findings(routes.shadowed_route, with_routes({"POST /:x": models, "POST /a": {"price": "$0.01"}}))
    assert 'charges $0.07 instead of $0.01 for "m"' in found.finding.message


def test_prices_from_the_environment_are_not_compared() -> None:
    text = with_routes({"GET /:x": {"price": "${PRICE}"}, "GET /a": {"price": "$0.01"}})
    (found,) = findings(routes.shadowed_route, text)
    assert found.severity.value == "warning"


def test_the_earlier_route_is_shown() -> None:
    text = with_routes({"GET /:x": {"price": "$0.01"}, "GET /a": {"price": "$0.01"}})
    (found,) = findings(routes.shadowed_route, text)
    (label,) = found.finding.related
    assert text[label.span.start : label.span.end] == '"GET /:x"'
    assert found.finding.help == 'move "GET /a" before "GET /:x"'


@settings(max_examples=60, deadline=None)
@given(
    st.booleans(),
    st.sampled_from([None, "/metrics", "/a/b"]),
    st.sampled_from(["/health", "/metrics", "/a/b", "/a", "/.well-known/x402", "/.well-known/openapi.json"]),
)
def test_exactly_the_routes_on_the_gateways_own_paths_are_reported(
    discovery: bool,  # noqa: FBT001 - hypothesis passes by position
    metrics: str | None,
    path: str,
) -> None:
    section = {"discovery": discovery, "metrics": {"enabled": metrics is not None, "path": metrics or "/metrics"}}
    text = with_routes({f"GET {path}": {"price": "$0.01"}}, gateway=section)
    builtin = Gateway(config_of(text)).answer(Request("GET", path)).outcome is Outcome.BUILTIN
    assert bool(findings(routes.builtin_path, text)) == builtin


def test_a_metrics_path_from_the_environment_is_not_compared() -> None:
    section = {"metrics": {"enabled": True, "path": "/${X}"}}
    text = with_routes({"GET /${X}": {"price": "$0.01"}}, gateway=section)
    assert findings(routes.builtin_path, text) == []


@pytest.mark.parametrize(
    ("fragment", "reported"),
    [
        ("routes: { GET /x: { upstream: openai } }", False),
        ("upstreams: { azure: { url: 'https://a.example' } }\nroutes: { GET /x: { upstream: openai } }", True),
        ("upstreams: {}\nroutes: { GET /x: { upstream: openai } }", True),
    ],
)
def test_a_fragment_without_upstreams_is_not_judged(fragment: str, reported: bool) -> None:  # noqa: FBT001
    found = findings(routes.unknown_upstream, fragment, path="fragment.yaml", partial=True)
    assert bool(found) == reported
