"""What one request is charged, and why: the whole way from the request line to the amount (gateway.md §3 to §5)."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.matching import MISSING, Facts, holds
from pricecheck.gateway.pricing import Quote, decimals_for, models_by_name, quote_model, quote_rest, quote_rule
from pricecheck.gateway.routing import (
    CompiledRoute,
    MalformedPathError,
    builtin_paths,
    can_forward,
    compile_route,
    lower_case_names,
    query_values,
    rewrite_path,
    split_path,
    split_target,
)
from pricecheck.gateway.steps import amount_step, model_steps, rest_steps, rule_steps, unknown_step, unset_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pricecheck.gateway.config import Config, MatchRule, Payment, Route
    from pricecheck.gateway.field import Field


class Outcome(Enum):
    """How the gateway answers before it talks to an upstream."""

    PAYMENT = "payment"
    FREE = "free"
    BUILTIN = "builtin"
    MISSING_MODEL = "missing_model"
    NOT_FOUND = "not_found"
    ERROR = "error"
    DYNAMIC = "dynamic"


class Request(NamedTuple):
    """A request. `path` may hold a query; `body` is the parsed JSON value, `MISSING` without a (JSON) body."""

    method: str
    path: str
    headers: Mapping[str, str] = MappingProxyType({})
    body: object = MISSING


class Answer(NamedTuple):
    """What a request gets. Fields that do not apply are None; `amount` is in smallest units of `asset`.

    `trace` names every step tried, in words, one sentence each.
    """

    outcome: Outcome
    route: str | None = None
    amount: int | None = None
    asset: str | None = None
    network: str | None = None
    pay_to: str | None = None
    quote: Quote | None = None
    trace: tuple[str, ...] = ()

    @property
    def source(self) -> str | None:
        """Which step of the resolution gave the price."""
        return self.quote.source.value if self.quote and not self.quote.internal else None


class Gateway:
    """A config made ready to answer requests."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._broken_key = next((route.key for route in config.routes if " " not in route.key), None)
        self._builtin = frozenset(builtin_paths(config))
        self._literal: dict[tuple[str, tuple[str, ...]], tuple[int, CompiledRoute]] = {}
        self._patterns: dict[tuple[str, int], list[tuple[int, CompiledRoute]]] = {}
        self._priced: dict[str, _PricedRoute] = {}
        for number, route in enumerate(config.routes):
            compiled = compile_route(route)
            method, segments = compiled.method, compiled.segments
            if any(segment.startswith(":") for segment in segments):
                self._patterns.setdefault((method, len(segments)), []).append((number, compiled))
            else:
                self._literal.setdefault((method, segments), (number, compiled))

    def answer(self, request: Request) -> Answer:
        """Answer one request; some 5 µs once the route has answered its like."""
        path, query = split_target(request.path)
        if path in self._builtin:
            return Answer(Outcome.BUILTIN, trace=(f"{path} is answered by the gateway itself, before any route",))
        if self._broken_key is not None:
            step = f"the route key `{self._broken_key}` has no space: every request fails with 500"
            return Answer(Outcome.ERROR, trace=(step,))
        method, segments = request.method.upper(), split_path(path)
        try:
            compiled = self.route_for(method, segments)
            params = compiled.params(segments) if compiled else {}
        except MalformedPathError:
            return Answer(Outcome.ERROR, trace=("a path parameter's percent-encoding is malformed: 500",))
        if compiled is None:
            return Answer(Outcome.NOT_FOUND, trace=(f"no route takes {method} {path}: 404",))
        key = compiled.route.key
        priced = self._priced.get(key)
        if priced is None:
            priced = self._priced[key] = _PricedRoute(self.config, compiled.route)
        return priced.answer(_Call(request, method, path, query, params))

    def route_for(self, method: str, segments: tuple[str, ...]) -> CompiledRoute | None:
        """Give the first route in file order whose method (upper case) and path fit (gateway.md §5).

        Raises:
            MalformedPathError: a parameter can't be decoded: the request fails with 500.
        """
        last, found = self._literal.get((method, segments), (None, None))
        for number, compiled in self._patterns.get((method, len(segments)), ()):
            if last is not None and number > last:
                break
            if compiled.takes(segments):
                return compiled
        return found


