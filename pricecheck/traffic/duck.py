"""The embedded engine: DuckDB, in this process, within a limit of memory, without network.

What DuckDB does not do is done here: its readers pass over empty lines without a word and do not check the sums of a
gzip file. So the line breaks are counted while DuckDB works: lines that it gave no row for are those, and damage is an
error (docs/decisions/0007).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pricecheck.errors import InputError, UsageError
from pricecheck.traffic import sql
from pricecheck.traffic.bad_lines import empty_count, numbers, row_numbers
from pricecheck.traffic.duck_views import OBJECT_SIZES, PARQUET, Leniency, column_types_of, line_breaks, view
from pricecheck.traffic.interrupts import InterruptsLater
from pricecheck.traffic.kinds import Kind
from pricecheck.traffic.line_counts import state_of
from pricecheck.traffic.sources import with_even_ends
from pricecheck.traffic.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from duckdb import DuckDBPyConnection

    from pricecheck.traffic.engine import Log
    from pricecheck.traffic.line_counts import LineCounts
    from pricecheck.traffic.sources import LogFile
    from pricecheck.traffic.tasks import T

_LEAST = 256 << 20
_PER_THREAD = 80 << 20
"""Bytes of DuckDB's memory that a thread needs to read JSON, buffers of a line or two and a table of groups."""

_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_MOST_MEMORY = 1 << 50
_TICK = 0.1
_ROWS_AT_ONCE = 10_000
_INTERRUPTED = "Query interrupted"
"""What DuckDB makes of the KeyboardInterrupt of a query in the main thread, as a RuntimeError."""


def parse_memory_limit(text: str) -> int:
    """Give a size as bytes, from a number and a unit as in `512MB`.

    Raises:
        UsageError: it is no size, or too small to work in.
    """
    number = text.rstrip("BKMGibkmg ")
    unit = text[len(number) :].strip().upper()
    if not number.isascii() or not number.isdigit() or unit not in _UNITS:
        raise UsageError(f"{text!r} is no size of memory; write a whole number and KB, MB or GB, as in 512MB")
    size = int(number[:18]) * _UNITS[unit]
    if size < _LEAST - (_LEAST >> 4):  # 256MB is meant, in either unit
        raise UsageError(f"{text} of memory is too little to read a log in; take 256MB or more")
    return min(size, _MOST_MEMORY)


