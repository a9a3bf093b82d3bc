"""Syntax errors in words for the person who wrote the file: what is wrong there, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pricecheck.findings import Label, Span
from pricecheck.nearest import close_names
from pricecheck.source.document import Problem, ProblemKind
from pricecheck.source.lines import start_of_line
from pricecheck.source.nodes import TOO_DEEP
from pricecheck.source.refusal import TAB_HELP, TAB_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pricecheck.findings import ConfigPath


class _Words(NamedTuple):
    message: str
    help: str | None = None


_KNOWN: dict[str, _Words] = {
    "found a tab character that violates indentation": _Words(TAB_MESSAGE, TAB_HELP),
    "found a tab character where an indentation space is expected": _Words(TAB_MESSAGE, TAB_HELP),
    "found unexpected document indicator": _Words("--- or ... inside a quoted value", "close the quote before it"),
    "found unknown escape character": _Words(
        "this escape does not exist in a double-quoted value", "write a backslash as \\\\, or use single quotes"
    ),
    "did not find expected hexdecimal number": _Words("an escape needs hexadecimal digits here"),
    "found invalid Unicode character escape code": _Words(
        "this escape is no character", "write the character itself, in UTF-8"
    ),
    "found undefined tag handle": _Words("this tag uses a shorthand that no %TAG line defines", "remove the tag"),
    "did not find expected whitespace or line break": _Words(
        "a tag must be followed by a space", "put a space after it"
    ),
    "did not find expected alphabetic or numeric character": _Words(
        "an anchor or alias needs a name of letters, digits, - and _",
        "rename it, or quote a value that starts with * or &",
    ),
    "block sequence entries are not allowed in this context": _Words(
        "a list item cannot start here", "put the - on a line of its own"
    ),
    "did not find expected '-' indicator": _Words(
        "this line stands among list items but is none", "start it with - or fix its indentation"
    ),
    "did not find expected <document start>": _Words(
        "nothing may follow the end of the document", "indent what belongs to the value above"
    ),
    "did not find expected node content": _Words("a value is missing here", "write a value, or quote this text"),
    "found unexpected ':'": _Words("a colon cannot stand here", "put a space after it, or quote the text"),
    "did not find expected comment or line break": _Words(
        "nothing but a comment may follow | or > on its line", "start the text on the next line"
    ),
    "found an indentation indicator equal to 0": _Words("the indentation after | or > is 1 to 9"),
    "found unknown directive name": _Words("a line cannot start with %", "put the text in quotes"),
    "could not find expected directive name": _Words("a line cannot start with %", "put the text in quotes"),
    "exceeded maximum nesting depth": _Words(TOO_DEEP),  # since libyaml 0.2.6, which stops at 1,000 by itself
    "found duplicate %TAG directive": _Words("this %TAG shorthand is defined twice", "remove one"),
}
_GLUED_COLON = re.compile(r"[ \t]*(?:- +)*(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s:#\"'\[{][^\s:]*):(?=[^\s:/])")
_KEY_ON_LINE = re.compile(r":[ \t]+\S")


def explain(text: str, shift: int, error: Exception) -> Problem:
    """Turn what libyaml raised into a problem; `shift` is how far its offsets stand before those of `text`."""
    mark: Any = getattr(error, "problem_mark", None)
    opening: Any = getattr(error, "context_mark", None)
    jargon = str(getattr(error, "problem", None) or error)
    at = min(mark.index + shift, len(text)) if mark is not None else 0
    opened = min(opening.index + shift, len(text)) if opening is not None else at
    context = str(getattr(error, "context", None) or "")
    special = _SPECIAL.get(jargon)
    if special is not None:
        return special(text, at, opened, context)
    words = _KNOWN.get(jargon, _Words(f"YAML cannot be read on from here ({jargon})"))
    return _problem(text, at, words)


def _problem(text: str, at: int, words: _Words, related: tuple[Label, ...] = ()) -> Problem:
    end = min(at + 1, len(text)) if text[at : at + 1] not in {"\n", "\r"} else at
    return Problem(ProblemKind.SYNTAX, words.message, Span(at, end), (), related, words.help)


def _cannot_start(text: str, at: int, _opened: int, _context: str) -> Problem:
    character = text[at : at + 1]
    if character == "\t":
        return _problem(text, at, _Words(TAB_MESSAGE, TAB_HELP))
    if character == "%":
        return _problem(text, at, _Words("a value cannot start with %", "put the value in quotes"))
    return _problem(
        text, at, _Words(f"a value cannot start with {character}, YAML reserves it", "put the value in quotes")
    )


def _second_colon(text: str, at: int, _opened: int, _context: str) -> Problem:
    start = start_of_line(text, at)
    if _KEY_ON_LINE.search(text, start, at):
        return _problem(
            text, at, _Words("a colon and a space inside a value start a second key", "put the value in quotes")
        )
    above = start_of_line(text, max(0, len(text[:start].rstrip()) - 1))
    glued = _GLUED_COLON.match(text, above)
    if glued is not None:
        return _missing_space(text, glued)
    words = _Words("a key cannot stand here: the line above is a value of its own", "check the indentation and colons")
    return _problem(text, at, words)


def _missing_space(text: str, glued: re.Match[str]) -> Problem:
    return _problem(text, glued.end() - 1, _Words("a space is missing after the colon", "write `key: value`"))


def _no_colon(text: str, _at: int, opened: int, _context: str) -> Problem:
    start = start_of_line(text, opened)
    glued = _GLUED_COLON.match(text, start)
    if glued is not None:
        return _missing_space(text, glued)
    tab = text.find("\t", start, opened)
    if tab != -1 and not text[start:tab].strip():
        return _problem(text, tab, _Words(TAB_MESSAGE, TAB_HELP))
    line_end = text.find("\n", opened)
    end = len(text) if line_end == -1 else line_end
    message = "this line is no `key: value`"
    stop = max(opened, len(text[opened:end].rstrip()) + opened)
    return Problem(ProblemKind.SYNTAX, message, Span(opened, stop), help="add a colon, or check the indentation")


def _no_key(text: str, at: int, opened: int, _context: str) -> Problem:
    start = start_of_line(text, at)
    if text[start:at].strip():
        return _problem(text, at, _Words("unexpected text after the value", "put the whole value in quotes"))
    related = (Label(Span(opened, opened + 1), "the mapping it should belong to starts here"),)
    words = _Words("the indentation of this line fits no line above it", "indent it like the keys beside it")
    return _problem(text, at, words, related)


def _unclosed(text: str, at: int, opened: int, context: str) -> Problem:
    if "quoted" in context:
        label = Label(Span(opened, opened + 1), "opened here")
        words = _Words("this quote is never closed", f"add the closing {text[opened : opened + 1]}")
        return _problem(text, opened, words, (label,))
    return _problem(text, at, _Words("the file ends too early"))


def _unclosed_bracket(text: str, at: int, opened: int, _context: str) -> Problem:
    bracket = text[opened : opened + 1]
    closing = {"[": "]", "{": "}"}.get(bracket, "]")
    words = _Words(f"a comma or {closing} must stand here", f"separate entries by commas and close the {bracket}")
    return _problem(text, at, words, (Label(Span(opened, opened + 1), "opened here"),))


_SPECIAL: dict[str, Callable[[str, int, int, str], Problem]] = {
    "found character that cannot start any token": _cannot_start,
    "mapping values are not allowed in this context": _second_colon,
    "could not find expected ':'": _no_colon,
    "did not find expected key": _no_key,
    "found unexpected end of stream": _unclosed,
    "did not find expected ',' or ']'": _unclosed_bracket,
    "did not find expected ',' or '}'": _unclosed_bracket,
}


def undefined_alias(name: str, start: int, end: int, path: ConfigPath, known: Iterable[str]) -> Problem:
    """Say that `*name` has no anchor before it, with the anchor that was probably meant."""
    close = close_names(name, known, cutoff=0.6, most=1)
    advice = f"write *{close[0]}" if close else f"define &{name} above, or put the value in quotes"
    message = f"*{name} repeats an anchor that is not defined above it"
    return Problem(ProblemKind.SYNTAX, message, Span(start, end), path, (), advice)
