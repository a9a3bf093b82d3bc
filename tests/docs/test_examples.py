"""Every example in README and docs is run, and prints what the page says.

A block fenced as `console` holds `$ command` lines, each followed by what it prints (stdout and stderr together). A
block fenced as `yaml` whose first line is `# file: NAME` is written to NAME for the commands after it on the same
page.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _steps(page: Path) -> list[tuple[str, str]]:
    return [
        (kind, body)
        for kind, body in _FENCE.findall(page.read_text(encoding="utf-8"))
        if kind == "console" or re.match(r"# file: \S+\n", body)
    ]


def _run(command: str, folder: Path) -> str:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
    }
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def test_there_are_examples_to_run() -> None:
    assert sum(kind == "console" for page in PAGES for kind, _ in _steps(page)) >= 3


@pytest.mark.parametrize("page", [page for page in PAGES if _steps(page)], ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_print_what_it_says(page: Path, tmp_path: Path) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    for kind, body in _steps(page):
        if kind != "console":
            name, _, text = body.removeprefix("# file: ").partition("\n")
            (tmp_path / name).write_text(text, encoding="utf-8")
            continue
        for example in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, _, expected = example.partition("\n")
            assert f"$ {command}\n{_run(command, tmp_path)}".rstrip() == f"$ {command}\n{expected}".rstrip()


def test_the_readme_commands_are_the_ones_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    blocks = [body for kind, body in _FENCE.findall(readme) if kind == "sh"]
    assert len(blocks) >= 2
    assert "readme_command 1" in gate
    assert "readme_command 2" in gate
