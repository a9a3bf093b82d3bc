"""What a request is charged and why, in the words a user reads (gateway.md §3 to §6)."""

from __future__ import annotations

import tracemalloc
from time import process_time

import pytest

from pricecheck.gateway.default_table import DEFAULT_TABLE, REAL_IDS
from pricecheck.gateway.matching import MISSING
from pricecheck.gateway.resolution import Answer, Outcome, Request
from tests.gateway.reading import HEAD, gateway_of

CHAT = """\
routes:
  "POST /chat":
    upstream: up
    type: token-based
    models: { gpt-4o: "$0.05", odd: "free" }
    fallback: "$0.02"
"""
IMAGES = """\
routes:
  "POST /images/:size":
    upstream: up
    match:
      - { where: { params.size: "1024*" }, price: "$0.08", payTo: "0xrule" }
      - { where: { body.hd: true, query.n: "1" }, price: "$0.12", payTo: [{ address: "0xs", share: 1 }] }
    price: "$0.04"
"""


def ask(text: str, path: str, body: object = MISSING, *, method: str = "POST", head: str = HEAD) -> Answer:
    return gateway_of(head + text).answer(Request(method, path, {}, body))


def chat(model: object, text: str = CHAT) -> Answer:
    return ask(text, "/chat", {"model": model})


def flat(fields: str, path: str = "/x", head: str = HEAD) -> Answer:
    return ask(f'routes: {{ "POST /x": {{ upstream: up, {fields} }} }}', path, head=head)


def test_a_listed_model() -> None:
    answer = chat("gpt-4o")
    assert (answer.outcome, answer.route, answer.amount, answer.asset) == (
        Outcome.PAYMENT,
        "POST /chat",
        50_000,
        "USDC",
    )
    assert (answer.network, answer.pay_to, answer.source) == ("base", "0xbase", "route.models")
    assert answer.trace == ("route `POST /chat`", 'models has `gpt-4o`: "$0.05"', "50000 units of USDC = $0.05")
    assert answer.quote is not None
    assert answer.quote.entry is not None


def test_a_model_of_the_built_in_table_comes_before_the_fallback() -> None:
    answer = chat("o1")
    assert (answer.amount, answer.source) == (60_000, "default-table")
    assert answer.trace[1:3] == ("models has no `o1`", 'the built-in table has `o1`: "0.06"')


def test_an_empty_price_of_a_model_counts_as_absent() -> None:
    text = CHAT.replace('gpt-4o: "$0.05"', 'gpt-4o: "", mine: ""')
    assert chat("gpt-4o", text).source == "default-table"
    assert chat("mine", text).trace[1:3] == ("models has `mine`, but without a price", "the built-in table has none")
    assert chat("mine", text).source == "fallback"


def test_an_unknown_model_falls_back() -> None:
    answer = chat("gpt-4.1")
    assert (answer.amount, answer.source) == (20_000, "fallback")
    assert answer.trace == (
        "route `POST /chat`",
        "models has no `gpt-4.1`",
        "the built-in table has none",
        "`price` is not set",
        '`fallback` is "$0.02"',
        "20000 units of USDC = $0.02",
    )
    assert answer.quote is not None
    assert answer.quote.place is not None
    assert answer.quote.place.path == ("routes", "POST /chat", "fallback")


@pytest.mark.parametrize("body", [MISSING, None, {}, {"model": ""}, {"model": 3}, {"model": None}, [], "text"])
def test_a_token_based_route_needs_a_model(body: object) -> None:
    answer = ask(CHAT, "/chat", body)
    assert (answer.outcome, answer.route, answer.amount) == (Outcome.MISSING_MODEL, "POST /chat", None)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_requests_without_a_body_have_no_model_whatever_is_sent(method: str) -> None:
    answer = ask(CHAT.replace("POST", method), "/chat", {"model": "gpt-4o"}, method=method)
    assert answer.outcome is Outcome.MISSING_MODEL
    assert answer.trace[-1] == f"the route is token-based and a {method} request has no body: 400"


