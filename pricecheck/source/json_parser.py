"""JSON text to located nodes, judged as JavaScript's `JSON.parse` judges it (gateway.md §1).

Whether the text is valid is for the standard library to say; this module then finds where each value stands, and so
never has to doubt what it sees.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # there since 3.0, missing in typeshed
from typing import NoReturn

from pricecheck.findings import Label, SourceText, Span
from pricecheck.source.document import Document, Problem, ProblemKind
from pricecheck.source.keys import javascript_order
from pricecheck.source.nodes import MAX_DEPTH, TOO_DEEP, Entry, Mapping, Node, Scalar, ScalarValue, Sequence
from pricecheck.source.scalars import json_number

_NEXT = re.compile(r'[ \t\n\r,:]*(?:(["{}\[\]])|([^ \t\n\r,:\[\]{}"]+))')
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)
_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*+"|-?Infinity|NaN', re.DOTALL)
_WORDS: dict[str, ScalarValue] = {"true": True, "false": False, "null": None}
_BYTE_ORDER_MARK = "\ufeff"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(source: SourceText) -> Document:
    """Parse a JSON text; of a key given twice the last counts, without a problem, as in JavaScript.

    Never raises for bad text: what `JSON.parse` refuses is in `Document.problems`.
    """
    problem = _check(source.text)
    if problem is not None:
        return Document(source, None, (problem,), is_json=True)
    root = _locate(source.text)
    if isinstance(root, Problem):
        return Document(source, None, (root,), is_json=True)
    return Document(source, root, (), is_json=True)


def _check(text: str) -> Problem | None:
    if text.startswith(_BYTE_ORDER_MARK):
        return _problem("JSON must not start with a byte order mark", 0, 1, "save it without BOM")
    deep = _too_deep(text)
    if deep is not None:
        return _problem(TOO_DEEP, deep, deep + 1)
    try:
        json.loads(text, parse_int=str, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return _explain(error)
    except _ConstantError as error:
        name = str(error)
        start = next(match.start() for match in _CONSTANT.finditer(text) if match[0] == name)
        return _problem(f"{name} is not JSON", start, start + len(name), "write a number")
    return None


class _ConstantError(Exception):
    """NaN or Infinity, which Python's parser would let through."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _too_deep(text: str) -> int | None:
    """Give the offset of the bracket that nests too deep; the standard library would run out of stack on it."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return None
    depth = 0
    for match in _NESTING.finditer(text):
        character = text[match.start()]
        if character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return match.start()
        elif character != '"':
            depth -= 1
    return None


_EXPLAINED = {
    "Expecting property name enclosed in double quotes": (
        "a key in double quotes must stand here",
        'write keys as "key"; JSON has no comments and no comma after the last entry',
    ),
    "Expecting ':' delimiter": ("a colon must follow the key", 'write "key": value'),
    "Expecting ',' delimiter": ("a comma is missing between two entries, or a bracket is not closed", None),
    "Expecting value": ("a value must stand here", "write a string in double quotes, a number, true, false or null"),
    "Unterminated string starting at": ("this string is never closed", 'add the closing "'),
    "Invalid control character at": ("a line break or control character inside a string", "write it as an escape, \\n"),
    "Invalid \\escape": ("this escape does not exist in JSON", "write a backslash as \\\\"),
    "Invalid \\uXXXX escape": ("\\u needs four hexadecimal digits", None),
    "Extra data": ("text after the end of the value", "remove what follows, JSON has exactly one value"),
}


_BEFORE_CLOSING = re.compile(r",(?=\s*([}\]]))")


def _explain(error: json.JSONDecodeError) -> Problem:
    comma = _trailing_comma(error)
    if comma is not None:
        return _problem(f"a comma before {comma[1]} is not JSON", comma.start(), comma.end(), "remove the comma")
    known = next((words for start, words in _EXPLAINED.items() if error.msg.startswith(start)), (error.msg, None))
    start = min(error.pos, len(error.doc))
    related: tuple[Label, ...] = ()
    if start >= len(error.doc.rstrip()):
        opened = _last_open(error.doc)
        if opened is not None:
            related = (Label(Span(opened, opened + 1), "opened here and never closed"),)
        elif not error.doc.strip():
            return _problem("the file is empty, which is not JSON", 0, 0, "write at least {}")
    return _problem(known[0], start, min(start + 1, len(error.doc)), known[1], related)


def _trailing_comma(error: json.JSONDecodeError) -> re.Match[str] | None:
    """Give the comma that Python 3.13 and newer point at, and older ones at what follows it."""
    if error.msg.startswith("Illegal trailing comma"):
        return _BEFORE_CLOSING.match(error.doc, error.pos)
    wanted = "}" if error.msg.startswith("Expecting property name") else "]"
    if error.doc[error.pos : error.pos + 1] != wanted or not error.msg.startswith(
        ("Expecting prop", "Expecting value")
    ):
        return None
    return _BEFORE_CLOSING.match(error.doc, len(error.doc[: error.pos].rstrip()) - 1)


def _last_open(text: str) -> int | None:
    opened: list[int] = []
    for match in _NESTING.finditer(text):
        if text[match.start()] in "[{":
            opened.append(match.start())
        elif text[match.start()] != '"' and opened:
            opened.pop()
    return opened[-1] if opened else None


def _problem(message: str, start: int, end: int, advice: str | None = None, related: tuple[Label, ...] = ()) -> Problem:
    return Problem(ProblemKind.SYNTAX, message, Span(start, end), (), related, advice)


class _Open:
    """A collection whose closing bracket has not been seen."""

    __slots__ = ("entries", "index", "items", "key", "start")

    def __init__(self, start: int, *, is_mapping: bool) -> None:
        self.start = start
        self.entries: list[Entry] | None = [] if is_mapping else None
        self.index: dict[str, Entry] = {}
        self.items: list[Node] = []
        self.key: Scalar | None = None

    def add(self, node: Node) -> None:
        if self.entries is None:
            self.items.append(node)
        elif self.key is None and isinstance(node, Scalar):
            self.key = node
        elif self.key is not None:
            entry = Entry(str(self.key.value), self.key, node)
            self.entries.append(entry)
            self.index[entry.name] = entry
            self.key = None

    def close(self, end: int) -> Mapping | Sequence:
        if self.entries is None:
            return Sequence(tuple(self.items), self.start, end, flow=True, outer=self.start)
        index = javascript_order(self.index)
        return Mapping(tuple(self.entries), index, self.start, end, flow=True, outer=self.start)


def _locate(text: str) -> Node | Problem:
    """Build the nodes of a valid JSON text, whose separators can therefore be skipped unread."""
    stack: list[_Open] = []
    at = 0
    surrogates = "\\u" in text
    while True:
        match = _NEXT.match(text, at)
        assert match is not None, "a valid text has a value here"  # noqa: S101 - an invariant, for the type checker
        mark, bare = match.groups()
        at = match.end()
        node: Node
        if bare is not None:
            value = _WORDS[bare] if bare in _WORDS else json_number(bare)
            node = Scalar(value, at - len(bare), at, "plain", at - len(bare))
        elif mark == '"':
            start = at - 1
            string, at = scanstring(text, at)
            if surrogates and _LONE_SURROGATE.search(string):
                return _problem("half of a surrogate pair is no character", start, at, "write both halves, or neither")
            node = Scalar(string, start, at, "double", start)
        elif mark in "{[":
            stack.append(_Open(at - 1, is_mapping=mark == "{"))
            continue
        else:
            node = stack.pop().close(at)
        if not stack:
            return node
        stack[-1].add(node)