class DuckEngine:
    """Runs the shared SQL in this process."""

    def __init__(self, folder: str, memory_limit: str | None, counts: LineCounts) -> None:
        """Take a folder for what does not fit into memory; `memory_limit` is the whole process's, None for no limit."""
        self._counts = counts
        self._settings: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": os.path.join(folder, "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        }
        if memory_limit is not None:
            ours = parse_memory_limit(memory_limit) * 3 // 4  # a quarter is for Python, the library and the report
            self._settings["memory_limit"] = f"{ours // 1000}KB"
            self._settings["threads"] = max(1, min(os.cpu_count() or 1, ours // _PER_THREAD))

    def __enter__(self) -> Self:
        self._task: Task[Any] | None = None
        self._unseen = 0
        self._leniency = Leniency()
        self._even: dict[str, LogFile] = {}
        with InterruptsLater():
            self._open()
        return self

    def _open(self) -> None:
        # The package around this module is 50 ms of imports (email and inspect among them) that nothing here needs.
        import _duckdb

        self._duckdb = _duckdb
        self._db: DuckDBPyConnection = _duckdb.connect(":memory:", config=self._settings)
        self._results = self._db.cursor()
        """A second connection to `groups`, so that bad lines can be looked for beside."""
        self._db.execute("SET TimeZone = 'UTC'")
        self._db.execute("SET enable_progress_bar = true")  # without it there is no progress to ask for,
        self._db.execute("SET enable_progress_bar_print = false")  # and with it DuckDB would draw on stdout
        # A cast to TIMESTAMP would pass over the zone that a text names.
        self._db.execute("CREATE MACRO milliseconds(x) AS epoch_ms(try_cast(x AS TIMESTAMPTZ))")
        self._db.execute(
            """CREATE MACRO decoded(x) AS
            CASE WHEN starts_with(x, '"') THEN CAST(x AS JSON) ->> '$' ELSE substr(x, 2) END""",
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._task is not None and not self._task.wait(0):
            self._db.interrupt()
            self._task.wait(_TICK)
        self._results.close()
        self._db.close()
        if isinstance(error, RuntimeError) and str(error) == _INTERRUPTED:
            raise KeyboardInterrupt from None

    def columns(self, file: LogFile) -> dict[tuple[str, ...], str]:
        """Give the ways to the columns of a Parquet file and their types; see `engine.Engine.columns`."""
        if file.remote:
            raise _no_address(file)
        self._run(f"SELECT * FROM read_parquet([?], {PARQUET}) LIMIT 0", (file,), (file.path,))  # noqa: S608 - ours
        return column_types_of([(name, kind) for name, kind, *_ in self._db.description])

    def scan(self, logs: Sequence[Log], sql_text: str, progress: Callable[[float], None] | None) -> int:
        """Run `sql_text` over the logs and keep its result as the table `groups`; see `engine.Engine.scan`."""
        while True:
            logs = [self._as_read(log) for log in logs]
            files = [log.file for log in logs]
            try:
                self._db.execute(f"CREATE OR REPLACE TEMP VIEW lines AS {view(logs, self._leniency)}")
                self._scan_once(logs, f"CREATE OR REPLACE TABLE groups AS {sql_text}", progress)
            except self._duckdb.Error as error:
                if not self._adapt(logs, str(error)):
                    raise self._said(error, files) from None
            else:
                return self._unseen

    def _as_read(self, log: Log) -> Log:
        return log._replace(file=self._even.get(log.file.path, log.file))

    def _adapt(self, logs: Sequence[Log], error: str) -> bool:
        """Change how logs are read after an error of the database; say whether anything was left to change."""
        sizes = OBJECT_SIZES[OBJECT_SIZES.index(self._leniency.object_size) + 1 :]
        if "maximum_object_size" in error and sizes:
            self._leniency = self._leniency._replace(object_size=sizes[0])
            return True
        if "state machine reached an invalid state" not in error or not self._leniency.strict:
            return False
        if self._even:  # lone carriage returns
            self._leniency = self._leniency._replace(strict=False)
        else:
            tables = [log.file for log in logs if log.format.kind is Kind.CSV]
            self._even = {file.path: with_even_ends(file) for file in tables}
        return True

    def _scan_once(self, logs: Sequence[Log], statement: str, progress: Callable[[float], None] | None) -> None:
        """Run the statement that makes `groups`, and find how many lines are in none of them: `_unseen`."""
        texts = [log for log in logs if log.format.kind is not Kind.PARQUET]
        states = [state_of(log.file.path) for log in texts]
        self._db.execute("DROP TABLE IF EXISTS reject_errors")
        self._db.execute("DROP TABLE IF EXISTS reject_scans")
        self._task = task = Task(lambda: self._db.execute(statement))

        def report() -> None:
            if progress is not None and not task.wait(0):
                progress(max(0.0, self._db.query_progress()) / 100)

        for log in texts:
            if not self._counts.begun(log.file):
                self._counts.of(log.file, report)
        while not task.wait(_TICK):
            report()
        task.result()
        counted = [self._counts.of(log.file) for log in texts]
        if states == [one.state for one in counted] == [state_of(log.file.path) for log in texts]:
            self._unseen = self._without_row(sum(one.lines for one in counted), logs)
        else:  # a log that is still written to: the two looks at it may have seen different lines
            self._unseen = sum(empty_count(log.file) for log in texts) + self._rejected()

    def _without_row(self, lines: int, logs: Sequence[Log]) -> int:
        """Give how many of all lines in texts are part of no row of `groups`."""
        rows = self._count("SELECT coalesce(sum(lines), 0) FROM groups")
        parquet = [log.file.path for log in logs if log.format.kind is Kind.PARQUET]
        if parquet:
            rows -= self._count("SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata(?)", parquet)
        tables = [log for log in logs if log.format.kind is Kind.CSV]
        left = lines - rows - len(tables)  # each has a header
        if left and tables:
            left -= sum(self._count(line_breaks(log, self._leniency)) for log in tables)
        return max(0, left)  # lone carriage returns end rows of a CSV too

    def _count(self, statement: str, *parameters: object) -> int:
        found = self._run(statement, (), parameters)
        return int(found[0][0]) if found else 0

    def _rejected(self) -> int:
        """Count the rows that are no CSV; one row may be wrong in several ways."""
        if not self._has_rejects():
            return 0
        return self._count("SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors")

    def _has_rejects(self) -> bool:
        """Say whether any row was no CSV: there is no table of such before the first."""
        return self._count("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'") > 0

    def query(self, sql_text: str) -> list[tuple[Any, ...]]:
        """Give the rows of a query over `groups`."""
        return self._run(sql_text, (), on=self._results)

    def stream(self, sql_text: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a query over `groups`, some at a time; no other query runs meanwhile."""
        try:
            self._results.execute(sql_text)
            while rows := self._results.fetchmany(_ROWS_AT_ONCE):
                yield from rows
        except self._duckdb.Error as error:
            raise self._said(error, ()) from None

    def head(self, file: LogFile) -> list[bytes]:
        """Refuse: this engine has no network."""
        raise _no_address(file)

    def beside(self, call: Callable[[], T]) -> Callable[[], T]:
        """Begin a call; see `engine.Engine.beside`."""
        self._task = task = Task(call)
        return task.result

    def bad_lines(self, log: Log, most: int) -> list[tuple[str, int]]:
        """Give file and number of the first bad lines of a log, 1-based, at most `most`."""
        return [(log.file.name, number) for number in self._bad_numbers(self._as_read(log), most)]

    def _bad_numbers(self, log: Log, most: int) -> list[int]:
        if log.format.kind is Kind.PARQUET:
            return []
        found = self._bad_ordinals(log, most) if self._run(sql.ANY_BAD, (log.file,)) else set()
        if log.format.kind is not Kind.CSV:
            return numbers(log.file, found, most) if found or self._unseen else []
        refused = self._run(_REJECTED_LINES, (log.file,), (log.file.path, most)) if self._has_rejects() else []
        return row_numbers(log.file, {int(line) for (line,) in refused}, found, most)

    def _bad_ordinals(self, log: Log, most: int) -> set[int]:
        """Give which of the rows that a log has are the first bad ones, 1-based."""
        self._run(f"CREATE OR REPLACE TEMP VIEW lines AS {view([log], self._leniency)}", (log.file,))
        seen = sql.classified("lines")
        numbered = f"SELECT row_number() OVER () AS number, what FROM ({seen}) AS seen"  # noqa: S608 - ours
        statement = f"SELECT number FROM ({numbered}) AS numbered WHERE what = ? LIMIT ?"  # noqa: S608 - ours
        return {int(number) for (number,) in self._run(statement, (log.file,), (sql.BAD, most))}

    def _run(
        self,
        statement: str,
        files: Sequence[LogFile],
        parameters: Sequence[object] = (),
        on: DuckDBPyConnection | None = None,
    ) -> list[tuple[Any, ...]]:
        try:
            return (on or self._db).execute(statement, parameters).fetchall()
        except self._duckdb.Error as error:
            raise self._said(error, files) from None

    def _said(self, error: Exception, files: Sequence[LogFile]) -> InputError:
        """Say a database's error in one line, with the names of the files as the user knows them."""
        if isinstance(error, self._duckdb.OutOfMemoryException):
            return InputError("the log does not fit into this much memory, not even in parts; raise --memory-limit")
        reason = str(error).partition("\n")[0]
        named = next((file for file in files if file.path in reason), None)
        label = named.name if named else ", ".join(file.name for file in files) or "the log"
        if "maximum_object_size" in reason:
            return InputError(f"{label}: has a line of more than {OBJECT_SIZES[-1] >> 20} MB")
        return InputError(f"{label}: can't be read: {reason.replace(named.path, named.name) if named else reason}")


def _no_address(file: LogFile) -> InputError:
    return InputError(f"{file.name}: only --engine spark reads from an address; give a file")


_REJECTED_LINES = """SELECT DISTINCT e.line FROM reject_errors AS e
JOIN reject_scans AS s ON s.scan_id = e.scan_id AND s.file_id = e.file_id
WHERE s.file_path = ? ORDER BY e.line LIMIT ?"""
