"""The comments of a YAML text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.source.document import Document


class Comment(NamedTuple):
    """One comment: its place from the `#` to the end of the line, its text with the `#`, its 1-based line."""

    span: Span
    text: str
    line: int


def comments(document: Document, containing: str) -> Iterator[Comment]:
    """Yield, in file order, the comments of a document that contain a text; JSON has none.

    A `#` inside a value is no comment: `"# pricecheck: ignore"` in quotes is text. Of a document that could not be
    parsed every line with a `#` before the searched text counts, since nobody can tell what is a value in it.
    """
    text = document.source.text
    if document.is_json or containing not in text:
        return
    from pricecheck.source.regions import Regions

    regions = Regions(text, document.root)
    at = text.find(containing)
    while at != -1:
        start = regions.comment_at(at + len(containing) - 1)
        line_end = text.find("\n", at)
        end = len(text) if line_end == -1 else line_end
        if start is None:
            at = text.find(containing, at + 1)
            continue
        content = text[start:end].rstrip("\r")
        yield Comment(Span(start, start + len(content)), content, document.source.position(start).line)
        at = text.find(containing, end)
