"""A config beside the traffic it serves: what the rules about traffic and the traffic report share.

Nothing here is guessed. Where a log does not say the route, a price is given only if every route that may have served
the request charges the same; else it is said that it can't be told, and why.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.javascript import OBJECT_INTERNALS
from pricecheck.gateway.matching import Facts
from pricecheck.gateway.pricing import Source
from pricecheck.prices.model_ids import IdKind, find_base, read_model_id
from pricecheck.prices.usage import is_shortened, shortened
from pricecheck.rules.rates import RateLimit, Rates
from pricecheck.rules.request_places import NOWHERE, Place, Places
from pricecheck.rules.suggesting import Suggester, Suggestion, first_glob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pricecheck.policy.model import Policy
    from pricecheck.prices.model_ids import Base, ModelId
    from pricecheck.prices.table import PriceRow, PriceTable
    from pricecheck.prices.usage import Sample, UsageRow


class Kind(Enum):
    """What the config knows of a model; all but `MAPPED` mean that no line prices the ID by name.

    `SNAPSHOT` is any other name of a model that has a price: dated, with a provider in front, a routing variant.
    """

    FINE_TUNE = "fine-tune"
    UNKNOWN = "unknown"
    SNAPSHOT = "snapshot"
    DEFAULT_TABLE = "default-table"
    MAPPED = "mapped"


FALLBACKS = frozenset({Source.PRICE.value, Source.FALLBACK.value, Source.DEFAULTS.value})
"""The sources that charge whatever model nobody thought of."""


class Judged(NamedTuple):
    """What the config makes of a model at a place. `row` is None where `doubt` says why it can't be told.

    `kind` is None where the model has no say: on routes that are not token-based, and where the log names none.
    """

    kind: Kind | None
    row: PriceRow | None
    doubt: str | None = None
    read: ModelId | None = None
    base: Base | None = None


class ModelUsage(NamedTuple):
    """The requests for one model at one place whose name has a say there, and what to charge them."""

    place: Place
    model: str
    requests: int
    kind: Kind
    judged: Judged
    suggestion: Suggestion | None = None


class Denied(NamedTuple):
    """The requests for a model that the policy denies; `glob` is the entry that does."""

    place: Place
    model: str
    requests: int
    glob: str


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


class TrafficUsage:
    """The usage of a sample judged by a config and a policy; everything is worked out once, when it is first asked."""

    def __init__(self, table: PriceTable, sample: Sample, policy: Policy) -> None:
        self.table = table
        self.sample = sample
        self.policy = policy
        self._places = Places(table.config)
        self._suggester = Suggester(policy)
        self._judged: dict[tuple[Place, str | None], Judged] = {}
        self._possible_prices: dict[Place, frozenset[Decimal]] = {}

    @cached_property
    def requests(self) -> int:
        """How many requests the sample has; of a log that only tells which models were resolved, how many of those."""
        requests = sum(row.requests for row in self.sample.rows if not row.resolution)
        return requests or sum(row.requests for row in self.sample.rows)

    @cached_property
    def by_route(self) -> Mapping[Place, int]:
        """Requests by route, the most first; resolutions are no requests of their own."""
        counts: Counter[Place] = Counter()
        for row in self.sample.rows:
            if not row.resolution:
                # Only what names a model is surely of a token-based route.
                told = row.route is not None or row.model is not None
                counts[self.place(row.route) if told else NOWHERE] += row.requests
        return dict(counts.most_common())

    @cached_property
    def models(self) -> tuple[ModelUsage, ...]:
        """Every model at every place where its name has a say, in the order of `Kind`, the most requested first."""
        order = {kind: number for number, kind in enumerate(Kind)}
        found = [
            self._model_usage(place, model, requests, judged.kind, judged)
            for (place, model), requests in self._counted.items()
            if (judged := self.judge(place, model)).kind is not None
        ]
        return tuple(sorted(found, key=lambda usage: (order[usage.kind], -usage.requests, usage.model)))

    def of_kind(self, kind: Kind) -> list[ModelUsage]:
        """Give the models of one kind, the most requested first."""
        return [usage for usage in self.models if usage.kind is kind]

    @cached_property
    def denied(self) -> tuple[Denied, ...]:
        """The models that the policy denies and that were requested all the same, on whichever route."""
        if not self.policy.deny:
            return ()
        found = [
            Denied(place, model, requests, denying)
            for (place, model), requests in self._counted.items()
            if (denying := first_glob(self.policy.deny, model)) is not None
        ]
        return tuple(sorted(found, key=lambda usage: (-usage.requests, usage.model)))

    @cached_property
    def _counted(self) -> Counter[tuple[Place, str]]:
        counts: Counter[tuple[Place, str]] = Counter()
        for row in self.sample.rows:
            if row.model is not None:
                counts[self.place(row.route), row.model] += row.requests
        return counts

    @cached_property
    def rates(self) -> Rates:
        """The rates over the whole sample."""
        return self._rates((usage.judged, usage.requests) for usage in self.models)

    @property
    def limits(self) -> tuple[RateLimit, ...]:
        """The policy's limits beside the rates of the whole sample."""
        limits, rates = self.policy.traffic, self.rates
        return (
            RateLimit("unmapped", limits.max_unmapped_rate, rates.exact(rates.unmapped)),
            RateLimit("fallback", limits.max_fallback_rate, rates.exact(rates.fallback)),
        )

    @cached_property
    def over_time(self) -> tuple[tuple[str, Rates], ...]:
        """The rates of each bucket of time that has requests: its start (ISO 8601, UTC), oldest first."""
        buckets: dict[str, list[tuple[Judged, int]]] = {}
        for row in self.sample.timed:
            if row.model is not None:
                judged = self.judge(self.place(row.route), row.model)
                buckets.setdefault(row.start, []).append((judged, row.requests))
        return tuple((start, self._rates(rows)) for start, rows in sorted(buckets.items()))

    @cached_property
    def unused(self) -> tuple[tuple[str, str], ...]:
        """The lines of `models` that nobody asked for, as route and model; empty where `unused_doubt` says why."""
        if self.unused_doubt is not None:
            return ()
        asked = {(route, row.model) for row in self.sample.rows for route in self.place(row.route).routes}
        served = {route for place in self.by_route for route in place.routes}
        if any(row.resolution for row in self.sample.rows):
            served.update(self._places.token_routes)
        return tuple(
            (route.key, model.name)
            for route in self.table.config.routes
            if route.token_based and route.key in served
            for model in route.models
            if (route.key, shortened(model.name)) not in asked
        )

    @property
    def unused_doubt(self) -> str | None:
        """Why it can't be told which lines are unused; None where it can."""
        if not self.sample.rows:
            return "the log has no requests"
        if all(row.model is None for row in self.sample.rows):
            return "the log names no models"
        if self.sample.folded_groups:
            return "the log has more groups than are kept"
        return None

    @cached_property
    def otherwise(self) -> tuple[Otherwise, ...]:
        """What was charged otherwise than this config would, the most requested first."""
        counts: Counter[tuple[Place, str | None, Decimal | None, str | None]] = Counter()
        for usage in self.sample.rows:
            if usage.price is None and usage.source is None:
                continue
            place = self.place(usage.route)
            if self._differs(place, usage):
                counts[place, usage.model, usage.price, usage.source] += usage.requests
        return tuple(
            Otherwise(place, model, price, source, requests, self.judge(place, model).row)
            for (place, model, price, source), requests in counts.most_common()
        )

    def place(self, logged: str | None) -> Place:
        """Find the routes that may have served requests logged under a route key, a path, or nothing."""
        return self._places.find(logged)

    def judge(self, place: Place, model: str | None) -> Judged:
        """Say what this config makes of a model at a place."""
        key = (place, model)
        if key not in self._judged:
            self._judged[key] = self._judge(place, model)
        return self._judged[key]

    def _judge(self, place: Place, model: str | None) -> Judged:
        if not place.routes:
            return self._of_no_route(place, model)
        if not place.token_based:
            return self._flat(place.routes[0], model)
        if not model:
            return Judged(None, None, "the log does not say the model")
        rows = [self._row(route, model) for route in place.routes]
        kind, read, base = self._kind(place, model, rows)
        known = {(row.amount, row.decimals, _same_source(row.source)) if row else None for row in rows}
        if len(known) == 1:
            row = rows[0]
            return Judged(kind, row, None if row else "a name of JavaScript's own: such requests fail", read, base)
        charged = dict.fromkeys(
            f"{route} charges {row.dollars or row.unknown_reason} by {row.source}"
            if row
            else f"{route} charges nothing"
            for route, row in zip(place.routes, rows, strict=True)
        )
        why = f"the log does not say the route: {'; '.join(list(charged)[:_SHOWN])}"
        return Judged(kind, None, why + (" …" if len(charged) > _SHOWN else ""), read, base)

    def _of_no_route(self, place: Place, model: str | None) -> Judged:
        if model is None:
            return Judged(None, None, _without_route(place))
        read = read_model_id(model)
        kind = Kind.FINE_TUNE if read.kind is IdKind.FINE_TUNE and not is_shortened(model) else Kind.UNKNOWN
        return Judged(kind, None, _without_route(place), read)

    def _row(self, route: str, model: str) -> PriceRow | None:
        row = self.table.find(route, f"model:{model}")
        if row is None and model not in OBJECT_INTERNALS:
            row = self.table.find(route, "other")
        return row

    def _kind(self, place: Place, model: str, rows: list[PriceRow | None]) -> tuple[Kind, ModelId | None, Base | None]:
        sources = {row.source for row in rows if row and row.price}  # a line without a text prices nothing
        if Source.MODELS.value in sources:
            return Kind.MAPPED, None, None
        if Source.DEFAULT_TABLE.value in sources:
            return Kind.DEFAULT_TABLE, None, None
        read = read_model_id(model)
        if is_shortened(model):
            return Kind.UNKNOWN, read, None
        base = find_base(read, _Priced(self.table, place.routes), self.policy.aliases)
        if read.kind is IdKind.FINE_TUNE or (base is not None and base.alias is not None):
            return Kind.FINE_TUNE, read, base
        if base is not None and base.known:
            return Kind.SNAPSHOT, read, base
        return Kind.UNKNOWN, read, None

    def _flat(self, route: str, model: str | None) -> Judged:
        rules = next(one.match for one in self.table.config.routes if one.key == route)
        keys = {condition.key for rule in rules for condition in rule.where}
        if keys and (keys != {"body.model"} or model is None):
            return Judged(None, None, "the match rules look at more than the log tells")
        row = self.table.row_for(route, Facts({"model": model}))
        return Judged(None, row, None if row else "a match rule compares with an unresolved variable")

    def _model_usage(self, place: Place, model: str, requests: int, kind: Kind, judged: Judged) -> ModelUsage:
        suggestion = None
        if kind in {Kind.FINE_TUNE, Kind.SNAPSHOT, Kind.UNKNOWN} and place.routes:
            suggestion = self._suggestion(place, model, judged)
        return ModelUsage(place, model, requests, kind, judged, suggestion)

    def _suggestion(self, place: Place, model: str, judged: Judged) -> Suggestion:
        base = judged.base
        rows = [] if base is None or not base.known else [self._row(route, base.model) for route in place.routes]
        fine_tune = judged.kind is Kind.FINE_TUNE
        return self._suggester.suggest(model, place.label, base, [row for row in rows if row], fine_tune=fine_tune)

    def _rates(self, judged: Iterable[tuple[Judged, int]]) -> Rates:
        decided = unmapped = fallback = unknown = undecided = 0
        for one, requests in judged:
            if one.kind is None:
                continue
            if one.row is None:
                undecided += requests
                continue
            decided += requests
            unmapped += requests if one.kind is not Kind.MAPPED else 0
            fallback += requests if one.row.source in FALLBACKS else 0
            unknown += requests if one.kind is Kind.UNKNOWN else 0
        return Rates(decided, unmapped, fallback, unknown, undecided)

    def _differs(self, place: Place, usage: UsageRow) -> bool:
        if not place.routes or (usage.route is None and not self._prices_by_model(usage)):
            return False
        row = self.judge(place, usage.model).row
        if usage.price is None:
            return row is not None and place.token_based and _same_source(row.source) != _same_source(usage.source)
        if row is not None:
            charged = dollars_of(row)
            return charged is not None and abs(charged - usage.price) >= _LOGGED_TO
        model = usage.model if place.token_based else None
        possible = self._possible(place, model) if model else self._possible_at(place)
        return bool(possible) and all(abs(charged - usage.price) >= _LOGGED_TO for charged in possible)

    def _prices_by_model(self, usage: UsageRow) -> bool:
        """Say whether requests that name no route were surely priced by their model."""
        everywhere = len(self._places.token_routes) == len(self.table.config.routes)
        return usage.model is not None and (usage.resolution or everywhere)

    def _possible(self, place: Place, model: str) -> frozenset[Decimal]:
        return _all_known(self._row(route, model) for route in place.routes)

    def _possible_at(self, place: Place) -> frozenset[Decimal]:
        if place not in self._possible_prices:
            rows = (row for route in place.routes for row in self.table.by_route[route])
            self._possible_prices[place] = _all_known(rows)
        return self._possible_prices[place]