@pytest.mark.parametrize("model", ["constructor", "__proto__", "toString"])
def test_names_of_javascript_internals_fail(model: str) -> None:
    answer = chat(model)
    assert (answer.outcome, answer.amount, answer.source) == (Outcome.ERROR, None, None)
    listed = chat(model, CHAT.replace("odd:", f"{model}:").replace("free", "$0.07"))
    assert listed.amount == (None if model == "__proto__" else 70_000)


def test_a_price_that_is_no_number_fails_with_its_text() -> None:
    answer = chat("odd")
    assert (answer.outcome, answer.source) == (Outcome.ERROR, "route.models")
    assert answer.trace[-1] == '"free" can\'t be read as a number: 502'


def test_the_first_rule_that_holds_takes_the_request_and_its_recipient() -> None:
    answer = ask(IMAGES, "/images/1024x1024", {"hd": True})
    assert (answer.amount, answer.source, answer.pay_to) == (80_000, "match", "0xrule")
    answer = ask(IMAGES, "/images/512?n=2&n=1", {"hd": True})
    assert (answer.amount, answer.source, answer.pay_to) == (120_000, "match", "0xs")
    assert answer.trace[1:3] == ("match rule 0 does not hold", 'match rule 1 holds: "$0.12"')
    answer = ask(IMAGES, "/images/512", {"hd": 1})
    assert (answer.amount, answer.source, answer.pay_to) == (40_000, "price", "0xbase")
    assert answer.trace[3] == '`price` is "$0.04"'


def test_a_body_is_read_only_if_some_rule_asks_for_it() -> None:
    rule = '{{ where: {{ {} }}, price: "1" }}'
    whole = f'match: [{rule.format("body: text")}], price: "2"'
    assert ask(f'routes: {{ "POST /x": {{ upstream: up, {whole} }} }}', "/x", "text").amount == 2
    both = f'match: [{rule.format("body: text")}, {rule.format("body.n: 1")}], price: "2"'
    assert ask(f'routes: {{ "POST /x": {{ upstream: up, {both} }} }}', "/x", "text").amount == 1


def test_a_request_with_a_body_has_a_json_content_type() -> None:
    rule = 'match: [{ where: { headers.content-type: "*json" }, price: "1" }]'
    text = f'routes: {{ "POST /x": {{ upstream: up, {rule} }} }}'
    assert ask(text, "/x", {}).amount == 1
    assert ask(text, "/x").amount == 1000


@pytest.mark.parametrize(
    ("fields", "source", "amount"),
    [
        ('price: "1", fallback: "2"', "price", 1),
        ('fallback: "2"', "fallback", 2),
        ('fallback: ""', "defaults.price", 1000),
        ("match: []", "defaults.price", 1000),
        ('models: { a: "5" }', "defaults.price", 1000),
        ('price: "1", pricing: { price: "3" }', "price", 3),
        ('type: token-based, price: "1", fallback: "2"', "price", 1),
        ('type: token-based, price: { fn: /p.js }, fallback: "2"', "fallback", 2),
        ("type: token-based", "defaults.price", 1000),
    ],
)
def test_the_chain_behind_models_and_rules(fields: str, source: str, amount: int) -> None:
    answer = ask(f'routes: {{ "POST /x": {{ upstream: up, {fields} }} }}', "/x", {"model": "other"})
    assert (answer.source, answer.amount) == (source, amount)


def test_an_empty_fallback_counts_on_token_based_routes() -> None:
    answer = chat("other", CHAT.replace('"$0.02"', '""'))
    assert (answer.outcome, answer.source) == (Outcome.FREE, "fallback")


def test_a_function_is_not_known_before_the_gateway_runs() -> None:
    answer = flat("price: { fn: /srv/p.js }")
    assert (answer.outcome, answer.amount, answer.source, answer.pay_to) == (
        Outcome.DYNAMIC,
        None,
        "price.fn",
        "0xbase",
    )
    assert answer.trace[1] == "`price` is a function, /srv/p.js"


