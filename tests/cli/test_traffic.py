"""`traffic` and `check --traffic` as an analyst runs them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pricecheck.schema_files import schema_text
from tests.repositories import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

CHAT = "POST /v1/chat/completions"
CONFIG = f"""\
wallets: {{base: "0xabc"}}
accepts: [{{asset: USDC, network: base}}]
upstreams: {{openai: {{url: "https://api.openai.com"}}}}
routes:
  "{CHAT}":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05"
      gpt-4.1: "$0.04"
    fallback: "$0.05"
"""
TUNED = "ft:gpt-4o:acme::9wcAcylo"
EVIL = "evil\x1b]0;pwned\x07\x1b[31m\u202ename"


def record(model: str | None, price: str | None = None, at: str = "2026-11-20T09:00:00Z") -> dict[str, Any]:
    return {"timestamp": at, "route": CHAT, "requested_model": model, "resolved_price": price}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tollbooth.yaml").write_text(CONFIG, encoding="utf-8")
    log(tmp_path, *[record("gpt-4o", "$0.05")] * 6, *[record(TUNED, "$0.05")] * 3, record("gpt-4o-2024-08-06"))
    return tmp_path


def log(folder: Path, *records: dict[str, Any] | str, name: str = "prod.jsonl") -> None:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in records]
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read(pricecheck: Run, folder: Path, *arguments: str) -> dict[str, Any]:
    done = pricecheck("traffic", "tollbooth.yaml", *arguments, "--output-format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(schema_text("traffic"))).validate(found)
    return found


def test_the_json_is_the_contracts(pricecheck: Run, folder: Path) -> None:
    found = read(pricecheck, folder, "prod.jsonl")
    assert found["lines"]["read"] == 10
    assert [
        (one["model"], one["requests"], one["kind"], one["amount"], one["source"], one["base"], one["suggested"])
        for one in found["models"]
    ] == [
        (TUNED, 3, "fine-tune", "50000", "fallback", "gpt-4o", "$0.075"),
        ("gpt-4o-2024-08-06", 1, "snapshot", "50000", "fallback", "gpt-4o", "$0.05"),
        ("gpt-4o", 6, "mapped", "50000", "route.models", None, None),
    ]
    assert [one["effect"] for one in found["models"]] == ["0.075000", "0.000000", None]
    assert found["unused"] == [{"route": CHAT, "model": "gpt-4.1"}]
    summary = found["summary"]
    assert (summary["requests"], summary["unmapped_rate"], summary["fallback_rate"]) == (10, 0.4, 0.4)
    assert summary["limits"]["unmapped"] == {"text": "5%", "exceeded": True, "verdict": "over"}


def test_the_policy_beside_the_config_names_fields_and_factor(pricecheck: Run, folder: Path) -> None:
    policy = (
        '[traffic]\nfine-tune-factor = "2"\nmax-unmapped-rate = "40%"\n[traffic.fields]\nrequested_model = "m.id"\n'
    )
    (folder / "pricecheck.toml").write_text(policy, encoding="utf-8")
    log(folder, {"route": CHAT, "m": {"id": TUNED}})
    found = read(pricecheck, folder, "prod.jsonl")
    assert [(one["model"], one["suggested"]) for one in found["models"]] == [(TUNED, "$0.10")]
    isolated = read(pricecheck, folder, "prod.jsonl", "--isolated")
    assert isolated["models"] == []
    assert "model" in isolated["sample"]["missing"]


def test_text_for_a_terminal_has_a_sparkline_and_a_pipe_has_none(pricecheck: Run, folder: Path) -> None:
    days = [record(model, at=f"2026-11-{day:02}T09:00:00Z") for day in range(1, 9) for model in (TUNED, "gpt-4o")]
    log(folder, *days)
    colored = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--color", "always", cwd=folder).stdout
    assert "█" in colored
    assert "\x1b[1" in colored
    piped = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", cwd=folder).stdout
    assert "█" not in piped
    assert "\x1b" not in piped
    assert piped.index("Unmapped fine-tunes (1)") < piped.index("Mapped models (1)")


def test_several_formats_go_to_several_places(pricecheck: Run, folder: Path) -> None:
    formats = ("--output-format", "csv=out.csv", "--output-format", "markdown=out.md", "--output-format", "json")
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", *formats, cwd=folder)
    assert json.loads(done.stdout)["summary"]["requests"] == 10
    assert (folder / "out.csv").read_text(encoding="utf-8").startswith("route,model,requests")
    assert (folder / "out.md").read_text(encoding="utf-8").startswith("### pricecheck: tollbooth.yaml: 10 requests")


@pytest.mark.parametrize("name", ["text", "markdown", "csv", "json"])
def test_a_hostile_log_prints_harmlessly(pricecheck: Run, folder: Path, name: str) -> None:
    log(folder, record(EVIL), record("=1+1"), record("x" * 1_000_000), record("gpt-4o"))
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--output-format", name, cwd=folder)
    assert done.returncode == 0
    assert not [one for one in done.stdout + done.stderr if one != "\n" and not one.isprintable()]
    assert len(done.stdout) < 100_000


def test_a_list_of_models_needs_no_route(pricecheck: Run, folder: Path) -> None:
    (folder / "models.txt").write_text(f"gpt-4o\n{TUNED}\n{TUNED}\n", encoding="utf-8")
    found = read(pricecheck, folder, "models.txt")
    assert [(one["route"], one["model"], one["requests"]) for one in found["models"]] == [
        (CHAT, TUNED, 2),
        (CHAT, "gpt-4o", 1),
    ]
    assert any("the only route that prices by model" in note for note in found["notes"])


def test_the_log_may_come_from_standard_input(pricecheck: Run, folder: Path) -> None:
    data = (folder / "prod.jsonl").read_bytes()
    done = pricecheck("traffic", "tollbooth.yaml", "-", "--output-format", "json", stdin=data, cwd=folder)
    assert json.loads(done.stdout)["summary"]["requests"] == 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tollbooth.yaml", "nothing.jsonl"], "nothing.jsonl"),
        (["nothing.yaml", "prod.jsonl"], "nothing.yaml"),
        (["broken.yaml", "prod.jsonl"], "the gateway would not start"),
        (["tollbooth.yaml", "bad.jsonl"], "is no record"),
        (["tollbooth.yaml", "prod.jsonl", "--max-bad", "lots"], "--max-bad"),
        (["tollbooth.yaml", "prod.jsonl", "--engine", "abacus"], "duckdb, spark"),
        (["tollbooth.yaml", "prod.jsonl", "--output-format", "xml"], "text, json, markdown, csv"),
        (["tollbooth.yaml", "prod.jsonl", "--policy", "nothing.toml"], "nothing.toml"),
        (["tollbooth.yaml", "prod.jsonl", "--since", "yesterday"], "yesterday"),
        (["-", "-"], "standard input"),
        (["tollbooth.yaml", "prod.jsonl", "--dry-run"], "go with --fix"),
        (["tollbooth.yaml", "prod.jsonl", "--only", "ft:*"], "go with --fix"),
        (["tollbooth.yaml", "prod.jsonl", "--fix", "--output-format", "json"], "--output-format"),
        (["-", "prod.jsonl", "--fix"], "name a file"),
        (["tollbooth.yaml", "prod.jsonl", "--fix", "--min-requests", "0"], "at least 1"),
    ],
)
def test_what_can_not_be_done_is_exit_2_and_one_line(
    pricecheck: Run, folder: Path, arguments: list[str], words: str
) -> None:
    (folder / "broken.yaml").write_text("routes: []\n", encoding="utf-8")
    log(folder, record("gpt-4o"), "{broken", name="bad.jsonl")
    done = pricecheck("traffic", *arguments, stdin=b"", cwd=folder)
    assert done.returncode == 2, done.stdout
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (folder / "tollbooth.yaml").read_text(encoding="utf-8") == CONFIG


def test_fix_writes_the_suggestions_and_a_second_run_finds_them(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", "--comment", cwd=folder)
    assert done.returncode == 0
    assert done.stderr.splitlines()[1:] == ["tollbooth.yaml: wrote 2 lines"]
    assert done.stdout.splitlines() == [
        f"{CHAT}: `{TUNED}` $0.075 (1.5 x $0.05 of `gpt-4o`; 3 requests; until now $0.05)",
        f"{CHAT}: `gpt-4o-2024-08-06` $0.05 ($0.05 of `gpt-4o`; 1 request; until now $0.05)",
    ]
    text = (folder / "tollbooth.yaml").read_text(encoding="utf-8")
    assert f'      "{TUNED}": "$0.075" # prod.jsonl, 2026-11-20\n' in text
    found = read(pricecheck, folder, "prod.jsonl")
    assert [one["kind"] for one in found["models"]] == ["mapped"] * 3
    again = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", cwd=folder)
    assert again.stderr == "tollbooth.yaml: wrote 0 lines\n"
    assert (folder / "tollbooth.yaml").read_text(encoding="utf-8") == text


def test_a_line_that_moves_a_price_beyond_the_bounds_is_written_and_said(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", cwd=folder)
    warning, summary = done.stderr.splitlines()
    assert warning.startswith(f"{CHAT}: `{TUNED}` $0.05 → $0.075 (+50.00 %) is beyond the policy's bounds; ")
    assert warning.endswith("`check --against` will call it PC409")
    assert summary == "tollbooth.yaml: wrote 2 lines"
    (folder / "old.yaml").write_text(CONFIG, encoding="utf-8")
    git(folder, "init", "-q")
    for text, step in ((CONFIG, "old"), ((folder / "tollbooth.yaml").read_text(encoding="utf-8"), "new")):
        (folder / "tollbooth.yaml").write_text(text, encoding="utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", step)
    checked = pricecheck("check", "tollbooth.yaml", "--against", "HEAD~1", "--output-format", "concise", cwd=folder)
    assert [line.split()[1] for line in checked.stdout.splitlines() if "PC4" in line] == ["PC409[first-mapped]"]
    (folder / "tollbooth.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "pricecheck.toml").write_text('[bounds]\nmax-increase = "50%"\n', encoding="utf-8")
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", cwd=folder)
    assert done.stderr == "tollbooth.yaml: wrote 2 lines\n"


def test_a_comment_without_times_says_when_the_log_was_read(pricecheck: Run, folder: Path) -> None:
    log(folder, {"route": CHAT, "requested_model": TUNED})
    pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", "--comment", cwd=folder)
    assert re.search(r'"\$0\.075" # prod\.jsonl, read 20\d\d-\d\d-\d\d\n', (folder / "tollbooth.yaml").read_text())


def test_suggestions_for_a_path_of_two_routes_are_not_written_and_said_to_be_so(pricecheck: Run, folder: Path) -> None:
    second = CONFIG[CONFIG.index(f'  "{CHAT}"') :].replace("POST", "PUT")
    (folder / "tollbooth.yaml").write_text(CONFIG + second, encoding="utf-8")
    log(folder, {"route": CHAT.removeprefix("POST "), "requested_model": TUNED})
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    reason, summary = done.stderr.splitlines()
    assert reason.startswith(
        f"/v1/chat/completions: `{TUNED}` not written: the log does not say which route it is of: "
    )
    assert reason.endswith(": POST /v1/chat/completions, PUT /v1/chat/completions")
    assert summary == "tollbooth.yaml: wrote 0 of 1 suggested line"
    assert (folder / "tollbooth.yaml").read_text(encoding="utf-8") == CONFIG + second


def test_a_dry_run_prints_a_patch_and_writes_nothing(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", "--dry-run", cwd=folder)
    assert done.stdout.startswith("--- tollbooth.yaml\n+++ tollbooth.yaml\n")
    assert f'\n+      "{TUNED}": "$0.075"\n' in done.stdout
    assert done.stderr.endswith("tollbooth.yaml: would write 2 lines\n")
    assert (folder / "tollbooth.yaml").read_text(encoding="utf-8") == CONFIG


@pytest.mark.parametrize(("arguments", "lines"), [(["--only", "ft:*"], 1), (["--min-requests", "2"], 1)])
def test_only_some_lines_may_be_asked_for(pricecheck: Run, folder: Path, arguments: list[str], lines: int) -> None:
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", *arguments, cwd=folder)
    assert len(done.stdout.splitlines()) == lines
    assert TUNED in (folder / "tollbooth.yaml").read_text(encoding="utf-8")


def test_what_is_left_out_is_said(pricecheck: Run, folder: Path) -> None:
    (folder / "pricecheck.toml").write_text('[models]\ndeny = ["ft:*"]\n', encoding="utf-8")
    log(folder, record(TUNED), record("openai/gpt-4o\n"), record("gpt-4o"))
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--fix", cwd=folder)
    assert done.stderr.splitlines() == [
        f"{CHAT}: `{TUNED}` not written: the policy denies it (`ft:*`)",
        "tollbooth.yaml: wrote 0 lines",
    ]


def checked(pricecheck: Run, folder: Path, *arguments: str) -> tuple[int, list[tuple[str, str, int]]]:
    done = pricecheck(
        "check", "tollbooth.yaml", "--traffic", "prod.jsonl", *arguments, "--output-format", "json", cwd=folder
    )
    found = json.loads(done.stdout)["findings"] if done.stdout else []
    return done.returncode, [(one["rule"], one["severity"], one["start"]["line"]) for one in found]


def test_check_holds_the_config_against_the_log(pricecheck: Run, folder: Path) -> None:
    assert checked(pricecheck, folder, "--select", "PC5") == (
        1,
        [
            ("PC501", "warning", 8),
            ("PC502", "warning", 8),
            ("PC503", "error", 8),
            ("PC504", "info", 10),
            ("PC503", "error", 11),
        ],
    )
    assert pricecheck("check", "tollbooth.yaml", "--select", "PC5", cwd=folder).returncode == 0


def test_the_limits_of_the_policy_decide_about_the_rates(pricecheck: Run, folder: Path) -> None:
    limits = '[traffic]\nmax-unmapped-rate = "40%"\nmax-fallback-rate = "39.9%"\n'
    (folder / "pricecheck.toml").write_text(limits, encoding="utf-8")
    assert checked(pricecheck, folder, "--select", "PC503") == (1, [("PC503", "error", 11)])


def test_an_ignore_for_traffic_is_not_unused_without_a_log(pricecheck: Run, folder: Path) -> None:
    ignoring = CONFIG.replace('gpt-4.1: "$0.04"', 'gpt-4.1: "$0.04" # pricecheck: ignore[PC504] asked for in December')
    (folder / "tollbooth.yaml").write_text(ignoring, encoding="utf-8")
    assert pricecheck("check", "tollbooth.yaml", "--select", "PC504,PC901", cwd=folder).stdout.startswith("All clear")
    assert checked(pricecheck, folder, "--select", "PC504,PC901") == (0, [])


def test_a_log_that_can_not_be_read_is_exit_2(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("check", "tollbooth.yaml", "--traffic", "nothing.jsonl", "--exit-zero", cwd=folder)
    assert done.returncode == 2
    assert "nothing.jsonl" in done.stderr


def test_a_log_is_held_against_one_config(pricecheck: Run, folder: Path) -> None:
    (folder / "eu").mkdir()
    (folder / "eu" / "tollbooth.yaml").write_text(CONFIG, encoding="utf-8")
    done = pricecheck("check", "--traffic", "prod.jsonl", cwd=folder)
    assert done.returncode == 2
    assert "there are 2 configs" in done.stderr


def test_diff_states_the_effect_on_revenue_the_largest_first(pricecheck: Run, folder: Path) -> None:
    dearer = CONFIG.replace('gpt-4o: "$0.05"', 'gpt-4o: "$0.055"').replace('gpt-4.1: "$0.04"', 'gpt-4.1: "$0.044"')
    (folder / "new.yaml").write_text(dearer.replace('fallback: "$0.05"', 'fallback: "$0.046"'), encoding="utf-8")
    arguments = ("diff", "tollbooth.yaml", "new.yaml", "--traffic", "prod.jsonl")
    done = pricecheck(*arguments, "--output-format", "json", cwd=folder)
    found = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(schema_text("diff"))).validate(found)
    assert [(one["selector"], one["requests"], one["effect"]) for one in found["changes"]] == [
        ("model:gpt-4o", 6, "0.030000"),
        ("other", 4, "-0.016000"),
        ("model:gpt-4.1", 0, "0.000000"),
    ]
    assert (found["traffic"]["before"], found["traffic"]["effect"]) == ("0.500000", "0.014000")
    text = pricecheck(*arguments, cwd=folder).stdout
    assert "at prod.jsonl (10 requests): $0.50 → $0.514, +$0.014 (+2.80 %)" in text
    assert "+$0.03" in text
    markdown = pricecheck(*arguments, "--output-format", "markdown", cwd=folder).stdout
    assert "| requests | effect |" in markdown
    plain = pricecheck("diff", "tollbooth.yaml", "new.yaml", "--output-format", "json", cwd=folder)
    assert "requests" not in json.loads(plain.stdout)["changes"][0]


def test_diff_says_where_a_log_can_not_tell(pricecheck: Run, folder: Path) -> None:
    (folder / "new.yaml").write_text(CONFIG.replace('gpt-4o: "$0.05"', 'gpt-4o: "$0.06"'), encoding="utf-8")
    line = {"timestamp": "2026-11-20T09:00:00.000Z", "level": "info"}
    request = {**line, "msg": "request", "method": "POST", "path": CHAT[5:], "route": CHAT, "price": "$0.05"}
    resolution = {**line, "msg": "openai_price_resolved", "model": "gpt-4o", "source": "route.models"}
    log(folder, *[request] * 40, name="info.jsonl")
    log(folder, *[{**resolution, "timestamp": "2026-11-25T09:00:00.000Z"}] * 7, name="debug.jsonl")
    arguments = ("diff", "tollbooth.yaml", "new.yaml", "--traffic", "info.jsonl")
    text = pricecheck(*arguments, cwd=folder).stdout
    assert "at info.jsonl: 40 requests, of which the effect can't be told" in text
    assert "+20.00 % OVER +15%        ?      ?" in text
    both = pricecheck(*arguments, "--traffic", "debug.jsonl", "--output-format", "json", cwd=folder)
    found = json.loads(both.stdout)
    jsonschema.Draft202012Validator(json.loads(schema_text("diff"))).validate(found)
    assert [(one["requests"], one["effect"]) for one in found["changes"]] == [(None, None)]
    assert (found["traffic"]["requests"], found["traffic"]["undecided"]) == (7, 40)
    assert any("40 requests of token-based routes are more than" in note for note in found["traffic"]["notes"])
    markdown = pricecheck(*arguments, "--output-format", "markdown", cwd=folder).stdout
    assert "| ? | ? |" in markdown


def test_diff_with_a_log_that_can_not_be_read_is_exit_2(pricecheck: Run, folder: Path) -> None:
    done = pricecheck("diff", "tollbooth.yaml", "tollbooth.yaml", "--traffic", "nothing.jsonl", cwd=folder)
    assert done.returncode == 2
    assert "nothing.jsonl" in done.stderr


def test_a_fine_tune_is_known_by_its_name_where_no_route_asks_for_models(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "tollbooth.yaml").write_text(
        'wallets: {base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"}\naccepts: [{asset: USDC, network: base}]\n'
        'upstreams: {x: {url: "https://x.example"}}\nroutes: {"GET /a": {upstream: x, price: "$0.10"}}\n',
        encoding="utf-8",
    )
    (tmp_path / "models.txt").write_text("ft:gpt-4o-mini:acme::abc\nsomething\n", encoding="utf-8")
    done = pricecheck("traffic", "tollbooth.yaml", "models.txt", "--output-format", "json")
    kinds = {model["model"]: model["kind"] for model in json.loads(done.stdout)["models"]}
    assert kinds == {"ft:gpt-4o-mini:acme::abc": "fine-tune", "something": "unknown"}
