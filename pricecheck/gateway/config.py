"""The config in the gateway's words: routes, prices, payments, each with the place where it stands.

Tolerant: whatever has another shape than the gateway accepts (which PC0 rules report) is simply not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.field import Field
from pricecheck.source.nodes import Entry, resolve
from pricecheck.source.nodes import Mapping as MappingNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.loading import Loaded

DEFAULT_PRICE = "$0.001"
"""`defaults.price` where it is not set (gateway.md §2)."""

TOKEN_TYPES = frozenset({"token-based", "openai-compatible"})


class ModelPrice(NamedTuple):
    """One line of a `models` table: the model's name, its price text (perhaps `Unresolved`), its entry."""

    name: str
    price: str
    entry: Entry


class Condition(NamedTuple):
    """One `key: value` of a rule's `where`; `required` is a string (perhaps `Unresolved`), a number or a boolean."""

    key: str
    required: str | int | float | bool
    field: Field


class MatchRule(NamedTuple):
    """One rule of `match`. `number` counts from 0."""

    number: int
    where: tuple[Condition, ...]
    price: Field | None
    pay_to: Field | None
    field: Field

    @property
    def conditions(self) -> list[tuple[str, str | int | float | bool]]:
        """The keys of `where` with what they ask for."""
        return [(key, required) for key, required, _ in self.where]

    @property
    def asked_model(self) -> tuple[str, Field] | None:
        """The name or glob that the condition on `body.model` asks for, with its place; None where none is known."""
        for key, required, place in self.where:
            if key == "body.model" and isinstance(required, str) and not isinstance(required, Unresolved):
                return required, place
        return None


class Payment(NamedTuple):
    """One accepted payment; `asset` and `network` are strings, perhaps `Unresolved`."""

    asset: Field
    network: Field
    field: Field


class Upstream(NamedTuple):
    """One upstream."""

    name: str
    field: Field

    @property
    def url(self) -> Field | None:
        """Its URL."""
        return self.field.text_of("url")

    @property
    def default_price(self) -> Field | None:
        """The price of routes imported from its `openapi`."""
        return self.field.text_of("defaultPrice")


class Route(NamedTuple):
    """One route.

    `price`, `match` and `fallback` are the effective ones: those of the `pricing` block where it has them, else the
    route's own ("legacy") ones (gateway.md §4). `price` is a string field or the mapping `{fn: …}`.
    """

    key: str
    field: Field
    token_based: bool
    models: tuple[ModelPrice, ...]
    models_path: ConfigPath
    price: Field | None
    match: tuple[MatchRule, ...]
    match_field: Field | None
    fallback: Field | None
    accepts: tuple[Payment, ...] | None

    @property
    def method(self) -> str:
        """The method in upper case: the key up to its first space; empty for a key without one (gateway.md §5)."""
        return self.key.partition(" ")[0].upper() if " " in self.key else ""

    @property
    def pattern(self) -> str:
        """The path pattern as written: what follows the key's first space."""
        return self.key.partition(" ")[2]

    @property
    def price_function(self) -> Field | None:
        """The module path of `price: {fn: …}`, if that is how the route is priced."""
        return self.price.text_of("fn") if self.price else None

    @property
    def price_text(self) -> Field | None:
        """The `price` field where it is a string."""
        return self.price if self.price is not None and self.price.text is not None else None

    @property
    def pricing_model(self) -> str:
        """`request` or `time`."""
        model = self.field.at("pricing", "model")
        return model.known_text or "request" if model else "request"

    def models_field(self) -> Field | None:
        """The `models` mapping as a field."""
        return self.field.get("models")


