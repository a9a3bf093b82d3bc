"""Which gateway version first knew a field or value (gateway.md §7)."""

from __future__ import annotations

VERSIONS = ("0.1.0", "0.2.0", "0.4.0", "0.4.1", "0.4.2", "0.4.3", "0.4.4", "1.0.1", "1.1.0")
"""The released versions at which a config could hold something new, oldest first."""

SINCE: tuple[tuple[tuple[str, ...], str | None, str], ...] = (
    (("facilitator",), None, "0.2.0"),
    (("routes", "*", "facilitator"), None, "0.2.0"),
    (("routes", "*", "type"), None, "0.4.0"),
    (("routes", "*", "models"), None, "0.4.0"),
    (("routes", "*", "rateLimit"), None, "0.4.0"),
    (("defaults", "rateLimit"), None, "0.4.0"),
    (("routes", "*", "type"), "token-based", "0.4.1"),
    (("facilitator", "default"), None, "0.4.1"),
    (("facilitator", "chains"), None, "0.4.1"),
    (("routes", "*", "facilitator", "default"), None, "0.4.1"),
    (("routes", "*", "facilitator", "chains"), None, "0.4.1"),
    (("routes", "*", "settlement"), None, "0.4.1"),
    (("routes", "*", "pricing"), None, "0.4.2"),
    (("routes", "*", "verificationCache"), None, "0.4.2"),
    (("defaults", "verificationCache"), None, "0.4.2"),
    (("settlement",), None, "0.4.2"),
    (("gateway", "cors"), None, "0.4.4"),
    (("gateway", "metrics"), None, "0.4.4"),
    (("gateway", "trustProxy"), None, "0.4.4"),
    (("stores",), None, "0.4.4"),
    (("upstreams", "*", "openapi"), None, "0.4.4"),
    (("upstreams", "*", "defaultPrice"), None, "0.4.4"),
    (("settlement", "strategy"), "nanopayments", "1.0.1"),
    (("settlement", "network"), None, "1.0.1"),
    (("settlement", "strategy"), "mpp", "1.1.0"),
    (("settlement", "methods"), None, "1.1.0"),
)
"""Path (`*` for any name), value (None for any), and the version that first took it."""


def is_older(version: str, other: str) -> bool:
    """Say whether `version` came before `other`; both from `VERSIONS`."""
    return VERSIONS.index(version) < VERSIONS.index(other)
