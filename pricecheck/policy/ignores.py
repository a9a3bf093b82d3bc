"""Ignore comments: `# pricecheck: ignore[PC101] reason`, on the line it is about or on a line of its own above it.

`ignore-file[…]`, anywhere, is about the whole file. Rules are named by code or name, and a reason is mandatory;
`until=2027-01-31` after the bracket limits the time, that day included. What is wrong with the comments themselves is
given as data, which the rules PC901 to PC903 turn into findings.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from pricecheck.findings import Edit, Fix, Safety, SourceText, Span
from pricecheck.nearest import suggestion
from pricecheck.patterns import late
from pricecheck.policy.hiding import Hideable, may_hide, why_never
from pricecheck.source.comments import comments

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from pricecheck.policy.vocabulary import Vocabulary
    from pricecheck.source.document import Document

MARKER = "pricecheck:"
"""What every comment for us holds."""

_DIRECTIVE = late(r"#[ \t]*pricecheck:[ \t]*(?P<word>[^\s\[\]]*)[ \t]*")
_WORDS = ("ignore", "ignore-file")
_UNTIL = late(r"\buntil(?P<sign>[ \t]*[=:][ \t]*|[ \t]+(?=\d{4}-))(?P<day>[^\s,;)]*)")
_DAY = late(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE_BREAK = late(r"\r\n|\n|\r")
_AROUND_REASON = " \t:,;-\u2013\u2014"
_WRITE = "write `# pricecheck: ignore[PC101] reason`, with the codes to ignore and why"


class HygieneKind(Enum):
    """What is wrong with an ignore comment; each kind is reported by the rule of that name."""

    UNUSED = "unused-ignore"
    EXPIRED = "expired-ignore"
    MALFORMED = "ignore-without-reason"


class HygieneProblem(NamedTuple):
    """One thing wrong with an ignore comment; the fix only ever takes comment text away."""

    kind: HygieneKind
    message: str
    span: Span
    help: str
    fix: Fix | None = None


class IgnoredCode(NamedTuple):
    """One rule in the brackets: code, place, number among `IgnoreComment.items`, why it can't be hidden (or None)."""

    code: str
    span: Span
    number: int
    never: str | None


class IgnoreComment(NamedTuple):
    """One well-formed ignore comment.

    `line` is the line it is about, None for the whole file, 0 where no line follows it. `items` are the places of all
    words in the brackets; `removal` is what to delete to be rid of the comment; `until_span` is empty without a date.
    """

    codes: tuple[IgnoredCode, ...]
    line: int | None
    reason: str
    until: date | None
    until_span: Span
    items: tuple[Span, ...]
    removal: Span

    def holds(self, today: date) -> bool:
        """Whether it still counts; the day of `until` is the last."""
        return self.until is None or today <= self.until


class Ignores(NamedTuple):
    """The ignore comments of one file, and what is wrong with their wording."""

    comments: tuple[IgnoreComment, ...] = ()
    problems: tuple[HygieneProblem, ...] = ()


FindingT = TypeVar("FindingT", bound=Hideable)


class IgnoreOutcome(NamedTuple, Generic[FindingT]):
    """What is left after the ignores: `kept` and `suppressed` in the order given, and the problems in file order."""

    kept: tuple[FindingT, ...]
    suppressed: tuple[FindingT, ...]
    problems: tuple[HygieneProblem, ...]


def read_ignores(document: Document, vocabulary: Vocabulary) -> Ignores:
    """Read the ignore comments of a YAML text; where `MARKER` is not in the text there are none."""
    source = document.source
    ignores: list[IgnoreComment] = []
    problems: list[HygieneProblem] = []
    for comment in comments(document, MARKER):
        found = _DIRECTIVE.search(source.text, comment.span.start, comment.span.end)
        if found:
            directive = _Directive(source, comment.span, found, vocabulary)
            ignore = directive.read()
            problems += directive.problems
            if ignore is not None:
                ignores.append(ignore)
    return Ignores(tuple(ignores), tuple(problems))