class Config(NamedTuple):
    """A whole config. `root` reaches whatever the typed parts leave out."""

    root: Field | None
    accepts: tuple[Payment, ...]
    wallets: tuple[tuple[str, Field], ...]
    default_price: Field | None
    upstreams: Mapping[str, Upstream]
    routes: tuple[Route, ...]

    @property
    def default_price_text(self) -> str:
        """`defaults.price`, or what the gateway takes where it is not set; an empty text counts (and is free)."""
        text = self.default_price.text if self.default_price else None
        return DEFAULT_PRICE if text is None else text

    def at(self, *names: str) -> Field | None:
        """Follow names down from the root."""
        return self.root.at(*names) if self.root else None

    def payments(self, route: Route) -> tuple[Payment, ...]:
        """The payments a route accepts: its own `accepts`, else the root's (gateway.md §3)."""
        return self.accepts if route.accepts is None else route.accepts

    def upstream_url(self, route: Route) -> str | None:
        """The URL of the upstream a route names, None where it has none or its `${NAME}` is not known."""
        name = route.field.text_of("upstream")
        upstream = self.upstreams.get(name.text or "") if name else None
        return upstream.url.known_text if upstream and upstream.url else None

    def leaves_payments_open(self, route: Route | None) -> bool:
        """Whether neither the route (if one is asked about) nor the root says what is accepted: only a fragment may."""
        return (route is None or route.accepts is None) and self.at("accepts") is None

    @property
    def discovery(self) -> bool:
        """Whether the discovery documents are served (default true)."""
        field = self.at("gateway", "discovery")
        return field.value is not False if field else True

    @property
    def metrics_path(self) -> str | None:
        """The metrics path where metrics are enabled, else None (default path `/metrics`)."""
        enabled = self.at("gateway", "metrics", "enabled")
        if enabled is None or enabled.value is not True:
            return None
        path = self.at("gateway", "metrics", "path")
        return (path.text if path else None) or "/metrics"


def read_config(loaded: Loaded) -> Config:
    """Read a loaded config (gateway.md §2); never fails."""
    root_node = loaded.document.root
    root = Field(loaded.value, root_node, ()) if root_node is not None else None
    if root is None or not isinstance(root.value, dict):
        return Config(root, (), (), None, {}, ())
    wallets = root.get("wallets")
    upstreams = root.get("upstreams")
    routes = root.get("routes")
    defaults = root.get("defaults")
    return Config(
        root=root,
        accepts=_payments(root.get("accepts")) or (),
        wallets=tuple(
            (name, field) for name, field in (wallets.entries() if wallets else ()) if isinstance(field.value, str)
        ),
        default_price=defaults.text_of("price") if defaults else None,
        upstreams={name: Upstream(name, field) for name, field in (upstreams.entries() if upstreams else ())},
        routes=tuple(
            _route(key, field) for key, field in (routes.entries() if routes else ()) if isinstance(field.value, dict)
        ),
    )


def _route(key: str, field: Field) -> Route:
    pricing = field.get("pricing")

    def effective(name: str) -> Field | None:
        return (pricing.get(name) if pricing else None) or field.get(name)

    kind = field.get("type")
    match = effective("match")
    price = effective("price")
    fallback = effective("fallback")
    accepts = field.get("accepts")
    return Route(
        key=key,
        field=field,
        token_based=kind is not None and isinstance(kind.value, str) and kind.value in TOKEN_TYPES,
        models=_models(field.get("models")),
        models_path=(*field.path, "models"),
        price=price if price and isinstance(price.value, str | dict) else None,
        match=tuple(_rule(number, item) for number, item in enumerate(match.items())) if match else (),
        match_field=match,
        fallback=fallback if fallback and isinstance(fallback.value, str) else None,
        accepts=_payments(accepts) if accepts and isinstance(accepts.value, list) else None,
    )


def _models(field: Field | None) -> tuple[ModelPrice, ...]:
    if field is None or not isinstance(field.value, dict):
        return ()
    index = cast("MappingNode", resolve(field.node)).index
    make = ModelPrice
    return tuple(
        [
            make(name, price, index[name])
            for name, price in cast("dict[str, object]", field.value).items()
            if isinstance(price, str)
        ]
    )


def _rule(number: int, field: Field) -> MatchRule:
    where = field.get("where")
    return MatchRule(
        number=number,
        where=tuple(
            Condition(key, condition.value, condition)
            for key, condition in (where.entries() if where else ())
            if isinstance(condition.value, str | int | float)
        ),
        price=field.text_of("price"),
        pay_to=field.get("payTo"),
        field=field,
    )


def _payments(field: Field | None) -> tuple[Payment, ...] | None:
    if field is None:
        return None
    pairs = ((item.text_of("asset"), item.text_of("network"), item) for item in field.items())
    return tuple(Payment(asset, network, item) for asset, network, item in pairs if asset and network)
