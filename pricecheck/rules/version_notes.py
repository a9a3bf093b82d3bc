"""What the same config means to two versions of the gateway, where that differs (gateway.md §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.versions import is_older, too_new_for
from pricecheck.rules.spellings import fields_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import Span
    from pricecheck.prices.table import PriceTable

_FREE_SINCE = "0.4.3"


class VersionNote(NamedTuple):
    """One place that means something else from one version to the other."""

    span: Span
    message: str


def version_notes(table: PriceTable, old: str, new: str) -> Iterator[VersionNote]:
    """Give what changes its meaning when a config moves from gateway `old` to gateway `new`, in either direction."""
    if table.config.root is None or old == new:
        return
    known_later = dict.fromkeys(too_new_for(new))
    for novelty in too_new_for(old):
        if novelty in known_later or novelty.refused:
            continue
        for field in fields_at(table.config.root, novelty.path):
            if novelty.value is None or field.value == novelty.value:
                what = novelty.path[-1]
                yield VersionNote(field.key_span, f"`{what}` was dropped in silence by {old} and counts in {new}")
    before, after = is_older(old, _FREE_SINCE), is_older(new, _FREE_SINCE)
    if before == after:
        return
    for row in table.rows:
        if row.amount == 0 and row.node is not None and row.reachable:
            asked, skipped = (
                f"asks for a payment of 0 under {old if before else new}",
                f"is free under {new if before else old}",
            )
            yield VersionNote(row.node.span, f"{row.route}#{row.selector}: amount 0 {asked}, and {skipped}")
