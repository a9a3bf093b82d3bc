"""Which unsafe fixes were there from the start: what only exists since another fix was applied, nobody has seen."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from pricecheck.findings import Safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pricecheck.findings import Edit, StampedFinding

    Place = tuple[str, str, int]

FOLLOWS = "it follows from another fix of this run: look at it, and run again to apply it"


class Shown:
    """The unsafe fixes a report on the text as it was has shown, by rule, title and where they stand by now."""

    def __init__(self, findings: Iterable[StampedFinding]) -> None:
        self._places = {place for found in findings for place in _unsafe(found)}

    def has(self, found: StampedFinding) -> bool:
        """Whether the fix of a finding may be applied: it is safe, or was shown."""
        return all(place in self._places for place in _unsafe(found))

    def move(self, edits: Iterable[Edit]) -> None:
        """Follow the places through a round of edits, which do not overlap."""
        ordered = sorted(edits, key=lambda edit: edit.span)
        ends = [edit.span.end for edit in ordered]
        grown = [0, *accumulate(len(edit.text) - (edit.span.end - edit.span.start) for edit in ordered)]
        self._places = {
            (rule, title, moved) for rule, title, at in self._places for moved in _moved(at, ordered, ends, grown)
        }


def _unsafe(found: StampedFinding) -> Iterator[Place]:
    fix = found.finding.fix
    if fix is not None and fix.safety is Safety.UNSAFE:
        yield found.rule, fix.title, found.finding.span.start


def _moved(at: int, edits: Sequence[Edit], ends: Sequence[int], grown: Sequence[int]) -> Iterator[int]:
    first = bisect_left(ends, at)  # the first edit that does not end before `at`
    yield at + grown[first]
    for number in range(first, len(edits)):
        span = edits[number].span
        if span.start > at:
            return
        # What is put in at `at`, or replaces what stands there, may be a part of the place or stand before it.
        yield span.start + grown[number]
        yield span.end + grown[number + 1]
