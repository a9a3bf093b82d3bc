"""`pricecheck schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.shell import CLEAN, run
from pricecheck.schema_files import SCHEMA_FILES


def command(name: Annotated[str, typer.Argument(metavar="NAME", help=f"{', '.join(SCHEMA_FILES)}.")]) -> None:
    """Print a JSON Schema.

    Of the tollbooth config, of the policy file, of the report of `check`, or of what another command prints as JSON.
    """
    run(lambda: _print(name))


def _print(name: str) -> int:
    from pricecheck.cli.values import one_of
    from pricecheck.schema_files import schema_text

    typer.echo(schema_text(one_of("schema", name, tuple(SCHEMA_FILES))), nl=False)
    return CLEAN
