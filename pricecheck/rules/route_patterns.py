"""PC205 and PC206: path patterns and parameters that the gateway takes literally (gateway.md §5, §6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Edit, Finding, Fix, Impact, Safety
from pricecheck.gateway.routing import compile_route
from pricecheck.nearest import close_names
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.writing import part_of, rewrite_scalar
from pricecheck.source.nodes import Alias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field

# Texts, compiled by `re` at first use: few configs have anything to match them against.
_PARAMETER = r":[\w~!$&',;=@%\-]*"
_BRACED = r"\$?\{:?([A-Za-z_]\w*)(?::[^{}]*)?\}|<(?:\w+:)?([A-Za-z_]\w*)>|\[([A-Za-z_]\w*)\]"
_EMBEDDED = r"[^:]*[^:](:([A-Za-z_]\w*))"
_COLON_NAME = r":([A-Za-z_][\w\-]*)"
_REFERENCE = r"\$\{([^}]+)\}"
_RUN_TIME = "params."


class RouteNames:
    """The route keys of a config, so that no two fixes of a run give a route the same one, or one that is there."""

    def __init__(self, config: Config) -> None:
        """Begin with the keys that are there."""
        self._taken = {route.key for route in config.routes}

    def rename(self, route: Route, key: str, title: str) -> Fix | None:
        """Give the fix that renames a route; None where the key is taken, or can't be written in the route's style."""
        edit = rewrite_scalar(route.field.key, key) if route.field.key is not None and key not in self._taken else None
        if edit is None:
            return None
        self._taken.add(key)
        return Fix(title, Safety.UNSAFE, (edit,))


@rule(
    "PC205",
    "literal-wildcard",
    Impact.IGNORED,
    "Wildcards and other patterns in a path are taken literally",
    fixability=Fixability.SOMETIMES,
)
def literal_wildcard(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports, in route keys, `*`; parameters in braces or brackets (`{id}`, `<id>`, `[id]`); a parameter that does not
    fill its segment (`file-:id`); a query or fragment; and more than a name behind a colon (`:id?`, `:path*`,
    `:id.json`). A verb behind a colon, as in `gemini-2.5-pro:generateContent`, is left alone.

    ## Why is this bad?
    A path has fixed segments and segments that begin with `:`, and nothing else. The published docs show
    `"GET /articles/*"`; the gateway takes that `*` literally, and answers `/articles/1` with 404. Braces never match at
    all, since they arrive percent-encoded, and neither does a query, which is no part of the path. A segment that
    begins with `:` is one parameter, whatever follows: `:id.json` also takes `/7.csv`, and
    `:model:generateContent` also takes `x:embedContent`.

    ## Example
    ```yaml
    routes:
      "GET /v1/files/*":
        upstream: openai
        price: "$0.01"
      "DELETE /v1/files/{id}":
        upstream: openai
        price: "$0.01"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/files/:id":
        upstream: openai
        price: "$0.01"
      "GET /v1/files/:id/content":
        upstream: openai
        price: "$0.01"
      "DELETE /v1/files/:id":
        upstream: openai
        price: "$0.01"
    ```

    ## Fix safety
    `{id}` (also `<id>` and `[id]`) becomes `:id`. The fix is unsafe: the route takes requests afterwards, and charges
    them. The others have no fix: what they were to match is for you to say.
    """
    names = RouteNames(context.config)
    for route in context.config.routes:
        if not route.method:
            continue
        named = _referred_parameters(route)
        told: set[str] = set()
        for segment in compile_route(route).segments:
            found = wildcard(segment, named)
            if found is None or found.kind in told:
                continue
            told.add(found.kind)
            yield Finding(
                found.message,
                part_of(context.document.source, route.field.key or route.field.node, found.part),
                route.field.path,
                help=found.help,
                fix=_unbrace(names, route) if found.kind == "braces" else None,
            )


class Literal(NamedTuple):
    """What of a segment is taken otherwise than it reads, and what to say about it."""

    kind: str
    part: str
    message: str
    help: str


