"""docs/formats.md shows what the formats really write."""

import json
import re
from pathlib import Path

import pytest

from pricecheck.report.formats import FORMATS, render
from pricecheck.report.model import RenderOptions
from tests.report.samples import CONFIG, documented

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
OPTIONS = RenderOptions(fix_hint=True)


def first_block(format_name: str) -> str:
    section = PAGE.split(f"\n## {format_name}\n", 1)[1].split("\n## ", 1)[0]
    match = re.search(r"^```\w+\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert match
    return match[1]


def test_every_format_has_a_section_and_a_line_in_the_table() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == list(FORMATS)
    assert re.findall(r"^\| \[`(.+)`\]", PAGE, re.MULTILINE) == list(FORMATS)


def test_the_example_is_the_config_it_is_said_to_be() -> None:
    block = re.search(r"```yaml\n(routes:.*?)```", PAGE, re.DOTALL)
    assert block
    assert CONFIG.startswith(block[1])


@pytest.mark.parametrize("name", ["full", "concise", "github", "junit", "markdown"])
def test_text_examples(name: str) -> None:
    assert first_block(name) == render(name, documented(), OPTIONS)


@pytest.mark.parametrize("name", ["json", "gitlab"])
def test_json_examples(name: str) -> None:
    assert json.loads(first_block(name)) == json.loads(render(name, documented(), OPTIONS))


def test_sarif_example() -> None:
    run = json.loads(render("sarif", documented(), OPTIONS))["runs"][0]
    assert json.loads(first_block("sarif")) == run["results"][0]


def test_statistics_example() -> None:
    assert f"```text\n{render('full', documented(), RenderOptions(statistics=True))}```" in PAGE


def test_the_pattern_for_editors_reads_concise() -> None:
    pattern = re.search(r"A pattern for editors: `(.+?\$)`", PAGE)
    assert pattern
    line = render("concise", documented(), OPTIONS).splitlines()[0]
    match = re.fullmatch(pattern[1], line)
    assert match
    assert match.groups() == (
        "gateway.yaml",
        "4",
        "12",
        "PC101",
        "raw-unit-price",
        '"$5" charges 5 smallest units, $0.000005',
    )
