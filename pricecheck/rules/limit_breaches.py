"""Which effective prices are outside the floors and ceilings of the policy's families (gateway.md §4).

Held are prices of models, wherever they come from: a line of `models`, the built-in table, a rule of `match` that asks
for `body.model`, and whatever charges the models that none of these names. A family's glob stands for models nobody can
list, so that the price which takes them together with others is held to the floor alone: a fallback has to be dear, and
would always be above the ceiling of the cheapest family. A model that a family writes out is held to both limits,
whatever prices it. A flat route is not held: it says nothing of models.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.pricing import Source
from pricecheck.policy.approvals import ApprovalRequest
from pricecheck.prices.globs import contains
from pricecheck.prices.vendors import may_serve
from pricecheck.rules.families import Families, limits_in_units
from pricecheck.rules.limits import ABOVE_CEILING, BELOW_FLOOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pricecheck.gateway.config import Config, MatchRule, Route
    from pricecheck.policy.model import Dollars, Family
    from pricecheck.prices.table import PriceRow, PriceTable

_MODEL = "body.model"
_NAME = len("model:")


class LimitBreach(NamedTuple):
    """A price outside a limit. `model` is the model's name, or the glob of those it is charged for.

    `code` is the rule that reports it, `named` whether the config names the model, `also`
    the later families that fit it too.
    """

    code: str
    route: Route
    row: PriceRow
    family: Family
    model: str
    limit: Dollars
    named: bool
    also: tuple[str, ...] = ()

    def request(self, file: str) -> ApprovalRequest:
        """Give what an approval of this price must say: void as soon as the price or the limit is another."""
        beyond = "below the floor" if self.code == "PC303" else "above the ceiling"
        return ApprovalRequest(
            self.code,
            file,
            self.route.key,
            self.row.selector,
            self.limit.text,
            str(self.row.amount),
            self.row.priced_by,
            f"{self.row.dollars} is {beyond} {self.limit.text}",
            (None, self.row.decimals),
        )


def limit_breaches(table: PriceTable, families: Families) -> Iterator[LimitBreach]:
    """Give every breach, in the order of the table."""
    for route in table.config.routes:
        held = _HeldRoute(table.config, route, families)
        rows = table.by_route[route.key]
        if route.token_based:
            yield from held.models(rows)
            yield from held.others(rows[-1], [])
        elif any(one.asked_model is not None for one in route.match):
            yield from held.rules(rows)
            yield from held.others(rows[-1], _taken(route, len(route.match)))


class _HeldRoute:
    """One route, held to the limits."""

    def __init__(self, config: Config, route: Route, families: Families) -> None:
        self._url = config.upstream_url(route)
        self._route = route
        self._families = families
        self._limits = lru_cache(limits_in_units)
        self._narrowest = lru_cache(self._within_all)

    def models(self, rows: tuple[PriceRow, ...]) -> Iterator[LimitBreach]:
        """Hold the rows of single models of a token-based route."""
        for row in rows[:-1]:
            if self._is_within_all(row) or not row.reachable:
                continue
            model = row.selector[_NAME:]
            family = self._families.of(model)
            if family is None:
                continue
            named = row.source != Source.DEFAULT_TABLE.value
            if named or may_serve(self._url, model):
                yield from self._judged(row, family, model, named=named)

    def rules(self, rows: tuple[PriceRow, ...]) -> Iterator[LimitBreach]:
        """Hold the match rules that ask for a model, and the one that takes all the rest."""
        for one, row in zip(self._route.match, rows, strict=False):
            if not one.where:
                yield from self.others(row, _taken(self._route, one.number))
            if one.asked_model is None or not row.reachable:
                continue
            asked, _ = one.asked_model
            # Few prices are outside a limit, and what a rule leaves to the ones after it takes long to tell.
            broken = [part for part in self._families.parts if any(self._judged(row, part.family, asked, named=True))]
            taken = _taken(self._route, one.number, _besides(one)) if broken else []
            for part in broken:
                if self._may_serve(part.pattern, asked) and part.left(inside=asked, outside=taken):
                    whole = part.literal or contains(part.pattern, asked)
                    model = part.pattern if part.literal else asked
                    yield from self._judged(row, part.family, model, named=True, floor_only=not whole)

    def others(self, row: PriceRow, taken: list[str]) -> Iterator[LimitBreach]:
        """Hold a price of the models that nothing names; `taken` are the globs that rules take before."""
        if not row.reachable or row.amount is None:
            return
        named = {model.name for model in self._route.models} if self._route.token_based else set()
        for part in self._families.parts:
            if not may_serve(self._url, part.pattern) or (part.literal and self._is_priced(part.pattern, named)):
                continue
            if part.left(outside=taken):
                yield from self._judged(row, part.family, part.pattern, named=False, floor_only=not part.literal)

    def _is_priced(self, model: str, named: set[str]) -> bool:
        from pricecheck.gateway.default_table import DEFAULT_TABLE

        return self._route.token_based and (model in named or model in DEFAULT_TABLE)

    def _may_serve(self, *patterns: str) -> bool:
        return all(may_serve(self._url, pattern) for pattern in patterns)

    def _is_within_all(self, row: PriceRow) -> bool:
        """Say whether a price is within the limits of every family, so that it need not be known whose it is."""
        if row.amount is None or row.decimals is None:
            return True
        least, greatest = self._narrowest(row.decimals)
        return row.amount >= least and (greatest is None or row.amount <= greatest)

    def _within_all(self, decimals: int) -> tuple[int, int | None]:
        limits = [self._limits(part.family, decimals) for part in self._families.parts]
        greatest = [most for _, most in limits if most is not None]
        return max((least or 0 for least, _ in limits), default=0), min(greatest) if greatest else None

    def _judged(
        self, row: PriceRow, family: Family, model: str, *, named: bool, floor_only: bool = False
    ) -> Iterator[LimitBreach]:
        if row.amount is None or row.decimals is None:
            return
        least, greatest = self._limits(family, row.decimals)
        if least is not None and family.floor is not None and row.amount < least:
            yield self._breach(BELOW_FLOOR, row, family, model, family.floor, named=named)
        if greatest is not None and family.ceiling is not None and row.amount > greatest and not floor_only:
            yield self._breach(ABOVE_CEILING, row, family, model, family.ceiling, named=named)

    def _breach(
        self, code: str, row: PriceRow, family: Family, model: str, limit: Dollars, *, named: bool
    ) -> LimitBreach:
        also = tuple(other.name for other in self._families.fitting(model) if other is not family)
        return LimitBreach(code, self._route, row, family, model, limit, named, also)


def _taken(route: Route, before: int, known: Collection[tuple[str, type, object]] = ()) -> list[str]:
    """Give the globs of models that the rules before number `before` take of the requests for which `known` holds."""
    earlier = (one for one in route.match[:before] if _besides(one) <= set(known))
    return [one.asked_model[0] for one in earlier if one.asked_model is not None]


def _besides(one: MatchRule) -> set[tuple[str, type, object]]:
    """Give what a rule asks for besides the model; 1 and true are equal in Python and not for the gateway."""
    return {(key, type(required), required) for key, required in one.conditions if key != _MODEL}
