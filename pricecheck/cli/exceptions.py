"""The approvals and baselines of one run: found beside the policy, read once, and written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.cli.shell import say
from pricecheck.files import APPROVALS_NAME, BASELINE_NAME
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pricecheck.engine import Options, Outcome
    from pricecheck.findings import Severity, SourceText, StampedFinding
    from pricecheck.policy.approvals import ApprovalRequest
    from pricecheck.rules.exceptions import ApprovalUse, BaselineDraft, BaselineUse
    from pricecheck.rules.model import Rule

    Hide = Callable[[SourceText, list[StampedFinding]], list[StampedFinding]]


class _Judging(NamedTuple):
    """The rules that run where a file of exceptions is in force, and how loud they are."""

    rules: tuple[Rule, ...]
    severities: Mapping[str, Severity]


class Exceptions:
    """What is excused in this run. Nothing is imported for a file that is not there."""

    def __init__(self, *, isolated: bool = False, baseline: str | None = None, write: bool = False) -> None:
        """`isolated`: nothing is excused; `baseline`: this file and no other; `write`: to be written, not heeded."""
        self._isolated = isolated
        self._baseline = baseline
        self._write = write
        self._approvals: dict[str, ApprovalUse | None] = {}
        self._baselines: dict[str, BaselineUse | BaselineDraft | None] = {}
        self._judging: dict[str, _Judging] = {}

    def approves(
        self, folder: str, read: Callable[[str], bytes | None] | None = None
    ) -> Callable[[ApprovalRequest], bool] | None:
        """Give the test for approvals recorded in a folder, None where there are none; `read` if not from the disk.

        Raises:
            PolicyError: the file can't be used.
        """
        path = os.path.relpath(os.path.join(folder, APPROVALS_NAME))
        if path not in self._approvals:
            self._approvals[path] = None if self._isolated else _read_approvals(path, read)
        return self._approvals[path]

    def hide(self, folder: str) -> Hide | None:
        """Give what takes the findings of the folder's baseline away, None where there is no baseline.

        Raises:
            BaselineError: the file can't be used, or the one that was named is not there.
        """
        path = self._baseline or os.path.relpath(os.path.join(folder, BASELINE_NAME))
        if path not in self._baselines:
            self._baselines[path] = None if self._isolated else self._read_baseline(path)
        use = self._baselines[path]
        return None if use is None else use.hide

    def judged_by(self, folder: str, rules: tuple[Rule, ...], severities: Mapping[str, Severity]) -> None:
        """Note which rules run for the configs whose exceptions are in a folder."""
        for name in (self._baseline or os.path.join(folder, BASELINE_NAME), os.path.join(folder, APPROVALS_NAME)):
            self._judging[os.path.relpath(name)] = _Judging(rules, severities)

    def finish(self, outcome: Outcome, options: Options) -> Outcome:
        """Write what is to be written, and add what is said of exceptions that excuse nothing any more.

        `options` are those of the run: they judge files of exceptions in folders that no policy rules.

        Raises:
            BaselineError: the baseline can't be written.
        """
        more: list[StampedFinding] = []
        # What could not be checked is not known: no baseline is written then, and these are baselines to be written.
        baselines = {} if self._write and outcome.failures else self._baselines
        for path, use in (*self._approvals.items(), *baselines.items()):
            if use is None:
                continue
            judging = self._judging.get(os.path.relpath(path)) or _Judging(options.rules, options.severities)
            more += _finished(use, judging, options._replace(rules=judging.rules).speaking, outcome.files)
        return outcome._replace(findings=(*outcome.findings, *more)) if more else outcome

    def _read_baseline(self, path: str) -> BaselineUse | BaselineDraft | None:
        there = os.path.isfile(path)
        if not there and not self._write and self._baseline is None:
            return None
        from pricecheck.policy.baseline import read_baseline
        from pricecheck.rules.exceptions import BaselineDraft, BaselineUse

        if self._write:
            return BaselineDraft(path, read_baseline(path) if there else None)
        return BaselineUse(read_baseline(path))


def _finished(
    use: ApprovalUse | BaselineUse | BaselineDraft, judging: _Judging, ran: frozenset[str], checked: Sequence[str]
) -> list[StampedFinding]:
    from pricecheck.engine import stamp
    from pricecheck.rules.exceptions import BaselineDraft

    if isinstance(use, BaselineDraft):
        _write_baseline(use, ran)
        return []
    rule = next((rule for rule in judging.rules if rule.code == use.code), None)
    if rule is None:
        return []
    return stamp(use.source, [(rule, finding) for finding in use.stale(ran, checked)], judging.severities)


def _read_approvals(path: str, read: Callable[[str], bytes | None] | None) -> ApprovalUse | None:
    if read is None and not os.path.isfile(path):
        return None
    from pricecheck.cli.comparing import decoded
    from pricecheck.policy.approvals import parse_approvals
    from pricecheck.policy.discovery import read_from_disk
    from pricecheck.rules.exceptions import ApprovalUse
    from pricecheck.rules.vocabulary import vocabulary

    text = read_from_disk(path) if read is None else decoded(path, read)
    return None if text is None else ApprovalUse(parse_approvals(text, path, vocabulary()))


def _write_baseline(draft: BaselineDraft, ran: frozenset[str]) -> None:
    from pricecheck.policy.baseline import write_baseline

    baseline = draft.finished(ran)
    write_baseline(baseline)
    count = sum(baseline.counts.values())
    where = len({key.file for key in baseline.counts})
    say(f"{draft.path}: {counted(count, 'finding')} of {counted(where, 'file')} written down as known")
