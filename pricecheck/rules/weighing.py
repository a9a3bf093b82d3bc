"""What the changes between two configs do to a sample of traffic: how many requests each is about, and revenue."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.rules.served import TrafficUsage, dollars_of

if TYPE_CHECKING:
    from pricecheck.policy.model import Policy
    from pricecheck.prices.changes import PriceChange
    from pricecheck.prices.table import PriceRow, PriceTable
    from pricecheck.prices.usage import Sample, UsageRow

Side = tuple[str, str] | None
"""A row of a price table as route and selector; None where the config has no route for the requests."""


class Revenue(NamedTuple):
    """Dollars a sample brings in under the old and the new config, over `requests` of which both sides are known.

    `undecided` are the others: the log does not say enough, or a price is only known to the gateway.
    """

    before: Decimal
    after: Decimal
    requests: int
    undecided: int


class Weights:
    """The requests of a sample by the rows that charge them under two configs."""

    def __init__(self, old: PriceTable, new: PriceTable, sample: Sample, policy: Policy) -> None:
        self._old = TrafficUsage(old, sample, policy)
        self._new = TrafficUsage(new, sample, policy)
        self._counts: Counter[tuple[Side, Side]] = Counter()
        before = after = Decimal(0)
        requests = undecided = 0
        by_model = any(row.resolution for row in sample.rows)
        for row in sample.rows:
            if by_model and self._is_told_by_model(row):
                continue
            found = self._rows(row)
            if found is None:
                undecided += row.requests
                continue
            one, other = found
            self._counts[_side(one), _side(other)] += row.requests
            dollars = [Decimal(0) if side is None else dollars_of(side) for side in found]
            if dollars[0] is None or dollars[1] is None:
                undecided += row.requests
                continue
            requests += row.requests
            before += dollars[0] * row.requests
            after += dollars[1] * row.requests
        self.revenue = Revenue(before, after, requests, undecided)

    def requests(self, change: PriceChange) -> int:
        """Give how many requests of the sample a change is about."""
        return self._counts[_side(change.before), _side(change.after)]

    def effect(self, change: PriceChange) -> Decimal | None:
        """Give by how many dollars a change moves what the sample brings in; None where a price is not known."""
        sides = [Decimal(0) if row is None else dollars_of(row) for row in (change.before, change.after)]
        if sides[0] is None or sides[1] is None:
            return None
        return (sides[1] - sides[0]) * self.requests(change)

    def _is_told_by_model(self, row: UsageRow) -> bool:
        """Say whether a request is one that the sample's price resolutions tell of as well, with its model."""
        return not row.resolution and row.model is None and self._old.place(row.route).token_based

    def _rows(self, row: UsageRow) -> tuple[PriceRow | None, PriceRow | None] | None:
        """Give the row that charges requests on each side, None for no route; None in all where it can't be told."""
        found: list[PriceRow | None] = []
        for usage in (self._old, self._new):
            place = usage.place(row.route)
            if len(place.routes) > 1 or place.unclear or (not place.routes and row.route is None):
                return None
            charged = usage.judge(place, row.model).row if place.routes else None
            if place.routes and charged is None:
                return None
            found.append(charged)
        # What neither config has a route for was charged by another config.
        return None if found == [None, None] else (found[0], found[1])


def _side(row: PriceRow | None) -> Side:
    return None if row is None else (row.route, row.selector)
