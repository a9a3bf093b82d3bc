"""The job of `check --fix` and `check --diff`: from arguments to an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import files
from pricecheck.cli.jobs.check import verdict
from pricecheck.cli.output import write_report
from pricecheck.cli.patch import print_diff, print_exactly
from pricecheck.cli.progress import watched
from pricecheck.cli.shell import CLEAN, FAILED, FOUND, complain, say
from pricecheck.engine import Outcome, check_counting, read_source
from pricecheck.errors import InputError, PricecheckError, UsageError
from pricecheck.findings import SourceText
from pricecheck.rewrite.atomic import Change, remove_stale, write_all
from pricecheck.rewrite.fixing import Fixed, fix_source
from pricecheck.rewrite.proof import ProofError
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.cli.exceptions import Exceptions
    from pricecheck.cli.jobs.check import CheckArguments
    from pricecheck.cli.output import Destination
    from pricecheck.engine import Options
    from pricecheck.findings import StampedFinding


class _Job(NamedTuple):
    path: str
    source: SourceText
    fixed: Fixed
    suppressed: int


def run_fixing(
    arguments: CheckArguments, options: Options, exceptions: Exceptions, destinations: Sequence[Destination]
) -> int:
    """Mend what can be mended, report what remains (or print the diff), and give the exit code.

    Of several files either all are proven or none is written.

    Raises:
        UsageError: flags that do not go together.
        InputError: a file can't be written.
    """
    _refuse_combinations(arguments)
    jobs, failures, unproven = _fix_all(arguments, options)
    for failure in failures:
        complain(failure)
    if unproven:
        return FAILED
    if arguments.diff:
        return _show_diff(jobs, failed=bool(failures), exit_zero=arguments.exit_zero)
    write_all(
        [
            Change(job.path, job.source.text.encode(), job.fixed.source.text.encode())
            for job in jobs
            if job.fixed.differs_from(job.source) and job.path != files.STDIN
        ]
    )
    piped = files.STDIN in arguments.paths
    if piped and jobs:
        print_exactly(jobs[0].fixed.source.text)
    for job in jobs:
        _say_skipped(job)
    outcome = Outcome(
        tuple(found for job in jobs for found in job.fixed.remaining),
        tuple(job.source.path for job in jobs),
        tuple(failures),
        suppressed=sum(job.suppressed for job in jobs),
    )
    if jobs or not failures:
        outcome = exceptions.finish(outcome, options)
        write_report(
            outcome,
            destinations,
            color=arguments.color,
            statistics=arguments.statistics,
            summary=not arguments.quiet,
            fixed=sum(len(job.fixed.applied) for job in jobs),
            stream=sys.stderr if piped else None,
        )
    return verdict(outcome, arguments)


def _refuse_combinations(arguments: CheckArguments) -> None:
    if not arguments.fix and not arguments.diff:
        raise UsageError("--unsafe-fixes says which fixes to apply: give --fix or --diff as well")
    if arguments.diff and arguments.output_format:
        raise UsageError("--diff prints the changes and no report: leave --output-format out")
    if arguments.against is not None or arguments.anchor is not None or arguments.staged or arguments.merge_base:
        raise UsageError("--fix and --diff change files as they are now: leave --against, --anchor and --staged out")
    if files.STDIN in arguments.paths and len(arguments.paths) > 1:
        raise UsageError("--fix and --diff take standard input alone, since the mended text goes to standard output")


def _fix_all(arguments: CheckArguments, options: Options) -> tuple[list[_Job], list[str], bool]:
    """Give a job for each file that could be read, a line for each that could not, and whether a proof failed."""
    try:
        targets = files.expand(arguments.paths or ["."])
    except InputError as error:
        return [], [str(error)], False
    jobs: list[_Job] = []
    failures: list[str] = []
    unproven = False
    for path in watched(targets):
        try:
            if path != files.STDIN and not arguments.diff:
                remove_stale(path)
            source = read_source(path, arguments.stdin_filename, options.read)
            jobs.append(_fix(path, source, arguments, options))
        except ProofError as error:
            failures.append(str(error))
            unproven = True
        except PricecheckError as error:
            failures.append(str(error))
    return jobs, failures, unproven


def _fix(path: str, source: SourceText, arguments: CheckArguments, options: Options) -> _Job:
    suppressed = 0

    def check(text: SourceText) -> list[StampedFinding]:
        nonlocal suppressed
        findings, suppressed = check_counting(text, options)
        return findings

    fixed = fix_source(
        source,
        check,
        unsafe=arguments.unsafe_fixes,
        environment=options.environment,
        partial=options.settings.partial,
    )
    return _Job(path, source, fixed, suppressed)


def _show_diff(jobs: Sequence[_Job], *, failed: bool, exit_zero: bool) -> int:
    for job in jobs:
        print_diff(job.source.path, job.source.text, job.fixed.source.text)
        _say_skipped(job)
    applied = sum(len(job.fixed.applied) for job in jobs)
    if applied:
        say(f"would fix {counted(applied, 'finding')}")
    if failed:
        return FAILED
    return FOUND if applied and not exit_zero else CLEAN


def _say_skipped(job: _Job) -> None:
    for found, reason in job.fixed.skipped:
        say(f"{found.file}:{found.start.line}:{found.start.column}: {found.rule} not fixed: {reason}")
