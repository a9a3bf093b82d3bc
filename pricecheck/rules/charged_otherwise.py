"""What the log says was charged in another way than a config would: PC506 and a section of the traffic report."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.rules.judging import same_source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.prices.table import PriceRow
    from pricecheck.prices.usage import UsageRow
    from pricecheck.rules.request_places import Place
    from pricecheck.rules.served import TrafficUsage

_LOGGED_TO = Decimal("0.000001")
"""The gateway logs prices with six decimals (docs/traffic.md): what is finer does not show."""


class Otherwise(NamedTuple):
    """Requests that the log says were charged in another way than this config would; `row` as in `Judged`.

    `price` is what was charged, in dollars, None where only the source (`source`) differs.
    """

    place: Place
    model: str | None
    price: Decimal | None
    source: str | None
    requests: int
    row: PriceRow | None


def charged_otherwise(usage: TrafficUsage) -> tuple[Otherwise, ...]:
    """Give what was charged otherwise than the config would, the most requested first."""
    comparison = _Comparison(usage)
    counts: Counter[tuple[Place, str | None, Decimal | None, str | None]] = Counter()
    for row in usage.sample.rows:
        if row.price is None and row.source is None:
            continue
        place = usage.place(row.route)
        if comparison.differs(place, row):
            counts[place, row.model, row.price, row.source] += row.requests
    return tuple(
        Otherwise(place, model, price, source, requests, usage.judge(place, model).row)
        for (place, model, price, source), requests in counts.most_common()
    )


def dollars_of(row: PriceRow) -> Decimal | None:
    """Give what a row charges in dollars; None where it is not known."""
    if row.amount is None or row.decimals is None:
        return None
    return Decimal(row.amount).scaleb(-row.decimals)


class _Comparison:
    def __init__(self, usage: TrafficUsage) -> None:
        self._usage = usage
        self._possible_prices: dict[Place, frozenset[Decimal]] = {}

    def differs(self, place: Place, logged: UsageRow) -> bool:
        """Tell whether the config would surely have charged otherwise."""
        if not place.routes or (logged.route is None and not self._prices_by_model(logged)):
            return False
        row = self._usage.judge(place, logged.model).row
        if logged.price is None:
            return row is not None and place.token_based and same_source(row.source) != same_source(logged.source)
        if row is not None:
            charged = dollars_of(row)
            return charged is not None and abs(charged - logged.price) >= _LOGGED_TO
        model = logged.model if place.token_based else None
        possible = self._possible(place, model) if model else self._possible_at(place)
        return bool(possible) and all(abs(charged - logged.price) >= _LOGGED_TO for charged in possible)

    def _prices_by_model(self, logged: UsageRow) -> bool:
        """Say whether requests that name no route were surely priced by their model."""
        routes = self._usage.table.config.routes
        return logged.model is not None and (logged.resolution or all(route.token_based for route in routes))

    def _possible(self, place: Place, model: str) -> frozenset[Decimal]:
        return _all_known(self._usage.row(route, model) for route in place.routes)

    def _possible_at(self, place: Place) -> frozenset[Decimal]:
        if place not in self._possible_prices:
            rows = (row for route in place.routes for row in self._usage.table.by_route[route])
            self._possible_prices[place] = _all_known(rows)
        return self._possible_prices[place]


def _all_known(rows: Iterable[PriceRow | None]) -> frozenset[Decimal]:
    """Give every price in dollars that some rows charge; empty where one is unknown."""
    charged = {dollars_of(row) if row else None for row in rows}
    return frozenset(one for one in charged if one is not None) if None not in charged else frozenset()
