"""`pricecheck init`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pricecheck.cli.shell import CLEAN, run, say
from pricecheck.errors import InputError, PricecheckError

_PRE_COMMIT = """\
repos:
  - repo: local
    hooks:
      - id: pricecheck
        name: pricecheck
        entry: pricecheck check # errors fail; with --fail-on warning, warnings do too
        language: python
        additional_dependencies: ["tollbooth-pricecheck=={version}"]
        files: (^|/)(tollbooth(\\.config)?\\.(ya?ml|json)|\\.?pricecheck\\.(toml|approvals\\.toml|baseline\\.json))$
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
        with:
          fetch-depth: 0 # the base of the pull request, to hold prices against
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install "tollbooth-pricecheck=={version}"
      # Errors fail the job; with --fail-on warning, warnings do too.
      - run: pricecheck check --against "origin/$GITHUB_BASE_REF" --merge-base --output-format github
"""

POLICY = "pricecheck.toml"
PRE_COMMIT = ".pre-commit-config.yaml"
WORKFLOW = os.path.join(".github", "workflows", "pricecheck.yml")


def command(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The repository to set up.")] = ".",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the files, write nothing.")] = False,
) -> None:
    """Write pricecheck.toml, a pre-commit hook and a CI step.

    A file that exists is never touched. The policy is made of the configs below the folder: their model families, and
    as floors what they charge today.
    """
    run(lambda: _init(folder, dry_run=dry_run))


def _init(folder: str, *, dry_run: bool) -> int:
    if not os.path.isdir(folder):
        raise InputError(f"{folder}: no such folder")
    kept = False
    for name, text in _files(folder).items():
        path = os.path.join(folder, name)
        if dry_run:
            typer.echo(f"# {name}\n{text}")
        elif os.path.lexists(path):
            kept = True
            typer.echo(f"kept {name} as it is")
        else:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            typer.echo(f"wrote {name}")
    if kept:
        typer.echo("--dry-run prints what init would write there")
    if not dry_run:
        typer.echo("next: pricecheck check")
    return CLEAN


def _files(folder: str) -> dict[str, str]:
    """Give what is to be written, by path below the folder."""
    from pricecheck import __version__

    return {
        POLICY: _policy(folder),
        PRE_COMMIT: _PRE_COMMIT.replace("{version}", __version__),
        WORKFLOW: _WORKFLOW.replace("{version}", __version__),
    }


def _policy(folder: str) -> str:
    """Make a policy of the configs below the folder; one that the gateway refuses is left out, and said."""
    from pricecheck import files
    from pricecheck.engine import load_config, read_source
    from pricecheck.policy.model import DEFAULT_GATEWAY_VERSION
    from pricecheck.prices.table import price_table
    from pricecheck.rules.suggested_policy import policy_text, suggested_families

    try:
        paths = files.expand([folder])
    except InputError:
        paths = []
    tables = []
    for path in paths:
        try:
            tables.append(price_table(load_config(read_source(path))))
        except PricecheckError as error:
            say(f"left out: {error}")
    routes = dict.fromkeys(route.key for table in tables for route in table.config.routes if route.token_based)
    return policy_text(suggested_families(tables), routes, DEFAULT_GATEWAY_VERSION)
