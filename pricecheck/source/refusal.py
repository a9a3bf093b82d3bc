"""How the parts of the parser say that the gateway's parser would refuse a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Label, Span
from pricecheck.source.document import Problem, ProblemKind

if TYPE_CHECKING:
    from pricecheck.findings import ConfigPath


TAB_MESSAGE = "a tab cannot indent YAML"
TAB_HELP = "indent with spaces"


class Reason(NamedTuple):
    """Why a text is refused: one sentence, the place, what to do instead, and what was opened and is still open."""

    message: str
    start: int
    end: int
    help: str | None = None
    opening: int | None = None

    def problem(self, path: ConfigPath = (), kind: ProblemKind = ProblemKind.SYNTAX) -> Problem:
        """Give it as a problem of the document."""
        related = () if self.opening is None else (Label(Span(self.opening, self.opening + 1), "opened here"),)
        return Problem(kind, self.message, Span(self.start, self.end), path, related, self.help)


class RefusedError(Exception):
    """The text has no value: carries the one problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refuse(reason: Reason | None, path: ConfigPath = (), kind: ProblemKind = ProblemKind.SYNTAX) -> None:
    """Raise for a reason, do nothing for None.

    Raises:
        RefusedError: there is a reason.
    """
    if reason is not None:
        raise RefusedError(reason.problem(path, kind))


def glued_comment(at: int) -> Reason:
    """Say that a comment needs a space before its `#`."""
    return Reason("a comment must be separated from what stands before it", at, at + 1, "put a space before #")
