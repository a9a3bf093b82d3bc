"""Paths as a CI server wants them: relative to the repository, with forward slashes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pricecheck.report.model import RenderOptions


def repository_path(path: str, options: RenderOptions) -> str:
    """Give a display path relative to `options.root`, with `/`; absolute where it lies outside of that folder.

    Without a root, and for a name that is no path (`<stdin>`), the path as it is.
    """
    if options.root is None or path.startswith("<"):
        return path.replace(os.sep, "/")
    working_directory = options.working_directory or os.getcwd()
    absolute = os.path.normpath(os.path.join(working_directory, path))
    root = os.path.normpath(options.root)
    inside = absolute.startswith(root.rstrip(os.sep) + os.sep)
    return (os.path.relpath(absolute, root) if inside else absolute).replace(os.sep, "/")
