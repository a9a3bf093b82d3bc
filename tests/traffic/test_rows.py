"""The rows of a CSV and the entries of a list, however they were written: counted exactly, and named where bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pricecheck.errors import InputError
from pricecheck.traffic import read_sample
from tests.traffic.samples import ANY

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "requested_model,route\n"


def read(path: Path, text: str) -> tuple[dict[str | None, int], int, list[int]]:
    path.write_bytes(text.encode())
    sample = read_sample([str(path)], ANY)
    if "count" not in text:
        assert sample.read == sample.bad + sum(row.requests for row in sample.rows)
    return (
        {row.model: row.requests for row in sample.rows},
        sample.bad,
        [number for _, number in sample.bad_line_numbers],
    )


def test_empty_lines_within_quotes_are_part_of_a_row(tmp_path: Path) -> None:
    rows = "".join(f'm,R,"a\n\n \nb{number}"\n' for number in range(50))
    assert read(tmp_path / "log", "requested_model,route,note\n" + rows) == ({"m": 50}, 0, [])


def test_bad_rows_after_line_breaks_within_quotes_are_named_rightly(tmp_path: Path) -> None:
    text = 'requested_model,route,note\nm,R,"a\n\nb"\n\nm,R\nm,R,x\n'
    assert read(tmp_path / "log", text) == ({"m": 2}, 2, [5, 6])


@pytest.mark.parametrize("blank", ["", " ", "\t ", "\x0b", "\r"])
def test_an_empty_row_is_one_bad_line(tmp_path: Path, blank: str) -> None:
    assert read(tmp_path / "log", f"{HEAD}m,R\n{blank}\nm,R\n") == ({"m": 2}, 1, [3])


def test_a_quote_that_is_never_closed_loses_no_line_unseen(tmp_path: Path) -> None:
    text = HEAD + "m,R\n" * 5 + '"m,R\n' + "n,R\n" * 100
    found, bad, named = read(tmp_path / "log", text)
    assert (found, bad) == ({"m": 5}, 101)
    assert named[0] == 7


@pytest.mark.parametrize(
    "text",
    [HEAD + "m,R\r\nm,R\n", HEAD.replace("\n", "\r\n") + "m,R\nm,R\n", HEAD + "m,R\nm,R\r\n", HEAD + "m,R\rm,R\nm,R\n"],
    ids=["one crlf", "crlf header", "last crlf", "lone cr"],
)
def test_line_ends_may_differ(tmp_path: Path, text: str) -> None:
    (tmp_path / "log").write_bytes(text.encode())
    sample = read_sample([str(tmp_path / "log")], ANY)
    assert sum(row.requests for row in sample.rows) == text.count("m,R")
    assert {row.route for row in sample.rows} == {"R"}
    assert sample.bad == 0


def test_empty_lines_before_the_header_are_bad_lines_and_no_header(tmp_path: Path) -> None:
    assert read(tmp_path / "log", "\n \n" + HEAD + "m,R\n" * 3) == ({"m": 3}, 2, [1, 2])


def test_a_log_may_begin_with_very_many_empty_lines(tmp_path: Path) -> None:
    record = '{"route":"R","requested_model":"m"}\n'
    assert read(tmp_path / "log", "\n" * 5000 + record * 3) == ({"m": 3}, 5000, list(range(1, 21)))


def test_a_log_of_empty_lines_has_only_bad_ones(tmp_path: Path) -> None:
    assert read(tmp_path / "log", "\n \n\t\n") == ({}, 3, [1, 2, 3])
    (tmp_path / "log").write_bytes(b"")
    assert read_sample([str(tmp_path / "log")], ANY).read == 0


def test_lists_as_people_write_them(tmp_path: Path) -> None:
    text = '\ufeff# from the dashboard\nmodel\na\n\u00a0\n"b"\n"c\\"d"\n\na\n"broken\n'
    assert read(tmp_path / "log", text) == ({"a": 2, "b": 1, 'c"d': 1}, 1, [9])
    assert read(tmp_path / "log", "\nmodel,count\na,5\nb,6\n") == ({"a": 5, "b": 6}, 0, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('Nov 28 10:00:00 host gw[1]: {"level":"info","msg":"request"}\n', "`journalctl -o cat`"),
        ('gateway-1  | {"requested_model":"m"}\n', "`docker compose logs --no-log-prefix`"),
        ('{"path":"/x"}\n', "has neither 'requested_model' nor 'route' (it has: path)"),
    ],
)
def test_what_is_no_log_is_told_with_the_way_out(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "log").write_text(text * 3)
    with pytest.raises(InputError) as caught:
        read_sample([str(tmp_path / "log")], ANY)
    assert said in str(caught.value)


def test_utf_16_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"requested_model":"m"}\n', encoding="utf-16")
    with pytest.raises(InputError, match="looks like UTF-16; write it as UTF-8"):
        read_sample([str(tmp_path / "log")], ANY)


def test_a_file_counts_once_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log").write_text('{"requested_model":"m"}\n')
    (tmp_path / "link").symlink_to("log")
    sample = read_sample(["log", "./log", str(tmp_path / "log"), "link", "l*"], ANY)
    assert (sample.read, sample.files) == (1, ("log",))


def test_rows_with_no_count_are_named_among_other_bad_rows(tmp_path: Path) -> None:
    text = 'day,model,count\n1,a,200\n\n"1\n\n2",a,x\n2,b\n2,b,3\n2,c,-1\n'
    assert read(tmp_path / "log", text) == ({"a": 200, "b": 3}, 4, [3, 4, 7, 9])


def test_rows_with_too_many_columns_are_bad_whatever_the_line_ends_and_the_other_files(tmp_path: Path) -> None:
    mixed, even = tmp_path / "mixed", tmp_path / "even"
    mixed.write_bytes(HEAD.encode() + b'"m","R"\r\nm,R,extra\nm,R\n' + b"m,R\r\n" * 100_000)
    even.write_text(HEAD + "m,R\nm,R,extra\nm\n")
    sample = read_sample([str(mixed), str(even)], ANY)
    assert (sample.read, sample.bad, [row.requests for row in sample.rows]) == (100_006, 3, [100_003])
    assert sample.bad_line_numbers == ((str(mixed), 3), (str(even), 3), (str(even), 4))
