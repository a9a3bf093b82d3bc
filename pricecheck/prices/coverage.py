"""How the `match` rules of a route share its requests: what each takes, what is left, what two lists have in common.

The first rule that holds decides (gateway.md §4), so a rule takes the requests it holds for minus those of all rules
before it. Whether anything remains is decided exactly, and shown by a request, not by sampling:

- A place no condition of the rule in question names can be left out of the request, and then no condition on it holds.
  So only earlier rules that name no other places matter. The exceptions are always there: the route's path parameters,
  and the content type of a request with a JSON body.
- For the places that remain each earlier rule says "not all of these". A shortest string is drawn for each place;
  where it makes an earlier rule hold, the search splits on which of that rule's conditions is to fail.

Beyond a budget the answer is `UNKNOWN`, as it is where a rule's text is not known (an unresolved `${NAME}`): such a
rule counts as reachable, and never as covering another.
"""

from __future__ import annotations

from bisect import bisect_left
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.javascript import strictly_equal
from pricecheck.prices.conditions import (
    CONTENT_TYPE,
    JSON_TYPE,
    Conditions,
    Fragment,
    Place,
    Required,
    fragment,
    has_ancestor,
    read_conditions,
)
from pricecheck.prices.globs import Found, StringSet, Verdict, contains, is_literal, matches, may_intersect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BUDGET = 400
"""Splits of one search before it gives up; each costs some 100 µs."""

_EXPLAINED = 200
"""Of so many candidates it is tried whether they can be left out of an explanation."""

Cell = StringSet | int | float | bool
Clause = tuple[tuple[Place, str], ...]
"""What is left of an earlier rule: at least one of these places must not match its glob."""


class Reachability(Enum):
    """Whether some request takes a rule."""

    REACHABLE = "reachable"
    COVERED = "covered"
    NEVER_HOLDS = "never holds"
    UNKNOWN = "unknown"


class Reach(NamedTuple):
    """The answer for one rule, for the left-over, or for what two rules have in common.

    `covered_by` are numbers of earlier rules which together leave nothing (no one of them can be left out, unless there
    are very many). `witness` is part of a request that shows `REACHABLE`; None for every other verdict.
    """

    verdict: Reachability
    covered_by: tuple[int, ...] = ()
    witness: Fragment | None = None

    @property
    def reachable(self) -> bool:
        """False only where it is proven that no request gets here."""
        return self.verdict in (Reachability.REACHABLE, Reachability.UNKNOWN)


class RuleSet:
    """The `match` rules of one route, in order."""

    def __init__(self, wheres: Sequence[Mapping[str, Required]], parameters: frozenset[str] = frozenset()) -> None:
        """Read the rules.

        Args:
            wheres: the `where` of each rule.
            parameters: names of the route's path parameters, which every request has.
        """
        self.parameters = parameters
        reads_body = any(key.startswith("body.") for where in wheres for key in where)
        self.rules = tuple(read_conditions(where, parameters, reads_body=reads_body) for where in wheres)
        self.lengths = frozenset(
            Place("body", place.names[:-1])
            for rule in self.rules
            for place in rule.required
            if place.root == "body" and place.names[-1:] == ("length",)
        )
        self._index = _Index(self.rules)
        self._known: dict[int, Reach] = {}

    def __len__(self) -> int:
        return len(self.rules)

    def reach(self, number: int) -> Reach:
        """Tell whether some request takes rule `number` (0-based) and no earlier one."""
        if number not in self._known:
            self._known[number] = _solve((self.rules[number],), ((self, number),))
        return self._known[number]

    def leftover(self) -> Reach:
        """Tell whether some request takes no rule at all."""
        return _solve((), ((self, len(self.rules)),))

    def preceding(self, cells: Mapping[Place, Cell], before: int) -> list[int]:
        """Give the rules before `before` that may hold where only `cells` are present, in order."""
        return self._index.within(cells, before)

    def overlapping(self, rule: Conditions) -> list[int]:
        """Give the rules that may hold together with `rule`, in order; more than do, never fewer."""
        return [] if rule.never else self._index.beside(_cells((rule,), frozenset()) or {})


def common(old: RuleSet, old_rule: int | None, new: RuleSet, new_rule: int | None) -> Reach:
    """Tell whether some request takes `old_rule` in the one list and `new_rule` in the other; None is the left-over."""
    required = tuple(rules.rules[number] for rules, number in ((old, old_rule), (new, new_rule)) if number is not None)
    before = [len(rules) if number is None else number for rules, number in ((old, old_rule), (new, new_rule))]
    answer = _solve(required, ((old, before[0]), (new, before[1])))
    return Reach(answer.verdict, (), answer.witness)


def common_rows(old: RuleSet, new: RuleSet) -> Iterator[tuple[int | None, int | None, Reach]]:
    """Yield every pair of rules (None: the left-over) that some request takes in the old and in the new list.

    Pairs whose common region is proven empty are left out; the order is that of the old list, then of the new one.
    """
    everything = [*range(len(new)), None]
    for old_rule in (*range(len(old)), None):
        partners = everything if old_rule is None else [*new.overlapping(old.rules[old_rule]), None]
        if old_rule is not None and not old.reach(old_rule).reachable:
            continue
        for new_rule in partners:
            answer = common(old, old_rule, new, new_rule)
            if answer.reachable:
                yield old_rule, new_rule, answer


