"""The usage of a traffic sample as Markdown, for a ticket or a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.report.markdown_text import COMMENT_LIMIT, escaped
from pricecheck.report.traffic import percent
from pricecheck.report.traffic_sections import facts, heading, rates, sections

if TYPE_CHECKING:
    from pricecheck.report.traffic import TrafficReport
    from pricecheck.report.traffic_sections import Section

_FEW = 20
_ROOM_FOR_THE_END = 300
_LONGEST_CELL = 300


def as_markdown(report: TrafficReport, *, every: bool) -> str:
    """Give at most 65,000 characters; without `every`, the first 20 rows of each section. It says what is left out."""
    text = f"### pricecheck: {escaped(report.config)}: {heading(report)}\n\n"
    text += "".join(f"- {escaped(fact)}\n" for fact in facts(report))
    if report.rates.decided:
        text += "\n| rate | | |\n|---|--:|---|\n"
        text += "".join(f"| {rate.name} | {percent(rate.rate)} | {rate.verdict} |\n" for rate in rates(report))
    for section in sections(report):
        piece = _section(section, every=every)
        if len(text) + len(piece) + _ROOM_FOR_THE_END > COMMENT_LIMIT:
            piece = _section(section, every=False)
        if len(text) + len(piece) + _ROOM_FOR_THE_END > COMMENT_LIMIT:
            piece = (
                f"\n**{section.title}** ({len(section.rows):,}): does not fit here, `pricecheck traffic` shows it.\n"
            )
        text += piece
    return text


def _section(section: Section, *, every: bool) -> str:
    names = [column.removeprefix(">") for column in section.columns]
    marks = ["--:" if column.startswith(">") else "---" for column in section.columns]
    text = f"\n**{section.title}** ({len(section.rows):,}): {section.meaning}\n\n"
    text += f"| route | {' | '.join([section.first, *names, 'note'])} |\n|---|{'|'.join(['---', *marks, '---'])}|\n"
    shown = section.rows if every else section.rows[:_FEW]
    for row in shown:
        cells = (row.route, row.name, *row.cells, row.note)
        text += f"| {' | '.join(escaped(cell, _LONGEST_CELL) for cell in cells)} |\n"
    if len(shown) < len(section.rows):
        text += f"\n… and {len(section.rows) - len(shown):,} more: `--all` lists them\n"
    return text
