"""The published schema, the judge compiled from it, and jsonschema say the same."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.validators import extend

from pricecheck.findings import SourceText
from pricecheck.gateway._accept import ACCEPTORS, accepts
from pricecheck.gateway.cross_checks import conflicts
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.explain import breaches, validator
from pricecheck.gateway.formats import FORMATS, is_ip_or_cidr, is_openapi_location, is_redis_url, is_url
from pricecheck.schema_files import schema_text
from pricecheck.source.plain import plain
from pricecheck.source.yaml_parser import parse
from tools.compile_schema import Compiler, compiled_module

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Value = Any
"""Whatever a config may hold."""

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(schema_text("config"))
FULL = """\
gateway:
  port: 3000
  discovery: true
  hostname: h
  metrics: {enabled: true, path: /metrics}
  trustProxy: {hops: 1, cidrs: ["10.0.0.0/8", "::1"]}
  cors: {allowedOrigins: ["https://a"], allowedMethods: [GET], allowedHeaders: [a], credentials: true, maxAge: 0}
wallets: {base: "0xa", solana: S}
accepts: [{asset: USDC, network: base}]
defaults: {price: "$0.001", timeout: 60, rateLimit: {requests: 5, window: 1m}, verificationCache: {ttl: 5m}}
stores:
  redis: {url: "redis://h", prefix: p, options: {connectionTimeout: 1, idleTimeout: 0, autoReconnect: true}}
  rateLimit: {backend: redis}
  timeSession: {backend: memory, redis: {url: "rediss://h:1/2"}}
upstreams:
  openai: {url: "https://api.openai.com", headers: {a: b}, timeout: 30000, openapi: ./x.yaml, defaultPrice: "$0.01"}
routes:
  "POST /v1/chat/completions":
    {upstream: openai, type: token-based, models: {gpt-4o: "$0.05"}, fallback: "$0.05", settlement: after-response}
  "GET /x/:id":
    upstream: openai
    path: /x
    price: {fn: /m.js}
    match: [{where: {query.a: b, body.n: 1, body.t: true}, price: "$0.1", payTo: [{address: a, share: 0.5}]}]
    pricing: {model: time, duration: 1h, price: "$0.01", match: [], fallback: ""}
    accepts: []
    payTo: "0xb"
    hooks: {onRequest: /h.js}
    metadata: {a: [1, null]}
    facilitator: {default: "https://f", chains: {base/usdc: "https://g"}}
    rateLimit: {requests: 1, window: 1s}
hooks: {onError: /e.js}
facilitator: "https://f"
settlement: {strategy: mpp, methods: [{type: tempo}, {type: stripe, secretKey: k}]}
"""
PATHS: list[tuple[str | int, ...]] = []
DROP, ADD = object(), object()
PIECES: list[Value] = [
    None, True, False, 0, 1, -1, 0.5, 1.5, 3000.0, 1e20, math.nan, math.inf, "", "x", "*", "1m", "1m\n", "60",
    "request", "time", "redis", "memory", "custom", "mpp", "tempo", "stripe", "token-based", "before-response",
    "https://a", "http://xn--", "http://a b", "//x", "redis://h", "redis://h:99999", "10.0.0.0/33", "x.yml", "$1\n",
    [], {}, [1], ["x"], ["*"], {"fn": "x"}, {"fn": ""}, {"type": "stripe"}, {"url": "redis://h"}, {"x": 1},
]  # fmt: skip


def collect(value: Value, path: tuple[str | int, ...] = ()) -> None:
    PATHS.append(path)
    for step, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        collect(item, (*path, step))


def config() -> Value:
    root = parse(SourceText("full.yaml", FULL)).root
    assert root is not None
    return plain(root)


collect(config())


def changed(value: Value, path: tuple[str | int, ...], piece: Value) -> Value:
    """Give a copy with the place at `path` replaced, dropped, or given one key more; as it is where that can't be."""
    if not path and piece not in (DROP, ADD):
        return deepcopy(piece)
    result = here = deepcopy(value)
    try:
        for step in path[:-1]:
            here = here[step]
        if piece is ADD:
            here[path[-1]]["x"] = 1
        elif piece is DROP:
            del here[path[-1]]
        else:
            here[path[-1]] = deepcopy(piece)
    except (KeyError, IndexError, TypeError):
        pass
    return result


def is_number(_checker: object, value: object) -> bool:
    """Tell numbers as the gateway does: JSON has no NaN, YAML has."""
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def reference() -> Validator:
    """Make jsonschema's own validator: with the schema's formats, without NaN, and with nothing else of ours."""
    checker = FormatChecker(formats=())
    for name, judge in FORMATS.items():
        checker.checks(name)(lambda value, judge=judge: not isinstance(value, str) or judge(value))
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", is_number)
    made: type[Validator] = extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]
    return made(SCHEMA, format_checker=checker)


REFERENCE = reference()
CHANGES = st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from([*PIECES, DROP, ADD])), max_size=3)


def test_the_compiled_judge_is_what_the_schema_gives() -> None:
    assert (ROOT / "pricecheck" / "gateway" / "_accept.py").read_text("utf-8") == compiled_module()


