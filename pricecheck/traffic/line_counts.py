"""How many lines logs have: an engine that passes over empty ones does not say (docs/decisions/0007).

Counting a large log takes as long as starting the database, so a process of its own does it meanwhile. Threads can't:
what starts the database holds Python's lock.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.errors import InputError
from pricecheck.traffic import newlines
from pricecheck.traffic.interrupts import InterruptsLater
from pricecheck.traffic.sources import opened, packing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from subprocess import Popen
    from types import TracebackType
    from typing import Self

    from pricecheck.traffic.sources import LogFile

LARGE = 64 << 20
"""Bytes of logs that are worth a process, which takes 10 ms to start."""


class Counted(NamedTuple):
    """A number of lines, and the `state_of` the file before they were counted."""

    lines: int
    state: tuple[int, int]


class LineCounts:
    """Counts the lines of logs: within its block of large ones at once, of others when they are asked for."""

    def __init__(self, paths: Sequence[str]) -> None:
        """Take the paths of logs; those that are packed, or no files, are left for later."""
        self._paths = [path for path in paths if os.path.isfile(path)]
        self._counted: dict[str, Counted] = {}
        self._begun: dict[str, tuple[int, int]] = {}
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # A single processor has nobody to count beside, and a frozen program is its own sys.executable.
        if (os.cpu_count() or 1) > 1 and not getattr(sys, "frozen", False):
            self._begin()
        return self

    def _begin(self) -> None:
        try:
            if sum(map(os.path.getsize, self._paths)) < LARGE:
                return
            self._begun = {os.path.realpath(path): state_of(path) for path in self._paths if _plain(path)}
            if self._begun:
                with InterruptsLater():  # else a process could be there of which nothing is known
                    self._process = _started([*self._begun])
        except (OSError, InputError):  # whatever is wrong with a file is said when it is read
            self._begun = {}

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            with self._process:  # waits for its end, and closes the pipe
                self._process.kill()

    def begun(self, file: LogFile) -> bool:
        """Say whether the lines of a log are already being counted."""
        return os.path.realpath(file.path) in self._begun

    def of(self, file: LogFile, report: Callable[[], object] | None = None) -> Counted:
        """Count the lines of a log, or wait until they are counted. `report` is called now and then while it counts.

        Raises:
            InputError: the file is damaged or cut off.
        """
        if self.begun(file):
            self._wait()
        path = os.path.realpath(file.path)
        state = state_of(path)
        known = self._counted.get(path)
        if known is None or known.state != state:
            with opened(file) as stream:
                known = self._counted[path] = Counted(newlines.lines_in(stream, report), state)
        return known

    def _wait(self) -> None:
        """Take what the process has counted; if it could not count everything, nothing it says is of use."""
        begun, self._begun = self._begun, {}
        printed = self._process.communicate()[0].split() if self._process is not None else []
        if len(printed) == len(begun) and all(map(bytes.isdigit, printed)):
            for (path, state), number in zip(begun.items(), printed, strict=True):
                self._counted[path] = Counted(int(number), state)


def _plain(path: str) -> bool:
    with open(path, "rb") as file:
        return packing_of(file.read(4)) == "uncompressed"


def _started(paths: Sequence[str]) -> Popen[bytes]:
    from subprocess import DEVNULL, PIPE, Popen

    # Isolated and without site-packages: it is to start at once, and to run nothing that is not Python's own.
    command = (sys.executable, "-I", "-S", newlines.__file__, *paths)
    return Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)  # noqa: S603 - this file, by this Python


def state_of(path: str) -> tuple[int, int]:
    """Give what changes when a file is written to: its size and time.

    Raises:
        InputError: it is not there any more.
    """
    path = os.path.realpath(path)  # a link of ours says nothing to anybody
    try:
        state = os.stat(path)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from None
    return state.st_size, state.st_mtime_ns
