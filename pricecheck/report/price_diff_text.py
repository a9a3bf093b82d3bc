"""The price diff for a terminal: what is over a bound first, then everything by route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.price_diff import in_order, revenue, summary
from pricecheck.report.price_diff_groups import rows
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.report.price_diff import ChangeLine, PriceDiff
    from pricecheck.report.price_diff_groups import Row

_ARROWS = {"raised": "▲", "lowered": "▼", "unfreed": "▲", "freed": "▼", "added": "+", "removed": "-", "unknown": "?"}
_SELECTOR = 22
_TINTS = {"over": "bold red", "approved": "yellow"}


def as_text(diff: PriceDiff, *, width: int, color: bool, every: bool) -> str:
    """Give the diff as text of at most `width` columns; `color` also draws arrows, `every` groups nothing."""
    import io

    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=not color, force_terminal=color, highlight=False)
    console.print(Text(summary(diff), style="bold"))
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
            console.print(Text(f"  {visible(line.message)}{place}", style="bold" if line.topic == "recipients" else ""))
        lines = in_order(file.changes)
        over = [line for line in lines if line.is_over]
        others = [line for line in lines if not line.is_over]
        if over:
            console.print()
            console.print(Text("  over bound", style="bold red"))
            _print_routes(console, over, color=color, every=every)
        if others:
            _print_routes(console, others, color=color, every=every)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _print_routes(console, lines: Sequence[ChangeLine], *, color: bool, every: bool) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - rich is loaded late
    from rich.table import Table
    from rich.text import Text

    routes: dict[str, list[Row]] = {}
    for row in rows(lines, every=every):
        routes.setdefault(row.first.route, []).append(row)
    for route, members in routes.items():
        console.print()
        console.print(Text(f"  {visible(route)}", style="bold"))
        table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        table.add_column("  selector", overflow="fold", min_width=_SELECTOR)
        for name in ("old", "new", "Δ %", "bound"):
            table.add_column(name, justify="right" if name != "bound" else "left", overflow="fold")
        if lines[0].requests is not None:
            table.add_column("requests", justify="right", overflow="fold")
            table.add_column("effect", justify="right", overflow="fold")
        else:
            table.add_column("source", overflow="fold")
            table.add_column("lines", no_wrap=True, min_width=7)
        for row in members:
            table.add_row(*[Text(cell) for cell in _cells(row, color=color)], style=_TINTS.get(row.first.verdict))
        console.print(table)


def _cells(row: Row, *, color: bool) -> list[str]:
    arrow = f"{_ARROWS[row.first.kind]} " if color else ""
    silent = " (silent)" if row.first.silent else ""
    cells = [f"  {row.selector}{_example(row.first)}", row.old, row.new, f"{arrow}{row.delta}"]
    if row.first.requests is not None:
        return [*cells, f"{row.bound}{silent}", row.requests, row.effect]
    return [*cells, row.bound, f"{row.source}{silent}", row.places]


def _example(line: ChangeLine) -> str:
    """Give a request on a line of its own, for a row whose selector does not tell which requests it is about."""
    if line.example is None or line.selector.startswith("model:") or line.before is None or line.after is None:
        return ""
    request = f"{line.example['method']} {line.example['path']}"
    body = line.example.get("body")
    return f"\n  e.g. {visible(request)}{f' {visible(str(body))}' if body is not None else ''}"
