"""docs/policy.md says what is true."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from pricecheck.findings import SourceText
from pricecheck.policy.errors import PolicyError
from pricecheck.policy.hiding import NEEDS_APPROVAL
from pricecheck.policy.ignores import read_ignores
from pricecheck.policy.model import Policy
from pricecheck.policy.reading import parse_policy
from pricecheck.source.yaml_parser import parse
from tests.policy.words import VOCABULARY

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_complete_example_is_read_and_shows_the_defaults() -> None:
    policy = parse_policy(blocks("toml")[0], "pricecheck.toml", VOCABULARY)
    default = Policy()
    assert [family.name for family in policy.families] == ["gpt-4o-mini", "gpt-4o"]
    assert policy.bounds == default.bounds
    assert policy.gateway_version == default.gateway_version
    assert policy.fallback_percentile == default.fallback_percentile
    assert policy.traffic._replace(fields={}) == default.traffic
    assert (policy.lint.select, policy.lint.ignore) == (default.lint.select, default.lint.ignore)


def test_the_complete_example_is_complete() -> None:
    schema = json.loads((ROOT / "schemas" / "policy.schema.json").read_text(encoding="utf-8"))
    example = blocks("toml")[0]
    for name, section in schema["properties"].items():
        for key in section.get("properties", section.get("items", {}).get("properties", {name: None})):
            assert re.search(rf"^(\[\[?|\[\w+\.)?{key}\b", example, re.MULTILINE), key


def test_the_pyproject_example_is_read() -> None:
    assert parse_policy(blocks("toml")[1], "pyproject.toml", VOCABULARY).bounds.max_increase.text == "12.5%"


def test_the_error_shown_is_the_error_printed() -> None:
    shown = blocks("text")[0].strip()
    with pytest.raises(PolicyError) as caught:
        parse_policy('# ours\n[bounds]\nmax_increase = "15%"\n', "pricecheck.toml", VOCABULARY)
    assert str(caught.value) == shown


def test_the_ignores_shown_are_in_order() -> None:
    document = parse(SourceText("t.yaml", blocks("yaml")[0]))
    ignores = read_ignores(document, VOCABULARY)
    assert ignores.problems == ()
    assert [(one.codes[0].code, one.line, one.until) for one in ignores.comments] == [
        ("PC101", 4, None),
        ("PC208", 6, date(2027, 1, 31)),
    ]


def test_the_page_lists_what_takes_an_approval() -> None:
    paragraph = PAGE[PAGE.index("and floors, ceilings and bounds (") :].partition(")")[0]
    assert set(re.findall(r"PC\d{3}", paragraph)) == NEEDS_APPROVAL
