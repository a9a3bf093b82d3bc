"""PC208, PC209 and PC213: fields and lines that the gateway drops, or does not look at (gateway.md §2, §4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pricecheck.findings import Edit, Finding, Fix, Impact, Label, Safety, Span
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.fields import FIELDS, Lenient, json_type
from pricecheck.gateway.javascript import PROTOTYPE
from pricecheck.nearest import close_names, did_you_mean
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.source.nodes import Alias, Scalar, resolve, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field

_MERGE = "<<"
_SCHEMA = "$schema"
_EXTENSION = "x-"
_FREE = "free"
_PLACES = ("body.", "query.", "headers.", "params.")

_SAME_THING = {
    (Lenient.GATEWAY, "host"): "hostname",
    (Lenient.PAYMENT, "token"): "asset",
    (Lenient.PAYMENT, "currency"): "asset",
    (Lenient.PAYMENT, "chain"): "network",
    (Lenient.UPSTREAM, "baseUrl"): "url",
    (Lenient.UPSTREAM, "baseURL"): "url",
    (Lenient.MATCH_RULE, "when"): "where",
}
"""Other words for a field of the same object."""

_GATEWAY = "the section `gateway`"
_A_ROUTE = "a route"
_TOP = "the config's root"
_UPSTREAM = "an upstream"
_ROOT_OR_ROUTE = "the config's root, or a route"
_HOMES = {
    **dict.fromkeys(("port", "discovery", "hostname", "metrics", "trustProxy", "cors"), _GATEWAY),
    **dict.fromkeys(("rateLimit", "verificationCache"), "`defaults`, or a route"),
    **dict.fromkeys(("upstream", "type", "path", "match", "fallback", "pricing", "metadata", "models"), _A_ROUTE),
    **dict.fromkeys(("wallets", "defaults", "stores", "upstreams", "routes", "gateway"), _TOP),
    **dict.fromkeys(("accepts", "hooks", "facilitator"), _ROOT_OR_ROUTE),
    **dict.fromkeys(("url", "headers", "openapi", "defaultPrice"), _UPSTREAM),
    **dict.fromkeys(("onRequest", "onPriceResolved", "onSettled", "onResponse", "onError"), "a section `hooks`"),
    "price": "`defaults`, a route, or a rule of `match`",
    "payTo": "a route, or a rule of `match` (without it a network's line in `wallets` is paid)",
    "settlement": "the config's root (who settles), or a route (when)",
    "timeout": "an upstream (in milliseconds), or `defaults` (in seconds)",
    "duration": "the `pricing` of a route",
    "model": "the `pricing` of a route",
    "redis": "the section `stores`",
    "where": "a rule of `match`",
    "fn": "a `price`, as in `price: {fn: …}`",
    "asset": "an item of `accepts`",
    "network": "an item of `accepts`",
    "strategy": "the root's `settlement`",
}
"""Where a field belongs that stands in an object without it."""


@rule(
    "PC208",
    "dropped-field",
    Impact.IGNORED,
    "A key that the gateway does not know and drops in silence",
    fixability=Fixability.SOMETIMES,
)
def dropped_field(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports unknown keys in the objects that drop them: the root, `gateway`, `defaults`, upstreams, routes, items of
    `accepts`, `match` and `payTo`, and a `price` with `fn`. Keys that begin with `x-` are yours and never reported, nor
    is a section that holds an anchor which is used elsewhere. Objects that *refuse* unknown keys are PC013's business,
    `<<` is PC216's, `free` on a route PC603's, and a `facilitator` PC225's.

    ## Why is this bad?
    The gateway starts, and the line does nothing. With `fallbck` for `fallback`, unknown models are charged
    `defaults.price`, which is $0.001 where it is not set. A `rateLimit`, `cors` or `payTo` at the root, a
    `defaults.settlement`, a `gateway.host` are dropped just the same, since they belong somewhere else.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        fallbck: "$0.05"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        fallback: "$0.05"
        x-owner: "pricing team"
    ```

    ## Fix safety
    Where exactly one field of the same object has a similar name, is not set yet and may have such a value, the fix
    renames the key. It is unsafe: the line has an effect afterwards, on prices perhaps.
    """
    seen: set[Span] = set()
    for kind, field in _lenient_objects(context.config):
        span = resolve(field.node).span
        if not isinstance(field.value, dict) or span in seen:
            continue
        seen.add(span)
        known = FIELDS[kind]
        taken = set(field.value)
        for name in [name for name in field.value if name not in known]:
            if name in {_MERGE, PROTOTYPE} or name.startswith(_EXTENSION) or (kind, name) == (Lenient.ROUTE, _FREE):
                continue
            if kind is Lenient.ROOT and name == _SCHEMA:
                continue
            dropped = field.get(name)
            if dropped is not None:
                yield from _dropped(context, kind, taken, dropped)


