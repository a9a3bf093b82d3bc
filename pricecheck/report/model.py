"""What every format gets: the findings of a run, and how to show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Impact, Safety, Severity, StampedFinding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class RuleInfo(NamedTuple):
    """What a report says about a rule. `page` is its Markdown page, indented or not."""

    code: str
    name: str
    summary: str
    impact: Impact
    severity: Severity
    page: str
    since: str


class Report:
    """The outcome of one run.

    `findings` are put in reading order (file, place, code) whatever order they come in. `files` are the display paths
    of all checked files, clean ones included. `rules` are the rules that ran, by code. `suppressed` counts findings
    that an ignore or a baseline silenced, `fixed` those that this run has mended: neither is among `findings`.
    """

    __slots__ = ("files", "findings", "fixed", "rules", "suppressed", "tool_version")

    def __init__(
        self,
        findings: Iterable[StampedFinding],
        files: tuple[str, ...],
        rules: Mapping[str, RuleInfo],
        tool_version: str,
        suppressed: int = 0,
        fixed: int = 0,
    ) -> None:
        self.findings = tuple(sorted(findings, key=lambda found: found.sort_key))
        self.files = files
        self.rules = rules
        self.tool_version = tool_version
        self.suppressed = suppressed
        self.fixed = fixed

    @property
    def files_checked(self) -> int:
        """How many files were checked."""
        return len(self.files)

    def worst_first(self) -> list[StampedFinding]:
        """Give the findings by severity, then in reading order."""
        return sorted(self.findings, key=lambda found: found.severity.rank)


class RenderOptions(NamedTuple):
    """How to show a report; formats ignore what does not concern them.

    `color` writes ANSI colours, `width` is the terminal's in columns, `fix_hint` names the flags that apply fixes,
    `statistics` counts findings per rule. `root` is the absolute path of the repository: formats that a CI server
    reads give paths relative to it; `working_directory` is what relative display paths start from (default: the
    process's own).
    """

    color: bool = False
    width: int = 120
    show_source: bool = True
    show_summary: bool = True
    statistics: bool = False
    fix_hint: bool = False
    root: str | None = None
    working_directory: str | None = None


class Summary(NamedTuple):
    """The counts of a report. `rejected_files` are files the gateway would not start with."""

    files: int
    rejected_files: int
    errors: int
    warnings: int
    infos: int
    fixable: int
    fixable_unsafe: int
    fixed: int
    suppressed: int


def summarize(report: Report) -> Summary:
    """Count the findings of a report; `fixable` have a safe fix, `fixable_unsafe` an unsafe one."""
    severities = [found.severity for found in report.findings]
    fixes = [found.finding.fix.safety for found in report.findings if found.finding.fix is not None]
    return Summary(
        files=report.files_checked,
        rejected_files=len({found.file for found in report.findings if found.impact is Impact.REJECTS}),
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        infos=severities.count(Severity.INFO),
        fixable=fixes.count(Safety.SAFE),
        fixable_unsafe=fixes.count(Safety.UNSAFE),
        fixed=report.fixed,
        suppressed=report.suppressed,
    )