def _solve(required: tuple[Conditions, ...], forbidden: Sequence[tuple[RuleSet, int]]) -> Reach:
    """Ask for a request that every rule of `required` holds for and, of each list, none of the first so many rules."""
    parameters = frozenset[str]().union(*(rules.parameters for rules, _ in forbidden))
    cells = None if any(rule.never for rule in required) else _cells(required, parameters)
    if cells is None:
        return Reach(Reachability.NEVER_HOLDS)
    before = _before(cells, forbidden)
    if before.covering is not None:
        return Reach(Reachability.COVERED, (before.covering,))
    outcome = _Search(cells).run(list(before.clauses.values()))
    if outcome is Verdict.EMPTY:
        # Only the answer for one list names the rules that cover: two are asked together for `common` alone.
        covered_by = _explain(cells, before.clauses) if len(forbidden) == 1 else ()
        return Reach(Reachability.COVERED, covered_by)
    if outcome is Verdict.UNKNOWN or not before.certain:
        return Reach(Reachability.UNKNOWN)
    if any(rule.opaque for rule in required):
        return Reach(Reachability.UNKNOWN)
    values = {place: value for place, value in outcome.items() if (place, value) != (CONTENT_TYPE, JSON_TYPE)}
    lengths = frozenset[Place]().union(*(rules.lengths for rules, _ in forbidden))
    return Reach(Reachability.REACHABLE, (), fragment(values, lengths))


class _Before(NamedTuple):
    """What the earlier rules leave: clauses to fail, by (list, number); or one rule that takes everything."""

    clauses: dict[tuple[int, int], Clause]
    covering: int | None = None
    certain: bool = True


def _before(cells: Mapping[Place, Cell], forbidden: Sequence[tuple[RuleSet, int]]) -> _Before:
    clauses: dict[tuple[int, int], Clause] = {}
    certain = True
    for which, (rules, before) in enumerate(forbidden):
        for number in rules.preceding(cells, before):
            rule = rules.rules[number]
            clause = _reduced(cells, rule)
            if clause is None:
                continue
            if rule.opaque:
                certain = False
            elif clause:
                clauses[which, number] = clause
            else:
                return _Before({}, number)
    return _Before(clauses, None, certain)


def _cells(required: tuple[Conditions, ...], parameters: frozenset[str]) -> dict[Place, Cell] | None:
    """Give what each place that must be there may hold, or None where the conditions contradict each other."""
    cells: dict[Place, Cell] = {
        (place := Place("params", (name,))): StringSet(domain=place.domain) for name in sorted(parameters)
    }
    for rule in required:
        for place, value in rule.required.items():
            cell = cells.get(place)
            if isinstance(value, str):
                if cell is None:
                    cell = StringSet(domain=place.domain)
                if not isinstance(cell, StringSet):
                    return None
                cells[place] = cell if place in rule.opaque else cell.inside(value)
            elif cell is None or (not isinstance(cell, StringSet) and strictly_equal(cell, value)):
                cells[place] = value
            else:
                return None
    if any(has_ancestor(place, cells) for place in cells):
        return None
    if any(place.root == "body" for place in cells):
        cell = cells.get(CONTENT_TYPE, StringSet(domain=CONTENT_TYPE.domain))
        if isinstance(cell, StringSet):
            cells[CONTENT_TYPE] = cell.inside(f"*{JSON_TYPE}*")
    return cells


def _reduced(cells: Mapping[Place, Cell], rule: Conditions) -> Clause | None:
    """Give the conditions of `rule` that `cells` leave open; None where it cannot hold, empty where it must."""
    clause: list[tuple[Place, str]] = []
    for place, value in rule.required.items():
        cell = cells[place]
        if not isinstance(cell, StringSet):
            if isinstance(value, str) or not strictly_equal(cell, value):
                return None
        elif not isinstance(value, str):
            return None
        elif place in rule.opaque:
            clause.append((place, "*"))
        elif not any(contains(value, inner) for inner in cell.within):
            if not all(may_intersect(value, inner) for inner in cell.within):
                return None
            clause.append((place, value))
    return tuple(clause)


