"""What a policy file may say, as rules read it. `Policy()` is what holds where there is no file.

Named tuples and not dataclasses, and numbers made from text where they are asked for, because every start-up imports
this: eight frozen dataclasses cost 3.4 ms, eight named tuples 0.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from fractions import Fraction

    from pricecheck.findings import Severity

Additions = Literal["warn", "enforce"]

DEFAULT_GATEWAY_VERSION = "1.1.0"

TRAFFIC_FIELDS = (
    "timestamp",
    "method",
    "path",
    "route",
    "provider",
    "requested_model",
    "requests",
    "resolved_pricing_mode",
    "resolved_price",
    "pricing_source",
    "tokens_in",
    "tokens_out",
    "payment_required",
    "payment_settled",
    "settlement_latency",
    "upstream_status",
    "upstream_latency",
)
"""The fields of a traffic record that `[traffic.fields]` may rename: those the operating playbook says to log,
the method and path of the gateway's own log, which give the route where none is logged, and, for logs that are summed
up, how many requests a line stands for."""


class Percentage(NamedTuple):
    """A share as the policy writes it, `"12.5%"`; the number is made where it is needed, exactly."""

    text: str

    @property
    def fraction(self) -> Fraction:
        """The exact share: 1/8 for `"12.5%"`."""
        from fractions import Fraction

        return Fraction(self.text.removesuffix("%")) / 100


class Dollars(NamedTuple):
    """A price as the policy writes it, `"$0.004"`: always dollars, so `"$5"` is five, unlike in a config."""

    text: str

    @property
    def amount(self) -> Decimal:
        """The exact number of dollars."""
        from decimal import Decimal

        return Decimal(self.text.removeprefix("$"))


class Bounds(NamedTuple):
    """The largest change of an effective price per deploy, inclusive, as a share of the price before.

    The defaults are those of the operating playbook. `additions` says whether a model that is listed for the first time
    is held to the bounds (`"enforce"`) or only reported (`"warn"`).
    """

    max_increase: Percentage = Percentage("15%")
    max_decrease: Percentage = Percentage("10%")
    additions: Additions = "warn"


class Family(NamedTuple):
    """Models that share limits. `models` are globs in which only `*` is special; the first family that fits counts."""

    name: str
    models: tuple[str, ...]
    floor: Dollars | None = None
    ceiling: Dollars | None = None


class RoutePolicy(NamedTuple):
    """What is asked of one route. `allow` are globs of the models it may serve; empty: all."""

    high_risk: bool = False
    allow: tuple[str, ...] = ()


class TrafficPolicy(NamedTuple):
    """How traffic logs are read and judged.

    `fields` maps a record field of `TRAFFIC_FIELDS` to its name in the log (dots step into objects). The rates are the
    largest share of requests that may come for a model that no line prices by name, and that a fallback may price.
    """

    fine_tune_factor_text: str = "1.5"
    max_unmapped_rate: Percentage = Percentage("5%")
    max_fallback_rate: Percentage = Percentage("5%")
    fields: Mapping[str, str] = {}

    @property
    def fine_tune_factor(self) -> Decimal:
        """What a base model's price is multiplied by to suggest one for its fine-tunes."""
        from decimal import Decimal

        return Decimal(self.fine_tune_factor_text)


class LintPolicy(NamedTuple):
    """Which rules run and how loud they are. Selectors are as on the command line; `severity` is keyed by code."""

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}


class Policy(NamedTuple):
    """A policy. `origin` is the label of its file, None for the defaults.

    `allow` and `deny` are globs of model IDs for every route; an empty `allow` allows all. `routes` is keyed by the
    route as the config writes it, method in upper case. `aliases` maps a deployment's or endpoint's name to its base
    model. `fallback_percentile` is which of a route's mapped prices its fallback must reach; 100 is the dearest.
    """

    origin: str | None = None
    gateway_version: str = DEFAULT_GATEWAY_VERSION
    bounds: Bounds = Bounds()
    families: tuple[Family, ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    routes: Mapping[str, RoutePolicy] = {}
    aliases: Mapping[str, str] = {}
    fallback_percentile: int = 100
    traffic: TrafficPolicy = TrafficPolicy()
    lint: LintPolicy = LintPolicy()

    def route(self, key: str) -> RoutePolicy:
        """Give what is asked of the route `key`, written as in the config; the gateway reads methods in any case."""
        return self.routes.get(route_key(key), _ANY_ROUTE)


_ANY_ROUTE = RoutePolicy()


def route_key(key: str) -> str:
    """Give `"METHOD /path"` with the method in upper case, as the gateway compares it (gateway.md §5)."""
    method, space, path = key.partition(" ")
    return f"{method.upper()}{space}{path}"
