"""The effective price table: what a config really charges, for everything a request can be priced by.

Every route has one row for each thing that decides a price there, and the rows of a route cover each of its priced
requests exactly once (see `selectors` for why `price` and `fallback` are no rows):

- token-based: `model:NAME` for each line of `models` in file order, then for each model of the built-in table that
  `models` does not list, then `other` for every other model;
- any other route: `match:N` for each rule, then `other` for what no rule takes, which on a flat route is everything.

A price after the whole resolution chain (gateway.md §4): a `models` line with an empty price counts as absent and its
row has the source it falls through to. Routes imported from `upstreams.NAME.openapi` are not known here, so that each
such upstream has one row `other` on the route `upstreams.NAME (imported)`.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.collection import CollectionPaused
from pricecheck.gateway.config import ModelPrice
from pricecheck.gateway.default_table import DEFAULT_TABLE
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.javascript import OBJECT_INTERNALS
from pricecheck.gateway.matching import holds
from pricecheck.gateway.money import decimals_of, dollars, read_price
from pricecheck.gateway.pricing import Source, quote_model, quote_rest, quote_rule, quote_text
from pricecheck.gateway.routing import compile_route
from pricecheck.patterns import late

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pricecheck.findings import ConfigPath, Span
    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.matching import Facts
    from pricecheck.gateway.pricing import Quote
    from pricecheck.prices.conditions import Required
    from pricecheck.prices.coverage import RuleSet
    from pricecheck.source.nodes import Node

_REFERENCE = late(r"\$\{[^}]*\}")


class PriceRow(NamedTuple):
    """One row: what is charged on `route` for what `selector` names.

    `amount` is in smallest units of `asset`: 0 is free, below 0 is possible, and None is unknown, with the reason in
    `unknown_reason`: `price function`, `unresolved ${X}`, or `throws: …` where the request fails with 502. `price` is
    the text as written (None for a price function), `source` a value of `gateway.pricing.Source`. `path` and `node` are
    where the price stands, None for what the gateway brings itself. `reachable` is False where it is proven that no
    request gets the row; `where` holds a match rule's conditions and is None elsewhere.
    """

    route: str
    selector: str
    amount: int | None
    asset: str
    decimals: int | None
    price: str | None
    source: str
    path: ConfigPath | None = None
    node: Node | None = None
    unknown_reason: str | None = None
    reachable: bool = True
    where: Mapping[str, Required] | None = None

    @property
    def span(self) -> Span | None:
        """Where the price is written; None for what the gateway brings itself."""
        return None if self.node is None else self.node.span

    @property
    def priced_by(self) -> str | None:
        """The selector of the route's own field that prices the row `other`; None for other rows and other sources."""
        own = self.source in {Source.PRICE.value, Source.FALLBACK.value}
        return self.source if own and self.selector == "other" else None

    @property
    def dollars(self) -> str | None:
        """The amount as an exact price text, `$0.05`; None where it is unknown."""
        return None if self.amount is None or self.decimals is None else dollars(self.amount, self.decimals)


class PriceTable:
    """All rows of a config, and which of them a request gets."""

    def __init__(self, config: Config) -> None:
        """Build the table; never fails, whatever the config looks like."""
        self.config = config
        self.by_route: dict[str, tuple[PriceRow, ...]] = {}
        self._rules: dict[str, RuleSet] = {}
        self._found: dict[str, dict[str, PriceRow]] = {}
        self._routes = {route.key: route for route in config.routes}
        for route in config.routes:
            self.by_route[route.key] = tuple(_token_rows(config, route) if route.token_based else self._rows(route))
        for name in config.upstreams:
            row = _imported_row(config, name)
            if row is not None:
                self.by_route[row.route] = (row,)
        self.rows: tuple[PriceRow, ...] = tuple(chain.from_iterable(self.by_route.values()))

    def find(self, route: str, selector: str) -> PriceRow | None:
        """Give the row of that name."""
        if route not in self._found:
            self._found[route] = {row.selector: row for row in self.by_route.get(route, ())}
        return self._found[route].get(selector)

    def rules(self, route: str) -> RuleSet | None:
        """Give the match rules of a route as sets of requests; None where `match` has no say (token-based routes)."""
        found = self._routes.get(route)
        if found is None or found.token_based:
            return None
        if route not in self._rules:
            from pricecheck.prices.coverage import RuleSet  # flat and token-based routes start without it

            wheres = [{key: required for key, required, _ in rule.where} for rule in found.match]
            self._rules[route] = RuleSet(wheres, _parameters(found))
        return self._rules[route]

    def row_for(self, route: str, facts: Facts) -> PriceRow | None:
        """Give the row that a request on this route gets.

        Returns:
            None where none can be told: the request fails before it is priced (no model, or one whose name hits
            JavaScript internals), or a rule's condition holds an unresolved `${NAME}`.
        """
        if self._routes[route].token_based:
            model = facts.body.get("model") if isinstance(facts.body, dict) else None
            if not isinstance(model, str) or not model:
                return None
            row = self.find(route, f"model:{model}")
            return row if row is not None or model in OBJECT_INTERNALS else self.find(route, "other")
        for rule in self._routes[route].match:
            held = holds(rule.conditions, facts)
            if held is not False:
                return self.find(route, f"match:{rule.number}") if held else None
        return self.find(route, "other")

    def _rows(self, route: Route) -> Iterator[PriceRow]:
        unit = _unit(self.config, route)
        other = _row(route.key, "other", unit, quote_rest(self.config, route, unit.decimals))
        rules = self.rules(route.key) if route.match else None
        if rules is None:
            yield other
            return
        for rule in route.match:
            row = _row(route.key, f"match:{rule.number}", unit, quote_rule(rule, unit.decimals))
            where = {key: required for key, required, _ in rule.where}
            yield row._replace(reachable=rules.reach(rule.number).reachable, where=where)
        yield other._replace(reachable=rules.leftover().reachable)


