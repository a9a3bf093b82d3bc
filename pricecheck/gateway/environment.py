"""`${NAME}` in string values, as the gateway replaces it at start-up (gateway.md §1.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pricecheck.gateway.javascript import trim
from pricecheck.patterns import late

if TYPE_CHECKING:
    import re


class Unresolved(str):
    """A string value that still holds a `${NAME}` nobody told us the value of.

    It is a string to the schema and unknown to everything else: no pattern, price or comparison may judge its text.
    """

    __slots__ = ()


Environment = Mapping[str, str] | None
"""Variable names to values; None where no environment was given, so that every `${NAME}` stays `Unresolved`."""

_REFERENCE = late(r"\$\{([^}]+)\}")
_RUN_TIME = ("params.", "query.")


def may_refer(source: str) -> bool:
    """Say whether a string value of this text could hold a `${NAME}`; escapes can spell one without showing it."""
    return "${" in source or "\\" in source


def references(text: str) -> list[str]:
    """Give the names of the variables a string refers to, trimmed; those left for run time are none."""
    if "${" not in text:
        return []
    names = (trim(match[1]) for match in _REFERENCE.finditer(text))
    return [name for name in names if not name.startswith(_RUN_TIME)]


def substituter(environment: Environment) -> Callable[[str], str]:
    """Give the function that replaces what `environment` knows in one string value.

    Without an environment, and for a string that refers to an unset variable, the result is `Unresolved`.
    """

    def substitute(text: str) -> str:
        if "${" not in text:
            return text
        names = references(text)
        if environment is None:
            return Unresolved(text) if names else text
        if any(name not in environment for name in names):
            return Unresolved(text)
        return _REFERENCE.sub(lambda match: _value(match, environment), text)

    return substitute


def _value(match: re.Match[str], environment: Mapping[str, str]) -> str:
    name = trim(match[1])
    return match[0] if name.startswith(_RUN_TIME) else environment[name]
