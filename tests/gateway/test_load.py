"""Whether the gateway would start: variables, fragments, what is no config at all."""

from __future__ import annotations

import json

import pytest

from pricecheck.findings import SourceText
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.loading import Loaded, RefusalKind, load
from pricecheck.source.yaml_parser import parse

COMPLETE = """\
wallets: {base: "0xa"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes: {}
"""


def loaded(text: str, environment: dict[str, str] | None = None, *, partial: bool = False) -> Loaded:
    return load(parse(SourceText("tollbooth.yaml", text)), environment, partial=partial)


@pytest.mark.parametrize(
    ("text", "environment", "value"),
    [
        ("x: a${B}c${ B }", {"B": "!"}, "a!c!"),
        ('x: "\\x24{B}"', {"B": "!"}, "!"),
        ("x: ${B}", {"B": "${C}"}, "${C}"),
        ("x: ${B}", {"B": ""}, ""),
        ("x: ${params.id}${query.q}", {}, "${params.id}${query.q}"),
        ("x: ${ params.id }", {}, "${ params.id }"),
        ("x: ${}", {}, "${}"),
        ("x: $B", {"B": "!"}, "$B"),
    ],
)
def test_variables_are_filled_in(text: str, environment: dict[str, str], value: str) -> None:
    result = loaded(COMPLETE + text, environment)
    assert result.refusals == ()
    assert isinstance(result.value, dict)
    assert result.value["x"] == value


def test_keys_are_never_filled_in() -> None:
    result = loaded(COMPLETE + '"${B}": 1', {})
    assert result.refusals == ()
    assert isinstance(result.value, dict)
    assert "${B}" in result.value


@pytest.mark.parametrize("text", ["${NOPE}", "${ NOPE }", "\\x24{NOPE}", "${NOPE:-1}", "${paramsid}"])
def test_an_unset_variable_is_refused_wherever_it_stands(text: str) -> None:
    refusals = loaded(f'{COMPLETE}x: {{y: ["{text}"]}}', {}).refusals
    assert [refusal.kind for refusal in refusals] == [RefusalKind.UNSET_VARIABLE]
    assert refusals[0].path == ("x", "y", 0)


@pytest.mark.parametrize(
    ("text", "is_json"),
    [('{"x": "${UNSET}", "x": "y"}', True), ("{1: '${UNSET}', '1': y}", False)],
)
def test_what_a_later_key_replaces_need_not_be_set(text: str, *, is_json: bool) -> None:
    document = parse(SourceText("tollbooth.json", text), is_json=is_json)
    assert load(document, {}, partial=True).refusals == ()


def test_what_an_alias_brings_back_must_be_set() -> None:
    refusals = loaded("{1: &a '${UNSET}', '1': y, z: *a, w: [*a, *a]}", {}, partial=True).refusals
    assert [refusal.message for refusal in refusals] == ["${UNSET} is not set: the gateway stops at the start"]


def test_an_unset_variable_is_shown_itself() -> None:
    text = COMPLETE + 'x: "Bearer ${KEY} ${KEY} ${OTHER}"'
    refusals = loaded(text, {}).refusals
    assert [text[slice(*refusal.span)] for refusal in refusals] == ["${KEY}", "${OTHER}"]


def test_an_unset_variable_does_not_hide_what_else_is_wrong() -> None:
    kinds = {refusal.kind for refusal in loaded(COMPLETE + "x: ${NOPE}\ndefaults: {timeout: 0}", {}).refusals}
    assert kinds == {RefusalKind.UNSET_VARIABLE, RefusalKind.INVALID_VALUE}


def test_a_duplicate_key_does_not_hide_what_else_is_wrong() -> None:
    kinds = {refusal.kind for refusal in loaded(COMPLETE + "x: 1\nx: 2\ndefaults: {timeout: 0}").refusals}
    assert kinds == {RefusalKind.DUPLICATE_KEY, RefusalKind.INVALID_VALUE}


@pytest.mark.parametrize(
    "fragment",
    [
        'defaults: {rateLimit: {requests: 1, window: "${W}"}}',
        'facilitator: "${URL}"',
        'settlement: {strategy: "${S}"}',
        'settlement: {strategy: mpp, methods: [{type: "${T}"}]}',
        'settlement: {strategy: mpp, methods: [{type: "${T}", secretKey: k}]}',
        'stores: {rateLimit: {backend: "${B}"}}',
        'gateway: {cors: {allowedOrigins: ["${O}"], credentials: true}}',
        'gateway: {metrics: {path: "${P}"}, trustProxy: {cidrs: ["${C}"]}}',
        'routes: {"GET /x": {upstream: "${U}", type: "${T}", pricing: {model: "${M}", duration: 1h}}}',
        'routes: {"GET /x": {upstream: "${U}", pricing: {model: "${M}"}}}',
    ],
)
def test_without_an_environment_nothing_is_guessed(fragment: str) -> None:
    assert loaded(fragment, None, partial=True).refusals == ()


