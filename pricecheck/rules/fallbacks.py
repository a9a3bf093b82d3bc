"""PC301 and PC302: what models and requests are charged that no line prices (gateway.md §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Finding, Fix, Impact, Label, Safety, Severity
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.money import dollars, read_price
from pricecheck.gateway.pricing import Source, decimals_for, quote_rest, quote_rule
from pricecheck.nearest import close_names
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.writing import rewrite_scalar
from pricecheck.source.nodes import Mapping, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field
    from pricecheck.gateway.pricing import Quote
    from pricecheck.source.nodes import Node

_FALLBACK = "fallback"
_ADD = ("add a `fallback`", "write a price in it")
_BY_MODEL = {"body.model"}
_EVERY_MODEL: tuple[list[tuple[str, str]], ...] = ([], [("body.model", "*")])
_DEAREST = 100
"""The percentile that asks for the dearest price."""


@rule(
    "PC301",
    "missing-fallback",
    Impact.RISK,
    "A route without `fallback` charges `defaults.price` for every model it does not name",
    severity=Severity.WARNING,
    fixability=Fixability.SOMETIMES,
)
def missing_fallback(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a token-based route, or one with `match` rules, that says nothing of the requests it does not name: no
    `fallback`, no `price`, and no last rule that takes the rest. An empty `fallback` or `price` counts as none on a
    route with `match` rules; on a token-based one it makes the rest free, of which PC105 speaks.

    Routes that charge nothing, since no request gets to them (PC203, PC228), are left out.

    A `defaults.price` that the config states counts as an answer where it is no lower than the dearest price the route
    names, and on routes whose rules do not look at the model at all (a surcharge, a canary).

    ## Why is this bad?
    The gateway charges `defaults.price` for them, and where that is not set either, $0.001. New models appear every
    month, and the dearest are new: each is served for a tenth of a cent until somebody notices.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
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

    ## Fix safety
    Unsafe: it writes the dearest price that the route names as `fallback`, so unknown models become dearer. There is no
    fix where the route names no price, or has a misspelt `fallback` that is to be mended instead.
    """
    for route in context.config.routes:
        rest = _rest(context, route)
        if rest is None or rest.source is not Source.DEFAULTS:
            continue
        named = _named(context, route)
        stated = rest.place is not None
        if stated and (rest.amount is None or _answers(route, rest.amount, named)):
            continue
        if context.charged.charges(route.key):
            yield _missing(context, route, rest, named)


