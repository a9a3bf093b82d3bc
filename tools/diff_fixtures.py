"""How the fixtures of `diff` are run, and the program that writes what they expect.

Each folder of `fixtures/diff/` holds old.yaml and new.yaml; `expected.txt` is what `diff` says in 80 columns.
`python tools/diff_fixtures.py` writes it: read it before you commit it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures" / "diff"


def said(folder: Path) -> str:
    """Give what `diff` prints for a folder's two configs."""
    done = subprocess.run(
        [sys.executable, "-m", "pricecheck", "diff", "old.yaml", "new.yaml", "--isolated", "--color", "never"],
        cwd=folder,
        env={"COLUMNS": "80", "PYTHONUTF8": "1", "PYTHONPATH": str(FIXTURES.parents[1])},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8")


if __name__ == "__main__":
    for case in sorted(FIXTURES.iterdir()):
        (case / "expected.txt").write_text(said(case), encoding="utf-8")
