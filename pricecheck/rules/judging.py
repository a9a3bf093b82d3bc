"""What a config makes of a model where requests for it went, which a log may not say exactly.

Nothing here is guessed. Where a log does not say the route, a price is given only if every route that may have served
the request charges the same; else it is said that it can't be told, and why.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.javascript import OBJECT_INTERNALS
from pricecheck.gateway.matching import Facts
from pricecheck.gateway.pricing import Source
from pricecheck.prices.model_ids import IdKind, find_base, read_model_id
from pricecheck.prices.usage import RARE, is_shortened
from pricecheck.rules.rates import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pricecheck.prices.model_ids import Base, ModelId
    from pricecheck.prices.table import PriceRow, PriceTable
    from pricecheck.rules.request_places import Place


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

_SHOWN = 3
_NO_NAME = frozenset({IdKind.VARIANT, IdKind.DEPLOYMENT})
"""What is left of these names when a provider is off is no model that one could give a price."""


class Judged(NamedTuple):
    """What the config makes of a model at a place. `row` is None where `doubt` says why it can't be told.

    `kind` is None where the model has no say: on routes that are not token-based, and where the log names none.
    `base` is the base model that the name tells on every route that may have served it; where these differ in it, or
    in whether it has a price, `differing` says how.
    """

    kind: Kind | None
    row: PriceRow | None
    doubt: str | None = None
    read: ModelId | None = None
    base: Base | None = None
    differing: str | None = None


class _OnRoute(NamedTuple):
    kind: Kind
    row: PriceRow | None
    read: ModelId | None = None
    base: Base | None = None


class Judge:
    """Judges models at places by a price table; each once."""

    def __init__(self, table: PriceTable, aliases: Mapping[str, str]) -> None:
        self._table = table
        self._aliases = aliases
        self._judged: dict[tuple[Place, str | None], Judged] = {}
        self._on_routes: dict[tuple[str, str], _OnRoute] = {}
        self._last: ModelId | None = None

    def judge(self, place: Place, model: str | None) -> Judged:
        """Say what the config makes of a model at a place."""
        key = (place, model)
        if key not in self._judged:
            self._judged[key] = self._judge(place, model)
        return self._judged[key]

    def row(self, route: str, model: str) -> PriceRow | None:
        """Give what charges a model on a token-based route; None where its name makes the request fail."""
        row = self._table.find(route, f"model:{model}")
        if row is None and model not in OBJECT_INTERNALS:
            row = self._table.find(route, "other")
        return row

    def standing(self, place: Place, model: str, source: str | None) -> Standing | None:
        """Say which shares count requests for a model at a place; None where they are of no token-based route.

        Told is what holds on every route that may have served them. Of several, a log's own `source` leaves those that
        charge by it; where none does, the log is of another config, and they are all left.
        """
        if not model:
            return None
        if not place.routes:
            return Standing() if place.unclear else None
        if not place.token_based:
            return None
        found = [self._on_route(route, model) for route in place.routes]
        if source is not None and len(found) > 1:
            found = [one for one in found if one.row and same_source(one.row.source) == same_source(source)] or found
        rare = model == RARE
        standings = {_standing(one.kind, one.row.source if one.row else None, rare=rare) for one in found}
        return standings.pop() if len(standings) == 1 else Standing(*map(_agreed, zip(*standings, strict=True)))

    def _judge(self, place: Place, model: str | None) -> Judged:
        if not place.routes:
            return self._of_no_route(place, model)
        if not place.token_based:
            return self._flat(place.routes[0], model)
        if not model:
            return Judged(None, None, "the log does not say the model")
        found = [self._on_route(route, model) for route in place.routes]
        kinds, rows = {one.kind for one in found}, [one.row for one in found]
        kind = next(kind for kind in _FIRST if kind in kinds)
        read, base, differing = (None, None, None) if kind in _PRICED else (found[0].read, found[0].base, None)
        if read is not None and len(found) > 1:
            base, differing = _agreed_base(place.routes, [one.base for one in found])
        known = {(row.amount, row.decimals, same_source(row.source)) if row else None for row in rows}
        if len(known) == 1:
            doubt = None if rows[0] else "a name of JavaScript's own: such requests fail"
            return Judged(kind, rows[0], doubt, read, base, differing)
        return Judged(kind, None, _by_route(place.routes, rows), read, base, differing)

    def _of_no_route(self, place: Place, model: str | None) -> Judged:
        if model is None:
            return Judged(None, None, _without_route(place))
        read = read_model_id(model)
        kind = Kind.FINE_TUNE if read.kind is IdKind.FINE_TUNE and not is_shortened(model) else Kind.UNKNOWN
        return Judged(kind, None, _without_route(place), read)

    def _flat(self, route: str, model: str | None) -> Judged:
        rules = next(one.match for one in self._table.config.routes if one.key == route)
        keys = {condition.key for rule in rules for condition in rule.where}
        if keys and (keys != {"body.model"} or model is None):
            return Judged(None, None, "the match rules look at more than the log tells")
        row = self._table.row_for(route, Facts({"model": model}))
        return Judged(None, row, None if row else "a match rule compares with an unresolved variable")

    def _on_route(self, route: str, model: str) -> _OnRoute:
        key = (route, model)
        if key not in self._on_routes:
            self._on_routes[key] = self._found(route, model)
        return self._on_routes[key]

    def _read(self, model: str) -> ModelId:
        # Where several routes may have served them, each asks in turn.
        if self._last is None or self._last.name != model:
            self._last = read_model_id(model)
        return self._last

    def _found(self, route: str, model: str) -> _OnRoute:
        row = self.row(route, model)
        if row is not None and row.price:  # a line without a text prices nothing
            for source, kind in ((Source.MODELS, Kind.MAPPED), (Source.DEFAULT_TABLE, Kind.DEFAULT_TABLE)):
                if row.source == source.value:
                    return _OnRoute(kind, row)
        read = self._read(model)
        if is_shortened(model):
            return _OnRoute(Kind.UNKNOWN, row, read)
        base = find_base(read, _Priced(self._table, route), self._aliases)
        if read.kind is IdKind.FINE_TUNE or (base is not None and base.alias is not None):
            return _OnRoute(Kind.FINE_TUNE, row, read, base)
        if base is not None and base.known:
            return _OnRoute(Kind.SNAPSHOT, row, read, base)
        return _OnRoute(Kind.UNKNOWN, row, read, None if read.kind in _NO_NAME else base)


_PRICED = (Kind.MAPPED, Kind.DEFAULT_TABLE)
_FIRST = (*_PRICED, Kind.FINE_TUNE, Kind.SNAPSHOT, Kind.UNKNOWN)
"""What a model is where routes differ: the first that it is on one of them."""


class _Priced:
    """The models that have a price of their own on a route."""

    def __init__(self, table: PriceTable, route: str) -> None:
        self._table = table
        self._route = route

    def __contains__(self, model: object) -> bool:
        row = self._table.find(self._route, f"model:{model}")
        return row is not None and row.source not in FALLBACKS


def same_source(source: str | None) -> str | None:
    """Give the words of a log for a source: everything behind the built-in table is its `fallback`."""
    return Source.FALLBACK.value if source in FALLBACKS else source


@cache
def _standing(kind: Kind, source: str | None, *, rare: bool) -> Standing:
    # Of models that are only counted together, some may be fine-tunes or snapshots by their names.
    return Standing(kind is not Kind.MAPPED, source in FALLBACKS, None if rare else kind is Kind.UNKNOWN)


def _agreed(answers: Sequence[bool | None]) -> bool | None:
    return answers[0] if len(set(answers)) == 1 else None


def _agreed_base(routes: Sequence[str], bases: Sequence[Base | None]) -> tuple[Base | None, str | None]:
    """Give the base model, and how the routes differ about it where they do."""
    first = bases[0]
    if all(base == first for base in bases):
        return first, None
    named = dict.fromkeys(
        f"{route} {'prices' if base.known else 'has no price for'} `{base.model}`"
        for route, base in zip(routes, bases, strict=True)
        if base is not None
    )
    differing = f"the routes that may serve it differ: {_some(list(named))}"
    same_name = first is not None and all(base is not None and base.model == first.model for base in bases)
    return first._replace(known=False) if first is not None and same_name else None, differing


def _by_route(routes: Sequence[str], rows: Sequence[PriceRow | None]) -> str:
    charged = dict.fromkeys(
        f"{route} charges {row.dollars or row.unknown_reason} by {row.source}" if row else f"{route} charges nothing"
        for route, row in zip(routes, rows, strict=True)
    )
    return f"the log does not say the route: {_some(list(charged))}"


def _some(parts: Sequence[str]) -> str:
    return "; ".join(parts[:_SHOWN]) + (" …" if len(parts) > _SHOWN else "")


def _without_route(place: Place) -> str:
    if place.unclear:
        return "the log does not say the method, and several routes have this path"
    if place.builtin:
        return "the gateway answers this path itself"
    return "no route of this config is token-based" if place.label is None else "this config has no such route"
