"""The fields of every object in which the gateway drops unknown keys without a word (gateway.md §2, "strict: no").

A copy of what the schema says, for reading the schema file itself would cost every start some milliseconds; a test
holds the two equal. Objects that refuse unknown keys, and maps whose keys are free, are not here.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lenient(Enum):
    """A kind of object that drops unknown keys; the value is what to call one."""

    ROOT = "the config's root"
    GATEWAY = "`gateway`"
    PAYMENT = "an item of `accepts`"
    DEFAULTS = "`defaults`"
    UPSTREAM = "an upstream"
    ROUTE = "a route"
    PRICE = "a `price` with `fn`"
    MATCH_RULE = "a rule of `match`"
    SHARE = "an item of `payTo`"


_M, _L, _T, _N, _B = "object", "array", "string", "number", "boolean"


FIELDS: Mapping[Lenient, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Lenient.ROOT: {
            "gateway": (_M,),
            "wallets": (_M,),
            "accepts": (_L,),
            "defaults": (_M,),
            "stores": (_M,),
            "upstreams": (_M,),
            "routes": (_M,),
            "hooks": (_M,),
            "facilitator": (_T, _M),
            "settlement": (_M,),
        },
        Lenient.GATEWAY: {
            "port": (_N,),
            "discovery": (_B,),
            "hostname": (_T,),
            "metrics": (_M,),
            "trustProxy": (_B, _N, _M),
            "cors": (_M,),
        },
        Lenient.PAYMENT: {"asset": (_T,), "network": (_T,)},
        Lenient.DEFAULTS: {"price": (_T,), "timeout": (_N,), "rateLimit": (_M,), "verificationCache": (_M,)},
        Lenient.UPSTREAM: {
            "url": (_T,),
            "headers": (_M,),
            "timeout": (_N,),
            "openapi": (_T,),
            "defaultPrice": (_T,),
        },
        Lenient.ROUTE: {
            "upstream": (_T,),
            "type": (_T,),
            "path": (_T,),
            "price": (_T, _M),
            "match": (_L,),
            "fallback": (_T,),
            "pricing": (_M,),
            "accepts": (_L,),
            "payTo": (_T, _L),
            "hooks": (_M,),
            "metadata": (_M,),
            "facilitator": (_T, _M),
            "rateLimit": (_M,),
            "verificationCache": (_M,),
            "models": (_M,),
            "settlement": (_T,),
        },
        Lenient.PRICE: {"fn": (_T,)},
        Lenient.MATCH_RULE: {"where": (_M,), "price": (_T,), "payTo": (_T, _L)},
        Lenient.SHARE: {"address": (_T,), "share": (_N,)},
    }
)
"""Field names with the JSON types that each may have."""


def json_type(value: object) -> str:
    """Give the JSON type of a loaded value; null is "null"."""
    if isinstance(value, bool):
        return _B
    if isinstance(value, str):
        return _T
    if isinstance(value, int | float):
        return _N
    if isinstance(value, dict):
        return _M
    return _L if isinstance(value, list) else "null"
