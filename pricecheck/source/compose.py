"""libyaml's events to located nodes, with an explicit stack: no nesting can overflow anything.

An event starts at its anchor or tag; our `start` is where the content begins, `outer` where the event does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pricecheck.findings import Label
from pricecheck.source.document import Problem, ProblemKind
from pricecheck.source.keys import MERGE_KEY, entry_name, is_explicit, javascript_order, scalar_key
from pricecheck.source.nodes import MAX_DEPTH, TOO_DEEP, Alias, Entry, Mapping, Node, Scalar, Sequence
from pricecheck.source.refusal import Reason, RefusedError, refuse
from pricecheck.source.scalars import CORE, TAG_PREFIX, number_or_text, tagged_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from pricecheck.findings import ConfigPath
    from pricecheck.source.aliases import Merger
    from pricecheck.source.nodes import ScalarValue, Style

_STYLES: dict[str | None, Style] = {
    "": "plain",
    None: "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}
_AFTER_ALIAS = frozenset(["", *" \t\r\n,[]{}"])
_OBJECT_TAGS = {
    Scalar: {TAG_PREFIX + name for name in ("binary", "timestamp", "merge")},
    Mapping: {TAG_PREFIX + "set"},
    Sequence: {TAG_PREFIX + name for name in ("omap", "pairs")},
}
"""Tags that make the gateway's parser build a JavaScript object that no config field takes."""

_new = tuple.__new__


class _Open:
    """A collection whose end has not been seen."""

    __slots__ = ("anchor", "entries", "flow", "index", "is_mapping", "items", "key", "outer", "start", "tag")

    def __init__(self, event: Any, start: int, outer: int, *, is_mapping: bool) -> None:  # noqa: ANN401 - untyped
        self.is_mapping = is_mapping
        self.items: list[Node] = []
        self.entries: list[Entry] = []
        self.index: dict[str, Entry] = {}
        self.key: Node | None = None
        self.anchor: str | None = event.anchor
        self.tag: str | None = event.tag
        self.flow = bool(event.flow_style)
        self.start = start
        self.outer = outer

    def step(self, text: str) -> str | int | None:
        """The path step to the child that comes next; None where that is a key."""
        if not self.is_mapping:
            return len(self.items)
        return None if self.key is None else entry_name(self.key, text)

    def last_end(self) -> int:
        """Where the last child ends: a block collection has no closing mark of its own."""
        return self.entries[-1].value.end if self.is_mapping else self.items[-1].end


