"""PC504 to PC506: lines, denials and prices that traffic does not bear out (`check --traffic`; docs/traffic.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.rules.model import Context, rule
from pricecheck.rules.traffic_words import MOST_FINDINGS, short, was, where_it_belongs
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricecheck.rules.charged_otherwise import Otherwise
    from pricecheck.rules.request_places import Place
    from pricecheck.rules.served import TrafficUsage

_NAMED = 3


@rule(
    "PC504",
    "priced-but-unused",
    Impact.RISK,
    "A line of `models` that no request in the log named",
    severity=Severity.INFO,
    needs_models=True,
)
def priced_but_unused(context: Context) -> Iterator[Finding]:
    """## What it does
    With `--traffic LOG`: reports the lines of `models` for models that the log never names on that route. A log without
    models, or without any request for the route, says nothing of use. Where the log does not say routes, a model named
    anywhere counts as used everywhere.

    ## Why is this bad?
    A line nobody asks for is often a typo of one that is asked for, or a model that is gone. It also makes a reader
    believe that the real ID is priced.

    ## Example
    With this log:

    ```jsonl
    {"route": "POST /v1/chat/completions", "requested_model": "gpt-4o-mini"}
    ```

    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o-mini: "$0.01"
          gpt4o: "$0.05"
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o-mini: "$0.01"
        fallback: "$0.05"
    ```
    """
    usage = context.usage
    if usage is None:
        return
    unused = set(usage.unused)
    for route in context.config.routes:
        for model in route.models:
            if (route.key, model.name) in unused:
                yield Finding(
                    f"no request in the log named `{short(model.name)}` on this route",
                    model.entry.key.span,
                    (*route.models_path, model.name),
                    help="check the ID's spelling, or remove the line if the model is gone",
                )


@rule(
    "PC505",
    "denied-model-in-traffic",
    Impact.RISK,
    "A model that the policy denies is requested, and served",
    severity=Severity.WARNING,
    needs_models=True,
)
def denied_model_in_traffic(context: Context) -> Iterator[Finding]:
    """## What it does
    With `--traffic LOG`: reports the models of the policy's `[models] deny` that the log has requests for, on any kind
    of route.

    ## Why is this bad?
    The gateway refuses no model. One that no line prices is still forwarded to the upstream and charged by the built-in
    table or the fallback; to stop it takes an `onRequest` hook.

    ## Example
    With this policy and this log:

    ```toml
    [models]
    deny = ["gpt-3.5-turbo*"]
    ```

    ```jsonl
    {"route": "POST /v1/chat/completions", "requested_model": "gpt-3.5-turbo"}
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

    Use instead an upstream, or a hook, that refuses the model; what the log then no longer shows is not reported:
    ```yaml
    routes:
      "POST /v1/embeddings":
        upstream: openai
        price: "$0.001"
    ```
    """
    usage = context.usage
    if usage is None:
        return
    for one in usage.denied[:MOST_FINDINGS]:
        if one.place.routes:
            where = where_it_belongs(context.config, one.place)
            yield Finding(
                f"the policy denies `{short(one.model)}` (`{one.glob}`), and {counted(one.requests, 'request')} for it "
                f"{was(one.requests)} served{_somewhere(one.place)}",
                where.key_span,
                (*where.path, one.model),
                help="refuse the model in an `onRequest` hook",
            )


@rule(
    "PC506",
    "charged-otherwise",
    Impact.RISK,
    "The log says that requests were charged otherwise than this config would",
    severity=Severity.INFO,
)
def charged_otherwise(context: Context) -> Iterator[Finding]:
    """## What it does
    With `--traffic LOG`: reports requests that, by the log, were charged another price than this config gives them, or
    (where the log has no prices) by another source. Models that one price of the config charges, as a fallback does,
    are one finding; of many findings the 20 with the most requests are given. Requests of routes that this config does
    not have are one finding too, and a warning where most of the log is such.

    ## Why is this bad?
    Then the gateway that wrote the log does not run this config: a deploy was missed, a price was changed by hand, or
    an older gateway is still serving. Right before a price change ships this is as it should be.

    ## Example
    With this log:

    ```jsonl
    {"route": "POST /v1/chat/completions", "requested_model": "gpt-4o", "resolved_price": "$0.04"}
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

    Use instead the config that is deployed:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.04"
        fallback: "$0.05"
    ```
    """
    usage = context.usage
    if usage is None:
        return
    yield from _elsewhere(context, usage)
    for alike in _alike(usage.otherwise)[:MOST_FINDINGS]:
        one = alike[0]
        where = where_it_belongs(context.config, one.place)
        span = one.row.span if one.row is not None and one.row.span is not None else where.key_span
        path = one.row.path if one.row is not None and one.row.path is not None else where.path
        yield Finding(
            _otherwise(alike), span, path, help="deploy this config, or compare it with the one that is deployed"
        )


def _elsewhere(context: Context, usage: TrafficUsage) -> Iterator[Finding]:
    """Yield what says that requests went to routes the config does not have: it would have answered 404."""
    routes = context.config.at("routes") or context.config.root
    if routes is None:
        return
    if usage.elsewhere:
        requests = sum(usage.elsewhere.values())
        named = [f"`{short(route)}` ({number:,})" for route, number in usage.elsewhere.items()]
        most = ", ".join(named[:_NAMED]) + (" …" if len(named) > _NAMED else "")
        is_most = requests * 2 > usage.requests
        yield Finding(
            f"{requests:,} of {counted(usage.requests, 'request')} in the log {was(requests)} for routes that this "
            f"config does not have and answers 404: {most}",
            routes.key_span,
            routes.path,
            help="hold the log against the config of the gateway that wrote it, or add the routes",
            severity=Severity.WARNING if is_most else None,
        )
    if usage.resolved_nowhere:
        yield Finding(
            f"the log has {usage.resolved_nowhere:,} prices of models, and no route of this config is token-based",
            routes.key_span,
            routes.path,
            help="hold the log against the config of the gateway that wrote it",
            severity=Severity.WARNING,
        )


def _alike(otherwise: Iterable[Otherwise]) -> list[list[Otherwise]]:
    """Put together what one price of the config charges otherwise in the same way: a fallback has many models."""
    groups: dict[object, list[Otherwise]] = {}
    for one in otherwise:
        row = (one.row.route, one.row.selector) if one.row else None
        groups.setdefault((one.place, row, one.price, one.source), []).append(one)
    return sorted(groups.values(), key=lambda group: -sum(one.requests for one in group))


def _otherwise(alike: list[Otherwise]) -> str:
    from pricecheck.gateway.money import price_text

    one, requests = alike[0], sum(other.requests for other in alike)
    models = [other.model for other in alike if other.model is not None]
    what = f" for `{short(models[0])}`" if len(models) == 1 else f" for {len(models)} models" if models else ""
    charged = f"{counted(requests, 'request')}{what} {was(requests)} charged"
    if one.price is None:
        by = one.row.source if one.row else "another source"
        return f"{charged} by {one.source}, by the log; this config charges by {by}"
    here = f"this config charges {one.row.dollars}" if one.row else "nothing in this config charges that there"
    return f"{charged} {price_text(one.price)}, by the log; {here}"


def _somewhere(place: Place) -> str:
    return "" if place.label is not None else ", the log does not say on which route"