def apply_ignores(
    findings: Iterable[FindingT], ignores: Ignores, *, ran: Collection[str], today: date
) -> IgnoreOutcome[FindingT]:
    """Sort the findings of one file into kept and suppressed.

    A line's ignore hides the findings that start on that line; nothing hides what `hiding.may_hide` forbids. A code is
    reported as unused only if it is in `ran`: the codes of the rules that had everything they need to speak.
    """
    by_line: dict[int | None, list[IgnoreComment]] = defaultdict(list)
    for comment in ignores.comments:
        if comment.holds(today):
            by_line[comment.line].append(comment)
    used: set[Span] = set()
    kept: list[FindingT] = []
    suppressed: list[FindingT] = []
    for finding in findings:
        hiding = _hiding(finding, [*by_line.get(finding.start.line, ()), *by_line.get(None, ())])
        if hiding is None:
            kept.append(finding)
        else:
            suppressed.append(finding)
            used.add(hiding.span)
    problems = [
        *ignores.problems,
        *(problem for comment in ignores.comments for problem in _hygiene(comment, used, ran, today)),
    ]
    return IgnoreOutcome(tuple(kept), tuple(suppressed), tuple(sorted(problems, key=lambda problem: problem.span)))


def _hiding(finding: Hideable, candidates: Sequence[IgnoreComment]) -> IgnoredCode | None:
    if not candidates or not may_hide(finding):
        return None
    codes = (one for comment in candidates for one in comment.codes)
    return next((one for one in codes if one.code == finding.rule and one.never is None), None)


def _hygiene(
    comment: IgnoreComment, used: Collection[Span], ran: Collection[str], today: date
) -> Iterator[HygieneProblem]:
    if not comment.holds(today):
        message = f"this ignore ended on {comment.until} and hides nothing any more"
        help_text = "mend what it hid and remove it, or give it a new date and reason"
        yield HygieneProblem(HygieneKind.EXPIRED, message, comment.until_span, help_text, _remove_all(comment))
        return
    useless = [one for one in comment.codes if one.never or (one.span not in used and one.code in ran)]
    gone = {one.number for one in useless}
    for one in useless:
        whole = len(gone) == len(comment.items)
        fix = _remove_all(comment) if whole else _remove_one(comment, one, gone)
        if one.never:
            message = f"{one.code} can't be ignored: {one.never}"
        else:
            message = f"this ignore of {one.code} hides nothing"
        yield HygieneProblem(HygieneKind.UNUSED, message, one.span, f"remove {one.code} from the brackets", fix)


def _remove_all(comment: IgnoreComment) -> Fix:
    return Fix("remove the ignore comment", Safety.SAFE, (Edit(comment.removal, ""),))


def _remove_one(comment: IgnoreComment, one: IgnoredCode, gone: Collection[int]) -> Fix:
    # What stays decides which comma goes along, so that the edits for two codes of one comment never overlap.
    first_kept = next(number for number in range(len(comment.items)) if number not in gone)
    if one.number < first_kept:
        span = Span(one.span.start, comment.items[one.number + 1].start)
    else:
        span = Span(comment.items[one.number - 1].end, one.span.end)
    return Fix(f"remove {one.code} from the ignore comment", Safety.SAFE, (Edit(span, ""),))


