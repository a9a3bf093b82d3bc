"""`pricecheck migrate`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.jobs.migrate import MigrateArguments, run_migrate
from pricecheck.cli.options import Color, Env, EnvFile, Isolated, Partial, PolicyFile
from pricecheck.cli.shell import run


def command(
    configs: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Configs or folders. Default: the configs below here."),
    ] = None,
    *,
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The gateway it shall run on. Default: the policy's, or the newest."),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="VERSION", help="The gateway it runs on now: says what changes its meaning."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and write nothing.")] = False,
    partial: Partial = False,
    policy: PolicyFile = None,
    isolated: Isolated = False,
    env: Env = False,
    env_file: EnvFile = None,
    color: Color = "auto",
) -> None:
    """Rewrite old spellings to the current ones.

    And say what that means for prices, and what a person must decide.
    """
    arguments = MigrateArguments(
        paths=tuple(configs or ()),
        to=to,
        from_=from_,
        dry_run=dry_run,
        partial=partial,
        policy=policy,
        isolated=isolated,
        env=env,
        env_file=tuple(env_file or ()),
        color=color,
    )
    run(lambda: run_migrate(arguments))
