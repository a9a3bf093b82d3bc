"""Which rows of two price tables share requests, route by route, with a part of a request that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.javascript import OBJECT_INTERNALS
from pricecheck.gateway.matching import Facts, condition_holds
from pricecheck.prices.overlap import FREE, fixed_parameters, parameter_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pricecheck.gateway.config import Route
    from pricecheck.gateway.routing import CompiledRoute
    from pricecheck.prices.conditions import Fragment, Required
    from pricecheck.prices.coverage import Reach, RuleSet
    from pricecheck.prices.overlap import SharedRoute
    from pricecheck.prices.table import PriceRow, PriceTable

_NEVER = {"nothing": ""}
"""A `where` that holds for no request: there is no such root."""

_WITHOUT_BODY = frozenset({"GET", "HEAD"})
"""Methods whose requests have no body, so that no model is named and no `body` condition holds."""

_BROKEN = "throws: a route key without a space makes every request fail"

Places = dict[int, str]


class RowPair(NamedTuple):
    """Two rows that share requests, None where no route of that config takes them.

    `witness` is part of a request that gets both, None where none could be found although there may be one; `values`
    are decoded path segments it needs.
    """

    before: PriceRow | None
    after: PriceRow | None
    witness: Fragment | None
    values: Places


class SharedRows:
    """The rows of two tables, paired by the requests they share."""

    def __init__(
        self, old: PriceTable, new: PriceTable, differ: Callable[[SharedRows, PriceRow, PriceRow], bool]
    ) -> None:
        """`differ` says which pairs are wanted: whether two rows share requests is only asked for those."""
        self.old, self.new = old, new
        self._differ = differ
        self._broken = tuple(any(not route.method for route in table.config.routes) for table in (old, new))
        self._token_based = tuple(
            {route.key for route in table.config.routes if route.token_based} for table in (old, new)
        )

    def is_token_based(self, before: PriceRow, after: PriceRow) -> bool:
        """Tell whether both rows are of token-based routes."""
        return before.route in self._token_based[0] and after.route in self._token_based[1]

    def of(self, shared: SharedRoute) -> Iterator[RowPair]:
        """Yield the wanted pairs of two routes that share requests; all rows of a route that has no partner."""
        compiled = [one for one in (shared.old, shared.new) if one is not None]
        if shared.method in _WITHOUT_BODY and any(one.route.token_based for one in compiled):
            return  # every request is refused for want of a model, whatever it would have been charged
        if shared.old is None or shared.new is None:
            yield from self._alone(shared)
        elif shared.old.route.token_based and shared.new.route.token_based:
            yield from self._by_model(shared.old.route.key, shared.new.route.key)
        else:
            yield from self._by_rule(shared, shared.old, shared.new)

    def imported(self) -> Iterator[tuple[PriceRow | None, PriceRow | None]]:
        """Yield the wanted pairs of rows of imported routes, which are known by their upstream alone."""
        sides = [_imported(table) for table in (self.old, self.new)]
        for key in {**sides[1], **sides[0]}:
            before, after = sides[0].get(key), sides[1].get(key)
            if before is None or after is None or self._differ(self, before, after):
                yield before, after

    def _wanted(self, before: PriceRow, after: PriceRow) -> tuple[PriceRow, PriceRow] | None:
        if self._broken[0]:
            before = before._replace(amount=None, unknown_reason=_BROKEN)
        if self._broken[1]:
            after = after._replace(amount=None, unknown_reason=_BROKEN)
        return (before, after) if self._differ(self, before, after) else None

    def _alone(self, shared: SharedRoute) -> Iterator[RowPair]:
        compiled = shared.new or shared.old
        if compiled is None:
            return
        table = self.new if shared.new else self.old
        rows = table.by_route[compiled.route.key]
        rules = table.rules(compiled.route.key) if compiled.route.match else None
        for row in rows:
            if not row.reachable or (shared.method in _WITHOUT_BODY and _reads_body(row.where or {})):
                continue
            values: Places = {}
            witness: Fragment | None = {}
            if compiled.route.token_based:
                witness = _model_body(row.selector, rows, rows)
            elif rules is not None:
                reach = rules.leftover() if row.where is None else rules.reach(int(row.selector.partition(":")[2]))
                witness, values = _placed(reach.witness, parameter_places(compiled))
            yield RowPair(row, None, witness, values) if shared.new is None else RowPair(None, row, witness, values)

    def _by_model(self, old_route: str, new_route: str) -> Iterator[RowPair]:
        old_rows, new_rows = self.old.by_route[old_route], self.new.by_route[new_route]
        before, after = [{row.selector: row for row in rows} for rows in (old_rows, new_rows)]
        old_rest, new_rest = old_rows[-1], new_rows[-1]
        for selector, row in after.items():
            # The common case, an unchanged line, must cost next to nothing: tables have tens of thousands.
            partner = before.get(selector)
            if partner is not None and partner[2:5] == row[2:5] and row[2] is not None and not any(self._broken):
                continue
            wanted = self._wanted(partner or _unlisted(old_rest, selector), row) if row.reachable else None
            if wanted:
                yield RowPair(*wanted, _model_body(selector, old_rows, new_rows), {})
        for selector, row in before.items():
            if selector in after or not row.reachable:
                continue
            wanted = self._wanted(row, _unlisted(new_rest, selector))
            if wanted:
                yield RowPair(*wanted, _model_body(selector, old_rows, new_rows), {})

    def _by_rule(self, shared: SharedRoute, old: CompiledRoute, new: CompiledRoute) -> Iterator[RowPair]:
        before = _RuleSide.of(self.old, old, shared, same_names=old.segments == new.segments)
        after = _RuleSide.of(self.new, new, shared, same_names=old.segments == new.segments)
        for old_rule, new_rule, find in _rule_pairs(before, after):
            one, other = before.row(old_rule), after.row(new_rule)
            wanted = self._wanted(one, other) if one is not None and other is not None else None
            if wanted:
                reach = find()
                if reach.reachable:
                    yield RowPair(*wanted, *_placed(reach.witness, {**before.places, **after.places}))


class _RuleSide(NamedTuple):
    """A route as a list of match rules, each with its row (None: not priced), and the row of what they leave.

    A token-based route is one too: a rule for each model, one for any other, and no price without a model. `places`
    gives the path segment of each parameter the rules name.
    """

    wheres: Sequence[Mapping[str, Required]]
    rows: Sequence[PriceRow | None]
    rest: PriceRow | None
    places: Mapping[str, int]
    rules: Callable[[], RuleSet]

    def row(self, number: int | None) -> PriceRow | None:
        return self.rest if number is None else self.rows[number]

    @staticmethod
    def of(table: PriceTable, compiled: CompiledRoute, shared: SharedRoute, *, same_names: bool) -> _RuleSide:
        """Read a route's rules; `same_names`: a parameter is called the same in both routes, so that names will do."""
        route = compiled.route
        rows = table.by_route[route.key]
        if route.token_based:
            models = [row for row in rows[:-1] if "*" not in row.selector]
            listed = [_model(row.selector) for row in models]
            refused = ["", *sorted(OBJECT_INTERNALS.difference(listed))]
            by_model = [{"body.model": name} for name in (*refused, *listed, "*")]
            by_row = [*[None] * len(refused), *models, rows[-1]]
            return _RuleSide(by_model, by_row, None, {}, lambda: _rule_set(by_model, frozenset()))
        places = parameter_places(compiled)
        wheres: list[Mapping[str, Required]] = [{key: held for key, held, _ in rule.where} for rule in route.match]
        bodiless = shared.method in _WITHOUT_BODY
        if bodiless:
            wheres = [_NEVER if _reads_body(where) else where for where in wheres]
        if same_names and not bodiless:
            return _RuleSide(wheres, rows[:-1], rows[-1], places, lambda: _rules(table, route))
        fixed = fixed_parameters(compiled, shared.path)
        renamed = [_renamed(where, places, fixed) for where in wheres]
        free = {f"#{place}": place for place, segment in enumerate(shared.path) if segment is FREE}
        return _RuleSide(renamed, rows[:-1], rows[-1], free, lambda: _rule_set(renamed, frozenset(free)))


