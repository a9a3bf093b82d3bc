"""What every other room talks about: places in a text, findings, fixes.

Standard library only, so that any module may import it. Offsets are in characters (code points) of the decoded text,
as Python indexes it; lines and columns are derived and 1-based.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.patterns import late

if TYPE_CHECKING:
    from collections.abc import Iterable

ConfigPath = tuple[str | int, ...]
"""Where a node is in a config: mapping keys and list indexes from the root, `("routes", "GET /x", "price")`."""


class Severity(Enum):
    """How loud a finding is; `rank` 0 is the worst."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info: a sort key, worst first."""
        return _SEVERITY_RANK[self]


_SEVERITY_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Impact(Enum):
    """What happens if the config ships anyway."""

    REJECTS = "rejects"
    FAILS = "fails"
    MISCHARGES = "mischarges"
    IGNORED = "ignored"
    RISK = "risk"


class Safety(Enum):
    """Whether a fix leaves the effective price table as it was (`SAFE`) or not (`UNSAFE`)."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Span(NamedTuple):
    """A half-open range of character offsets; empty where `start == end`."""

    start: int
    end: int


class Position(NamedTuple):
    """One place for a person: 1-based line, 1-based column in characters, 0-based offset in characters."""

    line: int
    column: int
    offset: int


class Label(NamedTuple):
    """A second place that explains a finding. `source` is set only when it lies in another text."""

    span: Span
    message: str
    source: SourceText | None = None


class Edit(NamedTuple):
    """Replace the characters of `span` by `text`; an empty span inserts, an empty text deletes."""

    span: Span
    text: str


class Fix(NamedTuple):
    """One mending, applied whole or not at all. `title` is an imperative: ``write "$5.00"``."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...]


class Finding(NamedTuple):
    """One broken rule at one place, as the rule yields it.

    `message` says what is wrong and what the gateway does; `help` what to write instead. A rule never names itself:
    the engine stamps code, severity, impact and file (see `StampedFinding`). `severity` is set by a rule only where the
    catalogue gives it two levels.
    """

    message: str
    span: Span
    path: ConfigPath = ()
    related: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    severity: Severity | None = None


_LINE_BREAK = late(r"\r\n|\n|\r")
_SHOWN = late(r"[^\s]")


class SourceText:
    """A decoded text with its display path, and the arithmetic between offsets, lines and columns."""

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None

    def position(self, offset: int) -> Position:
        """Give the line and column of a character offset (clamped to the text)."""
        offset = max(0, min(offset, len(self.text)))
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1, offset)

    def line(self, number: int) -> str:
        """Give the text of a 1-based line without its line break; empty past the end."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def line_start(self, number: int) -> int:
        """Give the offset of the first character of a 1-based line (clamped to the last line)."""
        starts = self._line_starts()
        return starts[min(number, len(starts)) - 1]

    def masked(self, spans: Iterable[Span]) -> SourceText:
        """Give the same text with every character of the spans hidden; lines, columns and offsets stay."""
        text = self.text
        for span in spans:
            hidden = _SHOWN.sub("*", text[span.start : span.end])
            text = text[: span.start] + hidden + text[span.end :]
        return SourceText(self.path, text)

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]
        return self._starts


class StampedFinding(NamedTuple):
    """A finding as it leaves the engine: who found it, how bad it is, where it is. Reports print these."""

    rule: str
    name: str
    severity: Severity
    impact: Impact
    source: SourceText
    finding: Finding
    fingerprint: str

    @property
    def start(self) -> Position:
        """Where it begins."""
        return self.source.position(self.finding.span.start)

    @property
    def end(self) -> Position:
        """Where it ends; the position after its last character."""
        return self.source.position(self.finding.span.end)

    @property
    def file(self) -> str:
        """The display path of the file, as the user named it or relative to the working directory."""
        return self.source.path

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Reading order: file, place, code."""
        return (self.file, self.finding.span.start, self.finding.span.end, self.rule)
