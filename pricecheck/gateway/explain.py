"""Why a value does not fit the schema, one reason at a time, at the key or value that is wrong (gateway.md §2)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.formats import FORMATS
from pricecheck.schema_files import schema_text

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_JUDGES_TEXT = frozenset({"enum", "const", "pattern", "minLength", "format"})


class Breach(NamedTuple):
    """One place where a value does not fit: `keyword` is the schema's, `path` leads to the value that was judged.

    `name` is the missing or unknown key for `required` and `additionalProperties`, `schema` the part of the schema that
    was broken, `value` what was found.
    """

    keyword: str
    path: tuple[str | int, ...]
    value: object
    schema: Mapping[str, Any]
    name: str | None = None


def breaches(value: object) -> Iterator[Breach]:
    """Yield every breach of the schema in a loaded value; strings that are not resolved are only judged by type."""
    for error in _validator().iter_errors(_pruned(value)):
        yield from _breach(error)


def _breach(error: ValidationError) -> Iterator[Breach]:
    keyword = cast("str", error.validator)
    path = tuple(error.absolute_path)
    schema = cast("Mapping[str, Any]", error.schema) if isinstance(error.schema, Mapping) else {}
    if keyword in _JUDGES_TEXT and isinstance(error.instance, Unresolved):
        return
    if keyword == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        # jsonschema yields one error for each missing name, in the order of the schema.
        yield from (
            Breach(keyword, path, error.instance, schema, name) for name in missing if f"'{name}'" in error.message
        )
    elif keyword == "additionalProperties":
        for name in error.instance:
            if name not in schema.get("properties", {}):
                yield Breach(keyword, path, error.instance, schema, name)
    elif error.schema is False:
        yield Breach("additionalProperties", path[:-1], error.instance, schema, str(path[-1]))
    else:
        yield Breach(keyword, path, error.instance, schema)


def known_keys(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Give the keys that the schema knows for the object at `path`; empty where any key may stand."""
    schema = schema_at(path)
    return tuple(schema.get("properties", {})) if schema else ()


def schema_at(path: tuple[str | int, ...]) -> Mapping[str, Any] | None:
    """Give the part of the schema that describes the place `path`; None where the schema says nothing."""
    root = _schema()
    here: Any = root
    for step in (None, *path):
        if step is not None:
            properties = here.get("properties", {})
            rest = here.get("additionalProperties")
            here = here.get("items") if isinstance(step, int) else properties.get(step, rest)
        if not isinstance(here, Mapping):
            return None
        while "$ref" in here:
            here = {**root["$defs"][here["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in here.items() if k != "$ref"}}
    return cast("Mapping[str, Any]", here)


def _pruned(value: object) -> object:
    """Give the value with the tables of models left out that are known to be right: they make up most of a large config."""
    if not isinstance(value, dict) or not isinstance(value.get("routes"), dict):
        return value
    routes = {
        key: {**route, "models": {}}
        if isinstance(route, dict) and isinstance(route.get("models"), dict) and _all_texts(route["models"])
        else route
        for key, route in value["routes"].items()
    }
    return {**value, "routes": routes}


def _all_texts(models: dict[str, object]) -> bool:
    return all(isinstance(price, str) and price != "" for price in models.values())


@cache
def _schema() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(schema_text("config")))


@cache
def _validator() -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.validators import extend

    def is_number(_checker: object, instance: object) -> bool:
        # NaN is no number to the gateway.
        return isinstance(instance, int | float) and not isinstance(instance, bool) and instance == instance  # noqa: PLR0124

    def is_text_format(judge: str) -> Any:  # noqa: ANN401 - what FormatChecker registers
        return lambda instance: not isinstance(instance, str) or FORMATS[judge](instance)

    checker = FormatChecker(formats=())
    for name in FORMATS:
        checker.checks(name)(is_text_format(name))
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", is_number)
    return cast("Validator", extend(Draft202012Validator, type_checker=types)(_schema(), format_checker=checker))
