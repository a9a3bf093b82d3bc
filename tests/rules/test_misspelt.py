"""PC230: a misspelt model is found, and no name that may be right is called a misspelling."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText, StampedFinding
from pricecheck.gateway.default_table import DEFAULT_TABLE, REAL_IDS
from pricecheck.policy.reading import parse_policy
from pricecheck.rules.misspelt import misspelt_model
from pricecheck.rules.vocabulary import vocabulary
from tests.rules.texts import findings, with_routes

FIXTURES = Path(__file__).parents[2] / "fixtures"
VENDORS = {
    "https://api.openai.com": ("gpt-", "o1", "o3", "o4"),
    "https://api.anthropic.com": ("claude-",),
    "https://generativelanguage.googleapis.com": ("gemini-",),
    "https://api.mistral.ai": ("mistral-",),
    "https://api.deepseek.com/v1": ("deepseek-",),
}
OPENAI, ANTHROPIC, *_ = VENDORS
OTHERS = ["https://openrouter.ai/api", "${UPSTREAM_URL}", "https://${REGION}.models.example.com"]
OWN = [
    *("http://litellm:4000", "http://localhost:8000/v1", "http://127.0.0.1:11434", "http://models.internal"),
    *("https://acme.openai.azure.com", "https://${RESOURCE}.openai.azure.com", "https://api.poe.com"),
]


def found(url: str, *names: str, policy: str | None = None) -> list[StampedFinding]:
    models = {name: f"$0.{number:02}" for number, name in enumerate(names, 1)}
    text = with_routes(
        {"POST /chat": {"type": "token-based", "models": models, "fallback": "$0.90"}},
        upstreams={"openai": {"url": url}},
    )
    read = None if policy is None else parse_policy(policy, "pricecheck.toml", vocabulary())
    return check_source(SourceText("tollbooth.json", text), Options(rules=(misspelt_model,), policy=read))


def advice(url: str, *names: str) -> list[str | None]:
    return [one.finding.help for one in found(url, *names)]


@pytest.mark.parametrize("url", [OPENAI, *OTHERS])
@pytest.mark.parametrize(
    ("name", "real", "charged"),
    [
        ("gpt4o", "gpt-4o", "$0.01"),
        ("GPT-4o-mini", "gpt-4o-mini", "$0.001"),
        ("o1_pro", "o1-pro", "$0.60"),
        ("gpt 4 turbo", "gpt-4-turbo", "$0.03"),
        ("gpt3.5-turbo", "gpt-3.5-turbo", "$0.002"),
        ("gpt-3-5-turbo", "gpt-3.5-turbo", "$0.002"),
        ("O3", "o3", "$0.10"),
    ],
)
def test_a_misspelt_name_is_found_with_what_the_model_is_charged(url: str, name: str, real: str, charged: str) -> None:
    assert advice(url, name) == [f'write "{real}", which is charged {charged} by the built-in table today']
    assert advice(url, name, real) == []
    assert advice(url, real) == []


def test_of_the_tables_unreal_ids_the_real_one_is_meant() -> None:
    today = "which is charged $0.90 by `fallback` today"
    for name, real in [
        ("claude-opus-4.5", "claude-opus-4-5"),
        ("claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("claude-opus-4.5-20251101", "claude-opus-4-5-20251101"),
        ("claude-opus-4-5_20250514", "claude-opus-4-5-20251101"),
        ("Claude-3-5-Haiku-20241022", "claude-3-5-haiku-20241022"),
    ]:
        assert advice(ANTHROPIC, name) == [f'write "{real}", {today}']
    assert advice("https://openrouter.ai/api", "claude-opus-4.5", "claude-opus-4.5-20251101") == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "gpt-35-turbo",
            "gpt-4.1",
            "gpt-4-1",
            "gpt-41",
            "gpt-4-0613",
            "gpt-4-1106-preview",
            "gpt-4-32k",
            "gpt-4o-2024-08-06",
        ),
        *("openai/gpt-4o", "OpenAI/GPT-4o", "azure/gpt4o", "ft:gpt-4o:acme::9wcAcylo", "ft:gpt4o:acme", "gpt4o-acme"),
        *("llama3.1-8b", "Llama-3.3-70B", "meta.llama3-1-8b-instruct-v1:0", "accounts/fireworks/models/gpt4o"),
        *("o1-preview", "o13", "o-1-m", "deepseek-r1", "gemini-2.5-pro-001", "", "*", "gpt4o*", " gpt4o", "gpt4o "),
    ],
)
@pytest.mark.parametrize("url", [OPENAI, *OTHERS])
def test_a_name_that_may_be_right_is_left_alone(url: str, name: str) -> None:
    assert found(url, name) == []


@pytest.mark.parametrize("url", OWN)
def test_where_the_operator_names_models_every_name_is_right(url: str) -> None:
    assert found(url, "gpt4o", "GPT-4o-mini", "o1_pro", "claude-opus-4.5", "Gemini-2.5-Pro") == []


def test_what_the_policy_gives_a_base_is_a_deployment() -> None:
    assert len(found(OPENAI, "gpt4o", policy='[aliases]\nother = "gpt-4o"\n')) == 1
    assert found(OPENAI, "gpt4o", policy='[aliases]\ngpt4o = "gpt-4o"\n') == []


def test_a_vendor_that_does_not_have_the_model_is_asked_for_none() -> None:
    assert found(ANTHROPIC, "gpt4o") == []


def test_two_lines_that_mean_one_model_are_not_made_one() -> None:
    fixes = [one.finding.fix is not None for one in found(OPENAI, "gpt4o", "GPT-4O", "o1_pro")]
    assert fixes == [True, False, True]


@pytest.mark.parametrize(
    ("one", "other", "misspelt"),
    [
        ("gpt-5-mini", "gpt5-mini", ["gpt5-mini"]),
        ("gpt-5-mini", "GPT-5-mini", ["GPT-5-mini"]),
        ("gpt-4.1", "gpt-4-1", ["gpt-4-1"]),
        ("gpt-4o-2024-08-06", "gpt-4o-2024_08_06", ["gpt-4o-2024_08_06"]),
        ("gpt-4o-2024-08-06", "gpt-4o-20240806", []),
        ("acme-support", "acme_support", []),
        ("ft:gpt-4o:acme::9wcAcylo", "ft:gpt-4o:acme::9wcacylo", []),
        ("openai/gpt-5-mini", "openai/gpt-5_mini", []),
    ],
)
def test_of_two_spellings_in_one_config_the_odder_is_the_mistake(one: str, other: str, misspelt: list[str]) -> None:
    tables = [{one: "$0.05"}, {other: "$0.05", "gpt-4o": "$0.05"}]
    for first, second in (tables, tables[::-1]):
        routes = {
            f"POST /{number}": {"type": "token-based", "models": models, "fallback": "$0.90"}
            for number, models in enumerate((first, second))
        }
        assert [found.finding.path[-1] for found in findings(misspelt_model, with_routes(routes))] == misspelt


def test_a_table_that_routes_share_is_reported_once() -> None:
    text = """\
