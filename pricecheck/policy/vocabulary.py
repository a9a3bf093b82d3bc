"""The rules and gateway versions that exist, as the policy files may name them.

Handed in by the caller, because the rooms that define them stand above this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        return suggestion(word, [*self.rules, *self.rules.values()])
