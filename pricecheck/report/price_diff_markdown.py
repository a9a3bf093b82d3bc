"""The price diff for a pull request: a comment that can be found again and updated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.example_text import example_of
from pricecheck.report.markdown_text import COMMENT_LIMIT, code, escaped, prose
from pricecheck.report.price_diff import revenue, sections, summary
from pricecheck.report.price_diff_groups import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.report.price_diff import ChangeLine, FileDiff, PriceDiff
    from pricecheck.report.price_diff_groups import Row

MARKER = "<!-- pricecheck-diff -->"
"""The hidden first line by which a comment is found again, to be updated instead of repeated."""

_SYMBOLS = {"over": "❌", "approved": "☑️"}
_ROOM_FOR_THE_END = 300
_LONGEST_CELL = 300
_ROWS_WITHOUT_FOLDING = 20
_COLUMNS = "| | route | selector | old | new | Δ % | bound | source | lines |"
_MARKS = "|---|---|---|--:|--:|--:|---|---|---|"


def as_markdown(diff: PriceDiff, *, every: bool) -> str:
    """Give at most 65,000 characters: what stands out first, the rest folded; it says what did not fit."""
    text = f"{MARKER}\n### pricecheck: {summary(diff)}\n"
    if diff.traffic is not None:
        text += f"\n{escaped(revenue(diff.traffic))}\n\n"
        text += "".join(f"- {prose(note)}\n" for note in diff.traffic.notes)
    left = 0
    for file in diff.files:
        for piece in _pieces(file, every=every):
            if len(text) + len(piece.text) + _ROOM_FOR_THE_END > COMMENT_LIMIT:
                left += piece.changes
            else:
                text += piece.text
    if left:
        noun = "change does" if left == 1 else "changes do"
        text += f"\n**{left} more {noun} not fit here**: `pricecheck diff --all` lists every one.\n"
    return text


class _Piece:
    """Text that is shown whole or not at all, and the changes it stands for."""

    def __init__(self, text: str, changes: int = 0) -> None:
        self.text = text
        self.changes = changes


def _pieces(file: FileDiff, *, every: bool) -> list[_Piece]:
    if not (file.changes or file.structure or file.note):
        return []
    head = f"\n**{escaped(file.title)}**\n" + (f"\n{prose(file.note)}\n" if file.note else "")
    found = [_Piece(head)]
    if file.structure:
        found.append(_Piece("\n"))
    for line in file.structure:
        place = f" (line {line.start.line})" if line.start else ""
        symbol = "🔴 " if line.is_of_recipient else ""
        found.append(_Piece(f"- {symbol}{prose(line.message)}{place}\n", 1))
    parts = sections(file.changes)
    for part in parts:
        title = part.title if len(parts) > 1 or part.stands_out else "price changes"
        folded = not part.stands_out and (len(parts) > 1 or len(part.lines) > _ROWS_WITHOUT_FOLDING)
        found += _table(title, part.lines, every=every, folded=folded)
    return found


def _table(title: str, lines: Sequence[ChangeLine], *, every: bool, folded: bool) -> list[_Piece]:
    opening, closing = f"\n**{title}** ({len(lines)})\n\n", ""
    if folded:
        opening, closing = f"\n<details><summary>{title} ({len(lines)})</summary>\n\n", "\n</details>\n"
    found: list[_Piece] = []
    weighed = lines[0].weighed
    opening += f"{_COLUMNS} requests | effect |\n{_MARKS}--:|--:|\n" if weighed else f"{_COLUMNS}\n{_MARKS}\n"
    text, counted = opening, 0
    # In blocks, so that a long table is cut between rows and every block is a whole table.
    for row in rows(lines, every=every):
        cells = _row(row)
        if len(text) + len(cells) > COMMENT_LIMIT // 5:
            found.append(_Piece(text + closing, counted))
            text, counted = opening, 0
        text += cells
        counted += len(row.lines)
    return [*found, _Piece(text + closing, counted)]


def _row(row: Row) -> str:
    first = row.first
    symbol = "⚠️" if first.is_beyond else _SYMBOLS.get(first.verdict, "")
    source = f"{row.source} *(silent)*" if first.silent else row.source
    cells = [first.route, row.selector, row.old, row.new, row.delta, row.bound]
    example = example_of(first)
    weight = f" {row.requests} | {escaped(row.effect)} |" if first.weighed else ""
    shown = [escaped(cell, _LONGEST_CELL) for cell in cells]
    if example is not None:
        shown[1] += f"<br>e.g. {code(example, _LONGEST_CELL)}"
    return f"| {symbol} | {' | '.join(shown)} | {source} | {row.places} |{weight}\n"
