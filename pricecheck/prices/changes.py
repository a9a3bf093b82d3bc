"""Two price tables become changes: whatever a request is charged differently, with a request that shows it.

Exact: a change is a pair of an old and a new row that share at least one request and differ in what they charge. A pair
is shown by an example request; where the glob algebra could not decide (an unresolved `${NAME}` in a rule, or a search
given up), the pair stays in without one. What cannot be known stays unknown: a price function or a `${NAME}` is never
taken for equal to an amount, and never for different from itself.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.prices.overlap import SharedRequests
from pricecheck.prices.pairing import SharedRows
from pricecheck.prices.places import value_at
from pricecheck.prices.written import is_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pricecheck.prices.overlap import ExampleRequest
    from pricecheck.prices.table import PriceRow, PriceTable


class ChangeKind(Enum):
    """What a change does to whoever pays; the values are the contract's.

    `UNKNOWN`: a side is not known, or the same price is asked in another asset.
    """

    RAISED = "raised"
    LOWERED = "lowered"
    ADDED = "added"
    REMOVED = "removed"
    FREED = "freed"
    UNFREED = "unfreed"
    UNKNOWN = "unknown"


class PriceChange(NamedTuple):
    """One change. `before` is None where no route took the requests, `after` where none does any more.

    `selector` names what the change is about: the model where one side names one, else the row of the new config.
    `silent` says that the price changed although the line that sets it did not; `first_mapped` that a model is listed
    for the first time, until now charged by the built-in table or what follows it.
    """

    route: str
    selector: str
    kind: ChangeKind
    before: PriceRow | None
    after: PriceRow | None
    silent: bool = False
    first_mapped: bool = False
    make_example: Callable[[], ExampleRequest] | None = None

    @property
    def example(self) -> ExampleRequest | None:
        """A request that is charged `before` by the old and `after` by the new config, where one can be shown."""
        return self.make_example() if self.make_example else None

    @property
    def amounts(self) -> tuple[int, int] | None:
        """Both prices in one unit, the finer of the two smallest units; None where one is not known.

        The gateway takes a unit of any asset for a dollar (gateway.md §3), and so does a comparison across assets.
        """
        if self.before is None or self.after is None:
            return None
        return amounts_of(self.before, self.after)

    @property
    def ratio(self) -> Fraction | None:
        """The change as a share of the old price: 3/20 for +15 %; None where a side is free, negative or unknown.

        None as well for the same price in another asset, which no share tells.
        """
        amounts = self.amounts
        if amounts is None or min(amounts) <= 0 or amounts[0] == amounts[1]:
            return None
        return Fraction(amounts[1] - amounts[0], amounts[0])


def amounts_of(before: PriceRow, after: PriceRow) -> tuple[int, int] | None:
    """Give the amounts of two rows in one unit, the finer of their smallest units; None where one is not known."""
    one, other = before.amount, after.amount
    if one is None or other is None or before.decimals is None or after.decimals is None:
        return None
    finer = max(before.decimals, after.decimals)
    return one * 10 ** (finer - before.decimals), other * 10 ** (finer - after.decimals)


def price_changes(old: PriceTable, new: PriceTable) -> list[PriceChange]:
    """Give every change from `old` to `new`, in the order of the new config."""
    return list(_changes(old, new))


def _changes(old: PriceTable, new: PriceTable) -> Iterator[PriceChange]:
    requests = SharedRequests(old.config, new.config)
    rows = SharedRows(old, new, _differ)
    for shared in requests.routes():
        for before, after, witness, values in rows.of(shared):
            example = None if witness is None else partial(requests.example, shared, witness, values)
            yield _change(rows, before, after)._replace(make_example=example)
    for before, after in rows.imported():
        yield _change(rows, before, after)


def _change(rows: SharedRows, before: PriceRow | None, after: PriceRow | None) -> PriceChange:
    named = next((row for row in (after, before) if row is not None and row.selector.startswith("model:")), None)
    shown = after or before
    assert shown is not None  # noqa: S101 - a pair has a side
    change = PriceChange(shown.route, (named or shown).selector, _kind(before, after), before, after)
    if before is None or after is None:
        return change
    first_mapped = _is_listed(after) and not _is_listed(before) and rows.is_token_based(before, after)
    return change._replace(silent=is_silent(rows.old, rows.new, before, after), first_mapped=first_mapped)


def _is_listed(row: PriceRow) -> bool:
    return row.source == "route.models"


def _kind(before: PriceRow | None, after: PriceRow | None) -> ChangeKind:
    if before is None or after is None:
        return ChangeKind.ADDED if before is None else ChangeKind.REMOVED
    amounts = amounts_of(before, after)
    if amounts is None or amounts[0] == amounts[1]:
        return ChangeKind.UNKNOWN
    if 0 in amounts:
        return ChangeKind.FREED if amounts[1] == 0 else ChangeKind.UNFREED
    return ChangeKind.RAISED if amounts[1] > amounts[0] else ChangeKind.LOWERED


def _differ(rows: SharedRows, before: PriceRow, after: PriceRow) -> bool:
    """Tell whether two rows charge differently; spelling and source do not matter."""
    if before.amount is not None or after.amount is not None:
        return before.amount != after.amount or (
            before.asset != after.asset and before.asset.upper() != after.asset.upper()
        )
    if before.unknown_reason != after.unknown_reason or before.price != after.price:
        return True
    return _function(rows.old, before) != _function(rows.new, after)


def _function(table: PriceTable, row: PriceRow) -> object:
    return value_at(table.config, row.path) if row.price is None else None
