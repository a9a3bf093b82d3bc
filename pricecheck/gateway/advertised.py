"""What the discovery documents show as a route's price (gateway.md §6, "Advertised prices")."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.pricing import Source
from pricecheck.gateway.routing import DISCOVERY_PATHS

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field


class Advertised(NamedTuple):
    """A price as one discovery document shows it.

    `document` is the document's path, `text` the price as written (perhaps `Unresolved`), `source` the field it is
    taken from, `place` where that stands; None for the gateway's own `defaults.price`.
    """

    document: str
    text: str
    source: Source
    place: Field | None


def advertised_prices(config: Config, route: Route) -> tuple[Advertised, ...]:
    """Give what `/.well-known/x402` and `/.well-known/openapi.json` show for a route, in this order.

    A document is left out where what it shows can't be told: for a price function, an empty price text or an empty
    `match` list. Nothing is shown with `gateway.discovery: false`.
    """
    if not config.discovery:
        return ()
    legacy = route.field
    views = (
        (DISCOVERY_PATHS[0], route.price, route.match_field, route.fallback),
        # This one never looks into the `pricing` block.
        (DISCOVERY_PATHS[1], legacy.get("price"), legacy.get("match"), legacy.get("fallback")),
    )
    shown = (_shown(config, document, price, match, fallback) for document, price, match, fallback in views)
    return tuple(advertised for advertised in shown if advertised is not None)


def _shown(
    config: Config, document: str, price: Field | None, match: Field | None, fallback: Field | None
) -> Advertised | None:
    if match is not None and not match.value:
        return None
    field, source = (price, Source.PRICE) if match is None else (fallback, Source.FALLBACK)
    if field is None:
        return Advertised(document, config.default_price_text, Source.DEFAULTS, config.default_price)
    return Advertised(document, field.text, source, field) if field.text else None
