"""Put edits into a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.findings import Edit


def splice(text: str, edits: Iterable[Edit]) -> str:
    """Give `text` with every edit carried out; offsets are those of the text as it was.

    Raises:
        ValueError: two edits overlap, or one lies outside the text.
    """
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        start, end = edit.span
        if not at <= start <= end <= len(text):
            raise ValueError(f"edit {start}..{end} overlaps another or lies outside the text")
        pieces += (text[at:start], edit.text)
        at = end
    pieces.append(text[at:])
    return "".join(pieces)
