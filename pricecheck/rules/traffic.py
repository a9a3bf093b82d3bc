"""PC501 to PC503: models in traffic that the config does not price by name (`check --traffic`; docs/traffic.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.rules.model import Context, rule
from pricecheck.rules.traffic_words import (
    LONGEST_NAME,
    MOST_FINDINGS,
    first_route,
    models_or_route,
    short,
    where_it_belongs,
)
from pricecheck.source.entries import quoted
from pricecheck.wording import counted, cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Config
    from pricecheck.gateway.field import Field
    from pricecheck.prices.table import PriceRow
    from pricecheck.rules.request_places import Place
    from pricecheck.rules.served import ModelUsage, TrafficUsage


@rule(
    "PC501",
    "unmapped-fine-tune",
    Impact.MISCHARGES,
    "Traffic has a fine-tune that no line of `models` prices",
    severity=Severity.WARNING,
    needs_models=True,
)
def unmapped_fine_tune(context: Context) -> Iterator[Finding]:
    """## What it does
    With `--traffic LOG`: reports every fine-tune or custom model in the log that no line of `models` prices by name,
    with what it is charged today and what to charge it. A model is known for a fine-tune by the form of its name, or by
    `[aliases]` of the policy. Of many, the 20 most requested get a finding each.

    It is an error where a fine-tune is charged less than its base model, and a warning elsewhere.

    ## Why is this bad?
    The gateway matches IDs exactly: `ft:gpt-4o:acme::9wcAcylo` is not `gpt-4o`. So a fine-tune that is not listed is
    charged whatever is left, `price`, `fallback` or `defaults.price`. Fine-tunes cost the operator more than their base
    models, and a fallback meant for small models sells them below cost.

    ## Example
    With this log:

    ```jsonl
    {"route": "POST /v1/chat/completions", "requested_model": "ft:gpt-4o:acme::9wcAcylo", "resolved_price": "$0.02"}
    ```

    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.02"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          ft:gpt-4o:acme::9wcAcylo: "$0.075"
        fallback: "$0.02"
    ```

    `pricecheck traffic CONFIG LOG --fix` writes these lines.
    """
    usage = context.usage
    if usage is None:
        return
    from pricecheck.rules.judging import Kind

    found = [one for one in usage.of_kind(Kind.FINE_TUNE) if one.place.routes]
    for one in found[:MOST_FINDINGS]:
        finding = _mapping_belongs(usage, context.config, one, f"the fine-tune `{short(one.model)}` is not mapped")
        yield finding._replace(severity=Severity.ERROR if _below_base(usage, one) else None)
    yield from _rest(context.config, found[MOST_FINDINGS:], "fine-tunes are not mapped")


@rule(
    "PC502",
    "unknown-model",
    Impact.RISK,
    "Traffic has a model that the config does not know, charged by whatever is left",
    severity=Severity.WARNING,
    needs_models=True,
)
def unknown_model(context: Context) -> Iterator[Finding]:
    """## What it does
    With `--traffic LOG`: reports every model in the log that neither `models` nor the built-in table knows and that is
    no fine-tune: also other names of a model that has a price, such as a dated snapshot or `openai/gpt-4o`. Of many,
    the 20 most requested get a finding each.

    ## Why is this bad?
    Whatever the gateway does not know by exactly that name is charged `price`, `fallback` or `defaults.price`, which
    nobody chose for it. A snapshot of the dearest model is then sold at the price for strangers.

    ## Example
    With this log:

    ```jsonl
    {"route": "POST /v1/chat/completions", "requested_model": "gpt-4o-2024-08-06", "resolved_price": "$0.02"}
    ```

    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.02"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          gpt-4o-2024-08-06: "$0.05"
        fallback: "$0.02"
    ```
    """
    usage = context.usage
    if usage is None:
        return
    from pricecheck.rules.judging import Kind

    names = {Kind.UNKNOWN: "is neither listed nor built in", Kind.SNAPSHOT: "is only another name, and not mapped"}
    found = sorted(
        (one for kind in names for one in usage.of_kind(kind) if one.place.routes),
        key=lambda one: -one.requests,
    )
    for one in found[:MOST_FINDINGS]:
        yield _mapping_belongs(usage, context.config, one, f"the model `{short(one.model)}` {names[one.kind]}")
    yield from _rest(context.config, found[MOST_FINDINGS:], "models are not known")


@rule(
    "PC503",
    "fallback-rate",
    Impact.RISK,
    "More of the traffic than the policy allows is priced by no line, or by a fallback",
    severity=Severity.ERROR,
    needs_models=True,
)
def fallback_rate(context: Context) -> Iterator[Finding]:
    """## What it does
    With `--traffic LOG`: reports where more of the requests for models than `[traffic]` of the policy allows

    - name a model that no line of `models` prices (`max-unmapped-rate`, 5 % by default), or
    - are charged by `price`, `fallback` or `defaults.price` of a token-based route (`max-fallback-rate`, 5 % as well).

    Where the log does not say the route of a request, it counts if it does on every route it may have been. Those of
    which it can't be told count as if all were well: a rate is reported only if it is over its limit even then.

    ## Why is this bad?
    A fallback is for strangers. The more of the traffic it prices, the less the config says of what is really charged;
    the operating playbook wants the rate to fall with every deploy.

    ## Example
    With this log:

    ```jsonl
    {"route": "POST /v1/chat/completions", "requested_model": "gpt-4o"}
    {"route": "POST /v1/chat/completions", "requested_model": "our-model"}
    ```

    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          our-model: "$0.02"
        fallback: "$0.05"
    ```
    """
    usage = context.usage
    if usage is None:
        return
    words = {
        "unmapped": ("name a model that no line of `models` prices", "max-unmapped-rate"),
        "fallback": ("are charged by what is left for models nobody listed", "max-fallback-rate"),
    }
    from pricecheck.rules.rates import Verdict
    from pricecheck.shares import percent

    for limit in usage.limits:
        lowest = limit.share.lowest
        if limit.verdict is Verdict.OVER and lowest is not None:
            what, key = words[limit.name]
            where = _most_requested(context.config, usage, limit.name)
            least = "at least " if limit.share.open else ""
            yield Finding(
                f"{least}{percent(lowest, limit.largest.fraction)} of the requests for models {what}; "
                f"the policy allows {limit.largest.text}",
                where.key_span,
                where.path,
                help=f"price the most requested models by name, or raise `{key}`; `pricecheck traffic` lists them",
            )


def _mapping_belongs(usage: TrafficUsage, config: Config, one: ModelUsage, what: str) -> Finding:
    where = where_it_belongs(config, one.place)
    row, suggestion = one.judged.row, one.suggestion
    charged = f"in the log; {one.judged.doubt}"
    if row is not None:
        be = "is" if one.requests == 1 else "are"
        charged = f"{be} charged {row.dollars or row.unknown_reason} by `{row.source}`"
    advice = suggestion.reason if suggestion else None
    if suggestion is not None and suggestion.price is not None:
        line = f"{quoted(cut(one.model, LONGEST_NAME), 'double')}: {quoted(suggestion.price, 'double')}"
        advice = f"write `{line}` into `models` ({suggestion.reason})"
    return Finding(
        f"{what}: {counted(one.requests, 'request')} {charged}{_base_model(usage, one)}",
        where.key_span,
        (*where.path, one.model),
        help=advice,
    )


def _base_model(usage: TrafficUsage, one: ModelUsage) -> str:
    base = one.judged.base
    if base is None:
        return ""
    if one.judged.differing is not None:
        return f"; its base model is `{short(base.model)}`"
    charged = {row.dollars for row in _base_rows(usage, one) if row.dollars}
    price = f", which costs {charged.pop()}" if len(charged) == 1 else ""
    return f"; its base model is `{short(base.model)}`{price}"


def _base_rows(usage: TrafficUsage, one: ModelUsage) -> list[PriceRow]:
    base = one.judged.base
    if base is None or not base.known:
        return []
    found = [usage.table.find(route, f"model:{base.model}") for route in one.place.routes]
    return [row for row in found if row is not None]


def _rest(config: Config, left: list[ModelUsage], what: str) -> Iterator[Finding]:
    if left:
        where = where_it_belongs(config, left[0].place)
        requests = sum(one.requests for one in left)
        yield Finding(
            f"{len(left)} more {what}: {counted(requests, 'request')}",
            where.key_span,
            where.path,
            help="`pricecheck traffic --all` lists them",
        )


def _below_base(usage: TrafficUsage, one: ModelUsage) -> bool:
    row, rows = one.judged.row, _base_rows(usage, one)
    if row is None or row.amount is None:
        return False
    return bool(rows) and all(other.amount is not None and row.amount < other.amount for other in rows)


def _most_requested(config: Config, usage: TrafficUsage, rate: str) -> Field:
    """Give the line that a rate is about on the route where it counts most: its fallback, or its `models`."""
    from collections import Counter

    counts: Counter[Place] = Counter()
    for place, standing, requests in usage.standings:
        if standing.fallback if rate == "fallback" else standing.unmapped:
            counts[place] += requests
    place = counts.most_common(1)[0][0]
    route = first_route(config, place)
    if rate == "fallback":
        return route.price_text or route.fallback or route.field
    return models_or_route(route)
