"""The effective price table as text, JSON and CSV."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.style import BOLD, DIM, Style
from pricecheck.report.visible import visible, width

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


def as_text(lines: Sequence[PriceLine], *, columns: int, color: bool, every: bool) -> str:
    """Give the rows for a person, `columns` columns wide, grouped by route; what there is to add stands below a row.

    Without `every`, the rows of the gateway's built-in table, which no line of the config sets, are one line a route.
    """
    if not lines:
        return "no routes: nothing is charged\n"
    routes: dict[str, list[PriceLine]] = {}
    for line in lines:
        routes.setdefault(line.route, []).append(line)
    style = Style(color=color)
    return "\n".join(
        f"{style.paint(BOLD, visible(route))}\n{_columns(_shown(rows, every=every), columns, style)}"
        for route, rows in routes.items()
    )


class _Shown(NamedTuple):
    cells: tuple[str, str, str, str, str]
    notes: tuple[str, ...] = ()
    reachable: bool = True


_HEAD = _Shown(("selector", "written", "charged", "units", "source"))
_TO_THE_RIGHT = (False, False, True, True, False)
_INDENT, _GAP = "  ", "  "
_WIDEST = 24
_LEAST_SELECTOR = 20


def _shown(rows: Iterable[PriceLine], *, every: bool) -> Iterator[_Shown]:
    yield _HEAD
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
        charged = "free" if row.amount == 0 else _cut(row.dollars or "?")
        units = "" if row.amount is None else _cut(str(row.amount))
        cells = (visible(row.selector), _cut(visible(row.price or "")), charged, units, row.source)
        yield _Shown(cells, tuple(notes), row.reachable)
    if hidden:
        known = sorted((row for row in hidden if row.amount is not None), key=lambda row: row.amount or 0)
        notes = [f"{known[0].dollars} to {known[-1].dollars}; --all lists them"] if known else ["--all lists them"]
        yield _Shown((f"{len(hidden)} built-in models", "", "", "", "default-table"), tuple(notes))


def _columns(shown: Iterable[_Shown], total: int, style: Style) -> str:
    rows = list(shown)
    widths = [max(width(row.cells[column]) for row in rows) for column in range(len(_HEAD.cells))]
    rest = sum(widths[1:]) + len(_GAP) * len(widths[1:]) + len(_INDENT)
    widths[0] = min(widths[0], max(_LEAST_SELECTOR, total - rest))
    out: list[str] = []
    for row in rows:
        text = _line(row.cells, widths)
        out.append(text if row.reachable else style.paint(DIM, text))
        for note in row.notes:
            indent = _INDENT * 2
            out += [style.paint(DIM, indent + part) for part in wrap(note, max(_LEAST_SELECTOR, total - len(indent)))]
    return "\n".join(out) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Line up the cells; a selector too long for its column has a line of its own."""
    selector, *others = cells
    long = width(selector) > widths[0]
    padded = [
        " " * (widest - width(cell)) + cell if right else cell + " " * (widest - width(cell))
        for cell, widest, right in zip(["" if long else selector, *others], widths, _TO_THE_RIGHT, strict=True)
    ]
    line = (_INDENT + _GAP.join(padded)).rstrip()
    return f"{_INDENT}{selector}\n{line}" if long else line


def _conditions(where: Mapping[str, object]) -> str:
    import json

    # As JSON, since the text "1" and the number 1 are two conditions.
    named = ", ".join(
        f"{visible(key)}: {visible(json.dumps(value, ensure_ascii=False))}" for key, value in where.items()
    )
    return f"where {named}" if named else "where: always"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