routes:
  POST /a: {type: token-based, models: &t {gpt4o: "$0.05"}}
  POST /b: {type: token-based, models: *t}
"""
    assert len(findings(misspelt_model, text, path="tollbooth.yaml", partial=True)) == 1


def test_nothing_is_said_where_nothing_is_charged_or_read() -> None:
    models = {"models": {"gpt4o": "$0.05"}}
    for route in ({"price": "$1.00", **models}, {"type": "${TYPE}", **models}):
        assert findings(misspelt_model, with_routes({"POST /chat": route})) == []
    assert findings(misspelt_model, with_routes({"GET /chat": {"type": "token-based", **models}})) == []
    refused = {"type": "token-based", "models": {"gpt4o": "$0.05", "gpt-4o": 0.05}}
    assert findings(misspelt_model, with_routes({"POST /chat": refused})) == []


def _names_in_fixtures() -> set[str]:
    """Give every word of the other fixtures that could be a model's name."""
    mistakes = FIXTURES / "rules" / "PC230"
    texts = [
        path.read_text(encoding="utf-8", errors="ignore")
        for path in FIXTURES.rglob("*")
        if path.suffix in {".yaml", ".json", ".jsonl", ".csv", ".txt", ".toml"} and mistakes not in path.parents
    ]
    words = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/@#-]{1,90}")
    return {word for text in texts for word in words.findall(text)}


def test_no_model_of_the_fixtures_is_a_misspelling() -> None:
    names = _names_in_fixtures() | set(DEFAULT_TABLE) | set(REAL_IDS.values())
    assert len(names) > 1000
    for url, beginnings in VENDORS.items():
        fitting = sorted(name for name in names if name.startswith(beginnings))
        models = dict.fromkeys(fitting, "$0.05")
        for name in fitting:
            alone = with_routes(
                {"POST /chat": {"type": "token-based", "models": {name: "$0.05"}}}, upstreams={"openai": {"url": url}}
            )
            reported = [one.finding.message for one in findings(misspelt_model, alone)]
            assert not reported, f"{url} {name}: {reported}"
        everything = json.loads(with_routes({"POST /chat": {"type": "token-based", "models": models}}))
        assert not findings(misspelt_model, json.dumps(everything))
