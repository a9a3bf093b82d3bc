"""The sections of a traffic report, the same in every format for people: what to do first comes first."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.price_diff import signed_dollars
from pricecheck.report.visible import visible
from pricecheck.wording import counted, cut, not_records

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pricecheck.report.traffic import Limit, ModelLine, OtherwiseLine, TrafficReport


class Row(NamedTuple):
    """A row to print: what it is about, a note to it, and its other cells. All is fit to print."""

    route: str
    name: str
    note: str
    cells: tuple[str, ...]


class Section(NamedTuple):
    """A table with a title and a sentence that says what it means; `columns` name the cells, right-aligned if `>`.

    `remarks` are sentences that several rows would else repeat.
    """

    title: str
    meaning: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    first: str = "model"
    remarks: tuple[str, ...] = ()


_LONGEST_NAME = 120
"""Characters of a model's name that are shown; real ones are shorter, and a log may hold anything."""

_CHARGED = (">requests", ">share", ">charged", "source")


def sections(report: TrafficReport) -> list[Section]:
    """Give the sections that have rows, in the order of what to do first."""
    by_kind: dict[str, list[ModelLine]] = {}
    elsewhere: list[ModelLine] = []
    for line in report.models:
        (elsewhere if line.elsewhere else by_kind.setdefault(line.kind, [])).append(line)

    def charged(title: str, meaning: str, kind: str, *, suggesting: bool = False) -> Section:
        lines = by_kind.get(kind, [])
        if suggesting:
            meaning += _at_the_suggested_prices(lines)
        doubts = Counter(line.doubt for line in lines if line.doubt is not None)
        shared = {doubt for doubt, rows in doubts.items() if rows > 1}
        remarks = tuple(f"{rows:,} models: {visible(doubt)}" for doubt, rows in doubts.most_common() if doubt in shared)
        rows = [_row(line, shared, suggesting=suggesting) for line in lines]
        columns = (*_CHARGED, ">suggested") if suggesting else _CHARGED
        return Section(title, meaning, columns, rows, remarks=remarks)

    found = [
        charged("Unmapped fine-tunes", "custom models that no line prices by name", "fine-tune", suggesting=True),
        Section(
            "Requests of routes this config does not have",
            "it would answer them 404, so that the gateway which wrote the log runs another config",
            (">requests",),
            _elsewhere(report, elsewhere),
        ),
        charged(
            "Unknown models", "neither they nor a base model of theirs have a price; `[aliases]` can tell", "unknown"
        ),
        charged("Other names of priced models", "the gateway matches exactly", "snapshot", suggesting=True),
        Section(
            "Denied models still requested",
            "the policy denies them",
            (">requests", "denied by"),
            [
                Row(_place(line.route), shown_name(line.model), "", (f"{line.requests:,}", visible(line.glob)))
                for line in report.denied
            ],
        ),
        Section(
            "Charged otherwise than this config would",
            "the deployed config is not this one",
            (">requests", ">in the log", "by", ">this config", "by"),
            [_otherwise(line) for line in report.otherwise],
        ),
        Section(
            "Priced but not requested",
            "lines of `models` that no request in the log named",
            (),
            [Row(_place(route), shown_name(model), "", ()) for route, model in report.unused],
        ),
        charged("Charged by the built-in table", "the gateway brings these prices itself", "default-table"),
        charged("Mapped models", "priced by a line of the config", "mapped"),
        Section(
            "Routes",
            "all requests, whatever prices them",
            (">requests", ">share"),
            [
                Row(
                    "",
                    _place(line.route),
                    "" if line.known or line.route is None else "not in this config",
                    (f"{line.requests:,}", line.share.text()),
                )
                for line in report.routes
            ],
            first="route",
        ),
    ]
    return [section for section in found if section.rows]


def heading(report: TrafficReport) -> str:
    """Give the first line: how much was read, and of which time."""
    span = f", {report.since} to {report.until}" if report.since and report.until else ""
    return f"{counted(report.requests, 'request')}{span}"


