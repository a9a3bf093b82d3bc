"""The price diff for a terminal: what stands out first, then everything by route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.columns import Column, TableRow, new_console, number_column, print_table, text_of, word_column
from pricecheck.report.example_text import example_of
from pricecheck.report.price_diff import alarm_of, revenue, sections, summary
from pricecheck.report.price_diff_groups import rows
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from pricecheck.report.price_diff import ChangeLine, PriceDiff
    from pricecheck.report.price_diff_groups import Row

_ARROWS = {"raised": "▲", "lowered": "▼", "unfreed": "▲", "freed": "▼", "added": "+", "removed": "-", "unknown": "?"}
_TINTS = {"over": "bold red", "beyond": "bold yellow", "approved": "yellow"}
_HEADINGS = {"over": "bold red", "beyond": "bold yellow", "": "bold"}


def as_text(diff: PriceDiff, *, width: int, color: bool, every: bool) -> str:
    """Give the diff as text of `width` columns, if not too few; `color` also draws arrows, `every` groups nothing."""
    from rich.text import Text

    console = new_console(width, color=color)
    alarm = alarm_of(diff)
    console.print(Text.assemble((alarm, "bold red"), (summary(diff).removeprefix(alarm), "bold")))
    if diff.traffic is not None:
        console.print(Text(visible(revenue(diff.traffic)), style="bold"))
        for note in diff.traffic.notes:
            console.print(Text(f"  {visible(note)}"))
    for file in diff.files:
        if not (file.changes or file.structure or file.note or len(diff.files) > 1):
            continue
        console.print()
        console.print(Text(visible(file.title), style="bold"))
        if file.note:
            console.print(Text(f"  {visible(file.note)}"))
        for line in file.structure:
            place = f" (line {line.start.line})" if line.start else ""
            console.print(Text(f"  {visible(line.message)}{place}", style="bold red" if line.is_of_recipient else ""))
        found = sections(file.changes)
        for section in found:
            # Where nothing stands out, there is nothing to tell the rest from.
            if len(found) > 1 or section.stands_out:
                console.print()
                console.print(Text(f"  {section.title}", style=_HEADINGS[_state(section.lines[0])]))
            _print_routes(console, section.lines, color=color, every=every)
    return text_of(console)


def _state(line: ChangeLine) -> str:
    return "over" if line.is_over else "beyond" if line.is_beyond else ""


def _print_routes(console: Console, lines: Sequence[ChangeLine], *, color: bool, every: bool) -> None:
    from rich.text import Text

    routes: dict[str, list[Row]] = {}
    for row in rows(lines, every=every):
        routes.setdefault(row.first.route, []).append(row)
    columns = [*map(number_column, ("old", "new", "Δ %")), word_column("bound")]
    if lines[0].weighed:
        columns += map(number_column, ("requests", "effect"))
    else:
        columns += [word_column("source"), Column("lines")]
    for route, members in routes.items():
        console.print()
        console.print(Text(f"  {visible(route)}", style="bold"))
        shown = [
            TableRow(
                row.selector,
                _cells(row, color=color),
                tuple(_notes(row)),
                _TINTS.get(_state(row.first) or row.first.verdict),
            )
            for row in members
        ]
        print_table(console, "selector", columns, shown)


def _cells(row: Row, *, color: bool) -> list[str]:
    arrow = f"{_ARROWS[row.first.kind]} " if color else ""
    silent = " (silent)" if row.first.silent else ""
    cells = [*(_without_reason(text)[0] for text in (row.old, row.new)), f"{arrow}{row.delta}"]
    if row.first.weighed:
        return [*cells, f"{row.bound}{silent}", row.requests, row.effect]
    return [*cells, row.bound, f"{row.source}{silent}", row.places]


def _notes(row: Row) -> Iterator[str]:
    """Give what stands below a selector: why a price is unknown, and a request where the selector does not tell."""
    for when, charged in (("before", row.old), ("now", row.new)):
        if reason := _without_reason(charged)[1]:
            yield f"{when}: {reason}"
    example = example_of(row.first)
    if example is not None:
        yield f"e.g. {example}"


def _without_reason(charged: str) -> tuple[str, str]:
    """Split what is charged from why that can't be told: a sentence has no place in a column of numbers."""
    mark, _, reason = charged.partition(" ")
    return (mark, reason) if mark == "?" else (charged, "")
