"""What one request is charged, and why: the whole way from the request line to the amount (gateway.md §3 to §5)."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.matching import MISSING, Facts, condition_holds
from pricecheck.gateway.money import decimals_of, dollars
from pricecheck.gateway.pricing import Quote, decimals_for, models_by_name, quote_model, quote_rest, quote_rule
from pricecheck.gateway.routing import (
    CompiledRoute,
    MalformedPathError,
    builtin_paths,
    can_forward,
    compile_route,
    lower_case_names,
    query_values,
    split_path,
    split_target,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pricecheck.gateway.config import Config, MatchRule, Payment, Route
    from pricecheck.gateway.field import Field
    from pricecheck.source.nodes import Entry


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


class _Prepared(NamedTuple):
    """A route with what answering needs, made at its first request."""

    compiled: CompiledRoute
    decimals: int | None
    models: dict[str, tuple[str, Entry]]
    reads_body: bool


class Gateway:
    """A config made ready to answer requests."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._routes = [compile_route(route) for route in config.routes]
        self._broken_key = next((route.key for route in config.routes if not route.method), None)
        self._builtin = frozenset(builtin_paths(config))
        self._by_length: dict[tuple[str, int], list[CompiledRoute]] = {}
        for compiled in self._routes:
            self._by_length.setdefault((compiled.method, len(compiled.segments)), []).append(compiled)
        self._prepared: dict[str, _Prepared] = {}

    def answer(self, request: Request, *, trace: bool = True) -> Answer:
        """Answer one request; without `trace`, the steps are not put into words (a third faster)."""
        return _Way(self, request, trace=trace).answer()

    def route_for(self, method: str, segments: tuple[str, ...]) -> CompiledRoute | None:
        """Give the first route in file order whose method and path fit."""
        for compiled in self._by_length.get((method, len(segments)), ()):
            if compiled.takes(segments):
                return compiled
        return None

    def prepared(self, compiled: CompiledRoute) -> _Prepared:
        """Give a route's prepared form, made once."""
        route = compiled.route
        made = self._prepared.get(route.key)
        if made is None:
            made = self._prepared[route.key] = _Prepared(
                compiled,
                decimals_for(self.config, route),
                models_by_name(route),
                route.token_based or any(key.startswith("body.") for rule in route.match for key, _, _ in rule.where),
            )
        return made

    @property
    def broken_key(self) -> str | None:
        """A route key without a space: with one, every request fails (500)."""
        return self._broken_key

    def is_builtin(self, path: str) -> bool:
        """Whether the gateway answers this path itself."""
        return path in self._builtin


