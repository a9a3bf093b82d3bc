"""`json-lines`: one JSON object a finding, each what `findings` of the JSON report holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.records import dumps, finding_record

if TYPE_CHECKING:
    from pricecheck.report.model import RenderOptions, Report


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has the same signature
    """Give one line a finding, nothing where there is none."""
    return "".join(f"{dumps(finding_record(found))}\n" for found in report.findings)
