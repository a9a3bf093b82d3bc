"""The effective price table as text, JSON and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.columns import Column, TableRow, new_console, number_column, print_table, text_of
from pricecheck.report.spreadsheet import harmless
from pricecheck.report.visible import visible
from pricecheck.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    """Give the contract's JSON (schemas/prices.schema.json).

    Amounts are decimal strings, since they outgrow what JSON numbers keep.
    """
    import json

    rows = [
        {
            "route": line.route,
            "selector": line.selector,
            "amount": None if line.amount is None else str(line.amount),
            "asset": line.asset or None,
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
        writer.writerow([*map(harmless, cells), amount, harmless(line.asset), line.source, place])
    return out.getvalue()


def as_text(lines: Sequence[PriceLine], *, columns: int, color: bool, every: bool) -> str:
    """Give the rows for a person, `columns` columns wide (72 at least), grouped by route.

    What there is to add to a row stands below its selector.

    Without `every`, the rows of the gateway's built-in table, which no line of the config sets, are one line a route.
    """
    from rich.text import Text

    console = new_console(columns, color=color)
    routes: dict[str, list[PriceLine]] = {}
    for line in lines:
        routes.setdefault(line.route, []).append(line)
    for number, (route, rows) in enumerate(routes.items()):
        if number:
            console.print()
        console.print(Text(visible(route), style="bold"))
        print_table(console, "selector", _COLUMNS, list(_shown(rows, every=every)), gap=2)
    if not routes:
        console.print("no routes: nothing is charged")
    return text_of(console)


_WIDEST = 24
_COLUMNS = (Column("written"), number_column("charged"), number_column("units"), Column("source"))


def _shown(rows: Iterable[PriceLine], *, every: bool) -> Iterator[TableRow]:
    hidden: list[PriceLine] = []
    for row in rows:
        if row.source == "default-table" and not every:
            hidden.append(row)
            continue
        notes = [] if row.where is None else [_conditions(row.where)]
        if row.reason is not None:
            notes.append(visible(row.reason))
        if not row.reachable:
            notes.append("unreachable: no request gets this price")
        written = visible(row.price or "")
        charged = "free" if row.amount == 0 else row.dollars or "?"
        # What is no price may be any text; a price is never cut.
        cells = (cut(written, _WIDEST), "?", "") if row.amount is None else (written, charged, str(row.amount))
        yield TableRow(visible(row.selector), (*cells, row.source), notes, None if row.reachable else "dim")
    if hidden:
        known = sorted((row for row in hidden if row.amount is not None), key=lambda row: row.amount or 0)
        notes = [f"{known[0].dollars} to {known[-1].dollars}; --all lists them"] if known else ["--all lists them"]
        yield TableRow(f"{len(hidden)} built-in models", ("", "", "", "default-table"), notes)


def _conditions(where: Mapping[str, object]) -> str:
    import json

    # As JSON, since the text "1" and the number 1 are two conditions.
    named = ", ".join(
        f"{visible(key)}: {visible(json.dumps(value, ensure_ascii=False))}" for key, value in where.items()
    )
    return f"where {named}" if named else "where: always"
