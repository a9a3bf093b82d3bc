"""Which findings nothing may hide: neither an ignore comment nor a baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pricecheck.findings import Impact

if TYPE_CHECKING:
    from pricecheck.findings import Finding, Position

NEEDS_APPROVAL = frozenset({"PC303", "PC304", "PC401", "PC402", "PC403", "PC405", "PC406", "PC408", "PC409"})
"""Floors, ceilings and bounds, and what steps around them: a price that becomes free or unknown, another recipient, a
slip of the unit, a first mapping. An exception to these names one exact change and who answers for it: an approval."""

HYGIENE = frozenset({"PC901", "PC902", "PC903", "PC904", "PC905"})
"""What is said of ignores, approvals and baselines themselves."""

REJECTED = "the gateway does not start with what it reports"


class Hideable(Protocol):
    """What hiding needs to know of a stamped finding (`StampedFinding` is one)."""

    @property
    def rule(self) -> str:
        """The code."""

    @property
    def impact(self) -> Impact:
        """What happens if the config ships anyway."""

    @property
    def file(self) -> str:
        """The display path of the file."""

    @property
    def finding(self) -> Finding:
        """The finding as the rule yielded it."""

    @property
    def start(self) -> Position:
        """Where it begins."""


def why_never(code: str, *, rejects: bool) -> str | None:
    """Say why findings of this rule can't be hidden; None where they can. `rejects`: the rule's impact is *rejects*."""
    if rejects:
        return REJECTED
    if code in NEEDS_APPROVAL:
        return "floors, ceilings and bounds take an approval"
    if code in HYGIENE:
        return "it is about ignores, approvals and baselines themselves"
    return None


def may_hide(finding: Hideable) -> bool:
    """Whether an ignore comment or a baseline may hide this finding."""
    return why_never(finding.rule, rejects=finding.impact is Impact.REJECTS) is None
