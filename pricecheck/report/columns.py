"""Text in columns for a terminal, by rich: one width and one manner for every report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import StringIO

    from rich.console import Console
    from rich.table import Table

NARROWEST = 72
"""Below this a terminal's own wrapping is easier to read than columns of a letter or two."""

_LEAST_NAME, _GOOD_NAME = 16, 22
"""What the first column keeps at any width, and what it gets before any other column has more than it must."""

_LONGEST = 80
"""What is longer than every number of a chain, which has 78 digits at most, ends in `…`."""

_NOWHERE, _AT_BLANKS = r"(?!)", r"\s+"


class Column(NamedTuple):
    """A column beside the first. Its cells may be broken where `breaks` matches, and stay whole everywhere else."""

    header: str
    right: bool = False
    breaks: str = _NOWHERE


def number_column(header: str) -> Column:
    """Give a column of numbers, `$0.05` or `$0.05 to $0.10`: each of them stays whole."""
    return Column(header, right=True, breaks=r"\s+(?=to )")


def word_column(header: str) -> Column:
    """Give a column of words, which may stand one below the other."""
    return Column(header, breaks=_AT_BLANKS)


class TableRow(NamedTuple):
    """A row: its name, its other cells, what stands below the name, and a style of rich."""

    name: str
    cells: Sequence[str]
    notes: Sequence[str] = ()
    style: str | None = None


def new_console(width: int, *, color: bool) -> Console:
    """Give what collects printed text, `width` columns wide (`NARROWEST` at least); nothing in a text is markup."""
    import io

    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=max(width, NARROWEST),
        no_color=not color,
        force_terminal=color,
        highlight=False,
        emoji=False,
    )


def text_of(console: Console) -> str:
    """Give what was printed, without the blanks that columns end in."""
    return "\n".join(line.rstrip() for line in cast("StringIO", console.file).getvalue().split("\n"))


def print_table(
    console: Console, first: str, columns: Sequence[Column], rows: Sequence[TableRow], *, indent: int = 2, gap: int = 1
) -> None:
    """Print rows below their headers, `first` that of the names, `gap` blanks between columns.

    Where there is little room, names are folded and words broken. A number is never cut and never folded: rather,
    a line is wider than the terminal.
    """
    from rich.padding import Padding
    from rich.text import Text

    room = console.width - gap * len(columns)
    rows = [row._replace(cells=[_shortened(*one) for one in zip(row.cells, columns, strict=True)]) for row in rows]
    widths = _widths(_name_need(first, rows, indent), [_need(*one) for one in _with_cells(columns, rows)], room)
    usual = console.width
    layout = _Layout(f"{' ' * indent}{first}", columns, widths, indent, gap)
    waiting: list[TableRow] = []
    for number, row in enumerate(rows, start=1):
        waiting.append(row)
        if not row.notes and number < len(rows):
            continue
        console.width = max(usual, sum(widths) + gap * len(columns))
        console.print(layout.table(waiting, headed=number == len(waiting)))
        console.width = usual
        for note in row.notes:
            console.print(Padding(Text(note, style=row.style or ""), (0, 0, 0, indent + 2)))
        waiting = []


class _Layout(NamedTuple):
    """The columns of a table, which is printed in pieces: notes stand between them, as wide as the terminal."""

    first: str
    columns: Sequence[Column]
    widths: Sequence[int]
    indent: int
    gap: int

    def table(self, rows: Sequence[TableRow], *, headed: bool) -> Table:
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_edge=False, show_header=headed, padding=(0, self.gap, 0, 0))
        table.add_column(self.first, width=self.widths[0], overflow="fold")
        for column, width in zip(self.columns, self.widths[1:], strict=True):
            table.add_column(column.header, width=width, justify="right" if column.right else "left")
        for row in rows:
            name = Padding(Text(row.name, overflow="fold"), (0, 0, 0, self.indent))
            cells = [Text(_broken(*one)) for one in zip(row.cells, self.columns, self.widths[1:], strict=True)]
            table.add_row(name, *cells, style=row.style)
        return table


def _shortened(cell: str, column: Column) -> str:
    if len(cell) <= _LONGEST:
        return cell
    pieces = re.split(column.breaks, cell)
    return " ".join(piece if len(piece) <= _LONGEST else f"{piece[: _LONGEST - 1]}…" for piece in pieces)


def _with_cells(columns: Sequence[Column], rows: Sequence[TableRow]) -> list[tuple[Column, list[str]]]:
    return [(column, [column.header, *(row.cells[number] for row in rows)]) for number, column in enumerate(columns)]


class _Need(NamedTuple):
    """How narrow a column may be, and how wide it is where nothing stops it."""

    least: int
    all: int


def _need(column: Column, cells: Sequence[str]) -> _Need:
    from rich.cells import cell_len

    distinct = set(cells)
    pieces = {piece for cell in distinct for piece in re.split(column.breaks, cell)}
    return _Need(max(map(cell_len, pieces)), max(map(cell_len, distinct)))


def _name_need(first: str, rows: Sequence[TableRow], indent: int) -> _Need:
    from rich.cells import cell_len

    longest = indent + max(cell_len(text) for text in (first, *(row.name for row in rows)))
    # Never less where there is room, so that the tables of several routes stand in line.
    return _Need(min(longest, _LEAST_NAME), max(longest, _GOOD_NAME))


def _widths(name: _Need, others: Sequence[_Need], room: int) -> list[int]:
    """Give every column its width: the widest give way first, and none to less than it needs."""
    good = max(name.least, min(name.all, _GOOD_NAME, room - sum(other.least for other in others)))
    needs = [name._replace(least=good), *others]
    level = min(max(need.all for need in needs), max(room, 0))
    while True:
        widths = [max(need.least, min(need.all, level)) for need in needs]
        if sum(widths) <= room or not level:
            break
        level -= 1
    # What is left over by rounding goes to the names.
    widths[0] += max(0, min(room - sum(widths), name.all - widths[0]))
    return widths


def _broken(cell: str, column: Column, width: int) -> str:
    """Give a cell with line breaks where it has to have some: as few as there can be."""
    from rich.cells import cell_len

    if cell_len(cell) <= width:
        return cell
    lines = [""]
    for piece in re.split(column.breaks, cell):
        joined = f"{lines[-1]} {piece}" if lines[-1] else piece
        lines[-1:] = [joined] if cell_len(joined) <= width else [*filter(None, lines[-1:]), piece]
    return "\n".join(lines)
