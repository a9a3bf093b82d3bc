"""`pricecheck prices`: the effective price table, as people and programs read it."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from pricecheck.schema_files import schema_text
from tests.conftest import Run

CLEAN = Path(__file__).parents[2] / "fixtures" / "clean.yaml"
CONFIG = """\
wallets:
  base: "0xBase"
accepts:
  - { asset: USDC, network: base }
upstreams:
  openai:
    url: "https://api.openai.com"
routes:
  "POST /v1/chat/completions":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05"
      "ft:gpt-4o:acme::abc": "$5"
    fallback: "$0.02"
  "GET /q":
    upstream: openai
    match:
      - where: { query.size: "l*", body.n: 1, body.big: true }
        price: "$oops"
    price: "$0"
  "GET /fn":
    upstream: openai
    price: { fn: /srv/prices.ts }
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tollbooth.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_text_for_a_person(pricecheck: Run, config: Path) -> None:
    done = pricecheck("prices", config.name)
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout == (
        "POST /v1/chat/completions\n"
        "  selector                   written    charged  units  source\n"
        "  model:gpt-4o               $0.05        $0.05  50000  route.models\n"
        "  model:ft:gpt-4o:acme::abc  $5       $0.000005      5  route.models\n"
        "  other                      $0.02        $0.02  20000  fallback\n"
        "  24 built-in models                                    default-table\n"
        "    $0.0005 to $0.60; --all lists them\n"
        "\n"
        "GET /q\n"
        "  selector              written  charged  units  source\n"
        "  match:0               $oops          ?         match\n"
        '    where query.size: "l*", body.n: 1, body.big: true\n'
        '    throws: "$oops" is not a number\n'
        "  other                 $0          free      0  price\n"
        "\n"
        "GET /fn\n"
        "  selector              written  charged  units  source\n"
        "  other                                ?         price.fn\n"
        "    price function\n"
    )


def test_all_lists_the_built_in_table(pricecheck: Run, config: Path) -> None:
    done = pricecheck("prices", config.name, "--all")
    assert "model:claude-opus-4-5-20250514" in done.stdout
    assert "built-in models" not in done.stdout


def test_json_is_the_contract(pricecheck: Run, config: Path) -> None:
    done = pricecheck("prices", config.name, "--output-format", "json")
    report = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(schema_text("prices"))).validate(report)
    assert report["schema_version"] == 1
    rows = {(row["route"], row["selector"]): row for row in report["rows"]}
    assert len(rows) == len(report["rows"]) == 3 + 24 + 2 + 1
    row = rows["POST /v1/chat/completions", "model:gpt-4o"]
    assert {"route", "selector", "amount", "asset", "price", "source", "where", "start"} <= row.keys()
    assert (row["amount"], row["asset"], row["price"], row["source"]) == ("50000", "USDC", "$0.05", "route.models")
    assert row["start"] == {"line": 13, "column": 15, "offset": CONFIG.index('"$0.05"')}
    built_in = rows["POST /v1/chat/completions", "model:o1"]
    assert (built_in["amount"], built_in["source"], built_in["start"]) == ("60000", "default-table", None)
    rule = rows["GET /q", "match:0"]
    assert rule["where"] == {"query.size": "l*", "body.n": 1, "body.big": True}
    assert rule["amount"] is None
    assert rows["GET /q", "other"]["amount"] == "0"
    assert rows["GET /fn", "other"]["amount"] is None
    assert rows["GET /fn", "other"]["source"] == "price.fn"


def test_csv_has_a_record_a_row(pricecheck: Run, config: Path) -> None:
    done = pricecheck("prices", config.name, "--output-format", "csv")
    head, *records = csv.reader(io.StringIO(done.stdout))
    assert head == ["route", "selector", "price", "charged", "amount", "asset", "source", "line"]
    assert len(records) == 30
    assert records[0][1:] == ["model:gpt-4o", "$0.05", "$0.05", "50000", "USDC", "route.models", "13"]


def test_csv_is_harmless_to_a_spreadsheet(pricecheck: Run, config: Path) -> None:
    config.write_text(CONFIG.replace('"$oops"', '"=cmd()"'), encoding="utf-8")
    done = pricecheck("prices", config.name, "--output-format", "csv")
    cells = [cell for record in csv.reader(io.StringIO(done.stdout)) for cell in record]
    assert "'=cmd()" in cells
    assert not any(cell[:1] in {"=", "+", "@"} for cell in cells)


@pytest.mark.parametrize("columns", ["40", "80"])
def test_long_names_keep_to_the_width_of_the_terminal(pricecheck: Run, config: Path, columns: str) -> None:
    long = '"l*", ' + ", ".join(f"body.some_long_name_{n}: value" for n in range(8))
    config.write_text(CONFIG.replace('"l*"', long).replace("$oops", "x" * 500), encoding="utf-8")
    done = pricecheck("prices", config.name, env={"COLUMNS": columns})
    if columns == "80":
        assert max(map(len, done.stdout.splitlines())) <= 80
    assert "body.some_long_name_7" in "".join(map(str.strip, done.stdout.splitlines()))
    assert max(map(len, done.stdout.splitlines())) <= 82


def test_control_characters_cannot_act_on_the_terminal(pricecheck: Run, config: Path) -> None:
    hostile = CONFIG.replace('gpt-4o: "$0.05"', r'"gpt\e[31m\r\n\u202ez": "$\e]0;x\a"')
    config.write_text(hostile, encoding="utf-8")
    for color in ("never", "always"):
        done = pricecheck("prices", config.name, "--color", color)
        assert done.returncode == 0
        plain = done.stdout.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
        assert not set(plain) & {"\x1b", "\r", "\a", "\u202e"}
        assert r"model:gpt\x1b[31m\r\n\u202ez" in plain