def _lenient_objects(config: Config) -> Iterator[tuple[Lenient, Field]]:
    if config.root is None:
        return
    yield Lenient.ROOT, config.root
    for name, kind in (("gateway", Lenient.GATEWAY), ("defaults", Lenient.DEFAULTS)):
        if (section := config.root.get(name)) is not None:
            yield kind, section
    yield from _items(config.root, "accepts", Lenient.PAYMENT)
    for upstream in config.upstreams.values():
        yield Lenient.UPSTREAM, upstream.field
    for route in config.routes:
        yield Lenient.ROUTE, route.field
        yield from _items(route.field, "accepts", Lenient.PAYMENT)
        yield from _items(route.field, "payTo", Lenient.SHARE)
        for block in filter(None, (route.field, route.field.get("pricing"))):
            if (price := block.get("price")) is not None:
                yield Lenient.PRICE, price
            for kind, each in _items(block, "match", Lenient.MATCH_RULE):
                yield kind, each
                yield from _items(each, "payTo", Lenient.SHARE)


def _items(owner: Field, name: str, kind: Lenient) -> Iterator[tuple[Lenient, Field]]:
    listed = owner.get(name)
    if listed is not None:
        yield from ((kind, item) for item in listed.items())


def _dropped(context: Context, kind: Lenient, taken: set[str], dropped: Field) -> Iterator[Finding]:
    name = str(dropped.path[-1])
    free = [field for field in FIELDS[kind] if field not in taken]
    same = _SAME_THING.get((kind, name))
    fitting = [field for field in free if json_type(dropped.value) in FIELDS[kind][field]]
    close = [same] if same in free else close_names(name, fitting)
    if not close and _serves_as_anchor(context, dropped):
        return
    fix = _rename(dropped, close[0]) if len(close) == 1 and close[0] in fitting else None
    if fix is not None:
        taken.add(close[0])
    yield Finding(
        f"{kind.value} has no field `{name}`: it is dropped in silence",
        dropped.key_span,
        dropped.path,
        help=_advice(kind, name, close, free),
        fix=fix,
    )


def _serves_as_anchor(context: Context, dropped: Field) -> bool:
    text = context.document.source.text
    anchors = (None if isinstance(node, Alias) else node.anchor for _, node in walk(dropped.node))
    return any(re.search(rf"\*{re.escape(anchor)}(?![^\s,\[\]{{}}])", text) for anchor in anchors if anchor)


def _advice(kind: Lenient, name: str, close: list[str], free: list[str]) -> str:
    if name in _HOMES and not (close and close[0].lower() == name.lower()):
        home = f"it belongs into {_HOMES[name]}"
        return f"{did_you_mean(close)} Else {home}" if close else home
    if close:
        return did_you_mean(close)
    if kind is Lenient.MATCH_RULE and name.startswith(_PLACES):
        return "conditions belong into `where`"
    similar = close_names(name, free)
    return did_you_mean(similar) if similar else f"remove it, or call it `x-{name}` to show that it is a note of yours"


def _rename(dropped: Field, name: str) -> Fix | None:
    key = dropped.key
    if not isinstance(key, Scalar) or key.style not in {"plain", "double", "single"}:
        return None
    quote = {"double": '"', "single": "'"}.get(key.style, "")
    return Fix(f"write {name}", Safety.UNSAFE, (Edit(key.span, f"{quote}{name}{quote}"),))


