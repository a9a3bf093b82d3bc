"""What of a log counts, and what is said of what does not: `traffic`, `check --traffic` and `diff --traffic` alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_traffic import CHAT, CONFIG, TUNED, log, read, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    routes = '  "GET /weather/:city":\n    upstream: openai\n    price: "$0.01"\n'
    (tmp_path / "tollbooth.yaml").write_text(CONFIG + routes, encoding="utf-8")
    return tmp_path


def test_a_route_is_that_of_the_config_whatever_the_log_calls_it(pricecheck: Run, folder: Path) -> None:
    log(folder, {"method": "get", "path": "/weather/berlin?x=1"}, {"route": "GET /weather/rome"}, record("gpt-4o"))
    found = read(pricecheck, folder, "prod.jsonl", "--route", "GET /weather/:city")
    assert (found["summary"]["requests"], found["lines"]["filtered"]) == (2, 1)
    assert [line["route"] for line in found["routes"]] == ["GET /weather/:city"]


def test_a_route_that_neither_config_nor_log_has_is_a_mistake(pricecheck: Run, folder: Path) -> None:
    log(folder, record("gpt-4o"), {"route": "POST /old"})
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--route", "POST /v1/chat/completion", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    said = "--route 'POST /v1/chat/completion': neither the config nor the log has such a route"
    assert done.stderr == f"pricecheck: {said} (did you mean {CHAT}?)\n"
    assert read(pricecheck, folder, "prod.jsonl", "--route", "POST /old")["summary"]["requests"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "2026-12-01", "--until", "2026-11-01"], "--since 2026-12-01 is not before --until 2026-11-01"),
        (["ids.txt", "--since", "2026-11-01"], "--since, --until: ids.txt is a list of model IDs, without times"),
    ],
)
def test_what_can_not_be_asked_for_is_said(pricecheck: Run, folder: Path, arguments: list[str], said: str) -> None:
    log(folder, record("gpt-4o"))
    log(folder, "gpt-4o", name="ids.txt")
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", *arguments, cwd=folder)
    assert (done.returncode, done.stderr) == (2, f"pricecheck: {said}\n")


def test_a_check_without_a_request_to_judge_by_is_not_green(pricecheck: Run, folder: Path) -> None:
    log(folder, {"timestamp": "2026-11-20", "route": None, "requested_model": None, "pricing_source": "x"})
    for name in ("prod.jsonl", "empty"):
        (folder / "empty").touch()
        done = pricecheck("check", "tollbooth.yaml", "--traffic", name, cwd=folder)
        said = f"pricecheck: --traffic: no request is in {name}: nothing to judge by"
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def test_a_check_by_a_log_that_names_no_model_is_not_green(pricecheck: Run, folder: Path) -> None:
    log(folder, {"route": CHAT, "requested_model": "gpt-4o"})
    (folder / "pricecheck.toml").write_text('[traffic.fields]\nrequested_model = "mdl"\n', encoding="utf-8")
    command = ("check", "tollbooth.yaml", "--traffic", "prod.jsonl")
    done = pricecheck(*command, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    said = "prod.jsonl never says the model (mdl) on token-based routes: nothing to judge by for PC501, PC502, PC503,"
    assert said in done.stderr
    done = pricecheck(*command, "--select", "PC503,PC506", cwd=folder)
    assert "nothing to judge by for PC503;" in done.stderr
    assert done.stderr.endswith("or leave these rules out: --ignore PC503\n")
    assert pricecheck(*command, "--ignore", "PC501,PC502,PC503,PC504,PC505", cwd=folder).returncode == 0


def test_a_check_needs_no_models_where_they_decide_nothing(pricecheck: Run, folder: Path) -> None:
    log(folder, {"route": "GET /weather/rome", "requested_model": None})
    done = pricecheck("check", "tollbooth.yaml", "--select", "PC5", "--traffic", "prod.jsonl", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_more_bad_lines_can_be_put_up_with_wherever_a_log_is_read(pricecheck: Run, folder: Path) -> None:
    log(folder, *[record("gpt-4o")] * 8, "broken", "broken")
    (folder / "new.yaml").write_text(CONFIG.replace("0.04", "0.041"), encoding="utf-8")
    commands = [
        ["traffic", "tollbooth.yaml", "prod.jsonl"],
        ["check", "tollbooth.yaml", "--select", "PC503", "--traffic", "prod.jsonl"],
        ["diff", "tollbooth.yaml", "new.yaml", "--traffic", "prod.jsonl"],
    ]
    for command in commands:
        refused = pricecheck(*command, cwd=folder)
        assert refused.returncode == 2
        assert "2 of 10 lines are no records (20.00 %, more than the 1 % of --max-bad)" in refused.stderr
        assert pricecheck(*command, "--max-bad", "20%", cwd=folder).returncode == 0


def test_what_could_not_be_read_is_said(pricecheck: Run, folder: Path) -> None:
    log(folder, record("gpt-4o", "0,05", at="yesterday"), record("gpt-4o", "$0.05"), {"timestamp": "2026-11-20"})
    found = read(pricecheck, folder, "prod.jsonl")
    assert {name: found["lines"][name] for name in ("read", "bad", "other", "undated", "unpriced")} == {
        "read": 3,
        "bad": 0,
        "other": 1,
        "undated": 1,
        "unpriced": 1,
    }
    text = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", cwd=folder).stdout
    assert "  1 line with a time that can't be read, which --since and --until leave out\n" in text
    assert "  1 request with a logged price that can't be read\n" in text


def test_made_up_models_can_not_hide_a_rate(pricecheck: Run, folder: Path) -> None:
    lines = ["gpt-4o"] * 3 + [f"made-up-{number}" for number in range(150_000)] + ["gpt-4.1"]
    log(folder, *(json.dumps({"route": CHAT, "requested_model": line}) for line in lines))
    found = read(pricecheck, folder, "prod.jsonl")
    assert found["summary"]["requests"] == len(lines)
    assert found["summary"]["unmapped"] == 150_000
    assert {line["model"] for line in found["models"]} >= {"gpt-4o", "gpt-4.1"}
    done = pricecheck("check", "tollbooth.yaml", "--select", "PC503", "--traffic", "prod.jsonl", cwd=folder)
    assert done.returncode == 1
    assert "99.997 % of the requests for models name a model that no line of `models` prices" in done.stdout
    assert "rare groups of lines with 50,002 requests are counted together" in done.stderr


def test_a_fragment_is_enough(pricecheck: Run, folder: Path) -> None:
    fragment = CONFIG[CONFIG.index("routes:") :]
    (folder / "tollbooth.yaml").write_text(fragment, encoding="utf-8")
    log(folder, *[record(TUNED)] * 3)
    assert pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", cwd=folder).returncode == 2
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--partial", "--fix", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "tollbooth.yaml").read_text(encoding="utf-8") == fragment.replace(
        '"$0.04"\n', f'"$0.04"\n      "{TUNED}": "$0.075"\n'
    )


def test_the_line_to_write_is_yaml_whatever_is_in_the_name(pricecheck: Run, folder: Path) -> None:
    log(folder, *[record('ft:gpt-4o:a"b::2')] * 3)
    done = pricecheck("check", "tollbooth.yaml", "--select", "PC501", "--traffic", "prod.jsonl", cwd=folder)
    assert r'help: write `"ft:gpt-4o:a\"b::2": "$0.075"` into `models`' in done.stdout


def test_a_log_without_times_has_no_part_since_when(pricecheck: Run, folder: Path) -> None:
    log(folder, {"route": CHAT, "requested_model": "gpt-4o", "when": "2026-11-20"})
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--since", "2026-11-15", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no line of the log has a time that can be read ('timestamp'); name the field" in done.stderr


def test_a_summed_up_table_has_days_and_counts(pricecheck: Run, folder: Path) -> None:
    lines = [
        "day,route,model,count",
        f"2026-11-14,{CHAT},gpt-4o,40",
        f"2026-11-15,{CHAT},gpt-4o,50",
        f"2026-11-16,{CHAT},x,2",
    ]
    log(folder, *lines, name="sums.csv")
    found = read(pricecheck, folder, "sums.csv", "--since", "2026-11-15")
    assert {line["model"]: line["requests"] for line in found["models"]} == {"gpt-4o": 50, "x": 2}
    assert (found["sample"]["since"], found["lines"]["filtered"]) == ("2026-11-15T00:00:00Z", 40)


def test_a_flag_for_another_engine_is_refused(pricecheck: Run, folder: Path) -> None:
    log(folder, record("gpt-4o"))
    done = pricecheck("traffic", "tollbooth.yaml", "prod.jsonl", "--master", "yarn", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "pricecheck: --master is for --engine spark\n")


def test_a_page_is_no_list_of_models(pricecheck: Run, folder: Path) -> None:
    log(folder, "<html>", "</html>", name="page")
    done = pricecheck("traffic", "tollbooth.yaml", "page", cwd=folder)
    assert done.returncode == 2
    assert "is no log that pricecheck reads" in done.stderr


@pytest.mark.parametrize("command", [("check", "tollbooth.yaml"), ("diff", "tollbooth.yaml", "tollbooth.yaml")])
def test_a_share_of_bad_lines_is_about_a_log(pricecheck: Run, folder: Path, command: tuple[str, ...]) -> None:
    done = pricecheck(*command, "--max-bad", "5%", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pricecheck: --max-bad is about the lines of a log: give --traffic too\n"


NAMELESS = {"route": CHAT, "requested_model": None}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([NAMELESS, {"route": "GET /weather/rome", "requested_model": "gpt-4o"}], "never says the model"),
        ([NAMELESS, NAMELESS, record("gpt-4o")], "of 2 of 3 requests does not say the model"),
        ([{"route": CHAT, "requested_model": ""}], "never says the model"),
        ([{"route": "POST /chat", "requested_model": "gpt-4o"}], "1 request in prod.jsonl, and none for a route of"),
        ([{"route": "GET /health"}], "and none for a route of this config"),
    ],
    ids=["named elsewhere", "mostly unnamed", "an empty name", "of another gateway", "built-in paths"],
)
def test_a_check_that_could_find_next_to_nothing_is_not_green(
    pricecheck: Run, folder: Path, lines: list[dict[str, object]], said: str
) -> None:
    log(folder, *lines)
    done = pricecheck("check", "tollbooth.yaml", "--traffic", "prod.jsonl", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_list_of_models_asked_for_by_nobody_is_nothing_to_judge_by(pricecheck: Run, folder: Path) -> None:
    (folder / "models.csv").write_text("model,count\ngpt-4o,0\n", encoding="utf-8")
    done = pricecheck("check", "tollbooth.yaml", "--traffic", "models.csv", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no request is in models.csv" in done.stderr