class _Way:
    """One request on its way through the gateway."""

    def __init__(self, gateway: Gateway, request: Request, *, trace: bool) -> None:
        self.gateway = gateway
        self.request = request
        self.tracing = trace
        self.steps: list[str] = []

    def say(self, text: str) -> None:
        if self.tracing:
            self.steps.append(text)

    def end(self, outcome: Outcome, route: str | None = None, quote: Quote | None = None) -> Answer:
        return Answer(outcome, route, quote=quote, trace=tuple(self.steps))

    def answer(self) -> Answer:
        path, query = split_target(self.request.path)
        if self.gateway.is_builtin(path):
            self.say(f"{path} is answered by the gateway itself, before any route")
            return self.end(Outcome.BUILTIN)
        if self.gateway.broken_key is not None:
            self.say(f"the route key `{self.gateway.broken_key}` has no space: every request fails with 500")
            return self.end(Outcome.ERROR)
        segments = split_path(path)
        compiled = self.gateway.route_for(self.request.method.upper(), segments)
        if compiled is None:
            self.say(f"no route takes {self.request.method.upper()} {path}: 404")
            return self.end(Outcome.NOT_FOUND)
        self.say(f"route `{compiled.route.key}`")
        try:
            params = compiled.params(segments)
        except MalformedPathError:
            self.say("a path parameter's percent-encoding is malformed: 500")
            return self.end(Outcome.ERROR, compiled.route.key)
        prepared = self.gateway.prepared(compiled)
        facts = Facts(
            self.request.body if prepared.reads_body else MISSING,
            query_values(query),
            lower_case_names(self.request.headers),
            params,
        )
        return self.priced(prepared, facts)

    def priced(self, prepared: _Prepared, facts: Facts) -> Answer:
        route = prepared.compiled.route
        upstream = route.field.text_of("upstream")
        if (
            upstream is not None
            and upstream.known_text is not None
            and upstream.value not in self.gateway.config.upstreams
        ):
            self.say(f"upstream `{upstream.value}` is not defined: 500")
            return self.end(Outcome.ERROR, route.key)
        rule: MatchRule | None = None
        if route.token_based:
            model = facts.body.get("model") if isinstance(facts.body, dict) else None
            if not isinstance(model, str) or not model:
                self.say("the route is token-based and the body names no model: 400")
                return self.end(Outcome.MISSING_MODEL, route.key)
            quote = quote_model(self.gateway.config, route, model, prepared.decimals, prepared.models)
            self.trace_model(route, model, prepared)
        else:
            for candidate in route.match:
                verdict = _rule_holds(candidate, facts)
                if verdict is None:
                    self.say(f"match rule {candidate.number} depends on an unknown ${{…}}: the price can't be told")
                    return self.end(Outcome.DYNAMIC, route.key)
                self.say(f"match rule {candidate.number} {'holds' if verdict else 'does not hold'}")
                if verdict:
                    rule = candidate
                    break
            quote = (
                quote_rule(route, rule, prepared.decimals)
                if rule
                else quote_rest(self.gateway.config, route, prepared.decimals)
            )
        if rule is None and quote.source.value not in {"route.models", "default-table"}:
            self.trace_rest(route, quote)
        return self.charged(prepared, rule, quote)

    def trace_model(self, route: Route, model: str, prepared: _Prepared) -> None:
        if not self.tracing:
            return
        listed = prepared.models.get(model)
        if listed and listed[0]:
            self.say(f'models has `{model}`: "{listed[0]}"')
            return
        self.say(f"models has no `{model}`" if route.models else "the route has no models")
        from pricecheck.gateway.default_table import DEFAULT_TABLE

        table = DEFAULT_TABLE.get(model)
        self.say(f'the built-in table has `{model}`: "{table}"' if table else "the built-in table has none")

    def trace_rest(self, route: Route, quote: Quote) -> None:
        if not self.tracing:
            return
        if quote.source.value == "price.fn":
            self.say(f"`price` is a function ({route.price_function.text if route.price_function else ''})")
            return
        for name, text in (("price", route.price_text), ("fallback", route.fallback)):
            if quote.source.value == name:
                self.say(f'`{name}` is "{quote.text}"')
                return
            why = "is ignored: it is a function" if name == "price" and route.price_function else "is not set"
            self.say(f"`{name}` {why if text is None else 'is empty'}")
        self.say(f'`defaults.price` is "{quote.text}"' + ("" if quote.place else " (the gateway's own default)"))

    def charged(  # noqa: PLR0911 - one return for each way it can end
        self, prepared: _Prepared, rule: MatchRule | None, quote: Quote
    ) -> Answer:
        route = prepared.compiled.route
        payments = self.gateway.config.payments(route)
        if quote.internal:
            self.say("this model's name hits JavaScript internals: 502")
            return self.end(Outcome.ERROR, route.key, quote)
        if not payments or not self.gateway.config.wallets:
            self.say("there is nothing to pay with (no accepted payment, or no wallet): 502")
            return self.end(Outcome.ERROR, route.key, quote)
        first = payments[0]
        if quote.reading is None:
            self.say("the price is not known before the gateway runs")
            return self.answer_with(Outcome.DYNAMIC, route, first, rule, quote, None)
        amount = quote.reading.amount
        if amount is None:
            self.say(f'"{quote.text}" can\'t be read as a number: 502')
            return self.end(Outcome.ERROR, route.key, quote)
        if amount == 0:
            self.say("amount 0: no payment is asked for")
            if route.field.get("path") is None and not can_forward(self.request.path):
                self.say(f"{self.request.path} can't be resolved against the upstream's URL: 500")
                return self.end(Outcome.ERROR, route.key, quote)
            return self.answer_with(Outcome.FREE, route, first, rule, quote, 0)
        asset = cast("str", first.asset.text)
        self.say(f"{amount} units of {asset} = {dollars(amount, decimals_of(asset))}")
        return self.answer_with(Outcome.PAYMENT, route, first, rule, quote, amount)

    def answer_with(
        self, outcome: Outcome, route: Route, first: Payment, rule: MatchRule | None, quote: Quote, amount: int | None
    ) -> Answer:
        return Answer(
            outcome,
            route.key,
            amount,
            first.asset.text,
            first.network.text,
            recipient(self.gateway.config, route, rule, first),
            quote,
            tuple(self.steps),
        )


def recipient(config: Config, route: Route, rule: MatchRule | None, first: Payment) -> str | None:
    """Give the address that is paid: the rule's, the route's, the first network's wallet, or the first wallet.

    Of a split list only the first address is used, and an empty list pays "" (gateway.md §4).
    """
    for pay_to in (rule.pay_to if rule else None, route.field.get("payTo")):
        if pay_to is not None:
            return _address(pay_to)
    wallets = dict(config.wallets)
    network = first.network.text or ""
    wallet = wallets.get(network) or next(iter(wallets.values()), None)
    return wallet.text if wallet else None


def _address(pay_to: Field) -> str | None:
    if pay_to.text is not None:
        return pay_to.text
    first = next(pay_to.items(), None)
    address = first.text_of("address") if first else None
    return address.text if address else ""


def _rule_holds(rule: MatchRule, facts: Facts) -> bool | None:
    """Say whether a rule holds; None where that hangs on an unresolved `${NAME}`."""
    unknown = False
    for key, required, _ in rule.where:
        if isinstance(required, Unresolved):
            unknown = True
        elif not condition_holds(key, required, facts):
            return False
    return None if unknown else True
