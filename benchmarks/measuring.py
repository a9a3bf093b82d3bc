"""Whole processes, measured: wall and processor time, and the most memory they ever held."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BARE = (sys.executable, "-c", "pass")


class Run(NamedTuple):
    """One process, or the best of several: seconds, the largest resident memory in bytes, and what it printed."""

    wall: float
    processor: float
    memory: int
    printed: str

    def merged(self, other: Run) -> Run:
        """Give the shorter times of two runs of the same, and the larger memory."""
        return Run(
            min(self.wall, other.wall),
            min(self.processor, other.processor),
            max(self.memory, other.memory),
            other.printed,
        )


def once(command: Sequence[str], folder: str | None = None) -> Run:
    """Run a command; give what it took.

    Raises:
        SystemExit: it exits with something else than 0 or 1.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read().decode(errors="replace").strip()
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}\n{printed}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, printed)


def best(jobs: Mapping[str, Sequence[str]], runs: int, folder: str | None = None) -> dict[str, Run]:
    """Give the best of several runs of each job; they take turns, so that a busy moment hits all of them alike."""
    found = {name: once(command, folder) for name, command in jobs.items()} if runs == 1 else {}
    if not found:
        for command in jobs.values():
            once(command, folder)  # compiles, and brings the files into memory
    for _ in range(runs if runs > 1 else 0):
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
