"""Approvals and baselines at work: what they excuse, and what PC904 and PC905 say of those that excuse nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pricecheck.findings import Finding
from pricecheck.gateway.money import decimals_of, dollars
from pricecheck.policy.approvals import LIMITS, described
from pricecheck.policy.baseline import apply_baseline, collect_baseline
from pricecheck.policy.hiding import may_hide

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pricecheck.findings import SourceText, StampedFinding
    from pricecheck.policy.approvals import ApprovalRequest, Approvals
    from pricecheck.policy.baseline import Baseline


_LONGEST_AMOUNT = 100
"""Python refuses to read a number of thousands of digits, and nobody would read it."""


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
        for one in self.approvals.stale(self._requests, ran=ran, checked=checked, today=self._today, told=_in_dollars):
            span = self.approvals.span(one.approval)
            yield Finding(one.message, span, help="remove it; what it once allowed stands in the history")


def _in_dollars(change: ApprovalRequest, near: ApprovalRequest | None) -> str:
    """Write what is approved in dollars as well as in the smallest units that the file holds.

    `near` is the request whose asset it is in; without one it is read as USDC, and that is said.
    """
    sides = (None, change.new) if change.rule in LIMITS else (change.old, change.new)
    decimals = near.decimals if near is not None else (None, None)
    known = next((one for one in decimals if one is not None), None)
    texts = [_read(side, own if own is not None else known) for side, own in zip(sides, decimals, strict=True)]
    if not any(side and _is_amount(side) for side in sides):
        return described(change)
    asset = "" if known is not None else " in USDC"
    if change.rule in LIMITS:
        return f"{texts[1]}{asset} ({change.new} smallest units) against a limit of {change.old or 'nothing'}"
    units = " → ".join(side or "nothing" for side in sides)
    return f"{texts[0]} → {texts[1]}{asset} ({units} smallest units)"


def _is_amount(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()


def _read(side: str | None, decimals: int | None) -> str:
    if side is None:
        return "nothing"
    if not _is_amount(side) or len(side) > _LONGEST_AMOUNT:
        return side
    return dollars(int(side), decimals_of("USDC") if decimals is None else decimals) if int(side) else "free"


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
