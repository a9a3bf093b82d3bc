"""A config beside the traffic it serves: what the rules about traffic and the traffic report share."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.prices.usage import shortened
from pricecheck.rules.judging import Judge, Kind
from pricecheck.rules.rates import RateLimit, count
from pricecheck.rules.request_places import NOWHERE, Places
from pricecheck.rules.suggesting import Suggester, Suggestion, first_glob

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pricecheck.policy.model import Policy
    from pricecheck.prices.table import PriceRow, PriceTable
    from pricecheck.prices.usage import Sample
    from pricecheck.rules.charged_otherwise import Otherwise
    from pricecheck.rules.judging import Judged
    from pricecheck.rules.rates import Standing
    from pricecheck.rules.request_places import Place
    from pricecheck.shares import Rates


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


class TrafficUsage:
    """The usage of a sample judged by a config and a policy; everything is worked out once, when it is first asked."""

    def __init__(self, table: PriceTable, sample: Sample, policy: Policy) -> None:
        self.table = table
        self.sample = sample
        self.policy = policy
        self._places = Places(table.config)
        self._judge = Judge(table, policy.aliases)
        self._suggester = Suggester(policy)

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
    def elsewhere(self) -> Mapping[str, int]:
        """Requests by route as logged, of routes that this config does not have, the most first."""
        return {
            place.label: requests
            for place, requests in self.by_route.items()
            if place.is_elsewhere and place.label is not None
        }

    @property
    def resolved_nowhere(self) -> int:
        """Price resolutions, which only token-based routes make, where this config has none such."""
        return 0 if self._places.token_routes else sum(row.requests for row in self.sample.rows if row.resolution)

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
    def standings(self) -> tuple[tuple[Place, Standing, int], ...]:
        """How the requests that name a model on a token-based route stand, a group each."""
        return tuple(
            (place, standing, row.requests)
            for row in self.sample.rows
            if row.model is not None
            and (standing := self._judge.standing(place := self.place(row.route), row.model, row.source)) is not None
        )

    @cached_property
    def rates(self) -> Rates:
        """The rates over the whole sample."""
        return count((standing, requests) for _, standing, requests in self.standings)

    @property
    def limits(self) -> tuple[RateLimit, ...]:
        """The policy's limits beside the rates of the whole sample."""
        limits, rates = self.policy.traffic, self.rates
        return (
            RateLimit("unmapped", limits.max_unmapped_rate, rates.unmapped),
            RateLimit("fallback", limits.max_fallback_rate, rates.fallback),
        )

    @cached_property
    def over_time(self) -> tuple[tuple[str, Rates], ...]:
        """The rates of each bucket of time that has requests: its start (ISO 8601, UTC), oldest first."""
        buckets: dict[str, list[tuple[Standing, int]]] = {}
        for row in self.sample.timed:
            if row.model is not None:
                standing = self._judge.standing(self.place(row.route), row.model, row.source)
                if standing is not None:
                    buckets.setdefault(row.start, []).append((standing, row.requests))
        return tuple((start, count(found)) for start, found in sorted(buckets.items()))

    @cached_property
    def unused(self) -> tuple[tuple[str, str], ...]:
        """The lines of `models` that nobody asked for, as route and model; empty where `unused_doubt` says why."""
        if self.unused_doubt is not None:
            return ()
        asked = {(route, row.model) for row in self.sample.rows for route in self.place(row.route).possible}
        # A route whose requests never name a model says nothing of its lines.
        served = {route for place, _ in self._counted for route in place.routes}
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
        return None

    @cached_property
    def otherwise(self) -> tuple[Otherwise, ...]:
        """What was charged otherwise than this config would, the most requested first."""
        from pricecheck.rules.charged_otherwise import charged_otherwise

        return charged_otherwise(self)

    def place(self, logged: str | None) -> Place:
        """Find the routes that may have served requests logged under a route key, a path, or nothing."""
        return self._places.find(logged)

    def before(self, logged: str) -> tuple[str, ...]:
        """Give the routes that come before the one of a pattern, as logged, and take some of the paths that fit it."""
        return self._places.before(logged)

    def judge(self, place: Place, model: str | None) -> Judged:
        """Say what this config makes of a model at a place."""
        return self._judge.judge(place, model)

    def row(self, route: str, model: str) -> PriceRow | None:
        """Give what charges a model on a token-based route; None where its name makes the request fail."""
        return self._judge.row(route, model)

    def _model_usage(self, place: Place, model: str, requests: int, kind: Kind, judged: Judged) -> ModelUsage:
        suggestion = None
        if kind in {Kind.FINE_TUNE, Kind.SNAPSHOT, Kind.UNKNOWN} and place.routes:
            suggestion = self._suggestion(place, model, judged)
        return ModelUsage(place, model, requests, kind, judged, suggestion)

    def _suggestion(self, place: Place, model: str, judged: Judged) -> Suggestion:
        base = judged.base
        rows = [] if base is None or not base.known else [self.row(route, base.model) for route in place.routes]
        charged = [row for row in rows if row]
        fine_tune = judged.kind is Kind.FINE_TUNE
        return self._suggester.suggest(model, place.routes, base, charged, judged.differing, fine_tune=fine_tune)
