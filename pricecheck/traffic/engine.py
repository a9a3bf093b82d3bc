"""What an engine does for a reading: it runs the shared SQL over logs. One is embedded, one is a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from pricecheck.traffic.kinds import Format
    from pricecheck.traffic.sources import LogFile
    from pricecheck.traffic.tasks import T

BAD_LINES_SHOWN = 20


class Log(NamedTuple):
    """A file and what it was recognised as."""

    file: LogFile
    format: Format


class Engine(Protocol):
    """An engine; used as a context manager, which gives back what it takes: memory, temporary files, a session."""

    def __enter__(self) -> Self:
        """Start."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""

    def columns(self, file: LogFile) -> dict[tuple[str, ...], str]:
        """Give the ways to the columns of a Parquet file, those within others too, and their types (`kinds.TEXT`)."""

    def scan(self, logs: Sequence[Log], sql: str, progress: Callable[[float], None] | None) -> int:
        """Run `sql` (of `sql.scan`) over the logs and keep its result as the table `groups`.

        Returns:
            How many bad lines are in no group: those that are empty, and rows that are no CSV.
        """

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a query over `groups`, some at a time; no other query runs meanwhile."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Give the rows of a query over `groups`."""

    def head(self, file: LogFile) -> list[bytes]:
        """Give the first lines of a log that only the engine can reach."""

    def beside(self, call: Callable[[], T]) -> Callable[[], T]:
        """Begin a call that asks for bad lines and nothing else, or put it off; queries may be made meanwhile.

        Returns:
            What waits for its result, and gives that or raises its error.
        """

    def bad_lines(self, log: Log, most: int) -> list[tuple[str, int]]:
        """Give file and number of the first bad lines of a log, 1-based, at most `most`."""