_SHOWN = 3
_LOGGED_TO = Decimal("0.000001")
"""The gateway logs prices with six decimals (docs/traffic.md): what is finer does not show."""


class _Priced:
    """The models that have a price of their own on every route of a place."""

    def __init__(self, table: PriceTable, routes: tuple[str, ...]) -> None:
        self._table = table
        self._routes = routes

    def __contains__(self, model: object) -> bool:
        rows = [self._table.find(route, f"model:{model}") for route in self._routes]
        return all(row is not None and row.source not in FALLBACKS for row in rows)


def dollars_of(row: PriceRow) -> Decimal | None:
    """Give what a row charges in dollars; None where it is not known."""
    if row.amount is None or row.decimals is None:
        return None
    return Decimal(row.amount).scaleb(-row.decimals)


def _without_route(place: Place) -> str:
    if place.unclear:
        return "the log does not say the method, and several routes have this path"
    return "no route of this config is token-based" if place.label is None else "this config has no such route"


def _all_known(rows: Iterable[PriceRow | None]) -> frozenset[Decimal]:
    """Give every price in dollars that some rows charge; empty where one is unknown."""
    charged = {dollars_of(row) if row else None for row in rows}
    return frozenset(one for one in charged if one is not None) if None not in charged else frozenset()


def _same_source(source: str | None) -> str | None:
    """Give the words of a log for a source: everything behind the built-in table is its `fallback`."""
    return Source.FALLBACK.value if source in FALLBACKS else source
