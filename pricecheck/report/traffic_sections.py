"""The sections of a traffic report, the same in every format for people: what to do first comes first."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.price_diff import signed_dollars
from pricecheck.report.traffic import percent
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pricecheck.report.traffic import ModelLine, RateLine, TrafficReport


class Row(NamedTuple):
    """A row to print: what it is about, a note to it, and its other cells. All is fit to print."""

    route: str
    name: str
    note: str
    cells: tuple[str, ...]


class Section(NamedTuple):
    """A table with a title and a sentence that says what it means; `columns` name the cells, right-aligned if `>`."""

    title: str
    meaning: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    first: str = "model"


class Rate(NamedTuple):
    """A rate of the whole sample, what to say of its limit, and each span of time: its start, part and whole."""

    name: str
    rate: float | None
    verdict: str
    over_time: tuple[tuple[str, int, int], ...]


LONGEST_NAME = 120
"""Characters of a model's name that are shown; real ones are shorter, and a log may hold anything."""

_CHARGED = (">requests", ">share", ">charged", "source")


def sections(report: TrafficReport) -> list[Section]:
    """Give the sections that have rows, in the order of what to do first."""
    by_kind: dict[str, list[ModelLine]] = {}
    for line in report.models:
        by_kind.setdefault(line.kind, []).append(line)

    def charged(kind: str, *, suggesting: bool = True) -> list[Row]:
        return [_row(line, suggesting=suggesting) for line in by_kind.get(kind, [])]

    found = [
        Section(
            "Unmapped fine-tunes",
            f"custom models that no line prices by name{_at_the_suggested_prices(by_kind.get('fine-tune', []))}",
            (*_CHARGED, ">suggested"),
            charged("fine-tune"),
        ),
        Section(
            "Unknown models",
            "their names tell no base model; `[aliases]` of the policy can",
            _CHARGED,
            charged("unknown", suggesting=False),
        ),
        Section(
            "Other names of priced models",
            f"the gateway matches exactly{_at_the_suggested_prices(by_kind.get('snapshot', []))}",
            (*_CHARGED, ">suggested"),
            charged("snapshot"),
        ),
        Section(
            "Denied models still requested",
            "the policy denies them",
            (">requests", "denied by"),
            [
                Row(_place(line.route), _name(line.model), "", (f"{line.requests:,}", visible(line.glob)))
                for line in report.denied
            ],
        ),
        Section(
            "Charged otherwise than this config would",
            "the deployed config is not this one",
            (">requests", ">charged", ">this config"),
            [
                Row(
                    _place(line.route),
                    _name(line.model) if line.model is not None else "(not said)",
                    "",
                    (f"{line.requests:,}", _cut(line.logged), line.dollars or "otherwise"),
                )
                for line in report.otherwise
            ],
        ),
        Section(
            "Priced but not requested",
            "lines of `models` that no request in the log named",
            (),
            [Row(_place(route), _name(model), "", ()) for route, model in report.unused],
        ),
        Section(
            "Charged by the built-in table",
            "the gateway brings these prices itself",
            _CHARGED,
            charged("default-table", suggesting=False),
        ),
        Section("Mapped models", "priced by a line of the config", _CHARGED, charged("mapped", suggesting=False)),
        Section(
            "Routes",
            "all requests, whatever prices them",
            (">requests", ">share"),
            [
                Row(
                    "",
                    _place(line.route),
                    "" if line.known or line.route is None else "not in this config",
                    (f"{line.requests:,}", percent(line.share)),
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
    return f"{report.requests:,} requests{span}"


def facts(report: TrafficReport) -> list[str]:
    """Give what a reader must know of the numbers, a sentence each: the kinds of logs, bad lines, what is not told."""
    lines = [f"{visible(file)}: {visible(kind)}" for file, kind in report.logs]
    if report.bad:
        shown = ", ".join(f"{visible(file)}:{number}" for file, number in report.bad_lines)
        more = " …" if report.bad > len(report.bad_lines) else ""
        are = "is no record" if report.bad == 1 else "are no records"
        lines.append(f"{report.bad:,} of {report.read:,} lines {are}: {shown}{more}")
    if report.filtered:
        lines.append(f"{report.filtered:,} records left out by --since, --until or --route")
    if report.missing and report.requests:
        lines.append(f"the logs never say: {', '.join(report.missing)}")
    return [*lines, *map(visible, report.notes)]


def rates(report: TrafficReport) -> list[Rate]:
    """Give each rate with how it stands to its limit."""
    found = []
    for name, count in _PARTS.items():
        limit = report.limits.get(name)
        rate = _RATES[name](report.rates)
        verdict = ""
        if limit is not None and rate is not None:
            verdict = f"{'over' if limit.exceeded else 'within'} the limit of {limit.text}"
        over_time = tuple((line.start or "", count(line), line.decided) for line in report.over_time)
        found.append(Rate(name, rate, verdict, over_time))
    return found


_PARTS: dict[str, Callable[[RateLine], int]] = {
    "unmapped": lambda line: line.unmapped,
    "fallback": lambda line: line.fallback,
    "unknown": lambda line: line.unknown,
}

_RATES: dict[str, Callable[[RateLine], float | None]] = {
    "unmapped": lambda line: line.unmapped_rate,
    "fallback": lambda line: line.fallback_rate,
    "unknown": lambda line: line.unknown_rate,
}


def _row(line: ModelLine, *, suggesting: bool) -> Row:
    notes = [line.doubt, _reason(line) if suggesting else None]
    cells: tuple[str, ...] = (
        f"{line.requests:,}",
        percent(line.share),
        ("free" if line.amount == 0 else line.dollars) or "?",
        line.source or "",
    )
    if suggesting:
        cells += (line.suggested or "",)
    return Row(_place(line.route), _name(line.model), visible("; ".join(filter(None, notes))), cells)


def _reason(line: ModelLine) -> str | None:
    return line.reason if line.effect is None else f"{line.reason}: {signed_dollars(line.effect)}"


def _at_the_suggested_prices(lines: Sequence[ModelLine]) -> str:
    """Say what all suggestions together would change, where there are some."""
    effects = [line.effect for line in lines if line.effect is not None]
    return f"; at the suggested prices {signed_dollars(sum(effects, start=Decimal(0)))}" if effects else ""


def _place(route: str | None) -> str:
    return "(route not said)" if route is None else _cut(route)


def _name(model: str) -> str:
    return _cut(model) if model else '""'


def _cut(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"
