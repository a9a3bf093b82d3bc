"""`%YAML` and `%TAG` lines above a document, judged as the gateway's parser judges them.

libyaml refuses unknown directives and unknown versions, which the gateway's parser only warns about; such lines are
handed to libyaml as comments.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pricecheck.findings import Span
from pricecheck.patterns import late
from pricecheck.source.document import Problem, ProblemKind

_PRELUDE_LINE = late(r"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)|%[^\n]*(?:\n|\Z)")
_COMMENT = late(r"[ \t]#.*", re.DOTALL)
_SEPARATOR = late(r"[ \t]+")
_START = late(r"---(?=[ \t\r\n]|\Z)")
_VERSION = late(r"[0-9]+\.[0-9]+")


class Prelude(NamedTuple):
    """What the directives say: the YAML version of the document, and the text with them made harmless."""

    version: str
    text: str
    problem: Problem | None = None


def read_prelude(text: str, shift: int) -> Prelude:
    """Read the directives of the first document; `text` counts from `shift` on (1 where it has a byte order mark)."""
    text = text[shift:]
    if not text.startswith("%") and "\n%" not in text:
        return Prelude("1.2", text)
    version = "1.2"
    at = 0
    masked = list[str]()
    found: Span | None = None
    while at < len(text):
        match = _PRELUDE_LINE.match(text, at)
        if match is None or match.end() == at:
            break
        line = match[0]
        if line.startswith("%"):
            found = Span(at + shift, at + shift + len(line.rstrip()))
            name, *parts = _SEPARATOR.split(_COMMENT.sub("", line).strip(" \t\r\n"))
            wrong = _judge(name, parts)
            if wrong is not None:
                return Prelude(version, text, Problem(ProblemKind.SYNTAX, wrong, found))
            if name == "%YAML" and parts[0] in {"1.1", "1.2"}:
                version = parts[0]
            if name != "%TAG":
                line = "#" + line[1:]
        masked.append(line)
        at = match.end()
    if found is not None and not _START.match(text, at):
        message = "a % line is a directive for the YAML parser and must be followed by a line ---"
        return Prelude(version, text, Problem(ProblemKind.SYNTAX, message, found, help="write --- below it"))
    return Prelude(version, "".join(masked) + text[at:])


def _judge(name: str, parts: list[str]) -> str | None:
    if name == "%TAG" and len(parts) != 2:  # noqa: PLR2004 - a handle and a prefix
        return "%TAG takes a handle and a prefix"
    if name == "%YAML" and len(parts) != 1:
        return "%YAML takes one version, 1.2 or 1.1"
    if name == "%YAML" and not _VERSION.fullmatch(parts[0]):
        return f"{parts[0]} is no YAML version; the gateway's parser knows 1.2 and 1.1"
    return None
