"""The usage of a traffic sample as Markdown, for a ticket or a pull request."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

from pricecheck.report.markdown_text import COMMENT_LIMIT, escaped, prose
from pricecheck.report.traffic_sections import facts, heading, rates, sections

if TYPE_CHECKING:
    from pricecheck.report.traffic import TrafficReport
    from pricecheck.report.traffic_sections import Row, Section

_FEW = 20
_ROOM_FOR_THE_END = 1_000
_LONGEST_CELL = 300


def as_markdown(report: TrafficReport, *, every: bool) -> str:
    """Give at most 65,000 characters; without `every`, the first 20 rows of each section. It says what is left out."""
    text = f"### pricecheck: {escaped(report.config)}: {heading(report)}\n\n"
    text += "".join(f"- {prose(fact)}\n" for fact in facts(report))
    if report.rates.requests:
        text += "\n| rate | | |\n|---|--:|---|\n"
        text += "".join(f"| {' | '.join(rate)} |\n" for rate in rates(report))
    found = sections(report)
    for number, section in enumerate(found):
        room = COMMENT_LIMIT - _ROOM_FOR_THE_END - len(text)
        text += _section(section, room // (len(found) - number), every=every)
    return text


def _section(section: Section, room: int, *, every: bool) -> str:
    """Give a section of at most `room` characters and what it takes to say how much was left out."""
    shown = section.rows if every else section.rows[:_FEW]
    columns = ["route", section.first, *section.columns, "note"]
    used = [any(_cells(row)[number] for row in shown) for number in range(len(columns))]
    names = list(compress(columns, used))
    marks = ["--:" if column.startswith(">") else "---" for column in names]
    pieces = [
        f"\n**{section.title}** ({len(section.rows):,}): {section.meaning}\n\n"
        + "".join(f"- {prose(remark)}\n" for remark in section.remarks[:_FEW])
        + ("\n" if section.remarks else ""),
        f"| {' | '.join(column.removeprefix('>') for column in names)} |\n|{'|'.join(marks)}|\n",
    ]
    left = room - sum(map(len, pieces))
    for row in shown:
        piece = f"| {' | '.join(compress(_shown(row), used))} |\n"
        left -= len(piece)
        if left < 0:
            break
        pieces.append(piece)
    missing = len(section.rows) - (len(pieces) - 2)
    if missing:
        pieces.append(f"\n… and {missing:,} more: `pricecheck traffic --all` lists them\n")
    return "".join(pieces)


def _cells(row: Row) -> tuple[str, ...]:
    return (row.route, row.name, *row.cells, row.note)


def _shown(row: Row) -> list[str]:
    """Give the cells of a row; a note is a sentence, in which names stand between backticks."""
    return [*[escaped(cell, _LONGEST_CELL) for cell in _cells(row)[:-1]], prose(row.note, _LONGEST_CELL)]
