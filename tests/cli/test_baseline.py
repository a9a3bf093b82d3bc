"""Findings that are known are not shown again; what is new, or may not be hidden, is."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.repositories import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

CONFIG = """\
wallets: {base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
  "GET /v1/models":
    upstream: openai
    price: "$5"
  "GET /v1/files":
    upstream: openai
    price: "$0.05"
"""
MORE = '  "GET /v1/batches":\n    upstream: openai\n    price: "$3"\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / "tollbooth.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "pricecheck.toml").write_text("", encoding="utf-8")
    return tmp_path


def lines(pricecheck: Run, *arguments: str, cwd: Path, stdin: bytes = b"") -> list[tuple[str, str, int]]:
    done = pricecheck("check", *arguments, "--output-format", "json", cwd=cwd, stdin=stdin)
    found: dict[str, Any] = json.loads(done.stdout)
    return [(item["rule"], item["file"], item["start"]["line"]) for item in found["findings"]]


def test_what_is_written_down_is_not_shown_and_what_is_new_is(pricecheck: Run, repository: Path) -> None:
    done = pricecheck("check", "--write-baseline", cwd=repository)
    assert done.returncode == 0
    assert done.stderr == "pricecheck.baseline.json: 1 finding of 1 file written down as known\n"
    done = pricecheck("check", cwd=repository)
    assert done.returncode == 0
    assert "1 finding suppressed" in done.stdout
    config = repository / "prod" / "tollbooth.yaml"
    config.write_text("# a comment\n\n" + CONFIG + MORE, encoding="utf-8")
    expected = [("PC101", "prod/tollbooth.yaml", 15)]
    assert lines(pricecheck, cwd=repository) == expected
    assert [line for _, _, line in lines(pricecheck, cwd=repository / "prod")] == [15]
    assert [line for _, _, line in lines(pricecheck, str(config), cwd=repository.parent)] == [15]
    stdin = ("-", "--stdin-filename", "prod/tollbooth.yaml")
    assert lines(pricecheck, *stdin, cwd=repository, stdin=config.read_bytes()) == expected
    assert len(lines(pricecheck, "--isolated", cwd=repository)) == 2


def test_what_is_mended_leaves_a_stale_entry_that_is_shown(pricecheck: Run, repository: Path) -> None:
    pricecheck("check", "--write-baseline", cwd=repository)
    (repository / "prod" / "tollbooth.yaml").write_text(CONFIG.replace('"$5"', '"$0.005"'), encoding="utf-8")
    assert lines(pricecheck, cwd=repository) == [("PC905", "pricecheck.baseline.json", 4)]
    assert lines(pricecheck, "--select", "PC2,PC905", cwd=repository) == []
    pricecheck("check", "--write-baseline", cwd=repository)
    assert lines(pricecheck, cwd=repository) == []


def test_writing_leaves_what_this_run_did_not_look_at(pricecheck: Run, repository: Path) -> None:
    (repository / "test").mkdir()
    (repository / "test" / "tollbooth.yaml").write_text(CONFIG, encoding="utf-8")
    pricecheck("check", "--write-baseline", cwd=repository)
    before = (repository / "pricecheck.baseline.json").read_text(encoding="utf-8")
    pricecheck("check", "--write-baseline", "prod", cwd=repository)
    pricecheck("check", "--write-baseline", "--select", "PC2", cwd=repository)
    assert (repository / "pricecheck.baseline.json").read_text(encoding="utf-8") == before


def test_what_stops_the_gateway_or_breaks_a_limit_is_never_known(pricecheck: Run, repository: Path) -> None:
    (repository / "pricecheck.toml").write_text(
        '[[family]]\nname = "gpt-4o"\nmodels = ["gpt-4o*"]\nfloor = "$0.02"\n', encoding="utf-8"
    )
    (repository / "prod" / "tollbooth.yaml").write_text(
        CONFIG + '  "POST /c":\n    upstream: openai\n    type: token-based\n    models: {gpt-4o: "$0.01"}\n'
        '    fallback: "$0.05"\n    frobnicate: 1\n    rateLimit: {max: 1}\n',
        encoding="utf-8",
    )
    done = pricecheck("check", "--write-baseline", "--output-format", "concise", "-q", cwd=repository)
    assert done.returncode == 1
    assert {line.split()[1].partition("[")[0] for line in done.stdout.splitlines()} == {"PC010", "PC015", "PC303"}
    entries = json.loads((repository / "pricecheck.baseline.json").read_text(encoding="utf-8"))["entries"]
    assert {entry["rule"] for entry in entries} == {"PC101", "PC208"}


def test_fix_leaves_what_is_known(pricecheck: Run, repository: Path) -> None:
    pricecheck("check", "--write-baseline", cwd=repository)
    config = repository / "prod" / "tollbooth.yaml"
    config.write_text(CONFIG + MORE, encoding="utf-8")
    pricecheck("check", "--fix", "--unsafe-fixes", cwd=repository)
    assert config.read_text(encoding="utf-8") == CONFIG + MORE.replace('"$3"', '"$3.00"')


def test_a_change_is_held_to_the_bounds_whatever_the_baseline_knows(pricecheck: Run, repository: Path) -> None:
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "old")
    config = repository / "prod" / "tollbooth.yaml"
    config.write_text(CONFIG.replace('"$0.05"', '"$0.50"'), encoding="utf-8")
    pricecheck("check", "--against", "HEAD", "--write-baseline", cwd=repository)
    assert [rule for rule, _, _ in lines(pricecheck, "--against", "HEAD", cwd=repository)] == ["PC401"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--baseline", "gone.json"], "gone.json: no such file"),
        (["--baseline", "x.json", "--isolated"], "--baseline and --isolated: give one"),
        (["--write-baseline", "--fix"], "--write-baseline writes down what is found as it is"),
        (["--baseline", "broken.json"], "broken.json:1:2: "),
    ],
)
def test_what_cannot_be_done_is_exit_2_and_one_line(
    pricecheck: Run, repository: Path, arguments: list[str], said: str
) -> None:
    (repository / "broken.json").write_text("{", encoding="utf-8")
    done = pricecheck("check", *arguments, cwd=repository)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_could_not_be_checked_is_not_written_down(pricecheck: Run, tmp_path: Path) -> None:
    done = pricecheck("check", "nowhere.yaml", "--write-baseline", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "pricecheck: nowhere.yaml: no such file\n")
    assert os.listdir(tmp_path) == []


def test_what_could_not_be_checked_silences_no_approval(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "pricecheck.toml").touch()
    (tmp_path / "pricecheck.approvals.toml").write_text(EXPIRED, encoding="utf-8")
    (tmp_path / "tollbooth.yaml").write_text("routes: {}\n", encoding="utf-8")
    check = ("check", "tollbooth.yaml", "nowhere.yaml", "--partial", "--output-format", "concise")
    for more in ((), ("--write-baseline",)):
        done = pricecheck(*check, *more, cwd=tmp_path)
        assert done.returncode == 2
        assert "PC904" in done.stdout
    assert not (tmp_path / "pricecheck.baseline.json").exists()


EXPIRED = """\
[[approval]]
rule = "PC303"
file = "tollbooth.yaml"
route = "GET /x"
selector = "other"
old = "$1"
new = "1"
reason = "a test"
approver = "me"
expires = 2020-01-01
"""