class _Call(NamedTuple):
    """A request with its parts as the gateway reads them: method in upper case, path as the URL parser writes it."""

    request: Request
    method: str
    path: str
    query: str
    params: dict[str, str]


_WITHOUT_BODY = frozenset({"GET", "HEAD"})
_GOES_ON = frozenset({Outcome.PAYMENT, Outcome.FREE, Outcome.DYNAMIC})
_MOST_KEPT = 10_000
"""How many answers of a route are kept: enough for every model in use, not for every name an attacker thinks of."""


class _PricedRoute:
    """One route, ready to answer. What a request is charged hangs on its model or its match rule: answers are kept."""

    def __init__(self, config: Config, route: Route) -> None:
        self._config = config
        self._route = route
        self._decimals = decimals_for(config, route)
        self._models = models_by_name(route)
        self._reads_body = route.token_based or any(
            key.startswith("body.") for rule in route.match for key, _, _ in rule.where
        )
        template = route.field.text_of("path")
        self._template = template.text if template else None
        self._kept: dict[str | int | None, Answer] = {}
        self._unknown_upstream = _unknown_upstream(config, route)

    def answer(self, call: _Call) -> Answer:
        if self._unknown_upstream is not None:
            return self._fails(f"upstream `{self._unknown_upstream}` is not defined: 500")
        answer = self._for_model(call) if self._route.token_based else self._for_rule(call)
        if answer.outcome not in _GOES_ON:
            return answer
        path: str | None = call.path
        if self._template:
            path = rewrite_path(self._template, call.params, query_values(call.query))
        if path is None:
            step = f"`path` ({self._template}) asks for a parameter or query value that the request lacks: it fails"
            return self._fails(*answer.trace, step, quote=answer.quote)
        # Only what is proxied at once gets as far as the upstream's URL; all others are asked for payment first.
        known = not isinstance(self._template, Unresolved)
        if answer.outcome is Outcome.FREE and known and not can_forward(path):
            step = f"{path} can't be resolved against the upstream's URL: it fails"
            return self._fails(*answer.trace, step, quote=answer.quote)
        return answer

    def _for_model(self, call: _Call) -> Answer:
        body = self._body(call)
        model = body.get("model") if isinstance(body, dict) else None
        if not isinstance(model, str) or not model:
            why = f"a {call.method} request has no body" if call.method in _WITHOUT_BODY else "the body names no model"
            step = f"the route is token-based and {why}: 400"
            return Answer(Outcome.MISSING_MODEL, self._route.key, trace=(self._first_step, step))
        kept = self._kept.get(model)
        if kept is not None:
            return kept
        listed = self._models.get(model)
        quote = quote_model(self._config, self._route, model, self._decimals, listed)
        return self._keep(model, None, quote, model_steps(self._route, model, listed, quote))

    def _for_rule(self, call: _Call) -> Answer:
        route = self._route
        taken: MatchRule | None = None
        if route.match:
            facts = Facts(self._body(call), query_values(call.query), _headers(call.request), call.params)
            for rule in route.match:
                held = holds(rule.conditions, facts)
                if held is None:
                    return self._hangs_on(rule)
                if held:
                    taken = rule
                    break
        number = taken.number if taken else None
        kept = self._kept.get(number)
        if kept is not None:
            return kept
        if taken is not None:
            return self._keep(number, taken, quote_rule(taken, self._decimals), rule_steps(route, number))
        quote = quote_rest(self._config, route, self._decimals)
        return self._keep(number, None, quote, (*rule_steps(route, None), *rest_steps(route, quote)))

    @property
    def _first_step(self) -> str:
        return f"route `{self._route.key}`"

    def _body(self, call: _Call) -> object:
        return MISSING if not self._reads_body or call.method in _WITHOUT_BODY else call.request.body

    def _fails(self, *steps: str, quote: Quote | None = None) -> Answer:
        trace = steps if quote else (self._first_step, *steps)
        return Answer(Outcome.ERROR, self._route.key, quote=quote, trace=trace)

    def _hangs_on(self, rule: MatchRule) -> Answer:
        names = ", ".join(unset_names(required) for _, required, _ in rule.where if isinstance(required, Unresolved))
        step = f"match rule {rule.number} compares with {names}, which is not known without the gateway's environment"
        return Answer(Outcome.DYNAMIC, self._route.key, trace=(self._first_step, step))

    def _keep(self, name: str | int | None, rule: MatchRule | None, quote: Quote, steps: Iterable[str]) -> Answer:
        made = self._charged(rule, quote, (self._first_step, *steps))
        if len(self._kept) < _MOST_KEPT:
            self._kept[name] = made
        return made

    def _charged(self, rule: MatchRule | None, quote: Quote, steps: tuple[str, ...]) -> Answer:
        config, key = self._config, self._route.key
        payments = config.payments(self._route)
        if not payments and not config.leaves_payments_open(self._route):
            return Answer(Outcome.ERROR, key, quote=quote, trace=(*steps, "no payment is accepted here: 502"))
        if not config.wallets and config.at("wallets") is not None:
            return Answer(Outcome.ERROR, key, quote=quote, trace=(*steps, "`wallets` is empty: 502"))
        if quote.internal:
            return Answer(Outcome.ERROR, key, quote=quote, trace=steps)
        first = payments[0] if payments else None
        asset, network = (first.asset.text, first.network.text) if first else (None, None)
        pay_to = recipient(config, self._route, rule, first)
        if quote.reading is None:
            step = unknown_step(quote, asset)
            return Answer(Outcome.DYNAMIC, key, None, asset, network, pay_to, quote, (*steps, step))
        amount = quote.reading.amount
        if amount is None:
            step = f'"{quote.text}" can\'t be read as a number: 502'
            return Answer(Outcome.ERROR, key, quote=quote, trace=(*steps, step))
        outcome = Outcome.PAYMENT if amount else Outcome.FREE
        return Answer(outcome, key, amount, asset, network, pay_to, quote, (*steps, amount_step(amount, asset)))


