"""Which price a request gets, once its route and its model or matching rule are known (gateway.md §4)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.default_table import DEFAULT_TABLE
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.javascript import OBJECT_INTERNALS
from pricecheck.gateway.money import PriceReading, decimals_of, read_price

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config, MatchRule, ModelPrice, Route
    from pricecheck.gateway.field import Field
    from pricecheck.source.nodes import Entry


class Source(Enum):
    """Which step of the resolution gave the price."""

    MODELS = "route.models"
    DEFAULT_TABLE = "default-table"
    MATCH = "match"
    PRICE = "price"
    FUNCTION = "price.fn"
    FALLBACK = "fallback"
    DEFAULTS = "defaults.price"
    IMPORTED = "defaultPrice"


class Quote(NamedTuple):
    """The price a request gets: its text as written (None for a price function), where it stands, and its reading.

    `place` is the field that holds the text, `entry` the line of a `models` table; both None for the built-in table
    and the built-in `defaults.price`. `reading` is None where the amount can't be known without running something: a
    price function or an unresolved `${NAME}`. `internal` says that the model's name hits JavaScript internals and the
    request fails.
    """

    source: Source
    text: str | None
    reading: PriceReading | None
    place: Field | None = None
    entry: Entry | None = None
    internal: bool = False

    @property
    def amount(self) -> int | None:
        """The amount in smallest units, None where it is unknown or the price can't be read."""
        return self.reading.amount if self.reading else None


def decimals_for(config: Config, route: Route) -> int | None:
    """Give the decimals of the first accepted payment, the only one that counts (gateway.md §3); None if unknown.

    A fragment that says nothing of payments is read with 6, the decimals of USDC and of any asset without its own.
    """
    payments = config.payments(route)
    if not payments:
        return decimals_of("") if config.leaves_payments_open(route) else None
    asset = payments[0].asset.known_text
    return None if asset is None else decimals_of(asset)


def quote_text(text: str, source: Source, decimals: int | None, place: Field | None = None) -> Quote:
    """Quote a price text."""
    known = not isinstance(text, Unresolved) and decimals is not None
    return Quote(source, text, read_price(text, decimals) if known and decimals is not None else None, place)


def quote_model(config: Config, route: Route, model: str, decimals: int | None, listed: ModelPrice | None) -> Quote:
    """Quote a model on a token-based route: models → built-in table → price (text) → fallback → defaults.price.

    `listed` is the line of the route's `models` that names it; an empty text counts as absent there (gateway.md §4).
    """
    if listed is not None and listed.price and model != "__proto__":
        quote = quote_text(listed.price, Source.MODELS, decimals)
        return Quote(quote.source, quote.text, quote.reading, None, listed.entry)
    if model in OBJECT_INTERNALS:
        return Quote(Source.MODELS, None, None, internal=True)
    if model in DEFAULT_TABLE:
        return quote_text(DEFAULT_TABLE[model], Source.DEFAULT_TABLE, decimals)
    return quote_rest(config, route, decimals)


def quote_rule(rule: MatchRule, decimals: int | None) -> Quote:
    """Quote a request that a match rule takes; on token-based routes no rule takes any (gateway.md §4)."""
    text = rule.price.text if rule.price else None
    return quote_text(text or "", Source.MATCH, decimals, rule.price)


def quote_rest(config: Config, route: Route, decimals: int | None) -> Quote:
    """Quote what no model and no match rule takes: price → fallback → defaults.price (gateway.md §4).

    A price function counts only on routes that are not token-based; an empty text counts as absent only there, too, so
    that `fallback: ""` makes every unlisted model of a token-based route free.
    """
    if route.price_function is not None and not route.token_based:
        return Quote(Source.FUNCTION, None, None, route.price)
    for field, source in ((route.price_text, Source.PRICE), (route.fallback, Source.FALLBACK)):
        text = field.text if field is not None else None
        if text or (text is not None and route.token_based):
            return quote_text(text, source, decimals, field)
    return quote_text(config.default_price_text, Source.DEFAULTS, decimals, config.default_price)


def models_by_name(route: Route) -> dict[str, ModelPrice]:
    """Give a route's models table by name."""
    return {model[0]: model for model in route.models}
