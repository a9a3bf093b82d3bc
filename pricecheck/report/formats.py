"""The only list of output formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from pricecheck.report.model import RenderOptions, Report


class Format(NamedTuple):
    """A format: the module that renders it, one line for `--help`, and whether a program reads it."""

    module: str
    description: str
    is_machine: bool


FORMATS = {
    "full": Format("full", "source lines with carets, related places, help and fixes", is_machine=False),
    "concise": Format("concise", "one line a finding", is_machine=False),
    "json": Format("json_report", "one JSON object: findings and summary", is_machine=True),
    "json-lines": Format("json_lines", "one JSON object a finding, one a line", is_machine=True),
    "github": Format("github", "GitHub workflow commands: annotations on the pull request", is_machine=True),
    "gitlab": Format("gitlab", "GitLab Code Quality report", is_machine=True),
    "junit": Format("junit", "JUnit XML: a suite a file, a failed case a finding", is_machine=True),
    "sarif": Format("sarif", "SARIF 2.1.0, for code scanning", is_machine=True),
    "markdown": Format("markdown", "a table a file, for a comment or a job summary", is_machine=False),
}


class _Renderer(Protocol):
    def render(self, report: Report, options: RenderOptions) -> str: ...


def render(name: str, report: Report, options: RenderOptions) -> str:
    """Give the text of a report in the format `name`, ending in a line break unless empty.

    Raises:
        KeyError: no format has that name.
    """
    from importlib import import_module

    module = cast("_Renderer", import_module(f"pricecheck.report.{FORMATS[name].module}"))
    return module.render(report, options)
