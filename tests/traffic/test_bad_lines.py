"""Lines that are no records are counted exactly and named, and more of them than is put up with end the job."""

from __future__ import annotations

import gzip
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from pricecheck.errors import InputError
from pricecheck.traffic import ReadOptions, read_sample
from pricecheck.traffic.duck import DuckEngine
from tests.traffic.samples import ANY, FIXTURES, ROWS

if TYPE_CHECKING:
    from pathlib import Path

GOOD = b'{"route":"GET /x","requested_model":"gpt-4o"}'
NOT_RECORDS = {
    "truncated": GOOD[:-9],
    "text": b"panic: index out of range",
    "list": b'["GET /x","gpt-4o"]',
    "number": b"17",
    "null": b"null",
    "model is a number": b'{"route":"GET /x","requested_model":42}',
    "model is a list": b'{"route":"GET /x","requested_model":["gpt-4o"]}',
    "route is an object": b'{"route":{"path":"/x"},"requested_model":"gpt-4o"}',
    "route is a truth": b'{"route":true,"requested_model":"gpt-4o"}',
    "nothing known": b'{"level":"info"}',
    "empty object": b"{}",
    "empty": b"",
    "blanks": b" \t",
    "carriage return": b"\r",
    "other blanks": b"\x0b\x0c",
    "zero byte": b"\x00",
    "binary": b"\x89PNG\r\x1a\xff\xfe",
    "no UTF-8": GOOD.replace(b"gpt", b"gp\xff"),
    "control character": GOOD.replace(b"gpt", b"gp\x01"),
    "half a surrogate": GOOD.replace(b"gpt", rb"\ud800"),
    "two objects": GOOD + GOOD,
}


