"""Every kind of log is recognised by what is in it, and said; the same traffic is the same sample in each."""

from __future__ import annotations

import io
import os
import shutil
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from pricecheck.errors import InputError
from pricecheck.prices.usage import UsageRow
from pricecheck.traffic import read_sample
from tests.traffic.samples import ANY, CHAT, COMPLETIONS, FIXTURES, RENAMED, ROWS

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = {
    "records.jsonl": "playbook records, JSON lines",
    "records.jsonl.gz": "playbook records, JSON lines, gzip",
    "records.jsonl.zst": "playbook records, JSON lines, zstd",
    "records.csv": "playbook records, CSV",
    "records.parquet": "playbook records, Parquet",
}


@pytest.mark.parametrize("name", RECORDS)
def test_records_are_the_same_sample_in_every_format(name: str) -> None:
    sample = read_sample([str(FIXTURES / name)], ANY)
    assert sample.rows == ROWS
    assert sample.kinds == (RECORDS[name],)
    assert (sample.read, sample.bad, sample.missing) == (35, 0, ())
    assert (sample.since, sample.until) == ("2026-11-20T00:44:06.773Z", "2026-11-22T20:01:44.564Z")
    assert sum(row.requests for row in sample.timed) == 35


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    for number, name in enumerate(RECORDS):
        shutil.copy(FIXTURES / name, tmp_path / f"log{number}.txt")
    sample = read_sample([str(tmp_path / "log*.txt")], ANY)
    assert sample.kinds == tuple(RECORDS.values())
    assert sample.rows == tuple(row._replace(requests=5 * row.requests) for row in ROWS)


def test_fields_are_found_under_the_names_of_the_policy() -> None:
    assert read_sample([str(FIXTURES / "renamed.jsonl")], ANY._replace(fields=RENAMED)).rows == ROWS


def test_a_name_with_dots_is_first_taken_as_it_stands(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"request.model":"a","request":{"model":"b"},"route":"GET /x"}\n')
    options = ANY._replace(fields={"requested_model": "request.model"})
    assert [row.model for row in read_sample([str(log)], options).rows] == ["a"]


def test_nested_columns_of_parquet_are_found(tmp_path: Path) -> None:
    import duckdb

    log = tmp_path / "log.parquet"
    duckdb.sql(f"COPY (SELECT {{'model': 'm', 'n': 1}} AS request, 7 AS other) TO '{log}' (FORMAT parquet)")
    options = ANY._replace(fields={"requested_model": "request.model"})
    sample = read_sample([str(log)], options)
    assert sample.rows == (UsageRow(None, "m", None, None, 1),)
    assert sample.missing == ("route", "source", "price", "timestamp")


def test_a_gateways_info_lines_tell_no_models() -> None:
    sample = read_sample([str(FIXTURES / "gateway-info.jsonl")], ANY)
    assert sample.kinds == ("gateway log without models (info)",)
    assert sample.missing == ("model", "source")
    assert sum(row.requests for row in sample.rows) == 35
    assert {row.route for row in sample.rows} == {CHAT, COMPLETIONS, "GET /search"}
    assert sample.other == 36


def test_a_gateways_debug_lines_tell_models_without_routes() -> None:
    sample = read_sample([str(FIXTURES / "gateway-debug.jsonl")], ANY)
    assert sample.kinds == ("gateway log with models (debug)",)
    assert {(row.model, row.source, row.price, row.requests) for row in sample.rows if row.resolution} == {
        (row.model, row.source, row.price, row.requests) for row in ROWS if row.model
    }
    assert all(row.route is None for row in sample.rows if row.resolution)
    assert sum(row.requests for row in sample.rows if not row.resolution) == 35


@pytest.mark.parametrize(
    ("name", "kind"), [("models.txt", "list of model IDs"), ("counts.csv", "model IDs with counts")]
)
def test_lists_tell_models_and_nothing_else(name: str, kind: str) -> None:
    sample = read_sample([str(FIXTURES / name)], ANY)
    assert {(row.model, row.requests) for row in sample.rows} == {
        (row.model, row.requests) for row in ROWS if row.model
    }
    assert sample.kinds == (kind,)
    assert sample.missing == ("route", "source", "price", "timestamp")


def test_counts_need_no_header_and_lists_may_have_empty_lines(tmp_path: Path) -> None:
    counts, models = tmp_path / "counts", tmp_path / "models"
    counts.write_text("gpt-4o,5\nft:x,2\n")
    models.write_text("gpt-4o\n\nft:x\n\n")
    sample = read_sample([str(counts), str(models)], ANY)
    assert [(row.model, row.requests) for row in sample.rows] == [("gpt-4o", 6), ("ft:x", 3)]
    assert sample.bad == 0


def test_standard_input_and_files_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    records = FIXTURES / "records.jsonl.gz"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(records.read_bytes())))
    sample = read_sample(["-", str(records)], ANY)
    assert sample.files == ("<stdin>", str(records))
    assert sample.rows == tuple(row._replace(requests=2 * row.requests) for row in ROWS)


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes((FIXTURES / "records.jsonl").read_bytes()))
    writer.start()
    assert read_sample([str(pipe)], ANY).rows == ROWS
    writer.join()


def test_a_file_is_read_once_and_its_name_is_no_pattern(tmp_path: Path) -> None:
    log = tmp_path / "log[1] 'of' *.jsonl"
    shutil.copy(FIXTURES / "records.jsonl", log)
    shutil.copy(FIXTURES / "records.jsonl", tmp_path / "log1 'of' x.jsonl")
    assert read_sample([str(log), str(log)], ANY).rows == ROWS


def test_a_route_is_put_together_where_only_method_and_path_are_logged(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"method":"post","path":"/v1/chat/completions?debug=1","requested_model":"gpt-4o"}\n')
    assert read_sample([str(log)], ANY).rows == (UsageRow(CHAT, "gpt-4o", None, None, 1),)


def test_an_empty_log_is_no_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    sample = read_sample([str(log)], ANY)
    assert (sample.rows, sample.read, sample.kinds) == ((), 0, ("empty",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[\n  {"requested_model": "gpt-4o"}\n]\n', "is not JSON lines; write one object a line"),
        ('{"model":"gpt-4o","m":1}\n', "has neither 'requested_model' nor 'route' (it has: m, model)"),
        ("a,b,c\n1,2,3\n", "has neither 'requested_model' nor 'route' (it has: a, b, c)"),
        ('127.0.0.1 - - "GET /x HTTP/1.1" 200\n', "is no log that pricecheck reads"),
    ],
)
def test_what_is_no_log_is_refused(tmp_path: Path, text: str, said: str) -> None:
    log = tmp_path / "log"
    log.write_text(text)
    with pytest.raises(InputError) as caught:
        read_sample([str(log)], ANY)
    assert str(caught.value).startswith(f"{log}: {said}")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nothing.jsonl", "no such file"),
        ("*.none", "no file matches"),
        (".", "is a folder; name its files, as in './*.jsonl'"),
        ("https://example.com/log.jsonl", "only --engine spark reads from an address; give a file"),
        ("s3://bucket/log.parquet", "only --engine spark reads from an address; give a file"),
    ],
)
def test_what_is_not_there_is_said(path: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_sample([path], ANY)
    assert str(caught.value) == f"{path}: {said}"


def test_fields_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"a":"x"}\n{"a":{"b":"y"}}\n')
    with pytest.raises(InputError, match=r"\[traffic.fields\] says that 'a' is a value and that 'a\.b' is in it"):
        read_sample([str(log)], ANY._replace(fields={"route": "a", "requested_model": "a.b"}))
