"""Where findings about traffic stand, and how they name models and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.wording import cut

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field
    from pricecheck.rules.request_places import Place

MOST_FINDINGS = 20
"""So many models get a finding of their own; the rest of a log with thousands is one more."""

LONGEST_NAME = 120


def first_route(config: Config, place: Place) -> Route:
    """Give the first route that may have served a place's requests; there must be one."""
    return next(one for one in config.routes if one.key == place.routes[0])


def where_it_belongs(config: Config, place: Place) -> Field:
    """Give where a mapping for a place belongs: the `models` of its first route, else that route."""
    return models_or_route(first_route(config, place))


def models_or_route(route: Route) -> Field:
    """Give the `models` of a token-based route that has some, else the route."""
    return (route.models_field() if route.token_based else None) or route.field


def was(number: int) -> str:
    """Give the verb that goes with so many requests."""
    return "was" if number == 1 else "were"


def short(name: str) -> str:
    """Give a model's name, cut where nobody would read on, and in quotes where blanks at an end would not show."""
    shown = cut(name, LONGEST_NAME)
    return shown if name == name.strip() else f'"{shown}"'
