"""`concise`: one line a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.counts import statistics_lines, summary_sentence
from pricecheck.report.style import BOLD, SEVERITY_TINTS, Style
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from pricecheck.findings import StampedFinding
    from pricecheck.report.model import RenderOptions, Report


def render(report: Report, options: RenderOptions) -> str:
    """Give `path:line:col: CODE[name] message` for each finding (or the statistics), then the summary."""
    style = Style(color=options.color)
    lines = statistics_lines(report) if options.statistics else [headline(found, style) for found in report.findings]
    if options.show_summary:
        lines.append(summary_sentence(report, options))
    return "".join(f"{line}\n" for line in lines)


def headline(found: StampedFinding, style: Style) -> str:
    """Give the line that every text format starts a finding with; columns are 1-based characters."""
    place = style.paint(BOLD, f"{visible(found.file)}:{found.start.line}:{found.start.column}:")
    rule = style.paint(SEVERITY_TINTS[found.severity], f"{found.rule}[{found.name}]")
    return f"{place} {rule} {visible(found.finding.message)}"