_EXPANSIONS = [
    *("${K:-none}", "${K:-}", "${K-none}", "${K-}", "${K-$0.01}", "${P-0.01}", "${key-$0.01}", "${K:=x}", "${K=x}"),
    *("${K:?must be set}", "${K?}", "${K:+x}", "${K+x}", "${ K:-x }", "${A:-${B}}", "${K:-a\nb}", "${K:-${params.id}}"),
]
_NAMES = [
    *(
        "${K}",
        "${my.key}",
        "${MY-KEY}",
        "${my-key}",
        "${PRICE_GPT-4o}",
        "${PRICE_GPT-3.5}",
        "${GPT-4_PRICE}",
        "${1:-x}",
    ),
    *("${:-x}", "${-}", "${K:default}", "${params.id:-3}", "${query.q:-none}", "${}", "$K:-none", "${K:-none"),
]


@pytest.mark.parametrize("environment", [None, {}, {"K": "x", "A": "x", "P": "x", "key": "x"}])
@pytest.mark.parametrize("text", _EXPANSIONS)
def test_what_a_shell_would_expand_is_set_by_nothing(text: str, environment: dict[str, str] | None) -> None:
    (refusal,) = loaded(json.dumps({"x-note": [text]}), environment, partial=True).refusals
    assert refusal.kind is RefusalKind.UNSET_VARIABLE
    assert refusal.path == ("x-note", 0)
    assert "the gateway knows no defaults" in refusal.message


@pytest.mark.parametrize("text", _NAMES)
def test_a_name_that_is_merely_odd_is_not_guessed_at(text: str) -> None:
    assert loaded(json.dumps({"x-note": [text]}), None, partial=True).refusals == ()


def test_an_expansion_is_read_as_the_text_is_not_as_it_is_written() -> None:
    assert [found.kind for found in loaded('x: "\\x24{K:-none}"', None, partial=True).refusals] == [
        RefusalKind.UNSET_VARIABLE
    ]
    assert loaded('"${K:-none}": 1 # ${K:-none}', None, partial=True).refusals == ()


def test_a_name_like_an_expansion_may_be_set_all_the_same() -> None:
    assert loaded("x: ${K:-none}", {"K:-none": "1"}, partial=True).refusals == ()


def test_the_default_itself_is_not_shown() -> None:
    (refusal,) = loaded("x: Bearer ${K:-sk-live-1}", None, partial=True).refusals
    assert "sk-live" not in f"{refusal.message} {refusal.help}"
    assert refusal.help == "write ${K} and set K, or write the value itself"


def test_a_variable_is_text_all_the_same() -> None:
    (refusal,) = loaded(COMPLETE + 'gateway: {port: "${PORT}"}').refusals
    assert refusal.kind is RefusalKind.WRONG_TYPE
    assert refusal.path == ("gateway", "port")
    assert refusal.help == "a value from the environment is always text: write it into the config"


def test_an_unresolved_string_says_so() -> None:
    value = loaded(COMPLETE + 'x: "${A}"\ny: "${params.a}"').value
    assert isinstance(value, dict)
    assert type(value["x"]) is Unresolved
    assert type(value["y"]) is str


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n", "hello\n", "- a\n", "5\n"])
@pytest.mark.parametrize("partial", [False, True])
def test_what_is_no_mapping_is_refused_once(text: str, *, partial: bool) -> None:
    (refusal,) = loaded(text, partial=partial).refusals
    assert refusal.path == ()
    assert "the gateway wants a mapping" in refusal.message


def test_a_fragment_needs_no_other_sections() -> None:
    fragment = """\
routes:
  "POST /v1/chat/completions":
    upstream: openai
    match:
      - where: { headers.x-pricing-version: "v2" }
        price: "$0.012" # canary cohort
    fallback: "$0.01"
"""
    assert loaded(fragment, partial=True).refusals == ()
    assert {refusal.path for refusal in loaded(fragment).refusals} == {("wallets",), ("accepts",), ("upstreams",)}


def test_a_fragment_is_checked_like_a_whole() -> None:
    refusals = loaded("accepts: []\nroutes: {GET /x: {price: 1}}", partial=True).refusals
    assert {refusal.path for refusal in refusals} == {
        ("accepts",),
        ("routes", "GET /x", "upstream"),
        ("routes", "GET /x", "price"),
    }


@pytest.mark.parametrize(
    ("fragment", "paths"),
    [
        ("defaults: {rateLimit: {requests: 1, window: 1m, __proto__: 5}}", []),
        ("defaults: {rateLimit: {window: 1m, __proto__: {requests: 1}}}", []),
        ("defaults: {rateLimit: {requests: 1, window: 1m, __proto__: {x: 1}}}", [("defaults", "rateLimit", "x")]),
        ("defaults: {rateLimit: {requests: 1, window: 1m, __proto__: [1]}}", [("defaults", "rateLimit", "0")]),
        ("defaults: {rateLimit: {requests: 1, window: 1m, __proto__: {requests: x, window: 5}}}", []),
        ("wallets: {__proto__: 5}", []),
        ("wallets: {__proto__: {base: 5}}", [("wallets", "base")]),
    ],
)
def test_a_prototype_is_inherited_as_in_javascript(fragment: str, paths: list[tuple[str, ...]]) -> None:
    assert [refusal.path for refusal in loaded(fragment, partial=True).refusals] == paths
