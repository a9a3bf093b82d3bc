"""The progress bar is seen where it helps, and nowhere else."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING

from pricecheck.cli.progress import watched

if TYPE_CHECKING:
    from collections.abc import Callable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ticking(seconds: float) -> Callable[[], float]:
    """A clock on which every look takes so long."""
    moments = itertools.count()
    return lambda: next(moments) * seconds


def test_a_long_run_on_a_terminal_is_counted() -> None:
    stream = Terminal()
    assert list(watched(range(10), stream, ticking(0.4))) == list(range(10))
    assert "/10" in stream.getvalue()


def test_a_short_run_is_not() -> None:
    stream = Terminal()
    assert list(watched(range(10), stream, ticking(0.01))) == list(range(10))
    assert stream.getvalue() == ""


def test_neither_is_one_file_nor_a_run_into_a_file() -> None:
    terminal, file = Terminal(), io.StringIO()
    assert list(watched(["a"], terminal, ticking(100))) == ["a"]
    assert list(watched(["a", "b"], file, ticking(100))) == ["a", "b"]
    assert terminal.getvalue() + file.getvalue() == ""
