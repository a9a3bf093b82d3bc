"""The program behind docs/performance.md runs; how long anything takes is no test."""

import re
import subprocess
import sys
from pathlib import Path

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
