"""What stands at a config path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.config import Config
    from pricecheck.gateway.field import Field


def value_at(config: Config, path: ConfigPath | None) -> object:
    """Give the value at a config path; None where there is none."""
    value = config.root.value if config.root else None
    for name in path or ():
        if isinstance(value, dict):
            value = value.get(str(name))
        elif isinstance(value, list) and isinstance(name, int) and name < len(value):
            value = value[name]
        else:
            return None
    return value


def field_at(config: Config, path: ConfigPath) -> Field | None:
    """Give the field at a config path; None where there is none."""
    field = config.root
    for name in path:
        if field is None:
            return None
        if isinstance(name, int):
            field = next((item for item in field.items() if item.path[-1] == name), None)
        else:
            field = field.get(name)
    return field


def nearest_field(config: Config, path: ConfigPath) -> Field | None:
    """Give the field at a path, or the nearest one above it that is there: where to point for what is gone."""
    for depth in range(len(path), -1, -1):
        field = field_at(config, path[:depth])
        if field is not None:
            return field
    return None
