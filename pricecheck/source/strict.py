"""Refuses what libyaml lets through and the gateway's parser does not, or reads in another way.

Every function looks at one piece libyaml has found and gives a reason to refuse it, or None. Ordinary lines never get
here: the composer asks only about pieces that can be wrong (several lines, in flow style, a block scalar, tagged).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pricecheck.patterns import late
from pricecheck.source.lines import start_of_line
from pricecheck.source.nodes import Mapping, Scalar
from pricecheck.source.refusal import TAB_HELP, TAB_MESSAGE, Reason, glued_comment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.source.nodes import Node, Sequence


# Possessive, because a failed match must not be tried again with the spaces of a comment as spaces between tokens.
_SPACE = r"(?:[ \t]|\r?\n|(?<=[ \t\n])#[^\n]*+)"
_INDENTED = r"(?:[ \t]|\r?\n|(?<=[ \t])#[^\n]*+)"
_OPENING = late(rf"{_SPACE}*+(?:\?{_SPACE}++)?")
_BETWEEN = late(rf"{_SPACE}*+,{_SPACE}*+(?:\?{_SPACE}++)?")
_CLOSING = late(rf"{_SPACE}*+(?:,{_SPACE}*+)?")
_BETWEEN_PAIRS = late(rf"{_INDENTED}*+,{_SPACE}*+(?:\?{_SPACE}++)?")
_CLOSING_PAIR = late(rf"{_INDENTED}*+(?:,{_SPACE}*+)?")
_EMPTY = late(rf"{_SPACE}*+")
_COLON = late(rf"[ \t]*:{_SPACE}++")
_GLUED_COLON = late(rf"[ \t]*:{_SPACE}*+")
_NO_VALUE = late(rf"{_SPACE}*+(?::{_SPACE}*+)?")
_LINE = late(r"\n( *)([ \t]*)([^\n]?)")
_HEADER = late(r"[|>](?:[-+][1-9]?|[1-9][-+]?)?(?:[ \t]+#[^\n]*|[ \t]*)(?:\r?\n|\Z)")
_BLANK_LINE = late(r"( *)\r?\n")
_TIGHT_COMMENT = late(rf"{_SPACE}*?\n *(?:#(?=[^ \t\r\n])|\n#)")
_LINE_END = late(r"[ \t]*(?:#|\r?\n)")
_SPACES_BELOW = late(r"\n +\r?(?:\n|\Z)")
_ESCAPED_BREAK = late(r"\\\r?\n[ \t]*\r?\n")
_UNFINISHED_TAIL = late(r"(?:[ \t\r]*\n)*+[ \t]+\Z")
_PROPERTY = late(
    r"(?:&(?P<anchor>[^ ,\[\]{}\n\r\t]+)|!<(?!!!?>)[^\s>]*>|!(?:[-\w]*!)?[-\w#;/?:@&=+$.~*'()%]+|!)"
    r"(?=[ \t\r\n,\]}]|\Z)",
    re.ASCII,
)
_PROPERTY_GAP = late(rf"{_SPACE}*+")


def continuation(text: str, start: int, end: int, minimum: int) -> Reason | None:
    """Check the further lines of a scalar that is no block: they are indented by `minimum` spaces at least."""
    for match in _LINE.finditer(text, start, end):
        spaces, tabs, character = match.groups()
        if len(spaces) < minimum and (tabs or character not in ("", "\r")):
            return _unindented(text, match.start(2), start, tab=bool(tabs))
    if text[start] == '"' and (escaped := _ESCAPED_BREAK.search(text, start, end)):
        message = "the gateway's parser reads a blank line after an escaped line break in its own way"
        return Reason(message, escaped.start(), escaped.end(), "write \\n for a line break")
    return None


def _unindented(text: str, at: int, opening: int, *, tab: bool) -> Reason:
    if tab:
        return Reason(TAB_MESSAGE, at, at + 1, TAB_HELP)
    mark = text[opening]
    if mark in "\"'[{":
        message = f"the {mark} opened above is still open on this line, which is not indented as its inside must be"
        return Reason(message, at, at + 1, f"close the {mark}, or indent its further lines", opening)
    return Reason("this line continues a value begun above, so it must be indented", at, at + 1, "indent the line")


def flow(text: str, node: Mapping | Sequence, minimum: int, *, outermost: bool) -> Reason | None:
    """Check what stands between the children of a flow collection, and how its lines are indented.

    `minimum` is the indentation the gateway's parser asks of every line; the bracket that closes the outermost
    collection may stand one column further left.
    """
    for start, end, pattern in _flow_gaps(text, node):
        if start == end and pattern not in (_BETWEEN, _BETWEEN_PAIRS, _COLON):
            continue
        if not pattern.fullmatch(text, start, end):
            return _odd_gap(text, start, end)
        for match in _LINE.finditer(text, start, end + 1):
            spaces, tabs, character = match.groups()
            if len(spaces) >= minimum or character in ("", "\r", "#"):
                continue
            closes = match.end() == node.end and outermost and not tabs and len(spaces) == minimum - 1
            if not closes:
                return _unindented(text, match.start(2), node.start, tab=bool(tabs))
    return None


def _odd_gap(text: str, start: int, end: int) -> Reason:
    comment = re.compile(r"(?<![ \t])#").search(text, start, end)
    if comment:
        return glued_comment(comment.start())
    return Reason(
        "the gateway's parser does not read this punctuation as it looks",
        start,
        max(end, start + 1),
        "put a space after : and , and quote anything unusual",
    )


def _flow_gaps(text: str, node: Mapping | Sequence) -> Iterator[tuple[int, int, re.Pattern[str]]]:
    at = node.start
    bracketed = text[at] in "{["
    children: list[tuple[int, int, bool]] = []
    if isinstance(node, Mapping):
        for entry in node.entries:
            key, value = entry.key, entry.value
            yield key.end, value.outer, _colon(text, key, value)
            children.append((key.outer, value.end, True))
    else:
        children = [(item.outer, item.end, _is_pair(text, item)) for item in node.items]
    if not bracketed:
        yield at, children[0][0], _EMPTY
        return
    at += 1
    between, closing = _OPENING, _EMPTY
    for start, end, pair in children:
        yield at, start, between
        at = end
        between, closing = (_BETWEEN_PAIRS, _CLOSING_PAIR) if pair else (_BETWEEN, _CLOSING)
    yield at, node.end - 1, closing


def _is_pair(text: str, item: Node) -> bool:
    return isinstance(item, Mapping) and text[item.start] != "{"


def _colon(text: str, key: Node, value: Node) -> re.Pattern[str]:
    if isinstance(value, Scalar) and value.outer == value.end:
        return _NO_VALUE
    quoted = text[key.end - 1] in "\"'}]" and not (isinstance(key, Scalar) and key.style == "plain")
    return _GLUED_COLON if quoted else _COLON


def completed(text: str, start: int, value: str) -> str:
    """Give the value of a block scalar that ends with the file: the gateway's parser sees a line break there."""
    header = _HEADER.match(text, start)
    if not value or value.endswith("\n") or header is None or "-" in header[0].partition("#")[0]:
        return value
    return value + "\n"


