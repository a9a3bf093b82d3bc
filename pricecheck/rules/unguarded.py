"""PC310 and PC311: what a route leaves to the gateway: prices to its built-in table, a free upstream to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.gateway.default_table import DEFAULT_TABLE, REAL_IDS
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Route

_CLAUDE = "claude-"


@rule(
    "PC310",
    "default-table-price",
    Impact.RISK,
    "A route leaves its prices to the gateway's built-in table",
    severity=Severity.INFO,
)
def default_table_price(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a token-based route whose `models` lists nothing, so that every price is the built-in table's. It is a
    warning where the upstream is Anthropic's and no Claude model is listed, and a line for one of the table's Claude
    IDs, which no provider knows, is reported as well.

    ## Why is this bad?
    The table is the same in every version of the gateway and knows 25 models. Its prices are nobody's margin, and its
    dated Claude IDs are not the real ones: a caller who asks for `claude-opus-4-5-20251101` is charged the fallback,
    not the table's price for Opus.

    ## Example
    ```yaml
    upstreams:
      anthropic:
        url: "https://api.anthropic.com"
    routes:
      "POST /v1/messages":
        upstream: anthropic
        type: token-based
        fallback: "$0.10"
    ```

    Use instead:
    ```yaml
    upstreams:
      anthropic:
        url: "https://api.anthropic.com"
    routes:
      "POST /v1/messages":
        upstream: anthropic
        type: token-based
        models:
          claude-opus-4-5-20251101: "$0.10"
          claude-sonnet-4-5-20250929: "$0.03"
        fallback: "$0.10"
    ```
    """
    for route in context.config.routes:
        if not route.token_based or route.key in context.misread_routes:
            continue
        names = [name for name, _, _ in route.models if name]
        if _serves_claude_only(context, route) and not any(
            name.startswith(_CLAUDE) and name not in REAL_IDS for name in names
        ):
            yield _without_claude(route)
        elif not names:
            field = route.field.get("type") or route.field
            yield Finding(
                f"`models` lists nothing: {len(DEFAULT_TABLE)} models have the price of the gateway's built-in table,"
                " all others the fallback",
                field.span,
                field.path,
                help="list the models you serve with the prices you want",
            )
        yield from _unreal(route)


@rule(
    "PC311",
    "open-free-route",
    Impact.RISK,
    "A free route without a rate limit lets anybody use the upstream without end",
    severity=Severity.WARNING,
)
def open_free_route(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a route on which every request is free and for which neither its own `rateLimit` nor that of `defaults`
    sets a limit.

    ## Why is this bad?
    A free request skips payment and with it the only thing that holds callers back: the gateway forwards as many as
    arrive, with your upstream credentials. A `rateLimit` at the root of the config is dropped in silence.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.00"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.00"
        rateLimit:
          requests: 60
          window: 1m
    ```
    """
    if context.config.at("defaults", "rateLimit") is not None:
        return
    for route in context.config.routes:
        if route.field.get("rateLimit") is not None:
            continue
        rows = [row for row in context.table.by_route[route.key] if row.reachable]
        if rows and all(row.amount == 0 for row in rows):
            yield Finding(
                "every request to this route is free and nothing limits how many there are",
                rows[-1].span or route.field.key_span,
                rows[-1].path or route.field.path,
                help='add `rateLimit: { requests: 60, window: "1m" }` here, or one in `defaults` for every route',
            )


def _serves_claude_only(context: Context, route: Route) -> bool:
    from pricecheck.prices.vendors import may_serve

    url = context.config.upstream_url(route)
    return may_serve(url, _CLAUDE) and not may_serve(url, "gpt-")


def _without_claude(route: Route) -> Finding:
    unreal, real = next(iter(REAL_IDS.items()))
    field = route.models_field() or route.field.get("type") or route.field
    return Finding(
        f"`models` lists no Claude model, and the built-in table only IDs that no provider knows, such as `{unreal}`:"
        f" `{real}` and all others are charged the fallback",
        field.key_span,
        field.path,
        severity=Severity.WARNING,
        help=f"list the models you serve by their real IDs, such as `{real}`",
    )


def _unreal(route: Route) -> Iterator[Finding]:
    listed = {name for name, _, _ in route.models}
    for name, _, entry in route.models:
        if name in REAL_IDS and REAL_IDS[name] not in listed:
            yield Finding(
                f"`{name}` is an ID of the gateway's built-in table that no provider knows: `{REAL_IDS[name]}` is not"
                " charged this price",
                entry.key.span,
                (*route.models_path, name),
                help=f"did you mean `{REAL_IDS[name]}`?",
            )
