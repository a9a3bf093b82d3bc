"""docs/formats.md shows what the tool prints.

Its commands are run by tests/docs; here is JSON, which the page breaks into lines, and what it says of the formats.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pricecheck.report.formats import FORMATS

if TYPE_CHECKING:
    from tests.conftest import Run

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


def section(format_name: str) -> str:
    return PAGE.split(f"\n## {format_name}\n", 1)[1].split("\n## ", 1)[0]


def example(format_name: str) -> object:
    """Give the JSON that the page shows for a format."""
    match = re.search(r"^```json\n(.*?)^```$", section(format_name), re.MULTILINE | re.DOTALL)
    assert match
    return json.loads(match[1])


@pytest.fixture(name="printed")
def fixture_printed(pricecheck: Run, tmp_path: Path) -> dict[str, str]:
    """Give what a check of the page's config prints, for each format that a test asks about."""
    config = re.search(r"^```yaml\n# file: tollbooth\.yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert config
    (tmp_path / "tollbooth.yaml").write_text(config[1], encoding="utf-8")
    names = ("json", "sarif", "concise")
    done = pricecheck("check", *(f"--output-format={name}={name}.out" for name in names))
    assert done.returncode == 1, done.stderr
    return {name: (tmp_path / f"{name}.out").read_text(encoding="utf-8") for name in names}


def test_every_format_has_a_section_and_a_line_in_the_table() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == list(FORMATS)
    assert re.findall(r"^\| \[`(.+)`\]", PAGE, re.MULTILINE) == list(FORMATS)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"full", "json", "json-lines", "sarif"}))
def test_the_example_of_a_format_is_a_command_that_tests_run(name: str) -> None:
    assert f"```console\n$ pricecheck check --output-format {name}\n" in section(name)


def test_the_example_of_the_usual_format_is_a_command_that_tests_run() -> None:
    assert "```console\n$ pricecheck check\n" in section("full")


def test_json_example(printed: dict[str, str]) -> None:
    assert example("json") == json.loads(printed["json"])


def test_sarif_example(printed: dict[str, str]) -> None:
    assert [example("sarif")] == json.loads(printed["sarif"])["runs"][0]["results"]


def test_the_pattern_for_editors_reads_concise(printed: dict[str, str]) -> None:
    pattern = re.search(r"A pattern for editors: `(.+?\$)`", PAGE)
    assert pattern
    line = printed["concise"].splitlines()[0]
    match = re.fullmatch(pattern[1], line)
    assert match
    *place, message = match.groups()
    assert place == ["tollbooth.yaml", "7", "12", "PC101", "raw-unit-price"]
    assert message.startswith('"$5" has no decimal point')
