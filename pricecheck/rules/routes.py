"""PC201, PC203 and PC204: routes that no request reaches, or that lead nowhere (gateway.md §5)."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Fix, Impact, Label, Safety, Severity
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.routing import DISCOVERY_PATHS, HEALTH_PATH, compile_route, split_path
from pricecheck.nearest import close_names, did_you_mean
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.writing import rewrite_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field
    from pricecheck.gateway.routing import CompiledRoute
    from pricecheck.prices.table import PriceRow, PriceTable

_COMPARED_PAIRS = 2500
_SHOWN_NAMES = 8


@rule(
    "PC201",
    "unknown-upstream",
    Impact.FAILS,
    "A route names an upstream that is not defined",
    fixability=Fixability.SOMETIMES,
)
def unknown_upstream(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports routes whose `upstream` is no key of `upstreams`. Names are compared exactly: `openAI` is not `openai`. With
    `--partial`, a fragment without `upstreams` is not judged.

    ## Why is this bad?
    The gateway does not check the name when it starts. Each request to the route fails with 500, and nothing else shows
    that anything is wrong.

    ## Example
    ```yaml
    upstreams:
      anthropic:
        url: "https://api.anthropic.com"
    routes:
      "POST /v1/messages":
        upstream: antropic
        price: "$0.02"
    ```

    Use instead:
    ```yaml
    upstreams:
      anthropic:
        url: "https://api.anthropic.com"
    routes:
      "POST /v1/messages":
        upstream: anthropic
        price: "$0.02"
    ```

    ## Fix safety
    Where exactly one upstream has a similar name, the fix writes that one. It is unsafe: requests that failed are
    charged and forwarded afterwards.
    """
    config = context.config
    defined = config.at("upstreams")
    if defined is None or not isinstance(defined.value, dict):
        return
    suggested: dict[str, list[str]] = {}
    for route in config.routes:
        target = route.field.text_of("upstream")
        name = target.known_text if target else None
        if target is None or not name or name in config.upstreams:
            continue
        if name not in suggested:
            suggested[name] = close_names(name, config.upstreams)
        close = suggested[name]
        edit = rewrite_scalar(target.node, close[0]) if len(close) == 1 else None
        yield Finding(
            f'there is no upstream "{name}": every request to this route fails with 500',
            target.span,
            target.path,
            help=did_you_mean(close) if close else _define(config),
            fix=Fix(f"write {close[0]}", Safety.UNSAFE, (edit,)) if edit else None,
        )


def _define(config: Config) -> str:
    names = [f"`{name}`" for name in config.upstreams]
    if not names:
        return "define it under `upstreams`, which is empty"
    shown = ", ".join(names[:_SHOWN_NAMES]) + (", …" if len(names) > _SHOWN_NAMES else "")
    return f"define it under `upstreams`, which has {shown}"


