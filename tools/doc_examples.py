"""Run the examples of README and docs, for the test that compares what they print and the program that rewrites it.

A block fenced as `console` holds `$ command` lines, each followed by what it prints (stdout and stderr together). A
block fenced as `yaml` or `toml` whose first line is `# file: NAME` is written to NAME for the commands after it on the
same page.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# file: (\S+)\n")


def blocks(page: Path, kind: str) -> list[str]:
    """Give the fenced blocks of a kind."""
    return [body for found, body in _FENCE.findall(page.read_text(encoding="utf-8")) if found == kind]


def has_examples(page: Path) -> bool:
    """Say whether the page has commands to run."""
    return bool(blocks(page, "console"))


def as_it_is(page: Path, folder: Path) -> str:
    """Give the page's text with what its commands print when they are run in `folder`, one after the other."""
    (folder / "fixtures").symlink_to(ROOT / "fixtures")

    def really(block: re.Match[str]) -> str:
        kind, body = block.groups()
        if kind != "console":
            named = _FILE.match(body)
            if named:
                (folder / named[1]).write_text(body[named.end() :], encoding="utf-8")
            return block[0]
        commands = [example.partition("\n")[0] for example in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]]
        return "```console\n" + "\n".join(f"$ {command}\n{_run(command, folder)}" for command in commands) + "```"

    return _FENCE.sub(really, page.read_text(encoding="utf-8"))


def _run(command: str, folder: Path) -> str:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
    }
    environment.pop("NO_COLOR", None)
    done = subprocess.run(  # noqa: S603 - the commands are those of our own pages
        ["bash", "-c", command],  # noqa: S607 - bash is found on PATH, as a reader finds it
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    printed = done.stdout.rstrip()
    return f"{printed}\n" if printed else ""
