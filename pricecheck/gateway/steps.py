"""How a price came about, in words: one short sentence for each step of the resolution (gateway.md §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.gateway.default_table import DEFAULT_TABLE
from pricecheck.gateway.environment import Unresolved, references
from pricecheck.gateway.money import decimals_of, dollars
from pricecheck.gateway.pricing import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import ModelPrice, Route
    from pricecheck.gateway.pricing import Quote


def model_steps(route: Route, model: str, listed: ModelPrice | None, quote: Quote) -> Iterator[str]:
    """Say where a model's price was looked for on a token-based route, up to where it was found."""
    if quote.source is Source.MODELS and not quote.internal:
        yield f'models has `{model}`: "{quote.text}"'
        return
    if quote.internal:
        yield f"`{model}` hits JavaScript internals, not a price: 502"
        return
    if listed is not None:
        yield f"models has `{model}`, but without a price"
    else:
        yield f"models has no `{model}`" if route.models else "the route has no models"
    if quote.source is Source.DEFAULT_TABLE:
        yield f'the built-in table has `{model}`: "{DEFAULT_TABLE[model]}"'
        return
    yield "the built-in table has none"
    yield from rest_steps(route, quote)


def rule_steps(route: Route, taken: int | None) -> Iterator[str]:
    """Say which match rule took a request; `taken` is its number, None where none did."""
    for rule in route.match[: len(route.match) if taken is None else taken + 1]:
        if rule.number == taken:
            yield f'match rule {rule.number} holds: "{rule.price.text if rule.price else ""}"'
        else:
            yield f"match rule {rule.number} does not hold"


def rest_steps(route: Route, quote: Quote) -> Iterator[str]:
    """Say how price, fallback and `defaults.price` were tried, in this order, up to the one that counts."""
    if quote.source is Source.FUNCTION:
        yield f"`price` is a function, {route.price_function.text if route.price_function else ''}"
        return
    for source, field in ((Source.PRICE, route.price_text), (Source.FALLBACK, route.fallback)):
        if quote.source is source:
            yield f'`{source.value}` is "{quote.text}"'
            return
        if source is Source.PRICE and route.price_function is not None:
            yield "`price` is a function, which token-based routes ignore"
        else:
            yield f"`{source.value}` is {'not set' if field is None else 'empty'}"
    yield f'`defaults.price` is "{quote.text}"' + ("" if quote.place else " (the gateway's own default)")


def unknown_step(quote: Quote, asset: str | None) -> str:
    """Say why an amount can't be told before the gateway runs."""
    if quote.text is None:
        return "what the function returns is not known before the gateway runs"
    text = quote.text if isinstance(quote.text, Unresolved) else asset or ""
    return f"{unset_names(text)} is not known without the gateway's environment"


def unset_names(text: str) -> str:
    """Name the variables an unresolved text refers to: `${A}, ${B}`."""
    return ", ".join(f"${{{name}}}" for name in references(text))


def amount_step(amount: int, asset: str | None) -> str:
    """Say an amount in smallest units and in dollars."""
    if amount == 0:
        return "amount 0: no payment is asked for"
    if asset is None:
        return f"{amount} units = {dollars(amount, decimals_of(''))}, with 6 decimals, as nothing says what is accepted"
    return f"{amount} units of {asset} = {dollars(amount, decimals_of(asset))}"