@rule(
    "PC203",
    "shadowed-route",
    Impact.IGNORED,
    "An earlier route takes all the requests of this one",
)
def shadowed_route(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a route where an earlier one has the same method and as many path segments, each of them a parameter or the
    same text. It is an error where the earlier route certainly charges another price for some of these requests, and a
    warning otherwise.

    ## Why is this bad?
    The gateway takes the first route in file order that fits, not the most specific one. Below `GET /v1/files/:id` a
    `GET /v1/files/latest` gets no request: they are all charged, and forwarded, as the first one says. Methods are
    compared without regard to case, the names of parameters make no difference, and neither do doubled or trailing
    slashes: `get /v1//files/:file/` is `GET /v1/files/:id`.

    ## Example
    ```yaml
    routes:
      "GET /v1/files/:id":
        upstream: openai
        price: "$0.01"
      "GET /v1/files/latest":
        upstream: openai
        price: "$0.02"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/files/latest":
        upstream: openai
        price: "$0.02"
      "GET /v1/files/:id":
        upstream: openai
        price: "$0.01"
    ```
    """
    earlier = _Earlier()
    for route in context.config.routes:
        if not route.method:
            continue
        compiled = compile_route(route)
        first = earlier.covering(compiled)
        if first is None:
            earlier.add(compiled)
            continue
        differing = _different_prices(context.table, first.route, route)
        charged = f", and charges {differing}" if differing else ""
        yield Finding(
            f'"{route.key}" is never reached: "{first.route.key}" before it takes all its requests{charged}',
            route.field.key_span,
            route.field.path,
            related=(Label(first.route.field.key_span, "takes every request of the later route"),),
            help="remove one of the two: they take the same requests"
            if _mask(first.segments) == _mask(compiled.segments)
            else f'move "{route.key}" before "{first.route.key}"',
            severity=Severity.ERROR if differing else Severity.WARNING,
        )


def _mask(segments: tuple[str, ...]) -> tuple[int, ...]:
    """Give the numbers of the segments that are fixed texts."""
    return tuple(number for number, segment in enumerate(segments) if not segment.startswith(":"))


class _Earlier:
    """The routes seen so far that are reached, found by method, length and fixed segments.

    Only one route can cover another: what a fixed segment takes of a parameter's values is one of endlessly many.
    """

    def __init__(self) -> None:
        self._routes: dict[
            tuple[str, int], dict[tuple[int, ...], dict[tuple[str, ...], tuple[int, CompiledRoute]]]
        ] = {}
        self._count = 0

    def add(self, route: CompiledRoute) -> None:
        masks = self._routes.setdefault((route.method, len(route.segments)), {})
        mask = _mask(route.segments)
        fixed = tuple(route.segments[number] for number in mask)
        masks.setdefault(mask, {})[fixed] = (self._count, route)
        self._count += 1

    def covering(self, route: CompiledRoute) -> CompiledRoute | None:
        """Give the first route that takes every path of this one."""
        masks = self._routes.get((route.method, len(route.segments)))
        if masks is None:
            return None
        own = _mask(route.segments)
        found = [
            taken
            for mask in _subsets(own, masks)
            if (taken := masks[mask].get(tuple(route.segments[number] for number in mask))) is not None
        ]
        return min(found, key=lambda taken: taken[0])[1] if found else None


def _subsets(own: tuple[int, ...], masks: Mapping[tuple[int, ...], object]) -> Iterator[tuple[int, ...]]:
    """Yield the masks that are part of `own`, by whichever way is shorter."""
    if len(masks) <= 1 << len(own):
        yield from (mask for mask in masks if set(mask) <= set(own))
    else:
        subsets = (subset for size in range(len(own) + 1) for subset in combinations(own, size))
        yield from (subset for subset in subsets if subset in masks)


def _different_prices(table: PriceTable, first: Route, later: Route) -> str | None:
    """Say what `first` charges and `later` would, for some request both would take; None if that is not sure."""
    if any(isinstance(kind.value, Unresolved) for route in (first, later) if (kind := route.field.get("type"))):
        return None
    return next(
        (
            f"{one.dollars} instead of {other.dollars}{_for_whom(one, other)}"
            for one, other in _same_requests(table, first, later)
            if one.amount is not None
            and other.amount is not None
            and (one.amount, one.asset.upper()) != (other.amount, other.asset.upper())
        ),
        None,
    )


def _for_whom(one: PriceRow, other: PriceRow) -> str:
    selectors = [row.selector for row in (one, other)]
    model = next((name.removeprefix("model:") for name in selectors if name.startswith("model:")), None)
    if model is not None:
        return f' for "{model}"'
    return " for some of them" if any(name.startswith("match:") for name in selectors) else ""


def _same_requests(table: PriceTable, first: Route, later: Route) -> Iterator[tuple[PriceRow, PriceRow]]:
    """Yield rows of both routes that some request to the later route gets in the one and would get in the other."""
    if first.token_based and later.token_based:
        # Listed models first: what they cost is what a reader looks for.
        selectors = {row.selector: None for key in (later.key, first.key) for row in table.by_route[key]}
        for selector in selectors:
            yield _row(table, first, selector), _row(table, later, selector)
    elif first.token_based or later.token_based:
        flat = later if first.token_based else first
        if not flat.match:
            selectors = {row.selector: None for key in (later.key, first.key) for row in table.by_route[key]}
            yield from ((_row(table, first, selector), _row(table, later, selector)) for selector in selectors)
    else:
        yield from _same_by_rules(table, first, later)


def _row(table: PriceTable, route: Route, selector: str) -> PriceRow:
    found = table.find(route.key, selector)
    return found if found is not None else table.by_route[route.key][-1]


def _same_by_rules(table: PriceTable, first: Route, later: Route) -> Iterator[tuple[PriceRow, PriceRow]]:
    if not first.match and not later.match:
        yield table.by_route[first.key][-1], table.by_route[later.key][-1]
        return
    named = any(
        key.startswith("params.") for route in (first, later) for each in route.match for key, _, _ in each.where
    )
    one, other = table.rules(first.key), table.rules(later.key)
    if named or one is None or other is None or (len(one) + 1) * (len(other) + 1) > _COMPARED_PAIRS:
        return
    from pricecheck.prices.coverage import Reachability, common_rows

    for number, partner, reach in common_rows(one, other):
        if reach.verdict is Reachability.REACHABLE:
            yield (
                table.by_route[first.key][-1 if number is None else number],
                table.by_route[later.key][-1 if partner is None else partner],
            )


@rule(
    "PC204",
    "builtin-path",
    Impact.IGNORED,
    "A route on a path that the gateway answers itself",
)
def builtin_path(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports routes on `/health`, on `/.well-known/x402` and `/.well-known/openapi.json` unless `gateway.discovery` is
    false, and on the metrics path where metrics are enabled.

    ## Why is this bad?
    The gateway answers these paths before it looks at any route, whatever the method. The route's upstream is never
    asked, and nobody is charged.

    ## Example
    ```yaml
    routes:
      "GET /health":
        upstream: openai
        price: "$0"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /upstream-health":
        upstream: openai
        path: "/health"
        price: "$0"
    ```
    """
    builtin = _builtin(context.config)
    for route in context.config.routes:
        segments = compile_route(route).segments
        if not route.method or segments not in builtin:
            continue
        path, why, advice = builtin[segments]
        yield Finding(
            f'"{route.key}" is never reached: the gateway answers {path} itself',
            route.field.key_span,
            route.field.path,
            related=(Label(why.span, "it does so because of this"),) if why else (),
            help=advice,
        )


def _builtin(config: Config) -> dict[tuple[str, ...], tuple[str, Field | None, str]]:
    """Give the gateway's own paths by segments: as written, the field that names them, and what to do."""
    rename = "give the route another path here, and the upstream's in `path`"
    paths: dict[tuple[str, ...], tuple[str, Field | None, str]] = {}
    enabled, own = config.at("gateway", "metrics", "enabled"), config.at("gateway", "metrics", "path")
    metrics = config.metrics_path
    if metrics is not None and not isinstance(metrics, Unresolved):
        paths[split_path(metrics)] = (metrics, own or enabled, f"set another `gateway.metrics.path`, or {rename}")
    for path in DISCOVERY_PATHS if config.discovery else ():
        paths[split_path(path)] = (path, None, f"set `discovery: false` in `gateway`, or {rename}")
    paths[split_path(HEALTH_PATH)] = (HEALTH_PATH, None, rename)
    return paths
