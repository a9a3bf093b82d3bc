"""Who settles payments, and when, whichever way the config says it (gateway.md §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.config import Config

_FACILITATOR = "facilitator"
_SETTLEMENT = "settlement"


def is_settled_alike(old: Config, new: Config, path: ConfigPath) -> bool:
    """Tell whether two configs mean the same by what stands at this path of a route, or at the root.

    `before-response` is what a route without `settlement` does. At the root `settlement.url` takes the place of the
    whole `facilitator`, whose string form is its `default`; a route's own `facilitator` goes before either.
    """
    if path[0] != "routes":
        return _root(old) == _root(new)
    name = str(path[2])
    return _of_route(old, str(path[1]), name) == _of_route(new, str(path[1]), name)


def _root(config: Config) -> object:
    settlement, facilitator = (_value(config, name) for name in (_SETTLEMENT, _FACILITATOR))
    given = dict(settlement) if isinstance(settlement, dict) else {}
    strategy = given.pop("strategy", _FACILITATOR)
    if strategy != _FACILITATOR:
        return settlement, _mapping(facilitator)
    url = given.pop("url", None)
    return given, _mapping(facilitator if url is None else url)


def _value(config: Config, name: str) -> object:
    field = config.at(name)
    return field.value if field else None


def _of_route(config: Config, key: str, name: str) -> object:
    field = config.at("routes", key, name)
    value = field.value if field else None
    return _mapping(value) if name == _FACILITATOR else value or "before-response"


def _mapping(facilitator: object) -> dict[str, object]:
    """Give a facilitator as a mapping, the keys of its chains in the one case in which they are looked up."""
    if isinstance(facilitator, str):
        return {"default": facilitator}
    if not isinstance(facilitator, dict):
        return {}
    chains = facilitator.get("chains")
    known = {"default": facilitator["default"]} if "default" in facilitator else {}
    if isinstance(chains, dict) and chains:
        # The first of several spellings counts.
        known["chains"] = {str(chain).lower(): url for chain, url in reversed(chains.items())}
    return known
