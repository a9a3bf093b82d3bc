"""A call that runs beside others."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Task(Generic[T]):
    """A call in a thread of its own, begun at once; of use for what does not hold Python's lock, as DuckDB.

    It is waited for by an event: a `Thread.join` that Ctrl-C interrupts takes the thread for ended (Python 3.11).
    """

    def __init__(self, call: Callable[[], T]) -> None:
        """Begin the call."""
        self._call = call
        self._found: list[T] = []
        self._error: BaseException | None = None
        self._done = Event()
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._found.append(self._call())
        except BaseException as error:  # noqa: BLE001 - raised again where it can be caught
            self._error = error
        finally:
            self._done.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, at most so long; say whether it has come."""
        return self._done.wait(seconds)

    def result(self) -> T:
        """Wait for the result, and give it or raise the call's error."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._found[0]
