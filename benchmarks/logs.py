"""Reading logs, measured against bare DuckDB queries for requests by route, model, source, price and hour.

One is over the same columns: those that a reading declares, of the same types. The other is the least that an analyst
would write: five columns, all of them text, so that a model that is a number is the same as one that is its digits.
Both pass over bad lines, count and name none, and know no config.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.configs import HEAD
from benchmarks.measuring import best, megabytes, once, said, table
from benchmarks.traffic_log import write_log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.measuring import Run

SAME_COLUMNS = {
    "timestamp": "VARCHAR",
    "method": "VARCHAR",
    "path": "VARCHAR",
    "route": "JSON",
    "requested_model": "JSON",
    "resolved_price": "VARCHAR",
    "pricing_source": "VARCHAR",
}
FIVE_TEXTS = {name: "VARCHAR" for name in SAME_COLUMNS if name not in {"method", "path"}}


def bare_query(columns: Mapping[str, str]) -> str:
    """Give a program that runs the query over a log: all columns, and the hour of `timestamp`."""
    declared = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    keys = ", ".join(name for name in columns if name != "timestamp")
    return f"""
import duckdb, sys
rows = duckdb.execute('''SELECT {keys},
  date_trunc('hour', try_cast(timestamp AS TIMESTAMP)), count(*)
  FROM read_json(?, format = 'newline_delimited', ignore_errors = true,
  columns = {{{declared}}}) GROUP BY ALL''', [sys.argv[1]]).fetchall()
"""  # noqa: S608 - names of our own


READING = """
import sys
from pricecheck.traffic import ReadOptions, read_sample
sample = read_sample([sys.argv[1]], ReadOptions(memory_limit=sys.argv[2] if len(sys.argv) > 2 else None))
print(sample.read, sample.bad, sum(row.requests for row in sample.rows))
"""
CONFIG = f"""\
{HEAD}routes:
  "POST /v1/chat/completions": &route
    upstream: openai
    type: token-based
    models: {{gpt-4o: "$0.05", gpt-4o-mini: "$0.02"}}
    fallback: "$0.09"
  "POST /v1/completions": *route
  "POST /v1/embeddings": *route
"""


def log_tables(folder: Path, sizes: Sequence[int], large: int, runs: int) -> str:
    """Give a table of readings for each number of lines, and one of a large log within 512 MB.

    Raises:
        SystemExit: what was read is not what the log is known to hold.
    """
    rows = []
    path, config = folder / "log.jsonl", folder / "traffic.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    for lines in sizes:
        expected, size = _write(path, lines)
        jobs = {
            "query": (sys.executable, "-c", bare_query(SAME_COLUMNS), str(path)),
            "texts": (sys.executable, "-c", bare_query(FIVE_TEXTS), str(path)),
            "reading": (sys.executable, "-c", READING, str(path)),
            "traffic": (sys.executable, "-m", "pricecheck", "traffic", str(config), str(path)),
        }
        found = best(jobs, runs)
        _compare(found["reading"], expected)
        bare, reading = found["query"], found["reading"]
        rows.append(
            [
                f"{lines:,} lines, {size / 1e6:.0f} MB",
                said(bare.wall),
                _over(found["texts"], bare),
                f"{_over(reading, bare)}, {megabytes(reading.memory)}",
                f"{_over(found['traffic'], bare)}, {megabytes(found['traffic'].memory)}",
            ],
        )
    expected, size = _write(path, large)
    run = once((sys.executable, "-c", READING, str(path), "512MB"))
    _compare(run, expected)
    path.unlink()
    return (
        f"{table(['', 'bare query', 'five columns as text', 'reading', '`traffic`, with the report'], rows)}\n\n"
        f"{size / 1e9:.2f} GB within `--memory-limit 512MB`: {said(run.wall)}, {megabytes(run.memory)} at most."
        " Every reading gave the known counts, bad lines included."
    )


def _write(path: Path, lines: int) -> tuple[str, int]:
    with path.open("wb") as file:
        known = write_log(file, lines)
    return f"{known.lines} {known.bad} {known.lines - known.bad}", known.size


def _compare(run: Run, expected: str) -> None:
    if run.printed != expected:
        raise SystemExit(f"read {run.printed}, known {expected}")


def _over(run: Run, bare: Run) -> str:
    return f"{run.wall / bare.wall:.2f} ({said(run.wall)})"
