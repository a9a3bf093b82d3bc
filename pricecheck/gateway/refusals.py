"""Breaches of the schema in words, at the key or value that is wrong (gateway.md §2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pricecheck.findings import ConfigPath, Edit, Fix, Safety, Span
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.explain import Breach, fits, known_keys
from pricecheck.gateway.loading import Refusal, RefusalKind
from pricecheck.nearest import close_names
from pricecheck.source.nodes import Mapping as MappingNode
from pricecheck.source.nodes import Node, Scalar, resolve
from pricecheck.source.nodes import Sequence as SequenceNode
from pricecheck.source.scalars import number_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pricecheck.findings import SourceText

_TYPE_WORDS = {
    "string": "text",
    "boolean": "true or false",
    "number": "a number",
    "integer": "a whole number",
    "object": "a mapping",
    "array": "a list",
}
_PRICE_KEYS = frozenset({"price", "fallback", "defaultPrice"})
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+\Z")
_WHOLE = re.compile(r"[0-9]+\Z")
_GROUPED = re.compile(r"[0-9][0-9_,]*(?:\.[0-9]+)?\Z")
_TRUTH = {
    "true": "true", "yes": "true", "on": "true", "y": "true",
    "false": "false", "no": "false", "off": "false", "n": "false",
}  # fmt: skip
_SHOWN = 60
_CLOSE = 0.66
_MERGE = "<<"
_QUOTABLE = frozenset({"plain", "double", "single"})


class Place(NamedTuple):
    """Where a config path leads: the key (None for items and the root) and the value (None where there is none)."""

    key: Node | None
    value: Node | None
    aliased: bool = False
    """Whether an alias leads here, so that an edit would change other places too."""


def locate(root: Node, path: ConfigPath) -> Place:
    """Follow a config path through the nodes, through aliases too; the last existing value if the path goes too far."""
    place = Place(None, root)
    for step in path:
        here = resolve(place.value) if place.value is not None else None
        aliased = place.aliased or here is not place.value
        if isinstance(here, MappingNode) and step in here.index:
            entry = here.index[step]
            place = Place(entry.key, entry.value, aliased)
        elif isinstance(here, SequenceNode) and isinstance(step, int) and step < len(here.items):
            place = Place(None, here.items[step], aliased)
        else:
            break
    return place


def value_span(place: Place) -> Span:
    """Give the value's span; an absent value is shown at its key."""
    if place.value is not None and place.value.start < place.value.end:
        return place.value.span
    if place.key is not None:
        return place.key.span
    return place.value.span if place.value is not None else Span(0, 0)


def refusal(breach: Breach, root: Node, source: SourceText) -> Refusal:
    """Put a breach into words."""
    if breach.keyword == "required":
        return _missing(breach, root)
    if breach.keyword == "additionalProperties":
        return _unknown(breach, root)
    place = locate(root, breach.path)
    name = _name(breach.path)
    wants = _wanted(breach)
    if breach.keyword == "type" or (breach.keyword == "enum" and not isinstance(breach.value, str)):
        fix, advice = _quoting(breach, place, source)
        message = f"{name} is {describe(breach.value)}; the gateway wants {wants}"
        return Refusal(RefusalKind.WRONG_TYPE, message, value_span(place), breach.path, help=advice, fix=fix)
    kind = RefusalKind.CONFLICTING_FIELDS if breach.keyword == "minProperties" else RefusalKind.INVALID_VALUE
    return Refusal(kind, _invalid(breach, name, wants), value_span(place), breach.path, help=_advice(breach))


