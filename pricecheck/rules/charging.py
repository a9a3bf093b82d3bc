"""PC223 and PC226: what is charged against what is shown or sold (gateway.md §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Label, Severity
from pricecheck.gateway.advertised import Advertised, advertised_prices
from pricecheck.gateway.money import dollars
from pricecheck.gateway.pricing import Quote, Source, decimals_for, quote_rest, quote_text
from pricecheck.gateway.routing import DISCOVERY_PATHS
from pricecheck.patterns import late
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Route
    from pricecheck.prices.table import PriceRow

_ZERO_DURATION = late(r"0+[smhd]\Z")


@rule(
    "PC223",
    "advertised-otherwise",
    Impact.IGNORED,
    "The discovery documents show another price than is charged",
)
def advertised_otherwise(context: Context) -> Iterator[Finding]:
    """## What it does
    Compares the one price that each discovery document shows for a route with what the route charges for everything
    that no `match` rule names. On a route where every request costs the same, a difference is a warning. On routes
    with `match` it is only pointed out, since no single price could be right there; so is a route that shows
    `defaults.price` while all that it prices by name costs something else. Token-based routes are left out, where the
    documents can show nothing sensible and everybody's config would be reported; so are routes with a price function,
    and every route under `gateway.discovery: false`.

    ## Why is this bad?
    Clients read these documents to decide whether to call. `/.well-known/x402` shows a route's `price`, else
    `defaults.price`; on a route with `match`, its `fallback`, else `defaults.price`. It never shows `models`, nor the
    `fallback` of a route without `match`. `/.well-known/openapi.json` does the same, but does not look into a `pricing`
    block at all. A client that expects $0.001 and is asked for $0.03 may well refuse to pay.

    ## Example
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "GET /v1/batches":
        upstream: openai
        fallback: "$0.03"
    ```

    Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "GET /v1/batches":
        upstream: openai
        price: "$0.03"
    ```

    On a route with `match` it is the other way round: there the documents show `fallback`.
    """
    config = context.config
    for route in config.routes:
        if route.token_based or route.key in context.misread_routes:
            continue
        decimals = decimals_for(config, route)
        rest = quote_rest(config, route, decimals)
        shown = advertised_prices(config, route)
        if decimals is None or rest.amount is None or not shown:
            continue
        quotes = [(each, quote_text(each.text, each.source, decimals).amount) for each in shown]
        if _is_reached(context, route):
            wrong = [(each, amount) for each, amount in quotes if amount is not None and amount != rest.amount]
        else:
            charged = {row.amount for row in context.table.by_route[route.key] if row.reachable}
            wrong = [(each, amount) for each, amount in quotes if amount is not None and not charged & {amount, None}]
        if wrong:
            yield _finding(context, route, rest, wrong, decimals)
        elif _only_names_differ(context, route, rest):
            yield Finding(
                f"the discovery documents show {dollars(rest.amount, decimals)} (`defaults.price`) for this route; "
                "all that it prices by name is charged otherwise",
                route.field.key_span,
                route.field.path,
                help=f"set `{'fallback' if route.match else 'price'}` to what clients should "
                "be shown, and whatever is not named charged",
                severity=Severity.INFO,
            )


def _is_reached(context: Context, route: Route) -> bool:
    """Say whether some request is charged the price of whatever no rule takes."""
    if not route.match:
        return True
    other = context.table.find(route.key, "other")
    return other is None or other.reachable


def _only_names_differ(context: Context, route: Route, rest: Quote) -> bool:
    """Say whether a route shows `defaults.price` although every model or rule of its own has another price."""
    if rest.source is not Source.DEFAULTS or rest.amount is None:
        return False
    rows = context.table.by_route[route.key] if route.match else ()
    amounts = {row.amount for row in rows if row.selector != "other" and row.reachable}
    return bool(amounts) and not amounts & {rest.amount, None}


def _finding(
    context: Context, route: Route, rest: Quote, wrong: list[tuple[Advertised, int]], decimals: int
) -> Finding:
    each, amount = wrong[0]
    same = len(wrong) == len(DISCOVERY_PATHS) and wrong[1][1] == amount
    document = "the discovery documents show" if same else f"{each.document} shows"
    reached = _is_reached(context, route)
    who = "what no rule takes is" if route.match else "requests are"
    charged = f"{who} charged {dollars(rest.amount or 0, decimals)} (`{rest.source.value}`)"
    if not reached:
        charged = "the `match` rules take every request and charge otherwise"
    place = rest.place if reached and rest.place is not None else route.field
    return Finding(
        f"{document} {dollars(amount, decimals)} (`{each.source.value}`), but {charged}",
        place.key_span,
        place.path,
        help=_help(route, each, rest),
        severity=Severity.INFO if route.match else None,
    )


def _help(route: Route, each: Advertised, rest: Quote) -> str:
    if each.document == DISCOVERY_PATHS[1] and rest.place is not None and "pricing" in rest.place.path:
        names = f"`match` and `{rest.source.value}`" if route.match else f"`{rest.source.value}`"
        return f"move {names} out of the `pricing` block: on the route itself that counts as well, and is shown"
    if route.match:
        return "set `fallback`, the price that is shown for a route with `match`, and no `price`"
    return "set `price` to it: it is charged the same way, and shown"


@rule(
    "PC226",
    "session-covers-dearer",
    Impact.MISCHARGES,
    "A time session bought at the cheapest price covers the dearest",
)
def session_covers_dearer(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports routes with `pricing.model: time` on which requests have different prices, and a `duration` of zero.

    ## Why is this bad?
    A session is kept for the route and the payer, and for nothing else. Whoever pays for one request may send any other
    to that route until the session ends: one call of the cheapest model, or of what the cheapest `match` rule takes,
    opens the dearest for the whole duration. Token-based routes are worst, since the gateway's built-in table adds its
    own cheap models. With a duration of zero there is no session, and every request is charged.

    ## Example
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        pricing:
          model: time
          duration: 1h
          match:
            - where: { body.model: "gpt-4o-mini" }
              price: "$0.10"
          fallback: "$1.00"
    ```

    Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/mini/chat/completions":
        upstream: openai
        path: "/v1/chat/completions"
        pricing: { model: time, duration: 1h, price: "$0.10" }
        hooks: { onRequest: "/srv/tollbooth/hooks/only-mini.mjs" }
      "POST /v1/chat/completions":
        upstream: openai
        pricing: { model: time, duration: 1h, price: "$1.00" }
    ```
    """
    for route in context.config.routes:
        if route.pricing_model != "time":
            continue
        duration = route.field.at("pricing", "duration")
        text = duration.known_text if duration else None
        if duration is not None and text is not None and _ZERO_DURATION.match(text):
            yield Finding(
                f"a session of {text} is over at once: every request is charged",
                duration.span,
                duration.path,
                help="write how long a payment is to last, such as 1h, or remove `model` and `duration`",
            )
        else:
            yield from _unlocked(context, route, text)


def _unlocked(context: Context, route: Route, duration: str | None) -> Iterator[Finding]:
    paying = [row for row in context.table.by_route[route.key] if row.reachable and row.amount and row.amount > 0]
    place = route.field.at("pricing", "model")
    if not paying or place is None:
        return
    cheapest, dearest = min(paying, key=_amount), max(paying, key=_amount)
    if cheapest.amount == dearest.amount:
        return
    labels = ((cheapest, "buys the session"), (dearest, "is covered by it"))
    yield Finding(
        f"a session bought for {_row(cheapest)} covers {_row(dearest)} as well"
        f"{f' for {duration}' if duration else ''}: sessions are kept by route and payer only",
        place.span,
        place.path,
        related=tuple(Label(row.span, text) for row, text in labels if row.span is not None),
        help="give every price a route of its own, or charge by the request",
    )


def _amount(row: PriceRow) -> int:
    return row.amount or 0


def _row(row: PriceRow) -> str:
    kind, _, name = row.selector.partition(":")
    what = {"model": f'the model "{name}"', "match": f"match rule {name}", "other": "everything else"}[kind]
    return f"{what} ({dollars(row.amount or 0, row.decimals or 0)})"