@pytest.mark.parametrize("line", NOT_RECORDS.values(), ids=NOT_RECORDS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_bad_line_is_counted_and_named(tmp_path: Path, line: bytes, end: bytes) -> None:
    log = tmp_path / "log"
    log.write_bytes(end.join([GOOD, line, GOOD, GOOD, line, b""]))
    sample = read_sample([str(log)], ANY)
    assert [row.requests for row in sample.rows] == [3]
    assert (sample.read, sample.bad) == (5, 2)
    assert sample.bad_line_numbers == ((str(log), 2), (str(log), 5))


@pytest.mark.parametrize("line", NOT_RECORDS.values(), ids=NOT_RECORDS)
def test_a_packed_log_has_the_same_bad_lines(tmp_path: Path, line: bytes) -> None:
    log = tmp_path / "log"
    log.write_bytes(gzip.compress(b"\n".join([GOOD, GOOD, line])))
    sample = read_sample([str(log)], ANY)
    empty_end = not line  # the text then ends with a line break, and there is no third line
    assert (sample.read, sample.bad) == ((2, 0) if empty_end else (3, 1))
    assert sample.bad_line_numbers == (() if empty_end else ((str(log), 3),))


def test_the_five_kinds_of_the_fixture() -> None:
    log = str(FIXTURES / "bad.jsonl")
    sample = read_sample([log], ANY)
    assert sample.bad_line_numbers == tuple((log, number) for number in (4, 10, 15, 21, 28))
    assert (sample.read, sample.bad) == (35, 5)
    assert sum(row.requests for row in sample.rows) == 30


def test_a_record_that_says_little_is_good(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines = (
        '{"route":null,"requested_model":"gpt-4o"}',
        '  {"route":"GET /x","extra":{"a":[1]}}',
        '{"timestamp":"soon","route":null}',
    )
    log.write_text("\n".join(lines))
    sample = read_sample([str(log)], ANY)
    assert (sample.read, sample.bad, sample.other) == (3, 0, 1)
    assert {(row.route, row.model) for row in sample.rows} == {(None, "gpt-4o"), ("GET /x", None)}


def test_the_first_twenty_are_named_in_the_order_of_the_files(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_bytes(b"\n".join([GOOD, b"", b"x", *[GOOD] * 5, b"y", GOOD]))
    other.write_bytes(b"\n".join([GOOD, *[b"x", b""] * 20]))
    sample = read_sample([str(one), str(other)], ANY)
    assert sample.bad == 3 + 39  # the last empty text is the end of the line before it
    assert len(sample.bad_line_numbers) == 20
    assert sample.bad_line_numbers[:4] == ((str(one), 2), (str(one), 3), (str(one), 9), (str(other), 2))


@pytest.mark.parametrize(("good", "fails"), [(98, True), (99, False)])
def test_one_per_cent_is_put_up_with(tmp_path: Path, good: int, *, fails: bool) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"\n".join([*[GOOD] * good, b"x"]))
    if fails:
        with pytest.raises(InputError) as caught:
            read_sample([str(log)], ReadOptions())
        assert str(caught.value) == (
            f"1 of 99 lines is no record (1.01 %, more than the 1 % of --max-bad): lines of {log}: 99"
        )
    else:
        assert read_sample([str(log)], ReadOptions()).bad == 1


def test_no_bad_line_can_be_asked_for(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"\n".join([*[GOOD] * 5000, b"x", b"", GOOD]))
    with pytest.raises(
        InputError, match=r"2 of 5,003 lines are no records \(0\.04 %, more than the 0 %.*: 5001, 5002$"
    ):
        read_sample([str(log)], ReadOptions(max_bad=Decimal(0)))


def test_rows_that_are_no_csv(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = ["route,requested_model", "GET /x,gpt-4o", "", "GET /x", '"GET /x",gpt-4o', "a,b,c", '"GET"/x,gpt-4o', ","]
    log.write_bytes("\n".join(rows).encode() + b"\nGET /x,gp\xff\nGET /x,gpt-4o\n")
    sample = read_sample([str(log)], ANY)
    assert [row.requests for row in sample.rows] == [3]
    assert (sample.read, sample.bad, sample.other) == (9, 5, 1)
    assert sample.bad_line_numbers == tuple((str(log), number) for number in (3, 4, 6, 7, 9))


def test_lines_that_are_no_model_and_no_count(tmp_path: Path) -> None:
    models, counts = tmp_path / "models", tmp_path / "counts"
    models.write_bytes(b"gpt-4o\ngpt-4o\n\xff\xfe\n")
    counts.write_text("model,count\ngpt-4o,5\ngpt-4o,many\ngpt-4o,-1\ngpt-4o\n,3\ngpt-4o,1e3\n")
    sample = read_sample([str(models), str(counts)], ANY)
    assert [row.requests for row in sample.rows] == [7]
    assert (sample.read, sample.bad) == (9, 6)
    assert sample.bad_line_numbers == ((str(models), 3), *((str(counts), number) for number in (3, 4, 5, 6, 7)))


@pytest.mark.parametrize("packing", ["gz", "zst"])
@pytest.mark.parametrize(
    ("cut", "said"), [(-8, "is cut off: the packed data ends in the middle"), (None, "can't be read")]
)
def test_a_damaged_file_is_refused(tmp_path: Path, packing: str, cut: int | None, said: str) -> None:
    data = bytearray((FIXTURES / f"records.jsonl.{packing}").read_bytes()[:cut])
    if cut is None:
        data[len(data) // 2] ^= 0xFF
    log = tmp_path / "log"
    log.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_sample([str(log)], ANY)
    assert str(caught.value).startswith(f"{log}: {said}")


def test_damage_far_behind_the_beginning_is_found_too(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"\n".join(GOOD[:-1] + b',"id":%d}' % number for number in range(200_000))))
    data[-6] ^= 0xFF
    log = tmp_path / "log.gz"
    log.write_bytes(data)
    with pytest.raises(InputError, match=r"log\.gz: can't be read: CRC check failed"):
        read_sample([str(log)], ANY)


def test_a_damaged_parquet_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    log.write_bytes((FIXTURES / "records.parquet").read_bytes()[:-20])
    with pytest.raises(InputError, match=r"log\.parquet: can't be read: "):
        read_sample([str(log)], ANY)


def test_good_rows_are_untouched_by_bad_ones_beside_them() -> None:
    bad, good = str(FIXTURES / "bad.jsonl"), str(FIXTURES / "records.jsonl")
    sample = read_sample([bad, good], ANY)
    assert sum(row.requests for row in sample.rows) == 65
    assert {row._replace(requests=0) for row in sample.rows} == {row._replace(requests=0) for row in ROWS}


def test_a_log_that_goes_away_while_it_is_read_is_said_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    log.write_bytes(GOOD + b"\nbroken\n")
    scan = DuckEngine.scan

    def scan_and_delete(engine: DuckEngine, *given: Any) -> int:  # noqa: ANN401 - as it is called
        found = scan(engine, *given)
        log.unlink()
        return found

    monkeypatch.setattr(DuckEngine, "scan", scan_and_delete)
    with pytest.raises(InputError, match=f"^{re.escape(str(log))}: can't be read: "):
        read_sample([str(log)], ANY)
