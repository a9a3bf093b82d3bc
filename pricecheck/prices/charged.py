"""Which price texts of a config some request is charged by; all others stand there for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.gateway.environment import Unresolved
from pricecheck.prices.overlap import RouteIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.config import Route
    from pricecheck.prices.table import PriceTable

_DEFAULTS: ConfigPath = ("defaults", "price")


class ChargedPrices:
    """The places of prices that are charged; whatever is not proven to be charged to nobody counts as charged."""

    def __init__(self, table: PriceTable, *, unread: Iterable[str], partial: bool) -> None:
        """`unread` are the keys of routes of which a part was refused; `partial`: other files may have more routes."""
        config = table.config
        index = RouteIndex(config)
        # A token-based route needs a body, and is not answered without one (gateway.md §6).
        self._idle = {one.route.key for one in index.routes if not index.is_reached(one) or _has_no_body(one.route)}
        self._unsure = {*unread, *(route.key for route in config.routes if _has_unknown_type(route))}
        charged = (row.path for row in table.rows if row.reachable and row.route not in self._idle)
        self._paths = {path for path in charged if path is not None}
        if partial or self._unsure or not config.routes:
            self._paths.add(_DEFAULTS)

    def charges(self, route: str) -> bool:
        """Say whether some request may be charged on this route."""
        return route not in self._idle or route in self._unsure

    def __contains__(self, path: ConfigPath) -> bool:
        """Say whether some request may be charged by the text at this place."""
        return path in self._paths or (path[0] == "routes" and path[1] in self._unsure)


def _has_no_body(route: Route) -> bool:
    return route.token_based and route.method in {"GET", "HEAD"}


def _has_unknown_type(route: Route) -> bool:
    kind = route.field.get("type")
    return kind is not None and isinstance(kind.value, Unresolved)
