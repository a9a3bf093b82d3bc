"""The policy above a config and the ignore comments in it take part in every check."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run

CLEAN = str(Path(__file__).parents[2] / "fixtures" / "clean.yaml")

CONFIG = """\
wallets: {base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
  "GET /v1/models":
    upstream: openai
    price: "$5" # pricecheck: ignore[PC101] five units are meant: a test network
  "GET /v1/files":
    upstream: openai
    price: "$3"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / "tollbooth.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "pricecheck.toml").write_text('[lint.severity]\nPC101 = "warning"\n', encoding="utf-8")
    return tmp_path


def told(pricecheck: Run, *arguments: str, cwd: Path, stdin: bytes = b"") -> list[tuple[str, str, int]]:
    done = pricecheck("check", *arguments, "--output-format", "json", cwd=cwd, stdin=stdin)
    return [(item["rule"], item["severity"], item["start"]["line"]) for item in json.loads(done.stdout)["findings"]]


def test_the_same_findings_however_the_config_is_named(pricecheck: Run, repository: Path) -> None:
    expected = [("PC101", "warning", 10)]
    assert told(pricecheck, cwd=repository) == expected
    assert told(pricecheck, cwd=repository / "prod") == expected
    assert told(pricecheck, str(repository / "prod" / "tollbooth.yaml"), cwd=repository.parent) == expected
    text = CONFIG.encode()
    assert told(pricecheck, "-", "--stdin-filename", "prod/tollbooth.yaml", cwd=repository, stdin=text) == expected


def test_what_is_hidden_is_counted_and_can_be_shown(pricecheck: Run, repository: Path) -> None:
    done = pricecheck("check", "--output-format", "json", cwd=repository)
    assert json.loads(done.stdout)["summary"]["suppressed"] == 1
    assert [line for _, _, line in told(pricecheck, "--no-ignores", cwd=repository)] == [7, 10]


def test_the_command_line_wins_over_the_policy(pricecheck: Run, repository: Path) -> None:
    (repository / "pricecheck.toml").write_text('[lint]\nignore = ["PC1"]\n', encoding="utf-8")
    assert told(pricecheck, cwd=repository) == []
    assert told(pricecheck, "--select", "PC101", cwd=repository) == [("PC101", "error", 10)]
    assert told(pricecheck, "--isolated", cwd=repository) == [("PC101", "error", 10)]


def test_a_broken_policy_is_exit_2_with_its_place(pricecheck: Run, repository: Path) -> None:
    (repository / "pricecheck.toml").write_text("[bounds]\nmax_increase = '15%'\n", encoding="utf-8")
    done = pricecheck("check", cwd=repository)
    assert done.returncode == 2
    assert "pricecheck.toml:2:1:" in done.stderr
    assert "did you mean max-increase?" in done.stderr
    assert pricecheck("check", "--policy", "x.toml", "--isolated", cwd=repository).returncode == 2


def test_families_in_the_wrong_order_are_said_once_on_stderr(pricecheck: Run, repository: Path) -> None:
    families = "".join(
        f'[[family]]\nname = "{name}"\nmodels = ["{name}*"]\nfloor = "$0.001"\n' for name in ("gpt-4o", "gpt-4o-mini")
    )
    (repository / "pricecheck.toml").write_text(families, encoding="utf-8")
    (repository / "prod" / "tollbooth.json").write_text("{}", encoding="utf-8")
    done = pricecheck("check", "--exit-zero", "prod/tollbooth.yaml", "prod/tollbooth.json", cwd=repository)
    assert done.stderr == (
        "pricecheck.toml: `gpt-4o-mini*` of family 'gpt-4o-mini' fits no model: `gpt-4o*` of 'gpt-4o' stands before it"
        " and takes them all; put 'gpt-4o-mini' first\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        ("check", CLEAN),
        ("diff", CLEAN, CLEAN),
        ("traffic", CLEAN, CLEAN),
        ("reprice", CLEAN, "--scale", "+5%"),
        ("migrate", CLEAN),
        ("allowlist", CLEAN, "POST /v1/chat/completions"),
    ],
    ids=lambda command: command[0],
)
def test_a_policy_and_none_is_a_mistake(pricecheck: Run, command: tuple[str, ...]) -> None:
    done = pricecheck(*command, "--policy", "pricecheck.toml", "--isolated")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pricecheck: --policy and --isolated: give one\n"


@pytest.mark.parametrize("name", ["pricecheck.toml", "pricecheck.approvals.toml", "pricecheck.baseline.json"])
def test_a_policy_stands_for_the_configs_it_rules(pricecheck: Run, tmp_path: Path, name: str) -> None:
    for folder in ("prod/eu", "prod/us", "dev"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "tollbooth.yaml").write_text("not: complete\n", encoding="utf-8")
    texts = {"pricecheck.baseline.json": '{"version": 1, "findings": []}'}
    (tmp_path / "prod" / name).write_text(texts.get(name, ""), encoding="utf-8")
    done = pricecheck("check", f"prod/{name}", "--output-format", "concise", cwd=tmp_path)
    assert {line.partition(":")[0] for line in done.stdout.splitlines()[:-1]} == {
        "prod/eu/tollbooth.yaml",
        "prod/us/tollbooth.yaml",
    }
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / name).write_text("", encoding="utf-8")
    done = pricecheck("check", f"alone/{name}", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No files checked.\n", "")
