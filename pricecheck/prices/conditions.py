"""One rule's `where` as the set of requests it holds for (gateway.md §4).

Every key names a *place* of the request and must find a value there that fits: a string for a string (a glob), the
same number for a number, the same boolean for a boolean. What makes a condition hold for no request at all is decided
here, key by key; how the conditions of several rules relate is `coverage`'s part.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.environment import Unresolved
from pricecheck.patterns import late
from pricecheck.prices.globs import Domain, Verdict, find

if TYPE_CHECKING:
    from collections.abc import Mapping

Required = str | int | float | bool
"""What a condition asks for: a glob, a number or a boolean."""

Fragment = dict[str, object]
"""Part of a request: any of `body` (sent as JSON), `query`, `headers` and `params`."""

_ROOTS = {"body": Domain.TEXT, "query": Domain.TEXT, "headers": Domain.HEADER, "params": Domain.SEGMENT}
_HEADER_NAME = late(r"[!#$%&'*+\-^_`|~0-9a-z]+")


class Never(Enum):
    """Why a condition holds for no request; the value completes "never holds: "."""

    UNKNOWN_ROOT = "a key starts with body, query, headers or params"
    NO_BODY = "the body is read only where some rule's key starts with `body.`"
    NO_NAME = "the key names no value under its root"
    UPPER_CASE_HEADER = "header names arrive in lower case"
    HEADER_NAME = "no header can have this name"
    NESTED_NAME = "a dot separates levels, and there is none below a string"
    NO_PARAMETER = "the route's path has no such parameter"
    NOT_TEXT = "the values there are always strings, and a string never equals a number or a boolean"
    NO_SUCH_TEXT = "no such value can arrive there"
    NOT_JSON = "the rule also asks for the body, which is read only if the content type holds application/json"
    CONTRADICTION = "one value cannot be both a scalar and an object"


class Place(NamedTuple):
    """Where in a request a key looks: `body.messages.0.role` is `("body", ("messages", "0", "role"))`."""

    root: str
    names: tuple[str, ...]

    @property
    def domain(self) -> Domain:
        """Which strings can arrive there; only for the four roots that exist."""
        return _ROOTS[self.root]

    def __str__(self) -> str:
        return ".".join((self.root, *self.names))


CONTENT_TYPE = Place("headers", ("content-type",))
JSON_TYPE = "application/json"
"""What the content type must contain for the body to be read (gateway.md §4)."""


def place_of(key: str) -> Place:
    """Split a `where` key into its place; the root may be one that does not exist."""
    root, *names = key.split(".")
    return Place(root, tuple(names))


class Conditions(NamedTuple):
    """All the conditions of one rule; the rule holds where every one of them does, so an empty one always.

    `opaque` are the places whose required text is not known here (an environment reference nobody resolved): some
    string is required, no one can say which. `never` lists the keys that hold for no request, with the reason.
    """

    required: Mapping[Place, Required]
    opaque: frozenset[Place] = frozenset()
    never: tuple[tuple[str, Never], ...] = ()


def read_conditions(
    where: Mapping[str, Required], parameters: frozenset[str] = frozenset(), *, reads_body: bool = True
) -> Conditions:
    """Read a `where`.

    Args:
        where: key to required value, in file order.
        parameters: names of the route's path parameters.
        reads_body: whether some rule of the route has a key that starts with `body.`; the body is not read otherwise.
    """
    required = {place_of(key): value for key, value in where.items()}
    never = [
        (str(place), reason)
        for place, value in required.items()
        if (reason := _never(place, value, parameters)) is not None
    ]
    if Place("body", ()) in required and not reads_body:
        never.append(("body", Never.NO_BODY))
    never.extend((str(place), Never.CONTRADICTION) for place in required if has_ancestor(place, required))
    content_type = required.get(CONTENT_TYPE)
    if any(place.root == "body" for place in required) and _excluded(
        CONTENT_TYPE.domain, content_type, f"*{JSON_TYPE}*"
    ):
        never.append((str(CONTENT_TYPE), Never.NOT_JSON))
    opaque = frozenset(place for place, value in required.items() if isinstance(value, Unresolved))
    return Conditions(required, opaque, tuple(never))


def has_ancestor(place: Place, places: Mapping[Place, object]) -> bool:
    """Tell whether a scalar is required above `place`, which therefore cannot exist."""
    return any(Place(place.root, place.names[:depth]) in places for depth in range(len(place.names)))


def _never(place: Place, value: Required, parameters: frozenset[str]) -> Never | None:
    if place.root not in _ROOTS:
        return Never.UNKNOWN_ROOT
    if place.root == "body":
        return None
    if not place.names:
        return Never.NO_NAME
    return (
        _never_named(place, parameters)
        or (Never.NOT_TEXT if not isinstance(value, str) else None)
        or (Never.NO_SUCH_TEXT if _excluded(place.domain, value) else None)
    )


def _never_named(place: Place, parameters: frozenset[str]) -> Never | None:
    name, *below = place.names
    if place.root == "headers" and name != name.lower():
        return Never.UPPER_CASE_HEADER
    if below:
        return Never.NESTED_NAME
    if place.root == "headers" and not _HEADER_NAME.fullmatch(name):
        return Never.HEADER_NAME
    if place.root == "params" and name not in parameters:
        return Never.NO_PARAMETER
    return None


def _excluded(domain: Domain, value: Required | None, *also: str) -> bool:
    if isinstance(value, Unresolved) or not isinstance(value, str) or domain is Domain.TEXT:
        return False
    return find((value, *also), domain=domain) is Verdict.EMPTY


def describe(where: Mapping[str, Required]) -> str:
    """Write a `where` on one line: `body.model = gpt-4*, body.stream = true`; an empty one is "always"."""
    if not where:
        return "always"
    return ", ".join(f"{key} = {_literal(value)}" for key, value in where.items())


def _literal(value: Required) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value != "" else '""'


def fragment(values: Mapping[Place, Required], lengths: frozenset[Place] = frozenset()) -> Fragment:
    """Build the part of a request that has these values at these places and nothing else.

    Args:
        values: one scalar for each place, none above another.
        lengths: places of `body` whose `length` some rule asks for: a list there would answer it, so an object is
            built instead unless `values` itself states the length.
    """
    request: Fragment = {}
    for root in _ROOTS:
        here = [(place.names, value) for place, value in values.items() if place.root == root]
        if here:
            request[root] = _build(Place(root, ()), here, lengths)
    return request


def _build(place: Place, values: list[tuple[tuple[str, ...], Required]], lengths: frozenset[Place]) -> object:
    names, value = values[0]
    if not names:
        return value
    groups: dict[str, list[tuple[tuple[str, ...], Required]]] = {}
    for (name, *below), inner in values:
        groups.setdefault(name, []).append((tuple(below), inner))
    children = {name: _build(Place(place.root, (*place.names, name)), group, lengths) for name, group in groups.items()}
    return _listed(children, place in lengths) if place.root == "body" else children


_LONGEST_LIST = 64


def _listed(children: dict[str, object], length_matters: bool) -> object:  # noqa: FBT001 - private, one caller
    """Turn `{"0": …, "1": …}` into the list a caller would send, where that changes no rule's answer."""
    stated = children.get("length")
    if isinstance(stated, int) and not isinstance(stated, bool):
        size = stated
    elif "length" in children or length_matters:
        return children
    else:
        size = len(children)
    wanted = {str(number) for number in range(min(size, _LONGEST_LIST))}
    if size > _LONGEST_LIST or not wanted >= children.keys() - {"length"}:
        return children
    return [children.get(str(number)) for number in range(size)]
