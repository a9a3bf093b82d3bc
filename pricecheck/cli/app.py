"""The Typer application, built from the table of commands."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "check": "pricecheck.cli.check",
    "diff": "pricecheck.cli.diff",
    "prices": "pricecheck.cli.prices",
    "quote": "pricecheck.cli.quote",
    "allowlist": "pricecheck.cli.allowlist",
    "approve": "pricecheck.cli.approve",
    "traffic": "pricecheck.cli.traffic",
    "migrate": "pricecheck.cli.migrate",
    "reprice": "pricecheck.cli.reprice",
    "rule": "pricecheck.cli.rule",
    "schema": "pricecheck.cli.schema",
    "init": "pricecheck.cli.init",
}
"""Command name to the module that holds it, as a function `command`."""


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """Build the application; where `arguments` name a command, only that command's module is imported."""
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Check what a tollbooth config will really charge, before it ships.",
        epilog=(
            "Exit codes: 1 findings at or above --fail-on (default: error), 0 none of those, 2 the job can't be done."
            " Docs of a rule: pricecheck rule CODE."
        ),
    )
    app.callback()(_main)
    named = arguments[0] if arguments and arguments[0] in COMMANDS else None
    for name in [named] if named else COMMANDS:
        app.command(name)(importlib.import_module(COMMANDS[name]).command)
    return app


def _version(value: bool) -> None:  # noqa: FBT001 - the signature Typer calls
    if value:
        from pricecheck import __version__

        typer.echo(f"pricecheck {__version__}")
        raise typer.Exit


def _main(
    *,
    version: bool = typer.Option(False, "--version", "-V", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """Check what a tollbooth config will really charge, before it ships."""
