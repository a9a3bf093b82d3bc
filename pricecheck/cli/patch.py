"""Texts and their differences on standard output, byte for byte."""

from __future__ import annotations

import sys


def print_exactly(text: str) -> None:
    """Write to standard output as it is: line endings of the file are never translated."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())


def print_diff(path: str, old: str, new: str) -> None:
    """Print what changes in a file as a unified diff that `patch` and git take; nothing where nothing does."""
    from difflib import unified_diff

    for line in unified_diff(_lines(old), _lines(new), path, path):
        print_exactly(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")


def _lines(text: str) -> list[str]:
    """Split after line feeds only: `patch` and git know no other end of a line."""
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]
