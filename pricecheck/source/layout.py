"""Checks of the text between the nodes: comments glued to values, and tabs.

Done on the whole text and only where a cheap search says that there is something to look at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pricecheck.source.nodes import Alias, Scalar
from pricecheck.source.regions import Regions
from pricecheck.source.strict import Reason, glued_comment

if TYPE_CHECKING:
    from pricecheck.source.nodes import Node

_GLUED = re.compile(r"""#(?<=["'\[\]{},:|>+\-0-9]#)""")
_GAP = re.compile(r"[ \t]+")


def check_layout(text: str, root: Node | None) -> Reason | None:
    """Find a comment or a tab that the gateway's parser refuses although libyaml does not."""
    tabs = "\t" in text
    glued = [match.start() for match in _GLUED.finditer(text)] if "#" in text else []
    if not tabs and not glued:
        return None
    regions = Regions(text, root)
    for at in glued:
        if regions.scalar_at(at) is None and regions.comment_at(at) == at:
            return glued_comment(at)
    return _check_tabs(text, regions) if tabs else None


def _check_tabs(text: str, regions: Regions) -> Reason | None:
    at = -1
    while (at := text.find("\t", at + 1)) != -1:
        if regions.scalar_at(at) is not None or regions.comment_at(at) is not None:
            continue
        if any(start < at < end for start, end in regions.flows):
            continue
        reason = _check_tab(text, at, regions)
        if reason is not None:
            return reason
    return None


def _check_tab(text: str, at: int, regions: Regions) -> Reason | None:
    line_start = text.rfind("\n", 0, at) + 1
    gap = _GAP.match(text, at)
    after = gap.end() if gap is not None else at
    before = text[line_start:at].strip(" \t\ufeff")
    if text[after : after + 1] in ("", "\n", "#") or text.startswith("\r\n", after):
        if before or not _follows_block_scalar(text, line_start, regions):
            return None
        return Reason("a tab below a block of text is neither part of it nor indentation", at, at + 1, "remove the tab")
    if not before or after in regions.blocks:
        return Reason("a tab cannot indent YAML", at, at + 1, "indent with spaces")
    return None


def _follows_block_scalar(text: str, line_start: int, regions: Regions) -> bool:
    content = len(text[:line_start].rstrip(" \t\r\n"))
    node = regions.scalar_at(content - 1) if content else None
    return isinstance(node, Scalar) and not isinstance(node, Alias) and node.style in {"literal", "folded"}
