"""Whole processes, measured: their time, and the most memory they ever held."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BARE = (sys.executable, "-c", "pass")


class Run(NamedTuple):
    """One process, or the best of several: seconds, the largest resident memory in bytes, and what it printed."""

    wall: float
    memory: int
    printed: str

    def merged(self, other: Run) -> Run:
        """Give the shorter time of two runs of the same, and the larger memory."""
        return Run(min(self.wall, other.wall), max(self.memory, other.memory), other.printed)


# A process counts the memory it was forked from as its own: a small one starts them, and measures.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
_, status, usage = os.wait4(os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ), 0)
wall = time.perf_counter() - start
with open(sys.argv[1], "w") as file:
    print(wall, usage.ru_maxrss, os.waitstatus_to_exitcode(status), file=file)
"""


def once(command: Sequence[str], folder: str | None = None) -> Run:
    """Run a command, its first word a path; give what it took.

    Raises:
        SystemExit: it exits with something else than 0 or 1.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.NamedTemporaryFile("r") as report:
        launcher = (sys.executable, "-I", "-S", "-c", _LAUNCHER, report.name)
        done = subprocess.run(
            (*launcher, *command), capture_output=True, text=True, cwd=folder, env=environment, check=True
        )
        wall, memory, code = report.read().split()
    if int(code) not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: exit {code}\n{done.stdout}{done.stderr}")
    return Run(float(wall), int(memory) * 1024, done.stdout.strip())


def best(jobs: Mapping[str, Sequence[str]], runs: int, folder: str | None = None) -> dict[str, Run]:
    """Give the best of several runs of each job; they take turns, so that a busy moment hits all of them alike."""
    if runs > 1:
        for command in jobs.values():
            once(command, folder)  # compiles, and brings the files into memory
    found: dict[str, Run] = {}
    for _ in range(runs):
        for name, command in jobs.items():
            run = once(command, folder)
            found[name] = run.merged(found[name]) if name in found else run
    return found


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ratio(run: Run, bare: Run) -> str:
    """Say a run as a multiple of another, with the time itself."""
    times = run.wall / bare.wall
    return f"{times:.1f} ({said(run.wall)})" if times < 100 else f"{times:.0f} ({said(run.wall)})"  # noqa: PLR2004


def said(seconds: float) -> str:
    """Say a time in milliseconds below a second."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def megabytes(size: int) -> str:
    """Say a size in MiB."""
    return f"{size / 2**20:.0f} MiB"
