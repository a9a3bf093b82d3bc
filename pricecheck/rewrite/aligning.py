"""Columns that the author keeps: what stands behind a changed text stays in line with its neighbours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pricecheck.findings import Edit, Span
from pricecheck.source.lines import start_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAP = re.compile(r":?( +)(?=\S)")


def with_columns_kept(text: str, edit: Edit) -> tuple[Edit, ...]:
    """Give an edit of a key or price and, where the value or comment behind it is in a column, one of the gap.

    A column is one that a line right above or below has too, with more than one space before it in either line. Where
    the new text needs the room, the gap shrinks to one space and the column is left.
    """
    found = _GAP.match(text, edit.span.end)
    growth = len(edit.text) - (edit.span.end - edit.span.start)
    if found is None or not growth:
        return (edit,)
    start, end = found.span(1)
    column = end - start_of_line(text, end)
    wide = end - start > 1
    if not any(_stands_at(line, column) and (wide or line[column - 2] == " ") for line in _neighbours(text, end)):
        return (edit,)
    return (edit, Edit(Span(start, end), " " * max(1, end - start - growth)))


def _neighbours(text: str, offset: int) -> Iterator[str]:
    start = start_of_line(text, offset)
    if start:
        yield text[start_of_line(text, start - 1) : start - 1]
    end = text.find("\n", offset)
    if end >= 0:
        following = text.find("\n", end + 1)
        yield text[end + 1 : following if following >= 0 else len(text)]


def _stands_at(line: str, column: int) -> bool:
    return len(line) > column > 1 and not line[column].isspace() and line[column - 1] == " "
