"""The job of `traffic`: from a config and logs to a report."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.cli.jobs.traffic_fix import FixArguments, refuse_combinations, run_mapping
from pricecheck.cli.shell import CLEAN, terminal_width, wants_color
from pricecheck.cli.traffic_logs import LogArguments, refuse_stdin_twice, sample_of
from pricecheck.report.traffic import FORMATS

if TYPE_CHECKING:
    from pricecheck.report.traffic import TrafficReport


class TrafficArguments(NamedTuple):
    """The command line of `traffic`, as typed; the defaults are those of the command."""

    config: str
    reading: LogArguments
    output_format: tuple[str, ...] = ()
    every: bool = False
    color: str = "auto"
    env: bool = False
    env_file: tuple[str, ...] = ()
    policy: str | None = None
    isolated: bool = False
    partial: bool = False
    stdin_filename: str | None = None
    fixing: FixArguments = FixArguments()


def run_traffic(arguments: TrafficArguments) -> int:
    """Read, judge, report, and give the exit code.

    Raises:
        UsageError: a flag's value does not exist, or flags do not go together.
        InputError: the config or a log can't be read, or the gateway would refuse the config.
        PolicyError: the policy can't be used.
    """
    from pricecheck.cli.comparing import Policies
    from pricecheck.cli.jobs.traffic_report import traffic_report
    from pricecheck.cli.output import parse_destinations, write_file
    from pricecheck.cli.values import environment, refuse_other_colors
    from pricecheck.engine import load_config, read_source
    from pricecheck.prices.table import price_table
    from pricecheck.rules.served import TrafficUsage

    refuse_other_colors(arguments.color)
    destinations = parse_destinations(arguments.output_format, "text", FORMATS)
    refuse_stdin_twice(arguments.config, arguments.reading.logs)
    refuse_combinations(arguments.fixing, arguments.config, arguments.output_format)
    source = read_source(arguments.config, arguments.stdin_filename)
    variables = environment(arguments.env, arguments.env_file)
    config = load_config(source, variables, partial=arguments.partial)
    policies = Policies(isolated=arguments.isolated, policy=arguments.policy)
    policy, _ = policies.of(None, os.path.dirname(os.path.abspath(source.path)))
    sample = sample_of(arguments.reading, policy, [config])
    usage = TrafficUsage(price_table(config), sample, policy)
    if arguments.fixing.fix:
        return run_mapping(arguments.fixing, usage, source, variables, partial=arguments.partial)
    report = traffic_report(usage, source.path)
    for name, path in destinations:
        text = _rendered(name, report, arguments, to_terminal=path is None)
        if path is None:
            sys.stdout.write(text)
        else:
            write_file(path, text)
    return CLEAN


def _rendered(name: str, report: TrafficReport, arguments: TrafficArguments, *, to_terminal: bool) -> str:
    if name == "json":
        from pricecheck.report.traffic import as_json

        return as_json(report)
    if name == "csv":
        from pricecheck.report.traffic import as_csv

        return as_csv(report)
    if name == "markdown":
        from pricecheck.report.traffic_markdown import as_markdown

        return as_markdown(report, every=arguments.every)
    from pricecheck.report.traffic_text import as_text

    color = to_terminal and wants_color(arguments.color)
    sparkline = color or (to_terminal and sys.stdout.isatty())
    return as_text(report, width=terminal_width(), color=color, every=arguments.every, sparkline=sparkline)