def test_color_only_where_it_is_wanted(pricecheck: Run, config: Path) -> None:
    assert "\x1b" not in pricecheck("prices", config.name).stdout
    assert "\x1b" not in pricecheck("prices", config.name, "--color", "never").stdout
    assert "\x1b[1mGET /q\x1b[0m" in pricecheck("prices", config.name, "--color", "always").stdout


def test_an_amount_of_thousands_of_digits(pricecheck: Run, config: Path) -> None:
    digits = "9" * 6000
    config.write_text(CONFIG.replace("$oops", f"${digits}"), encoding="utf-8")
    rows = json.loads(pricecheck("prices", config.name, "--output-format", "json").stdout)["rows"]
    assert next(row for row in rows if row["selector"] == "match:0")["amount"] == digits
    shown = pricecheck("prices", config.name).stdout
    assert max(map(len, shown.splitlines())) <= 300
    assert f"${'9' * 78}…" in shown


def test_what_is_imported_from_an_openapi_document(pricecheck: Run, config: Path) -> None:
    upstream = 'url: "https://api.openai.com"\n    openapi: ./openapi.yaml\n    defaultPrice: "$0.03"'
    config.write_text(CONFIG.replace('url: "https://api.openai.com"', upstream), encoding="utf-8")
    rows = json.loads(pricecheck("prices", config.name, "--output-format", "json").stdout)["rows"]
    assert [(row["amount"], row["source"]) for row in rows if "imported" in row["route"]] == [("30000", "defaultPrice")]


def test_a_variable_is_unknown_without_and_known_with_an_environment(pricecheck: Run, config: Path) -> None:
    config.write_text(CONFIG.replace('"$0.02"', '"${FALLBACK}"'), encoding="utf-8")

    def other(*flags: str, env: dict[str, str] | None = None) -> tuple[str | None, str | None]:
        done = pricecheck("prices", config.name, "--output-format", "json", *flags, env=env)
        rows = json.loads(done.stdout)["rows"]
        row = next(row for row in rows if row["selector"] == "other")
        return row["amount"], row["price"]

    assert other() == (None, "${FALLBACK}")
    assert other("--env", env={"FALLBACK": "$0.04"}) == ("40000", "$0.04")
    (config.parent / "prod.env").write_text("FALLBACK=0.07\n", encoding="utf-8")
    assert other("--env-file", "prod.env") == ("70000", "0.07")


def test_a_fragment_needs_partial(pricecheck: Run, config: Path) -> None:
    config.write_text(CONFIG[CONFIG.index("routes:") :], encoding="utf-8")
    refused = pricecheck("prices", config.name)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("pricecheck: tollbooth.yaml:1:1: the gateway would not start: ")
    assert "50000" in pricecheck("prices", config.name, "--partial").stdout


def test_no_routes(pricecheck: Run, config: Path) -> None:
    config.write_text(CONFIG[: CONFIG.index("routes:")] + "routes: {}\n", encoding="utf-8")
    assert pricecheck("prices", config.name).stdout == "no routes: nothing is charged\n"


def test_without_a_payment_there_is_no_asset(pricecheck: Run, config: Path) -> None:
    config.write_text(
        'wallets: { base: "0x1" }\naccepts: [{ asset: USDC, network: base }]\nupstreams: { up: { url: "https://a.b" } }'
        '\nroutes: { "GET /x": { upstream: up, accepts: [], price: "$0.01" } }\n',
        encoding="utf-8",
    )
    (row,) = json.loads(pricecheck("prices", config.name, "--output-format", "json").stdout)["rows"]
    assert (row["amount"], row["asset"], row["reason"]) == (None, None, "throws: no payment is accepted")


def test_from_standard_input(pricecheck: Run) -> None:
    assert "$0.05" in pricecheck("prices", "-", stdin=CONFIG.encode()).stdout
    as_json = pricecheck("prices", "-", "--stdin-filename", "x.json", stdin=CONFIG.encode())
    assert as_json.returncode == 2
    assert as_json.stderr.startswith("pricecheck: x.json:1:1: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.yaml"], "nowhere.yaml: no such file"),
        (["tollbooth.yaml", "--output-format", "xml"], "--output-format 'xml': choose from text, json, csv"),
        (["tollbooth.yaml", "--color", "blue"], "--color 'blue': choose from auto, always, never"),
        (["tollbooth.yaml", "--env-file", "no.env"], "no.env: no such file"),
    ],
)
def test_what_cant_be_done_is_one_line(pricecheck: Run, config: Path, arguments: list[str], said: str) -> None:
    assert config.exists()
    done = pricecheck("prices", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"pricecheck: {said}\n")


@pytest.mark.parametrize("command", [("prices",), ("reprice", "--scale", "+5%", "--dry-run")])
def test_the_only_config_need_not_be_named(pricecheck: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    done = pricecheck(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no tollbooth config in this folder or below it" in done.stderr
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "tollbooth.yaml").write_text(CLEAN.read_text(encoding="utf-8"), encoding="utf-8")
    done = pricecheck(*command, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("pricecheck:")) == (0, 0)
    assert "POST /v1/chat/completions" in done.stdout
    (tmp_path / "tollbooth.yaml").touch()
    done = pricecheck(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    said = "there are 2 configs below here; name one: conf/tollbooth.yaml, tollbooth.yaml"
    assert done.stderr == f"pricecheck: {said}\n"


def test_a_schema_is_one_of_those_there_are(pricecheck: Run) -> None:
    done = pricecheck("schema")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("pricecheck: schema: name one of config, policy, report, ")
