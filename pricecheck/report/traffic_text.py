"""The usage of a traffic sample for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.columns import TableRow, new_console, number_column, print_table, text_of, word_column
from pricecheck.report.traffic_sections import facts, heading, rates, sections
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from pricecheck.report.columns import Column
    from pricecheck.report.traffic import TrafficReport
    from pricecheck.report.traffic_sections import Row, Section

_FEW = 20
_BARS = "▁▂▃▄▅▆▇█"
_BESIDE_BARS = len("  unmapped  ") + len("  ") * 2


def as_text(report: TrafficReport, *, width: int, color: bool, every: bool, sparkline: bool) -> str:
    """Give the report `width` columns wide (72 at least); without `every`, the first 20 rows of each section.

    `sparkline` draws each rate over time, from 0 to its highest.
    """
    from rich.padding import Padding
    from rich.text import Text

    console = new_console(width, color=color)
    console.print(Text(f"{visible(report.config)}: {heading(report)}", style="bold"))
    for fact in facts(report):
        console.print(Padding(Text(fact), (0, 0, 0, 2)))
    if report.rates.requests:
        console.print()
        _print_rates(console, report, sparkline=sparkline)
    for section in sections(report):
        console.print()
        title = Text(f"{section.title} ({len(section.rows):,})", style="bold")
        console.print(title + Text(f": {section.meaning}", style="not bold"))
        for remark in section.remarks:
            console.print(Padding(Text(remark), (0, 0, 0, 2)))
        _print_rows(console, section, every=every)
    return text_of(console)


def _print_rates(console: Console, report: TrafficReport, *, sparkline: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for justify in ("left", "right", "left", "left"):
        table.add_column(justify=justify, no_wrap=True)
    found = rates(report)
    # Names, percentages and verdicts are never cut for the sake of bars.
    room = console.width - _BESIDE_BARS - sum(max(len(rate[part]) for rate in found) for part in (1, 2))
    for name, shown, verdict in found:
        bars = _bars(_over_time(report, name), report.bucket_seconds, room) if sparkline else ""
        style = "bold red" if verdict.startswith("over") else ""
        cells = (f"  {name}", shown, bars, verdict)
        table.add_row(*[Text(cell) for cell in cells], style=style)
    console.print(table)


def _over_time(report: TrafficReport, name: str) -> list[tuple[str, int, int]]:
    """Give each span of time as its start, and of a rate the part and the whole of which it can be told."""
    shares = [(start, rates.by_name[name]) for start, rates in report.over_time]
    return [(start, share.part, share.whole - share.open) for start, share in shares]


def _bars(over_time: Sequence[tuple[str, int, int]], bucket_seconds: int | None, room: int) -> str:
    """Give a bar for each span of time, or for several where there is no room, and a blank where nothing was asked for.

    Empty for a single span.
    """
    from datetime import datetime

    if len(over_time) < 2 or not bucket_seconds:  # noqa: PLR2004 - one bar shows nothing
        return ""
    start = datetime.fromisoformat(over_time[0][0])
    numbers = [round((datetime.fromisoformat(at) - start).total_seconds() / bucket_seconds) for at, _, _ in over_time]
    together = -(-(numbers[-1] + 1) // max(room, 1))
    parts = [0] * (numbers[-1] // together + 1)
    wholes = list(parts)
    for number, (_, part, whole) in zip(numbers, over_time, strict=True):
        parts[number // together] += part
        wholes[number // together] += whole
    shares = [part / whole if whole else None for part, whole in zip(parts, wholes, strict=True)]
    highest = max((share for share in shares if share), default=1)
    return "".join(" " if share is None else _BARS[round(share / highest * (len(_BARS) - 1))] for share in shares)


def _print_rows(console: Console, section: Section, *, every: bool) -> None:
    from rich.text import Text

    shown = section.rows if every else section.rows[:_FEW]
    columns = [_column(name) for name in section.columns]
    by_route: dict[str, list[Row]] = {}
    for row in shown:
        by_route.setdefault(row.route, []).append(row)
    for route, rows in by_route.items():
        if route:
            console.print(Text(f"  {route}"))
        shown_rows = [TableRow(row.name, row.cells, (row.note,) if row.note else ()) for row in rows]
        print_table(console, section.first, columns, shown_rows, indent=4 if route else 2, gap=2)
    if len(shown) < len(section.rows):
        console.print(Text(f"  … and {len(section.rows) - len(shown):,} more: --all lists them"))


def _column(name: str) -> Column:
    return number_column(name[1:]) if name.startswith(">") else word_column(name)
