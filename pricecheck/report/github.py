"""`github`: workflow commands that GitHub Actions turns into annotations on the pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Severity
from pricecheck.report.paths import repository_path
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from pricecheck.findings import StampedFinding
    from pricecheck.report.model import RenderOptions, Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SHOWN_PER_KIND = 10
"""GitHub keeps the first ten errors, warnings and notices of a step and drops the rest without a word."""


def render(report: Report, options: RenderOptions) -> str:
    """Give one command a finding, the worst first.

    Where GitHub will drop some, a notice says how many; it stands before the other notices, which are limited too.
    """
    ordered = report.worst_first()
    loud = [_command(found, options) for found in ordered if found.severity is not Severity.INFO]
    quiet = [_command(found, options) for found in ordered if found.severity is Severity.INFO]
    hidden = _hidden(report)
    more = [f"::notice title=pricecheck::+{hidden} more findings in the log of this step"] if hidden else []
    return "".join(f"{line}\n" for line in [*loud, *more, *quiet])


def _hidden(report: Report) -> int:
    counts = [sum(found.severity is severity for found in report.findings) for severity in Severity]
    hidden = sum(max(0, count - _SHOWN_PER_KIND) for count in counts)
    infos = sum(found.severity is Severity.INFO for found in report.findings)
    return hidden + 1 if hidden and infos >= _SHOWN_PER_KIND else hidden


def _command(found: StampedFinding, options: RenderOptions) -> str:
    properties = {
        "file": repository_path(found.file, options),
        "line": found.start.line,
        "endLine": found.end.line,
        "title": f"{found.rule} {found.name}",
    }
    if found.start.line == found.end.line:  # GitHub refuses columns on an annotation of several lines
        properties |= {"col": found.start.column, "endColumn": found.end.column}
    written = ",".join(f"{name}={escaped_property(str(value))}" for name, value in properties.items())
    advice = f"\nhelp: {found.finding.help}" if found.finding.help else ""
    return f"::{_COMMANDS[found.severity]} {written}::{_data(found.finding.message + advice)}"


def _data(text: str) -> str:
    lines = (visible(line) for line in text.split("\n"))
    return "%0A".join(line.replace("%", "%25") for line in lines)


def escaped_property(text: str) -> str:
    """Give a text as the value of a property of a workflow command, `title=…`."""
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
