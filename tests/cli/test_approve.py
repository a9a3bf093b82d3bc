"""`pricecheck approve` records what a check reports, and what it recorded counts for nothing else."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from typing import TYPE_CHECKING

import pytest

from pricecheck.policy.hiding import NEEDS_APPROVAL
from tests.repositories import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

CONFIG = """\
wallets: {base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
  "POST /c":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05"
      gpt-4o-mini: "$0.005"
    fallback: "$0.05"
"""
POLICY = '[[family]]\nname = "gpt-4o"\nmodels = ["gpt-4o*"]\nfloor = "$0.02"\n'
MINI = "POST /c#model:gpt-4o-mini"
WHO = ("--reason", "a launch offer", "--approver", "me@example.com")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "prod").mkdir(parents=True)
    (folder / "prod" / "tollbooth.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "pricecheck.toml").write_text(POLICY, encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "old")
    return folder


def rules(pricecheck: Run, *arguments: str, cwd: Path) -> list[str]:
    done = pricecheck("check", *arguments, "--output-format", "json", cwd=cwd)
    return [item["rule"] for item in json.loads(done.stdout)["findings"]]


def price(repo: Path, old: str, new: str) -> None:
    config = repo / "prod" / "tollbooth.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_what_asks_is_listed_with_what_to_type(pricecheck: Run, repo: Path) -> None:
    done = pricecheck("approve", "prod/tollbooth.yaml", cwd=repo)
    assert (done.returncode, done.stdout) == (1, f"{MINI}: $0.005 is below the floor $0.02 (PC303)\n")
    assert not (repo / "pricecheck.approvals.toml").exists()


def test_an_approval_excuses_one_price_and_no_other(pricecheck: Run, repo: Path) -> None:
    assert rules(pricecheck, cwd=repo) == ["PC303"]
    done = pricecheck("approve", "tollbooth.yaml", MINI, *WHO, cwd=repo / "prod")
    assert done.returncode == 0, done.stderr
    assert rules(pricecheck, cwd=repo) == []
    assert rules(pricecheck, cwd=repo / "prod") == []
    price(repo, '"$0.005"', '"$0.006"')
    assert rules(pricecheck, cwd=repo) == ["PC904", "PC303"]
    assert rules(pricecheck, "--isolated", cwd=repo) == []


def test_another_limit_voids_the_approval(pricecheck: Run, repo: Path) -> None:
    pricecheck("approve", "prod/tollbooth.yaml", "--all", *WHO, cwd=repo)
    (repo / "pricecheck.toml").write_text(POLICY.replace("0.02", "0.03"), encoding="utf-8")
    assert rules(pricecheck, cwd=repo) == ["PC904", "PC303"]


def test_a_change_is_approved_against_the_revision_it_is_held_to(pricecheck: Run, repo: Path) -> None:
    price(repo, '"$0.05"', '"$0.08"')
    check = ("--against", "HEAD", "--select", "PC4,PC9")
    assert rules(pricecheck, *check, cwd=repo) == ["PC401", "PC401"]
    done = pricecheck(
        "approve",
        "prod/tollbooth.yaml",
        "POST /c#model:gpt-4o",
        "--against",
        "HEAD",
        *WHO,
        "--expires",
        "never",
        cwd=repo,
    )
    assert done.returncode == 0, done.stderr
    assert rules(pricecheck, *check, cwd=repo) == ["PC401"]
    pricecheck("approve", "prod/tollbooth.yaml", "--all", "--against", "HEAD", *WHO, cwd=repo)
    assert rules(pricecheck, *check, cwd=repo) == []
    assert rules(pricecheck, cwd=repo) == [], "without --against nothing can be said of approved changes"
    price(repo, '"$0.08"', '"$0.09"')
    assert sorted(rules(pricecheck, *check, cwd=repo)) == ["PC401", "PC401", "PC904", "PC904"]


def test_what_is_in_the_file_stays_as_it_is(pricecheck: Run, repo: Path) -> None:
    file = repo / "pricecheck.approvals.toml"
    file.write_bytes(b"# exceptions\r\n")
    pricecheck("approve", "prod/tollbooth.yaml", MINI, *WHO, "--expires", "2099-12-31", cwd=repo)
    text = file.read_bytes()
    assert text.startswith(b"# exceptions\r\n\r\n[[approval]]\r\n")
    entry = tomllib.loads(text.decode())["approval"][0]
    assert (entry["file"], entry["new"], str(entry["expires"])) == ("prod/tollbooth.yaml", "5000", "2099-12-31")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([MINI], "--reason: say why the exception is right"),
        ([MINI, *WHO, "--expires", "2020-01-01"], "--expires 2020-01-01: that day is over"),
        ([MINI, *WHO, "--expires", "soon"], "--expires 'soon': write a day as YYYY-MM-DD, or never"),
        (["POST /c#model:o1", *WHO], f"nothing asks for an approval of 'POST /c#model:o1'; what does: {MINI}"),
        (["--all", MINI, *WHO], "--all and ROUTE#SELECTOR: give one"),
        ([MINI, *WHO, "--rule", "PC101"], "PC101 takes no approval"),
        ([MINI, *WHO, "--rule", "PC33"], "there is no rule 'PC33'"),
    ],
)
def test_what_cannot_be_approved_is_exit_2_and_one_line(
    pricecheck: Run, repo: Path, arguments: list[str], said: str
) -> None:
    done = pricecheck("approve", "prod/tollbooth.yaml", *arguments, cwd=repo)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert said in done.stderr
    assert not (repo / "pricecheck.approvals.toml").exists()


def test_a_config_the_gateway_refuses_has_nothing_to_approve(pricecheck: Run, repo: Path) -> None:
    (repo / "prod" / "tollbooth.yaml").write_text("routes: [", encoding="utf-8")
    done = pricecheck("approve", "prod/tollbooth.yaml", MINI, *WHO, cwd=repo)
    assert done.returncode == 2


def test_a_change_is_told_in_dollars_and_with_its_share(pricecheck: Run, repo: Path) -> None:
    price(repo, 'gpt-4o: "$0.05"', 'gpt-4o: "$0.08"')
    done = pricecheck("approve", "prod/tollbooth.yaml", "--against", "HEAD", "--rule", "PC401", cwd=repo)
    assert done.stdout == "POST /c#model:gpt-4o: $0.05 → $0.08, +60.00 % (PC401)\n"
    done = pricecheck("approve", "prod/tollbooth.yaml", "--all", "--against", "HEAD", "--rule", "PC401", *WHO, cwd=repo)
    assert "POST /c#model:gpt-4o: $0.05 → $0.08, +60.00 % (PC401), until " in done.stderr


def test_a_recipient_is_approved_by_name_only(pricecheck: Run, repo: Path) -> None:
    price(repo, 'gpt-4o: "$0.05"', 'gpt-4o: "$0.08"')
    price(repo, "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4", "0x5555555555555555555555555555555555555555")
    check = ("--against", "HEAD", "--select", "PC4")
    done = pricecheck("approve", "prod/tollbooth.yaml", "--all", "--against", "HEAD", *WHO, cwd=repo)
    assert done.returncode == 1
    assert "left out: #wallets.base: 0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4 to 0x5555" in done.stderr
    assert "a recipient is not approved along with prices; name it, with its own reason" in done.stderr
    assert rules(pricecheck, *check, cwd=repo) == ["PC405"]
    done = pricecheck("approve", "prod/tollbooth.yaml", "#wallets.base", "--against", "HEAD", *WHO, cwd=repo)
    assert done.returncode == 0, done.stderr
    assert rules(pricecheck, *check, cwd=repo) == []


def test_a_rule_whose_price_and_recipient_change_takes_two_approvals(pricecheck: Run, repo: Path) -> None:
    to = "0x5555555555555555555555555555555555555555"
    ours = "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
    route = '  "GET /s":\n    upstream: openai\n    price: "$0.05"\n    match:\n      - where: {query.q: "a"}\n'
    rule = '        price: "$0.01"\n        payTo: "%s"\n'
    config = repo / "prod" / "tollbooth.yaml"
    config.write_text(CONFIG + route + rule % ours, encoding="utf-8")
    git(repo, "commit", "-qam", "a rule")
    config.write_text(CONFIG + route + (rule % to).replace("0.01", "0.02"), encoding="utf-8")
    check = ("--against", "HEAD", "--select", "PC401,PC405")
    assert rules(pricecheck, *check, cwd=repo) == ["PC401", "PC405"]
    approve = ("approve", "prod/tollbooth.yaml", "GET /s#match:0", "--against", "HEAD", *WHO)
    done = pricecheck(*approve, cwd=repo)
    assert done.returncode == 1
    assert "a recipient is not approved along with prices; --rule PC405 approves it" in done.stderr
    assert rules(pricecheck, *check, cwd=repo) == ["PC405"]
    assert pricecheck(*approve, "--rule", "PC405", cwd=repo).returncode == 0
    assert rules(pricecheck, *check, cwd=repo) == []


def test_an_approval_that_excuses_nothing_counts_alike_with_fix_and_without(pricecheck: Run, repo: Path) -> None:
    pricecheck("approve", "prod/tollbooth.yaml", MINI, *WHO, cwd=repo)
    price(repo, '"$0.005"', '"$0.05"')
    check = ("check", "prod/tollbooth.yaml", "--fail-on", "warning", "--output-format", "concise")
    without = pricecheck(*check, cwd=repo)
    assert "PC904" in without.stdout
    done = pricecheck(*check, "--fix", cwd=repo)
    assert (done.returncode, done.stdout) == (without.returncode, without.stdout) == (1, without.stdout)


MATCHED = """\
  "GET /m":
    upstream: openai
    path: /m
    match:
      - where: {query.q: "it's"}
        price: "$0.05"
        payTo: "0x1111111111111111111111111111111111111111"
    price: "$0.02"
"""


def test_every_finding_brings_the_command_that_approves_it(pricecheck: Run, repo: Path) -> None:
    config = repo / "prod" / "tollbooth.yaml"
    config.write_text(CONFIG + MATCHED, encoding="utf-8")
    git(repo, "commit", "-qam", "more")
    price(repo, 'gpt-4o: "$0.05"', 'gpt-4o: "$0.08"\n      o3: "$0.90"')
    price(repo, 'price: "$0.05"', 'price: "$0.01"')
    price(repo, 'price: "$0.02"', 'price: "$0.00"')
    price(repo, 'gpt-4o-mini: "$0.005"', "gpt-4o-mini: ${MINI}")
    price(repo, "0x11", "0x22")
    price(repo, "0x4F", "0x5F")
    done = pricecheck("check", "prod", "--against", "HEAD", "--output-format", "json", cwd=repo)
    asked = [item for item in json.loads(done.stdout)["findings"] if item["rule"] in NEEDS_APPROVAL]
    assert {item["rule"] for item in asked} == {"PC401", "PC402", "PC403", "PC405", "PC408", "PC409"}
    for item in asked:
        (command,) = re.findall("`pricecheck ([^`]*)`", item["help"])
        done = pricecheck(*shlex.split(command), "--approver", "me@example.com", cwd=repo)
        # Beside a price, the recipient of the same rule is left for its own command.
        assert done.returncode == ("left out: GET /m#match:0" in done.stderr), done.stderr
    assert NEEDS_APPROVAL.isdisjoint(rules(pricecheck, "prod", "--against", "HEAD", cwd=repo))


def test_a_limit_brings_the_command_too_and_for_many_models_the_first(pricecheck: Run, repo: Path) -> None:
    def advice() -> str:
        done = pricecheck("check", "--select", "PC303", "--output-format", "json", cwd=repo)
        return str(json.loads(done.stdout)["findings"][0]["help"])

    text = advice()
    assert f"record an approval: `pricecheck approve prod/tollbooth.yaml '{MINI}' --reason '…'`" in text
    policy = POLICY.replace("gpt-4o*", "*").replace("0.02", "5.00")
    (repo / "pricecheck.toml").write_text(policy, encoding="utf-8")
    (repo / "prod" / "tollbooth.yaml").write_text(CONFIG.replace("gpt-4o", "ft:x"), encoding="utf-8")
    assert "or, model by model, record an approval: `pricecheck approve prod/tollbooth.yaml 'POST /c#model:" in advice()


def test_the_command_names_the_common_ancestor_that_was_compared_with(pricecheck: Run, repo: Path) -> None:
    old = git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-qb", "side")
    price(repo, 'gpt-4o: "$0.05"', 'gpt-4o: "$0.08"')
    git(repo, "commit", "-qam", "side")
    git(repo, "checkout", "-q", "main")
    price(repo, 'gpt-4o: "$0.05"', 'gpt-4o: "$0.055"')
    git(repo, "commit", "-qam", "main")
    git(repo, "checkout", "-q", "side")
    done = pricecheck("check", "--against", "main", "--merge-base", "--select", "PC401", cwd=repo)
    assert f"--against {old[:12]} --reason" in done.stdout


def test_where_nothing_asks_the_flag_for_changes_is_named(pricecheck: Run, repo: Path) -> None:
    price(repo, '"$0.005"', '"$0.05"')
    for arguments in ([], ["--all", *WHO], [MINI, *WHO]):
        done = pricecheck("approve", "prod/tollbooth.yaml", *arguments, cwd=repo)
        assert "nothing asks for an approval; what changed since a git revision asks with --against REF" in done.stderr
        done = pricecheck(
            "approve", "prod/tollbooth.yaml", "--against", "HEAD", "--rule", "PC405", *arguments, cwd=repo
        )
        assert done.stderr.endswith("nothing asks for an approval\n")


def test_an_idle_approval_is_told_by_place_and_in_dollars(pricecheck: Run, repo: Path) -> None:
    def idle() -> list[str]:
        done = pricecheck("check", "--against", "HEAD", "--output-format", "json", cwd=repo)
        return [item["message"] for item in json.loads(done.stdout)["findings"] if item["rule"] == "PC904"]

    name = "POST /c#model:gpt-4o"
    price(repo, 'gpt-4o: "$0.05"', 'gpt-4o: "$0.08"')
    pricecheck("approve", "prod/tollbooth.yaml", name, "--against", "HEAD", *WHO, "--expires", "never", cwd=repo)
    assert idle() == []
    price(repo, 'gpt-4o: "$0.08"', 'gpt-4o: "$0.09"')
    now = "something else asks for one now ($0.05 → $0.09, +80.00 %): it does not count"
    assert idle() == [f"this approves `{name}`, $0.05 → $0.08 (50000 → 80000 smallest units), but {now}"]
    price(repo, 'gpt-4o: "$0.09"', 'gpt-4o: "$0.05"')
    price(repo, '"$0.005"', '"$0.05"')
    (repo / "pricecheck.toml").unlink()
    git(repo, "commit", "-qam", "no policy")
    assert idle() == [
        f"this approves `{name}`, $0.05 → $0.08 in USDC (50000 → 80000 smallest units), which nothing asks for any more"
    ]
