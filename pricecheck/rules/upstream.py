"""PC217, PC218, PC221 and PC222: where a request is forwarded to, and for how long (gateway.md §6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pricecheck.findings import Edit, Finding, Fix, Impact, Label, Safety
from pricecheck.gateway.routing import compile_route, split_path
from pricecheck.patterns import late
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.source.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pricecheck.gateway.config import Route, Upstream
    from pricecheck.gateway.field import Field

_NO_PATH = late(r"https?://[^/?#\\\s]*/?\Z", re.IGNORECASE)
_REFERENCE = late(r"\$\{[^}]*\}")
_PERHAPS_ABSOLUTE = late(r"[\x00-\x20]*(?:[A-Za-z][A-Za-z0-9+.\-]*:|[\\/][\t\n\r]*[\\/])")
_MILLISECONDS = 1000
_SHOWN_ROUTES = 3


@rule(
    "PC217",
    "upstream-path-dropped",
    Impact.FAILS,
    "The path of an upstream's URL is lost when requests are forwarded",
)
def upstream_path_dropped(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports upstreams whose `url` has a path that does not arrive: some route forwards a path that replaces it. It is
    silent where the forwarded path itself begins with the URL's path, as `POST /v1/chat/completions` does on
    `https://api.openai.com/v1`.

    ## Why is this bad?
    The forwarded path (the route's `path`, else the path of the request) is resolved against the URL as a link on a
    web page is. A path that begins with `/` replaces the URL's own path: `https://api.dune.com/api` and `/v1/x` call
    `https://api.dune.com/v1/x`. What the upstream answers to that is an error, and callers have paid for it.

    A `path` without a leading `/` replaces what follows the last `/` of the URL:

    | url | path | called |
    |---|---|---|
    | `https://h/api` | `/v1/x` | `https://h/v1/x` |
    | `https://h/api/` | `/v1/x` | `https://h/v1/x` |
    | `https://h/api` | `v1/x` | `https://h/v1/x` |
    | `https://h/api/` | `v1/x` | `https://h/api/v1/x` |

    ## Example
    ```yaml
    upstreams:
      dune:
        url: "https://api.dune.com/api"
    routes:
      "GET /v1/query/:id":
        upstream: dune
        price: "$0.05"
    ```

    Use instead:
    ```yaml
    upstreams:
      dune:
        url: "https://api.dune.com"
    routes:
      "GET /v1/query/:id":
        upstream: dune
        path: "/api/v1/query/${params.id}"
        price: "$0.05"
    ```
    """
    by_upstream: dict[str, list[Route]] = {}
    for route in context.config.routes:
        target = route.field.text_of("upstream")
        if target is not None and target.known_text is not None and route.method:
            by_upstream.setdefault(target.known_text, []).append(route)
    for name, upstream in context.config.upstreams.items():
        url = upstream.url
        base = _path_of(url)
        if url is None or base is None:
            continue
        losing = [route for route in by_upstream.get(name, ()) if _loses(base, route)]
        if not losing:
            continue
        route = losing[0]
        wanted = "/".join(("", *split_path(base), *_forwarded(base, route)))
        yield Finding(
            f'the path of this URL is lost: "{route.key}" is forwarded to {_called(base, route)}, not below {base}',
            url.span,
            url.path,
            related=tuple(
                Label(loser.field.key_span, f"forwarded to {_called(base, loser)}") for loser in losing[:_SHOWN_ROUTES]
            ),
            help=f'move the path into the routes: path: "{_as_template(wanted)}"',
        )


def _path_of(url: Field | None) -> str | None:
    """Give the path of an http(s) URL where it has one worth the name."""
    text = url.known_text if url else None
    if text is None or _NO_PATH.match(text):
        return None
    from ada_url import URL

    try:
        parsed = URL(text)
    except ValueError:
        return None
    return parsed.pathname if parsed.protocol in {"http:", "https:"} and split_path(parsed.pathname) else None


def _forwarded(base: str, route: Route) -> tuple[str, ...]:
    """Give the segments of the path a route calls; `:x` and `${...}` stand for what a request puts there."""
    path = route.field.text_of("path")
    if path is None or not path.text:
        return compile_route(route).segments
    text = path.text.partition("?")[0].replace("\\", "/")
    return split_path(text if text.startswith("/") else base.rpartition("/")[0] + "/" + text)


def _loses(base: str, route: Route) -> bool:
    path = route.field.text_of("path")
    if path is not None and path.text and (path.text.startswith("${") or _PERHAPS_ABSOLUTE.match(path.text)):
        return False
    forwarded = _forwarded(base, route)
    parameters = path is None or not path.text
    for number, segment in enumerate(split_path(base)):
        if number >= len(forwarded):
            return True
        mine = forwarded[number]
        if "${" in mine or (parameters and mine.startswith(":")):
            return False
        if mine != segment:
            return True
    return False


def _called(base: str, route: Route) -> str:
    return "/" + "/".join(_forwarded(base, route))


def _as_template(path: str) -> str:
    return "/".join(f"${{params.{part[1:]}}}" if part.startswith(":") else part for part in path.split("/"))


