"""Reading logs, measured against the bare DuckDB query for the same answer.

The bare query is what an analyst would write over the same five columns: requests by route, model, source, price and
hour, bad lines passed over. It counts no bad line and names none, and knows no config.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.configs import HEAD
from benchmarks.measuring import best, megabytes, once, said, table
from benchmarks.traffic_log import write_log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.measuring import Run

BARE_QUERY = """
import duckdb, sys
rows = duckdb.execute('''SELECT route, requested_model, resolved_price, pricing_source,
  date_trunc('hour', try_cast(timestamp AS TIMESTAMP)), count(*)
  FROM read_json(?, format = 'newline_delimited', ignore_errors = true,
  columns = {timestamp: 'VARCHAR', route: 'VARCHAR', requested_model: 'VARCHAR', resolved_price: 'VARCHAR',
  pricing_source: 'VARCHAR'}) GROUP BY ALL''', [sys.argv[1]]).fetchall()
"""
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
            "query": (sys.executable, "-c", BARE_QUERY, str(path)),
            "reading": (sys.executable, "-c", READING, str(path)),
            "traffic": (sys.executable, "-m", "pricecheck", "traffic", str(config), str(path)),
        }
        found = best(jobs, runs)
        _compare(found["reading"], expected)
        cells = [f"{_over(found[name], found['query'])}, {megabytes(found[name].memory)}" for name in list(jobs)[1:]]
        rows.append([f"{lines:,} lines, {size / 1e6:.0f} MB", said(found["query"].wall), *cells])
    expected, size = _write(path, large)
    run = once((sys.executable, "-c", READING, str(path), "512MB"))
    _compare(run, expected)
    path.unlink()
    return (
        f"{table(['', 'bare query', 'reading', '`traffic`, with the report'], rows)}\n\n"
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
