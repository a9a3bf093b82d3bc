"""Credentials are found in every shape, what only looks like one is not, and no report shows one."""

from __future__ import annotations

import base64
import random
import string
from typing import TYPE_CHECKING

import pytest

from pricecheck.report.formats import FORMATS
from pricecheck.rules.secret_shapes import secret_in, secret_in_url
from pricecheck.rules.spending import literal_secret
from tests.rules.texts import findings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

LETTERS = string.ascii_letters + string.digits

# Assembled here, so that no scanner takes this file for a leak.
KEYS = {
    "an OpenAI key": ["sk-" + "{48}", "sk-" + "proj-{40}", "sk-" + "svcacct-{60}"],
    "an Anthropic key": ["sk-" + "ant-api03-{80}"],
    "an OpenRouter key": ["sk-" + "or-v1-{64}"],
    "a Google key": ["AIza" + "{35}"],
    "an xAI key": ["xai-" + "{60}"],
    "a Groq key": ["gsk_" + "{50}"],
    "a Hugging Face token": ["hf_" + "{34}"],
    "a Replicate token": ["r8_" + "{37}"],
    "a Perplexity key": ["pplx-" + "{48}"],
    "a Fireworks key": ["fw_" + "{24}"],
    "a Stripe key": ["sk_" + "live_{24}", "rk_" + "test_{24}"],
    "a GitHub token": ["gh" + "p_{36}"],
    "a Slack token": ["xox" + "b-{24}"],
    "a signed token (JWT)": ["eyJ" + "{20}.eyJ{40}.{40}"],
}

