"""`sarif`: SARIF 2.1.0, what code scanning services read."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING
from urllib.parse import quote

from pricecheck.findings import Severity
from pricecheck.report.paths import repository_path
from pricecheck.report.records import dumps

if TYPE_CHECKING:
    from pricecheck.findings import Fix, Label, SourceText, Span, StampedFinding
    from pricecheck.report.model import RenderOptions, Report, RuleInfo
    from pricecheck.report.records import Json

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}


def render(report: Report, options: RenderOptions) -> str:
    """Give one run: every rule that ran, and a result a finding; a result a line.

    Columns and offsets are characters (`columnKind` says so). Fingerprints do not change when lines shift.
    """
    indexes = {code: index for index, code in enumerate(report.rules)}
    run = {
        "tool": {"driver": _driver(report)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: _base(options)},
        "invocations": [{"executionSuccessful": True}],
        "artifacts": [{"location": _artifact(file, options), "roles": ["analysisTarget"]} for file in report.files],
    }
    parts = [f'"{name}": {dumps(value)}' for name, value in run.items()]
    results = ",\n".join(dumps(_result(found, indexes, options)) for found in report.findings)
    parts.append(f'"results": [\n{results}\n]' if results else '"results": []')
    return f'{{"$schema": "{_SCHEMA}",\n"version": "2.1.0",\n"runs": [{{' + ",\n".join(parts) + "}]}\n"


def _driver(report: Report) -> Json:
    return {
        "name": "pricecheck",
        "version": report.tool_version,
        "rules": [_rule(rule) for rule in report.rules.values()],
    }


def _rule(rule: RuleInfo) -> Json:
    page = cleandoc(rule.page)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _first_section(page) or rule.summary},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "impact": rule.impact.value,
            "since": rule.since,
            "tags": ["pricing", rule.impact.value],
            "precision": "very-high",
            "problem.severity": _PROBLEM_SEVERITIES[rule.severity],
        },
    }


def _first_section(page: str) -> str:
    body = page.partition("\n")[2] if page.startswith("#") else page
    return " ".join(body.partition("\n## ")[0].split())


def _result(found: StampedFinding, indexes: dict[str, int], options: RenderOptions) -> Json:
    finding = found.finding
    result: dict[str, Json] = {
        "ruleId": found.rule,
        "level": _LEVELS[found.severity],
        "message": {"text": finding.message + (f"\n{finding.help}" if finding.help else "")},
        "locations": [{"physicalLocation": _physical(found.source, finding.span, options)}],
        "partialFingerprints": {"pricecheck/v1": found.fingerprint},
        "properties": {"impact": found.impact.value},
    }
    if found.rule in indexes:
        result["ruleIndex"] = indexes[found.rule]
    if finding.related:
        result["relatedLocations"] = [
            _related(number, label, found.source, options) for number, label in enumerate(finding.related, start=1)
        ]
    if finding.fix is not None and finding.fix.edits:
        result["fixes"] = [_fix(finding.fix, found.source, options)]
    return result


def _related(number: int, label: Label, own: SourceText, options: RenderOptions) -> Json:
    return {
        "id": number,
        "message": {"text": label.message},
        "physicalLocation": _physical(label.source or own, label.span, options),
    }


def _fix(fix: Fix, source: SourceText, options: RenderOptions) -> Json:
    replacements: list[Json] = [
        {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    return {
        "description": {"text": f"{fix.title} ({fix.safety.value})"},
        "artifactChanges": [{"artifactLocation": _artifact(source.path, options), "replacements": replacements}],
    }


def _physical(source: SourceText, span: Span, options: RenderOptions) -> Json:
    return {"artifactLocation": _artifact(source.path, options), "region": _region(source, span)}


def _region(source: SourceText, span: Span) -> Json:
    start, end = source.position(span.start), source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "charOffset": start.offset,
        "charLength": end.offset - start.offset,
    }


def _artifact(file: str, options: RenderOptions) -> Json:
    path = repository_path(file, options)
    if _is_absolute(path):
        return {"uri": _file_uri(path)}
    return {"uri": _quoted(path), "uriBaseId": _BASE}


def _base(options: RenderOptions) -> Json:
    if options.root is None:
        return {"description": {"text": "the folder that pricecheck ran in"}}
    return {"uri": _file_uri(repository_path(options.root, options)).rstrip("/") + "/"}


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":/"


def _file_uri(path: str) -> str:
    return "file:///" + _quoted(path.lstrip("/"))


def _quoted(path: str) -> str:
    # surrogateescape: a file name that is not UTF-8 keeps its bytes.
    return quote(path, safe="/", errors="surrogateescape")
