"""Ignore comments at work: after all rules have spoken, what they hide, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pricecheck.findings import Finding
from pricecheck.policy.ignores import apply_ignores, read_ignores
from pricecheck.rules.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pricecheck.findings import StampedFinding
    from pricecheck.rules.model import Rule
    from pricecheck.source.document import Document


def heed_ignores(
    document: Document, stamped: Sequence[StampedFinding], rules: Sequence[Rule], speaking: Collection[str]
) -> tuple[list[StampedFinding], list[tuple[Rule, Finding]], int]:
    """Give the findings that no ignore comment hides, those of PC901 to PC903, and how many are hidden.

    `rules` are those that ran, `speaking` the codes of those that could speak: an ignore for another is not unused.
    """
    today = date.today()  # noqa: DTZ011 - a day is over where the operator is
    outcome = apply_ignores(stamped, read_ignores(document, vocabulary()), ran=speaking, today=today)
    by_name = {rule.name: rule for rule in rules}
    problems = [
        (by_name[problem.kind.value], Finding(problem.message, problem.span, help=problem.help, fix=problem.fix))
        for problem in outcome.problems
        if problem.kind.value in by_name
    ]
    return list(outcome.kept), problems, len(outcome.suppressed)