def test_free_and_negative() -> None:
    free = flat('price: "$0.0000001"')
    assert (free.outcome, free.amount) == (Outcome.FREE, 0)
    assert free.trace[-1] == "amount 0: no payment is asked for"
    negative = flat('price: "$-0.01"')
    assert (negative.outcome, negative.amount) == (Outcome.PAYMENT, -10_000)
    assert negative.trace[-1] == "-10000 units of USDC = -$0.01"


def test_decimals_and_network_of_the_first_accepted_payment() -> None:
    answer = flat('price: "$0.01", accepts: [{ asset: DAI, network: solana }, { asset: USDC, network: base }]')
    assert (answer.amount, answer.asset, answer.network) == (10**16, "DAI", "solana")
    assert answer.pay_to == "0xbase", "without a wallet of that network, the first wallet is paid"


def test_the_wallet_of_the_first_accepted_network_is_paid() -> None:
    wallets = HEAD.replace('{ base: "0xbase" }', '{ solana: So1, base: "0xbase", "8453": "0x8453" }')
    assert flat("", head=wallets).pay_to == "0xbase"
    assert flat("accepts: [{ asset: USDC, network: solana }]", head=wallets).pay_to == "So1"
    assert flat("accepts: [{ asset: USDC, network: tron }]", head=wallets).pay_to == "0x8453"


def test_an_empty_default_price_is_free() -> None:
    assert flat("", head=HEAD + 'defaults: { price: "" }\n').outcome is Outcome.FREE


@pytest.mark.parametrize(
    ("pay_to", "paid"),
    [
        ("0xroute", "0xroute"),
        ("[{ address: 0xa1, share: 0.3 }, { address: 0xb2, share: 0.7 }]", "0xa1"),
        ("[]", ""),
    ],
)
def test_recipients(pay_to: str, paid: str) -> None:
    quoted = pay_to.replace("0xroute", '"0xroute"').replace("0xa1", '"0xa1"').replace("0xb2", '"0xb2"')
    assert flat(f"payTo: {quoted}").pay_to == paid


@pytest.mark.parametrize("head", [HEAD.replace('{ base: "0xbase" }', "{}"), HEAD.replace("USDC", "X")])
def test_with_nothing_to_pay_with_every_request_fails(head: str) -> None:
    fields = 'price: "$0", payTo: "0xroute"' + (", accepts: []" if "X" in head else "")
    assert flat(fields, head=head).outcome is Outcome.ERROR


def test_what_the_gateway_answers_itself() -> None:
    for path in ("/health", "/.well-known/x402", "/.well-known/openapi.json?x=1"):
        assert flat("", path).outcome is Outcome.BUILTIN
    assert flat("", "/metrics").outcome is Outcome.NOT_FOUND
    closed = "gateway: { discovery: false, metrics: { enabled: true } }\n" + HEAD
    assert flat("", "/.well-known/x402", head=closed).outcome is Outcome.NOT_FOUND
    assert flat("", "/metrics", head=closed).outcome is Outcome.BUILTIN


def test_no_route() -> None:
    answer = flat("", "/y")
    assert (answer.outcome, answer.route, answer.trace) == (Outcome.NOT_FOUND, None, ("no route takes POST /y: 404",))
    assert ask(CHAT, "/chat", {"model": "gpt-4o"}, method="GET").outcome is Outcome.NOT_FOUND
    assert ask(CHAT, "/chat", {"model": "gpt-4o"}, method="post").outcome is Outcome.PAYMENT


def test_a_key_without_a_space_breaks_all_but_the_built_in_paths() -> None:
    text = 'routes: { "POST /x": { upstream: up }, nospace: { upstream: up } }'
    answer = ask(text, "/x")
    assert (answer.outcome, answer.trace) == (
        Outcome.ERROR,
        ("the route key `nospace` has no space: every request fails with 500",),
    )
    assert ask(text, "/health").outcome is Outcome.BUILTIN
    assert ask(text.replace("nospace", '" /x"'), "/x").outcome is Outcome.PAYMENT


