"""The rules and gateway versions that exist, as the policy files may name them.

Handed in by the caller, because the rooms that define them stand above this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Vocabulary(NamedTuple):
    """`rules` maps code to name; `rejects` are the codes of impact *rejects*; `versions` those of the gateway."""

    rules: Mapping[str, str]
    rejects: frozenset[str]
    versions: tuple[str, ...]

    def code_of(self, word: str) -> str | None:
        """Give the code of a rule named by code or name, in any case; None where there is no such rule."""
        upper, lower = word.upper(), word.lower()
        if upper in self.rules:
            return upper
        return next((code for code, name in self.rules.items() if name == lower), None)

    def selects(self, selector: str) -> frozenset[str]:
        """Give the codes a selector stands for: `ALL`, a code, a prefix of one, or a name; in any case."""
        upper, lower = selector.upper(), selector.lower()
        if upper == "ALL":
            return frozenset(self.rules)
        return frozenset(
            code for code, name in self.rules.items() if name == lower or (upper and code.startswith(upper))
        )

    def suggestion(self, word: str) -> str:
        """Give ` (did you mean PC101?)` for a rule that does not exist, or nothing."""
        return did_you_mean(word, [*self.rules, *self.rules.values()])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give ` (did you mean X?)` for the known word nearest to `word`, in any case, or an empty text."""
    from difflib import get_close_matches

    by_lower = {one.lower(): one for one in known}
    close = get_close_matches(word.lower(), by_lower, n=1)
    return f" (did you mean {by_lower[close[0]]}?)" if close else ""