@rule(
    "PC302",
    "low-fallback",
    Impact.RISK,
    "A fallback below the dearest price of its route undercharges unknown models",
    severity=Severity.WARNING,
    fixability=Fixability.SOMETIMES,
)
def low_fallback(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a `fallback` (or a `price` or last `match` rule that serves as one) below the dearest price that the route
    names: the dearest line of `models`, or the dearest rule of `match` that asks for a model and nothing else and can
    be reached.

    Lines that are charged to nobody are left out: those of an empty name (PC213), and those of a route that no request
    gets to (PC203, PC228).

    The policy can ask for less: with `[fallback] percentile = 90`, a tenth of the named prices may be dearer.

    ## Why is this bad?
    An unknown model is charged the fallback, whatever it costs. A model that is missing from the table is more likely
    a new and dear one, or a fine-tune of the dearest, than a cheap one.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          gpt-4o-mini: "$0.005"
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
          gpt-4o-mini: "$0.005"
        fallback: "$0.05"
    ```

    ## Fix safety
    Unsafe: it raises the fallback to that price, so unknown models become dearer.
    """
    percentile = context.policy.fallback_percentile if context.policy else _DEAREST
    for route in context.config.routes:
        rest = _last_rule(context, route) or _rest(context, route)
        if rest is None or rest.amount is None or rest.place is None or rest.source is Source.DEFAULTS:
            continue
        wanted = _ranked(_named(context, route), percentile)
        if wanted is not None and rest.amount < wanted.amount and context.charged.charges(route.key):
            yield _low(_Priced(rest.place, rest.amount, decimals_for(context.config, route) or 0), wanted, percentile)


class _Named(NamedTuple):
    """A price that a route names: its amount in smallest units, its text, where it stands, and what it is for."""

    amount: int
    text: str
    node: Node
    what: str


class _Priced(NamedTuple):
    """A price that serves as a fallback: its field, and its amount in units of `decimals` digits."""

    field: Field
    amount: int
    decimals: int


def _rest(context: Context, route: Route) -> Quote | None:
    """Give what the route charges for what it does not name; None where there is no such request or table.

    None as well where a part of what prices the route is refused, so that what is charged cannot be told.
    """
    if route.key in context.misread_routes:
        return None
    if not route.token_based:
        if not route.match or route.price_function is not None:
            return None
        rules = context.table.rules(route.key)
        if rules is None or not rules.leftover().reachable:
            return None
    return quote_rest(context.config, route, decimals_for(context.config, route))


def _last_rule(context: Context, route: Route) -> Quote | None:
    """Give the price of the rule that takes every model the earlier ones leave; None where there is no such rule."""
    decimals = decimals_for(context.config, route)
    if route.token_based or decimals is None or route.key in context.misread_routes:
        return None
    pairs = zip(route.match, context.table.by_route[route.key], strict=False)
    takers = (one for one, row in pairs if row.reachable and one.conditions in _EVERY_MODEL)
    return next((quote_rule(one, decimals) for one in takers), None)


def _named(context: Context, route: Route) -> list[_Named]:
    """Give the prices that are for models, in file order, without those nobody can know or is ever charged."""
    decimals = decimals_for(context.config, route)
    if decimals is None:
        return []
    found: list[_Named] = []
    if route.token_based:
        amounts: dict[str, int | None] = {}
        for name, text, entry in route.models:
            if text and name and not isinstance(text, Unresolved):
                if text not in amounts:
                    amounts[text] = read_price(text, decimals).amount
                amount = amounts[text]
                if amount is not None:
                    found.append(_Named(amount, text, entry.value, name))
        return found
    for one, row in zip(route.match, context.table.by_route[route.key], strict=False):
        if not row.reachable:
            continue
        quote = quote_rule(one, decimals)
        if quote.amount is not None and quote.text and quote.place is not None and _is_about_a_model(one.conditions):
            found.append(_Named(quote.amount, quote.text, quote.place.node, str(one.where[0].required)))
    return found


def _is_about_a_model(conditions: list[tuple[str, str | int | float | bool]]) -> bool:
    return {key for key, _ in conditions} == _BY_MODEL


def _ranked(named: list[_Named], percentile: int) -> _Named | None:
    """Give the price that `percentile` per cent of the named ones do not exceed (nearest rank)."""
    if not named:
        return None
    ordered = sorted(named, key=lambda one: one.amount)
    return ordered[max(-(-percentile * len(ordered) // 100), 1) - 1]


def _answers(route: Route, default: int, named: list[_Named]) -> bool:
    dearest = _ranked(named, _DEAREST)
    return default >= dearest.amount if dearest else not route.token_based


def _missing(context: Context, route: Route, rest: Quote, named: list[_Named]) -> Finding:
    charged = _charged(context.config, route, rest)
    where = f"`defaults.price`{charged}" if rest.place is not None else f"the gateway's own default{charged}"
    what = "every model it does not name" if route.token_based or named else "every request that no rule takes"
    dearest = _ranked(named, _DEAREST)
    empty = route.fallback if route.fallback is not None and not route.fallback.value else None
    meant = None if empty else _misspelt(route)
    advice = (
        f"write `fallback: {_quoted(dearest.text)}`, the dearest price here" if dearest else _ADD[empty is not None]
    )
    span = (route.match_field.key_span if route.match_field else None) if not route.token_based else None
    return Finding(
        f"this route has {'an empty' if empty else 'no'} `fallback`: {what} is charged {where}",
        span or route.field.key_span,
        route.field.path,
        (Label(rest.place.span, "this is what they are charged"),) if rest.place is not None else (),
        help=f"write `fallback` for `{meant}`" if meant else advice,
        fix=(_filled(empty, dearest) if empty else _added(context, route, dearest)) if dearest and not meant else None,
    )


def _misspelt(route: Route) -> str | None:
    """Give the key that was perhaps meant to be `fallback`: to add one beside it would only hide the mistake."""
    names = [name for name, _ in route.field.entries()]
    return next(iter(close_names(_FALLBACK, names, most=1)), None)


def _charged(config: Config, route: Route, rest: Quote) -> str:
    decimals = decimals_for(config, route)
    return "" if rest.amount is None or decimals is None else f", {dollars(rest.amount, decimals)}"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _added(context: Context, route: Route, dearest: _Named) -> Fix | None:
    from pricecheck.source.entries import insert_entry

    block = route.field.get("pricing")
    home = block if block is not None and block.get("match") is not None else route.field
    mapping = resolve(home.node)
    if not isinstance(mapping, Mapping) or home.is_alias:
        return None
    edits = insert_entry(context.document, mapping, _FALLBACK, dearest.text, like=dearest.node)
    return Fix(f"add fallback: {_quoted(dearest.text)}", Safety.UNSAFE, edits) if edits else None


def _filled(empty: Field, dearest: _Named) -> Fix | None:
    edit = rewrite_scalar(empty.node, dearest.text)
    return Fix(f"write fallback: {_quoted(dearest.text)}", Safety.UNSAFE, (edit,)) if edit else None


def _low(fallback: _Priced, wanted: _Named, percentile: int) -> Finding:
    now, then = dollars(fallback.amount, fallback.decimals), dollars(wanted.amount, fallback.decimals)
    reach = "the dearest price here" if percentile == _DEAREST else f"percentile {percentile} of the prices here"
    edit = rewrite_scalar(fallback.field.node, wanted.text)
    return Finding(
        f"an unknown model is charged this `{fallback.field.path[-1]}`, {now}: less than {reach}, {then}",
        fallback.field.span,
        fallback.field.path,
        (Label(wanted.node.span, f"{wanted.what} is charged {then}"),),
        help=f"write {_quoted(wanted.text)} or more",
        fix=Fix(f"write {_quoted(wanted.text)}", Safety.UNSAFE, (edit,)) if edit else None,
    )
