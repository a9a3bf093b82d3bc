"""An organisation with one policy over six configs: each guardrail is broken once, and nothing else is said."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pricecheck.rules.registry import RULES

if TYPE_CHECKING:
    from tests.conftest import Run

FIXTURE = Path(__file__).parents[1] / "fixtures" / "organisation"
CONFIGS = sorted(str(path.relative_to(FIXTURE)) for path in FIXTURE.glob("*/tollbooth.yaml"))
GUARDRAILS = sorted(rule.code for rule in RULES if rule.code.startswith(("PC3", "PC9")))
OF_THE_HOUSE = ("pricecheck.approvals.toml", "pricecheck.baseline.json")

Found = set[tuple[str, str, int, int]]


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "organisation"))


def findings(pricecheck: Run, organisation: Path, *arguments: str, cwd: Path, stdin: bytes = b"") -> Found:
    """Give rule, file as the organisation calls it, line and column of every finding."""
    done = pricecheck("check", *arguments, "--output-format", "json", cwd=cwd, stdin=stdin)
    assert done.returncode in {0, 1}, done.stderr
    return {
        (
            item["rule"],
            os.path.relpath(cwd / item["file"], organisation),
            item["start"]["line"],
            item["start"]["column"],
        )
        for item in json.loads(done.stdout)["findings"]
    }


def of(found: Found, *files: str) -> Found:
    return {one for one in found if one[1] in files}


def test_there_are_six_configs_with_three_routes_each() -> None:
    assert len(CONFIGS) == 6
    for config in CONFIGS:
        text = (FIXTURE / config).read_text(encoding="utf-8")
        assert (
            sum(line.startswith('  "') and line.split("#")[0].rstrip().endswith(":") for line in text.splitlines()) == 3
        )


def test_each_guardrail_is_found_broken_once_and_nothing_else(pricecheck: Run, organisation: Path) -> None:
    found = findings(pricecheck, organisation, cwd=organisation)
    assert Counter(rule for rule, *_ in found) == Counter(GUARDRAILS)


def test_the_line_that_is_found_is_the_one_with_the_fault(pricecheck: Run, organisation: Path) -> None:
    for rule, file, line, _ in findings(pricecheck, organisation, cwd=organisation):
        if file not in OF_THE_HOUSE:
            lines = (organisation / file).read_text(encoding="utf-8").splitlines()
            assert rule in lines[line - 1] + lines[line - 2], (rule, file, line)


@pytest.mark.parametrize("config", CONFIGS)
def test_the_same_is_found_however_a_config_is_named(pricecheck: Run, organisation: Path, config: str) -> None:
    files = (config, *(OF_THE_HOUSE if config.startswith("search") else ()))
    expected = of(findings(pricecheck, organisation, cwd=organisation), *files)
    path = organisation / config
    ways: list[tuple[tuple[str, ...], Path, bytes]] = [
        ((), path.parent, b""),
        ((str(path),), organisation.parent, b""),
        ((config,), organisation, b""),
        (("-", "--stdin-filename", config), organisation, path.read_bytes()),
        (("-", "--stdin-filename", str(path)), organisation.parent, path.read_bytes()),
    ]
    for arguments, cwd, stdin in ways:
        assert findings(pricecheck, organisation, *arguments, cwd=cwd, stdin=stdin) == expected, (arguments, cwd)
