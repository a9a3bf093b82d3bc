import json
from collections.abc import Callable

import pytest

from pricecheck.findings import Finding, Impact, Severity, Span, StampedFinding
from pricecheck.report.formats import render
from pricecheck.report.model import RenderOptions, Report
from tests.report.samples import nasty_report, report, sample, source, stamped


@pytest.mark.parametrize("make", [sample, nasty_report])
def test_gitlab_has_what_code_quality_requires(make: Callable[[], Report]) -> None:
    made = make()
    entries = json.loads(render("gitlab", made, RenderOptions()))
    assert len(entries) == len(made.findings)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry, found in zip(entries, made.findings, strict=True):
        assert entry["description"] == f"{found.rule}[{found.name}] {found.finding.message}"
        assert entry["check_name"] == found.rule
        assert entry["location"] == {
            "path": found.file,
            "lines": {"begin": found.start.line, "end": found.end.line},
        }


def test_gitlab_of_a_clean_run_is_an_empty_list() -> None:
    assert json.loads(render("gitlab", report(files=("a.yaml",)), RenderOptions())) == []


@pytest.mark.parametrize(
    ("severity", "impact", "expected"),
    [
        (Severity.ERROR, Impact.REJECTS, "blocker"),
        (Severity.ERROR, Impact.MISCHARGES, "critical"),
        (Severity.WARNING, Impact.REJECTS, "minor"),
        (Severity.WARNING, Impact.RISK, "minor"),
        (Severity.INFO, Impact.RISK, "info"),
    ],
)
def test_gitlab_severities(severity: Severity, impact: Impact, expected: str) -> None:
    found = stamped(source("a: 1"), Finding("m", Span(0, 1)), severity=severity, impact=impact)
    assert json.loads(render("gitlab", report(found), RenderOptions()))[0]["severity"] == expected


def test_gitlab_fingerprints_survive_a_line_shift_and_differ_between_files() -> None:
    finding = Finding("m", Span(0, 1))
    shifted = Finding("m", Span(5, 6))

    def prints(*stamps: StampedFinding) -> list[str]:
        return [entry["fingerprint"] for entry in json.loads(render("gitlab", report(*stamps), RenderOptions()))]

    here = prints(stamped(source("a: 1", "a.yaml"), finding))
    assert prints(stamped(source("# x\n\na: 1", "a.yaml"), shifted)) == here
    assert prints(stamped(source("a: 1", "b.yaml"), finding)) != here
