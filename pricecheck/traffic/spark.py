"""The engine for logs that outgrow a machine: the same SQL on Apache Spark (docs/scale.md)."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any

from pricecheck.errors import InputError, UsageError
from pricecheck.traffic import sql
from pricecheck.traffic.kinds import COLUMNS, FIELDS, MARKED, TEXT, Kind
from pricecheck.traffic.nesting import column_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from pricecheck.traffic.engine import Log
    from pricecheck.traffic.sources import LogFile
    from pricecheck.traffic.tasks import T

_TEXTS = frozenset({"string", "varchar", "char"})
_BLANK = r"^[ \t\r\x0B\f]*$"
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.binaryAsString": "true",
}
_QUIET = {
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_HALF_SURROGATE = (
    r"(?i)(?<!\\)(?:\\\\)*"
    r"(?:\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2})"
)
"""No JSON text of a character; Spark would take the rest of such a line for a record."""

_FUNCTIONS = (
    "milliseconds(x STRING) RETURNS BIGINT RETURN unix_millis(try_cast(x AS TIMESTAMP))",
    "decoded(x STRING) RETURNS STRING RETURN substring(x, 2)",
)
_HEAD_LINES = 200
_PLACE = ("file", "block", "place")
_NUMBERED = """SELECT file, number FROM (
  SELECT file, what, row_number() OVER (PARTITION BY file ORDER BY block, place) AS number FROM placed
) WHERE what = '{bad}' ORDER BY file, number LIMIT {most}"""
_NO_SPARK = "--engine spark needs Spark: pip install 'tollbooth-pricecheck[spark]', and Java 17 or newer"


class SparkEngine:
    """Runs the shared SQL in the Spark session there is, or in one of its own on `master`."""

    def __init__(self, master: str | None, memory_limit: str | None) -> None:
        """Take Spark's master as in `local[4]` or `yarn`, None for what the environment says."""
        if memory_limit is not None:
            raise UsageError("--memory-limit is for --engine duckdb; Spark's memory is set by spark.driver.memory")
        self._master = master

    def __enter__(self) -> Self:
        try:
            from py4j.protocol import Py4JError
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession, functions
        except ImportError:
            raise UsageError(_NO_SPARK) from None
        self._failure: tuple[type[Exception], ...] = (PySparkException, Py4JError)
        self._functions = functions
        self._mine = SparkSession.getActiveSession() is None
        builder = SparkSession.builder.appName("pricecheck")
        for key, value in _QUIET.items() if self._mine else ():
            builder = builder.config(key, value)
        if self._master is not None:
            builder = builder.master(self._master)
        try:
            self._root: SparkSession = builder.getOrCreate()
        except self._failure as error:
            raise UsageError(f"{_NO_SPARK} (it did not start: {_first_line(error)})") from None
        self._session: SparkSession = self._root.newSession()  # views and settings of our own
        for key, value in _SETTINGS.items():
            self._session.conf.set(key, value)
        if self._mine and self._root.sparkContext.master.startswith("local"):
            # Spark's 200 are meant for a cluster; on one machine each costs more than what is in it.
            self._session.conf.set("spark.sql.shuffle.partitions", str(self._root.sparkContext.defaultParallelism))
        for function in _FUNCTIONS:
            self._session.sql(f"CREATE TEMPORARY FUNCTION {function}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.catalog.clearCache()
        if self._mine:
            self._root.stop()

    def head(self, file: LogFile) -> list[bytes]:
        """Give the first lines of a log that only Spark can reach."""
        with self._said(file):
            rows = self._text(file).limit(_HEAD_LINES).collect()
        return [row.value.encode("utf-8", "replace") + b"\n" for row in rows]

    def columns(self, file: LogFile) -> dict[tuple[str, ...], str]:
        """Give the ways to the columns of a Parquet file and their types; see `engine.Engine.columns`."""
        with self._said(file):
            return dict(_columns(self._session.read.parquet(self._path(file)).schema))

    def scan(self, logs: Sequence[Log], sql_text: str, progress: Callable[[float], None] | None) -> int:
        """Run `sql_text` over the logs and keep its result as the table `groups`; see `engine.Engine.scan`."""
        if progress is not None:
            progress(0)
        with self._said(*(log.file for log in logs)):
            views = [self._lines(log, self._frame(log)) for log in logs]
            reduce(lambda one, other: one.unionAll(other), views).createOrReplaceTempView("lines")
            groups = self._session.sql(sql_text).persist()
            groups.count()  # reads the logs, once, here and not in the first query
        groups.createOrReplaceTempView("groups")
        return 0

    def query(self, sql_text: str) -> list[tuple[Any, ...]]:
        """Give the rows of a query over `groups`."""
        return [tuple(row) for row in self._session.sql(sql_text).collect()]

    def stream(self, sql_text: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a query over `groups`, some at a time."""
        return map(tuple, self._session.sql(sql_text).toLocalIterator())

    def beside(self, call: Callable[[], T]) -> Callable[[], T]:
        """Put a call off; see `engine.Engine.beside`."""
        return call

    def bad_lines(self, log: Log, most: int) -> list[tuple[str, int]]:
        """Give file and number of the first bad lines of a log, 1-based, at most `most`."""
        if log.format.kind is Kind.PARQUET:
            return []
        self._lines(log, self._placed(log)).createOrReplaceTempView("placed_lines")
        seen = self._session.sql(sql.classified("placed_lines", _PLACE))
        seen.createOrReplaceTempView("placed")
        found = self._session.sql(_NUMBERED.format(bad=sql.BAD, most=most))
        with self._said(log.file):
            return [(row.file if log.file.remote else log.file.name, row.number) for row in found.collect()]

    def _text(self, file: LogFile) -> DataFrame:
        return self._session.read.option("lineSep", "\n").text(self._path(file))

    def _path(self, file: LogFile) -> str:
        if file.remote:
            return file.path
        local = self._root.sparkContext.master.startswith("local")
        # Workers on other machines know the log by its own name, and nothing of our folder of links.
        return "file://" + (file.path if local else os.path.realpath(file.path))

    def _frame(self, log: Log) -> DataFrame:
        if log.format.kind is Kind.PARQUET:
            return self._session.read.parquet(self._path(log.file))
        return self._text(log.file)

    def _placed(self, log: Log) -> DataFrame:
        """Give lines with their place: the file, the block of it, and an order within the block."""
        f = self._functions
        where = f.col("_metadata.file_path").alias("file"), f.col("_metadata.file_block_start").alias("block")
        return self._text(log.file).select("value", *where, f.monotonically_increasing_id().alias("place"))

    def _lines(self, log: Log, frame: DataFrame) -> DataFrame:
        """Give the view `lines` of `sql` over one log; a place goes through where the frame has one."""
        f = self._functions
        kind, ways = log.format.kind, log.format.ways
        message = f.lit(None).cast("string")
        if kind is Kind.PARQUET:
            values = {field: self._marked(field, f.col(_step(way)).cast("string")) for field, way in ways.items()}
            message = f.lit("")
        elif kind is Kind.CSV:
            frame = self._rows(log, frame)
            header = log.format.header
            values = {field: self._marked(field, f.col(f"row.c{header.index(way[0])}")) for field, way in ways.items()}
            message = f.when(f.col("row").isNotNull(), f.lit(""))
        else:
            ways = {**ways, "message": ("msg",)} if kind is Kind.GATEWAY else ways
            frame = self._objects(ways, frame)
            values = {field: self._json_value(field, way) for field, way in ways.items()}
            message = values.get("message", message)
        weight = f.coalesce(f.trim(values["requests"]), f.lit("")) if "requests" in values else f.lit("1")
        values["requests"] = (
            f.when(f.col("header"), f.lit("1")).otherwise(weight) if "header" in frame.columns else weight
        )
        columns = [values.get(field, f.lit(None).cast("string")).alias(COLUMNS.get(field, field)) for field in FIELDS]
        extra = [f.col(name) for name in _PLACE if name in frame.columns]
        return frame.select(*columns, message.alias("message"), f.lit(kind is Kind.GATEWAY).alias("gateway"), *extra)

    def _marked(self, field: str, value: Column) -> Column:
        return self._functions.concat(self._functions.lit("!"), value) if field in MARKED else value

    def _rows(self, log: Log, frame: DataFrame) -> DataFrame:
        """Give the rows of a CSV as `row`, null where a line is none; a line is a row, even within quotes."""
        f = self._functions
        delimiter = log.format.delimiter
        names = [f"c{number}" for number in range(len(log.format.header))]
        schema = ", ".join(f"{name} STRING" for name in (*names, "broken"))
        options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "broken", "sep": delimiter, "escape": '"'}
        read = frame.withColumn("row", f.from_csv(f.regexp_replace("value", "\r$", ""), schema, options))
        good = f.col("row.broken").isNull() & ~f.col("value").rlike(_BLANK) & f.is_valid_utf8("value")
        columns = [f.col(f"row.{name}") == text for name, text in zip(names, log.format.header, strict=True)]
        header = f.coalesce(reduce(lambda one, other: one & other, columns), f.lit(False))  # noqa: FBT003
        if "place" not in frame.columns:  # a line that is numbered must keep those before it
            return read.where(~header).withColumn("row", f.when(good, f.col("row")))
        return read.withColumn("header", header).withColumn("row", f.when(good, f.col("row")))

    def _objects(self, ways: Mapping[str, tuple[str, ...]], frame: DataFrame) -> DataFrame:
        """Parse lines as `row`, null where a line is no object.

        In brackets, because two objects in one line are no record, and Spark would take the first. `explode` keeps the
        optimizer from parsing a line once for each field. A VARIANT remembers the type of a value.
        """
        f = self._functions
        leaves = {way: "VARIANT" if field in MARKED else "STRING" for field, way in ways.items()}
        types = column_types(leaves, _struct)
        readable = f.is_valid_utf8("value") & ~f.col("value").rlike(_HALF_SURROGATE)
        line = f.when(readable, f.concat(f.lit("["), f.col("value"), f.lit("]")))
        parsed = f.from_json(line, f"ARRAY<{_struct(types)}>", {"mode": "PERMISSIVE"})
        once = frame.withColumn("rows", f.explode_outer(f.array(parsed)))
        return once.withColumn("row", f.when(f.size("rows") == 1, f.col("rows")[0]))

    def _json_value(self, field: str, way: tuple[str, ...]) -> Column:
        f = self._functions
        value = f.col(f"row.{_step(way)}")
        if field not in MARKED:
            return value
        kind = f.schema_of_variant(value)
        text = f.concat(f.lit("!"), f.try_variant_get(value, "$", "string"))
        return f.when(kind == "STRING", text).when(kind != "VOID", f.lit("{"))

    @contextmanager
    def _said(self, *files: LogFile) -> Iterator[None]:
        """Say errors of Spark in one line that names the logs."""
        try:
            yield
        except self._failure as error:
            reason = _first_line(error)
            named = [file.name for file in files if os.path.basename(file.path) in reason] or [
                file.name for file in files
            ]
            raise InputError(f"{', '.join(named)}: can't be read: {reason}") from None


def _struct(fields: Mapping[str, str]) -> str:
    return "STRUCT<" + ", ".join(f"{_quoted(name)}: {declared}" for name, declared in fields.items()) + ">"


def _step(way: Sequence[str]) -> str:
    return ".".join(map(_quoted, way))


def _quoted(name: str) -> str:
    doubled = name.replace("`", "``")
    return f"`{doubled}`"


def _columns(schema: StructType, outer: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for column in schema.fields:
        kind = column.dataType.typeName()
        yield (*outer, column.name), TEXT if kind in _TEXTS else kind
        if kind == "struct":
            yield from _columns(column.dataType, (*outer, column.name))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