class _Directive:
    """Reads one comment; what is wrong with it gathers in `problems`."""

    def __init__(self, source: SourceText, comment: Span, found: re.Match[str], vocabulary: Vocabulary) -> None:
        self.problems: list[HygieneProblem] = []
        self._source = source
        self._comment = comment
        self._found = found
        self._vocabulary = vocabulary

    def read(self) -> IgnoreComment | None:
        """Give the ignore, None where it hides nothing at all."""
        text = self._source.text
        word, opening = self._found["word"], self._found.end()
        if word not in _WORDS:
            hint = suggestion(word, _WORDS)
            self._complain(f"`{word}` is nothing pricecheck can be told{hint}, so this comment does nothing")
            return None
        closing = text.find("]", opening, self._comment.end)
        if not text.startswith("[", opening, self._comment.end) or closing < 0:
            self._complain(f"`{word}` without rules in brackets hides nothing")
            return None
        items = _split(text, Span(opening + 1, closing))
        codes = self._codes(items)
        until, until_span, dated = self._until(closing + 1)
        reason = (text[closing + 1 : until_span.start] + text[until_span.end : self._comment.end]).strip(_AROUND_REASON)
        reasoned = any(character.isalnum() for character in reason)
        if not reasoned:
            self._complain(f"this `{word}` has no reason and so hides nothing", help_text=_REASON)
        if not (codes and dated and reasoned):
            return None
        line = None if word == "ignore-file" else self._line()
        return IgnoreComment(codes, line, reason, until, until_span, items, self._removal())

    def _codes(self, items: tuple[Span, ...]) -> tuple[IgnoredCode, ...]:
        codes: list[IgnoredCode] = []
        for number, span in enumerate(items):
            word = self._source.text[span.start : span.end]
            code = self._vocabulary.code_of(word)
            if code is not None:
                never = why_never(code, rejects=code in self._vocabulary.rejects)
                codes.append(IgnoredCode(code, span, number, never))
            elif not word:
                self._complain("a rule is missing between the brackets", span)
            elif self._vocabulary.selects(word):
                self._complain(f"{word!r} is a group of rules; an ignore names each rule it hides", span)
            else:
                self._complain(f"there is no rule {word!r}{self._vocabulary.suggestion(word)}", span, _RULES)
        return tuple(codes)

    def _until(self, start: int) -> tuple[date | None, Span, bool]:
        """Give the last day, its place (empty at the end of the comment without one), and whether it is in order."""
        found = list(_UNTIL.finditer(self._source.text, start, self._comment.end))
        if not found:
            return None, Span(self._comment.end, self._comment.end), True
        first = found[0]
        span = Span(*first.span())
        day = _day(first["day"]) if first["sign"] == "=" and len(found) == 1 else None
        if day is None:
            what = "two dates" if len(found) > 1 else f"`{first[0]}` is not a date it can end on"
            self._complain(f"{what}, so this ignore hides nothing", span, "write until=YYYY-MM-DD, once")
        return day, span, day is not None

    def _line(self) -> int:
        number = self._source.position(self._comment.start).line
        if not self._alone():
            return number
        last = self._source.position(len(self._source.text)).line
        below = range(number + 1, last + 1)
        lines = ((one, self._source.line(one).strip()) for one in below)
        return next((one for one, text in lines if text and not text.startswith("#")), 0)

    def _alone(self) -> bool:
        """Whether nothing but white space (and a byte order mark) precedes the directive on its line."""
        return not self._before().strip(" \t\ufeff")

    def _before(self) -> str:
        line = self._source.position(self._found.start()).line
        return self._source.text[self._source.line_start(line) : self._found.start()]

    def _removal(self) -> Span:
        before = self._before()
        start = self._found.start() - (len(before) - len(before.rstrip(" \t")))
        line_break = _LINE_BREAK.match(self._source.text, self._comment.end)
        if self._alone() and line_break:
            return Span(start, line_break.end())
        return Span(start, self._comment.end)

    def _complain(self, message: str, span: Span | None = None, help_text: str = _WRITE) -> None:
        place = span or Span(self._found.start(), self._comment.end)
        self.problems.append(HygieneProblem(HygieneKind.MALFORMED, message, place, help_text))


_REASON = "say after the bracket why, for whoever reads this next"
_RULES = "`pricecheck rule --all` lists the rules"


def _split(text: str, inside: Span) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = inside.start
    for piece in text[inside.start : inside.end].split(","):
        word = piece.strip()
        begin = start + (piece.index(word) if word else 0)
        spans.append(Span(begin, begin + len(word)))
        start += len(piece) + 1
    return tuple(spans)


def _day(text: str) -> date | None:
    # The pattern, because fromisoformat also reads 20270131 and 2027-W05-1.
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