def _imported(table: PriceTable) -> dict[str, PriceRow]:
    keys = {route.key for route in table.config.routes}
    return {key: rows[0] for key, rows in table.by_route.items() if key not in keys}


def _rules(table: PriceTable, route: Route) -> RuleSet:
    rules = table.rules(route.key)
    assert rules is not None  # noqa: S101 - only token-based routes have none
    return rules


def _rule_set(wheres: Sequence[Mapping[str, Required]], parameters: frozenset[str]) -> RuleSet:
    from pricecheck.prices.coverage import RuleSet

    return RuleSet(wheres, parameters)


def _rule_pairs(before: _RuleSide, after: _RuleSide) -> Iterator[tuple[int | None, int | None, Callable[[], Reach]]]:
    """Yield pairs of rules that may share requests, with the way to find out; the costly question is asked late."""
    from pricecheck.prices.coverage import common

    if not before.wheres and not after.wheres:
        yield None, None, _always
        return
    old, new = before.rules(), after.rules()
    if _same(before.wheres, after.wheres):
        for number in range(len(before.wheres)):
            yield number, number, lambda number=number: old.reach(number)  # type: ignore[misc]
        yield None, None, old.leftover
        return
    everything = [*range(len(new)), None]
    for old_rule in (*range(len(old)), None):
        partners = everything if old_rule is None else [*new.overlapping(old.rules[old_rule]), None]
        for new_rule in partners:
            yield old_rule, new_rule, lambda one=old_rule, other=new_rule: common(old, one, new, other)  # type: ignore[misc]


