import json
from typing import Any
from urllib.parse import unquote, urljoin

import pytest

from pricecheck.findings import Finding, Fix, Safety, Span
from pricecheck.report.formats import render
from pricecheck.report.model import RenderOptions, Report
from tests.report.readers import validator
from tests.report.samples import NASTY, RULES, nasty_report, report, sample, source, stamped

DEFAULT = RenderOptions()


def sarif(made: Report, options: RenderOptions = DEFAULT) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(render("sarif", made, options))
    validator("fixtures/sarif-schema-2.1.0.json").validate(parsed)
    (run,) = parsed["runs"]
    return dict(run)


def test_sarif_sample() -> None:
    run = sarif(sample())
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("pricecheck", "0.1.0")
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    rule = driver["rules"][0]
    assert rule["shortDescription"]["text"] == "A price without a decimal point is a number of smallest units"
    assert rule["fullDescription"]["text"] == "Reports prices without a decimal point."
    assert rule["help"]["markdown"].startswith("## What it does\nReports prices without\na decimal point.\n\n## Why")
    assert [rule["defaultConfiguration"]["level"] for rule in driver["rules"]] == [
        "error",
        "warning",
        "warning",
        "note",
    ]
    raw, shadowed, dropped = run["results"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    assert [driver["rules"][result["ruleIndex"]]["id"] for result in run["results"]] == ["PC101", "PC203", "PC208"]
    assert raw["message"]["text"] == '"$5" charges 5 smallest units, $0.000005\nwrite "$5.00"'
    region = {
        "startLine": 4,
        "startColumn": 12,
        "endLine": 4,
        "endColumn": 16,
        "charOffset": 53,
        "charLength": 4,
    }
    location = {"uri": "gateway.yaml", "uriBaseId": "%SRCROOT%"}
    assert raw["locations"] == [{"physicalLocation": {"artifactLocation": location, "region": region}}]
    assert raw["partialFingerprints"] == {"pricecheck/v1": "a" * 32}
    assert raw["fixes"] == [
        {
            "description": {"text": 'write "$5.00" (unsafe)'},
            "artifactChanges": [
                {
                    "artifactLocation": location,
                    "replacements": [{"deletedRegion": region, "insertedContent": {"text": '"$5.00"'}}],
                }
            ],
        }
    ]
    (related,) = shadowed["relatedLocations"]
    assert related["message"]["text"] == "takes all its requests"
    assert related["physicalLocation"]["region"]["startLine"] == 2
    assert "relatedLocations" not in dropped


def test_sarif_of_nasty_text_is_valid_and_says_it_unchanged() -> None:
    results = sarif(nasty_report())["results"]
    assert [result["message"]["text"] for result in results] == [f"{t}\n{t}" if t else "" for t in by_span(NASTY)]


def by_span(texts: list[str]) -> list[str]:
    return sorted(texts, key=len)


def test_sarif_of_a_clean_run_has_the_rules_and_no_result() -> None:
    run = sarif(report(files=("a.yaml",)))
    assert run["results"] == []
    assert len(run["tool"]["driver"]["rules"]) == len(RULES)


def test_sarif_leaves_out_a_fix_without_edits_and_the_index_of_a_rule_it_does_not_list() -> None:
    text = source("a: 1", "g.yaml")
    found = stamped(text, Finding("m", Span(0, 1), fix=Fix("x", Safety.SAFE, ())), rule="PC777", name="unlisted")
    (result,) = sarif(report(found))["results"]
    assert not {"fixes", "ruleIndex"} & set(result)


@pytest.mark.parametrize(
    "name", ["configs/a b.yaml", "a%20b.yaml", "ü/価.yaml", "a#b?c.yaml", "C:x.yaml", "[x]&y.yaml", "bytes-\udcff.yaml"]
)
def test_sarif_uris_lead_to_the_file(name: str) -> None:
    root = "/repo/a b"
    run = sarif(
        report(stamped(source("a: 1", name), Finding("m", Span(0, 1)))),
        RenderOptions(root=root, working_directory=root),
    )
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    base = run["originalUriBaseIds"][location["uriBaseId"]]["uri"]
    assert unquote(urljoin(base, location["uri"]), errors="surrogateescape") == f"file://{root}/{name}"


def test_sarif_of_a_file_outside_of_the_repository_is_absolute() -> None:
    text = source("a: 1", "../else where/g.yaml")
    run = sarif(report(stamped(text, Finding("m", Span(0, 1)))), RenderOptions(root="/repo", working_directory="/repo"))
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "file:///else%20where/g.yaml"}
