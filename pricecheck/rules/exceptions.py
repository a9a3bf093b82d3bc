"""Approvals and baselines at work: what they excuse, and what PC904 and PC905 say of those that excuse nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pricecheck.findings import Finding
from pricecheck.policy.baseline import apply_baseline, collect_baseline
from pricecheck.policy.hiding import may_hide

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pricecheck.findings import SourceText, StampedFinding
    from pricecheck.policy.approvals import ApprovalRequest, Approvals
    from pricecheck.policy.baseline import Baseline


class ApprovalUse:
    """The approvals of one file, and what they were asked for in this run. `code` is the rule that judges them."""

    code = "PC904"

    def __init__(self, approvals: Approvals) -> None:
        self.approvals = approvals
        self._today = date.today()  # noqa: DTZ011 - an approval's last day is a day where the operator is
        self._requests: list[ApprovalRequest] = []

    def __call__(self, request: ApprovalRequest) -> bool:
        """Say whether a change is approved."""
        self._requests.append(request)
        return self.approvals.match(request, self._today) is not None

    @property
    def source(self) -> SourceText:
        """The file."""
        return self.approvals.file.source

    def stale(self, ran: Collection[str], checked: Collection[str]) -> Iterator[Finding]:
        """Say which approvals excuse nothing; judged for rules that ran (codes) and files that were checked."""
        for one in self.approvals.stale(self._requests, ran=ran, checked=checked, today=self._today):
            span = self.approvals.span(one.approval)
            yield Finding(one.message, span, help="remove it; what it once allowed stands in the history")


class BaselineUse:
    """A baseline, and what it was held against in this run. `code` is the rule that judges it."""

    code = "PC905"

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self._found: dict[str, list[StampedFinding]] = {}

    @property
    def source(self) -> SourceText:
        """The file."""
        return self.baseline.source

    def hide(self, source: SourceText, findings: list[StampedFinding]) -> list[StampedFinding]:
        """Give the findings of a text that the baseline does not know; a text may be asked about again."""
        self._found[source.path] = findings
        return list(apply_baseline(findings, self.baseline, ran=(), checked=()).new)

    def stale(self, ran: Collection[str], checked: Collection[str]) -> Iterator[Finding]:
        """Say which entries hide less than they could; judged as approvals are."""
        spans = self.baseline.spans()
        found = [finding for findings in self._found.values() for finding in findings]
        for entry in apply_baseline(found, self.baseline, ran=ran, checked=checked).stale:
            advice = "`pricecheck check --write-baseline` writes it anew"
            yield Finding(entry.message, spans[entry.key], help=advice)


class BaselineDraft:
    """The baseline that this run writes: `previous` is the one that is there, None for none."""

    def __init__(self, path: str, previous: Baseline | None) -> None:
        self.path = path
        self._previous = previous
        self._found: dict[str, list[StampedFinding]] = {}

    def hide(self, source: SourceText, findings: list[StampedFinding]) -> list[StampedFinding]:
        """Take what may be hidden, and give back what may not."""
        self._found[source.path] = [finding for finding in findings if may_hide(finding)]
        return [finding for finding in findings if not may_hide(finding)]

    def finished(self, ran: Collection[str]) -> Baseline:
        """Give the baseline: what was found, and the old entries this run could not judge (other files and rules)."""
        found = [finding for findings in self._found.values() for finding in findings]
        kept = self._previous.unjudged(ran=ran, checked=self._found) if self._previous else {}
        return collect_baseline(found, self.path, kept)

    @property
    def files(self) -> int:
        """How many files have findings in it."""
        return sum(bool(findings) for findings in self._found.values())