class _Search:
    """Look for one value per place such that every clause fails somewhere."""

    def __init__(self, cells: Mapping[Place, Cell]) -> None:
        self._cells = cells
        self._budget = _BUDGET

    def run(self, clauses: list[Clause]) -> dict[Place, Required] | Verdict:
        """Give the values, or say that there are none, or that the budget did not suffice."""
        cells = dict(self._cells)
        excluded: dict[Place, list[str]] = {}
        for clause in clauses:
            if len(clause) == 1:
                excluded.setdefault(clause[0][0], []).append(clause[0][1])
        for place, globs in excluded.items():
            cell = cells[place]
            if isinstance(cell, StringSet):
                cells[place] = cell.outside(*globs)
        values: dict[Place, Required] = {}
        for place, cell in cells.items():
            value = cell.find() if isinstance(cell, StringSet) else cell
            if isinstance(value, Verdict):
                return value
            values[place] = value
        return self._split(cells, values, [clause for clause in clauses if len(clause) > 1])

    def _split(
        self, cells: dict[Place, Cell], values: dict[Place, Required], clauses: list[Clause]
    ) -> dict[Place, Required] | Verdict:
        broken = next((clause for clause in clauses if _all_match(clause, values)), None)
        if broken is None:
            return values
        self._budget -= 1
        if self._budget < 0:
            return Verdict.UNKNOWN
        remaining = [clause for clause in clauses if clause is not broken]
        verdict = Verdict.EMPTY
        for place, glob in broken:
            cell = cells[place]
            if not isinstance(cell, StringSet):
                continue
            outside = cell.outside(glob)
            found: Found | dict[Place, Required] = outside.find()
            if isinstance(found, str):
                found = self._split({**cells, place: outside}, {**values, place: found}, remaining)
            if isinstance(found, dict):
                return found
            if found is Verdict.UNKNOWN:
                verdict = Verdict.UNKNOWN
            # From here on this condition holds: the branches do not overlap, so none is searched twice.
            cells = {**cells, place: cell.inside(glob)}
        return verdict


def _all_match(clause: Clause, values: Mapping[Place, Required]) -> bool:
    return all(isinstance(value := values[place], str) and matches(glob, value) for place, glob in clause)


def _explain(cells: Mapping[Place, Cell], clauses: Mapping[tuple[int, int], Clause]) -> tuple[int, ...]:
    """Give covering rules of which none can be left out, dropping the later ones first.

    Rare: on one place a glob that no single other contains has a member outside all of them (put a foreign character
    for each `*`), so several rules are needed only where two globs meet on one place, the content type.
    """
    kept = dict(clauses)
    for key in sorted(clauses, reverse=True)[:_EXPLAINED]:
        fewer = {other: clause for other, clause in kept.items() if other != key}
        if _Search(cells).run(list(fewer.values())) is Verdict.EMPTY:
            kept = fewer
    return tuple(sorted(number for _, number in kept))


class _Group:
    """Rules on the same places, found by what one of these places must begin with."""

    def __init__(self, places: frozenset[Place], rules: Mapping[int, Conditions]) -> None:
        self.places = places
        self.numbers = list(rules)
        self.pivot = max(
            sorted(places), key=lambda place: len({repr(rule.required[place]) for rule in rules.values()}), default=None
        )
        self._by_head: dict[str, list[int]] = {}
        self._others: list[tuple[Required, int]] = []
        if self.pivot is None:
            return
        for number, rule in rules.items():
            value = rule.required[self.pivot]
            if isinstance(value, str):
                head = "" if self.pivot in rule.opaque else value.partition("*")[0]
                self._by_head.setdefault(head, []).append(number)
            else:
                self._others.append((value, number))
        self._heads = sorted(self._by_head)

    def lookup(self, cell: Cell) -> list[int]:
        """Give the rules whose condition on the pivot may hold for a value of `cell`."""
        if not isinstance(cell, StringSet):
            return [number for value, number in self._others if strictly_equal(value, cell)]
        glob = max(cell.within, key=lambda within: len(within.partition("*")[0]), default="*")
        head = glob.partition("*")[0]
        numbers: list[int] = []
        for length in range(len(head)):
            numbers.extend(self._by_head.get(head[:length], ()))
        if is_literal(glob):
            numbers.extend(self._by_head.get(head, ()))
            return numbers
        for position in range(bisect_left(self._heads, head), len(self._heads)):
            if not self._heads[position].startswith(head):
                break
            numbers.extend(self._by_head[self._heads[position]])
        return numbers


class _Index:
    """Rules grouped by the places they name."""

    def __init__(self, rules: Sequence[Conditions]) -> None:
        groups: dict[frozenset[Place], dict[int, Conditions]] = {}
        for number, rule in enumerate(rules):
            if not rule.never:
                groups.setdefault(frozenset(rule.required), {})[number] = rule
        self._groups = [_Group(places, members) for places, members in groups.items()]

    def within(self, cells: Mapping[Place, Cell], before: int) -> list[int]:
        """Give the rules before `before` that name no place outside `cells` and may hold, in order."""
        return sorted(
            number
            for group in self._groups
            if group.places <= cells.keys()
            for number in (group.numbers if group.pivot is None else group.lookup(cells[group.pivot]))
            if number < before
        )

    def beside(self, cells: Mapping[Place, Cell]) -> list[int]:
        """Give the rules that may hold together with `cells`, whatever else they ask for, in order."""
        return sorted(
            number
            for group in self._groups
            for number in (
                group.numbers if group.pivot is None or group.pivot not in cells else group.lookup(cells[group.pivot])
            )
        )
