"""`${NAME}` in string values, as the gateway replaces it at start-up (gateway.md §1.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pricecheck.gateway.javascript import trim
from pricecheck.patterns import late


class Unresolved(str):
    """A string value that still holds a `${NAME}` nobody told us the value of.

    It is a string to the schema and unknown to everything else: no pattern, price or comparison may judge its text.
    """

    __slots__ = ()


Environment = Mapping[str, str] | None
"""Variable names to values; None where no environment was given, so that every `${NAME}` stays `Unresolved`."""

_REFERENCE = late(r"\$\{([^}]+)\}")
_RUN_TIME = ("params.", "query.")
_EXPANSION = late(r"([A-Za-z_][A-Za-z0-9_]*)(:?[-=?+])(.*)\Z", re.DOTALL)
_EXPANDING = late(r"\$\{[^}]*[-=?+]")
_SETTABLE = late(r"[A-Za-z0-9_.-]*[A-Za-z0-9_.]\Z")
_WORD_OR_NOUGHT = late(r"[a-z][^A-Z]*\Z|0(?:\.[0-9]+)?\Z")


def may_refer(source: str) -> bool:
    """Say whether a string value of this text could hold a `${NAME}`; escapes can spell one without showing it."""
    return "${" in source or "\\" in source


def may_expand(source: str) -> bool:
    """Say whether a string value of this text could hold what `shell_expansion` reads."""
    return "\\" in source or _EXPANDING.search(source) is not None


def references(text: str) -> list[str]:
    """Give the names of the variables a string refers to, trimmed; those left for run time are none."""
    if "${" not in text:
        return []
    names = (trim(match[1]) for match in _REFERENCE.finditer(text))
    return [name for name in names if not name.startswith(_RUN_TIME)]


class ShellExpansion(NamedTuple):
    """A name that is a shell's `${variable:-word}`: the operator is one of `-`, `=`, `?` and `+`, with a `:` or not."""

    variable: str
    operator: str
    word: str

    def __str__(self) -> str:
        """Give it without its word, which may be a credential."""
        return f"${{{self.variable}{self.operator}{'…' if self.word else ''}}}"


def shell_expansion(name: str) -> ShellExpansion | None:
    """Read a variable's name as the expansion that a shell would take it for; None for any other name, however odd.

    The gateway knows no expansions: it looks for a variable of that whole name, which nobody sets. With a bare `-` it
    may be a name all the same (`MY-KEY`, `PRICE_GPT-4o`): container tools set those. It is none where some character
    rules that out, and where a name in capitals is followed by a word that is not, or by nothing or nought.
    """
    match = _EXPANSION.match(name)
    if match is None:
        return None
    found = ShellExpansion(match[1], match[2], match[3])
    if found.operator != "-" or not _SETTABLE.match(name):
        return found
    return found if found.variable.isupper() and _WORD_OR_NOUGHT.match(found.word) else None


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
