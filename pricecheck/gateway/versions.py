"""Which gateway version first knew a field or value (gateway.md §7)."""

from __future__ import annotations

from typing import NamedTuple

VERSIONS = ("0.1.0", "0.2.0", "0.4.0", "0.4.1", "0.4.2", "0.4.3", "0.4.4", "1.0.1", "1.1.0")
"""The releases that changed what a config may hold or what it means, oldest first."""


class Novelty(NamedTuple):
    """Something a config may hold from version `since` on.

    `path` has `*` for any name; `value` None means the field itself, else that value of it. An older version that knows
    what is around it refuses to start where `refused`, because the object is strict or the value has another shape;
    else it drops the field in silence.
    """

    path: tuple[str, ...]
    value: str | None
    since: str
    refused: bool = False


NOVELTIES: tuple[Novelty, ...] = (
    Novelty(("facilitator",), None, "0.2.0"),
    Novelty(("routes", "*", "facilitator"), None, "0.2.0"),
    Novelty(("routes", "*", "type"), None, "0.4.0"),
    Novelty(("routes", "*", "models"), None, "0.4.0"),
    Novelty(("routes", "*", "rateLimit"), None, "0.4.0"),
    Novelty(("defaults", "rateLimit"), None, "0.4.0"),
    Novelty(("routes", "*", "type"), "token-based", "0.4.1", refused=True),
    Novelty(("facilitator", "default"), None, "0.4.1", refused=True),
    Novelty(("facilitator", "chains"), None, "0.4.1", refused=True),
    Novelty(("routes", "*", "facilitator", "default"), None, "0.4.1", refused=True),
    Novelty(("routes", "*", "facilitator", "chains"), None, "0.4.1", refused=True),
    Novelty(("routes", "*", "settlement"), None, "0.4.1"),
    Novelty(("routes", "*", "pricing"), None, "0.4.2"),
    Novelty(("routes", "*", "verificationCache"), None, "0.4.2"),
    Novelty(("defaults", "verificationCache"), None, "0.4.2"),
    Novelty(("settlement",), None, "0.4.2"),
    Novelty(("gateway", "cors"), None, "0.4.4"),
    Novelty(("gateway", "metrics"), None, "0.4.4"),
    Novelty(("gateway", "trustProxy"), None, "0.4.4"),
    Novelty(("stores",), None, "0.4.4"),
    Novelty(("upstreams", "*", "openapi"), None, "0.4.4"),
    Novelty(("upstreams", "*", "defaultPrice"), None, "0.4.4"),
    Novelty(("settlement", "strategy"), "nanopayments", "1.0.1", refused=True),
    Novelty(("settlement", "network"), None, "1.0.1", refused=True),
    Novelty(("settlement", "strategy"), "mpp", "1.1.0", refused=True),
    Novelty(("settlement", "methods"), None, "1.1.0", refused=True),
)
"""Oldest first, what is around before what is in it."""


def is_older(version: str, other: str) -> bool:
    """Say whether `version` came before `other`; both are three numbers with dots between, such as `1.1.0`."""
    return _numbers(version) < _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def too_new_for(version: str) -> list[Novelty]:
    """Give what a gateway of that version does not know; of what lies inside something unknown, only the outermost."""
    unknown = [novelty for novelty in NOVELTIES if is_older(version, novelty.since)]
    return [
        novelty
        for novelty in unknown
        if not any(other is not novelty and other.value is None and _holds(other.path, novelty) for other in unknown)
    ]


def _holds(path: tuple[str, ...], inner: Novelty) -> bool:
    whole = inner.path[: len(path)] == path
    return whole and (len(inner.path) > len(path) or inner.value is not None)