def _always() -> Reach:
    from pricecheck.prices.coverage import Reach, Reachability

    return Reach(Reachability.REACHABLE, (), {})


def _same(one: Sequence[Mapping[str, Required]], other: Sequence[Mapping[str, Required]]) -> bool:
    # To Python `1 == True`; to the gateway a number is no boolean.
    return len(one) == len(other) and all(
        list(mine.items()) == list(theirs.items())
        and list(map(type, mine.values())) == list(map(type, theirs.values()))
        for mine, theirs in zip(one, other, strict=True)
    )


def _reads_body(where: Mapping[str, Required]) -> bool:
    return any(key.partition(".")[0] == "body" for key in where)


def _renamed(
    where: Mapping[str, Required], places: Mapping[str, int], fixed: Mapping[str, str]
) -> Mapping[str, Required]:
    """Name parameters by their segment, so that two routes mean the same by the same name; judge the fixed ones."""
    result: dict[str, Required] = {}
    for key, required in where.items():
        root, _, name = key.partition(".")
        if root != "params" or name not in places:
            result[key] = required
        elif name not in fixed:
            result[f"params.#{places[name]}"] = required
        elif isinstance(required, Unresolved):
            # Whether it holds is not known: an opaque condition that any request may meet.
            result["query.#unknown"] = required
        elif not condition_holds(key, required, Facts({}, params=fixed)):
            return _NEVER
    return result


def _placed(witness: Fragment | None, places: Mapping[str, int]) -> tuple[Fragment | None, Places]:
    parameters = (witness or {}).get("params")
    values = {places[name]: value for name, value in parameters.items()} if isinstance(parameters, dict) else {}
    return witness, values


def _unlisted(rest: PriceRow, selector: str) -> PriceRow:
    """Give what a model without a row is charged; names that hit JavaScript internals fail (gateway.md §4)."""
    if _model(selector) not in OBJECT_INTERNALS:
        return rest
    reason = "throws: the model's name hits JavaScript internals"
    return rest._replace(amount=None, price=None, path=None, node=None, unknown_reason=reason)


def _model(selector: str) -> str:
    return selector.removeprefix("model:")


def _model_body(selector: str, old_rows: Sequence[PriceRow], new_rows: Sequence[PriceRow]) -> Fragment:
    if selector.startswith("model:"):
        return {"body": {"model": _model(selector)}}
    named = {row.selector for rows in (old_rows, new_rows) for row in rows}
    number, name = 0, "another-model"
    while f"model:{name}" in named:
        number += 1
        name = f"another-model-{number}"
    return {"body": {"model": name}}
