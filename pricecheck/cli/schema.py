"""`pricecheck schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.shell import CLEAN, run
from pricecheck.errors import UsageError
from pricecheck.schema_files import SCHEMA_FILES


def command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help=f"{', '.join(SCHEMA_FILES)}.")] = None,
) -> None:
    """Print a JSON Schema.

    Of the tollbooth config, of the policy file, of the report of `check`, or of what another command prints as JSON.
    """
    run(lambda: _print(name))


def _print(name: str | None) -> int:
    from pricecheck.cli.values import one_of
    from pricecheck.schema_files import schema_text

    if name is None:
        raise UsageError(f"schema: name one of {', '.join(SCHEMA_FILES)}")
    typer.echo(schema_text(one_of("schema", name, tuple(SCHEMA_FILES))), nl=False)
    return CLEAN
