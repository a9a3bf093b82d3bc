"""Which fixes go together in one round: each whole or not at all, and always the same ones."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Safety
from pricecheck.rewrite.cascades import FOLLOWS
from pricecheck.source.nodes import Alias, Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.findings import Edit, Finding, Fix, Span, StampedFinding
    from pricecheck.rewrite.cascades import Shown
    from pricecheck.source.document import Document
    from pricecheck.source.nodes import Node


class Skip(NamedTuple):
    """A finding whose fix is not applied, and why in words."""

    found: StampedFinding
    reason: str


class Choice(NamedTuple):
    """The fixes of one round.

    `chosen` are the findings they mend, `edits` their edits, each once; `skipped` never come. What overlaps a chosen
    one may come in the next round.
    """

    chosen: tuple[StampedFinding, ...]
    edits: tuple[Edit, ...]
    skipped: tuple[Skip, ...]
    safe: bool


def choose(
    findings: Iterable[StampedFinding], document: Document, *, unsafe: bool, shown: Shown | None = None
) -> Choice:
    """Choose the fixes of one round: the safe ones, and only where none is left and `unsafe` is set, the others.

    With `shown`, an unsafe fix that was not shown before anything was fixed is skipped.

    Of two that overlap the one that begins first wins, then the lower code. Findings that share one fix, as those of
    a repeated anchor do, are mended by it together.
    """
    skipped: list[Skip] = []
    able: list[tuple[StampedFinding, Fix]] = []
    for found in findings:
        fix = found.finding.fix
        if fix is None or (fix.safety is Safety.UNSAFE and not unsafe):
            continue
        reason = _refusal(document, found.finding, fix)
        if reason is None and shown is not None and not shown.has(found):
            reason = FOLLOWS
        if reason is None:
            able.append((found, fix))
        else:
            skipped.append(Skip(found, reason))
    safe = any(fix.safety is Safety.SAFE for _, fix in able)
    if safe:
        able = [(found, fix) for found, fix in able if fix.safety is Safety.SAFE]
    able.sort(key=lambda pair: (min(edit.span for edit in pair[1].edits), pair[0].rule, pair[1].title))
    chosen: list[StampedFinding] = []
    edits: list[Edit] = []
    taken: list[Span] = []
    known: set[frozenset[Edit]] = set()
    for found, fix in able:
        if frozenset(fix.edits) in known:
            chosen.append(found)
        elif not any(_overlaps(edit.span, taken) for edit in fix.edits):
            chosen.append(found)
            known.add(frozenset(fix.edits))
            edits += fix.edits
            for edit in fix.edits:
                insort(taken, edit.span)
    return Choice(tuple(chosen), tuple(edits), tuple(skipped), safe)


def _refusal(document: Document, finding: Finding, fix: Fix) -> str | None:
    if document.problems:
        return "the gateway's parser refuses the file, so that no change to it can be proven"
    text = document.source.text
    if all(text[edit.span.start : edit.span.end] == edit.text for edit in fix.edits):
        return "it would change nothing"
    alias = _alias_before(document.root, finding, fix)
    if alias is not None:
        return f"the text stands at the anchor &{alias.name} and is used elsewhere too"
    return None


def _alias_before(root: Node | None, finding: Finding, fix: Fix) -> Alias | None:
    """Find the alias on the way to a finding through which its fix would change the anchored text."""
    here = root
    for name in (*finding.path, None):
        if isinstance(here, Alias):
            target = here.target
            if any(edit.span.start < target.end and target.outer < edit.span.end for edit in fix.edits):
                return here
            here = target
        if isinstance(here, Mapping) and isinstance(name, str) and name in here.index:
            here = here.index[name].value
        elif isinstance(here, Sequence) and isinstance(name, int) and name < len(here.items):
            here = here.items[name]
        else:
            return None
    return None


def _overlaps(span: Span, taken: list[Span]) -> bool:
    """Say whether a span meets one of `taken` (sorted, disjoint); where one is empty, touching is meeting."""
    at = bisect_left(taken, span)
    for other in taken[max(0, at - 2) : at + 2]:
        if span.start < other.end and other.start < span.end:
            return True
        if (span.start == span.end or other.start == other.end) and (
            span.start <= other.end and other.start <= span.end
        ):
            return True
    return False
