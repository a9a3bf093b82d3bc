"""Which routes of a config may have served requests that a log names by route key, by path, or not at all."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

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
        if " " not in logged:
            return self._by_path_alone(logged)
        found = self._by_key.get(route_key(logged)) or self._by_path(logged)
        if found:
            return Place(found[0], (found[0],), found[1])
        return Place(logged, (), token_based=False, builtin=self._is_builtin(logged.partition(" ")[2]))

    def _by_path_alone(self, path: str) -> Place:
        same = [found for key, found in self._by_key.items() if key.partition(" ")[2] == path]
        if len(same) == 1:
            return Place(same[0][0], (same[0][0],), same[0][1])
        keys = tuple(key for key, _ in same)
        if same and all(token_based for _, token_based in same):
            return Place(path, keys, token_based=True)
        return Place(path, (), token_based=False, unclear=keys, builtin=self._is_builtin(path))

    def _is_builtin(self, path: str) -> bool:
        from pricecheck.gateway.routing import builtin_paths

        return path.partition("?")[0] in builtin_paths(self._config)

    def _by_path(self, logged: str) -> tuple[str, bool] | None:
        from pricecheck.gateway.routing import MalformedPathError, split_path

        method, _, path = logged.partition(" ")
        try:
            compiled = self._gateway.route_for(method.upper(), split_path(path.partition("?")[0]))
        except MalformedPathError:
            return None
        return (compiled.route.key, compiled.route.token_based) if compiled else None
