"""What `reprice` says on standard error, short also where thousands of prices are concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.cli.shell import complain, say
from pricecheck.prices.bounds import percent
from pricecheck.prices.changes import ChangeKind
from pricecheck.report.visible import visible
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.prices.table import PriceRow
    from pricecheck.rewrite.price_steps import Step, Wish
    from pricecheck.rules.comparison import ComparedConfigs, JudgedChange
    from pricecheck.rules.limit_breaches import LimitBreach

_LINES = 20
_NAMES = 3
_LINES_OF_OTHER = {"price", "fallback"}


def say_left_out(wish: Wish) -> None:
    """Say which prices stay as they are, one line a reason."""
    by_reason: dict[str, list[str]] = {}
    for name, why in wish.left_out:
        by_reason.setdefault(why, []).append(visible(name))
    for why, names in by_reason.items():
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        say(f"left as it is: {', '.join(names[:_NAMES])}{more}: {why}")


def say_schedule(steps: Sequence[Step]) -> None:
    """Say by which amounts each price gets to its target, and how many deploys remain after this one."""
    for step in steps[:_LINES]:
        say(f"{visible(step.name)}: {step.schedule()} ({_remaining(step.deploys - 1)})")
    if len(steps) > _LINES:
        most = max(step.deploys for step in steps) - 1
        say(f"and {len(steps) - _LINES} more prices; for the last of them all: {_remaining(most)}")


def _remaining(deploys: int) -> str:
    if deploys <= 0:
        return "there with this deploy"
    return counted(deploys, "more deploy")


def say_refused(compared: ComparedConfigs, over: Sequence[JudgedChange], limits: Sequence[LimitBreach]) -> None:
    """Say which changes are beyond a bound, a floor or a ceiling, and what would be allowed."""
    lines = [*(_beyond(compared, judged) for judged in over), *map(_past_limit, limits)]
    for line in lines[:_LINES]:
        complain(f"refused: {line}")
    if len(lines) > _LINES:
        complain(f"refused: and {len(lines) - _LINES} more")
    complain("nothing written; --beyond-bounds REASON writes it all the same and records approvals")


def _past_limit(breach: LimitBreach) -> str:
    side = "below the floor" if breach.code == "PC303" else "above the ceiling"
    return (
        f"{visible(_name(breach.route.key, breach.row))} would be charged {breach.row.dollars}, {side} of"
        f" family {breach.family.name!r}, {breach.limit.text}"
    )


def _name(route: str, row: PriceRow | None) -> str:
    """Give the name of the line, as it is ordered: the table's row `other` is the price or fallback of a route."""
    if row is None:
        return f"{route}#other"
    is_line = row.selector == "other" and row.source in _LINES_OF_OTHER
    return f"{route}#{row.source if is_line else row.selector}"


def _beyond(compared: ComparedConfigs, judged: JudgedChange) -> str:
    from pricecheck.gateway.money import dollars

    change = judged.change
    before, after = change.before, change.after
    place = visible(_name(change.route, after) if change.selector == "other" else f"{change.route}#{change.selector}")
    if before is None or after is None or before.amount is None or after.amount is None or change.ratio is None:
        became = {ChangeKind.FREED: "would become free", ChangeKind.UNFREED: "would no longer be free"}
        return f"{place} {became.get(change.kind, 'would have a price that nobody can know before the request')}"
    limits, bound = compared.limits, compared.bound(change)
    rises = change.ratio > 0
    exact = before.amount * (1 + limits.increase if rises else 1 - limits.decrease)
    furthest = exact // 1 if rises else -(-exact // 1)
    return (
        f"{place} from {before.dollars} to {after.dollars} is {percent(change.ratio, bound)}, beyond {bound}:"
        f" {dollars(furthest, before.decimals or 0)} is as far as one deploy may go"
    )
