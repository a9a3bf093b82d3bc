"""`json`: one object, a finding a line, so that two reports can be compared with `diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.records import dumps, finding_record, statistics_record, summary_record

if TYPE_CHECKING:
    from pricecheck.report.model import RenderOptions, Report

SCHEMA_VERSION = 1


def render(report: Report, options: RenderOptions) -> str:
    """Give the report that `schemas/report.schema.json` describes; `statistics` only where asked for."""
    findings = ",\n".join(dumps(finding_record(found)) for found in report.findings)
    parts = [
        f'"schema_version": {SCHEMA_VERSION}',
        f'"findings": [\n{findings}\n]' if findings else '"findings": []',
        *([f'"statistics": {dumps(statistics_record(report))}'] if options.statistics else []),
        f'"summary": {dumps(summary_record(report))}',
    ]
    return "{" + ",\n".join(parts) + "}\n"
