"""The job of `check`: from arguments to an exit code."""

from __future__ import annotations

from typing import NamedTuple

from pricecheck.cli.exceptions import Exceptions
from pricecheck.cli.output import parse_destinations, write_report
from pricecheck.cli.progress import watched
from pricecheck.cli.shell import CLEAN, FAILED, FOUND, complain, say
from pricecheck.cli.values import MAX_BAD, environment, one_of, refuse_max_bad_alone, refuse_other_colors
from pricecheck.engine import Options, Outcome, check_paths
from pricecheck.errors import UsageError
from pricecheck.findings import Severity
from pricecheck.rules.model import Settings
from pricecheck.rules.registry import RULES
from pricecheck.rules.selection import select_rules


class CheckArguments(NamedTuple):
    """The command line of `check`, as typed; the defaults are those of the command."""

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "error"
    exit_zero: bool = False
    output_format: tuple[str, ...] = ()
    color: str = "auto"
    env: bool = False
    env_file: tuple[str, ...] = ()
    partial: bool = False
    gateway_version: str | None = None
    policy: str | None = None
    isolated: bool = False
    baseline: str | None = None
    write_baseline: bool = False
    no_ignores: bool = False
    stdin_filename: str | None = None
    against: str | None = None
    anchor: str | None = None
    staged: bool = False
    merge_base: bool = False
    traffic: tuple[str, ...] = ()
    max_bad: str = MAX_BAD
    statistics: bool = False
    quiet: bool = False
    verbose: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False


def run_check(arguments: CheckArguments) -> int:
    """Check, report, and give the exit code.

    Raises:
        UsageError: a flag's value does not exist.
        InputError: an environment file can't be read, or a git revision is missing.
    """
    one_of("--fail-on", arguments.fail_on, [severity.value for severity in Severity])
    refuse_other_colors(arguments.color)
    refuse_max_bad_alone(arguments.max_bad, arguments.traffic)
    destinations = parse_destinations(arguments.output_format)
    exceptions = Exceptions(isolated=arguments.isolated, baseline=arguments.baseline, write=arguments.write_baseline)
    options = options_of(arguments, exceptions)
    if arguments.traffic:
        from pricecheck.cli.jobs.check_traffic import held_to_traffic

        options = held_to_traffic(arguments, options)
    if arguments.fix or arguments.unsafe_fixes or arguments.diff:
        from pricecheck.cli.jobs.fix import run_fixing

        return run_fixing(arguments, options, exceptions, destinations)
    paths = arguments.paths
    if arguments.against is not None or arguments.anchor is not None or arguments.staged or arguments.merge_base:
        from pricecheck.cli.jobs.check_against import held_to_the_past

        options, paths = held_to_the_past(arguments, options, exceptions)
    outcome = check_paths(paths, options, stdin_name=arguments.stdin_filename, watched=watched)
    outcome = exceptions.finish(outcome, options)
    if arguments.verbose:
        from pricecheck.wording import counted

        say(f"checked {counted(len(outcome.files), 'file')} with {counted(len(options.rules), 'rule')}")
    for failure in outcome.failures:
        complain(failure)
    if outcome.files or not outcome.failures:
        write_report(
            outcome,
            destinations,
            color=arguments.color,
            statistics=arguments.statistics,
            summary=not arguments.quiet,
        )
    return verdict(outcome, arguments)


def verdict(outcome: Outcome, arguments: CheckArguments) -> int:
    """Give the exit code for what was found, whether or not some of it was mended before."""
    if outcome.failures:
        return FAILED
    loud = any(found.severity.rank <= Severity(arguments.fail_on).rank for found in outcome.findings)
    return FOUND if loud and not arguments.exit_zero else CLEAN


def options_of(arguments: CheckArguments, exceptions: Exceptions) -> Options:
    """Give what the engine is to do, with the policy of each config's folder.

    Raises:
        UsageError: a flag's value does not exist, or flags do not go together.
        InputError: an environment file can't be read.
    """
    for flag, value in (("--policy", arguments.policy), ("--baseline", arguments.baseline)):
        if value is not None and arguments.isolated:
            raise UsageError(f"{flag} and --isolated: give one")
    if arguments.write_baseline and (arguments.isolated or arguments.fix or arguments.diff):
        raise UsageError("--write-baseline writes down what is found as it is: leave --isolated, --fix and --diff out")
    settings = Settings(partial=arguments.partial)
    if arguments.gateway_version is not None:
        from pricecheck.gateway.versions import VERSIONS

        version = one_of("--gateway-version", arguments.gateway_version, VERSIONS)
        settings = Settings(partial=arguments.partial, gateway_version=version)
    options = Options(
        rules=select_rules(RULES, arguments.select or ("ALL",), arguments.ignore, arguments.extend_select),
        environment=environment(arguments.env, arguments.env_file),
        settings=settings,
        ignores=not arguments.no_ignores,
    )
    if arguments.isolated:
        return options
    from pricecheck.cli.policies import PolicyOptions

    return options._replace(for_folder=PolicyOptions(arguments, exceptions))
