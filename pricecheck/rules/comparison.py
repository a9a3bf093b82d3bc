"""A config beside the one it replaces: what the rules about changes and the price diff share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.policy.approvals import ApprovalRequest
from pricecheck.prices.bounds import Breach, Limits, Verdict, breaches, percent
from pricecheck.prices.changes import price_changes
from pricecheck.prices.table import price_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from pricecheck.findings import SourceText
    from pricecheck.gateway.config import Config
    from pricecheck.policy.model import Policy
    from pricecheck.prices.changes import PriceChange
    from pricecheck.prices.structure import StructureChange
    from pricecheck.prices.table import PriceRow, PriceTable


def approve_nothing(request: ApprovalRequest) -> bool:
    """Stand for an approvals file that is not there."""
    del request
    return False


class Deployed(NamedTuple):
    """What a config is compared with: the config that was deployed, and the policy that was in force with it.

    `ref` names the revision to a person, `source` is labelled `REF:path`. `approves` tells whether a change has an
    approval. `anchor` is an older deploy, against which the total drift is bounded as well. `revision` is what
    `--against` takes to name it, where that is not `ref`.
    """

    ref: str
    source: SourceText
    config: Config
    policy: Policy
    approves: Callable[[ApprovalRequest], bool] = approve_nothing
    anchor: Deployed | None = None
    revision: str | None = None

    @property
    def against(self) -> str:
        """What `--against` takes to compare with this."""
        return self.revision or self.ref


class JudgedChange(NamedTuple):
    """A change, the bounds it breaks, and those of them that no approval covers."""

    change: PriceChange
    breaches: tuple[Breach, ...]
    open_breaches: tuple[Breach, ...]
    verdict: Verdict


class ComparedConfigs:
    """Two configs compared; everything is worked out once, when it is first asked for."""

    def __init__(self, deployed: Deployed, new: PriceTable, file: str) -> None:
        """`file` is the display path of the new config, by which approvals name it."""
        self.deployed = deployed
        self.new = new
        self.file = file

    @cached_property
    def old(self) -> PriceTable:
        """The effective price table of the old config."""
        return price_table(self.deployed.config)

    @cached_property
    def limits(self) -> Limits:
        """The bounds of the old policy, as numbers."""
        return limits_of(self.deployed.policy)

    @cached_property
    def changes(self) -> tuple[JudgedChange, ...]:
        """Every change of an effective price, judged."""
        return tuple(self._judged(change) for change in price_changes(self.old, self.new))

    @cached_property
    def structure(self) -> tuple[StructureChange, ...]:
        """Everything else that changed, in words."""
        from pricecheck.prices.structure import structure_changes

        return tuple(structure_changes(self.old, self.new, [judged.change for judged in self.changes]))

    @cached_property
    def anchored(self) -> ComparedConfigs | None:
        """The same config beside the older deploy, where one was named."""
        anchor = self.deployed.anchor
        return ComparedConfigs(anchor, self.new, self.file) if anchor else None

    def bound(self, change: PriceChange) -> str | None:
        """Give the bound a change is held to as the policy writes it, `+15%`; None where no ratio can be given."""
        return self.bound_of(change.ratio)

    def bound_of(self, ratio: Fraction | None) -> str | None:
        """Give the bound for a change of this ratio."""
        bounds = self.deployed.policy.bounds
        if not ratio:
            return None
        return f"+{bounds.max_increase.text}" if ratio > 0 else f"-{bounds.max_decrease.text}"

    def request(self, breach: Breach, change: PriceChange) -> ApprovalRequest:
        """Give what an approval of this change must say."""
        share = f", {percent(change.ratio, self.bound(change))}" if change.ratio is not None else ""
        return ApprovalRequest(
            breach.value,
            self.file,
            change.route,
            change.selector,
            approved_text(change.before),
            approved_text(change.after),
            change.after.priced_by if change.after is not None and change.selector == "other" else None,
            f"{_shown(change.before)} → {_shown(change.after)}{share}",
            (change.before.decimals if change.before else None, change.after.decimals if change.after else None),
        )

    def _judged(self, change: PriceChange) -> JudgedChange:
        found = breaches(change, self.limits)
        if not found:
            # Of two unknown prices, and of the same price in another asset, no bound can say anything.
            amounts = change.amounts
            comparable = amounts is not None and amounts[0] != amounts[1]
            return JudgedChange(change, (), (), Verdict.WITHIN if comparable else Verdict.UNBOUNDED)
        still_open = tuple(breach for breach in found if not self.deployed.approves(self.request(breach, change)))
        if not still_open:
            return JudgedChange(change, found, (), Verdict.APPROVED)
        reported = still_open == (Breach.FIRST_MAPPED,) and not self.limits.enforce_additions
        return JudgedChange(change, found, still_open, Verdict.UNBOUNDED if reported else Verdict.OVER)


def limits_of(policy: Policy) -> Limits:
    """Give a policy's bounds as exact numbers."""
    bounds = policy.bounds
    return Limits(bounds.max_increase.fraction, bounds.max_decrease.fraction, bounds.additions == "enforce")


def approved_text(row: PriceRow | None) -> str | None:
    """Give one side of a change as an approval names it: smallest units, or why the amount is not known."""
    if row is None:
        return None
    return row.unknown_reason if row.amount is None else str(row.amount)


def _shown(row: PriceRow | None) -> str:
    if row is None:
        return "nothing"
    return "free" if row.amount == 0 else row.dollars or row.unknown_reason or str(row.amount)
