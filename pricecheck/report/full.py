"""`full`: what a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Fix, Safety, StampedFinding
from pricecheck.report.concise import headline
from pricecheck.report.counts import statistics_lines, summary_sentence
from pricecheck.report.style import BLUE, GREEN, SEVERITY_TINTS, Style
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.report.model import RenderOptions, Report

_FLAGS = {Safety.SAFE: "--fix", Safety.UNSAFE: "--fix --unsafe-fixes"}


def render(report: Report, options: RenderOptions) -> str:
    """Give each finding with its source lines, help and fix (or the statistics), then the summary."""
    style = Style(color=options.color)
    if options.statistics:
        blocks = ["".join(f"{line}\n" for line in statistics_lines(report))]
    else:
        blocks = ["".join(f"{line}\n" for line in _block(found, style, options)) for found in report.findings]
    if options.show_summary:
        blocks.append(f"{summary_sentence(report, options)}\n")
    return "\n".join(block for block in blocks if block)


def _block(found: StampedFinding, style: Style, options: RenderOptions) -> Iterator[str]:
    yield headline(found, style)
    margin = ""
    if options.show_source:
        lines, gutter = _source_lines(found, style, options.width)
        yield from lines
        margin = " " * (gutter + 1)
    yield from _advice(found, style, margin, hint=options.fix_hint)


def _source_lines(found: StampedFinding, style: Style, columns: int) -> tuple[list[str], int]:
    # A clean run, the one to be fast, never gets here.
    from pricecheck.report.snippet import Mark, snippet

    finding = found.finding
    text = f"{found.severity.value}: {found.impact.value}"
    marks = [
        Mark(found.source, finding.span, text, "^", SEVERITY_TINTS[found.severity]),
        *(Mark(label.source or found.source, label.span, label.message, "-", BLUE) for label in finding.related),
    ]
    return snippet(marks, style, columns)


def _advice(found: StampedFinding, style: Style, margin: str, *, hint: bool) -> Iterator[str]:
    finding = found.finding
    if finding.help is not None:
        first, *rest = finding.help.split("\n")
        yield f"{margin}{style.paint(BLUE, '=')} {style.paint(GREEN, 'help:')} {visible(first)}"
        for line in rest:
            yield f"{margin}        {visible(line)}".rstrip()
    if finding.fix is not None and (hint or not _says_the_same(finding.help, finding.fix)):
        yield f"{margin}{style.paint(BLUE, '=')} {style.paint(GREEN, 'fix:')} {_fix(finding.fix, hint=hint)}"


def _says_the_same(advice: str | None, fix: Fix) -> bool:
    """Whether a fix does just what the help says: saying it twice helps nobody."""
    return advice is not None and advice.replace("`", "") == fix.title.replace("`", "")


def _fix(fix: Fix, *, hint: bool) -> str:
    flags = f", apply with {_FLAGS[fix.safety]}" if hint else ""
    return f"{visible(fix.title)} ({fix.safety.value}{flags})"
