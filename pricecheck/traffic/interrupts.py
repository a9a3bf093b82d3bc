"""Ctrl-C and SIGTERM while a log is read: nothing is left behind, and nothing is said but that it was stopped."""

from __future__ import annotations

import signal
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType, TracebackType

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def _replaced(handler: Any) -> dict[int, Any]:  # noqa: ANN401 - as the standard library says
    """Put a handler in the place of those that stop this process; give what was there.

    What is ignored stays ignored, and only the main thread may change handlers: it alone gets the signals.
    """
    if current_thread() is not main_thread():
        return {}
    there = {number: signal.getsignal(number) for number in _STOPPING}
    changed: dict[int, Any] = {
        number: before for number, before in there.items() if callable(before) or before is signal.SIG_DFL
    }
    for number in changed:
        signal.signal(number, handler)
    return changed


def _put_back(handlers: dict[int, Any]) -> None:
    for number, before in handlers.items():
        signal.signal(number, before)


class InterruptsLater:
    """A block that is not broken into: a signal to stop comes at its end.

    For what ends the process, or makes another error of it, where it is interrupted: loading a C library.
    """

    def __enter__(self) -> None:
        self._came: list[int] = []
        self._before = _replaced(lambda number, _: self._came.append(number))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _put_back(self._before)
        for number in self._came[:1]:
            signal.raise_signal(number)


class StoppedOnce:
    """A block that the first signal to stop leaves, cleaning up on the way; more of them do not disturb that."""

    def __enter__(self) -> None:
        self._by: int | None = None
        self._before = _replaced(self._stop)

    def _stop(self, number: int, _: FrameType | None) -> None:
        self._by = number
        _replaced(signal.SIG_IGN)
        raise KeyboardInterrupt

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _put_back(self._before)
        if self._by == signal.SIGTERM:
            raise SystemExit(128 + signal.SIGTERM) from None
