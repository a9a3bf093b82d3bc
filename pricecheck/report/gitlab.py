"""`gitlab`: a Code Quality report, for the widget of a merge request."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from pricecheck.findings import Impact, Severity
from pricecheck.report.paths import repository_path
from pricecheck.report.records import dumps

if TYPE_CHECKING:
    from pricecheck.findings import StampedFinding
    from pricecheck.report.model import RenderOptions, Report
    from pricecheck.report.records import Json

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, options: RenderOptions) -> str:
    """Give the JSON list that GitLab reads, an entry a finding, each with a fingerprint of its own."""
    seen: dict[str, int] = {}
    lines = [dumps(_entry(found, options, seen)) for found in report.findings]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _entry(found: StampedFinding, options: RenderOptions, seen: dict[str, int]) -> Json:
    path = repository_path(found.file, options)
    return {
        "description": f"{found.rule}[{found.name}] {found.finding.message}",
        "check_name": found.rule,
        "fingerprint": _fingerprint(f"{path}\n{found.fingerprint}", seen),
        "severity": _severity(found),
        "location": {"path": path, "lines": {"begin": found.start.line, "end": found.end.line}},
    }


def _severity(found: StampedFinding) -> str:
    if found.impact is Impact.REJECTS and found.severity is Severity.ERROR:
        return "blocker"
    return _SEVERITIES[found.severity]


def _fingerprint(identity: str, seen: dict[str, int]) -> str:
    # GitLab merges entries that share a fingerprint; a finding's own is unique in its file only.
    occurrence = seen.get(identity, 0)
    seen[identity] = occurrence + 1
    return sha256(f"{identity}\n{occurrence}".encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:32]
