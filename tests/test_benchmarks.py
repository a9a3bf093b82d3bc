"""The program behind docs/performance.md runs; how long anything takes is no test."""

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.logs import SAME_COLUMNS
from benchmarks.run import Scale, runs_said
from pricecheck.traffic.duck_views import Leniency, view
from pricecheck.traffic.engine import Log
from pricecheck.traffic.kinds import recognise
from pricecheck.traffic.sources import LogFile, head

ROOT = Path(__file__).parents[1]


def test_everything_is_measured_at_the_smallest_size() -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/run.py", "--small"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    headings = re.findall(r"^## (.+)$", done.stdout, re.MULTILINE)
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert headings == re.findall(r"^## (.+)$", page, re.MULTILINE)[: len(headings)]
    assert len(headings) == 5


def test_the_page_says_of_how_many_runs_it_has_the_best() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert f", {runs_said(Scale())}; " in page


def test_the_bare_query_has_the_columns_of_a_reading() -> None:
    path = str(ROOT / "fixtures" / "traffic" / "records.jsonl")
    file = LogFile(path, path, "uncompressed")
    read = view([Log(file, recognise(head(file), {}, path))], Leniency())
    declared = re.search(r"columns = \{(.+?)\}", read)
    assert declared is not None
    assert dict(re.findall(r"'(\w+)': '(\w+)'", declared[1])) == SAME_COLUMNS
