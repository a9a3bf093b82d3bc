"""`pricecheck prices`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pricecheck.cli.options import Color, Env, EnvFile, OnlyConfig, Partial, StdinFilename
from pricecheck.cli.shell import CLEAN, run


def command(
    config: OnlyConfig = None,
    *,
    output_format: Annotated[str, typer.Option(metavar="FORMAT", help="text, json or csv.")] = "text",
    every: Annotated[bool, typer.Option("--all", help="List the built-in table's models one by one.")] = False,
    color: Color = "auto",
    env: Env = False,
    env_file: EnvFile = None,
    partial: Partial = False,
    stdin_filename: StdinFilename = None,
) -> None:
    """Show what every route and model is charged.

    After the gateway's whole chain of resolution: what is written, what is charged, and where that comes from.
    """

    def job() -> int:
        from pricecheck.cli.shell import terminal_width, wants_color
        from pricecheck.cli.values import environment, one_of, only_config, refuse_other_colors
        from pricecheck.engine import load_config, read_source
        from pricecheck.prices.table import price_table
        from pricecheck.report import price_list

        refuse_other_colors(color)
        one_of("--output-format", output_format, price_list.FORMATS)
        source = read_source(config or only_config(), stdin_filename)
        loaded = load_config(source, environment(env, env_file or ()), partial=partial)
        lines = [
            price_list.PriceLine(
                row.route,
                row.selector,
                row.amount,
                row.dollars,
                row.asset,
                row.price,
                row.source,
                row.where,
                source.position(row.span.start) if row.span else None,
                row.unknown_reason,
                row.reachable,
            )
            for row in price_table(loaded).rows
        ]
        if output_format == "json":
            text = price_list.as_json(lines)
        elif output_format == "csv":
            text = price_list.as_csv(lines)
        else:
            text = price_list.as_text(lines, columns=terminal_width(), color=wants_color(color), every=every)
        sys.stdout.write(text)
        return CLEAN

    run(job)
