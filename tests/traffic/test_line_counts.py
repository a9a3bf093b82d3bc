"""Lines are counted exactly, by whomever: a process of its own for large logs, else here."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pricecheck.errors import InputError
from pricecheck.traffic import duck, line_counts, read_sample
from pricecheck.traffic.line_counts import LineCounts
from pricecheck.traffic.sources import LogFile
from tests.traffic.samples import ANY, FIXTURES

if TYPE_CHECKING:
    from pathlib import Path

    from pricecheck.prices.usage import Sample

GOOD = b'{"route":"GET /x","requested_model":"gpt-4o"}\n'
TEXTS = {
    "no line": b"",
    "an empty line": b"\n",
    "no last line break": GOOD + GOOD[:-1],
    "a last line break": GOOD + GOOD,
    "empty lines": b"\n\n" + GOOD + b"\n\n",
    "carriage returns": b"a\r\nb\rc\r\n",
    "more than is looked at at once": (b"x" * 99 + b"\n") * 9_999 + b"x" * 300_000,
}
FILES = sorted(path.name for path in FIXTURES.iterdir() if path.suffix not in {".md", ".yaml", ".toml"})


@pytest.fixture(name="processes")
def fixture_processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Count every log in a process, and give those that were started."""
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, **named)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(line_counts, "LARGE", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(subprocess, "Popen", Recorded)
    return started


def written(path: Path, text: bytes) -> LogFile:
    path.write_bytes(text)
    return LogFile("log", str(path), "uncompressed")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_process_counts_what_is_counted_here(
    tmp_path: Path, text: bytes, processes: list[subprocess.Popen[bytes]]
) -> None:
    one, other = written(tmp_path / "one", text), written(tmp_path / "other", GOOD)
    expected = text.count(b"\n") + (text[-1:] not in {b"", b"\n"})
    assert LineCounts([]).of(one).lines == expected
    with LineCounts([one.path, other.path]) as counts:
        assert counts.begun(one)
        assert counts.begun(other)
        assert [counts.of(file).lines for file in (one, other)] == [expected, 1]
    assert len(processes) == 1


def sample_or_error(name: str) -> Sample | str:
    try:
        return read_sample([str(FIXTURES / name)], ANY)
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("name", FILES)
def test_every_log_gives_the_same_sample(name: str, request: pytest.FixtureRequest) -> None:
    expected = sample_or_error(name)
    processes = request.getfixturevalue("processes")
    assert sample_or_error(name) == expected
    packed = name.endswith((".gz", ".zst", ".parquet"))
    assert len(processes) == (0 if packed else 1)
    assert all(process.returncode is not None for process in processes)


def test_a_process_that_nobody_asks_is_ended(tmp_path: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    file = written(tmp_path / "log", GOOD)
    with LineCounts([file.path]):
        assert processes[0].returncode is None
    assert processes[0].returncode is not None


@pytest.mark.parametrize("python", ["", "/nowhere/python", "/bin/false", "/bin/echo"])
def test_without_a_process_lines_are_counted_here(
    tmp_path: Path, python: str, monkeypatch: pytest.MonkeyPatch, processes: list[subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    log = tmp_path / "log"
    log.write_bytes(GOOD + b"\n" + GOOD)
    sample = read_sample([str(log)], ANY)
    assert (sample.read, sample.bad, sample.bad_line_numbers) == (3, 1, ((str(log), 2),))
    assert len(processes) == (1 if python.startswith("/bin") else 0)


@pytest.mark.usefixtures("processes")
def test_a_log_that_was_written_to_is_counted_again(tmp_path: Path) -> None:
    file = written(tmp_path / "log", GOOD)
    with LineCounts([file.path]) as counts:
        before = counts.of(file)
        written(tmp_path / "log", GOOD + GOOD)
        assert (before.lines, counts.of(file).lines) == (1, 2)
        assert counts.of(file) is counts.of(file)


def test_empty_lines_are_found_in_a_log_that_is_written_to_all_the_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = itertools.count()
    monkeypatch.setattr(duck, "state_of", lambda _: (0, next(times)))
    log = tmp_path / "log"
    log.write_bytes(GOOD + b" \n" + GOOD + b"\n")
    sample = read_sample([str(log)], ANY)
    assert (sample.read, sample.bad, sample.bad_line_numbers) == (4, 2, ((str(log), 2), (str(log), 4)))