def test_the_schema_is_a_schema_that_explains_every_field() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    silent = []
    for name, part in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        for field, schema in part.get("properties", {}).items():
            target = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            if not target.get("description"):
                silent.append(f"{name}.{field}")
    assert silent == []


def test_a_config_with_every_field_is_accepted() -> None:
    assert accepts(config())
    assert REFERENCE.is_valid(config())


@given(CHANGES)
@settings(max_examples=800, deadline=None)
def test_the_judge_agrees_with_jsonschema_and_with_what_is_explained(
    changes: list[tuple[tuple[str | int, ...], Value]],
) -> None:
    value = config()
    for path, piece in changes:
        value = changed(value, path, piece)
    expected = REFERENCE.is_valid(value)
    assert accepts(value) == expected
    explained = [*breaches(value), *(conflicts(value) if isinstance(value, dict) else ())]
    assert (not explained) == expected


@given(CHANGES, st.sampled_from(PATHS), st.sampled_from([piece for piece in PIECES if isinstance(piece, str)]))
@settings(max_examples=400, deadline=None)
def test_an_unresolved_string_is_refused_only_where_every_string_is(
    changes: list[tuple[tuple[str | int, ...], Value]], path: tuple[str | int, ...], text: str
) -> None:
    value = config()
    for place, piece in changes:
        value = changed(value, place, piece)
    unknown = changed(value, path, Unresolved("${X}"))
    assert accepts(unknown) == validator().is_valid(unknown)
    if accepts(changed(value, path, text)):
        assert accepts(unknown)


def test_vectors_are_judged_as_jsonschema_does() -> None:
    lines = (ROOT / "fixtures/conformance/load.jsonl").read_text("utf-8").split("\n")
    for vector in map(json.loads, filter(None, lines)):
        document = parse(SourceText("tollbooth.yaml", vector["yaml"]))
        if document.root is not None:
            value = plain(document.root)
            assert accepts(value) == REFERENCE.is_valid(value), vector["id"]


def test_the_parts_judge_themselves() -> None:
    assert set(ACCEPTORS) == {f"#/$defs/{name}" for name in SCHEMA["$defs"]}
    assert ACCEPTORS["#/$defs/rateLimit"]({"requests": 1, "window": "1m"})
    assert not ACCEPTORS["#/$defs/rateLimit"]({"requests": 1})


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{"type": "string"}]},
        {"type": "string", "minLength": 2},
        {"not": {"type": "string"}},
        {"const": 5},
        {"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "string"}},
    ],
)
def test_the_compiler_stops_at_what_it_does_not_know(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the compiler"):
        Compiler(SCHEMA).terms(schema, "v")


@pytest.mark.parametrize(
    "url",
    [
        "http://a",
        "HTTP://A",
        "https://a.b/c?d#e",
        "http://127.0.0.1:47999",
        "http://[::1]:80",
        "http:/x",
        "http:\\\\x",
        " http://a ",
        "http://a..b",
        "http://0x7f.1",
        "http://exa_mple",
        "http://münchen.example",
        "https://xn--mnchen-3ya.example/",
        "mailto:a@b",
        "javascript:alert(1)",
        "redis://h",
        "http://a/\ud800",
    ],
)
def test_urls_of_the_whatwg_parser(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "//x",
        "api.openai.com",
        "http://",
        "http://:80",
        "http://a b",
        "http://a:99999",
        "http://a:65536/",
        "http://256.1.1.1",
        "http://1.2.3.4.5",
        "http://a.1",
        "http://xn--",
        "http://\ud800",
        "http://a.xn--",
        "https://api.xn--a/v1",
        "https://ex ample.com",
    ],
)
def test_what_is_no_url(url: str) -> None:
    assert not is_url(url)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.0/8",
        "203.0.113.5",
        "::1",
        "::1/128",
        "::ffff:1.2.3.4/96",
        "fe80::1%eth0/64",
        " 10.0.0.1 ",
        "10.0.0.0/08",
        "10.0.0.0/8x",
    ],
)
def test_addresses_and_ranges(text: str) -> None:
    assert is_ip_or_cidr(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "10.0.0.0/",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/-1",
        "01.2.3.4",
        "1.2.3",
        "1.2.3.4/x",
        "1.2.3.4:80",
        "g::",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_ip_or_cidr(text)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("https://api.example.com/openapi", True),
        ("http://x", True),
        ("/srv/openapi", True),
        ("./openapi", True),
        ("../openapi", True),
        ("openapi.json", True),
        ("openapi.yaml", True),
        ("openapi.yml", True),
        ("", False),
        ("openapi", False),
        ("openapi.YAML", False),
        ("openapi.yaml ", False),
        ("ftp://x/y", False),
    ],
)
def test_locations_of_openapi_documents(text: str, accepted: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_openapi_location(text) is accepted


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("redis://h", True),
        ("rediss://user:pw@h:6380/0", True),
        ("redis://", True),
        ("REDIS://h", False),
        ("redis:h", False),
        ("http://h", False),
        ("redis://a b", False),
    ],
)
def test_urls_of_redis(text: str, accepted: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_redis_url(text) is accepted
