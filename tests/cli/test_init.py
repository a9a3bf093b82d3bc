"""`pricecheck init` writes a policy that holds today's prices, and touches nothing that is there."""

from __future__ import annotations

import json
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pricecheck.engine import Options, check_source, read_source
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.policy.reading import parse_policy
from pricecheck.prices.table import price_table
from pricecheck.rules.suggested_policy import policy_text, suggested_families
from pricecheck.rules.vocabulary import vocabulary
from pricecheck.source.yaml_parser import parse
from tests.repositories import git

if TYPE_CHECKING:
    from tests.conftest import Run

FIXTURES = Path(__file__).parents[2] / "fixtures"
REALISTIC = sorted((FIXTURES / "realistic").iterdir())
WRITTEN = ("pricecheck.toml", ".pre-commit-config.yaml", ".github/workflows/pricecheck.yml")


@pytest.mark.parametrize("path", REALISTIC, ids=lambda path: path.name)
def test_what_is_suggested_finds_nothing_new(path: Path) -> None:
    source = read_source(str(path))
    table = price_table(read_config(load(parse(source, is_json=path.suffix == ".json"))))
    policy = parse_policy(
        policy_text(suggested_families([table]), ["GET /a"], "1.1.0"), "pricecheck.toml", vocabulary()
    )
    before = [(found.rule, found.start) for found in check_source(source, Options())]
    after = [(found.rule, found.start) for found in check_source(source, Options(policy=policy))]
    assert after == before


def test_the_families_of_all_configs_are_held_to_what_they_cost_today(pricecheck: Run, tmp_path: Path) -> None:
    for name in ("fine-tunes", "two-providers"):
        (tmp_path / name).mkdir()
        shutil.copy(FIXTURES / "realistic" / f"{name}.yaml", tmp_path / name / "tollbooth.yaml")
    done = pricecheck("init", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "pricecheck.toml").read_text(encoding="utf-8")
    families = [family["name"] for family in tomllib.loads(text)["family"]]
    assert families.index("gpt-4o-mini") < families.index("gpt-4o")
    assert pricecheck("check", cwd=tmp_path).stdout == "All clear: 2 files checked.\n"
    cheap = tmp_path / "two-providers" / "tollbooth.yaml"
    cheap.write_text(cheap.read_text(encoding="utf-8").replace('gpt-4o: "$0.05"', 'gpt-4o: "$0.004"'), encoding="utf-8")
    found = json.loads(pricecheck("check", "--output-format", "json", cwd=tmp_path).stdout)["findings"]
    assert "PC303" in {item["rule"] for item in found}


def test_what_is_there_stays(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "pricecheck.toml").write_text("# ours\n", encoding="utf-8")
    done = pricecheck("init", cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "kept pricecheck.toml as it is"
    assert (tmp_path / "pricecheck.toml").read_text(encoding="utf-8") == "# ours\n"
    assert all((tmp_path / name).is_file() for name in WRITTEN)
    again = pricecheck("init", cwd=tmp_path)
    assert again.stdout.splitlines() == [
        *(f"kept {name} as it is" for name in WRITTEN),
        "--dry-run prints what init would write there",
        "next: pricecheck check",
    ]


def test_a_dry_run_writes_nothing(pricecheck: Run, tmp_path: Path) -> None:
    done = pricecheck("init", "--dry-run", cwd=tmp_path)
    assert all(f"# {name}\n" in done.stdout for name in WRITTEN)
    assert list(tmp_path.iterdir()) == []


def test_a_config_the_gateway_refuses_is_left_out_and_said(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "tollbooth.yaml").write_text("routes: [", encoding="utf-8")
    done = pricecheck("init", cwd=tmp_path)
    assert done.returncode == 0
    assert "left out: " in done.stderr
    assert (tmp_path / "pricecheck.toml").is_file()


def test_no_such_folder_is_exit_2(pricecheck: Run, tmp_path: Path) -> None:
    done = pricecheck("init", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "pricecheck: nowhere: no such folder\n")


def test_the_ci_step_holds_a_pull_request_to_the_bounds(pricecheck: Run, tmp_path: Path) -> None:
    config = tmp_path / "tollbooth.yaml"
    shutil.copy(FIXTURES / "clean.yaml", config)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "deployed")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert pricecheck("init", cwd=tmp_path).returncode == 0
    workflow = (tmp_path / WRITTEN[2]).read_text(encoding="utf-8")
    step = shlex.split(workflow.rpartition("run: pricecheck ")[2].replace("$GITHUB_BASE_REF", "main"))
    assert pricecheck(*step, cwd=tmp_path).returncode == 0
    config.write_text(config.read_text(encoding="utf-8").replace('"$0.05"', '"$0.08"'), encoding="utf-8")
    done = pricecheck(*step, cwd=tmp_path)
    assert done.returncode == 1
    assert "PC401" in done.stdout
