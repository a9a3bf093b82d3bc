"""What tests share: running the tool as a user does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says something of the machine, and nothing of the project.
settings.register_profile("pricecheck", deadline=None)
settings.load_profile("pricecheck")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def pricecheck(tmp_path: Path) -> Run:
    """Run `pricecheck ARGUMENTS…` in an empty folder (`cwd=` for another), 60 seconds at most."""

    def run(
        *arguments: str, stdin: bytes = b"", cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "GITHUB_", "GITLAB_"))}
        done = subprocess.run(
            [sys.executable, "-m", "pricecheck", *arguments],
            input=stdin,
            capture_output=True,
            cwd=cwd or tmp_path,
            env={**clean, "PYTHONUTF8": "1", **(env or {})},
            timeout=60,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")
        )

    return run
