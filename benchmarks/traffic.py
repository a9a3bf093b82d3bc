"""Reading a log of 600 MB against the bare DuckDB query over the same columns, and one of 3 GB in 512 MB of memory.

`python benchmarks/traffic.py` writes both logs to a temporary folder (4 GB, removed at the end), with one bad line in a
thousand. Every reading is a process of its own, from start to exit; they take turns, and the best of each counts. On a
machine with other work on it, processor time is the better measure. `--lines` and `--runs` make it smaller.

The bare query is what an analyst would write for the same answer over the same five columns: requests by route, model,
source, price and hour, bad lines passed over. It counts no bad line and names none. *Counts only* is the least such a
query can do, without the hour.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.traffic_log import write_log

LINES_600_MB, LINES_3_GB = 1_490_000, 7_450_000

BARE = """
import duckdb, sys
rows = duckdb.execute('''SELECT COLUMNS, count(*) FROM read_json(?, format = 'newline_delimited', ignore_errors = true,
  columns = {timestamp: 'VARCHAR', route: 'VARCHAR', requested_model: 'VARCHAR', resolved_price: 'VARCHAR',
  pricing_source: 'VARCHAR'}) GROUP BY ALL''', [sys.argv[1]]).fetchall()
"""
HOURS = "route, requested_model, resolved_price, pricing_source, date_trunc('hour', try_cast(timestamp AS TIMESTAMP))"
COUNTS = "route, requested_model, resolved_price, pricing_source, min(timestamp), max(timestamp)"
OURS = """
import sys
from pricecheck.traffic import ReadOptions, read_sample
sample = read_sample([sys.argv[1]], ReadOptions(memory_limit=sys.argv[2] if len(sys.argv) > 2 else None))
print(sample.read, sample.bad, sum(row.requests for row in sample.rows))
"""


class Run(NamedTuple):
    """One process: wall and processor time in seconds, the largest resident memory in MB, and what it printed."""

    wall: float
    processor: float
    memory: int
    printed: str


def measure(code: str, *arguments: str) -> Run:
    """Run Python code in a process of its own."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE)
    printed = process.stdout.read().decode() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"exit {os.waitstatus_to_exitcode(status)}:\n{code}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, printed.strip())


def table(found: dict[str, list[Run]]) -> None:
    """Print the best of each, as they are and as ratios to the first."""
    print("| | wall | | processor | | memory |\n|---|---|---|---|---|---|")
    best = {name: (min(run.wall for run in runs), min(run.processor for run in runs)) for name, runs in found.items()}
    first = next(iter(best.values()))
    for name, (wall, processor) in best.items():
        ratios = f"{wall:.2f} s | {wall / first[0]:.2f} | {processor:.2f} s | {processor / first[1]:.2f}"
        print(f"| {name} | {ratios} | {max(run.memory for run in found[name])} MB |")


def main() -> None:
    """Print one table, Markdown, and the known counts beside those that were read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--lines", type=int, default=LINES_600_MB)
    parser.add_argument("--large", type=int, default=LINES_3_GB, help="lines of the large log; 0 for none")
    given = parser.parse_args()
    jobs = {
        "bare query by hour": BARE.replace("COLUMNS", HOURS),
        "bare query, counts only": BARE.replace("COLUMNS", COUNTS),
        "read_sample": OURS,
    }
    with tempfile.TemporaryDirectory(prefix="pricecheck-bench-") as folder:
        path = os.path.join(folder, "log.jsonl")
        with open(path, "wb") as file:
            known = write_log(file, given.lines)
        found: dict[str, list[Run]] = {name: [] for name in jobs}
        for _ in range(given.runs):
            for name, code in jobs.items():
                found[name].append(measure(code, path))
        print(f"{known.size / 1e6:.0f} MB, {known.lines:,} lines, {known.bad:,} bad; best of {given.runs}\n")
        table(found)
        print(f"\nknown: {known.lines} {known.bad} {known.lines - known.bad}; read: {found['read_sample'][0].printed}")
        if given.large:
            with open(path, "wb") as file:
                known = write_log(file, given.large)
            run = measure(OURS, path, "512MB")
            print(f"\n{known.size / 1e9:.2f} GB within --memory-limit 512MB: {run.wall:.1f} s, {run.memory} MB at most")
            print(f"known: {known.lines} {known.bad} {known.lines - known.bad}; read: {run.printed}")


if __name__ == "__main__":
    main()
