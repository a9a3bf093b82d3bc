"""`check --fix`, `--unsafe-fixes` and `--diff` as a user meets them."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run

FIXTURES = Path(__file__).parents[2] / "fixtures"
SAFE = (FIXTURES / "rules" / "PC601" / "bad.yaml").read_bytes()
SAFE_FIXED = (FIXTURES / "rules" / "PC601" / "fixed.yaml").read_bytes()
BROKEN = (FIXTURES / "broken.yaml").read_bytes()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tollbooth.yaml"
    path.write_bytes(SAFE)
    return path


def test_fix_mends_what_is_safe_and_exits_0_when_nothing_is_left(pricecheck: Run, config: Path) -> None:
    done = pricecheck("check", "--fix", "tollbooth.yaml")
    assert config.read_bytes() == SAFE_FIXED
    assert done.returncode == 0
    assert done.stdout.startswith("Fixed ")
    assert done.stderr == ""
    again = pricecheck("check", "--fix", "tollbooth.yaml")
    assert (again.returncode, config.read_bytes()) == (0, SAFE_FIXED)
    assert "Fixed" not in again.stdout


def test_fix_reports_what_remains_and_exits_1(pricecheck: Run, config: Path) -> None:
    config.write_bytes(BROKEN)
    done = pricecheck("check", "--fix", "tollbooth.yaml")
    assert (done.returncode, config.read_bytes()) == (1, BROKEN)
    assert "with --fix --unsafe-fixes" in done.stdout
    done = pricecheck("check", "--fix", "--unsafe-fixes", "--output-format", "json", "tollbooth.yaml")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["summary"]["fixed"] == 5
    assert not [found for found in report["findings"] if found["fix"]]
    assert b'price: "0.01"' in config.read_bytes()
    assert pricecheck("check", "--fix", "--exit-zero", "tollbooth.yaml").returncode == 0


def test_diff_writes_nothing_and_applies_with_patch(pricecheck: Run, config: Path) -> None:
    done = pricecheck("check", "--diff", "tollbooth.yaml")
    assert (done.returncode, config.read_bytes()) == (1, SAFE)
    assert done.stdout.startswith("--- tollbooth.yaml\n+++ tollbooth.yaml\n@@ ")
    assert done.stderr == "would fix 1 finding\n"
    subprocess.run(["git", "apply", "-p0"], input=done.stdout.encode(), cwd=config.parent, check=True)
    assert config.read_bytes() == SAFE_FIXED
    done = pricecheck("check", "--diff", "tollbooth.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_diff_marks_a_missing_line_break_and_keeps_crlf(pricecheck: Run, config: Path) -> None:
    text = SAFE.rstrip(b"\n").replace(b"\n", b"\r\n")
    lines = text.split(b"\r\n")
    config.write_bytes(text)
    done = pricecheck("check", "--diff", "tollbooth.yaml")
    assert done.returncode == 1
    assert pricecheck("check", "--fix", "tollbooth.yaml").returncode == 0
    fixed = config.read_bytes().split(b"\r\n")
    assert len(fixed) == len(lines)
    assert [line for line, old in zip(fixed, lines, strict=True) if line != old]
    assert not config.read_bytes().endswith(b"\n")


def test_standard_input_gives_the_mended_text_on_standard_output(pricecheck: Run) -> None:
    done = pricecheck("check", "--fix", "-", stdin=SAFE)
    assert (done.returncode, done.stdout.encode()) == (0, SAFE_FIXED)
    assert "Fixed 1 finding" in done.stderr
    done = pricecheck("check", "--fix", "-", stdin=SAFE_FIXED)
    assert (done.returncode, done.stdout.encode()) == (0, SAFE_FIXED)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--unsafe-fixes", "tollbooth.yaml"], "give --fix or --diff as well"),
        (["--diff", "--output-format", "json", "tollbooth.yaml"], "leave --output-format out"),
        (["--fix", "-", "tollbooth.yaml"], "standard input alone"),
        (["--fix", "--staged", "tollbooth.yaml"], "change files as they are now"),
        (["--fix", "missing.yaml"], "missing.yaml: no such file"),
        (["--diff", "missing.yaml"], "missing.yaml: no such file"),
    ],
)
def test_what_cant_be_done_is_exit_2_and_one_line(
    pricecheck: Run, config: Path, arguments: list[str], words: str
) -> None:
    done = pricecheck("check", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert config.read_bytes() == SAFE


def test_where_one_file_cant_be_proven_none_is_written(pricecheck: Run, config: Path) -> None:
    other = config.parent / "other.yaml"
    unreadable = SAFE.replace(b"wallets:", b'x-note: "a\x07b"\nwallets:', 1)
    assert unreadable != SAFE
    other.write_bytes(unreadable)
    done = pricecheck("check", "--fix", "tollbooth.yaml", "other.yaml")
    assert done.returncode == 2
    assert "other.yaml: nothing written: the second parser can't read the text before the fixes" in done.stderr
    assert (config.read_bytes(), other.read_bytes()) == (SAFE, unreadable)


def test_a_broken_file_does_not_keep_another_from_being_mended(pricecheck: Run, config: Path) -> None:
    (config.parent / "other.yaml").write_text("a: [1\n", encoding="utf-8")
    done = pricecheck("check", "--fix", "tollbooth.yaml", "other.yaml")
    assert done.returncode == 1
    assert "PC001" in done.stdout
    assert config.read_bytes() == SAFE_FIXED


def test_a_symbolic_link_stays_one(pricecheck: Run, config: Path) -> None:
    link = config.parent / "tollbooth.yml"
    link.symlink_to("tollbooth.yaml")
    assert pricecheck("check", "--fix", "tollbooth.yml").returncode == 0
    assert link.is_symlink()
    assert config.read_bytes() == SAFE_FIXED


def test_a_price_is_not_raised_by_a_fix_that_no_report_has_shown(pricecheck: Run, config: Path) -> None:
    text = """\
wallets: {base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
  "POST /c":
    upstream: openai
    type: token-based
    models: {o1: "$1.00"}
    fallbak: "$0.05"
"""
    config.write_text(text, encoding="utf-8")
    mending = ("check", "--fix", "--unsafe-fixes", "--isolated", "--fail-on", "warning", "tollbooth.yaml")
    done = pricecheck(*mending, "--output-format", "concise")
    assert config.read_text(encoding="utf-8") == text.replace("fallbak", "fallback")
    assert done.returncode == 1
    assert ": PC302[" in done.stdout
    assert done.stderr.startswith("tollbooth.yaml:9:")
    assert "PC302 not fixed: it follows from another fix of this run: look at it, and run again" in done.stderr
    assert pricecheck(*mending).returncode == 0
    assert 'fallback: "$1.00"' in config.read_text(encoding="utf-8")
