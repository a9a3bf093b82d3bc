"""The string formats that the schema names and JSON Schema does not know, as the gateway does (gateway.md §2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pricecheck.gateway.javascript import WHITE_SPACE, trim, well_formed
from pricecheck.patterns import late

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN_URL = late(
    r"https?://(?:localhost|127\.0\.0\.1|(?!xn--)[a-z](?:[a-z0-9-]*[a-z0-9])?(?:\.(?!xn--)[a-z](?:[a-z0-9-]*[a-z0-9])?)*)"
    r"(?::[0-9]{1,4})?(?:/[A-Za-z0-9/._~-]*)?\Z"
)
_PREFIX_LENGTH = late(rf"[{re.escape(WHITE_SPACE)}]*([+-]?[0-9]+)")
_ZONE = late(r"(?:%[0-9a-zA-Z.:-]+)?\Z")
_RELATIVE = ("/", "./", "../", "http://", "https://")
_DOCUMENT = (".json", ".yaml", ".yml")


def is_url(text: str) -> bool:
    """Say whether the WHATWG URL parser accepts the text as absolute."""
    if _PLAIN_URL.match(text):
        return True
    from ada_url import check_url

    return check_url(well_formed(text))


def is_redis_url(text: str) -> bool:
    """Say whether the text is a URL of a Redis server."""
    return text.startswith(("redis://", "rediss://")) and is_url(text)


def is_openapi_location(text: str) -> bool:
    """Say whether the text is an http(s) URL or looks like the path of a document."""
    return text.startswith(_RELATIVE) or text.endswith(_DOCUMENT)


def is_ip_or_cidr(text: str) -> bool:
    """Say whether the text is an IP address or a CIDR range.

    The gateway reads the prefix length with `parseInt`, which stops at the first character that is no digit: it takes
    `10.0.0.0/8x`. Names of zones (`fe80::1%eth0`) are part of an address.
    """
    address, slash, length = trim(text).partition("/")
    bits = _address_bits(address)
    if bits is None or not slash:
        return bits is not None
    prefix = _PREFIX_LENGTH.match(length)
    return prefix is not None and 0 <= int(prefix[1]) <= bits


def _address_bits(text: str) -> int | None:
    """Give how many bits an IP address has, or None for any other text."""
    from ipaddress import AddressValueError, IPv4Address, IPv6Address

    try:
        if ":" not in text:
            return IPv4Address(text).max_prefixlen
        address, _, _ = text.partition("%")
        return IPv6Address(address).max_prefixlen if _ZONE.match(text, len(address)) else None
    except AddressValueError:
        return None


FORMATS: dict[str, Callable[[str], bool]] = {
    "whatwg-url": is_url,
    "redis-url": is_redis_url,
    "openapi-location": is_openapi_location,
    "ip-or-cidr": is_ip_or_cidr,
}
"""Format name in the schema to its judge."""
