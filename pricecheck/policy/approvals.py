"""Approvals: recorded exceptions to floors, ceilings and bounds, each for one exact change.

`pricecheck.approvals.toml` holds `[[approval]]` tables. One counts only while everything about the change is as it was
approved: rule, file, route, selector, and the texts before and after. Any other number needs a new approval.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.policy.errors import PolicyError
from pricecheck.policy.hiding import NEEDS_APPROVAL, REJECTED
from pricecheck.policy.paths import from_file, relative_to_file
from pricecheck.policy.toml_file import Section, TomlFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import date

    from pricecheck.findings import Span
    from pricecheck.policy.vocabulary import Vocabulary

LIMITS = frozenset({"PC303", "PC304"})
_PLACE = 4
"""So many fields of a request say where it is: rule, file, route, selector."""

_KEYS = ("rule", "file", "route", "selector", "old", "new", "reason", "approver", "expires")


class ApprovalRequest(NamedTuple):
    """A change that needs an approval. `file` is the display path; a side that does not exist is None.

    `rule` is the code, `selector` as everywhere (`model:gpt-4o`); `old` and `new` are the texts that are compared.
    `also` is another selector by which an approval may name the same price: the field that prices the row `other`.
    `shown` is the change as a person reads it, `decimals` those in which the amounts `old` and `new` are given (None
    where one is no amount); what approvals are compared by is the rest.
    """

    rule: str
    file: str
    route: str
    selector: str
    old: str | None
    new: str | None
    also: str | None = None
    shown: str | None = None
    decimals: tuple[int | None, int | None] = (None, None)

    @property
    def place(self) -> str:
        """What it is about, as `approve` takes it."""
        return f"{self.route}#{self.selector}"

    @property
    def spellings(self) -> tuple[ApprovalRequest, ...]:
        """The change in every way in which an approval may name it."""
        plain = self._replace(also=None, shown=None, decimals=(None, None))
        return (plain,) if self.also is None else (plain, plain._replace(selector=self.also))


class Approval(NamedTuple):
    """One recorded exception. `file` is relative to the approvals file, with `/`; `expires` the last day it counts."""

    rule: str
    file: str
    route: str
    selector: str
    old: str | None
    new: str | None
    reason: str
    approver: str
    expires: date | None = None

    @property
    def change(self) -> ApprovalRequest:
        """What it approves, with the file as the approvals file names it."""
        return ApprovalRequest(self.rule, self.file, self.route, self.selector, self.old, self.new)

    def holds(self, today: date) -> bool:
        """Whether it still counts; the day of `expires` is the last."""
        return self.expires is None or today <= self.expires


class Staleness(Enum):
    """Why an approval does nothing any more."""

    EXPIRED = "expired"
    CHANGED = "changed"
    UNUSED = "unused"


class StaleApproval(NamedTuple):
    """An approval that approves nothing, with one sentence for PC904."""

    approval: Approval
    staleness: Staleness
    message: str


class Approvals(NamedTuple):
    """An approvals file: what it holds, in its order."""

    file: TomlFile
    approvals: tuple[Approval, ...]

    def match(self, request: ApprovalRequest, today: date) -> Approval | None:
        """Give the approval of exactly this change that still counts, or None."""
        wanted = self._named(request).spellings
        return next((one for one in self.approvals if one.change in wanted and one.holds(today)), None)

    def stale(
        self,
        requests: Iterable[ApprovalRequest],
        *,
        ran: Collection[str],
        checked: Collection[str],
        today: date,
        told: Callable[[ApprovalRequest, ApprovalRequest | None], str] | None = None,
    ) -> list[StaleApproval]:
        """Give the approvals that approve nothing, in file order.

        `requests` are all the changes of this run that asked for one. Whether a change is still asked for is judged
        only where the rule is in `ran` (codes) and the file in `checked` (display paths), or the file is gone.
        `told` writes what is approved, given the request that is nearest to it: the file says nothing of assets.
        """
        anchor = self.file.source.path
        named = [self._named(request) for request in requests]
        asked = [spelt for request in named for spelt in request.spellings]
        judged = {relative_to_file(path, anchor) for path in checked}
        found: list[StaleApproval] = []
        for one in self.approvals:
            known = one.rule in ran and one.file in judged
            gone = (known or not os.path.exists(from_file(one.file, anchor))) and one.change not in asked
            if one.holds(today) and not gone:
                continue
            near = _nearest(one.change, named)
            change = told(one.change, near) if told else described(one.change)
            what = f"`{one.change.place}`, {change}"
            if not one.holds(today):
                message = f"this approval of {what}, expired on {one.expires}"
                found.append(StaleApproval(one, Staleness.EXPIRED, message))
            else:
                found.append(_unasked(one, what, near))
        return found

    def span(self, approval: Approval) -> Span:
        """Give the place of an approval's header in the file."""
        return self.file.span(("approval", self.approvals.index(approval)))

    def _named(self, request: ApprovalRequest) -> ApprovalRequest:
        return request._replace(file=relative_to_file(request.file, self.file.source.path))


