"""`pricecheck migrate`: old spellings become current ones, and what a person must decide is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pricecheck.cli.jobs.migrate import SPELLINGS

if TYPE_CHECKING:
    from tests.conftest import Run

OLD = """\
# our gateway, from the docs of February
wallets: { base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4" }
accepts: [{ asset: USDC, network: base }]
facilitator: "https://facilitator.example.com" # self-hosted
defaults:
  rateLimit:
    windowMs: 60000
    max: 100
upstreams: { openai: { url: "https://api.openai.com" } }
routes:
  "POST /c":
    upstream: openai
    type: openai-compatible
    models:
      gpt-4o: "$0.05" # reviewed
    fallback: "$0.05"
"""
NEW = """\
# our gateway, from the docs of February
wallets: { base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4" }
accepts: [{ asset: USDC, network: base }]
settlement:
  strategy: facilitator
  url: "https://facilitator.example.com" # self-hosted
defaults:
  rateLimit:
    window: "1m"
    requests: 100
upstreams: { openai: { url: "https://api.openai.com" } }
routes:
  "POST /c":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05" # reviewed
    fallback: "$0.05"
"""
PER_TOKENS = OLD.replace('"$0.05" #', '"$0.01/1k-tokens" #')


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tollbooth.yaml"
    path.write_text(OLD, encoding="utf-8")
    return path


def test_every_old_spelling_is_rewritten_and_nothing_else(pricecheck: Run, config: Path) -> None:
    done = pricecheck("migrate", cwd=config.parent)
    assert done.returncode == 0, done.stderr
    assert config.read_text(encoding="utf-8") == NEW
    assert done.stdout.startswith("tollbooth.yaml: 4 spellings rewritten for gateway 1.1.0\n")
    assert "no effective price change" in done.stdout
    again = pricecheck("migrate", "tollbooth.yaml", cwd=config.parent)
    assert (again.returncode, again.stdout) == (0, "tollbooth.yaml: nothing to rewrite for gateway 1.1.0\n")


def test_a_dry_run_prints_the_change_and_writes_nothing(pricecheck: Run, config: Path) -> None:
    done = pricecheck("migrate", "--dry-run", cwd=config.parent)
    assert done.returncode == 0
    assert '-    windowMs: 60000\n-    max: 100\n+    window: "1m"\n+    requests: 100\n' in done.stdout
    assert "4 spellings to rewrite" in done.stdout
    assert config.read_text(encoding="utf-8") == OLD


def test_what_changes_a_price_is_shown_and_left_to_a_person(pricecheck: Run, config: Path) -> None:
    config.write_text(PER_TOKENS, encoding="utf-8")
    done = pricecheck("migrate", cwd=config.parent)
    assert done.returncode == 1
    assert 'gpt-4o: "$0.01" # reviewed' in config.read_text(encoding="utf-8")
    assert "for a person to decide" in done.stdout
    assert 'PC602 write "$0.01": see above what callers pay now' in done.stdout


def test_the_page_names_every_rule_that_is_applied() -> None:
    page = (Path(__file__).parents[2] / "docs" / "migrating.md").read_text(encoding="utf-8")
    said = page.partition("Nothing else is touched")[0]
    assert [code for code in SPELLINGS if code not in said] == []


def test_an_older_gateway_gets_its_own_spelling_and_what_it_does_not_know_is_said(
    pricecheck: Run, config: Path
) -> None:
    config.write_text(NEW, encoding="utf-8")
    done = pricecheck("migrate", "--to", "0.4.0", cwd=config.parent)
    assert done.returncode == 1
    assert config.read_text(encoding="utf-8") == NEW.replace("token-based", "openai-compatible")
    assert "tollbooth.yaml:4:1: PC605 `settlement` is known from gateway 0.4.2 on" in done.stdout


def test_what_means_something_else_to_the_new_gateway_is_said(pricecheck: Run, config: Path) -> None:
    config.write_text(NEW.replace('fallback: "$0.05"', 'fallback: "$0.00"'), encoding="utf-8")
    done = pricecheck("migrate", "--from", "0.4.1", cwd=config.parent)
    assert done.returncode == 1
    assert "4:1: `settlement` was dropped in silence by 0.4.1 and counts in 1.1.0" in done.stdout
    assert "POST /c#other: amount 0 asks for a payment of 0 under 0.4.1, and is free under 1.1.0" in done.stdout


def test_the_policy_says_which_gateway(pricecheck: Run, config: Path) -> None:
    (config.parent / "pricecheck.toml").write_text('gateway-version = "0.4.0"\n', encoding="utf-8")
    done = pricecheck("migrate", cwd=config.parent)
    assert "rewritten for gateway 0.4.0" in done.stdout
    assert "type: openai-compatible" in config.read_text(encoding="utf-8")
    assert pricecheck("migrate", "--isolated", cwd=config.parent).stdout.startswith("tollbooth.yaml: 2 spellings")


def test_several_files_are_written_together_or_not_at_all(pricecheck: Run, config: Path) -> None:
    other = config.parent / "b" / "tollbooth.yaml"
    other.parent.mkdir()
    other.write_text("a: [", encoding="utf-8")
    done = pricecheck("migrate", "tollbooth.yaml", "b/missing.yaml", cwd=config.parent)
    assert done.returncode == 2
    assert config.read_text(encoding="utf-8") == OLD


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "2.0"], "--to '2.0': choose from 0.1.0"),
        (["--from", "x"], "--from 'x': choose from"),
        (["-"], "migrate changes files in place"),
        (["gone.yaml"], "gone.yaml: no such file"),
        (["--policy", "p.toml", "--isolated"], "--policy and --isolated: give one"),
    ],
)
def test_what_cannot_be_done_is_exit_2_and_one_line(
    pricecheck: Run, config: Path, arguments: list[str], said: str
) -> None:
    done = pricecheck("migrate", *arguments, cwd=config.parent)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert said in done.stderr