@rule(
    "PC218",
    "timeout-unit",
    Impact.FAILS,
    "An upstream's timeout is in milliseconds",
    fixability=Fixability.SOMETIMES,
)
def timeout_unit(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports an `upstreams.*.timeout` below 1000.

    ## Why is this bad?
    The published docs say seconds; the gateway takes milliseconds (30000 where nothing is set). `timeout: 120` gives up
    after 0.12 seconds, which no model answers in, and under the default `settlement: before-response` the payment is
    settled by then: the caller has paid for an error.
    `defaults.timeout` is another matter: that one is in seconds.

    ## Example
    ```yaml
    upstreams:
      openai:
        url: "https://api.openai.com"
        timeout: 120
    ```

    Use instead:
    ```yaml
    upstreams:
      openai:
        url: "https://api.openai.com"
        timeout: 120000
    ```

    ## Fix safety
    The fix multiplies by 1000, from 1 up. It is unsafe: a timeout that was meant in milliseconds becomes a thousand
    times as long.
    """
    for upstream in context.config.upstreams.values():
        timeout = upstream.field.get("timeout")
        number = timeout.number if timeout else None
        if timeout is None or number is None or not 0 < number < _MILLISECONDS:
            continue
        from decimal import Decimal

        exact = Decimal(repr(number))
        meant = _plain(exact * _MILLISECONDS)
        yield Finding(
            f'the timeout is in milliseconds: requests to "{upstream.name}" are given up after '
            f"{_plain(exact / _MILLISECONDS)} seconds",
            timeout.span,
            timeout.path,
            help=f"if {_plain(exact)} seconds are meant, write {meant}",
            fix=_multiply(timeout, meant) if number >= 1 else None,
        )


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _multiply(timeout: Field, meant: str) -> Fix | None:
    node = timeout.node
    if not isinstance(node, Scalar) or node.style != "plain":
        return None
    return Fix(f"write {meant}", Safety.UNSAFE, (Edit(node.span, meant),))


@rule(
    "PC221",
    "caller-chooses-host",
    Impact.MISCHARGES,
    "A route that begins with a parameter lets the caller choose the host",
)
def caller_chooses_host(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports routes whose first path segment is a parameter and that have no `path`.

    ## Why is this bad?
    Without a `path` the gateway forwards the path of the request as it came. Where already its first segment is free,
    the caller can make the request go to another host than the upstream's, together with the headers (and so the
    credentials) that the upstream is configured with. A `path` that begins with a fixed segment rules that out.

    ## Example
    ```yaml
    routes:
      "GET /:provider/models":
        upstream: openai
        price: "$0.001"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /:provider/models":
        upstream: openai
        path: "/v1/${params.provider}/models"
        price: "$0.001"
    ```
    """
    for route in context.config.routes:
        path = route.field.get("path")
        segments = compile_route(route).segments
        if not route.method or not segments or not segments[0].startswith(":") or (path is not None and path.value):
            continue
        yield Finding(
            f"the path begins with the parameter `{segments[0]}` and the route has no `path`: the caller can choose "
            "the host that the request is sent to, with the upstream's headers",
            route.field.key_span,
            route.field.path,
            help="give the route a `path` that begins with a fixed segment, such as "
            f'path: "{_as_template("/".join(("/v1", *segments)))}"',
        )


@rule(
    "PC222",
    "path-leaves-upstream",
    Impact.MISCHARGES,
    "A `path` that goes to another host, or whose query is dropped",
)
def path_leaves_upstream(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a route's `path` that is an absolute URL (or begins with `//`) to another host than the upstream's, and a
    `path` with a query.

    ## Why is this bad?
    An absolute URL in `path` replaces the upstream: the request goes to the host named there, with the headers of the
    upstream. An API key meant for one provider is handed to another. A query in `path` is dropped: the upstream is
    asked something else than the route says, and callers are charged for that.

    ## Example
    ```yaml
    upstreams:
      openai:
        url: "https://api.openai.com"
        headers:
          authorization: "Bearer ${OPENAI_API_KEY}"
    routes:
      "GET /v1/files/:id":
        upstream: openai
        path: "https://files.example.com/${params.id}"
        price: "$0.01"
    ```

    Use instead:
    ```yaml
    upstreams:
      files:
        url: "https://files.example.com"
    routes:
      "GET /v1/files/:id":
        upstream: files
        path: "/${params.id}"
        price: "$0.01"
    ```
    """
    for route in context.config.routes:
        path = route.field.text_of("path")
        if path is None or path.text is None:
            continue
        name = route.field.text_of("upstream")
        upstream = context.config.upstreams.get(name.known_text or "") if name else None
        host = _other_host(path.text, upstream)
        if host is not None:
            yield Finding(
                f"this `path` leaves the upstream: the request goes to {host}{_with_headers(upstream)}",
                path.span,
                path.path,
                help="define an upstream for that host, and write only the path here",
            )
        elif "?" in _REFERENCE.sub("", path.text):
            yield Finding(
                "the query in `path` is dropped: the upstream gets the path alone",
                path.span,
                path.path,
                help="remove the query here; callers have to send it themselves",
            )


def _other_host(path: str, upstream: Upstream | None) -> str | None:
    """Give the host a `path` goes to where that certainly is not the upstream's own."""
    absolute = _PERHAPS_ABSOLUTE.match(path)
    if absolute is None:
        return None
    from ada_url import URL

    url = (upstream.url.known_text if upstream and upstream.url else None) or "https://upstream.invalid/"
    try:
        base = URL(url)
        target = URL(_REFERENCE.sub("x", path), url)
    except ValueError:
        return None
    if (target.protocol, target.host) == (base.protocol, base.host):
        return None
    if "${" in path and _REFERENCE.sub("y", path) != path and URL(_REFERENCE.sub("y", path), url).host != target.host:
        return "whatever host the `${...}` names"
    return target.host or target.href


def _with_headers(upstream: Upstream | None) -> str:
    headers = upstream.field.get("headers") if upstream else None
    names = [name for name, _ in headers.entries()] if headers else []
    return f', with the headers of "{upstream.name}" ({", ".join(names)})' if upstream and names else ""
