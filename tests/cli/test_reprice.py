"""`pricecheck reprice` as an operator runs it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

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
      gpt-4o: "$0.05" # dear
      gpt-4o-mini: "$0.005"
    fallback: "$0.05"
"""
POLICY = '[[family]]\nname = "mini"\nmodels = ["gpt-4o-mini*"]\nfloor = "$0.005"\nceiling = "$0.0052"\n'
WHO = ("--approver", "me@example.com")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "pricecheck.toml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def text(folder: Path) -> str:
    return (folder / "t.yaml").read_text(encoding="utf-8")


def test_a_price_is_written_and_the_effective_diff_shown(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("reprice", "t.yaml", "--set", "POST /c#model:gpt-4o=$0.0575", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert text(folder) == CONFIG.replace('"$0.05" #', '"$0.0575" #')
    assert done.stdout.startswith("1 raised; none over bound")
    assert "+15.00 %" in done.stdout


def test_beyond_the_bounds_nothing_is_written_and_the_largest_step_is_named(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("reprice", "t.yaml", "--set", "POST /c#model:gpt-4o=$0.0576", cwd=folder)
    assert done.returncode == 1
    assert "is +15.20 %, beyond +15%: $0.0575 is as far as one deploy may go" in done.stderr
    assert text(folder) == CONFIG


def test_a_floor_is_kept_unless_somebody_answers_for_it(pricecheck: Run, folder: Path) -> None:
    order = ("--set", "POST /c#model:gpt-4o-mini=$0.0046")
    done = pricecheck("reprice", "t.yaml", *order, cwd=folder)
    assert done.returncode == 1
    assert "below the floor of family 'mini', $0.005" in done.stderr
    assert text(folder) == CONFIG
    done = pricecheck("reprice", "t.yaml", *order, "--beyond-bounds", "a sale", *WHO, cwd=folder)
    assert done.returncode == 0, done.stderr
    entry = tomllib.loads((folder / "pricecheck.approvals.toml").read_text(encoding="utf-8"))["approval"][0]
    assert (entry["rule"], entry["file"], entry["new"], entry["reason"]) == ("PC303", "t.yaml", "4600", "a sale")
    assert "PC303" not in pricecheck("check", "t.yaml", "--select", "PC3", cwd=folder).stdout


def test_scaling_is_held_at_floor_and_ceiling(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("reprice", "t.yaml", "--scale", "+10%", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert 'gpt-4o-mini: "$0.0052"' in text(folder)
    assert 'gpt-4o: "$0.055" # dear' in text(folder)
    assert 'fallback: "$0.055"' in text(folder)


def test_scaling_one_family_or_some_models(pricecheck: Run, folder: Path) -> None:
    pricecheck("reprice", "t.yaml", "--scale", "+2%", "--family", "mini", cwd=folder)
    assert text(folder) == CONFIG.replace("$0.005", "$0.0051")
    pricecheck("reprice", "t.yaml", "--scale", "-5%", "--models", "gpt-4o", cwd=folder)
    assert text(folder) == CONFIG.replace("$0.005", "$0.0051").replace('"$0.05" #', '"$0.0475" #')


def test_a_step_towards_a_target_with_its_schedule(pricecheck: Run, folder: Path) -> None:
    (folder / "target.yaml").write_text(
        CONFIG.replace('gpt-4o: "$0.05"', 'gpt-4o: "$0.08"').replace(
            "    fallback", '      o1: "$0.0575"\n    fallback'
        ),
        encoding="utf-8",
    )
    done = pricecheck("reprice", "t.yaml", "--toward", "target.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "POST /c#model:gpt-4o: $0.05 → $0.0575 → $0.0661 → $0.076 → $0.08 (3 more deploys)" in done.stderr
    assert 'gpt-4o: "$0.0575" # dear' in text(folder)
    assert '      o1: "$0.0575"\n' in text(folder)


def test_a_dry_run_prints_and_writes_nothing(pricecheck: Run, folder: Path) -> None:
    done = pricecheck(
        "reprice",
        "t.yaml",
        "--rename-model",
        "gpt-4o=gpt-4o-2024-08-06",
        "--dry-run",
        *WHO,
        "--beyond-bounds",
        "x",
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    assert '-      gpt-4o: "$0.05" # dear\n+      gpt-4o-2024-08-06: "$0.05" # dear\n' in done.stdout
    assert text(folder) == CONFIG
    assert not (folder / "pricecheck.approvals.toml").exists()


def test_a_dry_run_beyond_the_bounds_says_what_would_be_recorded(pricecheck: Run, folder: Path) -> None:
    order = ("--set", "POST /c#model:gpt-4o=$0.08", "--beyond-bounds", "new contract", *WHO, "--expires", "never")
    done = pricecheck("reprice", "t.yaml", *order, "--dry-run", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        "would be recorded in pricecheck.approvals.toml: POST /c#model:gpt-4o: $0.05 → $0.08, +60.00 % (PC401),"
        " without end, by me@example.com\n"
    )
    assert text(folder) == CONFIG
    assert not (folder / "pricecheck.approvals.toml").exists()


def test_where_the_approval_cannot_be_written_the_price_is_not_either(pricecheck: Run, folder: Path) -> None:
    approvals = folder / "pricecheck.approvals.toml"
    approvals.write_text("[[approval]]\nrule = 1\n", encoding="utf-8")
    order = ("--set", "POST /c#model:gpt-4o=$0.08", "--beyond-bounds", "new contract", *WHO)
    done = pricecheck("reprice", "t.yaml", *order, cwd=folder)
    assert done.returncode == 2
    assert text(folder) == CONFIG
    assert approvals.read_text(encoding="utf-8") == "[[approval]]\nrule = 1\n"


def test_what_stays_is_said_once_a_reason(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("reprice", "t.yaml", "--scale", "+0.01%", "--isolated", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        "left as it is: POST /c#model:gpt-4o, POST /c#model:gpt-4o-mini, POST /c#fallback: a limit holds it, or the"
        " step is too small for so few digits (--digits)\nnothing to change\n"
    )


def test_models_and_family_together_choose_what_is_of_both(pricecheck: Run, folder: Path) -> None:
    order = ("reprice", "t.yaml", "--scale", "+2%", "--family", "mini")
    done = pricecheck(*order, "--models", "gpt-4o", cwd=folder)
    assert done.returncode == 2
    assert "no price is for a model of --models gpt-4o, --family mini" in done.stderr
    pricecheck(*order, "--models", "gpt-4o*", cwd=folder)
    assert text(folder) == CONFIG.replace("$0.005", "$0.0051")


def test_a_refusal_names_the_line_that_was_ordered(pricecheck: Run, folder: Path) -> None:
    for selector in ("fallback", "other"):
        done = pricecheck("reprice", "t.yaml", "--set", f"POST /c#{selector}=$0.10", cwd=folder)
        assert done.returncode == 1
        assert "refused: POST /c#fallback from $0.05 to $0.10 is +100.00 %" in done.stderr
        assert "#other" not in done.stderr


def test_a_model_becoming_free_is_refused_in_so_many_words(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("reprice", "t.yaml", "--set", "POST /c#fallback=$0.00", cwd=folder)
    assert done.returncode == 1
    assert "refused: POST /c#fallback would become free\n" in done.stderr
    assert text(folder) == CONFIG


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to change"),
        (["--set", "POST /c#model:gpt-4o=$5"], "$5: the gateway reads a price without a point as smallest units"),
        (["--set", "POST /c#model:gpt-4o=five"], "'five' is no price"),
        (["--set", "POST /c#model:gpt-4o"], "write ROUTE#SELECTOR=PRICE"),
        (["--set", "POST /c=$0.05"], "write ROUTE#SELECTOR"),
        (["--scale", "5%"], "write a sign and a percentage"),
        (["--scale", "+20%"], "beyond the bounds of one deploy, +15% is the largest"),
        (["--scale", "+5%", "--family", "minni"], "the policy has no such family (did you mean mini?)"),
        (["--models", "a", "--remove", "POST /c#fallback"], "--models and --family go with --scale"),
        (["--toward", "gone.yaml"], "gone.yaml"),
        (
            ["--set", "POST /c#model:gpt-4o=$0.051", "--remove", "POST /c#model:gpt-4o"],
            "two orders change the same place",
        ),
        (["--set", "POST /c#model:gpt-4o=$0.051", "--digits", "0"], "--digits 0: from 1 to 18"),
    ],
)
def test_what_cannot_be_done_is_exit_2_and_one_line(
    pricecheck: Run, folder: Path, arguments: list[str], said: str
) -> None:
    done = pricecheck("reprice", "t.yaml", *arguments, cwd=folder)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert said in done.stderr
    assert text(folder) == CONFIG


def test_a_config_the_gateway_refuses_is_not_touched(pricecheck: Run, folder: Path) -> None:
    (folder / "t.yaml").write_text(CONFIG.replace('"$0.05" #', "0.05 #"), encoding="utf-8")
    done = pricecheck("reprice", "t.yaml", "--scale", "+5%", cwd=folder)
    assert done.returncode == 2
    assert "t.yaml:9:15: the gateway would not start" in done.stderr


@pytest.mark.parametrize("slip", ["gpt-4o-mni", "GPT-4o", "gtp-4o"])
def test_a_name_that_nearly_is_a_listed_one_is_a_slip(pricecheck: Run, folder: Path, slip: str) -> None:
    order = ("--set", f"POST /c#model:{slip}=$0.02")
    done = pricecheck("reprice", "t.yaml", *order, cwd=folder)
    assert done.returncode == 2
    meant = "gpt-4o-mini" if "m" in slip else "gpt-4o"
    assert f"POST /c#model:{slip} is not there; did you mean `{meant}`" in done.stderr
    assert "--add adds it all the same" in done.stderr
    assert text(folder) == CONFIG
    done = pricecheck("reprice", "t.yaml", *order, "--add", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert f"POST /c#model:{slip} is added; until now `fallback` charged $0.05" in done.stderr
    assert f'{slip}: "$0.02"' in text(folder)


def test_an_added_model_is_held_to_what_charged_it_until_now(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("reprice", "t.yaml", "--set", "POST /c#model:qwen=$0.06", "--dry-run", cwd=folder)
    assert done.returncode == 0
    assert done.stderr == (
        "POST /c#model:qwen would be added; until now `fallback` charged $0.05\n"
        "POST /c#model:qwen $0.05 → $0.06 (+20.00 %) is beyond the policy's bounds; "
        "`check --against` will call it PC409\n"
    )
    done = pricecheck("reprice", "t.yaml", "--set", "POST /c#model:o1=$0.06", cwd=folder)
    assert done.stderr == "POST /c#model:o1 is added; what it is charged stays the same\n"
    (folder / "pricecheck.toml").write_text('[bounds]\nadditions = "enforce"\n', encoding="utf-8")
    done = pricecheck("reprice", "t.yaml", "--set", "POST /c#model:qwen=$0.06", cwd=folder)
    assert done.returncode == 1
    assert "refused: POST /c#model:qwen from $0.05 to $0.06 is +20.00 %, beyond +15%" in done.stderr
    beyond = ("--beyond-bounds", "a new contract", *WHO)
    done = pricecheck("reprice", "t.yaml", "--set", "POST /c#model:qwen=$0.06", *beyond, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "POST /c#model:qwen: $0.05 → $0.06, +20.00 % (PC409)" in done.stderr
    assert "will call it" not in done.stderr
