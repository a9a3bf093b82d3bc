"""A call that runs beside others."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Task(Thread, Generic[T]):
    """A call in a thread of its own, begun at once; of use for what does not hold Python's lock, as DuckDB."""

    def __init__(self, call: Callable[[], T]) -> None:
        """Begin the call."""
        super().__init__()
        self._call = call
        self._found: list[T] = []
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Make the call."""
        try:
            self._found.append(self._call())
        except BaseException as error:  # noqa: BLE001 - raised again where it can be caught
            self._error = error

    def result(self) -> T:
        """Wait for the result, and give it or raise the call's error."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._found[0]
