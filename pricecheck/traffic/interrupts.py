"""Ctrl-C, put off while a library is loaded that ends the process, or says something else, where it is interrupted."""

from __future__ import annotations

import signal
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType, TracebackType


class InterruptsLater:
    """A block that an interrupt does not break into: it comes at the block's end. Other threads get none anyway."""

    def __enter__(self) -> None:
        self._came = False
        before = signal.getsignal(signal.SIGINT)
        self._before = before if callable(before) and current_thread() is main_thread() else None
        if self._before is not None:
            signal.signal(signal.SIGINT, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - what a handler is called with
        self._came = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self._came:
            signal.raise_signal(signal.SIGINT)
