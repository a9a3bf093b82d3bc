"""Sentences and tables that count: the last line of the text formats, and `--statistics`."""

from __future__ import annotations

from typing import NamedTuple

from pricecheck.findings import Safety
from pricecheck.report.model import RenderOptions, Report, Summary, summarize
from pricecheck.wording import counted


class RuleCount(NamedTuple):
    """How many findings a rule has; `fixable` of them have a safe fix."""

    rule: str
    name: str
    findings: int
    fixable: int


def rule_counts(report: Report) -> list[RuleCount]:
    """Count the findings of each broken rule, the most frequent first."""
    counts: dict[str, RuleCount] = {}
    for found in report.findings:
        old = counts.get(found.rule, RuleCount(found.rule, found.name, 0, 0))
        is_fixable = found.finding.fix is not None and found.finding.fix.safety is Safety.SAFE
        counts[found.rule] = old._replace(findings=old.findings + 1, fixable=old.fixable + is_fixable)
    return sorted(counts.values(), key=lambda row: (-row.findings, row.rule))


def statistics_lines(report: Report) -> list[str]:
    """Give one aligned line a broken rule: count, code, name, how many are fixable."""
    rows = rule_counts(report)
    digits = max((len(str(row.findings)) for row in rows), default=0)
    codes = max((len(row.rule) for row in rows), default=0)
    return [
        f"{row.findings:>{digits}}  {row.rule:<{codes}}  {row.name}"
        + (f"  ({row.fixable} fixable)" if row.fixable else "")
        for row in rows
    ]


def summary_sentence(report: Report, options: RenderOptions) -> str:
    """Give the line that closes a report: `Found 3 errors, 1 warning in 2 files (1 fixable with --fix).`."""
    summary = summarize(report)
    fixed = f"Fixed {counted(summary.fixed, 'finding')}. " if summary.fixed else ""
    notes = [f"{counted(summary.suppressed, 'finding')} suppressed"] if summary.suppressed else []
    if not report.findings:
        if not report.files:
            return f"{fixed}No files checked."
        return f"{fixed}All clear: {counted(summary.files, 'file')} checked{_in_brackets(notes)}."
    if options.fix_hint:
        notes = _fix_notes(summary) + notes
    broken = counted(len({found.file for found in report.findings}), "file")
    return f"{fixed}Found {severities(summary)} in {broken}{_in_brackets(notes)}."


def severities(summary: Summary) -> str:
    """Give the findings of a summary in words, the worst first, without those of which there are none."""
    numbers = (("error", summary.errors), ("warning", summary.warnings), ("info", summary.infos))
    return ", ".join(counted(number, noun) for noun, number in numbers if number)


def _fix_notes(summary: Summary) -> list[str]:
    safe = [f"{summary.fixable} fixable with --fix"] if summary.fixable else []
    more = "more " if safe else "fixable "
    unsafe = [f"{summary.fixable_unsafe} {more}with --fix --unsafe-fixes"] if summary.fixable_unsafe else []
    return safe + unsafe


def _in_brackets(notes: list[str]) -> str:
    return f" ({', '.join(notes)})" if notes else ""
