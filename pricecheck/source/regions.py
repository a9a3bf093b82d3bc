"""Which characters of a YAML text are content, and which are layout: comments, white space and punctuation."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pricecheck.source.lines import start_of_line
from pricecheck.source.nodes import Alias, Mapping, Scalar

if TYPE_CHECKING:
    from pricecheck.findings import Span
    from pricecheck.source.nodes import Node


class Regions:
    """What a document's text is made of, to ask what an offset belongs to.

    `blocks` are the starts of block collections and `flows` the places of the outermost flow collections. `values` are
    the starts of scalars and flow collections that are no keys; `minimums` has for all of them, keys included, the
    indentation that the gateway's parser asks of their further lines.
    """

    def __init__(self, text: str, root: Node | None) -> None:
        self.text = text
        self.starts: list[int] = []
        self.scalars: list[Scalar | Alias] = []
        self.blocks: set[int] = set()
        self.flows: list[Span] = []
        self.values: set[int] = set()
        self.minimums: dict[int, int] = {}
        if root is not None:
            self._collect(root)

    def _collect(self, root: Node) -> None:
        stack: list[tuple[Node, int, bool]] = [(root, 0, False)]
        while stack:
            node, minimum, is_key = stack.pop()
            if isinstance(node, Scalar | Alias) or node.flow:
                self.minimums[node.outer] = self.minimums[node.start] = minimum
                if not is_key:
                    self.values.add(node.start)
            else:
                self.blocks.add(node.start)
                minimum = node.start - self.text.rfind("\n", 0, node.start)
            if isinstance(node, Scalar | Alias):
                if node.start < node.end:
                    self.scalars.append(node)
                    self.starts.append(node.start)
                continue
            if node.flow and (not self.flows or node.start >= self.flows[-1].end):
                self.flows.append(node.span)
            if isinstance(node, Mapping):
                for entry in reversed(node.entries):
                    stack += ((entry.value, minimum, False), (entry.key, minimum, True))
            else:
                stack.extend((item, minimum, False) for item in reversed(node.items))

    def scalar_at(self, offset: int) -> Scalar | Alias | None:
        """Give the scalar or alias whose own text covers the character at `offset`.

        A block scalar's header line is layout (a comment may stand there), so it counts as outside.
        """
        found = bisect_right(self.starts, offset) - 1
        if found < 0 or offset >= self.scalars[found].end:
            return None
        node = self.scalars[found]
        if isinstance(node, Scalar) and node.style in {"literal", "folded"}:
            content = self.text.find("\n", node.start, node.end)
            if content == -1 or offset <= content:
                return None
        return node

    def in_flow(self, offset: int) -> bool:
        """Tell whether the character at `offset` is inside brackets or is one of them."""
        found = bisect_right(self.flows, (offset, len(self.text))) - 1
        return found >= 0 and offset < self.flows[found].end

    def comment_at(self, offset: int) -> int | None:
        """Give the offset of the `#` that opens the comment covering `offset`, or None outside of comments."""
        at = start_of_line(self.text, offset)
        while (at := self.text.find("#", at, offset + 1)) != -1:
            if self.scalar_at(at) is None:
                return at
            at += 1
        return None
