import inspect
import json
import os
import shutil
from pathlib import Path

import pytest

from pricecheck.cli.check import command
from pricecheck.cli.jobs.check import CheckArguments
from tests.conftest import Run

FIXTURES = Path(__file__).parents[2] / "fixtures"
CLEAN, BROKEN = str(FIXTURES / "clean.yaml"), str(FIXTURES / "broken.yaml")


def test_a_clean_config_is_exit_0(pricecheck: Run) -> None:
    done = pricecheck("check", CLEAN)
    assert (done.returncode, done.stdout, done.stderr) == (0, "All clear: 1 file checked.\n", "")


def test_a_broken_config_is_exit_1_with_file_line_and_column(pricecheck: Run) -> None:
    done = pricecheck("check", BROKEN, "--output-format", "concise")
    assert done.returncode == 1
    assert f"{BROKEN}:8:10: PC011[wrong-type]" in done.stdout
    assert f"{BROKEN}:14:10: PC012[invalid-value]" in done.stdout


def test_the_defaults_of_the_command_and_of_the_arguments_are_the_same() -> None:
    parameters = inspect.signature(command).parameters
    assert set(parameters) == set(CheckArguments._fields)
    for name, default in CheckArguments._field_defaults.items():
        typed = parameters[name].default
        assert typed == default or (typed is None and default == ())


def test_with_and_without_the_argument_parser_the_answer_is_the_same(pricecheck: Run) -> None:
    for path in (CLEAN, BROKEN, "missing.yaml"):
        plain, parsed = pricecheck("check", path), pricecheck("check", "--color=auto", path)
        assert (plain.returncode, plain.stdout, plain.stderr) == (parsed.returncode, parsed.stdout, parsed.stderr)


def test_exit_zero_hides_findings_but_never_a_2(pricecheck: Run) -> None:
    assert pricecheck("check", BROKEN, "--exit-zero").returncode == 0
    assert pricecheck("check", BROKEN, "missing.yaml", "--exit-zero").returncode == 2


def test_several_formats_at_once(pricecheck: Run, tmp_path: Path) -> None:
    done = pricecheck(
        "check",
        BROKEN,
        "--output-format",
        "concise",
        "--output-format",
        "json=out.json",
        "--output-format=sarif=o.sarif",
    )
    assert done.returncode == 1
    assert "PC011" in done.stdout
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["findings"]
    assert len(found) == len(json.loads((tmp_path / "o.sarif").read_text(encoding="utf-8"))["runs"][0]["results"])
    assert {item["rule"] for item in found} >= {"PC011", "PC012", "PC015"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--select", "PC999"], "no rule matches 'PC999'"),
        (["--ignore", "PC0"], "PC0 can't be ignored"),
        (["--fail-on", "fatal"], "--fail-on 'fatal': choose from error, warning, info"),
        (["--output-format", "xml"], "--output-format 'xml'"),
        (["--color", "maybe"], "--color 'maybe'"),
        (["--gateway-version", "9.9.9"], "--gateway-version '9.9.9'"),
        (["--env-file", "missing.env"], "missing.env: no such file"),
        (["--output-format", "json=no/such/folder.json"], "no/such/folder.json"),
        (["--no-such-flag"], "No such option"),
    ],
)
def test_what_cant_be_done_is_exit_2_and_one_line(pricecheck: Run, arguments: list[str], words: str) -> None:
    done = pricecheck("check", CLEAN, *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_standard_input_is_named_as_told(pricecheck: Run) -> None:
    done = pricecheck("check", "-", "--stdin-filename", "conf/tollbooth.json", stdin=b'{"wallets": 1,}')
    assert done.returncode == 1
    assert done.stdout.startswith("conf/tollbooth.json:1:14: PC001[yaml-syntax]")


def test_configs_are_found_below_the_folder_by_the_gateways_names(pricecheck: Run, tmp_path: Path) -> None:
    for name in ("tollbooth.yaml", "a/tollbooth.config.yml", "node_modules/x/tollbooth.yaml", "a/other.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BROKEN, tmp_path / name)
    done = pricecheck("check", "--output-format", "json")
    assert {item["file"] for item in json.loads(done.stdout)["findings"]} == {
        "tollbooth.yaml",
        "a/tollbooth.config.yml",
    }


def test_a_folder_without_configs_is_exit_2(pricecheck: Run) -> None:
    done = pricecheck("check")
    assert done.returncode == 2
    assert "no tollbooth config" in done.stderr


def test_the_environment_decides_what_an_unset_variable_is(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('OPENAI_API_KEY="sk-x"\n', encoding="utf-8")
    assert pricecheck("check", CLEAN).returncode == 0
    assert pricecheck("check", CLEAN, "--env-file", ".env").returncode == 0
    unset = pricecheck("check", CLEAN, "--env")
    assert unset.returncode == 1
    assert "PC004[unset-environment-variable]" in unset.stdout
    assert pricecheck("check", CLEAN, "--env", env={"OPENAI_API_KEY": "sk-x"}).returncode == 0


def test_a_fragment_passes_with_partial_only(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text('routes:\n  "GET /x":\n    upstream: a\n    price: "$0.01"\n', encoding="utf-8")
    assert pricecheck("check", "part.yaml").returncode == 1
    rejecting = json.loads(pricecheck("check", "part.yaml", "--partial", "--output-format", "json").stdout)["findings"]
    assert not [item for item in rejecting if item["impact"] == "rejects"]


def test_select_and_ignore(pricecheck: Run) -> None:
    def rules(*arguments: str) -> set[str]:
        report = json.loads(pricecheck("check", BROKEN, "--output-format", "json", *arguments).stdout)
        return {item["rule"] for item in report["findings"]}

    everything = rules()
    assert "PC101" in everything
    assert rules("--ignore", "PC1") == {code for code in everything if not code.startswith("PC1")}
    assert "PC101" in rules("--ignore", "PC1", "--select", "raw-unit-price")
    assert {code for code in rules("--select", "PC1") if not code.startswith("PC1")} == {
        code for code in everything if code.startswith("PC0")
    }


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is a POSIX matter")
def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    import subprocess
    import sys

    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m pricecheck check {BROKEN} {'x ' * 0}| head -1"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.stderr == ""
    assert "PC0" in done.stdout
