"""Every price text of a config and where it stands: what rules about the text itself walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.config import Config, ModelPrice, Route
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.field import Field
from pricecheck.gateway.money import PriceReading, decimals_of, read_price
from pricecheck.patterns import late

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath, Span
    from pricecheck.source.nodes import Node


class PriceSite(NamedTuple):
    """One price text: `place` is a line of a `models` table or the field that holds it, `route` None at the root."""

    route: Route | None
    place: ModelPrice | Field

    @property
    def node(self) -> Node:
        """The node of the text."""
        return self.place.entry.value if isinstance(self.place, ModelPrice) else self.place.node

    @property
    def text(self) -> str:
        """The price text; `Unresolved` where it holds a `${NAME}` nobody told us the value of."""
        return self.place.price if isinstance(self.place, ModelPrice) else self.place.text or ""

    @property
    def span(self) -> Span:
        """The text as written, quotes included."""
        return self.node.span

    @property
    def path(self) -> ConfigPath:
        """The config path of the text."""
        if isinstance(self.place, Field):
            return self.place.path
        return (*self.route.models_path, self.place.name) if self.route else ()


class PriceText(NamedTuple):
    """A distinct price text under an asset: `asset` is the first accepted payment's name, None where it is unknown."""

    text: str
    asset: str | None

    @property
    def decimals(self) -> int:
        """The decimals the text is read with; 6 where the asset is unknown, as for any unlisted asset."""
        return decimals_of(self.asset or "")

    @property
    def reading(self) -> PriceReading:
        """What the gateway makes of the text."""
        return read_price(self.text, self.decimals)

    @property
    def unit(self) -> str:
        """How to name the smallest unit's asset to a person."""
        return self.asset or "the asset"


_DEFAULT_PRICE = late(r"\$?[0-9]+(?:\.[0-9]+)?\Z")
"""What `upstreams.*.defaultPrice` may be (gateway.md §2)."""

PriceTexts = dict[PriceText, list[PriceSite]]
"""Sites by distinct text, so that what depends on the text alone is decided once."""


def price_texts(config: Config) -> PriceTexts:
    """Collect every price text, in file order within each text; texts with an unresolved `${NAME}` are left out."""
    found: PriceTexts = {}
    for route in config.routes:
        asset = _asset(config, route)
        by_text: dict[str, list[PriceSite]] = {}
        for model in route.models:
            if model[1]:  # an empty one is refused
                by_text.setdefault(model[1], []).append(PriceSite(route, model))
        for text, sites in by_text.items():
            if not isinstance(text, Unresolved):
                found.setdefault(PriceText(text, asset), []).extend(sites)
        for field in _route_fields(route):
            # An empty text counts as absent and charges nothing that could be judged, but for one (gateway.md §4).
            empty_counts = route.token_based and field.path[-1] == "fallback"
            if field.known_text or (empty_counts and field.known_text is not None):
                found.setdefault(PriceText(field.known_text, asset), []).append(PriceSite(route, field))
    root_asset = config.accepts[0].asset.known_text if config.accepts else None
    for field in _root_fields(config):
        if field.known_text is not None:
            found.setdefault(PriceText(field.known_text, root_asset), []).append(PriceSite(None, field))
    return found


def unresolved_sites(config: Config) -> Iterator[PriceSite]:
    """Yield every price text that holds a `${NAME}` nobody told us the value of."""
    for route in config.routes:
        for model in route.models:
            if isinstance(model.price, Unresolved):
                yield PriceSite(route, model)
        for field in _route_fields(route):
            if isinstance(field.value, Unresolved):
                yield PriceSite(route, field)
    for field in _root_fields(config):
        if isinstance(field.value, Unresolved):
            yield PriceSite(None, field)


def _asset(config: Config, route: Route) -> str | None:
    payments = config.payments(route)
    return payments[0].asset.known_text if payments else None


def _route_fields(route: Route) -> Iterator[Field]:
    """Yield the price fields of a route in both spellings, also those that a `pricing` twin makes ineffective."""
    blocks = [route.field, *filter(None, [route.field.get("pricing")])]
    for block in blocks:
        for name in ("price", "fallback"):
            field = block.text_of(name)
            if field is not None:
                yield field
        match = block.get("match")
        for rule in match.items() if match else ():
            field = rule.text_of("price")
            if field is not None:
                yield field


def _root_fields(config: Config) -> Iterator[Field]:
    if config.default_price is not None:
        yield config.default_price
    for upstream in config.upstreams.values():
        price = upstream.default_price
        # Any other text is refused at load, unless the environment makes one of it.
        if price is not None and (isinstance(price.value, Unresolved) or _DEFAULT_PRICE.match(price.text or "")):
            yield price
