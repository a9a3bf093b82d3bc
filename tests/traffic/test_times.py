"""A part of a log can be asked for, and requests are told over time."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pricecheck.errors import InputError, UsageError
from pricecheck.traffic import read_sample
from tests.traffic.samples import ANY, CHAT, COMPLETIONS, FIXTURES

if TYPE_CHECKING:
    from collections.abc import Iterable


RECORDS = str(FIXTURES / "records.jsonl")


def log_at(folder: Path, times: Iterable[object]) -> str:
    log = folder / "log"
    log.write_text("".join(json.dumps({"timestamp": time, "route": "GET /x"}) + "\n" for time in times))
    return str(log)


def total(log: str, **asked: Any) -> tuple[int, int]:  # noqa: ANN401 - any of the options
    sample = read_sample([log], ANY._replace(**asked))
    return sum(row.requests for row in sample.rows), sample.filtered


@pytest.mark.parametrize("name", ["records.jsonl", "records.csv", "records.parquet", "records.jsonl.zst"])
def test_since_is_inclusive_and_until_is_not(name: str) -> None:
    log = str(FIXTURES / name)
    assert total(log, since="2026-11-21", until="2026-11-22") == (12, 23)
    assert total(log, since="2026-11-22T20:01:44.564Z") == (1, 34)
    assert total(log, until="2026-11-22T20:01:44.564Z") == (34, 1)
    assert total(log, since="2026-11-22T21:01:44.564+01:00") == (1, 34)


def test_only_requests_of_the_routes_that_are_asked_for_count() -> None:
    asked = ANY._replace(route=lambda route: route == COMPLETIONS)
    sample = read_sample([RECORDS], asked)
    assert (sum(row.requests for row in sample.rows), sample.filtered) == (5, 30)
    assert {row.route for row in sample.rows} == {row.route for row in sample.timed} == {COMPLETIONS}
    everything = read_sample([RECORDS], ANY)
    assert (everything.since, everything.until) != (sample.since, sample.until)
    assert (sample.since, sample.until) == (min(times_of(COMPLETIONS)), max(times_of(COMPLETIONS)))
    assert sample.missing == ()


def times_of(route: str) -> list[str]:
    records = [json.loads(line) for line in Path(RECORDS).read_text().splitlines()]
    return [record["timestamp"] for record in records if record["route"] == route]


def test_a_route_with_escapes_is_the_same_route(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"route":"POST \\/v1\\/chat\\/completions"}\n')
    assert total(str(log), route=lambda route: route == CHAT) == (1, 0)


def test_bad_lines_are_bad_whatever_is_asked_for() -> None:
    sample = read_sample([str(FIXTURES / "bad.jsonl")], ANY._replace(route=lambda _: False, since="2030-01-01"))
    assert (sample.bad, sample.filtered, sample.rows) == (5, 30, ())
    assert len(sample.bad_line_numbers) == 5


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-23T11:20:01.500Z",
        "2026-11-23T12:20:01.500+01:00",
        "2026-11-23 11:20:01.500",
        1795432801500,
        "1795432801500",
        1795432801.5,
    ],
)
def test_times_are_read_as_text_and_as_numbers(tmp_path: Path, time: object) -> None:
    sample = read_sample([log_at(tmp_path, [time])], ANY)
    assert sample.since == sample.until == "2026-11-23T11:20:01.500Z"


@pytest.mark.parametrize("time", ["soon", "", None, -5, 10**17, "99999-01-01T00:00:00Z", [1], {}])
def test_what_is_no_time_is_unknown_and_loses_no_request(tmp_path: Path, time: object) -> None:
    log = log_at(tmp_path, [time])
    sample = read_sample([log], ANY)
    assert (sample.since, sample.timed, sample.bucket_seconds) == (None, (), None)
    assert sample.missing == ("model", "source", "price", "timestamp")
    assert total(log) == (1, 0)
    with pytest.raises(InputError, match="no line of the log has a time that can be read"):
        total(log, since="2026-01-01")
    assert total(log_at(tmp_path, [time, "2020-01-01"]), since="2026-01-01") == (0, 2)


@pytest.mark.parametrize(
    ("days", "seconds"),
    [(0.02, 60), (0.2, 900), (1, 3600), (2, 3600), (10, 21600), (40, 86400), (300, 604800), (700, 3 * 604800)],
)
def test_buckets_suit_the_length_of_the_log(tmp_path: Path, days: float, seconds: int) -> None:
    start, step = 1_700_000_000, days * 86400 / 1000
    sample = read_sample([log_at(tmp_path, (start + int(number * step) for number in range(1000)))], ANY)
    assert sample.bucket_seconds == max(seconds, 3600)  # nothing but numbers: the first reading goes by the hour
    iso = [f"2026-01-{1 + day:02d}T00:00:00Z" for day in range(20)]
    assert read_sample([log_at(tmp_path, iso)], ANY).bucket_seconds == 43200


def test_points_in_time_add_up_and_begin_on_their_buckets() -> None:
    sample = read_sample([RECORDS], ANY)
    assert sample.bucket_seconds == 10800
    starts = [row.start for row in sample.timed]
    assert starts == sorted(starts)
    assert starts[0] == "2026-11-20T00:00:00Z"
    assert {int(start[11:13]) % 3 for start in starts} == {0}
    for row in sample.rows:
        parts = [part.requests for part in sample.timed if part[1:4] == row[:3]]
        assert sum(parts) == row.requests


def test_fewer_points_can_be_asked_for() -> None:
    sample = read_sample([RECORDS], ANY._replace(buckets=3))
    assert sample.bucket_seconds == 86400
    assert {row.start for row in sample.timed} == {f"2026-11-{day}T00:00:00Z" for day in (20, 21, 22)}


def test_a_packed_log_goes_by_the_hour() -> None:
    sample = read_sample([RECORDS + ".gz"], ANY._replace(since="2026-11-21T00:00:00Z", until="2026-11-21T06:00:00Z"))
    assert sample.bucket_seconds == 3600


@pytest.mark.parametrize("asked", ["yesterday", "2026-13-01", ""])
def test_a_time_that_is_none_is_refused(asked: str) -> None:
    with pytest.raises(UsageError, match=r"--since .* is no date or time; write one as in 2026-11-23"):
        read_sample([RECORDS], ANY._replace(since=asked))


@pytest.mark.parametrize(
    "odd", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1971-01-01T00:00:00Z", "1795101201714"]
)
def test_a_line_of_another_time_does_not_spoil_the_points_of_the_others(tmp_path: Path, odd: str) -> None:
    times = [f"2026-11-{1 + hour // 24:02d}T{hour % 24:02d}:00:00Z" for hour in range(480)]
    sample = read_sample([log_at(tmp_path, [odd, *times])], ANY)
    assert sum(row.requests for row in sample.timed) in {480, 481}
    assert sample.bucket_seconds is not None
    starts = [datetime.fromisoformat(row.start) for row in sample.timed]
    assert all(int(start.timestamp()) % sample.bucket_seconds == 0 for start in starts)
    if "1971" not in odd and not odd.isdigit():
        assert (sample.bucket_seconds, len(starts)) == (43_200, 40)
    without = read_sample([log_at(tmp_path, times)], ANY)
    assert (without.bucket_seconds, len(without.timed)) == (43_200, 40)
