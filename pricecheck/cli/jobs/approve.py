"""The job of `approve`: from what a check would report to entries of the approvals file."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import files
from pricecheck.cli.exceptions import Exceptions
from pricecheck.cli.jobs.check import CheckArguments, options_of
from pricecheck.cli.jobs.check_against import held_to_the_past
from pricecheck.cli.shell import CLEAN, FOUND, say
from pricecheck.engine import check_paths
from pricecheck.errors import InputError, UsageError
from pricecheck.files import APPROVALS_NAME
from pricecheck.policy.discovery import read_from_disk
from pricecheck.policy.hiding import NEEDS_APPROVAL
from pricecheck.rules.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pricecheck.policy.approvals import Approval, ApprovalRequest
    from pricecheck.rewrite.atomic import Change

_DAYS = 30
_NEVER = "never"
_RECIPIENT = "PC405"


class ApproveArguments(NamedTuple):
    """The command line of `approve`, as typed."""

    config: str
    places: tuple[str, ...] = ()
    reason: str | None = None
    approver: str | None = None
    expires: str | None = None
    against: str | None = None
    rules: tuple[str, ...] = ()
    every: bool = False
    policy: str | None = None
    env: bool = False
    env_file: tuple[str, ...] = ()
    partial: bool = False


class _Open(NamedTuple):
    """A request that no approval covers yet, and the approvals file where one would be looked for."""

    path: str
    request: ApprovalRequest

    @property
    def place(self) -> str:
        return self.request.place


class _Asking(Exceptions):
    """Exceptions that remember what was asked for and is not approved."""

    def __init__(self) -> None:
        super().__init__()
        self.open: dict[_Open, None] = {}

    def approves(
        self, folder: str, read: Callable[[str], bytes | None] | None = None
    ) -> Callable[[ApprovalRequest], bool]:
        """Give the test for approvals of a folder, which notes each request that has none."""
        inner = super().approves(folder, read)
        path = os.path.relpath(os.path.join(folder, APPROVALS_NAME))

        def ask(request: ApprovalRequest) -> bool:
            approved = inner is not None and inner(request)
            if not approved:
                self.open.setdefault(_Open(path, request))
            return approved

        return ask


def run_approve(arguments: ApproveArguments) -> int:
    """Record what is asked for, say what was recorded, and give the exit code: 1 where it must be said what to approve.

    Raises:
        UsageError: flags that do not go together, or nothing asks for such an approval.
        InputError: the config, the policy or the approvals file can't be used.
    """
    if arguments.every and arguments.places:
        raise UsageError("--all and ROUTE#SELECTOR: give one")
    wanted = _asked_for(arguments)
    hint = "" if arguments.against is not None else "; what changed since a git revision asks with --against REF"
    if not arguments.every and not arguments.places:
        return _list(wanted, hint)
    if not wanted:
        raise UsageError(f"{arguments.config}: nothing asks for an approval{hint}")
    chosen, left = _without_recipients(wanted, arguments, hint)
    if not arguments.reason or not arguments.reason.strip():
        raise UsageError("--reason: say why the exception is right")
    answer = Answer(arguments.reason, arguments.approver or git_user(), last_day(arguments.expires))
    for path in dict.fromkeys(one.path for one in chosen):
        record(path, [one.request for one in chosen if one.path == path], answer)
    for one in left:
        how = (
            "name it, with its own reason"
            if arguments.every
            else f"--rule {_RECIPIENT} approves it, with its own reason"
        )
        say(f"left out: {one.place}: {_described(one.request)}: a recipient is not approved along with prices; {how}")
    return FOUND if left else CLEAN


class Answer(NamedTuple):
    """What makes a request an approval: why, who answers for it, and the last day it counts (None: no end)."""

    reason: str
    approver: str
    expires: date | None


def record(path: str, requests: Sequence[ApprovalRequest], answer: Answer, *, along: Sequence[Change] = ()) -> None:
    """Write approvals into the file at `path`, after what is there, and say which; `along` is written with them or not.

    Raises:
        PolicyError: the file can't be added to.
        InputError: one of the files can't be written.
    """
    _append(path, [_approval(path, request, answer) for request in requests], along)
    _say_approvals(path, path, requests, answer)


def announce(path: str, requests: Sequence[ApprovalRequest], answer: Answer) -> None:
    """Say which approvals `record` would write."""
    _say_approvals(f"would be recorded in {path}", path, requests, answer)


def _say_approvals(head: str, path: str, requests: Sequence[ApprovalRequest], answer: Answer) -> None:
    for request in requests:
        approval = _approval(path, request, answer)
        until = f"until {approval.expires}" if approval.expires else "without end"
        say(f"{head}: {request.place}: {_described(request)}, {until}, by {approval.approver}")


def _asked_for(arguments: ApproveArguments) -> list[_Open]:
    """Give what a check of the config would report and an approval could allow."""
    if arguments.config == files.STDIN:
        raise UsageError("-: an approval names a file; give its path")
    codes = _codes(arguments.rules)
    check = CheckArguments(
        paths=(arguments.config,),
        select=tuple(sorted(codes)),
        against=arguments.against,
        policy=arguments.policy,
        env=arguments.env,
        env_file=arguments.env_file,
        partial=arguments.partial,
    )
    asking = _Asking()
    options = options_of(check, asking)
    if arguments.against is not None:
        options, _ = held_to_the_past(check, options, asking)
    outcome = check_paths(check.paths, options)
    if outcome.failures:
        raise InputError(outcome.failures[0])
    return [one for one in asking.open if one.request.rule in codes]


def _codes(words: Sequence[str]) -> frozenset[str]:
    found = set()
    for word in words:
        code = vocabulary().code_of(word)
        if code is None:
            raise UsageError(f"there is no rule {word!r}{vocabulary().suggestion(word)}")
        if code not in NEEDS_APPROVAL:
            raise UsageError(f"{code} takes no approval; those that do are {', '.join(sorted(NEEDS_APPROVAL))}")
        found.add(code)
    return frozenset(found) or NEEDS_APPROVAL


def _list(wanted: Sequence[_Open], hint: str) -> int:
    if not wanted:
        say(f"nothing asks for an approval{hint}")
        return CLEAN
    for one in wanted:
        sys.stdout.write(f"{one.place}: {_described(one.request)}\n")
    say("name what is approved, ROUTE#SELECTOR as above, or give --all")
    return FOUND


def _chosen(wanted: Sequence[_Open], places: Sequence[str], hint: str) -> list[_Open]:
    chosen: list[_Open] = []
    for place in places:
        here = [one for one in wanted if one.place == place]
        if not here:
            known = ", ".join(sorted({one.place for one in wanted})) or "nothing"
            raise UsageError(f"nothing asks for an approval of {place!r}; what does: {known}{hint}")
        chosen += [one for one in here if one not in chosen]
    return chosen


def _without_recipients(
    wanted: Sequence[_Open], arguments: ApproveArguments, hint: str
) -> tuple[list[_Open], list[_Open]]:
    """Give what is approved, and the recipients that are not.

    Who is paid is nobody's by-catch: a reason about prices says nothing of an address.
    """
    chosen = _chosen(wanted, arguments.places, hint) if arguments.places else list(wanted)
    priced = {one.place for one in chosen if one.request.rule != _RECIPIENT}
    left = [one for one in chosen if one.request.rule == _RECIPIENT and (arguments.every or one.place in priced)]
    return [one for one in chosen if one not in left], left


def _described(request: ApprovalRequest) -> str:
    from pricecheck.policy.approvals import described

    return f"{described(request)} ({request.rule})"


def _approval(path: str, request: ApprovalRequest, answer: Answer) -> Approval:
    from pricecheck.policy.approvals import Approval
    from pricecheck.policy.paths import relative_to_file

    named = request._replace(file=relative_to_file(request.file, path))
    return Approval(*named[:6], reason=answer.reason.strip(), approver=answer.approver, expires=answer.expires)


def _append(path: str, approvals: Sequence[Approval], along: Sequence[Change]) -> None:
    from pricecheck.policy.approvals import append_approval
    from pricecheck.rewrite.atomic import Change, write_all

    before = read_from_disk(path)
    text = before or ""
    for approval in approvals:
        text = append_approval(text, path, approval, vocabulary())
    if before is not None:
        write_all([*along, Change(path, before.encode(), text.encode())])
        return
    try:
        with open(path, "x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror or error}") from None
    try:
        write_all(along)
    except InputError:
        os.unlink(path)
        raise


def git_user() -> str:
    """Give the address git commits with.

    Raises:
        UsageError: there is none, so that the approver has to be named.
    """
    try:
        found = subprocess.run(
            ["git", "config", "user.email"],  # noqa: S607 - git is found on PATH, as everywhere
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
    except OSError:
        found = ""
    if not found:
        raise UsageError("--approver: say who answers for the exception (git has no user.email here)")
    return found


def last_day(text: str | None) -> date | None:
    """Read the last day of an approval: in 30 days without a text, None for `never`.

    Raises:
        UsageError: it is no day, or over.
    """
    if text == _NEVER:
        return None
    today = date.today()  # noqa: DTZ011 - an approval's last day is a day where the operator is
    if text is None:
        return today + timedelta(days=_DAYS)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--expires {text!r}: write a day as YYYY-MM-DD, or never") from None
    if day < today:
        raise UsageError(f"--expires {text}: that day is over")
    return day
