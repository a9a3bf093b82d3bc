"""Why a value does not fit the schema, one reason at a time, at the key or value that is wrong (gateway.md §2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pricecheck.gateway._accept import ACCEPTORS
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.formats import FORMATS
from pricecheck.schema_files import schema_text

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


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
    """Yield every breach of the schema in a loaded value; strings that are not resolved are only judged by type.

    What fields must fit together is `cross_checks`' to say: the schema marks those parts with an `errorMessage`.
    """
    for error in validator().iter_errors(cast("Any", value)):
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        if "errorMessage" in schema:
            continue
        keyword = cast("str", error.validator)
        path = tuple(error.absolute_path)
        if keyword in _NAMES_A_KEY:
            yield Breach(_NAMES_A_KEY[keyword], path[:-1], error.instance, schema, str(path[-1]))
        else:
            yield Breach(keyword, path, error.instance, schema)


_NAMES_A_KEY = {"required": "required", "additionalProperties": "additionalProperties", "not": "additionalProperties"}


def known_keys(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Give the keys that the schema knows for the object at `path`; empty where any key may stand."""
    schema = schema_at(path)
    return tuple(schema.get("properties", {})) if schema else ()


def fits(value: object, schema: Mapping[str, Any]) -> bool:
    """Say whether a value would fit a part of the schema, such as the one a `Breach` broke."""
    return bool(validator().evolve(schema=schema).is_valid(cast("Any", value)))


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


@cache
def _schema() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(schema_text("config")))


@cache
def validator() -> Validator:
    """Give jsonschema's validator for the schema, made to judge as the gateway does.

    It differs from JSON Schema's own rules in four ways. NaN is no number. A string that is not resolved breaks nothing
    but `type`, and what hangs on it through `if` is left open. Errors about a key have the key in their path. Children
    that the compiled judges accept are not looked at again: only so is one error among 50,000 models found at once.
    """
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.validators import extend

    checker = FormatChecker(formats=())
    for name, judge in FORMATS.items():
        checker.checks(name)(_unless_no_text(judge))
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number)
    keywords = {word: _unless_unresolved(Draft202012Validator.VALIDATORS[word]) for word in _JUDGE_TEXT}
    keywords |= {"required": _required, "additionalProperties": _additional, "items": _items, "if": _if}
    made = extend(Draft202012Validator, keywords, type_checker=types)  # type: ignore[no-untyped-call]
    return cast("Validator", made(_schema(), format_checker=checker))


_JUDGE_TEXT = ("enum", "const", "pattern", "minLength", "format")
_Errors = Iterator["ValidationError"]
_Keyword = Callable[[Any, Any, Any, Any], _Errors | None]


def _is_number(_checker: object, instance: object) -> bool:
    return isinstance(instance, int | float) and not isinstance(instance, bool) and instance == instance  # noqa: PLR0124 - NaN is not itself


def _unless_no_text(judge: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda instance: not isinstance(instance, str) or judge(instance)


def _unless_unresolved(keyword: _Keyword) -> _Keyword:
    def judge(at: Any, value: Any, instance: Any, schema: Any) -> _Errors:  # noqa: ANN401 - jsonschema's own types
        if not isinstance(instance, Unresolved):
            yield from keyword(at, value, instance, schema) or ()

    return judge


def _required(at: Any, names: list[str], instance: Any, _schema: object) -> _Errors:  # noqa: ANN401
    from jsonschema import ValidationError

    if at.is_type(instance, "object"):
        yield from (ValidationError(f"{name!r} is missing", path=(name,)) for name in names if name not in instance)


def _additional(at: Any, rest: Any, instance: Any, schema: dict[str, Any]) -> _Errors:  # noqa: ANN401
    from jsonschema import ValidationError

    if not at.is_type(instance, "object"):
        return
    known = schema.get("properties", {})
    extra = {name: value for name, value in instance.items() if name not in known}
    if rest is False:
        yield from (ValidationError(f"{name!r} is unknown", path=(name,)) for name in extra)
    else:
        yield from _children(at, rest, extra.items())


def _items(at: Any, schema: Any, instance: Any, _schema: object) -> _Errors:  # noqa: ANN401
    if at.is_type(instance, "array"):
        yield from _children(at, schema, enumerate(instance))


def _children(at: Any, schema: dict[str, Any], children: Iterable[tuple[str | int, object]]) -> _Errors:  # noqa: ANN401
    if schema.get("type") == "string" and "minLength" in schema:
        doubtful = [(name, value) for name, value in children if not (isinstance(value, str) and value)]
    else:
        accepts = ACCEPTORS.get(schema.get("$ref", ""), lambda _value: False)
        doubtful = [(name, value) for name, value in children if not accepts(value)]
    for name, value in doubtful:
        yield from at.descend(value, schema, path=name)


def _if(at: Any, condition: Any, instance: Any, schema: dict[str, Any]) -> _Errors:  # noqa: ANN401
    from jsonschema import Draft202012Validator

    if "then" in schema and Draft202012Validator(condition).is_valid(instance):
        yield from at.descend(instance, schema["then"], schema_path="then")
    if "else" in schema and not at.evolve(schema=condition).is_valid(instance):
        yield from at.descend(instance, schema["else"], schema_path="else")