def recipient(config: Config, route: Route, rule: MatchRule | None, first: Payment | None) -> str | None:
    """Give the address that is paid: the rule's, the route's, the first network's wallet, or the first wallet.

    Of a split list only the first address is used, and an empty list pays "" (gateway.md §4). `first` is the first
    accepted payment. None where a fragment has no wallets.
    """
    for pay_to in (rule.pay_to if rule else None, route.field.get("payTo")):
        if pay_to is not None:
            return _address(pay_to)
    wallets = dict(config.wallets)
    network = first.network.text if first else None
    wallet = wallets.get(network or "") or next(iter(wallets.values()), None)
    return wallet.text if wallet else None


def _address(pay_to: Field) -> str:
    if pay_to.text is not None:
        return pay_to.text
    first = next(pay_to.items(), None)
    address = first.text_of("address") if first else None
    return (address.text if address else None) or ""


def _unknown_upstream(config: Config, route: Route) -> str | None:
    """Name the route's upstream where the config surely has none of that name; a fragment may have no upstreams."""
    upstream = route.field.text_of("upstream")
    name = upstream.known_text if upstream else None
    return name if name not in config.upstreams and config.at("upstreams") is not None else None


def _headers(request: Request) -> dict[str, str]:
    headers = lower_case_names(request.headers)
    if request.body is not MISSING:
        headers.setdefault("content-type", "application/json")
    return headers
