"""The places of a config where a price is written, by the names a command line gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.money import decimals_of, read_price
from pricecheck.gateway.pricing import decimals_for
from pricecheck.source.nodes import Alias, Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Config, Route
    from pricecheck.source.nodes import Node


class PriceField(NamedTuple):
    """One place. `route` is `""` for `defaults.price`; `selector` as everywhere; `model` what a model's price is for.

    `amount` is in units of `decimals` digits, None where the text can't be known or read.
    """

    route: str
    selector: str
    text: str
    node: Node
    decimals: int | None
    amount: int | None
    model: str | None = None

    @property
    def name(self) -> str:
        """Its name on a command line."""
        return f"{self.route}#{self.selector}"

    @property
    def scalar(self) -> Scalar | None:
        """The text itself, behind any alias."""
        node = resolve(self.node)
        return node if isinstance(node, Scalar) else None


class PriceFields:
    """All price texts of a config, in its order."""

    def __init__(self, config: Config) -> None:
        self.all = tuple(_fields(config))
        self.by_name = {field.name: field for field in self.all}
        self._sharing: dict[int, list[PriceField]] = {}
        for field in self.all:
            if field.scalar is not None:
                self._sharing.setdefault(field.scalar.start, []).append(field)

    @staticmethod
    def variable(field: PriceField) -> str | None:
        """Give the text as written where a part of it comes from the environment, also where that is known here."""
        written = None if field.scalar is None else str(field.scalar.value)
        return written if written is not None and "${" in written else None

    def sharing(self, field: PriceField) -> list[PriceField]:
        """Give every place that one edit of this one's text would change: itself, and others through an alias."""
        return self._sharing.get(field.scalar.start, [field]) if field.scalar else [field]

    @staticmethod
    def is_alias(field: PriceField) -> bool:
        """Say whether the price is written as `*name`."""
        return isinstance(field.node, Alias)


def _fields(config: Config) -> Iterator[PriceField]:
    if config.default_price is not None and config.default_price.text is not None:
        asset = config.accepts[0].asset.known_text if config.accepts else ""
        decimals = None if asset is None else decimals_of(asset)
        yield _field("", "defaults.price", config.default_price.text, config.default_price.node, decimals)
    for route in config.routes:
        yield from _route_fields(config, route)


def _route_fields(config: Config, route: Route) -> Iterator[PriceField]:
    decimals = decimals_for(config, route)
    for name, text, entry in route.models:
        yield _field(route.key, f"model:{name}", text, entry.value, decimals, name)
    for rule in route.match:
        if rule.price is not None and rule.price.text is not None:
            asked = dict(rule.conditions).get("body.model")
            model = asked if isinstance(asked, str) and not isinstance(asked, Unresolved) else None
            yield _field(route.key, f"match:{rule.number}", rule.price.text, rule.price.node, decimals, model)
    for selector, place in (("price", route.price_text), ("fallback", route.fallback)):
        if place is not None and place.text is not None:
            yield _field(route.key, selector, place.text, place.node, decimals)


def _field(
    route: str, selector: str, text: str, node: Node, decimals: int | None, model: str | None = None
) -> PriceField:
    known = decimals is not None and not isinstance(text, Unresolved)
    amount = read_price(text, decimals).amount if known and decimals is not None else None
    return PriceField(route, selector, text, node, decimals, amount, model)
