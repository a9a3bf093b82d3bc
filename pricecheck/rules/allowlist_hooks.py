"""PC307: routes where a hook has to refuse the models nobody approved (gateway.md §6, policy.md)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Finding, Impact, Label, Severity
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pricecheck.findings import SourceText
    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field
    from pricecheck.rules.hook_source import HookSource, ModelList

_HOOK = "onRequest"
_SHOWN = 3


@rule(
    "PC307",
    "no-allowlist-hook",
    Impact.RISK,
    "A high-risk route whose hook does not refuse what nobody approved",
    severity=Severity.WARNING,
)
def no_allowlist_hook(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports

    - a route that the policy calls `high-risk` and that runs no `onRequest` hook;
    - such a route whose hook lets other models pass than the route prices, in either direction. The hook's file is
      looked for at its absolute path, or beside the config; it is read, never run. Where its list is no plain list of
      strings, or the file is not on this machine, the rule says that it cannot tell (info);
    - any `onRequest` hook that reads `ctx.request`.

    ## Why is this bad?
    The gateway refuses no model: only a hook can. `ctx.request`, which a page of the gateway's docs shows, does not
    exist: the hook fails at every request, and so do all requests. It is `ctx.req`. And a list that differs from
    `models` either refuses what callers are offered, or lets pass what is charged as an unknown model.

    `pricecheck allowlist CONFIG ROUTE` writes a hook that is right.

    ## Example
    With this policy:

    ```toml
    [routes."POST /v1/chat/completions"]
    high-risk = true
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

    Use instead, with a hook that lets `gpt-4o` pass and nothing else:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.05"
        hooks:
          onRequest: /srv/tollbooth/hooks/only-gpt-4o.ts
    ```
    """
    folder = os.path.dirname(context.document.source.path)
    shared = context.config.at("hooks", _HOOK)
    hooks = _Hooks(folder)
    seen: set[tuple[int, int]] = set()
    for route in context.config.routes:
        hook = _runs(route, shared)
        if hook is not None and hook.span not in seen:
            seen.add(hook.span)
            yield from _reads_what_is_not_there(hooks, hook)
        if context.policy is not None and context.policy.route(route.key).high_risk:
            yield from _missing(route, shared) if hook is None else _differing(context.config, hooks, route, hook)


class _Read(NamedTuple):
    source: SourceText
    hook: HookSource


class _Hooks:
    """The hooks' files; each is read once."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._read: dict[str, _Read | None] = {}

    def read(self, specifier: str | None) -> _Read | None:
        if specifier is None:
            return None
        if specifier not in self._read:
            from pricecheck.rules.module_files import read_module

            source = read_module(specifier, self._folder, by_end=True)
            self._read[specifier] = None
            if source is not None:
                from pricecheck.rules.hook_source import read_hook

                self._read[specifier] = _Read(source, read_hook(source))
        return self._read[specifier]


def _runs(route: Route, shared: Field | None) -> Field | None:
    """Give the hook a route runs; its own `hooks` replace the global ones, whole."""
    own = route.field.get("hooks")
    return shared if own is None else own.get(_HOOK)


def _missing(route: Route, shared: Field | None) -> Iterator[Finding]:
    message = "this high-risk route runs no `onRequest` hook: every model that is asked for is forwarded"
    if shared is not None:
        message += " (its own `hooks` replace the global ones)"
    yield Finding(
        message,
        route.field.key_span,
        route.field.path,
        help="`pricecheck allowlist CONFIG ROUTE` writes a hook that refuses all models the route does not price",
    )


def _reads_what_is_not_there(hooks: _Hooks, hook: Field) -> Iterator[Finding]:
    read = hooks.read(hook.known_text)
    for place in read.hook.request_reads[:1] if read else ():
        yield Finding(
            "this hook reads `ctx.request`, which does not exist: it fails at every request, and the request with it",
            hook.span,
            hook.path,
            (Label(place, "read here", read.source if read else None),),
            help="write `ctx.req` there",
        )


def _differing(config: Config, hooks: _Hooks, route: Route, hook: Field) -> Iterator[Finding]:
    priced = priced_models(route)
    read = hooks.read(hook.known_text)
    allowed = read.hook.allowed if read else None
    if priced is None or read is None or allowed is None:
        why = (
            "`match` prices whole groups of models"
            if priced is None
            else "its file is not on this machine"
            if read is None
            else "its list is no plain list of strings that everything else is refused by"
        )
        yield Finding(
            f"whether this hook lets pass what the route prices cannot be told: {why}",
            hook.span,
            hook.path,
            severity=Severity.INFO,
        )
        return
    label = (Label(allowed.span, "the models it lets pass", read.source),)
    yield from _unpriced(config, route, hook, allowed, priced, label)
    refused = [model for model in priced if model not in allowed.models]
    if refused:
        yield Finding(
            f"this hook refuses {_named(refused)}, which `{route.key}` prices",
            hook.span,
            hook.path,
            label,
            help="add to the hook's list what may be asked for, and remove the prices of the rest",
        )


def _unpriced(
    config: Config, route: Route, hook: Field, allowed: ModelList, priced: Sequence[str], label: tuple[Label, ...]
) -> Iterator[Finding]:
    from pricecheck.gateway.pricing import decimals_for, quote_model, quote_rest

    unpriced = [model for model in allowed.models if model not in priced]
    if not unpriced:
        return
    decimals = decimals_for(config, route)
    quotes = [
        quote_model(config, route, model, decimals, None) if route.token_based else quote_rest(config, route, decimals)
        for model in unpriced
    ]
    sources = sorted({quote.source.value for quote in quotes})
    yield Finding(
        f"this hook lets {_named(unpriced)} pass, which `{route.key}` does not price by name: charged by"
        f" {' or '.join(sources)}",
        hook.span,
        hook.path,
        label,
        help="price what may be asked for, and take the rest off the hook's list",
    )


def priced_models(route: Route) -> tuple[str, ...] | None:
    """Give the models a route prices by name; None where `match` rules price groups that can't be listed."""
    from pricecheck.gateway.environment import Unresolved
    from pricecheck.prices.globs import is_literal

    if route.token_based:
        return tuple(name for name, _, _ in route.models if name)
    asked = [required for one in route.match for key, required, _ in one.where if key == "body.model"]
    names = [one for one in asked if isinstance(one, str) and not isinstance(one, Unresolved) and is_literal(one)]
    return tuple(dict.fromkeys(names)) if len(names) == len(asked) else None


def _named(models: Sequence[str]) -> str:
    more = f" and {len(models) - _SHOWN} more" if len(models) > _SHOWN else ""
    return ", ".join(f"`{model}`" for model in models[:_SHOWN]) + more
