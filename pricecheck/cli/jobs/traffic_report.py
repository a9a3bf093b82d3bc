"""The usage of a sample in the words of the report."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pricecheck.cli.traffic_logs import rare_models
from pricecheck.gateway.money import price_text
from pricecheck.report.traffic import (
    DeniedLine,
    Limit,
    ModelLine,
    OtherwiseLine,
    RouteLine,
    TrafficReport,
)
from pricecheck.rules.resolutions import told_of_twice
from pricecheck.shares import Share
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.prices.table import PriceRow
    from pricecheck.rules.charged_otherwise import Otherwise
    from pricecheck.rules.served import ModelUsage, TrafficUsage
    from pricecheck.rules.suggesting import Suggestion


def traffic_report(usage: TrafficUsage, config: str) -> TrafficReport:
    """Give all there is to say of a sample; `config` is the display path of the config."""
    sample = usage.sample
    named = sum(found.requests for found in usage.models)
    total = sum(usage.by_route.values())
    return TrafficReport(
        config=config,
        logs=tuple(zip(sample.files, sample.kinds, strict=True)),
        requests=usage.requests,
        read=sample.read,
        bad=sample.bad,
        bad_lines=sample.bad_line_numbers,
        filtered=sample.filtered,
        other=sample.other,
        undated=sample.undated,
        unpriced=sample.unpriced,
        missing=sample.missing,
        since=sample.since,
        until=sample.until,
        models=[_model(found, named) for found in usage.models],
        routes=[
            RouteLine(place.label, requests, Share(requests, total), bool(place.possible) or place.builtin)
            for place, requests in usage.by_route.items()
        ],
        unused=usage.unused,
        denied=[DeniedLine(found.place.label, found.model, found.requests, found.glob) for found in usage.denied],
        otherwise=[_otherwise(found) for found in usage.otherwise],
        rates=usage.rates,
        over_time=usage.over_time,
        bucket_seconds=sample.bucket_seconds,
        limits={
            limit.name: Limit(limit.largest.text, limit.largest.fraction, limit.verdict.value) for limit in usage.limits
        },
        notes=list(_notes(usage)),
    )


def _model(found: ModelUsage, named: int) -> ModelLine:
    row, suggestion = found.judged.row, found.suggestion
    return ModelLine(
        route=found.place.label,
        model=found.model,
        requests=found.requests,
        share=Share(found.requests, named),
        kind=found.kind.value,
        amount=row.amount if row else None,
        dollars=row.dollars if row else None,
        asset=row.asset if row else None,
        source=row.source if row else None,
        doubt=found.judged.doubt or (row.unknown_reason if row else None),
        base=found.judged.base.model if found.judged.base else None,
        suggested=suggestion.price if suggestion else None,
        suggested_amount=suggestion.amount if suggestion else None,
        reason=suggestion.reason if suggestion else None,
        effect=_effect(row, suggestion, found.requests),
        elsewhere=found.place.is_elsewhere,
    )


def _effect(row: PriceRow | None, suggestion: Suggestion | None, requests: int) -> Decimal | None:
    if row is None or suggestion is None or row.amount is None or suggestion.amount is None or row.decimals is None:
        return None
    return Decimal((suggestion.amount - row.amount) * requests).scaleb(-row.decimals)


def _otherwise(found: Otherwise) -> OtherwiseLine:
    logged = price_text(found.price) if found.price is not None else None
    dollars, source = (found.row.dollars, found.row.source) if found.row else (None, None)
    return OtherwiseLine(found.place.label, found.model, found.requests, logged, found.source, dollars, source)


def _notes(usage: TrafficUsage) -> Iterator[str]:
    sample, rows = usage.sample, usage.sample.rows
    if any(row.route is None and row.model is not None for row in rows):
        only = usage.place(None).route
        if only is not None:
            yield f"models without a route are taken to be of {only}, the only route that prices by model"
        else:
            yield "models without a route are priced where all token-based routes charge the same"
    if any(row.resolution for row in rows):
        if any(row.model is not None and not row.resolution for row in rows):
            yield "models are counted from two kinds of logs; requests that both tell of are counted twice"
        else:
            yield (
                "models are counted from price resolutions, which are logged apart from the requests; "
                "a request that is answered 402 first is resolved twice"
            )
    yield from _notes_on_rates(usage)
    if usage.unused_doubt is not None:
        yield f"it can't be told which lines are unused: {usage.unused_doubt}"
    yield from rare_models(sample)
    if sample.other:
        yield f"{counted(sample.other, 'line')} more tell of no request: other messages, or neither model nor route"
    if sample.undated:
        yield f"{counted(sample.undated, 'line')} with a time that can't be read, which --since and --until leave out"
    if sample.unpriced:
        yield f"{counted(sample.unpriced, 'request')} with a logged price that can't be read"


def _notes_on_rates(usage: TrafficUsage) -> Iterator[str]:
    rows = usage.sample.rows
    if any(row.model and row.source and len(usage.place(row.route).routes) > 1 for row in rows):
        yield "of several routes, a request counts in the rates for those that charge by the source which the log names"
    if usage.rates.undecided:
        yield f"{counted(usage.rates.undecided, 'request')} can't be told: a rate is the range that this leaves open"
    unnamed = _without_model(usage) if any(row.model is not None for row in rows) else 0
    if unnamed:
        yield f"{counted(unnamed, 'request')} of token-based routes without a model: in none of the rates"


def _without_model(usage: TrafficUsage) -> int:
    """Count the requests of token-based routes whose model nothing in the sample tells."""

    def chosen(route: str | None, model: str | None, *, resolution: bool) -> bool:
        return not resolution and model is None and route is not None and usage.place(route).token_based

    rows = usage.sample.rows
    found = sum(row.requests for row in rows if chosen(row.route, row.model, resolution=row.resolution))
    return found - told_of_twice(usage.sample, chosen)
