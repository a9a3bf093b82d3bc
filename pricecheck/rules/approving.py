"""What to type for an approval: the command that records exactly what a finding is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.policy.approvals import ApprovalRequest

_RECIPIENT = "PC405"
_OF_RECIPIENTS_ALONE = frozenset({"payTo"})


def approval_advice(requests: Sequence[ApprovalRequest], against: str | None) -> str:
    """Give `record an approval` with the command; `requests` are all for one file, `against` what they are held to."""
    from shlex import quote

    first = requests[0]
    if first.file.startswith("<"):
        return "record an approval with `pricecheck approve`"  # standard input without a name: an approval names a file
    words = ["pricecheck", "approve", quote(first.file)]
    words += [quote(place) for place in dict.fromkeys(one.place for one in requests)]
    if first.rule == _RECIPIENT and first.route and first.selector not in _OF_RECIPIENTS_ALONE:
        words += ["--rule", _RECIPIENT]  # a recipient is never approved along with a price of that name
    if against is not None:
        words += ["--against", quote(against)]
    return f"record an approval: `{' '.join(words)} --reason '…'`"
