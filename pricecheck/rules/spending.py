"""PC308 and PC309: money that is kept for nothing, and credentials that anybody can read (gateway.md §6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity, Span
from pricecheck.rules.model import Context, rule
from pricecheck.source.nodes import Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field

_CENTS = 50
"""A request that is charged this much is expensive, unless the policy says that the route is high-risk anyway."""


@rule(
    "PC308",
    "settle-after-response",
    Impact.RISK,
    "An expensive route takes the money before the upstream has answered",
    severity=Severity.INFO,
)
def settle_after_response(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a route that settles before the response (the default) although it is expensive: a price that it states is
    $0.50 or more, or the policy calls it `high-risk`. Routes settled by `nanopayments` or `mpp` are left out.

    ## Why is this bad?
    With `before-response` the payment is kept when the upstream then fails. On an expensive upstream, or one that often
    fails, callers pay for errors; with `after-response` the gateway does not settle an answer of 500 or above.

    ## Example
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/video/generations":
        upstream: openai
        price: "$2.50"
    ```

    Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/video/generations":
        upstream: openai
        price: "$2.50"
        settlement: after-response
    ```
    """
    strategy = context.config.at("settlement", "strategy")
    if strategy is not None and strategy.value in {"nanopayments", "mpp"}:
        return
    for route in context.config.routes:
        settlement = route.field.get("settlement")
        if settlement is not None and settlement.value != "before-response":
            continue
        high_risk = context.policy is not None and context.policy.route(route.key).high_risk
        dearest = _dearest(context, route)
        if high_risk or dearest is not None:
            why = f"charges up to {dearest}" if dearest is not None else "is high-risk by the policy"
            field = settlement or route.field
            yield Finding(
                f"this route {why} and settles before the response: the money is kept when the upstream then fails",
                settlement.span if settlement else field.key_span,
                field.path,
                help="add `settlement: after-response`",
            )


@rule(
    "PC309",
    "literal-secret",
    Impact.RISK,
    "A credential stands in the config in plain text",
    severity=Severity.ERROR,
)
def literal_secret(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports credentials in `upstreams.*.headers`, in `settlement`, and in every URL that the gateway calls: of upstreams
    and their `openapi`, of `settlement`, facilitators and stores, and the absolute `path` of a route. Reported are the
    shapes that providers document (`sk-…`, `AIza…`, `AKIA…`), bearer tokens, user names with passwords, tokens in a
    URL's query (`?api_key=…`), and text too random to be anything else. `${NAME}`, stand-ins such as `sk-your-key`,
    wallet addresses, dates and versions are no secrets.

    No report shows the secret itself.

    ## Why is this bad?
    The config is read by everybody who reviews prices, and stays in the history of the repository. Whoever has the key
    spends your money at the upstream.

    ## Example
    ```yaml
    upstreams:
      warehouse:
        url: "https://reports:2pAx9-vQ7m@warehouse.example.com"
    ```

    Use instead:
    ```yaml
    upstreams:
      warehouse:
        url: "https://warehouse.example.com"
        headers:
          authorization: "Basic ${WAREHOUSE_AUTH}"
    ```
    """
    from pricecheck.rules.secret_shapes import is_stand_in, secret_in, secret_in_url

    for field in _headers(context.config):
        yield from _told(field, secret_in(str(field.path[-1]), _written(field)))
    for field in _urls(context.config):
        yield from _told(field, secret_in_url(_written(field)))
    for field in _strings(context.config.at("settlement")):
        text = _written(field)
        named = field.path[-1] == "secretKey" and not is_stand_in(text)
        found = secret_in_url(text) or secret_in(str(field.path[-1]), text)
        yield from _told(field, found or ("a key" if named else None))


def secret_spans(context: Context) -> list[Span]:
    """Give the places of all credentials in the text, for every report to hide, whichever rules were selected.

    Where the text does not parse, only the shapes that providers document can be told.
    """
    if context.document.root is not None:
        return [finding.span for finding in literal_secret.check(context)]
    from pricecheck.rules.secret_shapes import SHAPES

    text = context.document.source.text
    return [Span(*found.span()) for shape in SHAPES for found in shape.pattern.finditer(text)]


def _dearest(context: Context, route: Route) -> str | None:
    """Give the dearest price that the route's own lines charge, if it is expensive."""
    rows = [
        row
        for row in context.table.by_route[route.key]
        if row.node is not None and row.reachable and row.amount is not None and row.decimals is not None
    ]
    dear = [row for row in rows if 100 * (row.amount or 0) >= _CENTS * 10 ** (row.decimals or 0)]
    return max(dear, key=lambda row: row.amount or 0).dollars if dear else None


def _headers(config: Config) -> Iterator[Field]:
    for upstream in config.upstreams.values():
        yield from _strings(upstream.field.get("headers"))


def _urls(config: Config) -> Iterator[Field]:
    """Yield what the gateway calls, without the root's `settlement`: its every string is looked at anyway."""
    for upstream in config.upstreams.values():
        yield from filter(None, (upstream.url, upstream.field.text_of("openapi")))
    for name in ("stores", "facilitator"):
        yield from _strings(config.at(name))
    for route in config.routes:
        yield from filter(None, [route.field.text_of("path")])
        yield from _strings(route.field.get("facilitator"))


def _strings(root: Field | None) -> Iterator[Field]:
    """Yield every string at any depth."""
    stack = [] if root is None else [root]
    while stack:
        field = stack.pop()
        if field.text is not None:
            yield field
        stack.extend([*(value for _, value in field.entries()), *field.items()][::-1])


def _written(field: Field) -> str:
    """Give the text as it is written: what the environment holds is no secret of the config."""
    node = resolve(field.node)
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


def _told(field: Field, what: str | None) -> Iterator[Finding]:
    if what is None:
        return
    from pricecheck.rules.secret_shapes import USER_PASSWORD

    names = [str(part) for part in field.path if isinstance(part, str)]
    variable = f"{_owner(names)}_{'PASSWORD' if what == USER_PASSWORD else 'KEY'}"
    yield Finding(
        f"`{names[-1]}` holds {what} in plain text: whoever can read this file can use it",
        field.span,
        field.path,
        help=f"write `${{{variable}}}` in its place, set that variable where the gateway runs, and have the old one "
        "revoked",
    )


def _owner(names: list[str]) -> str:
    """Name a variable after whose credential it is: the upstream of that name, Redis, the facilitator, …"""
    section = names[2] if names[0] == "routes" else names[0]
    owner = {"stores": "redis", "path": "upstream", "upstreams": names[1] if len(names) > 1 else "upstream"}
    return re.sub(r"\W+", "_", owner.get(section, section), flags=re.ASCII).strip("_").upper() or "UPSTREAM"
