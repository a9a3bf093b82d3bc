"""What must fit together across fields, where JSON Schema would say it badly (gateway.md §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.environment import Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath

_STORES = ("rateLimit", "verificationCache", "timeSession")


class Conflict(NamedTuple):
    """Fields that do not go together; `path` is what the gateway names, `at` the field to show."""

    path: ConfigPath
    at: ConfigPath
    message: str
    help: str


def conflicts(config: dict[str, object]) -> Iterator[Conflict]:
    """Yield the conflicts of a config; parts of the wrong shape are passed over."""
    yield from _cors(config)
    yield from _stores(config)
    yield from _settlement(config)
    for key, route in _dict(config.get("routes")).items():
        yield from _pricing(("routes", key, "pricing"), _dict(_dict(route).get("pricing")))


def _cors(config: dict[str, object]) -> Iterator[Conflict]:
    cors = _dict(_dict(config.get("gateway")).get("cors"))
    origins = cors.get("allowedOrigins")
    if cors.get("credentials") is True and isinstance(origins, list) and "*" in origins:
        yield Conflict(
            ("gateway", "cors", "allowedOrigins"),
            ("gateway", "cors", "credentials"),
            'the origin "*" can\'t be combined with `credentials: true`: browsers refuse it, and so does the gateway',
            "list the origins, or remove `credentials`",
        )


def _stores(config: dict[str, object]) -> Iterator[Conflict]:
    stores = _dict(config.get("stores"))
    shared = _dict(stores.get("redis")).get("url")
    for name in _STORES:
        store = _dict(stores.get(name))
        if store.get("backend") == "redis" and not shared and not _dict(store.get("redis")).get("url"):
            yield Conflict(
                ("stores", name, "redis", "url"),
                ("stores", name, "backend"),
                f"`stores.{name}` is kept in Redis, but no URL says where",
                f"give `stores.redis.url`, or `stores.{name}.redis.url`",
            )


def _settlement(config: dict[str, object]) -> Iterator[Conflict]:
    settlement = _dict(config.get("settlement"))
    for strategy, field in (("custom", "module"), ("mpp", "methods")):
        if settlement.get("strategy") == strategy and not settlement.get(field):
            yield Conflict(
                ("settlement", field),
                ("settlement", "strategy"),
                f"`strategy: {strategy}` needs `{field}`",
                f"add `settlement.{field}`",
            )


def _pricing(path: ConfigPath, pricing: dict[str, object]) -> Iterator[Conflict]:
    model = pricing.get("model", "request")
    if isinstance(model, Unresolved):
        return
    if model == "time" and not pricing.get("duration"):
        yield Conflict(
            (*path, "duration"), (*path, "model"), "`model: time` needs a `duration`", 'add `duration`, such as "1h"'
        )
    elif model == "request" and "duration" in pricing:
        yield Conflict(
            (*path, "duration"),
            (*path, "duration"),
            "`duration` goes with `model: time` only",
            "add `model: time`, or remove `duration`",
        )


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
