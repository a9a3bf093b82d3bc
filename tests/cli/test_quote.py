"""`pricecheck quote`: what a request is charged, and why."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricecheck.schema_files import schema_text
from tests.conftest import Run

CONFIG = """\
wallets:
  base: "0xBase"
accepts:
  - { asset: USDC, network: base }
upstreams:
  openai:
    url: "https://api.openai.com"
routes:
  "POST /v1/chat/completions":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05"
    fallback: "$0.02"
  "GET /free":
    upstream: openai
    price: "$0"
  "GET /fn":
    upstream: openai
    price: { fn: /srv/prices.ts }
  "POST /q":
    upstream: openai
    match:
      - where: { query.size: "l*", headers.x-tier: gold }
        price: "$0.5"
        payTo: "0xRule"
      - where: { body.n: 1 }
        price: "$oops"
    price: "0.1"
  "GET /items/:id":
    upstream: openai
    path: "/v1/${params.id}"
"""
CHAT = ("POST", "/v1/chat/completions")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tollbooth.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def quote(pricecheck: Run, config: Path) -> Run:
    def run(*arguments: str, stdin: bytes = b"") -> Any:  # noqa: ANN401 - what Run gives
        return pricecheck("quote", config.name, *arguments, stdin=stdin)

    return run


def test_every_step_of_the_resolution_is_said(quote: Run) -> None:
    done = quote(*CHAT, "--model", "gpt-4.1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "POST /v1/chat/completions: payment required\n"
        "  route `POST /v1/chat/completions`\n"
        "  → models has no `gpt-4.1`\n"
        "  → the built-in table has none\n"
        "  → `price` is not set\n"
        '  → `fallback` is "$0.02"\n'
        "  → 20000 units of USDC = $0.02\n"
        "  paid to 0xBase on base\n"
    )


@pytest.mark.parametrize(
    ("arguments", "outcome", "steps"),
    [
        ([*CHAT, "--model", "gpt-4o"], "payment required", ['models has `gpt-4o`: "$0.05"', "50000 units of USDC"]),
        ([*CHAT, "--body", '{"model": "o1"}'], "payment required", ['the built-in table has `o1`: "0.06"']),
        (CHAT, "400, no model", ["the body names no model: 400"]),
        ([*CHAT, "--body", '{"model": ""}'], "400, no model", ["the body names no model: 400"]),
        ([*CHAT, "--body", '{"model": "a"}', "--header", "Content-Type: text/plain"], "400, no model", []),
        ([*CHAT, "--model", "constructor"], "fails", ["`constructor` hits JavaScript internals, not a price: 502"]),
        (["GET", "/free"], "free, proxied without payment", ["amount 0: no payment is asked for"]),
        (["GET", "/fn"], "not known before the gateway runs", ["`price` is a function, /srv/prices.ts"]),
        (["GET", "/health"], "answered by the gateway itself", ["before any route"]),
        (["GET", "/nowhere"], "404, no route", ["no route takes GET /nowhere: 404"]),
        (["get", "//free/"], "free, proxied without payment", ["route `GET /free`"]),
        (["GET", "/items/%zz"], "fails", ["percent-encoding is malformed: 500"]),
        (["GET", "/items/7"], "payment required", ['`defaults.price` is "$0.001" (the gateway\'s own default)']),
        (["POST", "/q?size=large", "--header", "X-Tier: gold"], "payment required", ["match rule 0 holds", "0xRule"]),
        (["POST", "/q?size=large"], "payment required", ["match rule 1 does not hold", '`price` is "0.1"']),
        (["POST", "/q", "--body", '{"n": 1.0}'], "fails", ['"$oops" can\'t be read as a number: 502']),
        (["POST", "/q", "--body", '{"n": "1"}'], "payment required", ["match rule 1 does not hold"]),
        (["POST", "/q", "--body", "null"], "payment required", ["match rule 1 does not hold"]),
    ],
)
def test_one_request(quote: Run, arguments: list[str], outcome: str, steps: list[str]) -> None:
    done = quote(*arguments)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == f"{arguments[0]} {arguments[1]}: {outcome}"
    for step in steps:
        assert step in done.stdout


def lines(*requests: object) -> bytes:
    return "".join(json.dumps(request) + "\n" for request in requests).encode()


def answers(stdout: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in stdout.splitlines()]
    validator = jsonschema.Draft202012Validator(json.loads(schema_text("quote")))
    for answer in found:
        validator.validate(answer)
    return found


def test_a_line_for_each_request_in_their_order(quote: Run, tmp_path: Path) -> None:
    (tmp_path / "requests.jsonl").write_bytes(
        lines(
            {"method": "POST", "path": CHAT[1], "body": {"model": "gpt-4.1"}},
            {"method": "GET", "path": "/free", "headers": {}},
            {"method": "GET", "path": "/health", "headers": None, "id": "what else a log has is passed over"},
            {"method": "POST", "path": CHAT[1]},
            {"method": "GET", "path": "/nowhere"},
            {"method": "POST", "path": "/q", "body": {"n": 1}},
            {"method": "GET", "path": "/fn"},
            {"method": "POST", "path": "/q?size=l", "headers": {"X-TIER": "gold"}},
        )
    )
    done = quote("--requests", "requests.jsonl", "--output-format", "json-lines")
    assert (done.returncode, done.stderr) == (0, "")
    found = answers(done.stdout)
    assert all(
        list(answer) == ["outcome", "route", "amount", "asset", "network", "payTo", "source", "trace"]
        for answer in found
    )
    assert [answer["outcome"] for answer in found] == [
        "payment", "free", "builtin", "missing_model", "not_found", "error", "dynamic", "payment",
    ]  # fmt: skip
    first = {name: value for name, value in found[0].items() if name != "trace"}
    assert first == {
        "outcome": "payment",
        "route": "POST /v1/chat/completions",
        "amount": "20000",
        "asset": "USDC",
        "network": "base",
        "payTo": "0xBase",
        "source": "fallback",
    }
    assert found[0]["trace"][1:3] == ["models has no `gpt-4.1`", "the built-in table has none"]
    assert found[1]["amount"] == "0"
    assert [found[2][name] for name in ("route", "amount", "asset", "network", "payTo", "source")] == [None] * 6
    assert found[6]["amount"] is None
    assert found[6]["source"] == "price.fn"
    assert (found[7]["payTo"], found[7]["source"]) == ("0xRule", "match")
    assert quote("--requests", "requests.jsonl").stdout == done.stdout
    assert quote("--requests", "-", stdin=(tmp_path / "requests.jsonl").read_bytes()).stdout == done.stdout


def test_text_names_each_request(quote: Run) -> None:
    asked = lines({"method": "GET", "path": "/free"}, {"method": "GET", "path": "/nowhere"})
    done = quote("--requests", "-", "--output-format", "text", stdin=asked)
    assert [line for line in done.stdout.splitlines() if not line.startswith(" ")] == [
        "GET /free: free, proxied without payment",
        "GET /nowhere: 404, no route",
    ]


def test_blank_lines_crlf_and_a_byte_order_mark_do_no_harm(quote: Run) -> None:
    asked = b'\xef\xbb\xbf{"method": "GET", "path": "/free"}\r\n\r\n  \n{"method": "GET", "path": "/free"}'
    assert len(answers(quote("--requests", "-", stdin=asked).stdout)) == 2


def test_no_requests_no_answers(quote: Run) -> None:
    done = quote("--requests", "-", stdin=b"\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


GOOD = b'{"method": "GET", "path": "/free"}\n'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"x", "not JSON: Expecting value at character 1"),
        (b'{"method": "GET", "path": "/x", "body": NaN}', "not JSON: NaN is no number there"),
        (b"[" * 100_000, "not JSON (nested too deeply)"),
        (b"[]", 'a request is an object, {"method": …, "path": …}'),
        (b'{"path": "/x"}', '"method" is a text, such as "POST"'),
        (b'{"method": "", "path": "/x"}', '"method" is a text, such as "POST"'),
        (b'{"method": "GET"}', '"path" is a text that begins with "/"'),
        (b'{"method": "GET", "path": "https://x/y"}', '"path" is a text that begins with "/"'),
        (b'{"method": "GET", "path": "/x", "headers": ["a"]}', '"headers" is an object of texts, {"x-tier": "gold"}'),
        (
            b'{"method": "GET", "path": "/x", "headers": {"a": 1}}',
            '"headers" is an object of texts, {"x-tier": "gold"}',
        ),
    ],
)
def test_a_line_that_is_no_request_is_an_error_in_its_place(quote: Run, tmp_path: Path, line: bytes, said: str) -> None:
    (tmp_path / "requests.jsonl").write_bytes(GOOD + b"\n" + line + b"\n" + GOOD)
    done = quote("--requests", "requests.jsonl")
    assert (done.returncode, done.stderr) == (1, "pricecheck: 1 line is no request: requests.jsonl:3\n")
    first, bad, last = answers(done.stdout)
    assert first == last
    assert bad.pop("trace")[0].startswith(f"requests.jsonl:3 is no request: {said}")
    assert bad == {**dict.fromkeys(bad), "outcome": "error"}


def test_a_line_that_is_no_request_has_an_answer_for_a_person_too(quote: Run) -> None:
    done = quote("--requests", "-", "--output-format", "text", stdin=b"x\n" * 30 + GOOD)
    assert done.returncode == 1
    assert done.stderr.startswith("pricecheck: 30 lines are no requests: <stdin>:1, <stdin>:2, ")
    assert done.stderr.endswith("<stdin>:20, …\n")
    assert done.stdout.startswith("<stdin>:1: fails\n  <stdin>:1 is no request: not JSON: ")
    assert "\nGET /free: free, proxied without payment\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say METHOD and PATH of one request, or --requests FILE"),
        (["GET"], "say METHOD and PATH of one request, or --requests FILE"),
        (["GET", "free"], '"path" is a text that begins with "/"'),
        (["GET", "/free", "--model", "a", "--body", "{}"], "--model and --body say the same thing: give one"),
        (["GET", "/free", "--body", "{"], "--body: not JSON: "),
        (["GET", "/free", "--header", "x"], "--header: write NAME:VALUE"),
        (["GET", "/free", "--header", ":x"], "--header: write NAME:VALUE"),
        (["GET", "/free", "--output-format", "xml"], "--output-format 'xml': choose from text, json-lines"),
        (["GET", "/free", "--requests", "-"], "--requests FILE holds whole requests: "),
        (["--requests", "-", "--model", "gpt-4o"], "--requests FILE holds whole requests: "),
        (["--requests", "-", "--header", "a:b"], "--requests FILE holds whole requests: "),
        (["--requests", "nowhere.jsonl"], "nowhere.jsonl: no such file"),
    ],
)
def test_what_cant_be_done_is_one_line(quote: Run, arguments: list[str], said: str) -> None:
    done = quote(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"pricecheck: {said}")
    assert done.stderr.count("\n") == 1


def test_config_and_requests_are_not_both_standard_input(pricecheck: Run) -> None:
    done = pricecheck("quote", "-", "--requests", "-", stdin=CONFIG.encode())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pricecheck: config and --requests can't both be standard input\n"


def test_a_config_the_gateway_refuses_prices_nothing(pricecheck: Run, config: Path) -> None:
    config.write_text(CONFIG.replace('"0.1"', "0.1"), encoding="utf-8")
    done = pricecheck("quote", config.name, "GET", "/free")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "pricecheck: tollbooth.yaml:29:12: the gateway would not start: `price` is the number 0.1"
    )


def test_hostile_texts_do_not_act_on_the_terminal(quote: Run) -> None:
    for arguments in ([*CHAT, "--model", "\x1b[31m\r\u202ex"], ["GET\x1b", "/\x1b]0;x\x07"]):
        done = quote(*arguments)
        assert done.returncode == 0
        assert not set(done.stdout) & {"\x1b", "\r", "\x07", "\u202e"}
        assert r"\x1b" in done.stdout


def test_numbers_no_integer_of_ours_could_hold(quote: Run) -> None:
    done = quote("POST", "/q", "--body", '{"n": ' + "1" * 5000 + "}")
    assert done.returncode == 0
    assert "match rule 1 does not hold" in done.stdout


def test_variables_are_unknown_without_and_known_with_an_environment(pricecheck: Run, config: Path) -> None:
    config.write_text(
        CONFIG.replace('"0.1"', '"${PRICE}"').replace("x-tier: gold", 'x-tier: "${TIER}"'), encoding="utf-8"
    )
    asked = ("quote", config.name, "POST", "/q?size=l", "--header", "X-Tier:gold")
    unknown = pricecheck(*asked)
    assert unknown.stdout.splitlines()[0] == "POST /q?size=l: not known before the gateway runs"
    assert "${TIER}" in unknown.stdout
    known = pricecheck(*asked, "--env", env={"TIER": "silver", "PRICE": "$0.07"})
    assert "70000 units of USDC = $0.07" in known.stdout
