"""Which route a request gets (gateway.md §5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_to_bytes

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config, Route

HEALTH_PATH = "/health"
DISCOVERY_PATHS = ("/.well-known/x402", "/.well-known/openapi.json")
_ODD = re.compile(r"[\\#\t\n\r ]|[^!-~]|/\.|%2[eE]|[\"<>`{}^|]")
_BAD_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")


class MalformedPathError(ValueError):
    """The path, or the percent-encoding of a parameter, can't be read: the request fails with 500."""


@dataclass(frozen=True, slots=True)
class CompiledRoute:
    """A route's key, taken apart once. A segment of `segments` that begins with `:` takes any one segment."""

    route: Route
    method: str
    segments: tuple[str, ...]

    def takes(self, segments: tuple[str, ...]) -> bool:
        """Say whether the path fits: compared still percent-encoded, case-sensitive; `*` is a literal."""
        return len(segments) == len(self.segments) and all(
            mine == theirs or mine.startswith(":") for mine, theirs in zip(self.segments, segments, strict=True)
        )

    def params(self, segments: tuple[str, ...]) -> dict[str, str]:
        """Give the parameters of a path that fits, percent-decoded.

        Raises:
            MalformedPathError: one can't be decoded.
        """
        return {
            mine[1:]: decode_component(theirs)
            for mine, theirs in zip(self.segments, segments, strict=True)
            if mine.startswith(":")
        }


def split_path(path: str) -> tuple[str, ...]:
    """Split a path on `/`, empty segments dropped, so that `/a//b/` is `/a/b`."""
    return tuple(segment for segment in path.split("/") if segment)


def compile_route(route: Route) -> CompiledRoute:
    """Take a route's key apart. With a space inside the path only what follows the last one is matched."""
    return CompiledRoute(route, route.method, split_path(route.pattern.rpartition(" ")[2]))


def builtin_paths(config: Config) -> tuple[str, ...]:
    """Give the paths the gateway answers itself, before any route and for every method."""
    metrics = config.metrics_path
    return (
        HEALTH_PATH,
        *(DISCOVERY_PATHS if config.discovery else ()),
        *((metrics,) if metrics else ()),
    )


def split_target(target: str) -> tuple[str, str]:
    """Give path and query of a request target, the path as the URL parser writes it (dot segments resolved)."""
    if _ODD.search(target):
        from ada_url import URL

        url = URL("http://gateway" + (target if target.startswith("/") else f"/{target}"))
        return url.pathname, url.search.removeprefix("?")
    path, _, query = target.partition("?")
    return path, query


def can_forward(path: str) -> bool:
    """Say whether a path can be resolved against an upstream's URL: `//` alone names an empty host (gateway.md §6)."""
    if not path.startswith("//"):
        return True
    from ada_url import check_url

    return check_url(f"http:{path}")


def query_values(query: str) -> dict[str, str]:
    """Give the query's values; the last of a repeated key counts."""
    return dict(parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="replace")) if query else {}


def decode_component(text: str) -> str:
    """Give what `decodeURIComponent` gives.

    Raises:
        MalformedPathError: a `%` without two hexadecimal digits, or bytes that are not UTF-8.
    """
    if "%" not in text:
        return text
    if _BAD_PERCENT.search(text):
        raise MalformedPathError(text)
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedPathError(text) from None


def lower_case_names(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give headers by name in lower case, as they arrive."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {name.lower(): value for name, value in pairs}
