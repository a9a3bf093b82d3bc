"""How numbers and long names read, in findings and reports alike."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Give `1 file`, `2,000 files`."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def not_records(bad: int, read: int) -> str:
    """Say how many of the lines of traffic logs are no records."""
    return f"{bad:,} of {read:,} lines {'is no record' if bad == 1 else 'are no records'}"


def cut(text: str, longest: int) -> str:
    """Give a text, cut where it is longer than so many characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
