"""docs/ci.md, action.yml and the hooks say what the program does."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import yaml

from pricecheck.cli import check, diff
from pricecheck.files import APPROVALS_NAME, BASELINE_NAME, POLICY_FILES
from pricecheck.report.price_diff_markdown import MARKER

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def _flags(command: object) -> set[str]:
    source = inspect.getsource(inspect.getmodule(command) or inspect)
    named = set(re.findall(r'"(--[a-z-]+)"', source))
    parameters = inspect.signature(getattr(command, "command", None) or (lambda: None)).parameters
    return named | {f"--{name.replace('_', '-')}" for name in parameters}


def test_every_flag_the_page_names_exists() -> None:
    known = _flags(check) | _flags(diff)
    lines = [line for line in TEXT.split("\n") if "pricecheck" in line or line.startswith(("| `--", "- `--"))]
    flags = {
        flag
        for line in lines
        if "git fetch" not in line and "gh api" not in line
        for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)
    }
    assert flags
    assert flags <= known


def test_the_page_lists_the_inputs_of_the_action_and_the_marker() -> None:
    assert set(re.findall(r"^\| `([a-z][a-z-]+)` \|", TEXT, re.MULTILINE)) == set(ACTION["inputs"])
    assert TEXT.count(MARKER) == 2


def test_the_hooks_run_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["pricecheck", "pricecheck-gate", "pricecheck-fix"]
    for hook in hooks:
        assert set(re.findall(r"--[a-z-]+", hook["entry"])) <= _flags(check)
        assert re.search(hook["files"], "conf/tollbooth.config.yaml")
    named = [name for name in (*POLICY_FILES, APPROVALS_NAME, BASELINE_NAME) if re.search(hooks[0]["files"], name)]
    assert len(named) == 4, "a policy can break what no commit touches"
    assert not re.search(hooks[0]["files"], "pyproject.toml")


def test_no_input_reaches_a_shell_as_text_of_the_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
