"""Did anybody write this price? A change is silent where the line that sets the price is the same in both configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.prices.places import field_at, value_at
from pricecheck.source.nodes import Alias

if TYPE_CHECKING:
    from pricecheck.findings import ConfigPath
    from pricecheck.prices.table import PriceRow, PriceTable

_LISTED, _DEFAULTS = "route.models", "defaults.price"


def is_silent(old: PriceTable, new: PriceTable, before: PriceRow, after: PriceRow) -> bool:
    """Tell whether a price changed although the line that a reader takes for it did not.

    That is so where the gateway brings the price itself, or `defaults.price` (far from the route) sets it; where a
    model was dropped from `models`, or its line is there and empty; and where the line that now charges stood in the
    old config as it stands now: a rule that moved or takes more requests, another asset, an anchor changed elsewhere.
    """
    if after.path is None or after.source == _DEFAULTS:
        return True
    if after.source != _LISTED and (before.source == _LISTED or after.selector.startswith("model:")):
        return True
    if after.where is not None:
        return _is_old_rule(old, new, after)
    return _unchanged(old, new, after, after.path)


def _is_old_rule(old: PriceTable, new: PriceTable, after: PriceRow) -> bool:
    same = [row for row in old.by_route.get(after.route, ()) if row.where is not None and row.price == after.price]
    if any(row.where == after.where for row in same):
        return True
    # As many rules as before, and this one's price where it was: it is the condition that was edited.
    counts = [sum(row.where is not None for row in table.by_route.get(after.route, ())) for table in (old, new)]
    return counts[0] == counts[1] and any(row.selector == after.selector for row in same)


def _unchanged(old: PriceTable, new: PriceTable, after: PriceRow, path: ConfigPath) -> bool:
    value = value_at(new.config, path)
    if value is not None and value_at(old.config, path) == value:
        return True
    if not isinstance(after.node, Alias):
        return False
    field = field_at(old.config, path)
    return field is not None and isinstance(field.node, Alias) and field.node.name == after.node.name