class Composer:
    """Turns the events of one document into nodes.

    `problems` fills with duplicate keys, which do not stop the composing; `aliased` tells whether any alias was met.
    `text` is the user's; libyaml's offsets stand `shift` before it, and its values go through the table `back`.
    """

    def __init__(self, text: str, shift: int, back: dict[int, str], version: str) -> None:
        self.text = text
        self.shift = shift
        self.back = back
        self.merging = version == "1.1"
        self.schema = CORE
        self._merger: Merger | None = None
        if self.merging:
            from pricecheck.source import aliases
            from pricecheck.source.scalars_1_1 import YAML_1_1

            self.schema = YAML_1_1
            self._merger = aliases.Merger()
        self.problems: list[Problem] = []
        self.aliased = False
        self._words = self.schema.words
        self._numeric = self.schema.numeric
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node | _Open] = {}

    def compose(self, get_event: Callable[[], Any]) -> Node:
        """Read events up to the end of the root node.

        Raises:
            RefusedError: the gateway's parser would take none of this text.
        """
        from yaml import events

        scalar_event, alias_event = events.ScalarEvent, events.AliasEvent
        mapping_event, sequence_event = events.MappingStartEvent, events.SequenceStartEvent
        stack = self._stack
        while True:
            event = get_event()
            kind = event.__class__
            node: Node
            if kind is scalar_event:
                node = self._scalar(event)
            elif kind is mapping_event or kind is sequence_event:
                self._open(event, is_mapping=kind is mapping_event)
                continue
            else:
                node = self._alias(event) if kind is alias_event else self._close(event)
            if not stack:
                return node
            top = stack[-1]
            key = top.key
            if not top.is_mapping:
                top.items.append(node)
            elif key is None:
                top.key = node
            else:
                name = key.value if key.__class__ is Scalar and key.value.__class__ is str else self._name(key)
                entry = _new(Entry, (name, key, node))
                top.entries.append(entry)
                top.index[name] = entry
                top.key = None

    def _path(self) -> ConfigPath:
        """Where the node that is being read is."""
        steps = (frame.step(self.text) for frame in self._stack)
        return tuple(step for step in steps if step is not None)

    def _refuse(self, reason: Reason | None) -> None:
        if reason is not None:
            refuse(reason, self._path())

    def _scalar(self, event: Any) -> Scalar:  # noqa: ANN401 - PyYAML's events are untyped
        start = event.start_mark.index + self.shift
        end = event.end_mark.index + self.shift
        value = event.value
        style = _STYLES[event.style]
        if self.back:
            value = value.translate(self.back)
        if event.anchor is not None or event.tag is not None:
            return self._with_properties(event, value, style, start, end)
        if style == "plain":
            if not self.text.startswith(value, start, end):
                self._check_lines(start, end)
            if value in self._words:
                value = self._words[value]
            elif value[0] in self._numeric:
                value = self._number_or_text(value, start, end)
        elif style in {"double", "single"}:
            if self.text.find("\n", start, end) != -1:
                self._check_lines(start, end)
        else:
            value, end = self._block_scalar(start, end, value)
        return _new(Scalar, (value, start, end, style, start, None, None))

    def _number_or_text(self, value: str, start: int, end: int) -> ScalarValue:
        if value == "-" and self._stack and self._stack[-1].flow:
            message = "a lone - inside brackets is not text for the gateway's parser"
            self._refuse(Reason(message, start, end, "put it in quotes"))
        if self.merging and self.schema.is_date(value):
            self._refuse(Reason("under %YAML 1.1 this is a date, not text", start, end, "put it in quotes"))
        return number_or_text(value, self.schema)

    def _with_properties(self, event: Any, value: Any, style: Style, outer: int, end: int) -> Scalar:  # noqa: ANN401
        start = self._content_start(event, outer)
        if style == "plain" and not value:
            start = end
            self._check_bare_properties(outer, end)
        if style in {"literal", "folded"}:
            value, end = self._block_scalar(start, end, value)
        elif self.text.find("\n", start, end) != -1:
            self._check_lines(start, end)
        tag = event.tag
        if style == "plain" and (tag is None or value == "-"):
            value = self._words[value] if value in self._words else self._number_or_text(value, start, end)
        if tag is not None and tag != "!":
            self._refuse_object(tag, Scalar, outer, end)
            value = tagged_value(value, tag, self.schema)
        node = Scalar(value, start, end, style, outer, event.anchor, tag)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _check_lines(self, start: int, end: int) -> None:
        from pricecheck.source import strict

        self._refuse(strict.continuation(self.text, start, end, self._minimum()))

    def _check_bare_properties(self, outer: int, end: int) -> None:
        """Check an anchor or tag that stands alone, without a value."""
        from pricecheck.source import strict

        if not self._stack:
            return
        top = self._stack[-1]
        if top.flow:
            self._refuse(strict.bare_properties(self.text, outer, end))
        if top.is_mapping and top.key is None:
            self._refuse(Reason("an empty key cannot have an anchor or a tag", outer, end, 'write the key as ""'))

    def _content_start(self, event: Any, outer: int) -> int:  # noqa: ANN401
        from pricecheck.source import strict

        start, reason = strict.properties(self.text, outer, event.anchor, event.tag)
        self._refuse(reason)
        if self._stack and self._stack[-1].flow:
            self._check_lines(outer, start + 1)
        return start

    def _refuse_object(self, tag: str, kind: type, start: int, end: int) -> None:
        if tag in _OBJECT_TAGS[kind]:
            message = f"!!{tag.removeprefix(TAG_PREFIX)} makes an object that no field of a config takes"
            self._refuse(Reason(message, start, end, "remove the tag"))

    def _minimum(self) -> int:
        """How many spaces the gateway's parser asks of a line that continues the value being read."""
        for frame in reversed(self._stack):
            if not frame.flow:
                return frame.start - max(self.text.rfind("\n", 0, frame.start) + 1, self.shift) + 1
        return 0

    def _block_scalar(self, start: int, end: int, value: str) -> tuple[str, int]:
        """Give its value, and where its last line with content ends: libyaml's mark covers the blank lines below."""
        from pricecheck.source import strict

        self._refuse(strict.block_scalar(self.text, start, end, self._minimum()))
        content = len(self.text[start:end].rstrip(" \t\r\n")) + start
        line_end = self.text.find("\n", content, end)
        if line_end == -1:
            return strict.completed(self.text, start, value), end
        return value, line_end - 1 if self.text[line_end - 1] == "\r" and line_end > content else line_end

    def _alias(self, event: Any) -> Alias:  # noqa: ANN401
        start = event.start_mark.index + self.shift
        end = event.end_mark.index + self.shift
        name = event.anchor
        if self.text[end : end + 1] not in _AFTER_ALIAS:
            message = "the gateway's parser takes this character for a part of the name"
            self._refuse(Reason(message, end, end + 1, "put a space before it"))
        target = self._anchors.get(name)
        if target is None:
            from pricecheck.source.messages import undefined_alias

            raise RefusedError(undefined_alias(name, start, end, self._path(), self._anchors))
        if isinstance(target, _Open):
            reason = Reason(f"*{name} stands inside the very value it repeats", start, end, "write the value out")
            raise RefusedError(reason.problem(self._path()))
        self.aliased = True
        return Alias(name, target, start, end, start)

    def _open(self, event: Any, *, is_mapping: bool) -> None:  # noqa: ANN401
        outer = event.start_mark.index + self.shift
        start = outer
        if event.anchor is not None or event.tag is not None:
            start = self._content_start(event, outer)
        if event.tag is not None:
            self._refuse_object(event.tag, Mapping if is_mapping else Sequence, outer, start)
        if len(self._stack) >= MAX_DEPTH:
            self._refuse(Reason(TOO_DEEP, start, start + 1))
        frame = _Open(event, start, outer, is_mapping=is_mapping)
        self._stack.append(frame)
        if event.anchor is not None:
            self._anchors[event.anchor] = frame

    def _close(self, event: Any) -> Mapping | Sequence:  # noqa: ANN401
        frame = self._stack.pop()
        bracketed = frame.flow and self.text[frame.start] in "{["
        end = event.end_mark.index + self.shift if bracketed else frame.last_end()
        place = (frame.start, end, frame.flow, frame.outer, frame.anchor, frame.tag)
        node: Mapping | Sequence
        if frame.is_mapping:
            if len(frame.index) != len(frame.entries):
                self._duplicates(frame)
            if self._merger is not None and MERGE_KEY in frame.index:
                node = self._merged_mapping(self._merger, frame, place)
            else:
                node = _new(Mapping, (tuple(frame.entries), javascript_order(frame.index), *place))
        else:
            node = _new(Sequence, (tuple(frame.items), *place))
        if frame.flow:
            self._check_flow(node)
        if frame.anchor is not None and self._anchors.get(frame.anchor) is frame:
            self._anchors[frame.anchor] = node
        return node

    def _check_flow(self, node: Mapping | Sequence) -> None:
        from pricecheck.source import strict

        outermost = not (self._stack and self._stack[-1].flow)
        self._refuse(strict.flow(self.text, node, self._minimum(), outermost=outermost))

    def _name(self, key: Node) -> str:
        name = entry_name(key, self.text)
        in_doubt = scalar_key(key) is None and not self._stack[-1].flow and not is_explicit(key, self.text)
        if name is None or in_doubt:
            reason = Reason("a list or mapping cannot be a key", key.start, key.end, "put it in quotes if it is text")
            raise RefusedError(reason.problem(self._path()))
        return name

    def _duplicates(self, frame: _Open) -> None:
        from pricecheck.source.aliases import is_merge_key, raw_key

        seen: dict[tuple[type, ScalarValue], Entry] = {}
        for entry in frame.entries:
            key = entry.key
            if not isinstance(key, Scalar) or (self.merging and key.tag is None and is_merge_key(key)):
                continue
            first = seen.setdefault(raw_key(key), entry)
            not_a_number = key.value != key.value  # NaN is unlike itself, to the gateway too
            if first is not entry and not not_a_number:
                self.problems.append(
                    Problem(
                        ProblemKind.DUPLICATE_KEY,
                        f'"{entry.name}" is already a key of this mapping',
                        key.span,
                        (*self._path(), entry.name),
                        (Label(first.key.span, "first defined here"),),
                        "remove or rename one of the two",
                    )
                )

    def _merged_mapping(self, merger: Merger, frame: _Open, place: tuple[Any, ...]) -> Mapping:
        from pricecheck.source.aliases import BadMergeError

        try:
            index = merger.index(frame.entries)
            node: Mapping = _new(Mapping, (tuple(frame.entries), javascript_order(index), *place))
            merger.remember(node)
        except BadMergeError as error:
            raise RefusedError(error.reason.problem(self._path())) from None
        return node
