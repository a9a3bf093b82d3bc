"""`pricecheck traffic`."""

from __future__ import annotations

from typing import Annotated

import typer

from pricecheck.cli.jobs.traffic import TrafficArguments, run_traffic
from pricecheck.cli.jobs.traffic_fix import FixArguments
from pricecheck.cli.options import Color, Env, EnvFile, Isolated, MaxBad, OneConfig, Partial, PolicyFile, StdinFilename
from pricecheck.cli.shell import run
from pricecheck.cli.traffic_logs import LogArguments
from pricecheck.cli.values import MAX_BAD
from pricecheck.report.traffic import FORMATS


def command(
    config: OneConfig,
    logs: Annotated[
        list[str], typer.Argument(metavar="LOG...", help="Traffic logs: files, globs, or - for standard input.")
    ],
    *,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only requests from this time on (ISO 8601).")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only requests before this time.")] = None,
    route: Annotated[str | None, typer.Option(metavar="ROUTE", help="Only requests of this route.")] = None,
    max_bad: MaxBad = MAX_BAD,
    memory_limit: Annotated[
        str | None, typer.Option(metavar="SIZE", help="The memory this process may take, as in 512MB.")
    ] = None,
    engine: Annotated[str, typer.Option(metavar="NAME", help="duckdb, or spark (an extra).")] = "duckdb",
    master: Annotated[str | None, typer.Option(metavar="URL", help="With --engine spark: its master.")] = None,
    output_format: Annotated[
        list[str] | None, typer.Option(metavar="FORMAT", help=f"{', '.join(FORMATS)}; repeatable as FORMAT=PATH.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show all rows of every section.")] = False,
    color: Color = "auto",
    env: Env = False,
    env_file: EnvFile = None,
    policy: PolicyFile = None,
    isolated: Isolated = False,
    partial: Partial = False,
    stdin_filename: StdinFilename = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write the suggested prices into the config instead of a report.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --fix: print the changes, write nothing.")] = False,
    min_requests: Annotated[
        int, typer.Option(metavar="N", help="With --fix: only models with so many requests or more.")
    ] = 1,
    only: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="With --fix: only models that fit; repeatable.")
    ] = None,
    comment: Annotated[
        bool, typer.Option("--comment", help="With --fix: say behind each new line which log it comes from.")
    ] = False,
) -> None:
    """Show which models of a log no line prices.

    And what they are charged today, by which source, and what to charge them; --fix writes that.
    """
    arguments = TrafficArguments(
        config=config,
        reading=LogArguments(tuple(logs), since, until, route, max_bad, memory_limit, engine, master),
        output_format=tuple(output_format or ()),
        every=every,
        color=color,
        env=env,
        env_file=tuple(env_file or ()),
        policy=policy,
        isolated=isolated,
        partial=partial,
        stdin_filename=stdin_filename,
        fixing=FixArguments(fix, dry_run, min_requests, tuple(only or ()), comment),
    )
    run(lambda: run_traffic(arguments))
