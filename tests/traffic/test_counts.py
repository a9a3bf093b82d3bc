"""A million lines whose counts are known, a thousand of them bad: nothing is lost, within any memory."""

from __future__ import annotations

import os
import tempfile
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from benchmarks.traffic_log import Known, write_log
from pricecheck.errors import InputError, UsageError
from pricecheck.prices.usage import UsageRow
from pricecheck.traffic import ReadOptions, read_sample
from tests.traffic.samples import ANY, FIXTURES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pricecheck.prices.usage import Sample

LINES = 1_000_000


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Known]]:
    path = tmp_path_factory.mktemp("million") / "log.jsonl"
    with path.open("wb") as file:
        known = write_log(file, LINES)
    yield str(path), known
    path.unlink()  # 400 MB


def known_rows(known: Known) -> set[UsageRow]:
    return {
        UsageRow(use.route, use.model, use.source, Decimal(use.price[1:]), count)
        for use, count in known.requests.items()
        if count
    }


def holds(sample: Sample, path: str, known: Known) -> None:
    assert set(sample.rows) == known_rows(known)
    assert len(sample.rows) == len(known_rows(known))
    assert (sample.read, sample.bad) == (LINES, LINES // 1000)
    assert sample.bad_line_numbers == tuple((path, number) for number in known.bad_numbers)
    assert sum(row.requests for row in sample.timed) == LINES - known.bad


def test_a_million_lines_are_counted_exactly(million: tuple[str, Known]) -> None:
    path, known = million
    shares: list[float] = []
    sample = read_sample([path], ReadOptions(progress=shares.append))
    holds(sample, path, known)
    assert shares
    assert all(0 <= share <= 1 for share in shares)


def test_a_small_memory_gives_the_same_counts_and_leaves_nothing(
    million: tuple[str, Known], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, known = million
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    holds(read_sample([path], ReadOptions(memory_limit="256MB")), path, known)
    with pytest.raises(InputError):
        read_sample([path], ReadOptions(max_bad=Decimal("0.0001")))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ("200MB", "200MB of memory is too little to read a log in; take 256MB or more"),
        ("much", "'much' is no size of memory; write a whole number and KB, MB or GB, as in 512MB"),
        ("512", "'512' is no size of memory; write a whole number and KB, MB or GB, as in 512MB"),
        ("0.5GB", "'0.5GB' is no size of memory; write a whole number and KB, MB or GB, as in 512MB"),
    ],
)
def test_a_memory_that_makes_no_sense_is_refused(size: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_sample([str(FIXTURES / "records.jsonl")], ANY._replace(memory_limit=size))
    assert str(caught.value) == said


@pytest.mark.parametrize("size", ["512MB", "1GB", "512MiB", "1 GiB", "600000kb"])
def test_sizes_of_memory(size: str) -> None:
    assert read_sample([str(FIXTURES / "records.jsonl")], ANY._replace(memory_limit=size)).read == 35
