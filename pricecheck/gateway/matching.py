"""Does a rule's `where` hold for a request (gateway.md §4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, cast

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.javascript import strictly_equal
from pricecheck.patterns import late

ROOTS = ("body", "query", "headers", "params")
LINE_BREAKS = "\n\r\u2028\u2029"
"""What JavaScript's `.` does not match, so that `*` does not either."""

_RUN = f"[^{LINE_BREAKS}]*"
_INDEX = late(r"(?:0|[1-9][0-9]*)\Z")


class Facts(NamedTuple):
    """What conditions can see of a request. `body` is the parsed JSON, `MISSING` where there is none."""

    body: object
    query: Mapping[str, str] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})
    params: Mapping[str, str] = MappingProxyType({})


class _Missing:
    """The value of a field that is not there."""


MISSING = _Missing()


@lru_cache(maxsize=8192)
def glob(pattern: str) -> re.Pattern[str]:
    """Compile a glob: `*` is any run of characters but line breaks, all else literal, for the whole value.

    Ask it with `fullmatch`, which takes time in proportion to the value's length, however many `*` there are.
    """
    first, *others = map(re.escape, pattern.split("*"))
    if not others:
        return re.compile(first)
    *between, last = others
    # The leftmost place of a part is always as good as a later one, so that no search need ever be taken back.
    return re.compile(first + "".join(f"(?>{_RUN}?{part})" for part in between if part) + _RUN + last)


@lru_cache(maxsize=1024)
def any_glob(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Compile what fits wherever one of several globs does; none at all fit nothing. Ask it with `fullmatch`."""
    return re.compile("|".join(f"(?:{glob(pattern).pattern})" for pattern in patterns) or r"(?!)")


def holds(where: Iterable[tuple[str, object]], facts: Facts) -> bool | None:
    """Say whether every condition holds, as in an empty `where`; None where it hangs on an unresolved `${NAME}`."""
    unknown = False
    for key, required in where:
        if not isinstance(required, Unresolved):
            if not condition_holds(key, required, facts):
                return False
        elif isinstance(look_up(key, facts), str):
            unknown = True
        else:
            return False  # a missing value, or no string: no text of the variable's could make it hold
    return None if unknown else True


def condition_holds(key: str, required: object, facts: Facts) -> bool:
    """Say whether one condition holds: string against string as a glob, any other pair by strict equality.

    A missing or null value never holds.
    """
    value = look_up(key, facts)
    if value is MISSING or value is None:
        return False
    if isinstance(value, str) and isinstance(required, str):
        return glob(required).fullmatch(value) is not None
    return strictly_equal(value, required)


def look_up(key: str, facts: Facts) -> object:
    """Give the value a `where` key names, or `MISSING`; the key is split on `.`, its first part names the root."""
    root, names = _steps_to(key)
    if root not in ROOTS:
        return MISSING
    value: object = getattr(facts, root)
    for name in names:
        if isinstance(value, Mapping):
            value = cast("Mapping[str, object]", value).get(name, MISSING)
        elif isinstance(value, list):
            value = _element(cast("list[object]", value), name)
        else:
            return MISSING
    return value


@lru_cache(maxsize=1024)
def _steps_to(key: str) -> tuple[str, tuple[str, ...]]:
    root, *names = key.split(".")
    return root, tuple(names)


def _element(items: list[object], name: str) -> object:
    if name == "length":
        return len(items)
    if _INDEX.match(name) and len(name) < 16 and int(name) < len(items):  # noqa: PLR2004 - no list is that long
        return items[int(name)]
    return MISSING
