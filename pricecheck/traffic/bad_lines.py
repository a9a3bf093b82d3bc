"""The lines of a log as bytes: the numbers of those that an engine passes over or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.traffic.sources import opened

if TYPE_CHECKING:
    from collections.abc import Collection

    from pricecheck.traffic.sources import LogFile


def empty_count(file: LogFile) -> int:
    """Count the lines without anything.

    Raises:
        InputError: the file is damaged or cut off.
    """
    with opened(file) as stream:
        return sum(map(bytes.isspace, stream))


def numbers(file: LogFile, ordinals: Collection[int], most: int) -> list[int]:
    """Give the numbers of the first empty lines and of those that are the `ordinals`-th (1-based) that is not empty."""
    found: list[int] = []
    full = 0
    with opened(file) as stream:
        for number, line in enumerate(stream, start=1):
            empty = line.isspace()
            full += not empty
            if empty or full in ordinals:
                found.append(number)
                if len(found) == most:
                    break
    return found


def row_numbers(file: LogFile, refused: Collection[int], ordinals: Collection[int], most: int) -> list[int]:
    """Give the lines on which the first bad rows of a CSV stand; a row may have line breaks within quotes.

    Bad are empty rows, the `refused`-th of all (1-based, empty ones and the header too), and the `ordinals`-th of those
    that are neither.
    """
    found: list[int] = []
    row = 0
    read = -1  # the header is read, and is no record
    quoted = False
    with opened(file) as stream:
        for number, line in enumerate(stream, start=1):
            if not quoted:
                row += 1
                bad = line.isspace() or row in refused
                read += not bad
                if bad or read in ordinals:
                    found.append(number)
                    if len(found) == most:
                        break
            quoted ^= line.count(b'"') % 2 == 1
    return found
