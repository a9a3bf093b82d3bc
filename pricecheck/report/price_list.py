"""The effective price table as text, JSON and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pricecheck.findings import Position

FORMATS = ("text", "json", "csv")


class PriceLine(NamedTuple):
    """One row to print. `amount` is in smallest units of `asset`, None where `reason` says why it is unknown.

    `dollars` is the amount as a price text, `price` the text as written, `start` where it is written (None for what the
    gateway brings itself), `where` a match rule's conditions.
    """

    route: str
    selector: str
    amount: int | None
    dollars: str | None
    asset: str
    price: str | None
    source: str
    where: Mapping[str, object] | None
    start: Position | None
    reason: str | None
    reachable: bool


def as_json(lines: Sequence[PriceLine]) -> str:
    """Give the contract's JSON; amounts are decimal strings, since they outgrow what JSON numbers keep."""
    import json

    rows = [
        {
            "route": line.route,
            "selector": line.selector,
            "amount": None if line.amount is None else str(line.amount),
            "asset": line.asset,
            "price": line.price,
            "source": line.source,
            "where": line.where,
            "start": line.start._asdict() if line.start else None,
            "reason": line.reason,
            "reachable": line.reachable,
        }
        for line in lines
    ]
    return json.dumps({"schema_version": 1, "rows": rows}, indent=2) + "\n"


def as_csv(lines: Sequence[PriceLine]) -> str:
    """Give one record a row, with a header; texts that a spreadsheet would take for a formula begin with `'`."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["route", "selector", "price", "charged", "amount", "asset", "source", "line"])
    for line in lines:
        cells = [line.route, line.selector, line.price or "", line.dollars or line.reason or ""]
        amount = "" if line.amount is None else str(line.amount)
        place = str(line.start.line) if line.start else ""
        writer.writerow([*map(_harmless, cells), amount, _harmless(line.asset), line.source, place])
    return out.getvalue()


def as_text(lines: Sequence[PriceLine], *, width: int, color: bool, every: bool) -> str:
    """Give a table for a terminal, grouped by route.

    Without `every`, the rows of the gateway's built-in table, which no line of the config sets, are one line a route.
    """
    import io

    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=not color, force_terminal=color, highlight=False, soft_wrap=False)
    routes: dict[str, list[PriceLine]] = {}
    for line in lines:
        routes.setdefault(line.route, []).append(line)
    for number, (route, rows) in enumerate(routes.items()):
        if number:
            console.print()
        console.print(visible(route), style="bold", markup=False)
        console.print(_table(rows, every=every))
    if not lines:
        console.print("no routes: nothing is charged")
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _table(rows: Iterable[PriceLine], *, every: bool):  # type: ignore[no-untyped-def]  # noqa: ANN202 - rich is loaded late
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    table.add_column("  selector", overflow="fold", ratio=3)
    table.add_column("written", overflow="fold")
    table.add_column("charged", justify="right", no_wrap=True)
    table.add_column("units", justify="right", no_wrap=True)
    table.add_column("source", no_wrap=True)
    built_in = [row for row in rows if row.source == "default-table"]
    hidden = built_in if not every else []
    for row in rows:
        if row in hidden:
            continue
        table.add_row(*[Text(cell) for cell in _cells(row)], style=None if row.reachable else "dim")
    if hidden:
        known = sorted((row for row in hidden if row.amount is not None), key=lambda row: row.amount or 0)
        spread = f"{known[0].dollars} to {known[-1].dollars}" if known else "unknown"
        table.add_row(
            Text(f"  {len(hidden)} built-in models"),
            Text(""),
            Text(spread),
            Text(""),
            Text("default-table"),
        )
    return table


def _cells(row: PriceLine) -> list[str]:
    selector = row.selector
    if row.where is not None:
        conditions = ", ".join(f"{key}: {value}" for key, value in row.where.items()) or "always"
        selector = f"{selector} {{{conditions}}}"
    if not row.reachable:
        selector = f"{selector} (unreachable)"
    charged = "free" if row.amount == 0 else row.dollars or f"? {row.reason}"
    written = "" if row.price is None else visible(row.price)
    return [f"  {visible(selector)}", written, charged, "" if row.amount is None else str(row.amount), row.source]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