@rule(
    "PC209",
    "field-without-effect",
    Impact.IGNORED,
    "A price that is never charged, because another field of the route decides",
)
def field_without_effect(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports, on a route,

    - `models` where the route is not token-based;
    - `match` and `price: {fn: …}` where it is;
    - `fallback` beside a `price` that decides before it;
    - `price`, `match` or `fallback` of the route itself beside the same field in its `pricing` block.

    ## Why is this bad?
    A token-based route is charged by `models`, the gateway's built-in table, `price` if it is a text, `fallback`, and
    `defaults.price`, in this order; any other route by `match`, `price`, `fallback` and `defaults.price`. What is not
    in the route's order is not looked at, and what comes after `price` is never reached. Of two fields of one name,
    that of the `pricing` block counts.

    The discovery documents do look at some of these fields (see PC223): what clients are shown may be a price that is
    never charged.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
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
        fallback: "$0.05"
    ```
    """
    for route in context.config.routes:
        yield from _overridden(route)
        kind = route.field.get("type")
        if kind is not None and (isinstance(kind.value, Unresolved) or route.key in context.misread_routes):
            continue
        if route.token_based:
            yield from _off_request_pricing(route)
        else:
            yield from _off_token_pricing(route)
        yield from _unreached_fallback(route)


def _overridden(route: Route) -> Iterator[Finding]:
    pricing = route.field.get("pricing")
    for name in ("price", "match", "fallback") if pricing else ():
        own, twin = route.field.get(name), pricing.get(name) if pricing else None
        if own is not None and twin is not None:
            yield Finding(
                f"this `{name}` is never charged: the one in the `pricing` block counts instead",
                own.key_span,
                own.path,
                related=(Label(twin.key_span, "this one counts"),),
                help="remove one of the two",
            )


def _off_request_pricing(route: Route) -> Iterator[Finding]:
    kind = route.field.get("type")
    because = (Label(kind.span, "the route is token-based"),) if kind else ()
    match, price = route.match_field, route.price
    if match is not None and match.value and isinstance(match.value, list):
        yield Finding(
            "`match` is not looked at on a token-based route: no rule of it is ever charged",
            match.key_span,
            match.path,
            related=because,
            help="list the models in `models`, or remove `type` to have `match` decide",
        )
    if price is not None and route.price_function is not None:
        yield Finding(
            "a price function is not looked at on a token-based route: it is never called",
            price.key_span,
            price.path,
            related=because,
            help="write a price in its place, or remove `type` to have the function decide",
        )


def _off_token_pricing(route: Route) -> Iterator[Finding]:
    models = route.models_field()
    if models is not None and models.value and isinstance(models.value, dict):
        kind = route.field.get("type")
        yield Finding(
            "`models` is not looked at, since the route is not token-based: none of its prices is ever charged",
            models.key_span,
            models.path,
            help="add `type: token-based`" if kind is None else "write `type: token-based`",
        )


def _unreached_fallback(route: Route) -> Iterator[Finding]:
    price, fallback = route.price, route.fallback
    if price is None or fallback is None or not fallback.value:
        return
    decides = bool(price.text) or (route.price_function is not None and not route.token_based)
    if not decides:
        return
    shown = route.field.get("match") is not None or route.match_field is not None
    yield Finding(
        "`fallback` is never charged: `price` decides before it",
        fallback.key_span,
        fallback.path,
        related=(Label(price.key_span, "this decides"),),
        help="remove `price`, so that the discovery documents, which show `fallback` on a route with `match`, are right"
        if shown and not route.token_based
        else "remove it, or remove `price`",
    )


@rule(
    "PC213",
    "models-glob",
    Impact.IGNORED,
    "A `*` or a blank in a `models` key is taken literally",
)
def models_glob(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports names in the `models` table of a token-based route that no provider gives a model: with a `*`, with blanks
    at an end, or empty.

    ## Why is this bad?
    Only the conditions of `match` know globs. The names in `models` are compared exactly, so that no real model has
    this line's price: `gpt-4o-mini-2024-07-18` does not get that of `gpt-4o-mini*`, but that of the route's `price` or
    `fallback`, or `defaults.price`.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o-mini*: "$0.005"
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o-mini: "$0.005"
          gpt-4o-mini-2024-07-18: "$0.005"
        fallback: "$0.05"
    ```

    For prices by glob, leave out `type` and write `match` rules on `body.model`.
    """
    seen: set[Span] = set()
    for route in context.config.routes:
        for name, _, entry in filter(_is_no_name, route.models) if route.token_based else ():
            span = entry.key.span
            if span in seen:
                continue
            seen.add(span)
            yield Finding(
                f'"{name}" is compared exactly: {_ONLY_THAT if name else _NEVER}',
                span,
                (*route.models_path, name),
                help=_instead_of(name),
            )


_ONLY_THAT = "only a request for that very name would be charged this price"
_NEVER = "a request without a model's name is refused, so that this price is never charged"


def _is_no_name(model: tuple[str, object, object]) -> bool:
    name = model[0]
    return "*" in name or not name or name != name.strip()


def _instead_of(name: str) -> str:
    if name == "*":
        return "set `fallback` to the price of every other model"
    if "*" in name:
        return "name each model in full, or remove `type` and write a rule of `match` on `body.model`"
    return f'write "{name.strip()}"' if name.strip() else "remove the line"
