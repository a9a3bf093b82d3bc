"""Nodes to ordinary Python values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pricecheck.source.nodes import Mapping, Node, Scalar, Sequence, resolve

StringHook = Callable[[str], Any]
_Container = dict[str, Any] | list[Any]


def plain(node: Node, scalar: StringHook | None = None) -> Any:  # noqa: ANN401 - any config value
    """Give the value of a node: dict, list, str, int, float, bool or None; keys are strings, in the gateway's order.

    `scalar` replaces string values (never keys). A collection is built once and shared by its aliases, so where the
    text has aliases the result is no tree: do not change it.
    """
    made: dict[int, _Container] = {}
    waiting: list[tuple[_Container, Mapping | Sequence]] = []

    def value_of(current: Node) -> Any:  # noqa: ANN401
        target = resolve(current)
        if isinstance(target, Scalar):
            value = target.value
            return scalar(value) if scalar is not None and isinstance(value, str) else value
        container = made.get(id(target))
        if container is None:
            container = made[id(target)] = {} if isinstance(target, Mapping) else []
            waiting.append((container, target))
        return container

    result = value_of(node)
    while waiting:
        container, current = waiting.pop()
        if isinstance(container, dict) and isinstance(current, Mapping):
            for name, (_, _, child) in current.index.items():
                if child.__class__ is Scalar and (scalar is None or child.value.__class__ is not str):
                    container[name] = child.value
                else:
                    container[name] = value_of(child)
        elif isinstance(container, list) and isinstance(current, Sequence):
            container.extend([value_of(child) for child in current.items])
    return result
