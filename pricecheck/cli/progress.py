"""A progress bar for runs over many files: on a terminal only, and only once the run has taken noticeable time."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_T = TypeVar("_T")

NOTICEABLE = 1.0
"""Seconds after which somebody who waits wants to know for how long."""


def watched(
    items: Sequence[_T],
    stream: TextIO | None = None,
    clock: Callable[[], float] = monotonic,
) -> Iterator[_T]:
    """Yield the items, and draw how many are done on `stream` (standard error) from `NOTICEABLE` seconds on."""
    stream = stream or sys.stderr
    if len(items) < 2 or not stream.isatty():  # noqa: PLR2004 - of one file there is nothing to count
        yield from items
        return
    began = clock()
    done = 0
    while done < len(items) and clock() - began < NOTICEABLE:
        yield items[done]
        done += 1
    if done < len(items):
        yield from _drawn(items, done, stream)


def _drawn(items: Sequence[_T], done: int, stream: TextIO) -> Iterator[_T]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=stream), transient=True) as bar:
        task = bar.add_task("", total=len(items), completed=done)
        for item in items[done:]:
            yield item
            bar.advance(task)
