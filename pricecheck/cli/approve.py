"""`pricecheck approve`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.jobs.approve import ApproveArguments, run_approve
from pricecheck.cli.options import Env, EnvFile, Partial, PolicyFile
from pricecheck.cli.shell import run


def command(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="The config whose price or change is approved.")],
    places: Annotated[
        list[str] | None, typer.Argument(metavar="ROUTE#SELECTOR...", help="What is approved, as in the finding.")
    ] = None,
    *,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why the exception is right. Mandatory.")] = None,
    approver: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who answers for it. Default: git's user.email.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day it counts, or never. Default: in 30 days.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="REF", help="Approve changes since this git revision (PC4).")
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only for this rule; repeatable. Default: every one.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Approve everything that asks for it, except recipients.")
    ] = False,
    policy: PolicyFile = None,
    env: Env = False,
    env_file: EnvFile = None,
    partial: Partial = False,
) -> None:
    """Record an exception to a floor, a ceiling or a bound.

    It holds for exactly these numbers, with a reason and a last day.
    """
    arguments = ApproveArguments(
        config=config,
        places=tuple(places or ()),
        reason=reason,
        approver=approver,
        expires=expires,
        against=against,
        rules=tuple(rule or ()),
        every=every,
        policy=policy,
        env=env,
        env_file=tuple(env_file or ()),
        partial=partial,
    )
    run(lambda: run_approve(arguments))
