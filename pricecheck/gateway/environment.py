"""`${NAME}` in string values, as the gateway replaces it at start-up (gateway.md §1.3)."""

from __future__ import annotations

from collections.abc import Mapping


class Unresolved(str):
    """A string value that still holds a `${NAME}` nobody told us the value of.

    It is a string to the schema and unknown to everything else: no pattern, price or comparison may judge its text.
    """

    __slots__ = ()


Environment = Mapping[str, str] | None
"""Variable names to values; None where no environment was given, so that every `${NAME}` stays `Unresolved`."""