HARMLESS = [
    ("authorization", "Bearer ${OPENAI_API_KEY}"),
    ("authorization", "Bearer ${OPENAI_API_KEY:-none}"),
    ("authorization", "Bearer sk-..."),
    ("authorization", "Bearer sk-your-api-key-goes-here-123"),
    ("authorization", "Bearer <token>"),
    ("authorization", "Bearer YOUR_API_KEY"),
    ("authorization", "Bearer changeme"),
    ("authorization", "Bearer sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ("authorization", "Bearer sk-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("authorization", "Basic ${BASIC}"),
    ("authorization", "Basic eW91ci11c2VyOmV4YW1wbGU="),
    ("authorization", "Bearer dummy-token-for-local-runs-1"),
    ("authorization", ""),
    ("authorization", "none"),
    ("x-api-key", "REPLACE_ME_WITH_A_REAL_ONE_1"),
    ("x-api-key", "local"),
    ("x-api-key", "${A}${B}"),
    ("anthropic-version", "2023-06-01"),
    ("anthropic-beta", "prompt-caching-2024-07-31,output-128k-2025-02-19"),
    ("openai-organization", "org-9fKq2LwZ7mVb41xT"),
    ("openai-project", "proj_Vb41xT9fKq2LwZ7m"),
    ("openai-beta", "assistants=v2"),
    ("x-wallet", "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"),
    ("x-request-group", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
    ("x-commit", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("http-referer", "https://models.corner-shop.example/path?x=1"),
    ("x-title", "Corner Shop Models"),
    ("accept", "application/json, text/event-stream;q=0.9, */*;q=0.1"),
    ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
    ("user-agent", "tollbooth/1.1.0 (+https://tollbooth.example/about)"),
    ("cache-control", "no-cache, no-store, must-revalidate"),
    ("x-region", "eu-central-1"),
    ("x-model", "us.anthropic.claude-opus-4-5-20251101-v1:0"),
    ("x-model", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5"),
    ("x-model", "ft:gpt-4o-mini-2024-07-18:personal::9wcAcylo"),
    ("x-key-id", "billing"),
    ("x-forwarded-host", "staging.example.com"),
    ("cookie", "theme=dark"),
    *(("x-version", f"2024-{month:02}-01") for month in range(1, 13)),
    *(("x-build", f"v1.{number}.0-rc.{number}") for number in range(20)),
    *(("x-tenant", f"tenant-number-{number}-of-the-european-region") for number in range(20)),
    *(("x-plan", f"Plan{number}") for number in range(20)),
]


def made(shape: str, seed: int) -> str:
    source = random.Random(seed)  # noqa: S311 - keys that open nothing
    parts = shape.replace("}", "{").split("{")
    return "".join(
        "".join(source.choice(LETTERS) for _ in range(int(part))) if number % 2 else part
        for number, part in enumerate(parts)
    )


@pytest.mark.parametrize("what", KEYS)
@pytest.mark.parametrize("seed", range(5))
def test_every_documented_shape_is_found_wherever_it_stands(what: str, seed: int) -> None:
    for shape in KEYS[what]:
        key = made(shape, seed)
        assert secret_in("authorization", f"Bearer {key}") == what
        assert secret_in("x-anything", key) == what


@pytest.mark.parametrize("seed", range(20))
def test_text_too_random_to_be_anything_else_is_a_token(seed: int) -> None:
    assert secret_in("authorization", f"Bearer {made('{32}', seed)}") == "a token"
    assert secret_in("x-api-key", made("{24}", seed)) == "a token"
    assert secret_in("x-anything", made("{48}", seed)) == "a token"
    login = base64.b64encode(f"user:{made('{12}', seed)}".encode()).decode()
    assert secret_in("authorization", f"Basic {login}") == "a user name and password"


def test_a_private_key_is_found() -> None:
    digits = "".join(f"{number * 37 % 256:02x}" for number in range(32))
    assert secret_in("module", f"0x{digits}") == "a private key"
    assert secret_in("x", "AKIA" + "IOSFODNN7QWERTYU") == "an AWS access key"


def test_there_are_enough_harmless_values() -> None:
    assert len(HARMLESS) >= 100


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_what_only_looks_like_one_is_none(name: str, value: str) -> None:
    assert secret_in(name, value) is None


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://user:pa55@host", "a password"),
        ("redis://:pa55@host:6379/0", "a password"),
        ("https://host/v1?api_key=9f8d7c6b5a4e3d2c1b0a9f8d7c6b5a4e", "a token"),
        ("https://host/v1?lang=en&accessToken=9f8d7c6b5a4e3d2c1b0a#top", "a token"),
        (f"https://host/v1?api_key={made('sk_live_{24}', 3)}", "a Stripe key"),
        (f"https://host/{made('gsk_{50}', 3)}/v1", "a Groq key"),
        (f"https://{made('gh' + 'p_{36}', 3)}@host", "a GitHub token"),
        ("redis://default:${PASSWORD}@host", None),
        ("https://user:changeme@host", None),
        ("https://user:@host", None),
        ("https://host/a:b@c", None),
        ("https://host", None),
        ("https://host/v1?api_key=${KEY}", None),
        ("https://host/v1?api_key=", None),
        ("https://host/v1?api_key=your-api-key-goes-here-1", None),
        ("https://host/v1?api-version=2024-02-15-preview&deployment=gpt-4o-mini-2024-07-18", None),
        ("https://sk-ingress-controller-of-production.example.com", None),
        (f"https://host/tx/0x{'9f8d7c6b' * 8}", None),
        ("https://host/0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4", None),
        ("https://my-sk-learn-model-serving-endpoint-2024-11.example.com", None),
        (f"https://{made('sk-proj-{24}', 3)}@api.example.com", "an OpenAI key"),
    ],
)
def test_a_credential_in_a_url(url: str, found: str | None) -> None:
    assert secret_in_url(url) == found


@pytest.mark.parametrize(
    ("section", "variable"),
    [
        ('"stores": {"redis": {"url": "redis://:k3Y-41zz@r:6379"}}', "REDIS_PASSWORD"),
        ('"facilitator": "https://reports:2pAx9-vQ7m@f.example"', "FACILITATOR_PASSWORD"),
        ('"settlement": {"strategy": "facilitator", "url": "https://a:2pAx9-vQ7m@f.example"}', "SETTLEMENT_PASSWORD"),
        ('"upstreams": {"my-api": {"url": "https://a.example?key=9f8d7c6b5a4e3d2c1b0a"}}', "MY_API_KEY"),
        ('"routes": {"GET /a": {"path": "https://a:2pAx9-vQ7m@f.example/a"}}', "UPSTREAM_PASSWORD"),
    ],
)
def test_the_variable_is_named_after_whose_credential_it_is(section: str, variable: str) -> None:
    (found,) = findings(literal_secret, f"{{{section}}}", partial=True)
    assert f"`${{{variable}}}`" in (found.finding.help or "")


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_shows_the_secret(pricecheck: Run, tmp_path: Path, name: str) -> None:
    key = made("sk-" + "proj-{48}", 7)
    (tmp_path / "tollbooth.yaml").write_text(
        'wallets: {base: "0x1"}\naccepts: [{asset: USDC, network: base}]\nupstreams:\n  openai:\n'
        f'    url: "https://api.openai.com"\n    headers: {{frobnicate: "1", authorization: "Bearer {key}"}}\n'
        'routes: {"GET /a": {upstream: openai, price: "$5", fallback: "$1"}}\n',
        encoding="utf-8",
    )
    done = pricecheck("check", "--output-format", name, cwd=tmp_path)
    assert done.returncode == 1
    assert "PC309" in done.stdout
    assert key[:24] not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("header", "arguments"),
    [
        ('{x-api-key: "KEY"}}', ("--select", "PC218")),
        ('{x-api-key: "KEY"}} # pricecheck: ignore[PC102] nothing to hide', ("--ignore", "PC309,PC218")),
        ("{x-api-key: [KEY]}}", ()),
        ('{x-api-key: "KEY"}}]', ()),
    ],
    ids=["not selected", "on the line of an idle ignore", "in a list", "where the text does not parse"],
)
def test_a_secret_stays_hidden(pricecheck: Run, tmp_path: Path, header: str, arguments: tuple[str, ...]) -> None:
    key = made("sk-" + "proj-{48}", 7)
    (tmp_path / "tollbooth.yaml").write_text(
        'wallets: {base: "0x1"}\naccepts: [{asset: USDC, network: base}]\n'
        'routes: {"GET /a": {upstream: openai, price: "$0.05"}}\nupstreams:\n  openai:\n'
        f'    {{url: "https://api.openai.com", timeout: 30, headers: {header.replace("KEY", key)}\n',
        encoding="utf-8",
    )
    done = pricecheck("check", "--output-format", "full", *arguments, cwd=tmp_path)
    assert done.stdout.count("tollbooth.yaml:") >= 1
    assert key[:24] not in done.stdout + done.stderr
