"""The usage of a traffic sample as every format gets it, and its JSON and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.json_text import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from fractions import Fraction

    from pricecheck.shares import Rates, Share

FORMATS = ("text", "json", "markdown", "csv")


class ModelLine(NamedTuple):
    """One model on one route. `share` is its part of all requests for models; `kind` a value of the contract.

    `amount` is what this config charges, in smallest units of `asset`, `dollars` the same as a price text; both None
    where `doubt` says why it can't be told. `route` is None where the log does not say it. `suggested` is a price text
    to write into `models`, `reason` how it came about, or why there is none; `effect` is by how many dollars it would
    move what these requests bring in. `elsewhere` says that the config has no such route.
    """

    route: str | None
    model: str
    requests: int
    share: Share
    kind: str
    amount: int | None
    dollars: str | None
    asset: str | None
    source: str | None
    doubt: str | None
    base: str | None
    suggested: str | None
    suggested_amount: int | None
    reason: str | None
    effect: Decimal | None = None
    elsewhere: bool = False


class RouteLine(NamedTuple):
    """The requests of one route; `known` is False where the config has no such route."""

    route: str | None
    requests: int
    share: Share
    known: bool


class DeniedLine(NamedTuple):
    """A model that the policy denies by `glob`, and how often it was requested all the same."""

    route: str | None
    model: str
    requests: int
    glob: str


class OtherwiseLine(NamedTuple):
    """Requests the log says were charged `logged` (a price text, None where it has only a source), and here `dollars`.

    `dollars` is None where it depends on what the log does not say, but is not `logged` whatever that may be.
    """

    route: str | None
    model: str | None
    requests: int
    logged: str | None
    logged_source: str | None
    dollars: str | None
    source: str | None


class Limit(NamedTuple):
    """The largest rate the policy allows, as it writes it and exactly, and how the sample's stands to it.

    `verdict` is `within`, `over`, or `unknown` where what can't be told decides.
    """

    text: str
    largest: Fraction
    verdict: str


class TrafficReport(NamedTuple):
    """All there is to say. `logs` are the files, each with the kind it was recognised as.

    `filtered` requests are left out as asked for; `other` good lines tell of none; of `undated` lines the time can't be
    read, of `unpriced` requests the price. `missing` names what the logs never say; `notes` say in sentences what a
    reader must know of the numbers. `limits` has the limit of a rate by its name: `unmapped`, `fallback`. `over_time`
    has the rates by the start of each span.
    """

    config: str
    logs: Sequence[tuple[str, str]]
    requests: int
    read: int
    bad: int
    bad_lines: Sequence[tuple[str, int]]
    filtered: int
    other: int
    undated: int
    unpriced: int
    missing: Sequence[str]
    since: str | None
    until: str | None
    models: Sequence[ModelLine]
    routes: Sequence[RouteLine]
    unused: Sequence[tuple[str, str]]
    denied: Sequence[DeniedLine]
    otherwise: Sequence[OtherwiseLine]
    rates: Rates
    over_time: Sequence[tuple[str, Rates]]
    bucket_seconds: int | None
    limits: Mapping[str, Limit]
    notes: Sequence[str]

    @property
    def elsewhere(self) -> int:
        """How many requests went to routes that the config does not have."""
        return sum(line.requests for line in self.routes if line.route is not None and not line.known)


def as_json(report: TrafficReport) -> str:
    """Give the contract's JSON (schemas/traffic.schema.json), all ASCII; amounts are decimal strings."""
    import json

    parts = {
        "schema_version": "1",
        "config": json.dumps(report.config),
        "sample": json.dumps(
            {
                "logs": [{"file": file, "kind": kind} for file, kind in report.logs],
                "missing": list(report.missing),
                "since": report.since,
                "until": report.until,
            }
        ),
        "lines": json.dumps(
            {
                "read": report.read,
                "bad": report.bad,
                "bad_line_numbers": [number for _, number in report.bad_lines],
                "bad_lines": [{"file": file, "line": number} for file, number in report.bad_lines],
                "filtered": report.filtered,
                "other": report.other,
                "undated": report.undated,
                "unpriced": report.unpriced,
            }
        ),
        "models": listed([_model(line) for line in report.models]),
        "routes": listed([{**line._asdict(), "share": line.share.rate or 0.0} for line in report.routes]),
        "unused": listed([{"route": route, "model": model} for route, model in report.unused]),
        "denied": listed([line._asdict() for line in report.denied]),
        "otherwise": listed([_otherwise(line) for line in report.otherwise]),
        "over_time": listed([{"start": start, **_rates(rates)} for start, rates in report.over_time]),
        "notes": json.dumps(list(report.notes)),
        "summary": json.dumps(
            {
                "requests": report.requests,
                **_rates(report.rates),
                "elsewhere": report.elsewhere,
                "limits": {
                    name: {"text": limit.text, "exceeded": limit.verdict == "over", "verdict": limit.verdict}
                    for name, limit in report.limits.items()
                },
            }
        ),
    }
    return "{\n" + ",\n".join(f'  "{name}": {text}' for name, text in parts.items()) + "\n}\n"


def as_csv(report: TrafficReport) -> str:
    """Give one record a model and route, with a header; no cell acts as a formula, none breaks a terminal."""
    import csv
    import io

    from pricecheck.report.spreadsheet import harmless

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = ["route", "model", "requests", "share", "kind", "charged", "amount", "asset", "source", "base"]
    writer.writerow([*names, "suggested", "effect", "reason", "doubt"])
    for line in report.models:
        amount = "" if line.amount is None else str(line.amount)
        writer.writerow(
            [
                harmless(line.route or ""),
                harmless(line.model),
                str(line.requests),
                f"{line.share.rate or 0:.6f}",
                line.kind,
                line.dollars or "",
                amount,
                harmless(line.asset or ""),
                line.source or "",
                harmless(line.base or ""),
                line.suggested or "",
                "" if line.effect is None else f"{line.effect:f}",
                harmless(line.reason or ""),
                harmless(line.doubt or ""),
            ]
        )
    return out.getvalue()


def _model(line: ModelLine) -> dict[str, object]:
    return {
        "route": line.route,
        "model": line.model,
        "requests": line.requests,
        "share": line.share.rate or 0.0,
        "amount": None if line.amount is None else str(line.amount),
        "price": line.dollars,
        "asset": line.asset,
        "source": line.source,
        "kind": line.kind,
        "base": line.base,
        "suggested": line.suggested,
        "suggested_amount": None if line.suggested_amount is None else str(line.suggested_amount),
        "reason": line.reason,
        "effect": None if line.effect is None else f"{line.effect:f}",
        "doubt": line.doubt,
    }


def _otherwise(line: OtherwiseLine) -> dict[str, object]:
    return {**line._asdict(), "logged": line.logged or f"by {line.logged_source}"}


def _rates(rates: Rates) -> dict[str, object]:
    from pricecheck.shares import rounded

    found: dict[str, object] = {"decided": rates.requests - rates.undecided, "undecided": rates.undecided}
    for name, share in rates.by_name.items():
        found |= {
            name: share.part,
            f"{name}_rate": share.rate,
            f"{name}_at_least": rounded(share.lowest),
            f"{name}_at_most": rounded(share.highest),
        }
    return found
