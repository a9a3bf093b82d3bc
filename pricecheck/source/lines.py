"""Where a line begins."""

from __future__ import annotations


def start_of_line(text: str, offset: int) -> int:
    """Give the offset of the first character of the line that `offset` is on; lines end in a line feed."""
    return text.rfind("\n", 0, offset) + 1
