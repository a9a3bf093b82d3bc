"""Loads configs, runs the selected rules, stamps what they find: what the command line and library users call."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import files
from pricecheck.errors import InputError, PricecheckError
from pricecheck.findings import Finding, Severity, SourceText, StampedFinding
from pricecheck.fingerprints import stamp_fingerprints
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.rules.model import Context, Rule, Settings
from pricecheck.rules.registry import RULES
from pricecheck.rules.selection import could_speak
from pricecheck.source.text import SourceError, decode
from pricecheck.source.yaml_parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pricecheck.gateway.config import Config
    from pricecheck.gateway.environment import Environment
    from pricecheck.policy.approvals import ApprovalRequest
    from pricecheck.policy.model import Policy
    from pricecheck.prices.usage import Sample
    from pricecheck.rules.comparison import Deployed


class FileOptions(NamedTuple):
    """What decides for the configs of one folder: the rules that run, severities by code, the gateway's version.

    `policy` is the policy itself, for the rules that hold configs against it; None where there is none. `approves` says
    whether an exception to its limits is approved, `hide` takes from the findings of a text those of the baseline.
    """

    rules: tuple[Rule, ...]
    severities: Mapping[str, Severity]
    settings: Settings
    policy: Policy | None = None
    approves: Callable[[ApprovalRequest], bool] | None = None
    hide: Callable[[SourceText, list[StampedFinding]], list[StampedFinding]] | None = None


class Options(NamedTuple):
    """How to check: the rules that run (registry order), severities by code, the environment for `${NAME}`.

    `for_folder` gives what the policy of a config's folder decides instead, and may raise a `PricecheckError`.
    `ignores` says whether ignore comments are heeded. `read` gives the bytes of a config where they do not come from
    the disk, `deployed_for` what a config is compared with (None: there was none yet), `sample_for` the traffic it is
    held against, read as its policy says and good enough for the rules that run; all may raise a `PricecheckError`.
    """

    rules: tuple[Rule, ...] = RULES
    severities: Mapping[str, Severity] = MappingProxyType({})
    environment: Environment = None
    settings: Settings = Settings()
    policy: Policy | None = None
    approves: Callable[[ApprovalRequest], bool] | None = None
    hide: Callable[[SourceText, list[StampedFinding]], list[StampedFinding]] | None = None
    for_folder: Callable[[str], FileOptions] | None = None
    ignores: bool = True
    read: Callable[[str], bytes] = files.read_bytes
    deployed_for: Callable[[SourceText], Deployed | None] | None = None
    sample_for: Callable[[Options, Config], Sample] | None = None

    @property
    def speaking(self) -> frozenset[str]:
        """The codes of the rules that run and have something to speak of."""
        return could_speak(self.rules, compared=self.deployed_for is not None, observed=self.sample_for is not None)


class Outcome(NamedTuple):
    """What a run found in `files` (display paths); `failures` has a line for each file that could not be checked.

    `suppressed` counts the findings that an ignore comment or the baseline hides.
    """

    findings: tuple[StampedFinding, ...]
    files: tuple[str, ...]
    failures: tuple[str, ...] = ()
    suppressed: int = 0


def check_paths(
    paths: Sequence[str],
    options: Options,
    *,
    stdin_name: str | None = None,
    watched: Callable[[Sequence[str]], Iterable[str]] = iter,
) -> Outcome:
    """Check files, folders and `-`; without paths, the folder we are in.

    `-` is standard input, shown as `stdin_name` and read as JSON if that ends in `.json`. A file that can't be read is
    a line in `failures` and does not stop the others. `watched` gives the files one by one, and may tell somebody.
    """
    findings: list[StampedFinding] = []
    failures: list[str] = []
    checked: list[str] = []
    suppressed = 0
    try:
        targets = files.expand(paths or ["."])
    except InputError as error:
        return Outcome((), (), (str(error),))
    for path in watched(targets):
        try:
            source = read_source(path, stdin_name, options.read)
            kept, hidden = check_counting(source, options)
            findings += kept
            suppressed += hidden
            checked.append(source.path)
        except PricecheckError as error:
            failures.append(str(error))
    return Outcome(tuple(findings), tuple(checked), tuple(failures), suppressed)


def read_source(
    path: str, stdin_name: str | None = None, read: Callable[[str], bytes] = files.read_bytes
) -> SourceText:
    """Read and decode one config; `-` is standard input.

    Raises:
        InputError: it can't be read or is not UTF-8 text.
    """
    name = (stdin_name or "<stdin>") if path == files.STDIN else path
    try:
        return SourceText(name, decode(read(path)))
    except SourceError as error:
        raise InputError(f"{name}: {error}") from None


def check_source(source: SourceText, options: Options) -> list[StampedFinding]:
    """Run the selected rules over one text, in reading order; a path that ends in `.json` is read as JSON.

    Findings that an ignore comment or the baseline hides are left out.
    """
    return check_counting(source, options)[0]


def check_counting(source: SourceText, options: Options) -> tuple[list[StampedFinding], int]:
    """Check one text as `check_source` does; give also how many findings are hidden."""
    if options.for_folder is not None:
        here = options.for_folder(os.path.dirname(source.path))
        options = options._replace(**here._asdict())
    document = parse(source, is_json=is_json(source.path))
    loaded = load(document, options.environment, partial=options.settings.partial)
    deployed = options.deployed_for(source) if options.deployed_for else None
    context = Context(loaded, options.settings, deployed, options.policy, options.approves)
    if options.sample_for is not None:
        context.sample = options.sample_for(options, context.config)
    readable = document.root is not None
    found = [
        (rule, finding)
        for rule in options.rules
        if readable or not rule.needs_config
        for finding in rule.check(context)
    ]
    heeds_ignores = options.ignores and "pricecheck:" in source.text
    if found or heeds_ignores:
        from pricecheck.rules.spending import secret_spans

        source = source.masked(secret_spans(context))
    kept, ignored = stamp(source, found, options.severities), 0
    if heeds_ignores:
        from pricecheck.rules.ignoring import heed_ignores

        kept, problems, ignored = heed_ignores(document, kept, options.rules, options.speaking)
        kept = _merged(kept, stamp(source, problems, options.severities)) if problems else kept
    if options.hide is None:
        return kept, ignored
    shown = options.hide(source, kept)
    return shown, ignored + len(kept) - len(shown)


def _merged(kept: list[StampedFinding], more: list[StampedFinding]) -> list[StampedFinding]:
    return sorted([*kept, *more], key=lambda stamped: stamped.sort_key)


def stamp(
    source: SourceText, found: Iterable[tuple[Rule, Finding]], severities: Mapping[str, Severity]
) -> list[StampedFinding]:
    """Stamp what rules found in a text, in reading order; `severities` by code win over the rules' own."""
    ordered = sorted(found, key=lambda pair: (pair[1].span, pair[0].code))
    if not ordered:
        return []
    prints = stamp_fingerprints(
        (rule.code, source.path, finding.path, _first_line(source, finding)) for rule, finding in ordered
    )
    return [
        StampedFinding(
            rule=rule.code,
            name=rule.name,
            severity=severities.get(rule.code) or finding.severity or rule.severity,
            impact=rule.impact,
            source=source,
            finding=finding,
            fingerprint=fingerprint,
        )
        for (rule, finding), fingerprint in zip(ordered, prints, strict=True)
    ]


def _first_line(source: SourceText, finding: Finding) -> str:
    return source.line(source.position(finding.span.start).line)


def load_config(source: SourceText, environment: Environment = None, *, partial: bool = False) -> Config:
    """Give a config that the gateway would start with, for the commands that ask what it charges.

    Raises:
        InputError: the gateway would refuse it; the text names the first reason and how many there are.
    """
    loaded = load(parse(source, is_json=is_json(source.path)), environment, partial=partial)
    if loaded.refusals:
        first = min(loaded.refusals, key=lambda refusal: refusal.span)
        place = source.position(first.span.start)
        others = f" (and {len(loaded.refusals) - 1} more: pricecheck check)" if len(loaded.refusals) > 1 else ""
        raise InputError(
            f"{source.path}:{place.line}:{place.column}: the gateway would not start: {first.message}{others}"
        )
    return read_config(loaded)


def is_json(path: str) -> bool:
    """Say whether the gateway reads a file of this name as JSON (gateway.md §1.1)."""
    return path.endswith(".json")
