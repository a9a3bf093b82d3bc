"""`pricecheck rule`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.shell import CLEAN, run
from pricecheck.errors import UsageError


def command(
    *,
    code: Annotated[
        str | None, typer.Argument(metavar="RULE", help="A code (PC101) or a name (raw-unit-price).")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every rule.")] = False,
    output_format: Annotated[str, typer.Option(metavar="FORMAT", help="text or json.")] = "text",
) -> None:
    """Explain a rule.

    What it reports, why, an example, and how it is fixed.
    """
    run(lambda: _explain(code, every=every, output_format=output_format))


def _explain(code: str | None, *, every: bool, output_format: str) -> int:
    from pricecheck.cli.values import one_of
    from pricecheck.rules.pages import page, record, table
    from pricecheck.rules.registry import RULES
    from pricecheck.rules.selection import find_rule

    one_of("--output-format", output_format, ("text", "json"))
    if every == (code is not None):
        raise UsageError("say which rule (`pricecheck rule PC101`), or --all")
    chosen = RULES if every else (find_rule(RULES, code or ""),)
    if output_format == "json":
        import json

        typer.echo(json.dumps([record(rule) for rule in chosen] if every else record(chosen[0]), indent=2))
    else:
        typer.echo(table(chosen) if every else page(chosen[0]))
    return CLEAN
