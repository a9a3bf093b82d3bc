"""Everything the schema refuses in a document, in words: the slow way, taken only where the fast one says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Span
from pricecheck.gateway.documented import documented_spellings
from pricecheck.gateway.explain import breaches
from pricecheck.gateway.loading import Refusal, RefusalKind
from pricecheck.gateway.refusals import locate, refusal, value_span

if TYPE_CHECKING:
    from pricecheck.gateway.cross_checks import Conflict
    from pricecheck.source.document import Document


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
    return sorted(refusals, key=lambda item: item.span)


def conflict_refusal(document: Document, conflict: Conflict) -> Refusal:
    """Put a conflict between fields at the field to show."""
    place = locate(document.root, conflict.at) if document.root is not None else None
    span = value_span(place) if place is not None else Span(0, 0)
    return Refusal(RefusalKind.CONFLICTING_FIELDS, conflict.message, span, conflict.path, help=conflict.help)
