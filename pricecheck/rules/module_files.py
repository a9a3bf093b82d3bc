"""Where the module that a config names is, and what it says, as far as that can be told on this machine.

The gateway runs elsewhere: a module that is not here may well be there. So nothing is concluded from its absence.
"""

from __future__ import annotations

import os

from pricecheck.findings import SourceText

_READ_AT_MOST = 1_000_000


def absolute_path(specifier: str) -> str | None:
    """Give the path of an absolute specifier, a `file:` URL among them; None for any other."""
    if specifier.startswith("/"):
        return specifier
    if not specifier.lower().startswith("file:"):
        return None
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(specifier)
    except ValueError:
        return None
    return unquote(parts.path) if parts.netloc in {"", "localhost"} and parts.path.startswith("/") else None


def read_module(specifier: str | None, folder: str, *, by_end: bool = False) -> SourceText | None:
    """Give the text of a module; None where it can't be read.

    It is looked for at its absolute path, or beside the config in `folder`. With `by_end`, of a path that is not here
    the longest end that is beside the config counts: `/srv/tollbooth/hooks/allow.ts` is `hooks/allow.ts` there.
    Text that is not UTF-8 is read with replacement characters, and of a huge file only the beginning.
    """
    if not specifier or "\0" in specifier:
        return None
    absolute = absolute_path(specifier)
    parts = [] if absolute is None else [part for part in absolute.split("/") if part]
    ends = [] if not by_end else [os.path.join(folder, *parts[number:]) for number in range(1, len(parts))]
    candidates = [os.path.join(folder, specifier)] if absolute is None else [absolute, *ends]
    path = next((candidate for candidate in candidates if os.path.isfile(candidate)), None)
    if path is None:
        return None
    try:
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            return SourceText(path, file.read(_READ_AT_MOST))
    except OSError:
        return None
