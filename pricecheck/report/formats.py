"""The only list of output formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from pricecheck.report.model import RenderOptions, Report


FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "json_report",
    "json-lines": "json_lines",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "sarif": "sarif",
    "markdown": "markdown",
}
"""Format to the module of this package that renders it (docs/formats.md)."""


class _Renderer(Protocol):
    def render(self, report: Report, options: RenderOptions) -> str: ...


def render(name: str, report: Report, options: RenderOptions) -> str:
    """Give the text of a report in the format `name`, ending in a line break unless empty.

    Raises:
        KeyError: no format has that name.
    """
    from importlib import import_module

    module = cast("_Renderer", import_module(f"pricecheck.report.{FORMATS[name]}"))
    return module.render(report, options)