def describe(value: object) -> str:
    """Name a value for a person: `the number 0.01`, `empty (null)`, `the text "x"`, `a list`."""
    if value is None:
        return "empty (null)"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number {number_text(value)}"
    if isinstance(value, str):
        shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
        return f'the text "{shown}"'
    return (
        "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else "a value of another type"
    )


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Give the candidate that `word` was perhaps meant to be; two letters of three suffice, as in `ulr`."""
    return next(iter(close_names(word, candidates, cutoff=_CLOSE, most=1)), None)


def _missing(breach: Breach, root: Node) -> Refusal:
    name = cast("str", breach.name)
    present = cast("dict[str, object]", breach.value)
    meant = nearest(name, (key for key in present if key not in known_keys(breach.path)))
    place = locate(root, breach.path if meant is None else (*breach.path, meant))
    if meant is not None:
        advice = f"`{meant}` is no field of the gateway: did you mean `{name}`?"
    elif _MERGE in present:
        advice = f"add `{name}` here: the gateway does not merge what `{_MERGE}` names"
    else:
        advice = f"add `{name}`"
    return Refusal(
        RefusalKind.MISSING_FIELD,
        f"{_name(breach.path)} has no `{name}`, which the gateway requires",
        _owner_span(breach.path, place),
        (*breach.path, name),
        help=advice,
    )


def _owner_span(path: ConfigPath, place: Place) -> Span:
    """Give the span to show for what an object lacks: its key, else its text; of the whole config just the start."""
    if place.key is not None:
        return place.key.span
    if place.value is None:
        return Span(0, 0)
    return place.value.span if path else Span(place.value.outer, place.value.outer)


def _unknown(breach: Breach, root: Node) -> Refusal:
    name = cast("str", breach.name)
    path = (*breach.path, name)
    place = locate(root, path)
    key = place.key
    owner = _name(breach.path)
    known = known_keys(breach.path)
    present = breach.value if isinstance(breach.value, dict) else {}
    meant = None if name in known else nearest(name, [field for field in known if field not in present])
    fix = None
    if meant is not None and not place.aliased and isinstance(key, Scalar) and key.style in _QUOTABLE:
        quote = {"double": '"', "single": "'"}.get(key.style, "")
        fix = Fix(f"write `{meant}`", Safety.UNSAFE, (Edit(key.span, f"{quote}{meant}{quote}"),))
    advice = f"did you mean `{meant}`?" if meant else f"its fields are {', '.join(known)}"
    if name in known or not known:
        advice = "remove it"
    span = key.span if key is not None else value_span(locate(root, breach.path))
    return Refusal(
        RefusalKind.UNKNOWN_FIELD,
        f"{owner} has no field `{name}`: the gateway refuses it",
        span,
        path,
        help=advice,
        fix=fix,
    )


def _invalid(breach: Breach, name: str, wants: str) -> str:
    if breach.keyword == "minLength":
        return f"{name} is empty; the gateway wants some text"
    if breach.keyword == "minItems":
        return f"{name} is an empty list; the gateway wants at least one item"
    if breach.keyword == "minProperties":
        fields = " or ".join(f"`{key}`" for key in breach.schema.get("properties", {}))
        return f"{name} is empty; the gateway wants {fields}"
    return f"{name} is {describe(breach.value)}; the gateway wants {wants}"


def _wanted(breach: Breach) -> str:
    schema = breach.schema
    if "enum" in schema:
        return _or(f'"{value}"' for value in schema["enum"])
    if "x-wants" in schema:
        return cast("str", schema["x-wants"])
    kinds = schema.get("type", "object")
    return _or(_type_words(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _or(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _type_words(kind: str, schema: Mapping[str, Any]) -> str:
    word = _TYPE_WORDS[kind]
    if kind in {"number", "integer"}:
        if "maximum" in schema:
            return f"{word} from {schema['minimum']} to {schema['maximum']}"
        if "exclusiveMinimum" in schema:
            return f"{word} above {schema['exclusiveMinimum']}"
        if "minimum" in schema:
            return f"{word} not below {schema['minimum']}"
    return word


def _advice(breach: Breach) -> str | None:
    if breach.keyword == "enum" and isinstance(breach.value, str):
        meant = nearest(breach.value, breach.schema["enum"])
        return f'did you mean "{meant}"?' if meant else None
    if breach.schema.get("format") == "whatwg-url" and isinstance(breach.value, str) and "://" not in breach.value:
        return f'begin it with a scheme: "https://{breach.value.lstrip("/")}"'
    return None


def _quoting(breach: Breach, place: Place, source: SourceText) -> tuple[Fix | None, str | None]:
    """Offer quotes where a text was left bare and became a number or a boolean, and the bare value where it is text."""
    kinds = breach.schema.get("type", ())
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if breach.value is None:
        return None, "give it a value, or remove the key: null does not count as absent"
    if isinstance(breach.value, Unresolved):
        return None, "a value from the environment is always text: write it into the config"
    node = place.value
    if not isinstance(node, Scalar) or place.aliased:
        return None, None
    if isinstance(breach.value, str):
        return _bare(breach.value, kinds, node)
    return _in_quotes(breach, node, source) if "string" in kinds and node.style == "plain" else (None, None)


def _in_quotes(breach: Breach, node: Scalar, source: SourceText) -> tuple[Fix | None, str | None]:
    written = source.text[node.start : node.end]
    if not fits(written, breach.schema):
        return None, None
    if not is_price(breach.path) or _DECIMAL.match(written):
        return _quoted(node, written)
    if _WHOLE.match(written):
        fix, advice = _quoted(node, f"${written}.00")
        return fix, f'{advice} for dollars; "{written}" would charge {written} smallest units'
    return None, 'write dollars in quotes, such as "$0.05"'


def _bare(text: str, kinds: set[str], node: Scalar) -> tuple[Fix | None, str | None]:
    """Offer the truth value or number that a text stands for: `"true"`, `yes` and `3_000` are text to the gateway."""
    meant = None
    if "boolean" in kinds:
        meant = _TRUTH.get(text.lower())
    elif kinds & {"number", "integer"} and _GROUPED.match(text):
        meant = re.sub("[_,]", "", text)
    if meant is None:
        return None, None
    quoted = meant == text.lower()
    fix = Fix(f"write {meant}", Safety.UNSAFE, (Edit(node.span, meant),)) if node.style in _QUOTABLE else None
    return fix, f"write {meant} without quotes" if quoted else f"write {meant}: `{text}` is text to the gateway"


def _quoted(node: Node, text: str) -> tuple[Fix, str]:
    return Fix(f'write "{text}"', Safety.UNSAFE, (Edit(node.span, f'"{text}"'),)), f'write "{text}"'


def is_price(path: ConfigPath) -> bool:
    """Say whether a config path leads to a price text."""
    return bool(path) and (path[-1] in _PRICE_KEYS or (len(path) >= 2 and path[-2] == "models"))  # noqa: PLR2004 - a table and a name


def _name(path: ConfigPath) -> str:
    """Name a place by its last key: `price`, or item 2 of `accepts`."""
    if not path:
        return "the config"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of `{path[-2]}`" if len(path) > 1 else f"item {path[-1] + 1}"
    return f"`{path[-1]}`"
