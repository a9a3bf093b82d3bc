"""Times of a sample: what a user asks for, and buckets of a length that suits the log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pricecheck.errors import UsageError
from pricecheck.traffic.kinds import Kind, value_at
from pricecheck.traffic.sources import head, tail

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pricecheck.traffic.engine import Log

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENDS = 20
_COARSEST = 86_400_000
"""The longest bucket that is guessed: a line or two of another time must not put a whole log into one."""

_MINUTE, _HOUR, _WEEK = 60_000, 3_600_000, 604_800_000
_LENGTHS = (_MINUTE, 300_000, 900_000, _HOUR, 10_800_000, 21_600_000, 43_200_000, 86_400_000, _WEEK)
"""Milliseconds of a bucket; each divides the next, so that short buckets can be put together to long ones."""


def parse_time(text: str, option: str) -> int:
    """Give a date or time as milliseconds since 1970; without a zone it is UTC, a date is its first moment.

    Raises:
        UsageError: the text is no ISO 8601 date or time; `option` names where it stands.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} {text!r} is no date or time; write one as in 2026-11-23 or 2026-11-23T08:00:00Z",
        ) from None
    return _milliseconds(moment)


def say_time(milliseconds: int) -> str:
    """Give a moment as ISO 8601 in UTC, with a fraction only where there is one."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds" if milliseconds % 1000 else "seconds").replace("+00:00", "Z")


def length_for(span: int, most: int, grain: int = _MINUTE) -> int:
    """Give the shortest length, a multiple of `grain`, of which `most` cover a span; all in milliseconds."""
    for length in _LENGTHS:
        if length >= grain and length * most >= span:
            return length
    longest = max(_WEEK, grain)
    return longest * -(-span // (longest * most))


def likely_grain(logs: Sequence[Log], since: int | None, until: int | None, most: int) -> int:
    """Guess a good length from the first and last lines, so that one reading is enough; a wrong guess only costs time.

    An hour where there is nothing to guess from: a log that is packed shows only its beginning.
    """
    if any(log.file.packing != "uncompressed" for log in logs if log.format.kind is not Kind.PARQUET):
        return _HOUR
    found = [time for log in logs for time in _end_times(log)]
    if since is not None:
        found = [max(time, since) for time in found]
    if until is not None:
        found = [min(time, until) for time in found]
    return min(length_for(max(found) - min(found), most), _COARSEST) if found else _HOUR


def _end_times(log: Log) -> Iterable[int]:
    """Give a time for the beginning of a log and one for its end: of some lines there, the one in the middle."""
    way = log.format.ways.get("timestamp")
    if way is None or log.format.kind not in {Kind.RECORDS, Kind.GATEWAY} or log.file.remote:
        return
    for lines in (head(log.file)[:_ENDS], tail(log.file)[-_ENDS:]):
        times = sorted(time for line in lines if (time := _time_of(line, way)) is not None)
        yield from times[len(times) // 2 :][:1]


def _time_of(line: bytes, way: tuple[str, ...]) -> int | None:
    try:
        value = value_at(json.loads(line), way)
        time = _milliseconds(datetime.fromisoformat(value)) if isinstance(value, str) else -1
    except (ValueError, RecursionError):
        return None
    return time if time >= 0 else None


def _milliseconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)
