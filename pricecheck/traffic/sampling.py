"""From logs to one `Sample`: each is recognised, an engine counts, and what it found is put together."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.collection import CollectionPaused
from pricecheck.errors import InputError, UsageError
from pricecheck.gateway.pricing import Source
from pricecheck.prices.usage import Sample, TimedRow, UsageRow
from pricecheck.shares import percent
from pricecheck.traffic import sql
from pricecheck.traffic.engine import BAD_LINES_SHOWN, Engine, Log
from pricecheck.traffic.interrupts import InterruptsLater
from pricecheck.traffic.keeping import Keeper
from pricecheck.traffic.kinds import Kind, recognise, recognise_columns
from pricecheck.traffic.lists import Listed, read_list
from pricecheck.traffic.sources import empty_lines_before, head, take
from pricecheck.traffic.times import length_for, likely_grain, parse_time, say_time
from pricecheck.wording import not_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pricecheck.traffic.line_counts import LineCounts
    from pricecheck.traffic.reading import ReadOptions
    from pricecheck.traffic.sources import LogFile

MAX_BAD = Decimal("0.01")
"""The largest share of bad lines that is put up with unless something else is asked for."""

MOST_GROUPS = 100_000
"""Rows of a sample for models that nobody named: what a report can hold, and far above any ordinary log."""

_SAID = ("route", "model", "source", "price")
_LISTS = frozenset({Kind.MODELS, Kind.COUNTS})
_SOURCES = {source.value.lower(): source.value for source in Source}
_Key = tuple[str | None, str | None, str | None, Decimal | None, bool]
_MOST_TIMED = 500_000
"""Rows over time at most: a log with very many model IDs gets fewer points in time."""


def summed_up(names: Sequence[str], counts: LineCounts, options: ReadOptions) -> Sample:
    """Read the logs that `names` are (files, addresses, `-`) into one sample; see `reading.read_sample`."""
    window = sql.Window(
        None if options.since is None else parse_time(options.since, "--since"),
        None if options.until is None else parse_time(options.until, "--until"),
    )
    if window.since is not None and window.until is not None and window.since >= window.until:
        raise UsageError(f"--since {options.since} is not before --until {options.until}")
    with (
        _temporary_folder() as folder,
        _engine(options, folder, counts) as engine,
    ):
        logs = [_recognised(name, number, engine, folder, options) for number, name in enumerate(names)]
        return _Reading(engine, logs, counts, window, options).sample()


@contextmanager
def _temporary_folder() -> Iterator[str]:
    """Give a folder that is gone afterwards, whenever the run is stopped."""
    from tempfile import TemporaryDirectory

    try:
        with InterruptsLater():
            folder = TemporaryDirectory(prefix="pricecheck-", ignore_cleanup_errors=True)
    except OSError as error:
        raise InputError(f"no folder for temporary files ({error.strerror or error}); name one in TMPDIR") from None
    try:
        yield folder.name
    finally:
        with InterruptsLater():
            folder.cleanup()


def _engine(options: ReadOptions, folder: str, counts: LineCounts) -> Engine:
    if options.engine == "spark":
        from pricecheck.traffic.spark import SparkEngine

        return SparkEngine(options.master, options.memory_limit)
    from pricecheck.traffic.duck import DuckEngine

    return DuckEngine(folder, options.memory_limit, counts)


def _recognised(name: str, number: int, engine: Engine, folder: str, options: ReadOptions) -> Log:
    file = take(name, folder, number)
    if file.packing == "parquet":
        return Log(file, recognise_columns(engine.columns(file), options.fields, file.name))
    kind = recognise(_head(file, engine), options.fields, file.name)
    if kind.kind is Kind.CSV and not file.remote:
        kind = kind._replace(skip=empty_lines_before(file))
    return Log(file, kind)


def _head(file: LogFile, engine: Engine) -> list[bytes]:
    return engine.head(file) if file.remote else head(file)


class _Reading:
    """One reading of logs that are recognised."""

    def __init__(
        self,
        engine: Engine,
        logs: Sequence[Log],
        counts: LineCounts,
        window: sql.Window,
        options: ReadOptions,
    ) -> None:
        self._engine = engine
        self._logs = logs
        self._counts = counts
        self._window = window
        self._options = options
        self._asked = options.route or (lambda _: True)
        self._lists = [log for log in logs if log.format.kind in _LISTS]
        self._scanned = [log for log in logs if log.format.kind not in {*_LISTS, Kind.EMPTY}]
        self._grain = likely_grain(self._scanned, window.since, window.until, options.buckets)

    def sample(self) -> Sample:
        lists = self._read_lists()
        totals, unseen = self._scan()
        empty = {log.file.path: self._counts.of(log.file).lines for log in self._logs if log.format.kind is Kind.EMPTY}
        unseen += sum(empty.values())
        read = sum(total.lines for total in totals.values()) + unseen + sum(one.read for one in lists.values())
        bad = totals.get(sql.BAD, _NONE).lines + unseen + sum(one.bad for one in lists.values())
        bad_lines = self._engine.beside(lambda: self._bad_line_numbers(lists, empty)) if bad else tuple
        with CollectionPaused():
            found = self._found(lists.values())
            span = self._span(totals)
            length, timed = self._timed(span, len(found.rows)) if span and not found.folded_groups else (None, ())
        numbers = bad_lines()
        self._judge(bad, read, numbers)
        self._require_times(totals)
        alone = len(self._logs) == 1
        since, until = (say_time(span[0]), say_time(span[1])) if span else (None, None)
        return Sample(
            files=tuple(log.file.name for log in self._logs),
            kinds=tuple(_said_kind(log, resolved=alone and sql.RESOLUTION in totals) for log in self._logs),
            rows=found.rows,
            timed=timed,
            read=read,
            bad=bad,
            bad_line_numbers=numbers,
            missing=(*found.missing, "timestamp") if since is None else found.missing,
            since=since,
            until=until,
            bucket_seconds=length and length // 1000,
            filtered=totals.get(sql.FILTERED, _NONE).requests + found.filtered,
            other=totals.get(sql.OTHER, _NONE).lines,
            undated=_undated(totals),
            unpriced=sum(totals.get(what, _NONE).unpriced for what in (sql.REQUEST, sql.RESOLUTION)),
            folded_groups=found.folded_groups,
            folded_requests=found.folded_requests,
        )

    def _require_times(self, totals: Mapping[str, _Total]) -> None:
        """Refuse to leave out all there is because no line says when it was."""
        if totals.get(sql.FILTERED, _NONE).lines and all(total.first is None for total in totals.values()):
            name = self._options.fields.get("timestamp", "timestamp")
            raise InputError(
                f"--since, --until: no line of the log has a time that can be read ({name!r}); name the field in"
                " [traffic.fields] of the policy",
            )

    def _read_lists(self) -> dict[str, Listed]:
        if self._lists and self._window.holds():
            raise UsageError(f"--since, --until: {self._lists[0].file.name} is a list of model IDs, without times")
        return {log.file.path: read_list(log, self._options.named, MOST_GROUPS) for log in self._lists}

    def _scan(self) -> tuple[dict[str, _Total], int]:
        """Give lines, requests and times by what the lines are; and how many bad ones are not among them."""
        if not self._scanned:
            return {}, 0
        formats = [log.format for log in self._scanned]
        shape = sql.Shape(
            paths=any({"method", "path"} <= one.seen for one in formats),
            weighted=any("requests" in one.ways for one in formats),
            messages=any(one.kind is not Kind.RECORDS for one in formats),
            iso=any(one.iso_times for one in formats),
            numbers=any(one.numeric_times for one in formats),
        )
        totals, unseen = self._scan_as(shape)
        # What the first lines did not show is looked for in a second reading, which few logs need.
        paths = not shape.paths and bool(self._engine.query(sql.UNLOOKED))
        times = not (shape.iso and shape.numbers) and _undated(totals) > 0
        if paths or times:
            shape = shape._replace(paths=True) if paths else shape
            totals, unseen = self._scan_as(shape._replace(iso=True, numbers=True) if times else shape)
        return totals, unseen

    def _scan_as(self, shape: sql.Shape) -> tuple[dict[str, _Total], int]:
        statement = sql.scan(self._window, self._grain, shape)
        unseen = self._engine.scan(self._scanned, statement, self._options.progress)
        return {what: _Total(*numbers) for what, *numbers in self._engine.query(sql.TOTALS)}, unseen

    def _found(self, lists: Iterable[Listed]) -> _Found:
        """Give the rows that are asked for; rare models of a log with very many are one, those that are named never."""
        keeper = Keeper(self._options.named, MOST_GROUPS)
        counts: Counter[_Key] = Counter()
        said = [False] * len(_SAID)
        filtered = 0
        for route, model, source, price, what, requests in self._engine.stream(sql.ROWS) if self._scanned else ():
            values = (route, model, _source(source), price)
            said = [before or value is not None for before, value in zip(said, values, strict=True)]
            if not self._asked(route):
                filtered += requests
                continue
            counts[(*keeper.keep(values, requests), what == sql.RESOLUTION)] += requests
        for listed in lists:
            for model, requests in listed.models.items():
                if self._asked(None):
                    counts[None, model, None, None, False] += requests
                else:
                    filtered += requests
            said[1] = said[1] or bool(listed.models)
        rows = [UsageRow(*key[:3], _plain(key[3]), requests, key[4]) for key, requests in counts.items()]
        ordered = sorted(rows, key=lambda row: (-row.requests, row.resolution, *map(str, row[:4])))
        missing = tuple(name for name, is_said in zip(_SAID, said, strict=True) if not is_said)
        return _Found(tuple(ordered), missing, filtered, keeper.folded_groups, keeper.folded_requests)

    def _span(self, totals: Mapping[str, _Total]) -> tuple[int, int] | None:
        """Give the first and last time of the requests that are asked for; None without times."""
        spans = [(totals[what].first, totals[what].last) for what in (sql.REQUEST, sql.RESOLUTION) if what in totals]
        if self._options.route is not None and spans:
            found = self._engine.query(sql.SPANS)
            spans = [(first, last) for route, first, last in found if self._options.route(route)]
        times = [time for span in spans for time in span if time is not None]
        return (min(times), max(times)) if times else None

    def _bad_line_numbers(self, lists: Mapping[str, Listed], empty: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
        numbers: list[tuple[str, int]] = []
        for log in self._logs:
            most = BAD_LINES_SHOWN - len(numbers)
            if not most:
                break
            listed = lists.get(log.file.path)
            if log.format.kind is Kind.EMPTY:
                numbers += [(log.file.name, number) for number in range(1, min(empty[log.file.path], most) + 1)]
            elif listed:
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
            f"{not_records(bad, read)} ({percent(Fraction(bad, read), Fraction(most))}, more than the"
            f" {_plain(most * 100)} % of --max-bad): lines of {where}{more}",
        )

    def _timed(self, times: Sequence[int], groups: int) -> tuple[int, tuple[TimedRow, ...]]:
        points = max(1, min(self._options.buckets, _MOST_TIMED // max(groups, 1)))
        length = length_for(max(times) - min(times), points, self._grain)
        starts: dict[int, str] = {}
        counts: dict[tuple[str, str | None, str | None, str | None, bool], int] = {}
        for bucket, route, model, source, what, requests in self._engine.query(sql.timed(length)):
            if not self._asked(route):
                continue
            start = starts.get(bucket) or starts.setdefault(bucket, say_time(bucket))
            key = (start, route, model, _source(source), what == sql.RESOLUTION)
            counts[key] = counts.get(key, 0) + requests
        return length, tuple(TimedRow(*key[:4], requests, key[4]) for key, requests in counts.items())


class _Total(NamedTuple):
    """The row of `sql.TOTALS` for lines of one kind."""

    lines: int
    requests: int
    undated: int
    unpriced: int
    first: int | None = None
    last: int | None = None


_NONE = _Total(0, 0, 0, 0)


def _undated(totals: Mapping[str, _Total]) -> int:
    return sum(total.undated for what, total in totals.items() if what != sql.BAD)


class _Found(NamedTuple):
    """The rows of a sample, what none of all rows says, and how many requests are not among them or put together."""

    rows: tuple[UsageRow, ...]
    missing: tuple[str, ...]
    filtered: int
    folded_groups: int
    folded_requests: int


def _plain(price: Decimal | None) -> Decimal | None:
    """Give a price without the zeros that its column added, and never in scientific notation."""
    if price is None:
        return None
    text = f"{price:f}"  # normalize() would round what is longer than a context's precision
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _source(word: str | None) -> str | None:
    """Give a logged source in pricecheck's words: the gateway logs `default_table` (docs/traffic.md)."""
    return None if word is None else _SOURCES.get(word)


def _said_kind(log: Log, *, resolved: bool) -> str:
    words = log.format.kind.value
    if log.format.kind is Kind.GATEWAY:
        words += " with models (debug)" if log.format.debug or resolved else " without models (info)"
    return f"{words}, {log.file.packing}" if log.file.packing in {"gzip", "zstd"} else words
