"""The same SQL on Spark gives the same sample, from the same files."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.traffic_log import write_log
from pricecheck.errors import InputError, UsageError
from pricecheck.traffic import ReadOptions, read_sample
from tests.traffic.samples import ANY, CHAT, FIXTURES, RENAMED
from tests.traffic.test_bad_lines import GOOD, NOT_RECORDS
from tests.traffic.test_counts import holds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Spark's own use of sockets and of older interfaces of Python is not ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def _missing() -> str | None:
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "pyspark is not installed: pip install -e '.[test,spark]'"
    return None if shutil.which("java") else "Java is not installed"


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[Any]:
    """One session for all: a start takes seconds, and an engine takes the session there is."""
    reason = _missing()
    if reason and os.environ.get("PRICECHECK_NEEDS_SPARK"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for key, value in {
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(key, value)
    started = builder.getOrCreate()
    yield started
    started.stop()


def same(paths: list[str], options: ReadOptions = ANY) -> None:
    assert read_sample(paths, options._replace(engine="spark")) == read_sample(paths, options)


@pytest.mark.parametrize("name", sorted(set(os.listdir(FIXTURES)) - {"renamed.jsonl"}))
def test_every_format(name: str) -> None:
    same([str(FIXTURES / name)])


def test_renamed_and_nested_fields() -> None:
    same([str(FIXTURES / "renamed.jsonl")], ANY._replace(fields=RENAMED))


def test_nested_columns_of_parquet(tmp_path: Path) -> None:
    import duckdb

    log = tmp_path / "log.parquet"
    duckdb.sql(f"COPY (SELECT {{'model': 'm', 'n': 1}} AS request, 7 AS other) TO '{log}' (FORMAT parquet)")
    same([str(log)], ANY._replace(fields={"requested_model": "request.model"}))


def test_files_of_all_kinds_together() -> None:
    same([str(FIXTURES / "records*"), str(FIXTURES / "gateway-debug.jsonl"), str(FIXTURES / "counts.csv")])


@pytest.mark.parametrize(
    "asked",
    [{"route": CHAT.__eq__}, {"since": "2026-11-21", "until": "2026-11-22"}, {"buckets": 3}],
    ids=["route", "time", "buckets"],
)
def test_parts_of_a_log(asked: dict[str, Any]) -> None:
    same([str(FIXTURES / "gateway-debug.jsonl"), str(FIXTURES / "bad.jsonl")], ANY._replace(**asked))


def test_times_prices_and_long_names(tmp_path: Path) -> None:
    log = tmp_path / "log"
    times = [
        '"2026-11-23T12:20:01.5+01:00"',
        '"2026-11-23 11:20:01"',
        "1795432801500",
        "1795432801.25",
        '"soon"',
        "-5",
        "null",
    ]
    prices = ['"$0.1"', "0.1", "1e-7", '"free"', "true", "[1]", '"1e400"']
    names = ["x" * 300_000, "é" * 1001, "y" * 1000, "😀", "\\u0041\\n", "a b", ""]
    log.write_text(
        "".join(
            f'{{"timestamp":{time},"resolved_price":{price},"requested_model":"{name}"}}\n'
            for time, price, name in zip(times, prices, names, strict=True)
        ),
        encoding="utf-8",
    )
    same([str(log)])


def test_prices_times_and_counts_that_cant_be_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    prices = ['"0,04"', '"1$2"', '"1_000"', '" $0.04"', '"99999999999999999999.999999999999999999"', "null"]
    times = ['"05/Nov/2026"', "-9300000000000000", "1e30", '"2026-11-23"', "9e14", "null"]
    counts = ["1", '"7"', "-1", '"1_000"', '"1e3"', "null"]
    log.write_text(
        "".join(
            f'{{"requested_model":"m","resolved_price":{price},"timestamp":{time},"n":{count}}}\n'
            for price in prices
            for time, count in zip(times, counts, strict=True)
        )
    )
    same([str(log)])
    same([str(log)], ANY._replace(fields={"requests": "n"}))
    same([str(log)], ANY._replace(fields={"requests": "n"}, since="2026-11-01"))


def test_counts_and_fields_that_come_up_late(tmp_path: Path) -> None:
    counts, late = tmp_path / "counts", tmp_path / "late"
    counts.write_text("day,model,count\n1,a,200\n2,a,x\n2,b,3\n")
    late.write_text('{"route":"GET /x"}\n' * 1500 + '{"requested_model":"m","resolved_price":"$9"}\n')
    same([str(counts), str(late)])


def test_each_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    import duckdb

    for number, price in enumerate(("0.05::DECIMAL(10,2)", "0.004::DECIMAL(10,3)", "'$0.25'", "1::INTEGER")):
        path = tmp_path / f"log{number}.parquet"
        duckdb.sql(
            f"COPY (SELECT 'm'::BLOB AS requested_model, {price} AS resolved_price) TO '{path}' (FORMAT parquet)"
        )
    same([str(tmp_path / "*.parquet")])


def test_every_kind_of_bad_line(tmp_path: Path) -> None:
    log, packed = tmp_path / "log", tmp_path / "log.gz"
    log.write_bytes(b"\n".join(part for line in NOT_RECORDS.values() for part in (GOOD, line, GOOD)))
    import gzip

    packed.write_bytes(gzip.compress(log.read_bytes().replace(b"\n", b"\r\n")))
    same([str(log)])
    same([str(packed)])


def test_rows_that_are_no_csv(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = ["route,requested_model", "GET /x,gpt-4o", "", "GET /x", '"GET /x",gpt-4o', "a,b,c", ",", '"a ""b""",c']
    log.write_bytes("\r\n".join(rows).encode() + b"\r\nGET /x,gp\xff\r\nGET /x,gpt-4o\r\n")
    same([str(log)])


def test_a_million_lines(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with path.open("wb") as file:
        known = write_log(file, 1_000_000)
    holds(read_sample([str(path)], ReadOptions(engine="spark")), str(path), known)
    path.unlink()  # 400 MB


def test_an_address_is_sparks_own(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "bad.jsonl", tmp_path / "a.jsonl")
    shutil.copy(FIXTURES / "bad.jsonl", tmp_path / "b.jsonl")
    address = f"file://{tmp_path}/*.jsonl"
    sample = read_sample([address], ANY._replace(engine="spark"))
    local = read_sample([str(tmp_path / "*.jsonl")], ANY)
    assert sample.files == (address,)
    assert sample.rows == local.rows
    assert [(name.removeprefix("file:"), number) for name, number in sample.bad_line_numbers] == list(
        local.bad_line_numbers
    )


def test_an_address_of_parquet(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "records.parquet", tmp_path / "a.parquet")
    sample = read_sample([f"file://{tmp_path}/a.parquet"], ANY._replace(engine="spark"))
    assert sample.rows == read_sample([str(FIXTURES / "records.jsonl")], ANY).rows


def test_an_address_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: can't be read: .*"):
        read_sample([f"file://{tmp_path}/none.jsonl"], ANY._replace(engine="spark"))


def test_memory_is_sparks_own_matter() -> None:
    with pytest.raises(UsageError, match="--memory-limit is for --engine duckdb"):
        read_sample([str(FIXTURES / "records.jsonl")], ANY._replace(engine="spark", memory_limit="512MB"))
