"""Price fields that differ although no effective price shows it: another field wins, or both charge the same.

A reviewer must see them all the same: the discovery documents advertise some of them (gateway.md §6), and the next
change may bring them to life. A price that is only spelt otherwise is no difference.
"""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.config import DEFAULT_PRICE
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.money import decimals_of, read_price
from pricecheck.prices.recipients import account_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.config import Config, Payment
    from pricecheck.prices.changes import PriceChange
    from pricecheck.prices.table import PriceTable

_OF_ROUTES = ("price", "fallback")
_NOTHING = object()


class UnchargedField(NamedTuple):
    """A field that differs; `before` and `after` are its values, `[]` for none and `[value]` for one.

    `path` is where it stands in the new config, or stood in the old one. `reordered` says of the list of a route's
    match rules that it holds the same rules in another order; `before` and `after` say nothing then.
    """

    path: ConfigPath
    before: list[object]
    after: list[object]
    reordered: bool = False


def uncharged_fields(
    old: PriceTable, new: PriceTable, changes: Iterable[PriceChange], told: Iterable[ConfigPath] = ()
) -> list[UnchargedField]:
    """Give the fields that differ and that none of `changes`, those of the effective prices, shows.

    `told` are places that something else has told of.
    """
    sides = _Side(old.config), _Side(new.config)
    shown = _Shown(changes, told)
    fields = [side.fields() for side in sides]
    found = []
    for path in [*fields[1], *(path for path in fields[0] if path not in fields[1])]:
        if not sides[0].has_owner(path) or not sides[1].has_owner(path):
            continue  # the whole route or upstream is new, or gone
        before, after = fields[0].get(path, _NOTHING), fields[1].get(path, _NOTHING)
        if before == after or (shown.before(path) if after is _NOTHING else shown.after(path)):
            continue
        if sides[0].meaning(path, before) != sides[1].meaning(path, after):
            found.append(UnchargedField(path, _listed(before), _listed(after)))
    for path in dict.fromkeys([*sides[1].rules, *sides[0].rules]):
        found += _rules(path, sides, shown)
    return found


def _listed(value: object) -> list[object]:
    return [] if value is _NOTHING else [value]


class _Shown:
    """The places of the prices that the changes of effective prices show."""

    def __init__(self, changes: Iterable[PriceChange], told: Iterable[ConfigPath]) -> None:
        self._before: set[ConfigPath] = set()
        self._after: set[ConfigPath] = set()
        for change in changes:
            for row, places in ((change.before, self._before), (change.after, self._after)):
                if row is not None and row.path is not None:
                    places.update(_whole(row.path))
        for path in told:
            self._before.update(_whole(path))
            self._after.update(_whole(path))

    def before(self, path: ConfigPath) -> bool:
        """Whether the old value is one side of a change."""
        return path in self._before

    def after(self, path: ConfigPath) -> bool:
        """Whether the new value is one side of a change."""
        return path in self._after


def _whole(path: ConfigPath) -> Iterator[ConfigPath]:
    """Give a place and all above it: a rule's price stands below the rule, a function's path below the price."""
    return (path[:depth] for depth in range(1, len(path) + 1))


class _Side:
    """One of the two configs, its price fields by their paths."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._routes = {route.key: route for route in config.routes}
        self.rules: dict[ConfigPath, list[object]] = {}
        for route in config.routes:
            for holder in (route.field, route.field.get("pricing")):
                rules = holder.get("match") if holder else None
                if rules is not None and isinstance(rules.value, list):
                    self.rules[rules.path] = rules.value

    def has_owner(self, path: ConfigPath) -> bool:
        """Whether the route or upstream that a field belongs to is in this config."""
        return path[0] == "defaults" or path[1] in (self._routes if path[0] == "routes" else self._config.upstreams)

    def fields(self) -> dict[ConfigPath, object]:
        """Give the values of the single fields, in the order of the file's kinds: all but the match rules."""
        config = self._config
        found: dict[ConfigPath, object] = {}
        if config.default_price is not None:
            found[config.default_price.path] = config.default_price.value
        for upstream in config.upstreams.values():
            if upstream.default_price is not None:
                found[upstream.default_price.path] = upstream.default_price.value
        for route in config.routes:
            for holder in (route.field, route.field.get("pricing")):
                places = [holder.get(name) for name in _OF_ROUTES] if holder else []
                found |= {place.path: place.value for place in places if place is not None}
            found |= {(*route.models_path, name): price for name, price, _ in route.models}
        return found

    def meaning(self, path: ConfigPath, value: object) -> object:
        """Give what a value stands for: an amount, where it is a price that can be read."""
        if value is _NOTHING and path[0] == "defaults":
            value = DEFAULT_PRICE
        if not isinstance(value, str) or isinstance(value, Unresolved):
            return value
        route = self._routes.get(str(path[1])) if path[0] == "routes" else None
        payments: tuple[Payment, ...] = self._config.payments(route) if route else self._config.accepts
        asset = payments[0].asset.text if payments else None
        decimals = decimals_of(asset or "")
        amount = read_price(value, decimals).amount
        return value if amount is None else Fraction(amount, 10**decimals)

    def rule(self, path: ConfigPath, rule: object) -> str:
        """Give the meaning of a match rule, to compare by."""
        if isinstance(rule, dict):
            rule = {**rule, "price": str(self.meaning(path, rule.get("price")))}
            if isinstance(rule.get("payTo"), str):
                rule["payTo"] = account_of(rule["payTo"])
        return json.dumps(rule, sort_keys=True, default=str)


def _rules(path: ConfigPath, sides: tuple[_Side, _Side], shown: _Shown) -> Iterator[UnchargedField]:
    """Give the rules of one list that differ; a rule is the same wherever in the list it stands."""
    if not all(side.has_owner(path) for side in sides):
        return
    lists = [side.rules.get(path, []) for side in sides]
    meanings = [[side.rule(path, rule) for rule in rules] for side, rules in zip(sides, lists, strict=True)]
    if meanings[0] == meanings[1]:
        return
    left = [_beside(meanings[0], meanings[1]), _beside(meanings[1], meanings[0])]
    if not left[0] and not left[1] and not shown.before(path) and not shown.after(path):
        yield UnchargedField(path, [], [], reordered=True)
    for place in range(max(map(len, left))):
        old, new = (numbers[place] if place < len(numbers) else None for numbers in left)
        if (old is not None and shown.before((*path, old))) or (new is not None and shown.after((*path, new))):
            continue
        where = (*path, new if new is not None else old or 0)
        before = [] if old is None else [lists[0][old]]
        yield UnchargedField(where, before, [] if new is None else [lists[1][new]])


def _beside(these: list[str], those: list[str]) -> list[int]:
    """Give the places in `these` of what `those` lack, as often as they lack it."""
    unmatched = Counter(those)
    found = []
    for number, one in enumerate(these):
        if unmatched[one]:
            unmatched[one] -= 1
        else:
            found.append(number)
    return found
