"""`pricecheck check`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.jobs.check import CheckArguments, run_check
from pricecheck.cli.options import Color, Env, EnvFile, Isolated, MaxBad, Partial, PolicyFile, StdinFilename
from pricecheck.cli.shell import run
from pricecheck.cli.values import MAX_BAD
from pricecheck.report.formats import FORMATS

_SELECTORS = "codes, prefixes or names, comma-separated or repeated"


def command(
    *,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...",
            help="Configs, folders, or - for standard input. Default: the gateway's file names below here.",
        ),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help=f"Run only these rules: {_SELECTORS}.")
    ] = None,
    extend_select: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Run these rules too.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Do not run these rules.")] = None,
    fail_on: Annotated[
        str, typer.Option(metavar="SEVERITY", help="Exit 1 from this severity up: error, warning or info.")
    ] = "error",
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found (never hides a 2).")] = False,
    output_format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help=f"{', '.join(FORMATS)}; repeatable as FORMAT=PATH.",
        ),
    ] = None,
    color: Color = "auto",
    env: Env = False,
    env_file: EnvFile = None,
    partial: Partial = False,
    gateway_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The gateway version the config runs on.")
    ] = None,
    policy: PolicyFile = None,
    isolated: Isolated = False,
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Take what is known from here, not from beside the policy.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write down what is found as known; only new findings count then.")
    ] = False,
    no_ignores: Annotated[bool, typer.Option("--no-ignores", help="Report what ignore comments hide as well.")] = False,
    stdin_filename: StdinFilename = None,
    against: Annotated[
        str | None, typer.Option(metavar="REF", help="Hold every price to the bounds, against this git revision (PC4).")
    ] = None,
    anchor: Annotated[
        str | None, typer.Option(metavar="REF", help="Also bound the total drift since this older revision.")
    ] = None,
    staged: Annotated[bool, typer.Option("--staged", help="Check what is staged, not what is on disk.")] = False,
    merge_base: Annotated[
        bool, typer.Option("--merge-base", help="With --against: the common ancestor of REF and HEAD.")
    ] = False,
    traffic: Annotated[
        list[str] | None,
        typer.Option(metavar="LOG", help="Hold the config against this traffic log (PC5); repeatable, globs work."),
    ] = None,
    max_bad: MaxBad = MAX_BAD,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count the findings of each rule.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Findings only: no summary.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say which files are checked, and how.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Apply the safe fixes and report what remains.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: also fixes that may change what is charged.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what --fix would change, and write nothing; exit 1 if anything.")
    ] = False,
) -> None:
    """Report what the gateway refuses, mischarges or ignores.

    With --against also what a deploy may not change, with --traffic what a log shows, with --fix mended.
    """
    arguments = CheckArguments(
        paths=tuple(paths or ()),
        select=_flat(select),
        extend_select=_flat(extend_select),
        ignore=_flat(ignore),
        fail_on=fail_on,
        exit_zero=exit_zero,
        output_format=tuple(output_format or ()),
        color=color,
        env=env,
        env_file=tuple(env_file or ()),
        partial=partial,
        gateway_version=gateway_version,
        policy=policy,
        isolated=isolated,
        baseline=baseline,
        write_baseline=write_baseline,
        no_ignores=no_ignores,
        stdin_filename=stdin_filename,
        against=against,
        anchor=anchor,
        staged=staged,
        merge_base=merge_base,
        traffic=tuple(traffic or ()),
        max_bad=max_bad,
        statistics=statistics,
        quiet=quiet,
        verbose=verbose,
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        diff=diff,
    )
    run(lambda: run_check(arguments))


def _flat(values: list[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())