def price_table(config: Config) -> PriceTable:
    """Give the effective price table of a config; some 2 µs a row."""
    with CollectionPaused():
        return PriceTable(config)


class _Unit(NamedTuple):
    """What amounts of a route are counted in; `unknown` says why the decimals are not known."""

    asset: str
    decimals: int | None
    unknown: str | None


def _unit(config: Config, route: Route | None) -> _Unit:
    """Only the first accepted payment counts; without a route, the root's (gateway.md §3)."""
    payments = config.payments(route) if route else config.accepts
    if not payments:
        if config.leaves_payments_open(route):
            return _Unit("", decimals_of(""), None)
        return _Unit("", None, "throws: no payment is accepted")
    asset = payments[0].asset.text or ""
    if isinstance(asset, Unresolved):
        return _Unit(asset, None, _unresolved(asset))
    return _Unit(asset, decimals_of(asset), None)


def _parameters(route: Route) -> frozenset[str]:
    return frozenset(segment[1:] for segment in compile_route(route).segments if segment.startswith(":"))


def _token_rows(config: Config, route: Route) -> list[PriceRow]:
    unit = _unit(config, route)
    listed = dict.fromkeys([name for name, _, _ in route.models])
    rows = _listed_rows(config, route, unit)
    rows += [
        _row(route.key, f"model:{name}", unit, quote_model(config, route, name, unit.decimals, None))
        for name in DEFAULT_TABLE
        if name not in listed
    ]
    rows.append(_row(route.key, "other", unit, quote_rest(config, route, unit.decimals)))
    return rows


def _listed_rows(config: Config, route: Route, unit: _Unit) -> list[PriceRow]:
    """Give the rows of the lines of `models`; nobody gets an empty name's, as a request without one is refused."""
    key, path, asset, decimals = route.key, route.models_path, unit.asset, unit.decimals
    source = Source.MODELS.value
    rows: list[PriceRow] = []
    for name, text, entry in route.models:
        selector, place = f"model:{name}", (*path, name)
        if text and decimals is not None and not isinstance(text, Unresolved):
            # Tables have tens of thousands of lines: no intermediate objects on the common way.
            amount = read_price(text, decimals).amount
            reason = _unreadable(text) if amount is None else None
            rows.append(PriceRow(key, selector, amount, asset, decimals, text, source, place, entry.value, reason))
            if not name:
                rows[-1] = rows[-1]._replace(reachable=False)
            continue
        quote = quote_model(config, route, name, decimals, ModelPrice(name, text, entry))
        row = _row(key, selector, unit, quote)
        row = row._replace(reachable=name != "")
        rows.append(row if quote.entry is None else row._replace(path=place, node=entry.value))
    return rows


def _imported_row(config: Config, name: str) -> PriceRow | None:
    upstream = config.upstreams[name]
    if upstream.field.text_of("openapi") is None:
        return None
    unit = _unit(config, None)
    own = upstream.default_price
    if own is not None and own.text:
        quote = quote_text(own.text, Source.IMPORTED, unit.decimals, own)
    else:
        quote = quote_text(config.default_price_text, Source.DEFAULTS, unit.decimals, config.default_price)
    return _row(f"upstreams.{name} (imported)", "other", unit, quote)


def _row(route: str, selector: str, unit: _Unit, quote: Quote) -> PriceRow:
    place = quote.place
    return PriceRow(
        route,
        selector,
        quote.amount,
        unit.asset,
        unit.decimals,
        quote.text,
        quote.source.value,
        place.path if place else None,
        place.node if place else None,
        None if quote.amount is not None else _unknown_reason(unit, quote),
    )


def _unknown_reason(unit: _Unit, quote: Quote) -> str:
    if quote.internal:
        return "throws: the model's name hits JavaScript internals"
    if unit.unknown is not None:
        return unit.unknown
    if quote.text is None:
        return "price function"
    return _unresolved(quote.text) if isinstance(quote.text, Unresolved) else _unreadable(quote.text)


def _unresolved(text: str) -> str:
    return "unresolved " + (", ".join(_REFERENCE.findall(text)) or text)


def _unreadable(text: str) -> str:
    return f'throws: "{text}" is not a number'
