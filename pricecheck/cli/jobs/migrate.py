"""The job of `migrate`: old spellings become current ones, in files that are proven and written together."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import files
from pricecheck.cli.comparing import Policies
from pricecheck.cli.patch import print_diff
from pricecheck.cli.shell import CLEAN, FOUND, terminal_width, wants_color
from pricecheck.engine import Options, check_source, is_json, read_source
from pricecheck.errors import UsageError
from pricecheck.findings import Impact, Safety
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.gateway.versions import VERSIONS
from pricecheck.prices.table import price_table
from pricecheck.report.visible import visible
from pricecheck.rewrite.atomic import Change, remove_stale, write_all
from pricecheck.rewrite.fixing import fix_source
from pricecheck.rules.comparison import ComparedConfigs, Deployed
from pricecheck.rules.model import Settings
from pricecheck.rules.registry import RULES
from pricecheck.source.yaml_parser import parse
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import SourceText, StampedFinding
    from pricecheck.gateway.environment import Environment
    from pricecheck.policy.model import Policy
    from pricecheck.prices.table import PriceTable
    from pricecheck.rewrite.fixing import Fixed

SPELLINGS = ("PC015", "PC601", "PC602", "PC603", "PC604", "PC605")
"""The rules about spellings: what they can mend is migrated, the rest is for a person."""


class MigrateArguments(NamedTuple):
    """The command line of `migrate`, as typed; the defaults are those of the command."""

    paths: tuple[str, ...] = ()
    to: str | None = None
    from_: str | None = None
    dry_run: bool = False
    partial: bool = False
    policy: str | None = None
    isolated: bool = False
    env: bool = False
    env_file: tuple[str, ...] = ()
    color: str = "auto"


class _Job(NamedTuple):
    """One file: as it was, as it shall be, and the version it shall run on."""

    source: SourceText
    fixed: Fixed
    policy: Policy
    version: str


def run_migrate(arguments: MigrateArguments) -> int:
    """Rewrite the files, report, and give the exit code: 1 where something is left for a person to decide.

    Raises:
        UsageError: a flag's value does not exist.
        InputError: a file can't be read or written.
        ProofError: a rewrite could not be proven; no file was written.
    """
    from pricecheck.cli.values import environment, one_of, refuse_other_colors

    refuse_other_colors(arguments.color)
    for flag, version in (("--to", arguments.to), ("--from", arguments.from_)):
        if version is not None:
            one_of(flag, version, VERSIONS)
    if files.STDIN in arguments.paths:
        raise UsageError("-: migrate changes files in place; give paths")
    variables = environment(arguments.env, arguments.env_file)
    policies = Policies(isolated=arguments.isolated, policy=arguments.policy)
    jobs = [_job(path, arguments, policies, variables) for path in files.expand(arguments.paths or ["."])]
    if not arguments.dry_run:
        for job in jobs:
            remove_stale(job.source.path)
        write_all(
            [
                Change(job.source.path, job.source.text.encode(), job.fixed.source.text.encode())
                for job in jobs
                if job.fixed.differs_from(job.source)
            ]
        )
    left = sum(_report(job, arguments, variables) for job in jobs)
    return FOUND if left else CLEAN


def _job(path: str, arguments: MigrateArguments, policies: Policies, variables: Environment) -> _Job:
    source = read_source(path)
    policy, _ = policies.of(None, os.path.dirname(os.path.abspath(path)))
    version = arguments.to or policy.gateway_version
    options = Options(
        rules=tuple(rule for rule in RULES if rule.code in SPELLINGS),
        environment=variables,
        settings=Settings(partial=arguments.partial, gateway_version=version),
        ignores=False,
    )

    def check(text: SourceText) -> list[StampedFinding]:
        return check_source(text, options)

    fixed = fix_source(source, check, unsafe=True, cascade=True, environment=variables, partial=arguments.partial)
    return _Job(source, fixed, policy, version)


def _report(job: _Job, arguments: MigrateArguments, variables: Environment) -> int:
    """Print what was changed, what it means for prices, and what is left; give how much is left."""
    path = visible(job.source.path)
    if arguments.dry_run:
        print_diff(job.source.path, job.source.text, job.fixed.source.text)
    notes = list(_notes(job, arguments, variables))
    decisions = [*_decisions(job), *notes]
    done = len(job.fixed.applied)
    what = f"{counted(done, 'spelling')} {'to rewrite' if arguments.dry_run else 'rewritten'}"
    _print(f"{path}: {what if done else 'nothing to rewrite'} for gateway {job.version}")
    for found in job.fixed.applied:
        title = found.finding.fix.title if found.finding.fix else ""
        _print(f"  {found.rule} {visible(found.finding.message)}: {visible(title)}")
    if job.fixed.differs_from(job.source):
        _print("")
        sys.stdout.write(_price_diff(job, arguments, variables))
    if decisions:
        _print("")
        _print(f"{path}: for a person to decide")
        for line in decisions:
            _print(f"  {line}")
    return len(decisions)


def _decisions(job: _Job) -> Iterator[str]:
    for found in job.fixed.applied:
        fix = found.finding.fix
        # What the gateway refused had no price; what it took is charged otherwise now.
        if fix is not None and fix.safety is Safety.UNSAFE and found.impact is not Impact.REJECTS:
            place = f"{visible(found.file)}:{found.start.line}:{found.start.column}"
            yield f"{place}: {found.rule} {visible(fix.title)}: see above what callers pay now, and whether it is meant"
    for found in job.fixed.remaining:
        place = f"{visible(found.file)}:{found.start.line}:{found.start.column}"
        advice = f" ({visible(found.finding.help)})" if found.finding.help else ""
        yield f"{place}: {found.rule} {visible(found.finding.message)}{advice}"


def _notes(job: _Job, arguments: MigrateArguments, variables: Environment) -> Iterator[str]:
    if arguments.from_ is None:
        return
    from pricecheck.rules.version_notes import version_notes

    source = job.fixed.source
    for note in version_notes(_table(source, variables, partial=arguments.partial), arguments.from_, job.version):
        place = source.position(note.span.start)
        yield f"{visible(source.path)}:{place.line}:{place.column}: {visible(note.message)}"


def _price_diff(job: _Job, arguments: MigrateArguments, variables: Environment) -> str:
    from pricecheck.cli.jobs.diff import file_diff
    from pricecheck.report.price_diff import PriceDiff
    from pricecheck.report.price_diff_text import as_text

    old, new = (_table(text, variables, partial=arguments.partial) for text in (job.source, job.fixed.source))
    compared = ComparedConfigs(Deployed("now", job.source, old.config, job.policy), new, job.source.path)
    diff = PriceDiff([file_diff(compared, job.source, job.fixed.source)])
    return as_text(diff, width=terminal_width(), color=wants_color(arguments.color), every=False)


def _table(source: SourceText, variables: Environment, *, partial: bool) -> PriceTable:
    return price_table(read_config(load(parse(source, is_json=is_json(source.path)), variables, partial=partial)))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