def is_plain(segment: str) -> bool:
    """Say, fast, whether a segment is made of letters, digits, `-`, `_` and `.` alone, and not of dots alone."""
    return segment.isascii() and segment.replace("-", "").replace("_", "").replace(".", "").isalnum()


def wildcard(segment: str, named: frozenset[str]) -> Literal | None:  # noqa: PLR0911 - one return for each mistake
    """Say how a segment of a route's key is taken otherwise than it reads, None where it is not.

    Args:
        segment: the segment as written, without slashes.
        named: names of parameters that the route refers to elsewhere.
    """
    if segment.startswith(":"):
        return _crowded_parameter(segment)
    if is_plain(segment):
        return None
    braced = re.fullmatch(_BRACED, segment)
    if braced:
        name = next(filter(None, braced.groups()))
        return Literal("braces", segment, f'"{segment}" is taken literally: {_only(segment)}', f"write `:{name}`")
    mark = next((mark for mark in "?#" if mark in segment), None)
    if mark:
        what = "a query" if mark == "?" else "a fragment"
        part = segment[segment.index(mark) :]
        advice = "remove it; to tell queries apart, test `query.…` in `match`" if mark == "?" else "remove it"
        return Literal(
            "query", part, f'"{part}": {what} is no part of the path, and no request can hit this route', advice
        )
    if "*" in segment:
        return Literal(
            "star",
            "*",
            f"`*` is no wildcard but a letter like any other: {_only(segment)}",
            "write a parameter such as `:name`: it takes one segment, so each length of path needs a route of its own",
        )
    if any(mark in segment for mark in "{}<>"):
        return Literal(
            "pattern",
            segment,
            f'"{segment}" is taken literally: {_only(segment)}',
            "a parameter takes a whole segment: write `:name` instead of all of it",
        )
    embedded = re.match(_EMBEDDED, segment)
    if embedded and (not segment[embedded.start(1) - 1].isalnum() or embedded[2] in named):
        return Literal(
            "embedded",
            segment,
            f'"{embedded[1]}" is taken literally, since its segment does not begin with it: {_only(segment)}',
            f"a parameter takes a whole segment: write `:{embedded[2]}` instead of `{segment}`",
        )
    return None


def _only(segment: str) -> str:
    if any(mark in segment for mark in "{}<>"):
        return "no request can hit this route, since it arrives percent-encoded"
    return f'only a request with "{segment}" in that place hits this route'


def _crowded_parameter(segment: str) -> Literal | None:
    if ("." not in segment and is_plain(segment[1:])) or re.fullmatch(_PARAMETER, segment):
        return None
    if segment.endswith("?"):
        meant = "and a request without it does not hit this route"
    elif segment.endswith(("*", "+")):
        meant = "and no more than one"
    else:
        meant = "whatever it looks like"
    return Literal(
        "parameter",
        segment,
        f'"{segment}" is one parameter named "{segment[1:]}": it takes any one segment, {meant}',
        "write `:` and a name alone, and a route for each path that is priced differently",
    )


def _unbrace(names: RouteNames, route: Route) -> Fix | None:
    method, _, path = route.key.partition(" ")
    parts = [
        f":{next(filter(None, found.groups()))}" if (found := re.fullmatch(_BRACED, part)) else part
        for part in path.split("/")
    ]
    key = f"{method} {'/'.join(parts)}"
    return names.rename(route, key, f'write "{key}"')


def _referred_parameters(route: Route) -> frozenset[str]:
    """Give the parameters that the route's `path` or conditions refer to."""
    path = route.field.text_of("path")
    names = {name.strip()[len(_RUN_TIME) :] for name in _references(path) if name.strip().startswith(_RUN_TIME)}
    keys = [condition.key for each in route.match for condition in each.where]
    return frozenset(names.union(key[len(_RUN_TIME) :] for key in keys if key.startswith(_RUN_TIME)))


def _references(field: Field | None) -> list[str]:
    return re.findall(_REFERENCE, field.text) if field and field.text and "${" in field.text else []


