"""PC202 and PC207: route keys that are no method, a space and a path (gateway.md §5, §6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact
from pricecheck.gateway.routing import compile_route, split_target
from pricecheck.nearest import close_names, did_you_mean
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.route_patterns import RouteNames, is_plain, wildcard
from pricecheck.rules.writing import part_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Route

# fmt: off
METHODS = frozenset({
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "ACL", "BIND", "CHECKOUT", "COPY",
    "LINK", "LOCK", "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY", "PROPFIND", "PROPPATCH",
    "PURGE", "QUERY", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE",
})
# fmt: on
"""What Node reads as a request at all (its `http.METHODS`); it answers any other method with 400 on its own."""

_USUAL_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_CLOSE = 0.65
_GLUED = r"([A-Za-z]+)[:\s\u00a0]*(/\S*)"
_ORDINARY = r"(?!(?:\.|%2[eE]){1,2}\Z)[A-Za-z0-9._~!$&'()*+,;=:@%\-]+"


@rule(
    "PC202",
    "invalid-route-key",
    Impact.FAILS,
    "A route key that is no method, a space and a path",
    fixability=Fixability.SOMETIMES,
)
def invalid_route_key(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports route keys without a space, keys that begin or end with one, paths with a space inside, and paths with
    characters or segments that no path of a request can hold: letters beyond ASCII, quotes, backslashes, `.` and `..`.
    Braces, brackets, `*` and queries are PC205's.

    ## Why is this bad?
    The key is split at its first space. **One key without a space makes every request to the whole gateway fail** with
    500, those to the other routes as well. Of a path with a space only what follows the space is matched:
    `GET /price list` takes `/list`, and `/price list` is not found. Paths are compared as they arrive,
    percent-encoded: a request for `/café` asks for `/caf%C3%A9`.

    ## Example
    ```yaml
    routes:
      "/v1/models":
        upstream: openai
        price: "$0.001"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.001"
    ```

    ## Fix safety
    The fix puts a space between a method and the path that are glued together, removes a space at the end, or writes a
    character percent-encoded. It is unsafe: afterwards the route takes requests, and charges them.
    """
    names = RouteNames(context.config)
    for route in context.config.routes:
        if " " not in route.key:
            yield _no_space(names, route)
        elif route.key.startswith(" "):
            yield Finding(
                f'the route key "{route.key}" begins with a space: its method is empty, and no request can hit it',
                route.field.key_span,
                route.field.path,
                help="remove the space at the beginning",
                fix=names.rename(route, route.key.lstrip(" "), "remove the space"),
            )
        elif " " in route.pattern.lstrip(" "):
            yield _inner_space(names, route)
        else:
            yield from _impossible_segment(context, names, route)


def _no_space(names: RouteNames, route: Route) -> Finding:
    glued = re.fullmatch(_GLUED, route.key)
    mended = f"{glued[1]} {glued[2]}" if glued and glued[1].upper() in METHODS else None
    example = mended or f"GET {route.key if route.key.startswith('/') else f'/{route.key}'}"
    return Finding(
        f'the route key "{route.key}" has no space between a method and a path: every request to the whole gateway '
        "fails with 500, also those to other routes",
        route.field.key_span,
        route.field.path,
        help=f'write "{example}"' if mended else f'write the method in front of the path, as in "{example}"',
        fix=names.rename(route, mended, f'write "{mended}"') if mended else None,
    )


def _inner_space(names: RouteNames, route: Route) -> Finding:
    *before, matched = route.pattern.lstrip(" ").split(" ")
    taken = f"/{matched.lstrip('/')}"
    if not matched:
        mended = route.key.rstrip(" ")
        fix = names.rename(route, mended, "remove the space") if before == [mended.split(" ")[-1]] else None
        message = "ends with a space: only what follows it is matched, so that it takes requests for / alone"
        advice = "remove the space at the end"
    else:
        fix = None
        message = f'has a space in its path: only what follows it is matched, so that it takes {taken} and not "'
        message += route.pattern.lstrip(" ") + '"'
        advice = "write a space in a path as %20"
        if all(word.upper() in METHODS for word in before):
            advice = "write a route for each method"
    return Finding(
        f'the route key "{route.key}" {message}', route.field.key_span, route.field.path, help=advice, fix=fix
    )


def _impossible_segment(context: Context, names: RouteNames, route: Route) -> Iterator[Finding]:
    for segment in compile_route(route).segments:
        if segment.startswith(":") or is_plain(segment):
            continue
        if re.fullmatch(_ORDINARY, segment) or wildcard(segment, frozenset()):
            continue
        arrives = _as_it_arrives(segment)
        if arrives == segment:
            continue
        mended = route.key.replace(segment, arrives) if arrives and route.key.count(segment) == 1 else None
        yield Finding(
            f'"{segment}" never arrives in a path: a request for it asks for "{arrives}"'
            if arrives
            else f'"{segment}" never arrives in a path: it is resolved before the request is sent',
            part_of(context.document.source, route.field.key or route.field.node, segment),
            route.field.path,
            help=f'write "{arrives}"' if arrives else "write the path without it",
            fix=names.rename(route, mended, f'write "{arrives}"') if mended else None,
        )
        return


def _as_it_arrives(segment: str) -> str:
    """Give the segment as the URL parser writes it, empty where it vanishes; the same is a segment that can arrive."""
    return split_target(f"/{segment}")[0].removeprefix("/")


@rule(
    "PC207",
    "unknown-method",
    Impact.IGNORED,
    "A method that no request can have",
    fixability=Fixability.SOMETIMES,
)
def unknown_method(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports route keys whose method is no HTTP method: misspelt ones, `ANY`, `*`, and several in one key.

    ## Why is this bad?
    The method is compared as a whole, without regard to case. There is no word for all methods and no way to write two
    of them in one key, so such a route takes no request.

    ## Example
    ```yaml
    routes:
      "ANY /v1/files":
        upstream: openai
        price: "$0.01"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/files":
        upstream: openai
        price: "$0.01"
      "POST /v1/files":
        upstream: openai
        price: "$0.01"
    ```

    ## Fix safety
    A misspelt method that resembles exactly one of the usual ones is replaced by that. The fix is unsafe: the route
    takes requests afterwards, and charges them.
    """
    names = RouteNames(context.config)
    for route in context.config.routes:
        if not route.method or route.method in METHODS:
            continue
        written = route.key.partition(" ")[0]
        parts = [part for part in re.split(r"[^A-Za-z\-]+", written) if part]
        several = len(parts) > 1 and all(part.upper() in METHODS for part in parts)
        close = [] if several else _meant(route.method)
        if len(close) == 1:
            key = f"{close[0]} {route.pattern}"
            fix = names.rename(route, key, f'write "{key}"')
        else:
            fix = None
        yield Finding(
            f'"{written}" is {"several methods" if several else "no HTTP method"}: no request can hit this route',
            part_of(context.document.source, route.field.key or route.field.node, written),
            route.field.path,
            help=did_you_mean(close) if close else "write a route for each method, such as `GET` and `POST`",
            fix=fix,
        )


def _meant(method: str) -> list[str]:
    """Give the methods that a misspelt one may stand for; they begin with the same letter (`READ` is no `HEAD`)."""
    return close_names(method, [usual for usual in _USUAL_METHODS if usual[0] == method[0]], _CLOSE)
