"""`pricecheck diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.jobs.diff import DiffArguments, run_diff
from pricecheck.cli.options import Color, Env, EnvFile, Isolated, MaxBad, Partial, PolicyFile, StdinFilename
from pricecheck.cli.shell import run
from pricecheck.cli.values import MAX_BAD


def command(
    *,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...",
            help="OLD and NEW (files, REF:PATH or - for standard input); with --against: configs or folders.",
        ),
    ] = None,
    against: Annotated[str | None, typer.Option(metavar="REF", help="Compare with this git revision.")] = None,
    staged: Annotated[bool, typer.Option("--staged", help="Take the new side from the index.")] = False,
    to: Annotated[str | None, typer.Option(metavar="REF", help="Take the new side from this git revision.")] = None,
    merge_base: Annotated[
        bool, typer.Option("--merge-base", help="Compare with the common ancestor of REF and the new side.")
    ] = False,
    traffic: Annotated[
        list[str] | None,
        typer.Option(metavar="LOG", help="Weight each change by the requests of this traffic log; repeatable."),
    ] = None,
    max_bad: MaxBad = MAX_BAD,
    output_format: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT", help="text, json, markdown or github; repeatable as FORMAT=PATH."),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 where anything changed.")] = False,
    every: Annotated[bool, typer.Option("--all", help="List every change: group nothing.")] = False,
    color: Color = "auto",
    env: Env = False,
    env_file: EnvFile = None,
    policy: PolicyFile = None,
    isolated: Isolated = False,
    partial: Partial = False,
    stdin_filename: StdinFilename = None,
) -> None:
    """Show what callers will be charged differently."""
    arguments = DiffArguments(
        paths=tuple(paths or ()),
        against=against,
        staged=staged,
        to=to,
        merge_base=merge_base,
        output_format=tuple(output_format or ()),
        exit_code=exit_code,
        every=every,
        color=color,
        env=env,
        env_file=tuple(env_file or ()),
        policy=policy,
        isolated=isolated,
        traffic=tuple(traffic or ()),
        max_bad=max_bad,
        partial=partial,
        stdin_filename=stdin_filename,
    )
    run(lambda: run_diff(arguments))
