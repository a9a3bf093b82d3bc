"""How the operators' files name configs: relative to themselves, with `/`, so that they mean the same everywhere."""

from __future__ import annotations

import os


def relative_to_file(path: str, anchor: str) -> str:
    """Give `path` as the file `anchor` names it; both as a person types them, relative to the working directory.

    On Windows a path on another drive stays absolute, as there is no way from one to the other.
    """
    folder = os.path.dirname(os.path.abspath(anchor))
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:
        relative = os.path.abspath(path)
    return relative.replace(os.sep, "/")


def from_file(name: str, anchor: str) -> str:
    """Give the absolute path of what the file `anchor` calls `name`."""
    return os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(anchor)), name))
