"""Which policy rules a config: the nearest one above it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from pricecheck import files
from pricecheck.errors import InputError
from pricecheck.policy.errors import PolicyError
from pricecheck.source.text import SourceError, decode

if TYPE_CHECKING:
    from pricecheck.policy.model import Policy
    from pricecheck.policy.vocabulary import Vocabulary

POLICY_NAMES = (*files.POLICY_FILES, "pyproject.toml")
"""The files looked for in each folder, in this order."""

Reader = Callable[[str], str | None]
"""Gives the text of the file at a path, None where there is none: the disk, or the tree of a git ref."""


def read_from_disk(path: str) -> str | None:
    """Give the text of a file, or None where there is none.

    Raises:
        PolicyError: it is there and can't be read, or is not UTF-8 text.
    """
    if not os.path.isfile(path):
        return None
    try:
        return decode(files.read_bytes(path))
    except InputError as error:
        raise PolicyError(str(error)) from None
    except SourceError as error:
        raise PolicyError(f"{path}: {error}") from None


class PolicyFinder:
    """Finds and reads policies for one run; each folder is looked at, and each file read, once."""

    def __init__(self, vocabulary: Vocabulary, read: Reader = read_from_disk, label_prefix: str = "") -> None:
        """`label_prefix` goes before the path in messages: `"main:"` for the tree of a git ref."""
        self._vocabulary = vocabulary
        self._read = read
        self._label_prefix = label_prefix
        self._texts: dict[str, str | None] = {}
        self._found: dict[str, str | None] = {}
        self._policies: dict[str, Policy] = {}

    def find(self, folder: str) -> str | None:
        """Give the path of the policy nearest to `folder`: in it, or above it up to the root of the file system.

        A `pyproject.toml` without `[tool.pricecheck]` is passed over.

        Raises:
            PolicyError: a candidate can't be read, or is a `pyproject.toml` that is not TOML.
        """
        return self._find(os.path.abspath(folder))

    def policy_at(self, path: str) -> Policy:
        """Give the policy in the file at `path`.

        Raises:
            PolicyError: there is none, or it can't be used.
        """
        if path not in self._policies:
            from pricecheck.policy.reading import parse_policy

            label = self._label_prefix + _shown(path)
            text = self._text(path)
            if text is None:
                raise PolicyError(f"{label}: no such file")
            self._policies[path] = parse_policy(text, label, self._vocabulary)
        return self._policies[path]

    def _find(self, folder: str) -> str | None:
        passed: list[str] = []
        while folder not in self._found:
            passed.append(folder)
            here = next((path for path in _candidates(folder) if self._is_policy(path)), None)
            parent = os.path.dirname(folder)
            if here is not None or parent == folder:
                self._found[folder] = here
            else:
                folder = parent
        answer = self._found[folder]
        self._found.update(dict.fromkeys(passed, answer))
        return answer

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _is_policy(self, path: str) -> bool:
        text = self._text(path)
        if text is None:
            return False
        return not path.endswith(POLICY_NAMES[-1]) or self._has_table(path, text)

    def _has_table(self, path: str, text: str) -> bool:
        # Most projects have a pyproject.toml and few a table of ours in it: tomllib costs 6 ms to import.
        if "pricecheck" not in text:
            return False
        from pricecheck.policy.toml_file import TomlFile

        tool = TomlFile(text, self._label_prefix + _shown(path)).root.get("tool")
        return isinstance(tool, dict) and "pricecheck" in tool


def _candidates(folder: str) -> list[str]:
    return [os.path.join(folder, name) for name in POLICY_NAMES]


def _shown(path: str) -> str:
    # As a person would type it: below the working directory without the way there.
    here = os.path.relpath(path) if os.path.splitdrive(path)[0] == os.path.splitdrive(os.getcwd())[0] else path
    return path if here.startswith(os.pardir) else here