def test_an_unknown_upstream_fails_when_hit() -> None:
    answer = ask('routes: { "POST /x": { upstream: nowhere, type: token-based } }', "/x")
    assert (answer.outcome, answer.trace[-1]) == (Outcome.ERROR, "upstream `nowhere` is not defined: 500")


def test_malformed_parameters_fail() -> None:
    assert ask(IMAGES, "/images/%zz").outcome is Outcome.ERROR


@pytest.mark.parametrize("price", ["$0.01", "$0"])
def test_a_path_that_lacks_its_parameter_fails_priced_or_not(price: str) -> None:
    answer = flat(f'price: "{price}", path: "/v1/${{params.id}}"')
    assert (answer.outcome, answer.source) == (Outcome.ERROR, "price")
    assert answer.trace[-1].startswith("`path` (/v1/${params.id}) asks for")
    assert flat(f'price: "{price}", path: "/v1/${{query.id}}"', "/x?id=1").outcome is not Outcome.ERROR


def test_a_free_request_must_name_a_host_to_be_proxied() -> None:
    text = 'routes: { "POST /": { upstream: up, price: "PRICE" } }'
    assert ask(text.replace("PRICE", "$0"), "//").outcome is Outcome.ERROR
    assert ask(text.replace("PRICE", "$0"), "/").outcome is Outcome.FREE
    assert ask(text.replace("PRICE", "$1.00"), "//").outcome is Outcome.PAYMENT
    assert flat('price: "$0", path: "//"').outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ('price: "${PRICE}"', "${PRICE} is not known without the gateway's environment"),
        ('price: "$0.01", accepts: [{ asset: "${A}", network: base }]', "${A} is not known without the"),
        ('match: [{ where: { query.n: "${N}" }, price: "1" }]', "match rule 0 compares with ${N}, which is not known"),
    ],
)
def test_what_hangs_on_the_environment_is_not_guessed(fields: str, step: str) -> None:
    answer = flat(fields, "/x?n=1")
    assert (answer.outcome, answer.amount) == (Outcome.DYNAMIC, None)
    assert answer.trace[-1].startswith(step)


def test_a_fragment_is_not_held_to_the_sections_it_leaves_out() -> None:
    answer = flat('price: "$0.01"', head="")
    assert (answer.outcome, answer.amount, answer.asset, answer.pay_to) == (Outcome.PAYMENT, 10_000, None, None)
    assert answer.trace[-1] == "10000 units = $0.01, with 6 decimals, as nothing says what is accepted"


def test_the_built_in_table() -> None:
    bare = 'routes: { "POST /chat": { upstream: up, type: token-based } }'
    charged = {model: chat(model, bare).amount for model in DEFAULT_TABLE}
    assert (len(charged), charged["gpt-4o"], charged["o1-pro"], charged["llama-3.1-8b"]) == (25, 10_000, 600_000, 500)
    assert all(chat(model, bare).source == "default-table" for model in DEFAULT_TABLE)
    assert set(REAL_IDS) < set(DEFAULT_TABLE)
    assert all(chat(real, bare).source == "defaults.price" for real in REAL_IDS.values())


def test_a_hundred_thousand_requests_take_seconds() -> None:
    gateway = gateway_of(HEAD + CHAT)
    begin = process_time()
    amounts = {gateway.answer(Request("POST", "/chat", {}, {"model": f"m{n % 20_000}"})).amount for n in range(100_000)}
    assert process_time() - begin < 5
    assert amounts == {20_000}


def test_names_nobody_asks_for_twice_do_not_pile_up() -> None:
    gateway = gateway_of(HEAD + CHAT)
    for number in range(10_000):
        gateway.answer(Request("POST", "/chat", {}, {"model": f"m{number}"}))
    tracemalloc.start()
    try:
        for number in range(3_000):
            gateway.answer(Request("POST", "/chat", {}, {"model": f"n{number}"}))
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 100_000
