"""A finding and a summary as JSON-ready fields: the contract that `schemas/report.schema.json` defines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pricecheck.report.counts import rule_counts
from pricecheck.report.model import summarize

if TYPE_CHECKING:
    from pricecheck.findings import Edit, Fix, Label, SourceText, Span, StampedFinding
    from pricecheck.report.model import Report

Json = dict[str, "Json"] | list["Json"] | str | int | bool | None

dumps = json.JSONEncoder(check_circular=False, allow_nan=False).encode
"""One line of pure ASCII: every pipe, console code page and CI server carries it, lone surrogates included."""


def finding_record(found: StampedFinding) -> dict[str, Json]:
    """Give a finding as the JSON formats write it; offsets and columns in characters."""
    finding = found.finding
    return {
        "rule": found.rule,
        "name": found.name,
        "severity": found.severity.value,
        "impact": found.impact.value,
        "message": finding.message,
        "help": finding.help,
        "file": found.file,
        "path": list(finding.path),
        **_range(found.source, finding.span),
        "related": [_related(found.source, label) for label in finding.related],
        "fix": None if finding.fix is None else _fix(found.source, finding.fix),
        "fingerprint": found.fingerprint,
    }


def summary_record(report: Report) -> dict[str, Json]:
    """Give the counts of a report."""
    return {**summarize(report)._asdict()}


def statistics_record(report: Report) -> list[Json]:
    """Give the findings per broken rule, the most frequent rule first."""
    return [
        {"rule": row.rule, "name": row.name, "findings": row.findings, "fixable": row.fixable}
        for row in rule_counts(report)
    ]


def _range(source: SourceText, span: Span) -> dict[str, Json]:
    start, end = source.position(span.start), source.position(span.end)
    return {"start": {**start._asdict()}, "end": {**end._asdict()}}


def _related(own: SourceText, label: Label) -> Json:
    source = label.source or own
    return {"message": label.message, "file": source.path, **_range(source, label.span)}


def _fix(source: SourceText, fix: Fix) -> Json:
    edits: list[Json] = [_edit(source, edit) for edit in fix.edits]
    return {"title": fix.title, "safety": fix.safety.value, "edits": edits}


def _edit(source: SourceText, edit: Edit) -> Json:
    return {**_range(source, edit.span), "text": edit.text}
