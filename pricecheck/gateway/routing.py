"""Which route a request gets (gateway.md §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.javascript import well_formed
from pricecheck.patterns import late

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config, Route

HEALTH_PATH = "/health"
DISCOVERY_PATHS = ("/.well-known/x402", "/.well-known/openapi.json")
# What the URL parser may write otherwise than it was sent. `^` is not among it: Node 20 leaves it alone, in paths too.
_ODD = late(r"[^!-~]|[\\#\"<>`{}|]|/\.|%2[eE]")
_PLAIN_PATH = late(r"/(?![/\\\t\n\r])")  # the URL parser drops tabs and line breaks
_PLACEHOLDER = late(r"\$\{(params|query)\.([^}]+)\}")
_BAD_PERCENT = late(r"%(?![0-9a-fA-F]{2})")


class MalformedPathError(ValueError):
    """The path, or the percent-encoding of a parameter, can't be read: the request fails with 500."""


class CompiledRoute(NamedTuple):
    """A route's key, taken apart once. A segment of `segments` that begins with `:` takes any one segment."""

    route: Route
    method: str
    segments: tuple[str, ...]

    def takes(self, segments: tuple[str, ...]) -> bool:
        """Say whether the path fits: compared still percent-encoded, case-sensitive; `*` is a literal.

        Raises:
            MalformedPathError: a parameter can't be decoded. Segments are read from the left, so that this can happen
                on a path that does not fit further right.
        """
        if len(segments) != len(self.segments):
            return False
        for mine, theirs in zip(self.segments, segments, strict=True):
            if mine.startswith(":"):
                decode_component(theirs)
            elif mine != theirs:
                return False
        return True

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
    """Take a route's key apart (gateway.md §5).

    Of a path with spaces only what lies between its first and second one is matched: `b` of `GET /a b c`.
    """
    parts = route.pattern.split(" ", 2)
    return CompiledRoute(route, route.method, split_path(parts[1] if len(parts) > 1 else parts[0]))


def builtin_paths(config: Config) -> tuple[str, ...]:
    """Give the paths the gateway answers itself, before any route and for every method."""
    metrics = config.metrics_path
    return (
        HEALTH_PATH,
        *(DISCOVERY_PATHS if config.discovery else ()),
        *((metrics,) if metrics else ()),
    )


def split_target(target: str) -> tuple[str, str]:
    """Give path and query of a request target as the URL parser writes them (dot segments resolved)."""
    if not _ODD.search(target):
        path, _, query = target.partition("?")
        return path, query
    from ada_url import URL

    # Newer parsers than Node 20's encode `^`, so that they never get to see one.
    caret = "caret"
    while caret in target:
        caret += "-"
    whole = well_formed(target).replace("^", caret)
    url = URL("http://gateway" + (whole if whole.startswith("/") else f"/{whole}"))
    return url.pathname.replace(caret, "^"), url.search.removeprefix("?").replace(caret, "^")


def can_forward(path: str) -> bool:
    """Say whether a path can be resolved against an upstream's URL: `//` names an empty host (gateway.md §6)."""
    if _PLAIN_PATH.match(path):
        return True
    from ada_url import URL

    try:
        URL(well_formed(path), base="http://upstream/")
    except ValueError:
        return False
    return True


def rewrite_path(template: str, params: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """Fill `${params.x}` and `${query.x}` into a route's `path`; None where one has no value: the request fails.

    Spaces inside the braces and `:x` are literal (gateway.md §6).
    """
    from urllib.parse import quote

    given = {"params": params, "query": query}
    try:
        return _PLACEHOLDER.sub(lambda found: quote(given[found[1]][found[2]], safe="!~*'()"), template)
    except KeyError:
        return None


def query_values(query: str) -> dict[str, str]:
    """Give the query's values; the last of a repeated key counts."""
    from urllib.parse import parse_qsl

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
        from urllib.parse import unquote_to_bytes

        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedPathError(text) from None


def lower_case_names(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give headers by name in lower case, as they arrive."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {name.lower(): value for name, value in pairs}
