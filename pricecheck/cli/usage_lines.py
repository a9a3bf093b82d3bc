"""The usage of a sample in the words of the report."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pricecheck.gateway.money import price_text
from pricecheck.report.traffic import (
    DeniedLine,
    Limit,
    ModelLine,
    OtherwiseLine,
    RateLine,
    RouteLine,
    TrafficReport,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.prices.table import PriceRow
    from pricecheck.rules.rates import Rates
    from pricecheck.rules.served import ModelUsage, Otherwise, TrafficUsage
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
        missing=sample.missing,
        since=sample.since,
        until=sample.until,
        models=[_model(found, named) for found in usage.models],
        routes=[
            RouteLine(place.label, requests, _share(requests, total), bool(place.possible))
            for place, requests in usage.by_route.items()
        ],
        unused=usage.unused,
        denied=[DeniedLine(found.place.label, found.model, found.requests, found.glob) for found in usage.denied],
        otherwise=[_otherwise(found) for found in usage.otherwise],
        rates=_rates(None, usage.rates),
        over_time=[_rates(start, rates) for start, rates in usage.over_time],
        bucket_seconds=sample.bucket_seconds,
        limits={limit.name: Limit(limit.largest.text, limit.exceeded) for limit in usage.limits},
        notes=list(_notes(usage)),
    )


def _model(found: ModelUsage, named: int) -> ModelLine:
    row, suggestion = found.judged.row, found.suggestion
    return ModelLine(
        route=found.place.label,
        model=found.model,
        requests=found.requests,
        share=_share(found.requests, named),
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
    )


def _effect(row: PriceRow | None, suggestion: Suggestion | None, requests: int) -> Decimal | None:
    if row is None or suggestion is None or row.amount is None or suggestion.amount is None or row.decimals is None:
        return None
    return Decimal((suggestion.amount - row.amount) * requests).scaleb(-row.decimals)


def _otherwise(found: Otherwise) -> OtherwiseLine:
    logged = price_text(found.price) if found.price is not None else f"by {found.source}"
    row = found.row
    charged = (row.dollars or row.unknown_reason) if row else None
    source = row.source if row else None
    return OtherwiseLine(found.place.label, found.model, found.requests, logged, found.source, charged, source)


def _rates(start: str | None, rates: Rates) -> RateLine:
    return RateLine(
        start,
        rates.decided,
        rates.undecided,
        rates.unmapped,
        rates.rate(rates.unmapped),
        rates.fallback,
        rates.rate(rates.fallback),
        rates.unknown,
        rates.rate(rates.unknown),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _notes(usage: TrafficUsage) -> Iterator[str]:
    rows = usage.sample.rows
    if any(row.route is None and row.model is not None for row in rows):
        only = usage.place(None).label
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
    if usage.rates.undecided:
        yield f"{usage.rates.undecided:,} requests can't be told and are in none of the rates"
    if usage.unused_doubt is not None:
        yield f"it can't be told which lines are unused: {usage.unused_doubt}"
    sample = usage.sample
    if sample.folded_groups:
        yield (
            f"{sample.folded_groups:,} rare groups with {sample.folded_requests:,} requests are left out: "
            "more than a report can hold"
        )
