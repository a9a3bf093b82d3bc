"""Finding and reading config files: what may go wrong there is said in one line, never in a traceback."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from pricecheck.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CONFIG_NAMES = (
    "tollbooth.config.yaml",
    "tollbooth.config.yml",
    "tollbooth.config.json",
    "tollbooth.yaml",
    "tollbooth.yml",
    "tollbooth.json",
)
"""The names the gateway looks for, in its order (gateway.md §1.1)."""

POLICY_FILES = ("pricecheck.toml", ".pricecheck.toml")
APPROVALS_NAME = "pricecheck.approvals.toml"
BASELINE_NAME = "pricecheck.baseline.json"
"""What rules the configs of its folder and of those below it (docs/policy.md)."""

STDIN = "-"
_RULING = frozenset({*POLICY_FILES, APPROVALS_NAME, BASELINE_NAME})
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv", "dist", "build"})


def expand(paths: Iterable[str]) -> list[str]:
    """Give the files to check: files as named, folders replaced by the configs below them, each file once.

    A policy, or the approvals or baseline beside it, stands for the configs below its folder: a hook gets it by name
    where a commit changes it, and what it changes is what these configs are held to.

    Raises:
        InputError: a folder that holds no config.
    """
    found: dict[str, None] = {}
    for path in paths:
        if os.path.basename(path) in _RULING and os.path.isfile(path):
            found.update(dict.fromkeys(sorted(_configs_below(os.path.dirname(path) or "."))))
            continue
        if path == STDIN or not os.path.isdir(path):
            found[path] = None
            continue
        configs = sorted(_configs_below(path))
        if not configs:
            names = ", ".join(CONFIG_NAMES)
            raise InputError(f"{path}: no tollbooth config in this folder or below it (looked for {names})")
        found.update(dict.fromkeys(configs))
    return list(found)


def _configs_below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith(".")]
        for name in CONFIG_NAMES:
            if name in names:
                yield os.path.normpath(os.path.join(parent, name))


def is_skipped(path: str) -> bool:
    """Tell whether `expand` never looks into the folders of this relative path."""
    folders = path.replace(os.sep, "/").split("/")[:-1]
    return any(name in _SKIPPED_FOLDERS or (name.startswith(".") and name != ".") for name in folders)


def read_bytes(path: str) -> bytes:
    """Give the bytes of a regular file, or of standard input for `-`.

    A FIFO is refused, as reading it could wait for ever; the shell's `<(...)` (below `/dev/fd`) is read.

    Raises:
        InputError: the file is missing, is not a file, or may not be read; standard input is closed.
    """
    if path == STDIN:
        return _standard_input()
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path}: is a folder, not a file")
        if not stat.S_ISREG(mode) and not path.startswith(("/dev/fd/", "/proc/self/fd/")):
            raise InputError(f"{path}: is not a regular file; to check what a pipe holds, use `-`")
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        if os.path.islink(path):
            raise InputError(f"{path}: is a symbolic link to nothing") from None
        raise InputError(f"{path}: no such file") from None
    except ValueError as error:
        raise InputError(f"{path!r}: is not a path ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from None


def _standard_input() -> bytes:
    if sys.stdin is None:  # what Python makes of a closed one
        raise InputError("-: standard input is closed")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise InputError(f"-: standard input can't be read: {error.strerror or error}") from None
