"""What the rules about who is paid say: loaded only where there is something to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Label, Span
from pricecheck.policy.approvals import ApprovalRequest
from pricecheck.prices.places import nearest_field
from pricecheck.prices.recipients import account_of
from pricecheck.prices.settling import is_settled_alike
from pricecheck.prices.structure import Topic
from pricecheck.rules.approving import approval_advice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath
    from pricecheck.prices.recipients import RecipientChange
    from pricecheck.rules.comparison import ComparedConfigs
    from pricecheck.rules.model import Context

_FEW = 3
_IF_MEANT = "if it is meant, say why in a comment at the end of the line: `# pricecheck: ignore[PC407] …`"
"""How money is settled takes no approval: it is no limit of the policy."""


def recipients(context: Context) -> Iterator[Finding]:
    """Say where payments now go."""
    compared = context.compared
    if compared is None:
        return
    for path, (message, request) in _recipients(compared).items():
        if compared.deployed.approves(request):
            continue
        field = nearest_field(context.config, path)
        old = nearest_field(compared.old.config, path)
        related = (Label(old.span, "this was paid until now", compared.deployed.source),) if old else ()
        span = field.span if field and field.path == path else field.key_span if field else Span(0, 0)
        approval = approval_advice([request], compared.deployed.against)
        yield Finding(message, span, path, related, f"check the address with whoever owns it, and {approval}")


def settlements(context: Context) -> Iterator[Finding]:
    """Say what changed about settlement."""
    compared = context.compared
    for change in compared.structure if compared else ():
        if change.topic is Topic.SETTLEMENT and compared is not None:
            if is_settled_alike(compared.old.config, context.config, change.path):
                continue
            field, old = nearest_field(context.config, change.path), nearest_field(compared.old.config, change.path)
            related: tuple[Label, ...] = ()
            if old is not None and old.path == change.path:
                related = (Label(old.span, "settled like this until now", compared.deployed.source),)
            yield Finding(change.message, field.key_span if field else Span(0, 0), change.path, related, _IF_MEANT)


def _recipients(compared: ComparedConfigs) -> dict[ConfigPath, tuple[str, ApprovalRequest]]:
    """Give what to say of each place where another address now stands, and the approval it would take."""
    from pricecheck.prices.recipients import recipient_changes

    places: dict[ConfigPath, list[RecipientChange]] = {}
    for change in recipient_changes(compared.old, compared.new):
        path = change.after.path or change.before.path or ()
        places.setdefault(path, []).append(change)
    found = {path: _paid_otherwise(compared, path, changes) for path, changes in places.items()}
    old = dict(compared.old.config.wallets)
    for network, wallet in compared.new.config.wallets:
        before = old.get(network)
        moved = before is not None and account_of(before.text or "") != account_of(wallet.text or "")
        if before is not None and moved and wallet.path not in found:
            request = ApprovalRequest("PC405", compared.file, "", f"wallets.{network}", before.text, wallet.text)
            found[wallet.path] = (f"the wallet for {network} is now {wallet.text} (before: {before.text})", request)
    return found


def _paid_otherwise(
    compared: ComparedConfigs, path: ConfigPath, changes: list[RecipientChange]
) -> tuple[str, ApprovalRequest]:
    first = changes[0]
    before, after = first.before, first.after
    routes = list(dict.fromkeys(change.route for change in changes))
    named = ", ".join(f"`{route}`" for route in routes[:_FEW]) + (
        f" and {len(routes) - _FEW} more" if routes[_FEW:] else ""
    )
    place = "" if before.network == after.network else f" on {before.network}"
    message = (
        f"payments on {after.network} now go to {after.address or 'nobody'}"
        f" (before: {before.address or 'nobody'}{place}): {named}"
    )
    shared = path[:1] == ("wallets",)
    selector = ".".join(map(str, path)) if shared else first.selector or "payTo"
    route = "" if shared else first.route
    return message, ApprovalRequest("PC405", compared.file, route, selector, before.address, after.address)
