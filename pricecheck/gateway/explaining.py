"""Everything the schema refuses in a document, in words: the slow way, taken only where the fast one says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.gateway.cross_checks import conflicts
from pricecheck.gateway.documented import documented_spellings
from pricecheck.gateway.explain import breaches
from pricecheck.gateway.loading import Refusal, RefusalKind
from pricecheck.gateway.refusals import locate, refusal, value_span

if TYPE_CHECKING:
    from pricecheck.gateway.cross_checks import Conflict
    from pricecheck.source.document import Document
    from pricecheck.source.nodes import Node


def explain(document: Document, value: object, judged: object) -> list[Refusal]:
    """Give a refusal for every place that breaks the schema, in file order.

    `value` is what the text holds, `judged` what the schema is held to. Where a place has a spelling that the published
    docs show, one refusal says so, and none speaks of its parts.
    """
    root = document.root
    if root is None:
        return []
    documented = list(documented_spellings(document, value))
    said = {path for found in documented for path in found.covers}
    refusals = [found.refusal for found in documented]
    for breach in breaches(judged):
        found = refusal(breach, root, document.source)
        if found.path not in said:
            said.add(found.path)
            refusals.append(found)
    if isinstance(judged, dict):
        refusals += [_conflict(root, found) for found in conflicts(judged) if found.path not in said]
    return sorted(refusals, key=lambda item: item.span)


def _conflict(root: Node, conflict: Conflict) -> Refusal:
    """Put a conflict between fields at the field to show."""
    span = value_span(locate(root, conflict.at))
    return Refusal(RefusalKind.CONFLICTING_FIELDS, conflict.message, span, conflict.path, help=conflict.help)
