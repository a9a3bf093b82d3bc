"""Text in columns for a terminal, by rich: one width and one manner for every report."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from io import StringIO

    from rich.console import Console

NARROWEST = 72
"""Below this a terminal's own wrapping is easier to read than columns of a letter or two."""


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
