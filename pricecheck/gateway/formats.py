"""String formats that the schema names and JSON Schema does not know, judged as the gateway judges them (gateway.md §2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN_URL = re.compile(
    r"https?://(?:localhost|127\.0\.0\.1|(?!xn--)[a-z](?:[a-z0-9-]*[a-z0-9])?(?:\.(?!xn--)[a-z](?:[a-z0-9-]*[a-z0-9])?)*)"
    r"(?::[0-9]{1,4})?(?:/[A-Za-z0-9/._~-]*)?\Z"
)
_IPV4 = (
    r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])"
)
_H = "[0-9a-fA-F]{1,4}"
_LAX_V4 = r"(?:(?:25[0-5]|(?:2[0-4]|1?[0-9])?[0-9])\.){3}(?:25[0-5]|(?:2[0-4]|1?[0-9])?[0-9])"
_IPV6 = "|".join(
    [
        f"(?:{_H}:){{7}}{_H}",
        f"(?:{_H}:){{1,7}}:",
        *(f"(?:{_H}:){{1,{7 - n}}}(?::{_H}){{1,{n}}}" for n in range(1, 6)),
        f"{_H}:(?::{_H}){{1,6}}",
        f":(?:(?::{_H}){{1,7}}|:)",
        r"fe80:(?::[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]+",
        rf"::(?:ffff(?::0{{1,4}})?:)?{_LAX_V4}",
        rf"(?:{_H}:){{1,4}}:{_LAX_V4}",
    ]
)
# zod 3.24's own expressions, which are not those of the RFCs.
_ADDRESS = re.compile(rf"(?:{_IPV4}|{_IPV6})\Z")
_RANGE = re.compile(rf"(?:{_IPV4}/(?:3[0-2]|[12]?[0-9])|(?:{_IPV6})/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))\Z")
_RELATIVE = ("/", "./", "../", "http://", "https://")
_DOCUMENT = (".json", ".yaml", ".yml")


def is_url(text: str) -> bool:
    """Say whether the WHATWG URL parser accepts the text as absolute."""
    if _PLAIN_URL.match(text):
        return True
    from ada_url import check_url

    return check_url(text)


def is_redis_url(text: str) -> bool:
    """Say whether the text is a URL of a Redis server."""
    return text.startswith(("redis://", "rediss://"))


def is_openapi_location(text: str) -> bool:
    """Say whether the text is an http(s) URL or looks like the path of a document."""
    return text.startswith(_RELATIVE) or text.endswith(_DOCUMENT)


def is_ip_or_cidr(text: str) -> bool:
    """Say whether the text is an IP address or a CIDR range."""
    return _ADDRESS.match(text) is not None or _RANGE.match(text) is not None


FORMATS: dict[str, Callable[[str], bool]] = {
    "whatwg-url": is_url,
    "redis-url": is_redis_url,
    "openapi-location": is_openapi_location,
    "ip-or-cidr": is_ip_or_cidr,
}
"""Format name in the schema to its judge."""
