"""Reading a log of 600 MB against the bare DuckDB query over the same columns, and one of 3 GB in 512 MB of memory.

`python benchmarks/traffic.py` writes both logs to a temporary folder (4 GB, removed at the end), with one bad line in a
thousand. Every reading is a process of its own; time is wall time from start to exit, without what `python -c pass`
takes; the readings take turns, and the best of each counts. `--lines` and `--runs` make it smaller.

The bare query is what an analyst would write for the same answer over the same five columns: requests by route, model,
source, price and hour, bad lines passed over. It counts no bad line and names none. `count` is the least such a query
can do: the same without the hour.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.traffic_log import write_log

LINES_600_MB, LINES_3_GB = 1_490_000, 7_450_000

BARE = """
import duckdb, sys
db = duckdb.connect()
rows = db.execute(f'''SELECT {columns}, count(*) FROM read_json(?, format = 'newline_delimited', ignore_errors = true,
  columns = {{timestamp: 'VARCHAR', route: 'VARCHAR', requested_model: 'VARCHAR', resolved_price: 'VARCHAR',
  pricing_source: 'VARCHAR'}}) GROUP BY ALL''', [sys.argv[1]]).fetchall()
"""
HOURS = "route, requested_model, resolved_price, pricing_source, date_trunc('hour', try_cast(timestamp AS TIMESTAMP))"
COUNT = "route, requested_model, resolved_price, pricing_source, min(timestamp), max(timestamp)"
OURS = """
import sys
from pricecheck.traffic import ReadOptions, read_sample
sample = read_sample([sys.argv[1]], ReadOptions(memory_limit=sys.argv[2] if len(sys.argv) > 2 else None))
print(sample.read, sample.bad, sum(row.requests for row in sample.rows))
"""


def measure(code: str, *arguments: str) -> tuple[float, int, str]:
    """Run Python code; give seconds, the largest resident memory in MB, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE)
    printed = process.stdout.read().decode() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"exit {os.waitstatus_to_exitcode(status)}:\n{code}")
    return seconds, usage.ru_maxrss // 1024, printed.strip()


def main() -> None:
    """Print one table, Markdown, and the known counts beside those that were read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--lines", type=int, default=LINES_600_MB)
    parser.add_argument("--large", type=int, default=LINES_3_GB, help="lines of the large log; 0 for none")
    given = parser.parse_args()
    bare = {
        "bare query by hour": BARE.replace("{columns}", HOURS),
        "bare query, count only": BARE.replace("{columns}", COUNT),
    }
    bare = {name: code.replace("f'''", "'''").replace("{{", "{").replace("}}", "}") for name, code in bare.items()}
    with tempfile.TemporaryDirectory(prefix="pricecheck-bench-") as folder:
        path = os.path.join(folder, "log.jsonl")
        with open(path, "wb") as file:
            known = write_log(file, given.lines)
        empty = min(measure("pass")[0] for _ in range(given.runs))
        jobs = {**bare, "read_sample": OURS}
        found: dict[str, list[tuple[float, int, str]]] = {name: [] for name in jobs}
        for _ in range(given.runs):
            for name, code in jobs.items():
                found[name].append(measure(code, path))
        print(f"{known.size / 1e6:.0f} MB, {known.lines:,} lines, {known.bad:,} bad; best of {given.runs}\n")
        print("| | seconds | to the bare query | to the count | memory |\n|---|---|---|---|---|")
        best = {name: min(runs)[0] - empty for name, runs in found.items()}
        by_hour, counted = (best[name] for name in bare)
        for name, runs in found.items():
            memory = max(run[1] for run in runs)
            print(
                f"| {name} | {best[name]:.2f} | {best[name] / by_hour:.2f} | {best[name] / counted:.2f} | {memory} MB |"
            )
        print(f"\nknown: {known.lines} {known.bad} {known.lines - known.bad}; read: {found['read_sample'][0][2]}")
        if given.large:
            with open(path, "wb") as file:
                known = write_log(file, given.large)
            seconds, memory, printed = measure(OURS, path, "512MB")
            print(f"\n{known.size / 1e9:.2f} GB within --memory-limit 512MB: {seconds:.1f} s, {memory} MB at most")
            print(f"known: {known.lines} {known.bad} {known.lines - known.bad}; read: {printed}")


if __name__ == "__main__":
    main()
