"""`markdown`: for a pull request comment or a job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Severity
from pricecheck.report.counts import summary_sentence
from pricecheck.report.markdown_text import COMMENT_LIMIT, escaped, prose
from pricecheck.report.paths import repository_path
from pricecheck.wording import counted

if TYPE_CHECKING:
    from pricecheck.findings import StampedFinding
    from pricecheck.report.model import RenderOptions, Report

_ROOM_FOR_THE_END = 200
_ROWS_WITHOUT_FOLDING = 10
_SYMBOLS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.INFO: "ℹ️"}  # noqa: RUF001 - the symbol is meant
_HEADER = "| | line | rule | finding |\n|---|---|---|---|\n"


def render(report: Report, options: RenderOptions) -> str:
    """Give a heading and a table a file, the worst first; at most 65,000 characters, and it says what is left out."""
    text = f"### pricecheck\n\n{summary_sentence(report, options)}\n"
    shown = 0
    for file, findings in _by_file(report):
        opening, closing = _frame(escaped(repository_path(file, options)), findings)
        for number, found in enumerate(findings):
            row = _row(found) if number else opening + _row(found)
            if len(text) + len(row) + len(closing) + _ROOM_FOR_THE_END > COMMENT_LIMIT:
                left = counted(len(report.findings) - shown, "more finding")
                end = closing if number else ""
                return f"{text}{end}\n{left} not shown: the full list does not fit here.\n"
            text += row
            shown += 1
        text += closing
    return text


def _by_file(report: Report) -> list[tuple[str, list[StampedFinding]]]:
    files: dict[str, list[StampedFinding]] = {}
    for found in report.worst_first():
        files.setdefault(found.file, []).append(found)
    return list(files.items())


def _frame(file: str, findings: list[StampedFinding]) -> tuple[str, str]:
    if len(findings) <= _ROWS_WITHOUT_FOLDING:
        return f"\n**{file}**\n\n{_HEADER}", ""
    count = counted(len(findings), "finding")
    return f"\n<details><summary><b>{file}</b>: {count}</summary>\n\n{_HEADER}", "\n</details>\n"


def _row(found: StampedFinding) -> str:
    finding = found.finding
    advice = f"<br>{prose(finding.help)}" if finding.help else ""
    symbol = f"{_SYMBOLS[found.severity]} {found.severity.value}"
    return f"| {symbol} | {found.start.line} | {found.rule} {found.name} | {prose(finding.message)}{advice} |\n"
