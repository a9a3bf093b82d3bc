"""`pricecheck init`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pricecheck.cli.shell import CLEAN, run
from pricecheck.errors import InputError

_POLICY = """\
# What every config of this repository is held against. Reference: docs/policy.md of pricecheck.
gateway-version = "1.1.0" # the tollbooth version you deploy

[lint]
select = ["ALL"]
ignore = [] # codes, prefixes or names: pricecheck rule --all
"""

_PRE_COMMIT = """\
repos:
  - repo: local
    hooks:
      - id: pricecheck
        name: pricecheck
        entry: pricecheck check
        language: python
        additional_dependencies: ["tollbooth-pricecheck=={version}"]
        files: (^|/)tollbooth(\\.config)?\\.(ya?ml|json)$
"""

_WORKFLOW = """\
name: pricecheck
on:
  pull_request:
jobs:
  pricecheck:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install "tollbooth-pricecheck=={version}"
      - run: pricecheck check --output-format github
"""

FILES = {
    "pricecheck.toml": _POLICY,
    ".pre-commit-config.yaml": _PRE_COMMIT,
    os.path.join(".github", "workflows", "pricecheck.yml"): _WORKFLOW,
}
"""What `init` writes, by path below the folder."""


def command(
    folder: Annotated[str, typer.Argument(help="The repository to set up.")] = ".",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the files, write nothing.")] = False,
) -> None:
    """Write pricecheck.toml, a pre-commit hook and a CI step; a file that exists is never touched."""
    run(lambda: _init(folder, dry_run=dry_run))


def _init(folder: str, *, dry_run: bool) -> int:
    from pricecheck import __version__

    if not os.path.isdir(folder):
        raise InputError(f"{folder}: no such folder")
    for name, template in FILES.items():
        text = template.replace("{version}", __version__)
        path = os.path.join(folder, name)
        if dry_run:
            typer.echo(f"# {name}\n{text}")
        elif os.path.lexists(path):
            typer.echo(f"kept {name} as it is; what init would have written there:\n{_indented(text)}")
        else:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            typer.echo(f"wrote {name}")
    if not dry_run:
        typer.echo("next: pricecheck check")
    return CLEAN


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