def parse_approvals(text: str, path: str, vocabulary: Vocabulary) -> Approvals:
    """Read approvals from the text of the file at `path`.

    Raises:
        PolicyError: the text is not TOML, or an approval is incomplete, unclear or given twice.
    """
    file = TomlFile(text, path)
    root = Section(file, file.root, ())
    root.only(("approval",))
    approvals: list[Approval] = []
    for table in root.tables("approval"):
        approval = _approval(table, vocabulary)
        if any(approval.change == other.change for other in approvals):
            raise file.error(table.path, "an earlier approval is for the same change")
        approvals.append(approval)
    return Approvals(file, tuple(approvals))


def append_approval(text: str, path: str, approval: Approval, vocabulary: Vocabulary) -> str:
    """Give the text of the approvals file with one more approval at its end; nothing that is there is touched.

    Raises:
        PolicyError: the text is not an approvals file that can be added to, has an approval for the same change, or
            the approval holds what no file can (half a surrogate pair, from a config in JSON).
    """
    import tomli_w

    values = {key: getattr(approval, key) for key in _KEYS}
    entry = "[[approval]]\n" + tomli_w.dumps({key: value for key, value in values.items() if value is not None})
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else newline if text.endswith("\n") else newline * 2
    longer = text + gap + entry.replace("\n", newline)
    try:
        longer.encode()
    except UnicodeEncodeError:
        raise PolicyError(f"{path}: can't hold the name {approval.selector!r}, which is not Unicode text") from None
    parse_approvals(longer, path, vocabulary)
    return longer


def _approval(table: Section, vocabulary: Vocabulary) -> Approval:
    table.only(_KEYS)
    word = table.given_text("rule", "the rule whose finding is approved")
    code = vocabulary.code_of(word)
    if code is None:
        raise table.error("rule", f"there is no rule {word!r}{vocabulary.suggestion(word)}")
    if code in vocabulary.rejects:
        raise table.error("rule", f"{code} can't be approved: {REJECTED}")
    if code not in NEEDS_APPROVAL:
        raise table.error(
            "rule", f"{code} takes an ignore comment; approvals are for {', '.join(sorted(NEEDS_APPROVAL))}"
        )
    route = table.any_text("route")
    if route is None:
        raise table.missing("route", 'the route as the config writes it, "" for defaults.price')
    old, new = table.text("old"), table.text("new")
    if old is None and new is None:
        raise table.missing(
            "new", "what the price becomes, as the finding shows it; only one of old and new may be absent"
        )
    return Approval(
        rule=code,
        file=table.given_text("file", "the config, relative to this file"),
        route=route,
        selector=table.given_text("selector", 'what the price is for, as in "model:gpt-4o"'),
        old=old,
        new=new,
        reason=table.given_text("reason", "why the exception is right"),
        approver=table.given_text("approver", "who answers for it"),
        expires=table.day("expires"),
    )


def _nearest(change: ApprovalRequest, asked: Sequence[ApprovalRequest]) -> ApprovalRequest | None:
    """Give the request for the same place; else one of the same route, or of the same file."""
    for length in (_PLACE, 3, 2):
        for one in asked:
            if any(spelt[1:length] == change[1:length] for spelt in one.spellings) and (
                length < _PLACE or one.rule == change.rule
            ):
                return one
    return None


def _unasked(approval: Approval, what: str, near: ApprovalRequest | None) -> StaleApproval:
    place = approval.change[:_PLACE]
    if near is None or all(spelt[:_PLACE] != place for spelt in near.spellings):
        return StaleApproval(approval, Staleness.UNUSED, f"this approves {what}, which nothing asks for any more")
    message = f"this approves {what}, but something else asks for one now ({described(near)}): it does not count"
    return StaleApproval(approval, Staleness.CHANGED, message)


def described(change: ApprovalRequest) -> str:
    """Write what is approved; of what only the file tells, in its smallest units (a limit in the policy's dollars)."""
    if change.shown is not None:
        return change.shown
    old, new = ("nothing" if side is None else side for side in (change.old, change.new))
    return f"{new} smallest units against a limit of {old}" if change.rule in LIMITS else f"{old} to {new}"
