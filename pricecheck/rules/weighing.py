"""What the changes between two configs do to a sample of traffic: how many requests each is about, and revenue."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.rules.charged_otherwise import dollars_of
from pricecheck.rules.resolutions import told_of_twice
from pricecheck.rules.served import TrafficUsage

if TYPE_CHECKING:
    from pricecheck.policy.model import Policy
    from pricecheck.prices.changes import PriceChange
    from pricecheck.prices.table import PriceRow, PriceTable
    from pricecheck.prices.usage import Sample, UsageRow
    from pricecheck.rules.request_places import Place

Side = tuple[str, str] | None
"""A row of a price table as route and selector; None where the config has no route for the requests."""

_NEGLIGIBLE = 100
"""A change's number is given where no more than a hundredth of it could be added by requests that can't be told."""


class Revenue(NamedTuple):
    """Dollars a sample brings in under the old and the new config, over `requests` of which both sides are known.

    `undecided` are the others: the log does not say enough, or a price is only known to the gateway.
    """

    before: Decimal
    after: Decimal
    requests: int
    undecided: int


class _Served(NamedTuple):
    """What one config makes of requests on one route: `row` is None where it has no such route, or where it is `open`.

    `route` is the config's route, None where it has none.
    """

    route: str | None
    row: PriceRow | None
    open: bool = False

    @property
    def side(self) -> Side:
        return _side(self.row)

    @property
    def dollars(self) -> Decimal | None:
        if self.open:
            return None
        return Decimal(0) if self.row is None else dollars_of(self.row)


class _Undecided:
    """The requests that can't be told, by what they may be about: a change's two rows, a route, or anything."""

    def __init__(self) -> None:
        self.sides: Counter[tuple[Side, Side]] = Counter()
        self.routes: Counter[str] = Counter()
        self.anything = 0

    def add(self, pairs: list[tuple[_Served, _Served]], requests: int) -> None:
        """Count requests that one of the pairs charges."""
        for one, other in pairs:
            if one.open or other.open:
                for route in {one.route, other.route} - {None}:
                    self.routes[str(route)] += requests
            else:
                self.sides[one.side, other.side] += requests

    def of(self, before: PriceRow | None, after: PriceRow | None) -> int:
        """Count those that a change may be about."""
        whole = (self.routes[row.route] for row in (before, after) if row is not None)
        return self.sides[_side(before), _side(after)] + max(whole, default=0) + self.anything


class Weights:
    """The requests of a sample by the rows that charge them under two configs.

    `notes` say in sentences what a reader must know of the numbers.
    """

    def __init__(self, old: PriceTable, new: PriceTable, sample: Sample, policy: Policy) -> None:
        self._old = TrafficUsage(old, sample, policy)
        self._new = TrafficUsage(new, sample, policy)
        self._counts: Counter[tuple[Side, Side]] = Counter()
        self._undecided = _Undecided()
        self._before = self._after = Decimal(0)
        self._told = self._untold = 0
        self.notes: tuple[str, ...] = ()
        by_model = any(row.resolution for row in sample.rows)
        for row in sample.rows:
            # With resolutions in the sample, these come last: as many as those can tell of are not counted again.
            if not (by_model and self._may_be_told_by_model(row.route, row.model, resolution=row.resolution)):
                self._count(row)
        if by_model:
            self._count_what_no_resolution_tells(sample)
        self.revenue = Revenue(self._before, self._after, self._told, self._untold)

    def requests(self, change: PriceChange) -> int | None:
        """Give how many requests of the sample a change is about; None where too many that can't be told may be."""
        sure = self._counts[_side(change.before), _side(change.after)]
        return sure if self._undecided.of(change.before, change.after) * _NEGLIGIBLE <= sure else None

    def effect(self, change: PriceChange) -> Decimal | None:
        """Give by how many dollars a change moves what the sample brings in.

        None where a price is not known, or how many requests it is about.
        """
        sides = [Decimal(0) if row is None else dollars_of(row) for row in (change.before, change.after)]
        requests = self.requests(change)
        if sides[0] is None or sides[1] is None or requests is None:
            return None
        return (sides[1] - sides[0]) * requests + 0  # a zero has no sign

    def _count(self, row: UsageRow) -> None:
        pairs = self._pairs(row)
        if pairs is None:
            self._undecided.anything += row.requests
            self._untold += row.requests
            return
        if len(pairs) == 1 and not any(served.open for served in pairs[0]):
            one, other = pairs[0]
            self._counts[one.side, other.side] += row.requests
        else:
            self._undecided.add(pairs, row.requests)
        charged = {(one.dollars, other.dollars) for one, other in pairs}
        before, after = charged.pop() if len(charged) == 1 else (None, None)
        if before is None or after is None:
            self._untold += row.requests
            return
        self._told += row.requests
        self._before += before * row.requests
        self._after += after * row.requests

    def _count_what_no_resolution_tells(self, sample: Sample) -> None:
        found = [
            row for row in sample.rows if self._may_be_told_by_model(row.route, row.model, resolution=row.resolution)
        ]
        left = sum(row.requests for row in found) - told_of_twice(sample, self._may_be_told_by_model)
        if not left:
            return
        self._untold += left
        for row in found:
            self._undecided.add(self._pairs(row) or [], min(left, row.requests))
        be = "request of a token-based route is" if left == 1 else "requests of token-based routes are"
        self.notes = (f"{left:,} {be} more than the price resolutions tell of: without a model, they can't be told",)

    def _may_be_told_by_model(self, route: str | None, model: str | None, *, resolution: bool) -> bool:
        """Say whether requests are such as the sample's price resolutions tell of as well, with their models."""
        if resolution or model is not None or route is None:
            return False
        return any(usage.place(route).token_based for usage in (self._old, self._new))

    def _pairs(self, row: UsageRow) -> list[tuple[_Served, _Served]] | None:
        """Give what may have charged requests, under both configs: one pair for each route; None for anything.

        Empty where neither config has a route for them: another config charged those.
        """
        if row.route is None and row.model is None:
            return None
        places = (self._old.place(row.route), self._new.place(row.route))
        pairs = [places]
        if row.route is None or any(len(place.possible) > 1 for place in places):
            keys = dict.fromkeys(key for place in places for key in place.possible)
            pairs = [(self._old.place(key), self._new.place(key)) for key in keys]
        elif row.route is not None:
            # A route that is new may take some of them: the log says which pattern they fitted, not their paths.
            known = {route.key for route in self._old.table.config.routes}
            pairs += [(places[0], self._new.place(key)) for key in self._new.before(row.route) if key not in known]
        return [
            (_served(self._old, old, row.model), _served(self._new, new, row.model))
            for old, new in pairs
            if old.routes or new.routes
        ]


def _served(usage: TrafficUsage, place: Place, model: str | None) -> _Served:
    if not place.routes:
        return _Served(None, None)
    row = usage.judge(place, model).row
    return _Served(place.routes[0], row, open=row is None)


def _side(row: PriceRow | None) -> Side:
    return None if row is None else (row.route, row.selector)
