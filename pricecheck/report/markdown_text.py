"""Text as it may stand in Markdown on a code host: what it says and no markup, mention or formula of its own."""

from __future__ import annotations

import re

from pricecheck.report.visible import visible

COMMENT_LIMIT = 65_000
"""GitHub refuses a comment of more than 65,536 characters."""

_SPECIAL = re.compile(r"[\\`*_\[\]|~#&<>$@]")
_ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "$": "<span>$</span>",  # two bare ones would be read as a formula between them
    "@": "@<!-- -->",  # would notify the person of that name
}


def escaped(text: str, longest: int = 1_000) -> str:
    """Give the text for a table cell or a line: at most `longest` characters of it, `…` where more is left out."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), visible(text))


def code(text: str, longest: int = 1_000) -> str:
    """Give the text as code, as harmless as `escaped`: a code span would end at the first backtick in it."""
    return f"<code>{escaped(text, longest)}</code>"
