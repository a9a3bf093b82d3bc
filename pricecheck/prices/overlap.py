"""Which routes of two configs share requests, and the paths that show it (gateway.md §5).

The first route in file order whose method and path fit takes a request, so a route takes the paths of its pattern minus
those of all routes before it. Where a segment is a parameter in both routes, a value that no pattern names literally
(`FREE`) avoids every earlier route that can be avoided at all: two routes share a path exactly where they share this
one. The gateway compares segments still percent-encoded, so that any *decoded* value of a parameter can be had in a
spelling that no earlier literal takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.matching import MISSING
from pricecheck.gateway.routing import (
    MalformedPathError,
    builtin_paths,
    compile_route,
    decode_component,
    lower_case_names,
    split_path,
    split_target,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pricecheck.gateway.config import Config
    from pricecheck.gateway.routing import CompiledRoute
    from pricecheck.prices.conditions import Fragment

FREE = None
"""A segment that may be anything but what some route of the two configs names."""

Path = tuple[str | None, ...]


class SharedRoute(NamedTuple):
    """Two routes that share requests; None where one config has no route for them. `path` is what they share."""

    method: str
    path: Path
    old: CompiledRoute | None
    new: CompiledRoute | None


class ExampleRequest(NamedTuple):
    """A request, as `quote --requests` reads it; `body` is `MISSING` where the request has none."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: object

    def as_record(self) -> dict[str, object]:
        """Give it as JSON-ready fields."""
        record: dict[str, object] = {"method": self.method, "path": self.path}
        if self.headers:
            record["headers"] = dict(self.headers)
        return record if self.body is MISSING else {**record, "body": self.body}


class RouteIndex:
    """The routes of one config, by the paths they take."""

    def __init__(self, config: Config) -> None:
        self._literal: dict[tuple[str, Path], tuple[int, CompiledRoute]] = {}
        self.routes = [compile_route(route) for route in config.routes if route.method]
        patterns: dict[tuple[str, int], list[tuple[int, CompiledRoute]]] = {}
        for position, compiled in enumerate(self.routes):
            if any(segment.startswith(":") for segment in compiled.segments):
                patterns.setdefault((compiled.method, len(compiled.segments)), []).append((position, compiled))
            else:
                self._literal.setdefault((compiled.method, compiled.segments), (position, compiled))
        self._patterns = {key: _Patterns(members) for key, members in patterns.items()}

    def winner(self, method: str, path: Path) -> CompiledRoute | None:
        """Give the first route that takes the path."""
        found = [one for one in (self._literal.get((method, path)),) if one is not None]
        patterns = self._patterns.get((method, len(path)))
        if patterns is not None:
            found += [one for one in patterns.beside(path) if _takes(one[1], path)]
        return min(found, key=lambda one: one[0])[1] if found else None

    def is_reached(self, compiled: CompiledRoute) -> bool:
        """Say whether some path is this route's, one of `routes`: no earlier one takes them all."""
        return self.winner(compiled.method, _pattern(compiled)) is compiled

    def sharing(self, compiled: CompiledRoute) -> Iterator[Path]:
        """Yield what this route's pattern has in common with every pattern here that has a parameter."""
        patterns = self._patterns.get((compiled.method, len(compiled.segments)))
        for _, other in patterns.beside(_pattern(compiled)) if patterns is not None else ():
            path = _common(compiled, other)
            if path is not None:
                yield path


class _Patterns:
    """Routes with parameters and as many segments, found by the segment in which they differ most."""

    def __init__(self, members: list[tuple[int, CompiledRoute]]) -> None:
        self._members = members
        length = len(members[0][1].segments)
        self._pivot = max(range(length), key=lambda place: len({one.segments[place] for _, one in members}))
        self._by_segment: dict[str | None, list[tuple[int, CompiledRoute]]] = {}
        for member in members:
            self._by_segment.setdefault(_pattern(member[1])[self._pivot], []).append(member)

    def beside(self, path: Path) -> list[tuple[int, CompiledRoute]]:
        """Give the routes that may share a path with this one; more than do, never fewer."""
        segment = path[self._pivot]
        if segment is FREE:
            return self._members
        return self._by_segment.get(segment, []) + self._by_segment.get(FREE, [])