@rule(
    "PC206",
    "missing-path-parameter",
    Impact.FAILS,
    "A `path` refers to a parameter that the route's pattern does not have",
    fixability=Fixability.SOMETIMES,
)
def missing_path_parameter(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports, in a route's `path`, `${params.x}` without a segment `:x` in the route's key; `${ params.x }` with spaces
    inside the braces; and a segment `:x`.

    ## Why is this bad?
    A request for which `${params.x}` has no value fails with 500. The other two are not replaced at all: the upstream
    is asked for a path that holds `:x`, or the braces, just as they stand in the config, and answers with an error for
    which the caller, under the default `settlement: before-response`, has paid.

    ## Example
    ```yaml
    routes:
      "GET /v1/files/:id":
        upstream: openai
        path: "/v1/files/${params.file_id}/content"
        price: "$0.01"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/files/:id":
        upstream: openai
        path: "/v1/files/${params.id}/content"
        price: "$0.01"
    ```

    ## Fix safety
    The fix removes the spaces, writes `:x` as `${params.x}`, or the name of a parameter that the route has: one that
    is similar, or the only one. It is unsafe: requests that failed are forwarded, and charged, afterwards.
    """
    for route in context.config.routes:
        path = route.field.text_of("path")
        if path is None or not path.text or not route.method:
            continue
        parameters = [name[1:] for name in compile_route(route).segments if name.startswith(":")]
        for written in _references(path):
            name = written.strip()
            if name.startswith(_RUN_TIME):
                yield from _reference(context, path, written, name[len(_RUN_TIME) :], parameters)
        if path.known_text is not None:
            yield from _literal_parameters(context, path, parameters)


def _reference(context: Context, path: Field, written: str, name: str, parameters: list[str]) -> Iterator[Finding]:
    there = name in parameters
    if there and name == written[len(_RUN_TIME) :]:
        return
    close = [name] if there else parameters if len(parameters) == 1 else close_names(name, parameters)
    text = f"${{{written}}}"
    if written.startswith(_RUN_TIME) and not written.endswith(" "):
        message = f"`{text}` has no value, since the route's key has no `:{name}`: every request fails with 500"
    else:
        message = f"`{text}` is not replaced, because of the spaces: the upstream is asked for it as it stands"
    suggested = " or ".join(f"`${{params.{other}}}`" for other in close)
    yield Finding(
        message,
        part_of(context.document.source, path.node, text),
        path.path,
        help=f"write {suggested}" if close else f"name a segment of the route's key `:{name}`",
        fix=_replace(context, path, text, f"${{params.{close[0]}}}") if len(close) == 1 else None,
    )


def _literal_parameters(context: Context, path: Field, parameters: list[str]) -> Iterator[Finding]:
    for segment in dict.fromkeys((path.text or "").partition("?")[0].split("/")):
        if ":" not in segment:
            continue
        found = next((each for each in re.finditer(_COLON_NAME, segment) if _is_meant(each, segment, parameters)), None)
        if found is None:
            continue
        name, part = found[1], found[0]
        close = [name] if name in parameters else close_names(name, parameters)
        suggested = f"${{params.{close[0] if close else name}}}"
        yield Finding(
            f"`{part}` in `path` is not replaced: the upstream is asked for it as it stands",
            part_of(context.document.source, path.node, segment),
            path.path,
            help=f"write `{suggested}`" + ("" if close else f", and `:{name}` in the route's key"),
            fix=_replace(context, path, segment, segment.replace(part, suggested, 1)) if len(close) == 1 else None,
        )


def _is_meant(found: re.Match[str], segment: str, parameters: list[str]) -> bool:
    """Say whether a colon and a name are meant as a parameter; in `gemini-pro:generateContent` they are not."""
    return found[1] in parameters or found[0] == segment


def _replace(context: Context, path: Field, part: str, replacement: str) -> Fix | None:
    """Give the fix that replaces a part of a `path` as it is written, so that what stands around it stays."""
    node, source = path.node, context.document.source
    if isinstance(node, Alias) or source.text[node.start : node.end].count(part) != 1:
        return None
    return Fix(f"write {replacement}", Safety.UNSAFE, (Edit(part_of(source, node, part), replacement),))
