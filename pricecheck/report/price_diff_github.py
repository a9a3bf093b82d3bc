"""The price diff as GitHub annotations on the new lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.github import escaped_property
from pricecheck.report.model import RenderOptions
from pricecheck.report.paths import repository_path
from pricecheck.report.price_diff import revenue, summary
from pricecheck.report.price_diff_groups import rows
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from pricecheck.report.price_diff import ChangeLine, PriceDiff
    from pricecheck.report.price_diff_groups import Row

_SHOWN_PER_KIND = 10
"""GitHub keeps the first ten errors, warnings and notices of a step and drops the rest without a word."""


def as_github(diff: PriceDiff, *, root: str | None) -> str:
    """Give a notice with the summary, then one command a row: errors over a bound, warnings for silent changes.

    Paths are relative to `root`, the absolute path of the repository. Where GitHub will drop some, the summary says so.
    """
    options = RenderOptions(root=root)
    lines: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}
    for line in diff.structure:
        kind = "error" if line.is_of_recipient else "notice"
        place = _place(line.file, line.start.line if line.start else 1, "price diff", options)
        lines[kind].append(f"::{kind} {place}::{_data(line.message)}")
    for row in rows(diff.changes, every=False):
        kind = _kind(row.first)
        lines[kind].append(f"::{kind} {_place_of(row, options)}::{_data(_sentence(row))}")
    # One notice is the summary itself.
    dropped = sum(max(0, len(found) - _SHOWN_PER_KIND + (kind == "notice")) for kind, found in lines.items())
    more = f" (+{dropped} in the log of this step)" if dropped else ""
    weighed = f"; {revenue(diff.traffic)}" if diff.traffic else ""
    first = f"::notice title=pricecheck::{_data(summary(diff) + weighed + more)}"
    return "".join(f"{line}\n" for line in [first, *lines["error"], *lines["warning"], *lines["notice"]])


def _kind(line: ChangeLine) -> str:
    if line.is_over:
        return "error"
    return "warning" if line.silent or line.is_beyond else "notice"


def _sentence(row: Row) -> str:
    # "route.models → fallback" tells that the line is gone.
    moved = row.first.before and row.first.before.source == "route.models" != row.source
    silent = ", although its line did not change" if row.first.silent and not moved else ""
    bound = f", bound {row.first.bound}" if row.first.is_over and row.first.bound else ""
    if row.first.is_beyond:
        bound = f", first mapped beyond {row.first.bound or 'any bound'}"
    return f"{row.first.route} {row.selector}: {row.old} to {row.new} ({row.delta}{bound}), {row.source}{silent}"


def _place_of(row: Row, options: RenderOptions) -> str:
    line = row.first
    start = line.after.start if line.after else None
    return _place(line.file, start.line if start else 1, f"price {line.kind}", options)


def _place(file: str, line: int, title: str, options: RenderOptions) -> str:
    return f"file={escaped_property(repository_path(file, options))},line={line},title={escaped_property(title)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")
