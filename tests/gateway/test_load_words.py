"""What a refusal says: the kind, the exact place, the words, and the fix, which must mend it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pricecheck.findings import SourceText
from pricecheck.gateway.loading import Refusal, RefusalKind, load
from pricecheck.rewrite.splice import splice
from pricecheck.source.yaml_parser import parse

TYPE, VALUE, MISSING = RefusalKind.WRONG_TYPE, RefusalKind.INVALID_VALUE, RefusalKind.MISSING_FIELD
UNKNOWN, CONFLICT, DOCUMENTED = (
    RefusalKind.UNKNOWN_FIELD,
    RefusalKind.CONFLICTING_FIELDS,
    RefusalKind.DOCUMENTED_SPELLING,
)


class Case(NamedTuple):
    """A fragment with one thing wrong: `shown` is the text under the span, `fixed` the fragment after the fix."""

    text: str
    kind: RefusalKind
    path: str
    shown: str
    says: str
    fixed: str | None = None


CASES = [
    Case("defaults: {price: 0.010}", TYPE, "defaults.price", "0.010", 'write "0.010"', 'defaults: {price: "0.010"}'),
    Case("defaults: {price: 5}", TYPE, "defaults.price", "5", "5 smallest units", 'defaults: {price: "$5.00"}'),
    Case("defaults: {price: 1e-3}", TYPE, "defaults.price", "1e-3", 'such as "$0.05"'),
    Case("defaults: {price: true}", TYPE, "defaults.price", "true", "`true`; the gateway wants a price in quotes"),
    Case("defaults: {price: }", TYPE, "defaults.price", "price", "empty (null)"),
    Case("defaults: {price: ~}", TYPE, "defaults.price", "~", "null does not count as absent"),
    Case("gateway: {port: 3_000}", TYPE, "gateway.port", "3_000", "`3_000` is text", "gateway: {port: 3000}"),
    Case('gateway: {port: "3000"}', TYPE, "gateway.port", '"3000"', "3000 without quotes", "gateway: {port: 3000}"),
    Case("gateway: {port: 1:30}", TYPE, "gateway.port", "1:30", "a whole number above 0"),
    Case("gateway: {port: 80.5}", TYPE, "gateway.port", "80.5", "a whole number above 0"),
    Case("gateway: {port: 0}", VALUE, "gateway.port", "0", "a whole number above 0"),
    Case("gateway: {discovery: No}", TYPE, "gateway.discovery", "No", "write false", "gateway: {discovery: false}"),
    Case(
        "gateway: {trustProxy: loopback}",
        TYPE,
        "gateway.trustProxy",
        "loopback",
        "a whole number above 0, or a mapping",
    ),
    Case("gateway: {trustProxy: {}}", CONFLICT, "gateway.trustProxy", "{}", "`hops` or `cidrs`"),
    Case("gateway: {trustProxy: {cidrs: [x]}}", VALUE, "gateway.trustProxy.cidrs.0", "x", "an IP address"),
    Case("accepts: []", VALUE, "accepts", "[]", "at least one item"),
    Case("accepts: [{asset: USDC}]", MISSING, "accepts.0.network", "{asset: USDC}", "add `network`"),
    Case("defaults: {timeout: .nan}", TYPE, "defaults.timeout", ".nan", "the number NaN"),
    Case("facilitator: x402.org", VALUE, "facilitator", "x402.org", "https://x402.org"),
    Case("hooks: {onrequest: x}", UNKNOWN, "hooks.onrequest", "onrequest", "`onRequest`?", "hooks: {onRequest: x}"),
    Case("hooks: {before: x}", UNKNOWN, "hooks.before", "before", "its fields are onRequest"),
    Case("settlement: {strategy: mpp}", CONFLICT, "settlement.methods", "mpp", "needs `methods`"),
    Case("settlement: {strategy: custom}", CONFLICT, "settlement.module", "custom", "needs `module`"),
    Case(
        "settlement: {strategy: mpp, methods: [{type: tempo, secretKey: k}]}",
        UNKNOWN,
        "settlement.methods.0.secretKey",
        "secretKey",
        "remove it",
    ),
    Case("upstreams: {o: {ulr: 'http://a'}}", MISSING, "upstreams.o.url", "ulr", "did you mean `url`?"),
    Case("routes: {GET /x: {<<: {upstream: o}}}", MISSING, "routes.GET /x.upstream", "GET /x", "does not merge"),
    Case("defaults: {verificationCache: {ttl: 60}}", TYPE, "defaults.verificationCache.ttl", "60", 'such as "30s"'),
    Case("settlement: {strategy: mmp}", VALUE, "settlement.strategy", "mmp", 'did you mean "mpp"?'),
    Case("wallets: {base: 0xAb12}", TYPE, "wallets.base", "0xAb12", 'write "0xAb12"', 'wallets: {base: "0xAb12"}'),
    Case(
        "stores: {rateLimit: {backend: redis}}",
        CONFLICT,
        "stores.rateLimit.redis.url",
        "redis",
        "`stores.redis.url`",
    ),
    Case("stores: {redis: {url: 'http://h'}}", VALUE, "stores.redis.url", "'http://h'", "a redis:// or rediss:// URL"),
    Case(
        "gateway: {cors: {allowedOrigins: ['*'], credentials: true}}",
        CONFLICT,
        "gateway.cors.allowedOrigins",
        "true",
        "list the origins",
    ),
    Case("gateway: {metrics: on}", TYPE, "gateway.metrics", "on", "a mapping"),
    Case(
        "gateway: {metrics: true}",
        DOCUMENTED,
        "gateway.metrics",
        "true",
        "published docs",
        "gateway: {metrics: {enabled: true}}",
    ),
    Case(
        "gateway:\n  cors: true\n",
        DOCUMENTED,
        "gateway.cors",
        "true",
        "allowedOrigins",
        'gateway:\n  cors: {allowedOrigins: ["*"]}\n',
    ),
    Case("gateway: {cors: false}", DOCUMENTED, "gateway.cors", "false", "remove it"),
    Case(
        "stores: {redis: 'redis://h'}",
        DOCUMENTED,
        "stores.redis",
        "'redis://h'",
        "url: 'redis://h'",
        "stores: {redis: {url: 'redis://h'}}",
    ),
    Case(
        "defaults: {rateLimit: {windowMs: 90000, requests: 5}}",
        DOCUMENTED,
        "defaults.rateLimit.window",
        "windowMs",
        '"90s"',
        'defaults: {rateLimit: {window: "90s", requests: 5}}',
    ),
    Case(
        "defaults: {rateLimit: {window: 1m, max: 5}}",
        DOCUMENTED,
        "defaults.rateLimit.requests",
        "max",
        "`requests`",
        "defaults: {rateLimit: {window: 1m, requests: 5}}",
    ),
]


def refusals(text: str) -> tuple[Refusal, ...]:
    return load(parse(SourceText("tollbooth.yaml", text)), partial=True).refusals


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text.replace("\n", " "))
def test_a_refusal_says_what_is_wrong_where_and_what_to_write(case: Case) -> None:
    (refusal,) = refusals(case.text)
    assert refusal.kind is case.kind
    assert ".".join(map(str, refusal.path)) == case.path
    assert case.text[slice(*refusal.span)] == case.shown
    assert case.says in f"{refusal.message} / {refusal.help}"
    if case.fixed is None:
        assert refusal.fix is None
    else:
        assert refusal.fix is not None
        assert splice(case.text, refusal.fix.edits) == case.fixed
        assert refusals(case.fixed) == ()


def test_docs_rate_limit_is_mended_by_its_two_fixes() -> None:
    text = "defaults:\n  rateLimit:\n    windowMs: 60000 # a minute\n    max: 100\n"
    edits = [edit for refusal in refusals(text) if refusal.fix for edit in refusal.fix.edits]
    fixed = splice(text, edits)
    assert fixed == 'defaults:\n  rateLimit:\n    window: "1m" # a minute\n    requests: 100\n'
    assert refusals(fixed) == ()


def test_what_an_alias_repeats_has_no_fix() -> None:
    text = 'x: &a {upstream: 5}\nroutes: {"GET /x": *a, "GET /y": *a}'
    found = refusals(text)
    assert [refusal.path for refusal in found] == [("routes", "GET /x", "upstream"), ("routes", "GET /y", "upstream")]
    assert not any(refusal.fix for refusal in found)


def test_a_missing_field_of_a_route_is_shown_at_its_key() -> None:
    text = 'routes:\n  "GET /x":\n    price: "$0.01"\n'
    (refusal,) = refusals(text)
    assert text[slice(*refusal.span)] == '"GET /x"'


def test_a_typo_is_named_at_the_field_that_is_missing() -> None:
    text = "defaults: {rateLimit: {requests: 5, windw: 1m}}"
    missing, unknown = refusals(text)
    assert missing.help == "`windw` is no field of the gateway: did you mean `window`?"
    assert unknown.help == "did you mean `window`?"


def test_a_store_that_shares_the_url_is_no_conflict_beside_another_mistake() -> None:
    text = "stores: {redis: {url: 'redis://h'}, rateLimit: {backend: redis}, timeSession: {backend: disk}}"
    assert [refusal.path for refusal in refusals(text)] == [("stores", "timeSession", "backend")]


@pytest.mark.parametrize("text", ["defaults: {verificationCache: {ttl: 60}}", "facilitator: 5"])
def test_quotes_are_advised_only_where_they_would_do(text: str) -> None:
    (refusal,) = refusals(text)
    assert refusal.help is None


def test_one_bad_price_among_many_is_found() -> None:
    models = "".join(f'      model-{number}: "$0.05"\n' for number in range(2000))
    text = f'routes:\n  "POST /x":\n    upstream: u\n    models:\n{models}      odd: 0.05\n'
    (refusal,) = refusals(text)
    assert refusal.path == ("routes", "POST /x", "models", "odd")
