"""PC305 and PC306: models that a route prices although the policy does not want them served (policy.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pricecheck.gateway.config import Route

_SHOWN = 3
_ONE, _MANY = "it", "them"


@rule(
    "PC305",
    "not-allowed",
    Impact.RISK,
    "A route prices a model that is not on the policy's allowlist",
    severity=Severity.ERROR,
)
def not_allowed(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports, where the policy has an allowlist (`[models] allow`, or `allow` of the route), every line of `models` and
    every `match` rule for a model that is not on it, and the models of the built-in table that a token-based route
    without an `onRequest` hook serves all the same.

    ## Why is this bad?
    The gateway refuses no model: what is asked for is forwarded and charged. A model on a high-risk route that nobody
    approved is served as soon as a caller names it.

    ## Example
    With this policy:

    ```toml
    [routes."POST /v1/chat/completions"]
    high-risk = true
    allow = ["gpt-4o", "gpt-4o-mini"]
    ```

    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          gpt-4.1: "$0.08"
        fallback: "$0.08"
        hooks:
          onRequest: /srv/hooks/allowlist.mjs
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.05"
        hooks:
          onRequest: /srv/hooks/allowlist.mjs
    ```
    """
    policy = context.policy
    if policy is None:
        return
    for route in context.config.routes:
        lists = [globs for globs in (policy.allow, policy.route(route.key).allow) if globs]
        if lists:
            yield from _unwanted(context, _Unwanted(lists, outside=True), route)


@rule(
    "PC306",
    "denied-model",
    Impact.RISK,
    "A route prices a model that the policy denies",
    severity=Severity.ERROR,
)
def denied_model(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports every line of `models` and every `match` rule for a model that the policy denies (`[models] deny`), and the
    models of the built-in table that it denies where a token-based route without an `onRequest` hook serves them all
    the same.

    ## Why is this bad?
    Providers retire models, and shops block some. The gateway refuses none: a retired model takes the caller's money
    and answers with the provider's error, and a blocked one is served.

    ## Example
    With this policy:

    ```toml
    [models]
    deny = ["gpt-3.5-turbo*"]
    ```

    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.05"
    ```

    The built-in table charges `gpt-3.5-turbo` $0.002. Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.05"
        hooks:
          onRequest: /srv/hooks/allowlist.mjs
    ```
    """
    policy = context.policy
    if policy is None or not policy.deny:
        return
    for route in context.config.routes:
        yield from _unwanted(context, _Unwanted([policy.deny], outside=False), route)


class _Unwanted(NamedTuple):
    """Which models are not wanted: those outside any of the lists, or those inside one."""

    lists: list[tuple[str, ...]]
    outside: bool

    @property
    def reason(self) -> str:
        return "is not on the policy's allowlist" if self.outside else "is denied by the policy"

    def test(self) -> Callable[[str], bool]:
        """Give what says of a model's name whether it is unwanted."""
        from pricecheck.gateway.matching import any_glob

        if not self.outside:
            denied = any_glob(tuple(pattern for globs in self.lists for pattern in globs)).fullmatch
            return lambda model: denied(model) is not None
        lists = [any_glob(globs).fullmatch for globs in self.lists]
        return lambda model: not all(fits(model) for fits in lists)

    def has_all(self, asked: str) -> bool:
        """Say whether every model a glob fits is unwanted."""
        from pricecheck.prices.globs import contains, intersects

        if self.outside:
            return any(not any(intersects(asked, pattern) for pattern in globs) for globs in self.lists)
        return any(contains(pattern, asked) for globs in self.lists for pattern in globs)

    def has_some(self, asked: str) -> bool:
        """Say whether a denied model fits a glob; what is outside an allowlist is always some, and no answer."""
        from pricecheck.prices.globs import intersects

        return not self.outside and any(intersects(asked, pattern) for globs in self.lists for pattern in globs)


def _unwanted(context: Context, unwanted: _Unwanted, route: Route) -> Iterator[Finding]:
    hooked = _has_hook(context, route)
    if route.token_based:
        yield from _listed(unwanted, route)
        if not hooked:
            yield from _built_in(context, unwanted, route)
        return
    for one, row in zip(route.match, context.table.by_route[route.key], strict=False):
        if one.asked_model is None or not row.reachable:
            continue
        asked, place = one.asked_model
        if unwanted.has_all(asked) or (not hooked and unwanted.has_some(asked)):
            yield Finding(
                f"this rule prices `{asked}`, which {unwanted.reason}"
                if unwanted.has_all(asked)
                else f"this rule prices `{asked}`, some of which the policy denies, and no hook refuses them",
                place.span,
                place.path,
                help="remove the rule" if unwanted.has_all(asked) else _refuse(_MANY),
            )


def _listed(unwanted: _Unwanted, route: Route) -> Iterator[Finding]:
    is_unwanted = unwanted.test()
    for name, _, entry in route.models:
        if name and is_unwanted(name):  # nobody can ask for a model without a name
            yield Finding(
                f"`{name}` {unwanted.reason}, and this route serves it",
                entry.key.span,
                (*route.models_path, name),
                help=f"remove the line, and {_refuse(_ONE)}",
            )


def _built_in(context: Context, unwanted: _Unwanted, route: Route) -> Iterator[Finding]:
    from pricecheck.gateway.default_table import DEFAULT_TABLE
    from pricecheck.prices.vendors import may_serve

    url = context.config.upstream_url(route)
    listed = {name for name, _, _ in route.models}
    is_unwanted = unwanted.test()
    names = [name for name in DEFAULT_TABLE if name not in listed and is_unwanted(name) and may_serve(url, name)]
    if not names:
        return
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    reason, them = (unwanted.reason, _ONE) if len(names) == 1 else (unwanted.reason.replace("is ", "are ", 1), _MANY)
    where = route.models_field() or route.field
    yield Finding(
        f"the built-in table prices {shown}{more}, which {reason}, and no hook refuses {them}",
        where.key_span,
        where.path,
        help=_refuse(them),
    )


def _refuse(them: str) -> str:
    return f"refuse {them} in an `onRequest` hook: the gateway itself refuses no model"


def _has_hook(context: Context, route: Route) -> bool:
    return any(
        field is not None for field in (route.field.at("hooks", "onRequest"), context.config.at("hooks", "onRequest"))
    )
