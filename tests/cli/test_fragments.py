"""`--partial`: a part of a config, such as its routes alone, is compared, repriced and approved like a whole one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pricecheck.cli.app import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

FRAGMENT = """\
routes:
  "POST /c":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05" # dear
    fallback: "$0.05"
"""
POLICY = '[bounds]\nmax-increase = "5%"\n[[family]]\nname = "gpt-4o"\nmodels = ["gpt-4o"]\nceiling = "$0.04"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.yaml").write_text(FRAGMENT, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(FRAGMENT.replace('"$0.05" #', '"$0.055" #'), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in {"rule", "schema", "init"}])
def test_every_command_that_reads_a_config_takes_a_fragment(pricecheck: Run, command: str) -> None:
    assert "  --partial " in pricecheck(command, "--help").stdout  # as docs/ci.md says


def test_fragments_are_compared(pricecheck: Run, folder: Path) -> None:
    refused = pricecheck("diff", "old.yaml", "new.yaml", cwd=folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "has no `wallets`" in refused.stderr
    done = pricecheck("diff", "old.yaml", "new.yaml", "--partial", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.startswith("1 raised; none over bound\n")


def test_a_fragment_is_repriced(pricecheck: Run, folder: Path) -> None:
    order = ("reprice", "old.yaml", "--set", "POST /c#model:gpt-4o=$0.055")
    assert pricecheck(*order, cwd=folder).returncode == 2
    done = pricecheck(*order, "--partial", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "old.yaml").read_text(encoding="utf-8") == (folder / "new.yaml").read_text(encoding="utf-8")
    assert pricecheck("reprice", "old.yaml", "--toward", "new.yaml", "--partial", cwd=folder).returncode == 0


def test_a_price_of_a_fragment_is_approved(pricecheck: Run, folder: Path) -> None:
    (folder / "pricecheck.toml").write_text(POLICY, encoding="utf-8")
    check = ("check", "old.yaml", "--partial", "--select", "PC304", "--output-format", "concise", "-q")
    assert "PC304" in pricecheck(*check, cwd=folder).stdout
    who = ("--reason", "a launch", "--approver", "me@example.com")
    done = pricecheck("approve", "old.yaml", "POST /c#model:gpt-4o", "--partial", *who, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert pricecheck(*check, cwd=folder).stdout == ""


def test_standard_input_has_the_name_it_is_given(pricecheck: Run, folder: Path) -> None:
    (folder / "prod").mkdir()
    (folder / "prod" / "pricecheck.toml").write_text(POLICY, encoding="utf-8")
    new = (folder / "new.yaml").read_bytes()
    asked = ("diff", "old.yaml", "-", "--partial", "--output-format", "json")
    named = json.loads(pricecheck(*asked, "--stdin-filename", "prod/t.yaml", cwd=folder, stdin=new).stdout)
    assert named["files"][0]["new"] == named["changes"][0]["file"] == "prod/t.yaml"
    assert named["changes"][0]["verdict"] == "over", "the policy beside that name rules"
    nameless = json.loads(pricecheck(*asked, cwd=folder, stdin=new).stdout)
    assert (nameless["files"][0]["new"], nameless["changes"][0]["verdict"]) == ("<stdin>", "within")


def test_both_sides_are_not_standard_input(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("diff", "-", "-", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "pricecheck: OLD and NEW can't both be standard input\n")
