"""`check --against` as CI and pre-commit run it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.repositories import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

CONFIG = """\
wallets: {{ base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4" }}
accepts: [{{ asset: USDC, network: base }}]
upstreams: {{ openai: {{ url: "https://api.openai.com" }} }}
routes:
  "POST /v1/chat/completions":
    upstream: openai
    type: token-based
    models:
{models}    fallback: "$0.20"
"""


def config(**models: str) -> str:
    return CONFIG.format(models="".join(f'      {name}: "{price}"\n' for name, price in models.items()))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, a="100000", b="$0.10")
    return folder


def write(folder: Path, **models: str) -> None:
    (folder / "tollbooth.yaml").write_text(config(**models), encoding="utf-8")


def commit(folder: Path, **models: str) -> None:
    write(folder, **models)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "deploy")


def found(pricecheck: Run, folder: Path, *arguments: str) -> list[tuple[str, str]]:
    done = pricecheck("check", "--select", "PC4", "--output-format", "json", *arguments, cwd=folder)
    assert done.returncode in {0, 1}, done.stderr
    items: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    errors = any(item["severity"] == "error" for item in items)
    assert done.returncode == (1 if errors else 0)
    return [(item["rule"], (item["path"] or [""])[-1]) for item in items]


def test_the_bounds_themselves_pass_and_one_smallest_unit_more_fails(pricecheck: Run, repo: Path) -> None:
    write(repo, a="115000", b="$0.09")
    assert found(pricecheck, repo, "--against", "HEAD") == []
    write(repo, a="115001", b="$0.089999")
    assert found(pricecheck, repo, "--against", "HEAD") == [("PC401", "a"), ("PC402", "b")]


def test_a_finding_shows_both_places(pricecheck: Run, repo: Path) -> None:
    write(repo, b="$0.10", a="$0.20")
    done = pricecheck("check", "--against", "main", "--select", "PC401", cwd=repo)
    assert "tollbooth.yaml:10:10: PC401[raised-over-bound]" in done.stdout
    assert "main:tollbooth.yaml:9:10" in done.stdout


def test_a_renamed_or_removed_model_does_not_evade(pricecheck: Run, repo: Path) -> None:
    write(repo, a2="$0.50", b="$0.10")
    assert sorted(found(pricecheck, repo, "--against", "HEAD")) == [
        ("PC401", "fallback"),
        ("PC404", "fallback"),
        ("PC409", "a2"),
    ]


def test_a_pull_request_that_loosens_the_policy_is_judged_by_the_old_one(pricecheck: Run, repo: Path) -> None:
    (repo / "pricecheck.toml").write_text('[bounds]\nmax-increase = "5%"\n', encoding="utf-8")
    commit(repo, a="100000", b="$0.10")
    (repo / "pricecheck.toml").write_text('[bounds]\nmax-increase = "500%"\n', encoding="utf-8")
    write(repo, a="106000", b="$0.10")
    assert found(pricecheck, repo, "--against", "HEAD") == [("PC401", "a")]
    (repo / "pricecheck.toml").unlink()
    assert found(pricecheck, repo, "--against", "HEAD") == [("PC401", "a")]


def test_a_pull_request_cant_switch_off_the_rules_that_judge_it(pricecheck: Run, repo: Path) -> None:
    write(repo, a="$0.30", b="$0.10")
    for lint in ('[lint]\nignore = ["PC4"]\n', '[lint.severity]\nPC401 = "info"\n'):
        (repo / "pricecheck.toml").write_text(lint, encoding="utf-8")
        assert pricecheck("check", "--against", "HEAD", cwd=repo).returncode == 1
        named = pricecheck("check", "--against", "HEAD", "--policy", "pricecheck.toml", cwd=repo)
        assert (named.returncode, "PC401" in named.stdout) == (1, True)
    git(repo, "add", "pricecheck.toml")
    git(repo, "commit", "-qm", "policy")
    assert pricecheck("check", "--against", "HEAD", cwd=repo).returncode == 0
    assert pricecheck("check", "--against", "HEAD", "--isolated", cwd=repo).returncode == 1


def test_moving_a_config_does_not_take_it_out_of_its_policy(pricecheck: Run, repo: Path) -> None:
    (repo / "prod").mkdir()
    (repo / "prod" / "pricecheck.toml").write_text('[bounds]\nmax-increase = "5%"\n', encoding="utf-8")
    git(repo, "mv", "tollbooth.yaml", "prod/tollbooth.yaml")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "moved")
    git(repo, "mv", "prod/tollbooth.yaml", "tollbooth.yaml")
    write(repo, a="106000", b="$0.10")
    git(repo, "add", ".")
    assert found(pricecheck, repo, "--against", "HEAD") == [("PC401", "a")]


def test_additions_are_an_error_where_the_policy_enforces_them(pricecheck: Run, repo: Path) -> None:
    write(repo, a="100000", b="$0.10", c="$0.40")
    assert pricecheck("check", "--against", "HEAD", "--select", "PC409", cwd=repo).returncode == 0
    (repo / "pricecheck.toml").write_text('[bounds]\nadditions = "enforce"\n', encoding="utf-8")
    commit(repo, a="100000", b="$0.10")
    write(repo, a="100000", b="$0.10", c="$0.40")
    assert pricecheck("check", "--against", "HEAD", "--select", "PC409", cwd=repo).returncode == 1


def test_an_approval_lets_exactly_one_change_pass(pricecheck: Run, repo: Path) -> None:
    (repo / "pricecheck.approvals.toml").write_text(
        '[[approval]]\nrule = "PC401"\nfile = "tollbooth.yaml"\nroute = "POST /v1/chat/completions"\n'
        'selector = "model:a"\nold = "100000"\nnew = "150000"\nreason = "agreed"\napprover = "cfo@example.com"\n',
        encoding="utf-8",
    )
    write(repo, a="150000", b="$0.10")
    assert found(pricecheck, repo, "--against", "HEAD") == []
    write(repo, a="150001", b="$0.10")
    assert found(pricecheck, repo, "--against", "HEAD") == [("PC401", "a")]


@pytest.mark.parametrize(("selector", "rules"), [("other", set()), ("fallback", set()), ("price", {"PC401", "PC904"})])
def test_the_field_that_prices_the_rest_may_be_approved_by_its_name(
    pricecheck: Run, repo: Path, selector: str, rules: set[str]
) -> None:
    (repo / "pricecheck.approvals.toml").write_text(
        '[[approval]]\nrule = "PC401"\nfile = "tollbooth.yaml"\nroute = "POST /v1/chat/completions"\n'
        f'selector = "{selector}"\nold = "200000"\nnew = "300000"\nreason = "agreed"\napprover = "cfo@example.com"\n',
        encoding="utf-8",
    )
    text = config(a="100000", b="$0.10").replace('"$0.20"', '"$0.30"')
    (repo / "tollbooth.yaml").write_text(text, encoding="utf-8")
    assert {rule for rule, _ in found(pricecheck, repo, "--against", "HEAD", "--select", "PC904")} == rules


def test_many_small_steps_are_bounded_by_the_anchor(pricecheck: Run, repo: Path) -> None:
    git(repo, "tag", "deploy-1")
    commit(repo, a="114000", b="$0.10")
    write(repo, a="130000", b="$0.10")
    assert found(pricecheck, repo, "--against", "HEAD") == []
    assert found(pricecheck, repo, "--against", "HEAD", "--anchor", "deploy-1") == [("PC401", "a")]
    done = pricecheck("check", "--against", "HEAD", "--anchor", "deploy-1", "--select", "PC401", cwd=repo)
    assert "from $0.10 to $0.13 in total since deploy-1, +30.00 %" in done.stdout


def test_a_change_over_both_bounds_is_said_once(pricecheck: Run, repo: Path) -> None:
    write(repo, a="$0.30", b="$0.10")
    assert found(pricecheck, repo, "--against", "HEAD", "--anchor", "HEAD") == [("PC401", "a")]


def test_a_first_deploy_has_no_bounds_and_says_so(pricecheck: Run, repo: Path) -> None:
    (repo / "eu").mkdir()
    (repo / "eu" / "tollbooth.yaml").write_text(config(a="$9.00"), encoding="utf-8")
    done = pricecheck("check", "eu", "--against", "HEAD", "--select", "PC4", cwd=repo)
    assert done.returncode == 0
    assert done.stderr == "eu/tollbooth.yaml: not in HEAD: a first deploy, no bounds apply\n"


def test_a_config_under_another_name_takes_over_and_is_held_to_the_old_prices(pricecheck: Run, repo: Path) -> None:
    (repo / "tollbooth.config.yaml").write_text(config(a="$0.30", b="$0.10"), encoding="utf-8")
    assert found(pricecheck, repo, "tollbooth.config.yaml", "--against", "HEAD") == [("PC401", "a")]


def test_before_the_first_commit_there_are_no_bounds(pricecheck: Run, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, a="$0.10")
    git(tmp_path, "add", ".")
    done = pricecheck("check", "--against", "HEAD", "--staged", "--select", "PC4", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "a first deploy" in done.stderr


def test_what_is_staged_is_checked_and_not_what_is_on_disk(pricecheck: Run, repo: Path) -> None:
    write(repo, a="$0.30", b="$0.10")
    git(repo, "add", ".")
    write(repo, a="$0.10", b="$0.10")
    assert found(pricecheck, repo, "--against", "HEAD") == []
    assert found(pricecheck, repo, "--against", "HEAD", "--staged") == [("PC401", "a")]
    assert found(pricecheck, repo, "tollbooth.yaml", "--against", "HEAD", "--staged") == [("PC401", "a")]


def test_the_merge_base_is_what_a_branch_started_from(pricecheck: Run, repo: Path) -> None:
    git(repo, "checkout", "-qb", "side")
    git(repo, "checkout", "-q", "main")
    commit(repo, a="$0.30", b="$0.10")
    git(repo, "checkout", "-q", "side")
    assert found(pricecheck, repo, "--against", "main") == [("PC402", "a")]
    assert found(pricecheck, repo, "--against", "main", "--merge-base") == []


def test_recipients_settlement_and_unknown_prices(pricecheck: Run, repo: Path) -> None:
    text = config(a="${PRICE}", b="$0.10").replace("0x4F1c", "0xdead")
    (repo / "tollbooth.yaml").write_text(text + "    settlement: after-response\n", encoding="utf-8")
    assert found(pricecheck, repo, "--against", "HEAD") == [
        ("PC405", "base"),
        ("PC408", "a"),
        ("PC407", "settlement"),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--against", "origin/main"], "git knows no commit 'origin/main' here"),
        (["--against", "HEAD", "--anchor", "v9"], "git knows no commit 'v9' here"),
        (["--anchor", "HEAD"], "go with --against"),
        (["-", "--against", "HEAD"], "--stdin-filename"),
        (["/etc/hostname", "tollbooth.yaml", "--against", "HEAD"], "not inside a git repository"),
    ],
)
def test_what_cant_be_compared_is_exit_2_and_never_no_change(
    pricecheck: Run, repo: Path, arguments: list[str], words: str
) -> None:
    done = pricecheck("check", *arguments, "--exit-zero", cwd=repo)
    assert done.returncode == 2
    assert words in done.stderr


def test_without_against_nothing_is_said_of_changes(pricecheck: Run, repo: Path) -> None:
    write(repo, a="$9.00", b="$0.10")
    assert found(pricecheck, repo) == []
