"""A rule's page, from its declaration and its docstring: one text for the terminal, `docs/rules/` and SARIF."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING

from pricecheck.rules.model import Fixability, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIX_WORDS = {
    Fixability.NEVER: "no fix",
    Fixability.SOMETIMES: "a fix is sometimes offered",
    Fixability.ALWAYS: "a fix is always offered",
}


def page(rule: Rule) -> str:
    """Give the Markdown page of a rule, ending without a line break."""
    facts = (
        f"**{rule.severity.value}**, impact *{rule.impact.value}*, {_FIX_WORDS[rule.fixability]}, since {rule.since}"
    )
    return f"# {rule.code} {rule.name}\n\n{rule.summary}.\n\n{facts}.\n\n{cleandoc(rule.page)}"


def record(rule: Rule) -> dict[str, str]:
    """Give a rule as JSON-ready fields."""
    return {
        "code": rule.code,
        "name": rule.name,
        "impact": rule.impact.value,
        "severity": rule.severity.value,
        "fixability": rule.fixability.value,
        "since": rule.since,
        "summary": rule.summary,
        "page": cleandoc(rule.page),
    }


def table(rules: Iterable[Rule]) -> str:
    """Give one aligned line a rule: code, name, severity, impact, summary."""
    rows = [(rule.code, rule.name, rule.severity.value, rule.impact.value, rule.summary) for rule in rules]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows
    )
