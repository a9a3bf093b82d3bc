"""CSV cells that a spreadsheet takes for text, whatever stands in them."""

from __future__ import annotations

from pricecheck.report.visible import visible


def harmless(cell: str) -> str:
    """Give a text as a cell: on one line, unprintable characters as escapes, with `'` before what is like a formula."""
    shown = visible(cell)
    return f"'{shown}" if shown.lstrip()[:1] in {"=", "+", "-", "@"} or cell[:1] in {"\t", "\r", "\n"} else shown
