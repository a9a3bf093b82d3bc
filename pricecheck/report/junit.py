"""`junit`: JUnit XML, which every CI server shows as test results."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pricecheck.report.paths import repository_path
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from pricecheck.findings import StampedFinding
    from pricecheck.report.model import RenderOptions, Report


def render(report: Report, options: RenderOptions) -> str:
    """Give a suite a checked file: one failed case a finding, or one passed case for a clean file."""
    by_file: dict[str, list[StampedFinding]] = {path: [] for path in report.files}
    for found in report.findings:
        by_file.setdefault(found.file, []).append(found)
    root = ET.Element("testsuites", name="pricecheck")
    cases = 0
    for file, findings in by_file.items():
        cases += _suite(root, visible(repository_path(file, options)), findings)
    root.set("tests", str(cases))
    root.set("failures", str(len(report.findings)))
    root.set("errors", "0")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, file: str, findings: list[StampedFinding]) -> int:
    cases = max(1, len(findings))
    suite = ET.SubElement(
        root, "testsuite", name=file, tests=str(cases), failures=str(len(findings)), errors="0", skipped="0"
    )
    if not findings:
        ET.SubElement(suite, "testcase", classname=file, name="pricecheck", file=file)
    for found in findings:
        _case(suite, file, found)
    return cases


def _case(suite: ET.Element, file: str, found: StampedFinding) -> None:
    place = f"{found.start.line}:{found.start.column}"
    case = ET.SubElement(
        suite,
        "testcase",
        classname=file,
        name=f"{found.rule}[{found.name}] at {place}",
        file=file,
        line=str(found.start.line),
    )
    message = visible(found.finding.message)
    failure = ET.SubElement(case, "failure", type=f"{found.severity.value}: {found.impact.value}", message=message)
    advice = f"\nhelp: {visible(found.finding.help)}" if found.finding.help else ""
    failure.text = f"{file}:{place}: {found.rule}[{found.name}] {message}{advice}"
