"""Kill the program that rewrites a file at random moments, again and again, and look at what is left.

`python tools/kill_writer.py 500` prints how often the old and the new text was found; it stops at a torn file.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from pricecheck.rewrite.atomic import remove_stale

_OLD, _NEW = b"old: text\n" * 200_000, b"new: text\n" * 200_000

# The writer says when it begins, so that the kills fall into the writing and not into Python's start.
_WRITER = """
import sys
from pricecheck.rewrite.atomic import Change, write_all
old, new = b"old: text\\n" * 200_000, b"new: text\\n" * 200_000
print("go", flush=True)
write_all([Change(sys.argv[1], old, new)])
print("done", flush=True)
"""


class Outcome(NamedTuple):
    """How many writers were killed, what their files held afterwards, and how many left a temporary file."""

    kills: int
    old: int
    new: int
    left: int


def kill_repeatedly(folder: Path, kills: int) -> Outcome:
    """Start and kill writers of 2 MB, each after a random time since it began.

    Raises:
        AssertionError: a file was neither the old nor the new text, or a later run did not tidy up.
    """
    target = folder / "tollbooth.yaml"
    draw = random.Random(kills)  # noqa: S311 - the moments, not secrets
    old = new = left = 0
    for _ in range(kills):
        target.write_bytes(_OLD)
        _kill_one(target, draw.random() * 0.015)
        found = target.read_bytes()
        assert found in (_OLD, _NEW), "a torn file"
        old, new = old + (found == _OLD), new + (found == _NEW)
        left += len(os.listdir(folder)) > 1
        remove_stale(str(target))
        assert os.listdir(folder) == ["tollbooth.yaml"], "a temporary file was left"
    return Outcome(kills, old, new, left)


def _kill_one(target: Path, seconds: float) -> None:
    command = [sys.executable, "-c", _WRITER, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:  # noqa: S603 - our own program
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"go\n"
        try:
            writer.wait(seconds)
        except subprocess.TimeoutExpired:
            writer.send_signal(signal.SIGKILL)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(kill_repeatedly(Path(scratch), int(sys.argv[1]) if sys.argv[1:] else 500))
