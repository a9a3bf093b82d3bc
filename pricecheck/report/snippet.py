"""Source lines with a line-number gutter and carets under spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.style import BLUE, Style
from pricecheck.report.visible import visible, visible_source, width
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pricecheck.findings import SourceText, Span

_LINES_OF_A_SPAN = 3
_NARROWEST = 40
_CUT = "…"


class Mark(NamedTuple):
    """A span to underline: with `caret` in the colour `tint`, followed by `text`."""

    source: SourceText
    span: Span
    text: str
    caret: str
    tint: str


class _Piece(NamedTuple):
    """The part of a mark on one line: character columns from 0, `end` exclusive. `more` lines of it are not shown."""

    mark: Mark
    line: int
    start: int
    end: int
    text: str
    more: int


class _View(NamedTuple):
    """A source line as shown (perhaps a window of it) and where the underline goes, in terminal columns."""

    text: str
    indent: int
    length: int


def snippet(marks: Sequence[Mark], style: Style, columns: int) -> tuple[list[str], int]:
    """Give the lines that show `marks`, those of the first mark's file first, and how many columns their numbers take.

    Source lines are cut to `columns`, gutter included, but never to less than 40 columns of text.
    """
    groups: dict[str, list[_Piece]] = {}
    for mark in marks:
        groups.setdefault(mark.source.path, []).extend(_pieces(mark))
    digits = max(len(str(piece.line)) for pieces in groups.values() for piece in pieces)
    bar = style.paint(BLUE, " " * digits + " |")
    room = max(_NARROWEST, columns - digits - 3)
    shown: list[str] = []
    for number, (path, pieces) in enumerate(groups.items()):
        if number:
            place = pieces[0].mark.source.position(pieces[0].mark.span.start)
            shown.append(style.paint(BLUE, " " * digits + " :::") + f" {visible(path)}:{place.line}:{place.column}")
        shown.append(bar)
        shown += _rows(sorted(pieces, key=lambda piece: piece.line), style, digits, room)
    return [*shown, bar], digits


def _pieces(mark: Mark) -> Iterator[_Piece]:
    source, span = mark.source, mark.span
    first, last = source.position(span.start), source.position(span.end)
    last_line = last.line
    if last_line > first.line and last.column == 1:
        last_line -= 1  # a span that ends with a line break does not reach the next line
    shown_to = min(last_line, first.line + _LINES_OF_A_SPAN - 1)
    for line in range(first.line, shown_to + 1):
        start = first.column - 1 if line == first.line else _indentation(source, line)
        line_end = source.line_start(line + 1) - source.line_start(line) if line < last.line else last.column - 1
        is_last = line == shown_to
        yield _Piece(mark, line, start, line_end, mark.text if is_last else "", last_line - shown_to if is_last else 0)


def _indentation(source: SourceText, line: int) -> int:
    text = source.line(line)
    return len(text) - len(text.lstrip(" \t"))


def _rows(pieces: Iterable[_Piece], style: Style, digits: int, room: int) -> Iterator[str]:
    bar = style.paint(BLUE, " " * digits + " |")
    previous_line, previous_text = 0, ""
    for piece in pieces:
        view = _view(piece, room)
        if previous_line and piece.line > previous_line + 1:
            yield style.paint(BLUE, "...")
        if (piece.line, view.text) != (previous_line, previous_text):
            gutter = style.paint(BLUE, f"{piece.line:>{digits}} |")
            yield f"{gutter} {view.text}".rstrip()
        previous_line, previous_text = piece.line, view.text
        underline = style.paint(piece.mark.tint, f"{piece.mark.caret * view.length} {visible(piece.text)}".rstrip())
        yield f"{bar} {' ' * view.indent}{underline}"
        if piece.more:
            yield style.paint(BLUE, "...") + f" {counted(piece.more, 'more line')}"


def _view(piece: _Piece, room: int) -> _View:
    source = piece.mark.source
    line_start = source.line_start(piece.line)
    # A minified config is one line of megabytes: only look as far as can be shown.
    left = max(line_start, line_start + piece.start - room)
    right = line_start + min(piece.end, piece.start + room) + room
    reach = source.text[left:right].split("\n", 1)[0].split("\r", 1)[0]
    cells = [visible_source(character) for character in reach]
    widths = [width(cell) for cell in cells]
    start = line_start + piece.start - left
    end = min(line_start + piece.end - left, len(cells))
    is_cut_right = left + len(reach) == right < len(source.text)
    first, last = 0, len(cells)
    if left > line_start or is_cut_right or sum(widths) > room:
        first, last = _window(widths, start, room - 2 * len(_CUT))
    before = _CUT if left + first > line_start else ""
    after = _CUT if last < len(cells) or is_cut_right else ""
    return _View(
        text=before + "".join(cells[first:last]) + after,
        indent=len(before) + sum(widths[first:start]),
        length=max(1, sum(widths[start : min(end, last)])),
    )


def _window(widths: Sequence[int], start: int, room: int) -> tuple[int, int]:
    """Give the range of cells, `room` columns wide, that shows `start` a quarter from its left edge or better."""
    first = start
    used = 0
    while first > 0 and used + widths[first - 1] <= room // 4:
        first -= 1
        used += widths[first]
    last = start
    while last < len(widths) and used + widths[last] <= room:
        used += widths[last]
        last += 1
    while first > 0 and used + widths[first - 1] <= room:
        first -= 1
        used += widths[first]
    return first, last
