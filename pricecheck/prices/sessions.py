"""What one payment buys: a single request, or every request of a while (`pricing.model: time`, gateway.md §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.environment import Unresolved
from pricecheck.patterns import late

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.config import Config, Route
    from pricecheck.prices.table import PriceTable

_DURATION = late(r"([0-9]+)([smhd])\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Session(NamedTuple):
    """How long a payment lasts: `seconds` is None where that is not known, and 0 for a single request."""

    text: str
    seconds: int | None

    @property
    def words(self) -> str:
        """What is bought, for a sentence."""
        return "one request" if self.seconds == 0 else f"every request for {self.text}"

    def is_as_long(self, other: Session) -> bool:
        """Whether both last as long; what is not known is as long as itself alone."""
        return self.text == other.text if None in {self.seconds, other.seconds} else self.seconds == other.seconds


class SessionChange(NamedTuple):
    """A payment that buys another while than before. `path` is where the new config says so, `old_path` the old one."""

    route: str
    before: Session
    after: Session
    path: ConfigPath
    old_path: ConfigPath


def session_changes(old: PriceTable, new: PriceTable) -> Iterator[SessionChange]:
    """Yield each pair of routes that share paid requests and sell another while, in the order of the new config."""
    if not any(route.pricing_model == "time" for table in (old, new) for route in table.config.routes):
        return
    from pricecheck.prices.overlap import SharedRequests

    for shared in SharedRequests(old.config, new.config).routes():
        if shared.old is None or shared.new is None:
            continue
        sides = shared.old.route, shared.new.route
        before, after = (_session(route) for route in sides)
        free = all(_is_free(table, route) for table, route in zip((old, new), sides, strict=True))
        if not free and not before.is_as_long(after):
            paths = (_path(table.config, route) for table, route in zip((new, old), sides[::-1], strict=True))
            yield SessionChange(shared.new.route.key, before, after, *paths)


def _session(route: Route) -> Session:
    duration = route.field.at("pricing", "duration")
    text = duration.text if duration is not None and route.pricing_model == "time" else None
    if text is None:
        return Session("", 0)
    found = None if isinstance(text, Unresolved) else _DURATION.match(text)
    return Session(text, int(found[1]) * _SECONDS[found[2]] if found else None)


def _path(config: Config, route: Route) -> ConfigPath:
    for names in (("pricing", "duration"), ("pricing", "model")):
        if config.at("routes", route.key, *names) is not None:
            return ("routes", route.key, *names)
    return ("routes", route.key)


def _is_free(table: PriceTable, route: Route) -> bool:
    return all(row.amount == 0 for row in table.by_route[route.key] if row.reachable)
