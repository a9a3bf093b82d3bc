"""PC227, PC228: stores, routes, caches and ports that can't do what they are there for (gateway.md §1, §6)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Label
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.field import Field

_HIGHEST_PORT = 65535
_STORES = ("rateLimit", "verificationCache", "timeSession")


@rule(
    "PC227",
    "store-without-backend",
    Impact.IGNORED,
    "A Redis that no store uses",
)
def store_without_backend(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `stores.redis` where no store has `backend: redis`, and a store with a `redis` section of its own but
    without `backend: redis`.

    ## Why is this bad?
    `stores.redis` says only where Redis is. Every store stays in the memory of its process until it says `backend:
    redis` itself. With several instances each one counts rate limits, verifications and time sessions for itself, and a
    restart forgets them: callers pay again for sessions they have bought.

    ## Example
    ```yaml
    stores:
      redis:
        url: "redis://localhost:6379"
    ```

    Use instead:
    ```yaml
    stores:
      redis:
        url: "redis://localhost:6379"
      rateLimit:
        backend: redis
      timeSession:
        backend: redis
    ```
    """
    config = context.config
    stores = [(name, config.at("stores", name)) for name in _STORES]
    using = {name for name, store in stores if store and _uses_redis(store)}
    redis = config.at("stores", "redis")
    if redis is not None and isinstance(redis.value, dict) and not using:
        yield Finding(
            "no store has `backend: redis`: this Redis is not used, and all is kept in memory",
            redis.key_span,
            redis.path,
            help="add `backend: redis` to each of `rateLimit`, `verificationCache` and `timeSession` that is to use it",
        )
    for name, store in stores:
        own = store.get("redis") if store else None
        if own is not None and isinstance(own.value, dict) and name not in using:
            yield Finding(
                f"`{name}` has no `backend: redis`: its Redis is not used, and it is kept in memory",
                own.key_span,
                own.path,
                help=f"add `backend: redis` to `{name}`",
            )


def _uses_redis(store: Field) -> bool:
    backend = store.get("backend")
    return backend is not None and backend.value == "redis"


@rule(
    "PC228",
    "unusable-route",
    Impact.FAILS,
    "A route, cache or port that can't work",
)
def unusable_route(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports token-based routes on GET or HEAD, a `verificationCache` under `settlement: {strategy: mpp}`, and a port
    above 65535.

    ## Why is this bad?
    A token-based route takes the model from the body of the request. GET and HEAD have none, and every request is
    answered with 400. With `mpp`, the second request that finds its verification in the cache fails. A port above 65535
    passes the schema, and the gateway then fails when it starts to listen.

    ## Example
    ```yaml
    gateway:
      port: 70000
    routes:
      "GET /v1/chat/completions":
        upstream: openai
        type: token-based
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    gateway:
      port: 7000
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        fallback: "$0.05"
    ```
    """
    config = context.config
    port = config.at("gateway", "port")
    number = port.number if port else None
    if port is not None and number is not None and _HIGHEST_PORT < number < inf:  # what is no integer is refused
        yield Finding(
            f"port {number:.0f} does not exist: the gateway fails when it starts to listen",
            port.span,
            port.path,
            help=f"write a port from 1 to {_HIGHEST_PORT}",
        )
    strategy = config.at("settlement", "strategy")
    if strategy is not None and strategy.value == "mpp":
        for holder in (config.at("defaults"), *(route.field for route in config.routes)):
            cache = holder.get("verificationCache") if holder else None
            if cache is not None:
                yield Finding(
                    "with `strategy: mpp` a cached verification fails: the second request of a payer gets an error",
                    cache.key_span,
                    cache.path,
                    related=(Label(strategy.span, "this strategy"),),
                    help="remove `verificationCache`",
                )
    for route in config.routes:
        if route.token_based and route.method in {"GET", "HEAD"}:
            yield Finding(
                f"a token-based route needs a body, which {route.method} has not: every request is answered with 400",
                route.field.key_span,
                route.field.path,
                help="make it a POST route, or remove `type` and set `price`",
            )
