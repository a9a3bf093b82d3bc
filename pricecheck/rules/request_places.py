"""Which routes of a config may have served requests that a log names by route key, by path, or not at all."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.routing import MalformedPathError, builtin_paths, compile_route, split_path
from pricecheck.policy.model import route_key

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config
    from pricecheck.gateway.resolution import Gateway


class Place(NamedTuple):
    """Where requests went: `label` is the config's route, the log's where the config has none such, None for unknown.

    `routes` are the routes of the config that may have served them; empty also where the log's words fit several that
    price in different ways, which are `unclear`. `builtin` is a path that the gateway answers itself.
    """

    label: str | None
    routes: tuple[str, ...]
    token_based: bool
    unclear: tuple[str, ...] = ()
    builtin: bool = False

    @property
    def route(self) -> str | None:
        """The only route that may have served them; None where there are several, or none."""
        return self.routes[0] if len(self.routes) == 1 else None

    @property
    def possible(self) -> tuple[str, ...]:
        """All routes that may have served them, however these price."""
        return self.routes or self.unclear

    @property
    def is_elsewhere(self) -> bool:
        """Whether they went to a route that this config does not have."""
        return self.label is not None and not self.possible and not self.builtin


NOWHERE = Place(None, (), token_based=False)
"""Where requests went of which the log says nothing."""


class Places:
    """Finds the places of a config; each is found once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._found: dict[str | None, Place] = {}

    def find(self, logged: str | None) -> Place:
        """Find the routes that may have served requests logged under a route key, a path, or nothing."""
        if logged not in self._found:
            self._found[logged] = self._find(logged)
        return self._found[logged]

    @cached_property
    def token_routes(self) -> tuple[str, ...]:
        """The keys of the token-based routes."""
        return tuple(route.key for route in self._config.routes if route.token_based)

    @cached_property
    def _by_key(self) -> dict[str, tuple[str, bool]]:
        routes: dict[str, tuple[str, bool]] = {}
        for route in self._config.routes:
            routes.setdefault(route_key(route.key), (route.key, route.token_based))
        return routes

    @cached_property
    def _gateway(self) -> Gateway:
        from pricecheck.gateway.resolution import Gateway

        return Gateway(self._config)

    def _find(self, logged: str | None) -> Place:
        if logged is None:
            # Only token-based routes price by model, and only what names a model is asked about here.
            only = self.token_routes[0] if len(self.token_routes) == 1 else None
            return Place(only, self.token_routes, token_based=True)
        method, space, path = logged.partition(" ")
        if not space:
            return self._by_path_alone(logged)
        if self._is_builtin(path):
            return Place(logged, (), token_based=False, builtin=True)
        # By path first: a route that an earlier one hides has its key, and none of its requests.
        found = self._by_path(method, path) or self._by_key.get(route_key(logged))
        return Place(found[0], (found[0],), found[1]) if found else Place(logged, (), token_based=False)

    def _by_path_alone(self, path: str) -> Place:
        if self._is_builtin(path):
            return Place(path, (), token_based=False, builtin=True)
        methods = dict.fromkeys(key.partition(" ")[0] for key in self._by_key)
        found = dict.fromkeys(one for method in methods if (one := self._by_path(method, path)))
        keys = tuple(key for key, _ in found)
        if len(found) == 1:
            return Place(keys[0], keys, next(iter(found))[1])
        if found and all(token_based for _, token_based in found):
            return Place(path, keys, token_based=True)
        return Place(path, (), token_based=False, unclear=keys)

    def before(self, logged: str) -> tuple[str, ...]:
        """Give the routes that come before the one of a pattern, as logged, and take some of the paths that fit it."""
        method, _, path = logged.partition(" ")
        segments = split_path(path)
        found = []
        for compiled in map(compile_route, self._config.routes) if any(map(_is_parameter, segments)) else ():
            if compiled.route.key == self.find(logged).route:
                break
            if compiled.method == method.upper() and len(compiled.segments) == len(segments):
                pairs = zip(compiled.segments, segments, strict=True)
                if all(one == other or _is_parameter(one) or _is_parameter(other) for one, other in pairs):
                    found.append(compiled.route.key)
        return tuple(found)

    def _is_builtin(self, path: str) -> bool:
        return path.partition("?")[0] in builtin_paths(self._config)

    def _by_path(self, method: str, path: str) -> tuple[str, bool] | None:
        """Find the first route that takes a path; a parameter of a pattern, as logged, is taken by parameters only."""
        try:
            compiled = self._gateway.route_for(method.upper(), split_path(path.partition("?")[0]))
        except MalformedPathError:
            return None
        return (compiled.route.key, compiled.route.token_based) if compiled else None


def _is_parameter(segment: str) -> bool:
    return segment.startswith(":")
