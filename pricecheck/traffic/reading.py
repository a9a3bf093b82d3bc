"""Read logs of any size into one `Sample`."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pricecheck.errors import InputError
from pricecheck.gateway.pricing import Source
from pricecheck.prices.usage import Sample, TimedRow, UsageRow
from pricecheck.traffic import sql
from pricecheck.traffic.engine import BAD_LINES_SHOWN, Engine, Log
from pricecheck.traffic.kinds import Kind, recognise, recognise_columns
from pricecheck.traffic.lists import Listed, read_list
from pricecheck.traffic.sources import find, head, take
from pricecheck.traffic.times import length_for, likely_grain, parse_time, say_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pricecheck.traffic.sources import LogFile

MAX_BAD = Decimal("0.01")
"""The largest share of bad lines that is put up with unless something else is asked for."""

_LISTS = frozenset({Kind.MODELS, Kind.COUNTS})
_SOURCES = {source.value.lower(): source.value for source in Source}
_MOST_TIMED = 500_000
"""Rows over time at most: a log with very many model IDs gets fewer points in time."""


class ReadOptions(NamedTuple):
    """How logs are read.

    `fields` maps a field of `policy.model.TRAFFIC_FIELDS` to its name in the log. `since` (inclusive) and `until`
    (exclusive) are ISO 8601 dates or times, UTC where they name no zone; `route` is a route key. `max_bad` is the
    largest share of bad lines, None for `MAX_BAD`. `memory_limit` is the whole process's, as in `512MB`; what does not
    fit is put on disk. `master` is Spark's, None for what the environment says. `progress` is called with the share
    that is read, 0 to 1, now and then. `buckets` is the largest number of points in time.
    """

    fields: Mapping[str, str] = {}
    since: str | None = None
    until: str | None = None
    route: str | None = None
    max_bad: Decimal | None = None
    memory_limit: str | None = None
    engine: Literal["duckdb", "spark"] = "duckdb"
    master: str | None = None
    progress: Callable[[float], None] | None = None
    buckets: int = 48


def read_sample(paths: Sequence[str], options: ReadOptions) -> Sample:
    """Read logs into one sample. `paths` are files, globs or `-` for standard input; with Spark also addresses.

    Raises:
        InputError: a file can't be read, is no known kind of log, or there are more bad lines than `max_bad`.
        UsageError: an option does not make sense, or the engine is not installed.
    """
    from tempfile import TemporaryDirectory

    window = sql.Window(
        None if options.since is None else parse_time(options.since, "--since"),
        None if options.until is None else parse_time(options.until, "--until"),
        options.route,
    )
    names = find(paths)
    with (
        TemporaryDirectory(prefix="pricecheck-", ignore_cleanup_errors=True) as folder,
        _engine(options, folder) as engine,
    ):
        logs = [_recognised(name, number, engine, folder, options) for number, name in enumerate(names)]
        return _Reading(engine, logs, window, options).sample()


def _engine(options: ReadOptions, folder: str) -> Engine:
    if options.engine == "spark":
        from pricecheck.traffic.spark import SparkEngine

        return SparkEngine(options.master, options.memory_limit)
    from pricecheck.traffic.duck import DuckEngine

    return DuckEngine(folder, options.memory_limit)


def _recognised(name: str, number: int, engine: Engine, folder: str, options: ReadOptions) -> Log:
    file = take(name, folder, number)
    if file.packing == "parquet":
        return Log(file, recognise_columns(engine.columns(file), options.fields, file.name))
    return Log(file, recognise(_head(file, engine), options.fields, file.name))


def _head(file: LogFile, engine: Engine) -> list[bytes]:
    return engine.head(file) if file.remote else head(file)


class _Reading:
    """One reading of logs that are recognised."""

    def __init__(self, engine: Engine, logs: Sequence[Log], window: sql.Window, options: ReadOptions) -> None:
        self._engine = engine
        self._logs = logs
        self._window = window
        self._options = options
        self._scanned = [log for log in logs if log.format.kind not in {*_LISTS, Kind.EMPTY}]
        self._grain = likely_grain(self._scanned, window.since, window.until, options.buckets)

    def sample(self) -> Sample:
        lists = {log.file.path: read_list(log) for log in self._logs if log.format.kind in _LISTS}
        totals, unseen = self._scan()
        read = sum(lines for lines, _, _ in totals.values()) + unseen + sum(one.read for one in lists.values())
        bad = totals.get(sql.BAD, _NONE)[0] + unseen + sum(one.bad for one in lists.values())
        numbers = self._bad_line_numbers(lists) if bad else ()
        self._judge(bad, read, numbers)
        found = self._engine.query(sql.rows()) if self._scanned else []
        rows = _usage_rows(found, lists.values())
        requests = sum(totals.get(what, _NONE)[0] for what in (sql.REQUEST, sql.RESOLUTION))
        folded = requests - sum(row[-1] for row in found)
        times = [
            time for what in (sql.REQUEST, sql.RESOLUTION) for time in totals.get(what, _NONE)[1:] if time is not None
        ]
        length, timed = self._timed(times, len(rows)) if times and not folded else (None, ())
        since, until = (say_time(min(times)), say_time(max(times))) if times else (None, None)
        return Sample(
            files=tuple(log.file.name for log in self._logs),
            kinds=tuple(_said_kind(log, totals) for log in self._logs),
            rows=rows,
            timed=timed,
            read=read,
            bad=bad,
            bad_line_numbers=numbers,
            missing=_missing(rows, since),
            since=since,
            until=until,
            bucket_seconds=length and length // 1000,
            filtered=totals.get(sql.FILTERED, _NONE)[0],
            other=totals.get(sql.OTHER, _NONE)[0],
            folded_groups=self._engine.query(sql.groups())[0][0] - len(found) if folded else 0,
            folded_requests=folded + sum(one.more for one in lists.values()),
        )

    def _scan(self) -> tuple[dict[str, _Total], int]:
        """Give lines, first and last time by what the lines are; and how many bad ones are not among them."""
        if not self._scanned:
            return {}, 0
        paths = any({"method", "path"} <= log.format.ways.keys() for log in self._scanned)
        unseen = self._engine.scan(
            self._scanned, sql.scan(self._window, self._grain, paths=paths), self._options.progress or _ignored
        )
        return {what: (lines, first, last) for what, lines, first, last in self._engine.query(sql.TOTALS)}, unseen

    def _bad_line_numbers(self, lists: Mapping[str, Listed]) -> tuple[tuple[str, int], ...]:
        numbers: list[tuple[str, int]] = []
        for log in self._logs:
            most = BAD_LINES_SHOWN - len(numbers)
            if log.format.kind is Kind.EMPTY or not most:
                continue
            listed = lists.get(log.file.path)
            if listed:
                numbers += [(log.file.name, number) for number in listed.numbers[:most]]
            else:
                numbers += self._engine.bad_lines(log, most)
        return tuple(numbers)

    def _judge(self, bad: int, read: int, numbers: Sequence[tuple[str, int]]) -> None:
        most = MAX_BAD if self._options.max_bad is None else self._options.max_bad
        if bad <= most * read:
            return
        named: dict[str, list[str]] = {}
        for name, number in numbers:
            named.setdefault(name, []).append(str(number))
        where = "; ".join(f"{name}: {', '.join(lines)}" for name, lines in named.items())
        more = ", …" if bad > len(numbers) else ""
        raise InputError(
            f"{bad:,} of {read:,} lines are no records ({_percent(Decimal(bad) / read)}, more than the"
            f" {_percent(most)} of --max-bad): lines of {where}{more}",
        )

    def _timed(self, times: Sequence[int], groups: int) -> tuple[int, tuple[TimedRow, ...]]:
        points = max(1, min(self._options.buckets, _MOST_TIMED // max(groups, 1)))
        length = length_for(max(times) - min(times), points, self._grain)
        starts: dict[int, str] = {}
        counts: dict[tuple[str, str | None, str | None, str | None, bool], int] = {}
        for bucket, route, model, source, what, requests in self._engine.query(sql.timed(length)):
            start = starts.get(bucket) or starts.setdefault(bucket, say_time(bucket))
            key = (start, route, model, _source(source), what == sql.RESOLUTION)
            counts[key] = counts.get(key, 0) + requests
        return length, tuple(TimedRow(*key[:4], requests, key[4]) for key, requests in counts.items())


_Total = tuple[int, int | None, int | None]
_NONE: _Total = (0, None, None)


def _ignored(_: float) -> None:
    """Show no progress."""


def _usage_rows(found: Iterable[Sequence[Any]], lists: Iterable[Listed]) -> tuple[UsageRow, ...]:
    """Put together what only differs in words for the same source, and the lists."""
    counts: Counter[tuple[str | None, str | None, str | None, Decimal | None, bool]] = Counter()
    for route, model, source, price, what, requests in found:
        counts[route, model, _source(source), price, what == sql.RESOLUTION] += requests
    for listed in lists:
        for model, requests in listed.models.items():
            counts[None, model, None, None, False] += requests
    rows = [
        UsageRow(route, model, source, None if price is None else _plain(price), requests, resolution)
        for (route, model, source, price, resolution), requests in counts.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.requests, row.resolution, *map(str, row[:4]))))


def _plain(price: Decimal) -> Decimal:
    """Give a price without the zeros that its column added, and never in scientific notation."""
    return Decimal(format(price.normalize(), "f"))


def _source(word: str | None) -> str | None:
    """Give a logged source in pricecheck's words: the gateway logs `default_table` (docs/traffic.md)."""
    return None if word is None else _SOURCES.get(word)


def _missing(rows: Sequence[UsageRow], since: str | None) -> tuple[str, ...]:
    names = [name for name in ("route", "model", "source", "price") if all(getattr(row, name) is None for row in rows)]
    return (*names, "timestamp") if since is None else tuple(names)


def _said_kind(log: Log, totals: Mapping[str, _Total]) -> str:
    words = log.format.kind.value
    if log.format.kind is Kind.GATEWAY and sql.RESOLUTION in totals:
        words += " with models (debug)"
    elif log.format.kind is Kind.GATEWAY and sql.FILTERED not in totals:
        words += " without models (info)"
    return f"{words}, {log.file.packing}" if log.file.packing in {"gzip", "zstd"} else words


def _percent(share: Decimal) -> str:
    return f"{format(round(share * 100, 2).normalize(), 'f')} %"