def facts(report: TrafficReport) -> list[str]:
    """Give what a reader must know of the numbers, a sentence each: the kinds of logs, bad lines, what is not told."""
    lines = [f"{visible(file)}: {visible(kind)}" for file, kind in report.logs]
    if report.bad:
        shown = ", ".join(f"{visible(file)}:{number}" for file, number in report.bad_lines)
        more = " …" if report.bad > len(report.bad_lines) else ""
        lines.append(f"{not_records(report.bad, report.read)}: {shown}{more}")
    if report.filtered:
        lines.append(f"{counted(report.filtered, 'request')} left out by --since, --until or --route")
    if report.missing and report.requests:
        lines.append(f"the logs never say: {', '.join(report.missing)}")
    return [*lines, *map(visible, report.notes)]


def rates(report: TrafficReport) -> list[tuple[str, str, str]]:
    """Give the name of each rate, the rate, and how it stands to its limit."""
    found = []
    for name, share in report.rates.by_name.items():
        limit = report.limits.get(name)
        found.append((name, share.text(limit.largest if limit else None), "" if limit is None else _verdict(limit)))
    return found


def _verdict(limit: Limit) -> str:
    if limit.verdict == "unknown":
        return f"can't be told; the limit is {limit.text}"
    return f"{limit.verdict} the limit of {limit.text}"


def _elsewhere(report: TrafficReport, lines: Sequence[ModelLine]) -> list[Row]:
    """Give the requests of routes the config does not have: by model, and what names none."""
    unnamed = {line.route: line.requests for line in report.routes if line.route is not None and not line.known}
    rows = []
    for line in lines:
        rows.append(Row(_place(line.route), shown_name(line.model), "", (f"{line.requests:,}",)))
        if line.route in unnamed:
            unnamed[line.route] -= line.requests
    rest = [Row(_place(route), "(no model)", "", (f"{left:,}",)) for route, left in unnamed.items() if left > 0]
    return rows + rest


def _otherwise(line: OtherwiseLine) -> Row:
    """Show price and source of both sides, `?` where the log, or the config, does not tell."""
    name = shown_name(line.model) if line.model is not None else "(not said)"
    note = "" if line.source else "whatever the log leaves open, nothing there charges that"
    cells = (_cut(line.logged or "?"), _cut(line.logged_source or "?"), line.dollars or "?", line.source or "?")
    return Row(_place(line.route), name, note, (f"{line.requests:,}", *cells))


def _row(line: ModelLine, said: Container[str | None], *, suggesting: bool) -> Row:
    """Give the row of a model, without a doubt that the section has `said`."""
    doubt = None if line.doubt in said else line.doubt
    # Of what nothing is known, the reason is the section's; that a base model has no price is worth a note.
    notes = [doubt, _reason(line) if suggesting or line.base is not None else None]
    cells: tuple[str, ...] = (
        f"{line.requests:,}",
        line.share.text(),
        ("free" if line.amount == 0 else line.dollars) or "?",
        line.source or "",
    )
    if suggesting:
        cells += (line.suggested or "",)
    return Row(_place(line.route), shown_name(line.model), visible("; ".join(filter(None, notes))), cells)


def _reason(line: ModelLine) -> str | None:
    return line.reason if line.effect is None else f"{line.reason}: {signed_dollars(line.effect)}"


def _at_the_suggested_prices(lines: Sequence[ModelLine]) -> str:
    """Say what all suggestions together would change, where there are some."""
    effects = [line.effect for line in lines if line.effect is not None]
    return f"; at the suggested prices {signed_dollars(sum(effects, start=Decimal(0)))}" if effects else ""


def _place(route: str | None) -> str:
    return "(route not said)" if route is None else _cut(route)


def shown_name(model: str) -> str:
    """Show a model's name, in quotes where it has blanks at an end that nobody would see."""
    return _cut(model) if model and model == model.strip() else f'"{_cut(model)}"'


def _cut(text: str) -> str:
    return cut(visible(text), _LONGEST_NAME)
