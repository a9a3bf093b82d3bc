"""The models that `reprice --set` adds: a name that looks like a slip is refused, the others are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.cli.shell import say
from pricecheck.errors import UsageError
from pricecheck.gateway.default_table import DEFAULT_TABLE
from pricecheck.nearest import close_names, did_you_mean
from pricecheck.prices.bounds import Breach, Verdict, percent
from pricecheck.report.visible import visible
from pricecheck.rewrite.price_orders import MODEL, SetPrice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pricecheck.rewrite.price_orders import Order
    from pricecheck.rewrite.repricing import Opened
    from pricecheck.rules.comparison import ComparedConfigs

_CLOSE = 0.8
"""`gpt-5` beside `gpt-4` is another model, `gtp-4o` beside `gpt-4o` is a slip."""


def added_models(opened: Opened, orders: Iterable[Order]) -> list[SetPrice]:
    """Give the orders for a model that its route does not list."""
    return [
        order
        for order in orders
        if isinstance(order, SetPrice)
        and order.selector.startswith(MODEL)
        and f"{order.route}#{order.selector}" not in opened.fields.by_name
    ]


def refuse_slips(opened: Opened, added: Iterable[SetPrice]) -> None:
    """Refuse to add a model whose name nearly is that of one the config lists.

    Raises:
        UsageError: there is such a name; the text asks for the one that may have been meant.
    """
    listed = [field.model for field in opened.fields.all if field.model is not None]
    for order in added:
        name = order.selector.removeprefix(MODEL)
        if name in listed or name in DEFAULT_TABLE:
            continue
        close = close_names(name, listed, cutoff=_CLOSE)
        if close:
            raise UsageError(
                f"{opened.source.path}: {order.route}#{order.selector} is not there; {did_you_mean(close)}"
                " --add adds it all the same"
            )


def say_added(added: Sequence[SetPrice], compared: ComparedConfigs, *, dry_run: bool) -> None:
    """Say which models are new, what charged them until now, and which move further than a deploy may."""
    judged_by_name = {f"{judged.change.route}#{judged.change.selector}": judged for judged in compared.changes}
    for order in added:
        name = f"{order.route}#{order.selector}"
        head = f"{visible(name)} {'would be' if dry_run else 'is'} added"
        judged = judged_by_name.get(name)
        before = judged.change.before if judged else compared.old.find(order.route, order.selector)
        if judged is None or before is None:
            say(f"{head}; what it is charged stays the same")
            continue
        until_now = f"until now `{before.source}` charged {before.dollars or 'what can not be known'}"
        say(f"{head}; {until_now}")
        # What is over a bound was refused, or is approved by now.
        if Breach.FIRST_MAPPED in judged.open_breaches and judged.verdict is not Verdict.OVER:
            change = judged.change
            bound = compared.bound(change)
            share = f" ({percent(change.ratio, bound)})" if change.ratio is not None else ""
            say(
                f"{visible(name)} {before.dollars} → {order.price}{share} is beyond the policy's bounds; "
                "`check --against` will call it PC409"
            )