class SharedRequests:
    """Two configs, the routes that share requests, and example requests that really arrive at them."""

    def __init__(self, old: Config, new: Config) -> None:
        self._old, self._new = RouteIndex(old), RouteIndex(new)
        self._builtins = frozenset(builtin_paths(old)), frozenset(builtin_paths(new))
        self._named = {segment for index in (self._old, self._new) for one in index.routes for segment in one.segments}
        self._paths: dict[int, str] = {}
        self._sample = next(word for word in _samples() if word not in self._named)

    def routes(self) -> list[SharedRoute]:
        """Give every pair of routes that some path reaches, in the order of the new config, then of the old one."""
        pairs: dict[tuple[int, int], tuple[CompiledRoute | None, CompiledRoute | None]] = {}
        for method, path in self._candidates():
            old, new = self._old.winner(method, path), self._new.winner(method, path)
            pairs.setdefault((id(old), id(new)), (old, new))
        found = [shared for old, new in pairs.values() if (shared := _shared(old, new)) is not None]
        found += self._swallowed()
        place = {id(compiled): number for number, compiled in enumerate([*self._new.routes, *self._old.routes])}
        return sorted(found, key=lambda shared: (place[id(shared.new or shared.old)], place.get(id(shared.old), -1)))

    def _swallowed(self) -> Iterator[SharedRoute]:
        """Yield the routes on a path that one of the two configs answers itself, before any route: without a partner.

        Such a path is compared as it is written: with a final slash it still is the route's, and so is paired as well.
        """
        old, new = self._builtins
        for method, path in self._candidates():
            written = "/" + "/".join(segment or "" for segment in path)
            if (written in old) is (written in new) or FREE in path:
                continue
            one, other = self._old.winner(method, path), self._new.winner(method, path)
            left = one if written in new else other
            # What a route with parameters loses is one path of many: its prices are still there.
            if one is not None and other is not None and left is not None and left.segments == path:
                yield SharedRoute(method, path, *((one, None) if written in new else (None, other)))

    def _candidates(self) -> Iterator[tuple[str, Path]]:
        seen: set[tuple[str, Path]] = set()
        for index, other in ((self._old, self._new), (self._new, self._old)):
            for compiled in index.routes:
                for path in (_pattern(compiled), *other.sharing(compiled)):
                    if (compiled.method, path) not in seen:
                        seen.add((compiled.method, path))
                        yield compiled.method, path

    def example(self, shared: SharedRoute, fragment: Fragment, values: Mapping[int, str]) -> ExampleRequest:
        """Build the request that holds `fragment` and has these decoded values at segments of the path."""
        path = self._path(shared, values) if values else self._paths.get(id(shared))
        if path is None:
            path = self._paths[id(shared)] = self._path(shared, values)
        query = fragment.get("query")
        if isinstance(query, dict) and query:
            from urllib.parse import urlencode

            path = f"{path}?{urlencode(query)}"
        headers = fragment.get("headers")
        sent: dict[str, str] = dict(headers) if isinstance(headers, dict) else {}
        body = fragment.get("body", MISSING)
        if body is not MISSING and "content-type" not in lower_case_names(sent):
            sent["content-type"] = "application/json"
        return ExampleRequest(shared.method, path, sent, body)

    def _path(self, shared: SharedRoute, values: Mapping[int, str]) -> str:
        from urllib.parse import quote

        decoded = [values.get(place) or self._sample for place in range(len(shared.path))]
        plain = [
            quote(value, safe="", errors="replace") if segment is FREE else segment
            for segment, value in zip(shared.path, decoded, strict=True)
        ]
        if not self._arrives(shared, plain):
            # Decoded the same, but spelt as no literal of an earlier route is.
            plain = [
                "".join(f"%{byte:02X}" for byte in value.encode(errors="replace")) if segment is FREE else segment
                for segment, value in zip(shared.path, decoded, strict=True)
            ]
        path = "/" + "/".join(plain)
        # The gateway's own paths are compared as they are written, so that one with a final slash is a route's.
        sides = zip((shared.old, shared.new), self._builtins, strict=True)
        return f"{path}/" if any(route and path in builtin for route, builtin in sides) else path

    def _arrives(self, shared: SharedRoute, segments: Sequence[str]) -> bool:
        path = tuple(segments)
        return (
            self._old.winner(shared.method, path) is shared.old and self._new.winner(shared.method, path) is shared.new
        )


def fixed_parameters(compiled: CompiledRoute, path: Path) -> dict[str, str]:
    """Give the parameters of a route whose value the shared path fixes, decoded.

    Raises:
        MalformedPathError: one can't be decoded.
    """
    return {
        name: decode_component(literal)
        for name, position in parameter_places(compiled).items()
        if (literal := path[position]) is not FREE
    }


def parameter_places(compiled: CompiledRoute) -> dict[str, int]:
    """Give the segment that decides each parameter: the last of a repeated name."""
    return {segment[1:]: place for place, segment in enumerate(compiled.segments) if segment.startswith(":")}


def _samples() -> Iterator[str]:
    yield "1"
    number = 0
    while True:
        yield f"x{number}"
        number += 1


def _shared(old: CompiledRoute | None, new: CompiledRoute | None) -> SharedRoute | None:
    routes = [one for one in (old, new) if one is not None]
    if not routes:
        return None
    path = _common(routes[0], routes[-1])
    if path is None or not _can_arrive(path) or not all(_decodes(one, path) for one in routes):
        return None
    return SharedRoute(routes[0].method, path, old, new)


def _takes(compiled: CompiledRoute, path: Path) -> bool:
    return all(mine == theirs or mine.startswith(":") for mine, theirs in zip(compiled.segments, path, strict=True))


def _pattern(compiled: CompiledRoute) -> Path:
    return tuple([FREE if segment.startswith(":") else segment for segment in compiled.segments])


def _common(one: CompiledRoute, other: CompiledRoute) -> Path | None:
    path: list[str | None] = []
    for mine, theirs in zip(_pattern(one), _pattern(other), strict=True):
        if mine is not FREE and theirs is not FREE and mine != theirs:
            return None
        path.append(theirs if mine is FREE else mine)
    return tuple(path)


def _can_arrive(path: Path) -> bool:
    # A literal such as `{id}` or `a?b` is in no path: a URL parser has encoded it, or taken it for the query.
    written = "/" + "/".join(["x" if segment is FREE else segment for segment in path])
    return split_path(split_target(written)[0]) == split_path(written)


def _decodes(compiled: CompiledRoute, path: Path) -> bool:
    # A literal that is a parameter of the other route may be malformed, and then the request fails with 500.
    try:
        fixed_parameters(compiled, path)
    except MalformedPathError:
        return False
    return True
