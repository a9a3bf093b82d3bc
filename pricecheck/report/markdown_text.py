"""Text as it may stand in Markdown on a code host: what it says and no markup, mention or formula of its own."""

from __future__ import annotations

import re

from pricecheck.report.visible import visible
from pricecheck.wording import cut

COMMENT_LIMIT = 65_000
"""GitHub refuses a comment of more than 65,536 characters."""

_RUN_OF_BACKTICKS = "``"
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
    text = cut(text, longest)
    return _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), visible(text))


def code(text: str, longest: int = 1_000) -> str:
    """Give the text as code, as harmless as `escaped`: a code span would end at the first backtick in it."""
    return f"<code>{escaped(text, longest)}</code>"


def prose(text: str, longest: int = 1_000) -> str:
    """Give a sentence of ours: what stands between its backticks as code, and no markup of its own in either.

    A name in it may hold backticks as well. Where they can't all be ours, an odd number or several in a row, all of
    them are shown as they are; where they look like ours, the wrong part is shown as code, which harms nobody.
    """
    if text.count("`") % 2 or _RUN_OF_BACKTICKS in text:
        return escaped(text, longest)
    parts = cut(text, longest).split("`")
    return "".join(code(part) if number % 2 else escaped(part) for number, part in enumerate(parts))
