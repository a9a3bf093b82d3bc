"""Checks of the text between the nodes: comments glued to values, and tabs.

Done on the whole text and only where a cheap search says that there is something to look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.patterns import late
from pricecheck.source.lines import start_of_line
from pricecheck.source.nodes import Scalar
from pricecheck.source.refusal import TAB_HELP, TAB_MESSAGE, Reason, glued_comment

if TYPE_CHECKING:
    import re

    from pricecheck.source.nodes import Node
    from pricecheck.source.regions import Regions

_GLUED = late(r"""#(?<=["'\[\]{},:|>+\-0-9]#)""")
_TIGHT_COMMENT = late(r"\n( *)(?:#(?=[^ \t\r\n])|(?=\n#))")
_TO_CONTENT = late(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*+[ \t]*")
_KEY_OR_ITEM = late(r"""(?:[\w./$][^\n]*?|"[^"\n]*"[ \t]*|'[^'\n]*'[ \t]*):(?=[ \t\r\n]|\Z)|-(?=[ \t\r\n])""")
_STRAY = late("\r(?!\n)|\ufeff")
_GAP = late(r"[ \t]+")


def check_layout(text: str, root: Node | None) -> Reason | None:
    """Find a comment or a tab that the gateway's parser refuses although libyaml does not."""
    strays = (
        [match.start() for match in _STRAY.finditer(text, int(text.startswith("\ufeff")))] if _has_stray(text) else []
    )
    tabs = "\t" in text
    glued = [match.start() for match in _GLUED.finditer(text)] if "#" in text else []
    tight = [match for match in _TIGHT_COMMENT.finditer(text) if not _before_key(text, match)] if "#" in text else []
    if not (tabs or glued or strays or tight):
        return None
    from pricecheck.source.regions import Regions

    regions = Regions(text, root)
    for at in glued:
        if regions.scalar_at(at) is None and regions.comment_at(at) == at:
            return glued_comment(at)
    for match in tight:
        reason = _check_tight(text, match, regions)
        if reason is not None:
            return reason
    for at in strays:
        reason = _check_stray(text, at, regions)
        if reason is not None:
            return reason
    return _check_tabs(text, regions) if tabs else None


def _before_key(text: str, comment: re.Match[str]) -> bool:
    content = _TO_CONTENT.match(text, comment.start() + 1)
    return content is not None and _KEY_OR_ITEM.match(text, content.end()) is not None


def _check_tight(text: str, comment: re.Match[str], regions: Regions) -> Reason | None:
    """Check a comment without a space after `#`, or at the very start of a line below a blank one.

    At both the gateway's parser forgets the indentation it asks of the value that follows.
    """
    content = _TO_CONTENT.match(text, comment.start() + 1)
    start = content.end() if content is not None else 0
    minimum = regions.minimums.get(start, 0)
    if start - text.rfind("\n", 0, start) - 1 < minimum:
        return None  # a key, with which the parser asks for an indentation anew
    at = text.index("#", comment.end() - 1)
    if len(comment[1]) >= minimum or regions.scalar_at(at) is not None:
        return None
    message = "below this comment the gateway's parser misjudges the indentation of the value"
    return Reason(message, at, at + 1, "indent the comment like the value")


def _has_stray(text: str) -> bool:
    return "\r" in text or "\ufeff" in text


def _check_stray(text: str, at: int, regions: Regions) -> Reason | None:
    if regions.comment_at(at) is not None:
        return None
    if text[at] == "\r":
        message = "a carriage return alone does not end a line for the gateway's parser"
        return Reason(message, at, at + 1, "save the file with LF or CRLF line endings")
    node = regions.scalar_at(at)
    if isinstance(node, Scalar) and node.style != "plain":
        return None
    return Reason("a byte order mark in the middle of the file", at, at + 1, "remove it")


def _check_tabs(text: str, regions: Regions) -> Reason | None:
    at = -1
    while (at := text.find("\t", at + 1)) != -1:
        if regions.scalar_at(at) is not None or regions.comment_at(at) is not None:
            continue
        if regions.in_flow(at):
            continue
        reason = _check_tab(text, at, regions)
        if reason is not None:
            return reason
    return None


def _check_tab(text: str, at: int, regions: Regions) -> Reason | None:
    line_start = start_of_line(text, at)
    gap = _GAP.match(text, at)
    after = gap.end() if gap is not None else at
    before = text[line_start:at].strip(" \t\ufeff")
    if text[after : after + 1] in ("", "\n", "#") or text.startswith("\r\n", after):
        if before or _follows_value(text, line_start, regions):
            return None
        return Reason(
            "a tab on a line of its own is not empty to the gateway's parser here", at, at + 1, "remove the tab"
        )
    if not before or after in regions.blocks:
        return Reason(TAB_MESSAGE, at, at + 1, TAB_HELP)
    return None


def _follows_value(text: str, line_start: int, regions: Regions) -> bool:
    """Tell whether the last thing above a line is a whole value: only then does a tab on a blank line mean nothing."""
    at = line_start
    while at:
        above = text.rfind("\n", 0, at - 1) + 1
        line = text[above:at]
        if not line.strip(" \t\r\n"):
            if "\t" in line:
                return True  # that line has been judged, and what is above it is above this one too
            at = above
            continue
        at = above + len(line.rstrip(" \t\r\n"))
        comment = regions.comment_at(at - 1)
        if comment is None:
            break
        at = comment
    if at <= int(text.startswith("\ufeff")):
        return True
    node = regions.scalar_at(at - 1)
    if node is None:
        return regions.in_flow(at - 1)
    return node.start in regions.values and not (isinstance(node, Scalar) and node.style in {"literal", "folded"})
