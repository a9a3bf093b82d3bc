"""`pricecheck reprice`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.jobs.reprice import RepriceArguments, run_reprice
from pricecheck.cli.options import Color, Env, EnvFile, Isolated, Partial, PolicyFile
from pricecheck.cli.shell import run
from pricecheck.cli.values import only_config


def command(
    config: Annotated[
        str | None,
        typer.Argument(metavar="CONFIG", help="The config to change. Default: the one config below here."),
    ] = None,
    *,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="ROUTE#SELECTOR=PRICE", help="Write a price; adds a model that is not there."),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="ROUTE#SELECTOR", help="Remove a model's line, a rule, a fallback.")
    ] = None,
    rename_model: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Give a model another name wherever it is priced.")
    ] = None,
    scale: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Change prices by a share: +5% or -2.5%.")
    ] = None,
    models: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="With --scale: only prices of these models.")
    ] = None,
    family: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="With --scale: only prices of this family of the policy.")
    ] = None,
    toward: Annotated[
        str | None, typer.Option(metavar="TARGET", help="Take one bounded step towards the prices of this config.")
    ] = None,
    digits: Annotated[int, typer.Option(metavar="NUMBER", help="Significant digits of a computed price.")] = 3,
    add: Annotated[
        bool, typer.Option("--add", help="With --set: add a model though its name nearly is that of a listed one.")
    ] = False,
    beyond_bounds: Annotated[
        str | None, typer.Option(metavar="REASON", help="Go beyond bounds and limits, and record approvals for it.")
    ] = None,
    approver: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who answers for that. Default: git's user.email.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="The approvals' last day, or never. Default: in 30 days.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and write nothing.")] = False,
    policy: PolicyFile = None,
    isolated: Isolated = False,
    env: Env = False,
    env_file: EnvFile = None,
    partial: Partial = False,
    color: Color = "auto",
) -> None:
    """Change prices in place, within the bounds of a deploy.

    And show what callers will pay differently.
    """

    def job() -> int:
        arguments = RepriceArguments(
            config=config or only_config(),
            sets=tuple(set_ or ()),
            removes=tuple(remove or ()),
            renames=tuple(rename_model or ()),
            scale=scale,
            models=tuple(models or ()),
            families=tuple(family or ()),
            toward=toward,
            digits=digits,
            add=add,
            beyond_bounds=beyond_bounds,
            approver=approver,
            expires=expires,
            dry_run=dry_run,
            policy=policy,
            isolated=isolated,
            env=env,
            env_file=tuple(env_file or ()),
            color=color,
            partial=partial,
        )
        return run_reprice(arguments)

    run(job)
