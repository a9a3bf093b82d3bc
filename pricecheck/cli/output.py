"""Where reports go: `--output-format FORMAT` to standard output, `FORMAT=PATH` to a file."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import __version__
from pricecheck.cli.shell import terminal_width, wants_color
from pricecheck.errors import InputError, UsageError
from pricecheck.report.formats import FORMATS, render
from pricecheck.report.model import RenderOptions, Report, RuleInfo
from pricecheck.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import TextIO

    from pricecheck.engine import Outcome
    from pricecheck.rules.model import Rule


class Destination(NamedTuple):
    """A format and the file it is written to; None is standard output."""

    format: str
    path: str | None = None


def parse_destinations(
    values: Sequence[str], default: str = "full", formats: Collection[str] = FORMATS
) -> tuple[Destination, ...]:
    """Give the destinations that `--output-format` names; `default` on standard output without any.

    `formats` are those of the command.

    Raises:
        UsageError: no such format, or two for the same place.
    """
    destinations: list[Destination] = []
    for value in values or [default]:
        name, _, path = value.partition("=")
        if name not in formats or (not path and "=" in value):
            raise UsageError(f"--output-format {value!r}: choose from {', '.join(formats)}, or FORMAT=PATH")
        if path in {destination.path or "" for destination in destinations}:
            raise UsageError(f"--output-format: two formats for {path or 'standard output'}")
        destinations.append(Destination(name, path or None))
    return tuple(destinations)


def write_report(
    outcome: Outcome,
    destinations: Sequence[Destination],
    *,
    color: str,
    statistics: bool,
    summary: bool,
    fixed: int = 0,
    stream: TextIO | None = None,
) -> None:
    """Render the outcome for every destination; files are written in UTF-8.

    `fixed` counts the findings that were mended. What has no file goes to `stream`, standard output without one.

    Raises:
        InputError: a file can't be written.
    """
    report = Report(
        findings=outcome.findings,
        files=outcome.files,
        rules={rule.code: _info(rule) for rule in RULES},
        tool_version=__version__,
        suppressed=outcome.suppressed,
        fixed=fixed,
    )
    stream = stream or sys.stdout
    for destination in destinations:
        to_terminal = destination.path is None
        text = render(
            destination.format,
            report,
            RenderOptions(
                color=to_terminal and wants_color(color),
                width=terminal_width() if to_terminal and stream.isatty() else 120,
                show_summary=summary,
                statistics=statistics,
                fix_hint=True,
                root=repository_root(os.getcwd()),
            ),
        )
        if destination.path is None:
            stream.write(text)
        else:
            write_file(destination.path, text)


def repository_root(folder: str) -> str:
    """Give the nearest folder that holds `.git`, walking up from `folder`; `folder` itself where there is none."""
    here = os.path.abspath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        parent = os.path.dirname(here)
        if parent == here:
            return os.path.abspath(folder)
        here = parent
    return here


def write_file(path: str, text: str) -> None:
    """Write a report into a file, in UTF-8.

    Raises:
        InputError: it can't be written.
    """
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror or error}") from None


def _info(rule: Rule) -> RuleInfo:
    return RuleInfo(rule.code, rule.name, rule.summary, rule.impact, rule.severity, rule.page, rule.since)
