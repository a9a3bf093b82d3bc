import json
from collections.abc import Callable

import pytest

from pricecheck.findings import Finding, Impact, Span
from pricecheck.report.formats import render
from pricecheck.report.model import RenderOptions, Report
from tests.report.readers import validator
from tests.report.samples import CONFIG, nasty_report, report, sample, source, stamped


@pytest.mark.parametrize("make", [sample, nasty_report, lambda: report(files=()), lambda: report(files=("a",))])
@pytest.mark.parametrize("statistics", [False, True])
def test_json_matches_the_published_schema(make: Callable[[], Report], statistics: bool) -> None:  # noqa: FBT001 - a parameter
    text = render("json", make(), RenderOptions(statistics=statistics))
    parsed = json.loads(text)
    validator("schemas/report.schema.json").validate(parsed)
    assert ("statistics" in parsed) == statistics


def test_schema_refuses_what_the_contract_does_not_name() -> None:
    parsed = json.loads(render("json", sample(), RenderOptions()))
    broken = [
        {**parsed, "extra": 1},
        {**parsed, "schema_version": 2},
        {**parsed, "summary": {**parsed["summary"], "errors": -1}},
        {**parsed, "findings": [{**parsed["findings"][0], "severity": "fatal"}]},
        {**parsed, "findings": [{**parsed["findings"][0], "rule": "X1"}]},
        {**parsed, "findings": [{**parsed["findings"][0], "path": [1.5]}]},
        {key: value for key, value in parsed.items() if key != "summary"},
    ]
    assert not any(validator("schemas/report.schema.json").is_valid(value) for value in broken)


def test_json_says_everything_about_a_finding() -> None:
    first, second, _ = json.loads(render("json", sample(), RenderOptions()))["findings"]
    assert first == {
        "rule": "PC101",
        "name": "raw-unit-price",
        "severity": "error",
        "impact": "mischarges",
        "message": '"$5" charges 5 smallest units, $0.000005',
        "help": 'write "$5.00"',
        "file": "gateway.yaml",
        "path": ["routes", "GET /data", "price"],
        "start": {"line": 4, "column": 12, "offset": 53},
        "end": {"line": 4, "column": 16, "offset": 57},
        "related": [],
        "fix": {
            "title": 'write "$5.00"',
            "safety": "unsafe",
            "edits": [
                {
                    "start": {"line": 4, "column": 12, "offset": 53},
                    "end": {"line": 4, "column": 16, "offset": 57},
                    "text": '"$5.00"',
                }
            ],
        },
        "fingerprint": "a" * 32,
    }
    assert CONFIG[53:57] == '"$5"'
    assert second["related"] == [
        {
            "message": "takes all its requests",
            "file": "gateway.yaml",
            "start": {"line": 2, "column": 3, "offset": 10},
            "end": {"line": 2, "column": 14, "offset": 21},
        }
    ]
    assert second["fix"] is None
    assert second["help"] is None


def test_summary_counts() -> None:
    text = source("a: 1", "bad.yaml")
    refused = stamped(text, Finding("m", Span(0, 1)), impact=Impact.REJECTS)
    both = [*sample().findings, refused, refused]
    full = report(*both, files=("clean.yaml", "gateway.yaml", "bad.yaml"), suppressed=4, fixed=2)
    assert json.loads(render("json", full, RenderOptions()))["summary"] == {
        "files": 3,
        "rejected_files": 1,
        "errors": 3,
        "warnings": 1,
        "infos": 1,
        "fixable": 1,
        "fixable_unsafe": 1,
        "fixed": 2,
        "suppressed": 4,
    }


def test_statistics_of_json() -> None:
    parsed = json.loads(render("json", sample(), RenderOptions(statistics=True)))
    assert parsed["statistics"] == [
        {"rule": "PC101", "name": "raw-unit-price", "findings": 1, "fixable": 0},
        {"rule": "PC203", "name": "shadowed-route", "findings": 1, "fixable": 0},
        {"rule": "PC208", "name": "dropped-field", "findings": 1, "fixable": 1},
    ]


@pytest.mark.parametrize("make", [sample, nasty_report])
def test_json_lines_are_the_findings_of_json(make: Callable[[], Report]) -> None:
    lines = render("json-lines", make(), RenderOptions()).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(render("json", make(), RenderOptions()))["findings"]


def test_json_lines_of_a_clean_run_are_none() -> None:
    assert render("json-lines", report(files=("a.yaml",)), RenderOptions()) == ""


def test_offsets_and_columns_are_characters() -> None:
    text = source("🙂: '価'\n", "g.yaml")
    (found,) = json.loads(render("json", report(stamped(text, Finding("m", Span(4, 5)))), RenderOptions()))["findings"]
    assert found["start"] == {"line": 1, "column": 5, "offset": 4}