def block_scalar(text: str, start: int, end: int, minimum: int) -> Reason | None:
    """Check a literal or folded scalar; `end` is libyaml's, after the blank lines that follow the content.

    `minimum` is the least column its `|` or `>` may have on a line of its own.
    """
    line_start = start_of_line(text, start)
    if not text[line_start:start].strip(" ") and start - line_start < minimum:
        return _unindented(text, start, start, tab=False)
    header = _HEADER.match(text, start)
    return _odd_header(text, start, end) if header is None else _odd_lines(text, header, end, minimum)


def _odd_header(text: str, start: int, end: int) -> Reason:
    line_end = text.find("\n", start)
    line = text[start : line_end if line_end != -1 else end]
    comment = line.find("#")
    if comment != -1:
        return glued_comment(start + comment)
    return Reason("only an indentation digit and + or - may follow | or >", start, start + len(line))


def _odd_lines(text: str, header: re.Match[str], end: int, minimum: int) -> Reason | None:
    at = header.end()
    deepest = 0
    while blank := _BLANK_LINE.match(text, at, end):
        deepest = max(deepest, len(blank[1]))
        at = blank.end()
    explicit = any(character.isdigit() for character in header[0].partition("#")[0])
    first = len(text[at : at + deepest]) - len(text[at : at + deepest].lstrip(" "))
    if deepest and (at >= end or (first < deepest and not explicit)):
        message = "the blank lines at the start of this block have more spaces than its first line"
        return Reason(message, header.end(), at, "remove the spaces from the blank lines")
    if minimum == 0 and at >= end and text[end:].strip():
        message = "the gateway's parser reads the next line as part of this empty block"
        return Reason(message, header.start(), header.start() + 1)
    content_end = at + len(text[at:end].rstrip(" \r\n"))
    if explicit and _SPACES_BELOW.search(text, content_end, end):
        message = "the gateway's parser drops the spaces in the blank lines below this block"
        return Reason(message, content_end, end, "remove the spaces from the blank lines")
    last_line = text.rfind("\n") + 1
    if _UNFINISHED_TAIL.match(text, end) or (end == len(text) and _UNFINISHED_TAIL.match(text, last_line)):
        message = "the file ends in spaces that may belong to this block"
        return Reason(message, last_line, len(text), "end the file with a line break")
    return None


def properties(text: str, outer: int, anchor: str | None, tag: str | None) -> tuple[int, Reason | None]:
    """Find where a node's content starts, after its anchor and tag; and why the gateway would read them otherwise."""
    at = outer
    for _ in range((anchor is not None) + (tag is not None)):
        match = _PROPERTY.match(text, at)
        if match is None or (match["anchor"] or anchor) != anchor:
            return at, Reason(
                "the gateway's parser reads this anchor or tag differently",
                at,
                at + 1,
                "use letters, digits, - and _ only",
            )
        at = match.end()
        tight = _TIGHT_COMMENT.match(text, at)
        if tight is not None:
            message = "below this comment the gateway's parser misjudges the indentation of the value"
            return at, Reason(message, tight.end() - 1, tight.end(), "put the comment above the tag or anchor")
        gap = _PROPERTY_GAP.match(text, at)
        at = gap.end() if gap is not None else at
    return at, None


def bare_properties(text: str, outer: int, end: int) -> Reason | None:
    """Check an anchor or tag without a value inside brackets: the gateway's parser wants the line to go on."""
    if _LINE_END.match(text, end):
        return Reason(
            "an anchor or tag inside brackets must be followed by its value", outer, end, "write the value beside it"
        )
    return None
