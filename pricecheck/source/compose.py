"""libyaml's events to located nodes, with an explicit stack: no nesting can overflow anything.

An event starts at its anchor or tag; our `start` is where the content begins, `outer` where the event does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pricecheck.findings import ConfigPath, Label, Span
from pricecheck.source import strict
from pricecheck.source.aliases import MERGE_KEY, BadMergeError, is_merge_key, merged_index, raw_key
from pricecheck.source.document import Problem, ProblemKind
from pricecheck.source.keys import entry_name, javascript_order
from pricecheck.source.nodes import MAX_DEPTH, Alias, Entry, Mapping, Node, Scalar, ScalarValue, Sequence, Style
from pricecheck.source.scalars import (
    CORE,
    CORE_FIRST,
    DATE,
    TAG_PREFIX,
    YAML_1_1,
    YAML_1_1_FIRST,
    plain_value,
    tagged_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

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
"""Tags that make the gateway's parser build a JavaScript object no config field takes."""


class Refused(Exception):  # noqa: N818 - no error of ours: what the gateway's parser does
    """The text cannot be composed; carries the one problem that says why."""

    def __init__(self, message: str, start: int, end: int, path: ConfigPath = (), **more: Any) -> None:  # noqa: ANN401
        super().__init__(message)
        self.problem = Problem(ProblemKind.SYNTAX, message, Span(start, end), path, **more)


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

    @property
    def here(self) -> str | int | None:
        """The path step to the child that comes next; None where that is a key."""
        if not self.is_mapping:
            return len(self.items)
        return None if self.key is None else entry_name(self.key)

    def last_end(self) -> int:
        """Where the last child ends: a block collection has no closing mark of its own."""
        if self.is_mapping:
            return self.entries[-1].value.end if self.entries else self.start
        return self.items[-1].end if self.items else self.start


class Composer:
    """Turns the events of one document into nodes. `problems` fills with what does not stop the composing."""

    def __init__(self, text: str, shift: int, back: dict[int, str], version: str) -> None:
        self.text = text
        self.shift = shift
        self.back = back
        self.rules, self.first = (YAML_1_1, YAML_1_1_FIRST) if version == "1.1" else (CORE, CORE_FIRST)
        self.merging = version == "1.1"
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node | _Open] = {}
        self.aliased = False

    def compose(self, get_event: Callable[[], Any]) -> Node:
        """Read events up to the end of the root node.

        Raises:
            Refused: the gateway's parser would take none of this text.
        """
        from yaml import events

        scalar_event, alias_event = events.ScalarEvent, events.AliasEvent
        opening = (events.MappingStartEvent, events.SequenceStartEvent)
        stack = self.stack
        while True:
            event = get_event()
            kind = event.__class__
            node: Node
            if kind is scalar_event:
                node = self._scalar(event)
            elif kind is alias_event:
                node = self._alias(event)
            elif kind in opening:
                self._open(event, is_mapping=kind is opening[0])
                continue
            else:
                node = self._close(event)
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

    def path(self) -> ConfigPath:
        """Where the node that is being read is."""
        steps = (frame.here for frame in self.stack)
        return tuple(step for step in steps if step is not None)

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
                self._refuse_if(strict.continuation(self.text, start, end, self._minimum()))
            if value == "-":
                self._refuse_dash(start, end)
            elif value[:1] in self.first:
                value = self._plain_value(value, start, end)
        elif style in {"double", "single"}:
            if self.text.find("\n", start, end) != -1:
                self._refuse_if(strict.continuation(self.text, start, end, self._minimum()))
                if style == "double":
                    self._refuse_if(strict.double_quoted(self.text, start, end))
        else:
            value, end = self._block_scalar(start, end, value)
        return _new(Scalar, (value, start, end, style, start, None, None))

    def _refuse_dash(self, start: int, end: int) -> None:
        if self.stack and self.stack[-1].flow:
            raise Refused("a lone - inside brackets is not text for the gateway's parser", start, end, self.path())

    def _plain_value(self, value: str, start: int, end: int) -> ScalarValue:
        if self.rules is YAML_1_1 and DATE.fullmatch(value):
            message = "under %YAML 1.1 this is a date, not text"
            raise Refused(message, start, end, self.path(), help="put it in quotes")
        return plain_value(value, self.rules)

    def _with_properties(self, event: Any, value: Any, style: Style, outer: int, end: int) -> Scalar:  # noqa: ANN401
        start, reason = strict.properties(self.text, outer, event.anchor, event.tag)
        self._refuse_if(reason)
        if style == "plain" and not value:
            start = end
        elif style == "plain" and value == "-":
            self._refuse_dash(start, end)
        elif style in {"literal", "folded"}:
            value, end = self._block_scalar(start, end, value)
        elif self.text.find("\n", start, end) != -1:
            self._refuse_if(strict.continuation(self.text, start, end, self._minimum()))
            if style == "double":
                self._refuse_if(strict.double_quoted(self.text, start, end))
        tag = event.tag
        if tag is None:
            if style == "plain":
                value = self._plain_value(value, start, end)
        elif tag != "!":
            self._refuse_object(tag, Scalar, outer, end)
            value = tagged_value(value, tag, self.rules)
        node = Scalar(value, start, end, style, outer, event.anchor, tag)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _refuse_object(self, tag: str, kind: type, start: int, end: int) -> None:
        if tag in _OBJECT_TAGS[kind]:
            message = f"!!{tag.removeprefix(TAG_PREFIX)} makes an object that no field of a config takes"
            raise Refused(message, start, end, self.path(), help="remove the tag")

    def _refuse_if(self, reason: strict.Reason | None) -> None:
        if reason is not None:
            raise Refused(reason.message, reason.start, reason.end, self.path(), help=reason.help)

    def _minimum(self) -> int:
        """How many spaces the gateway's parser asks of a line that continues the value being read."""
        for frame in reversed(self.stack):
            if not frame.flow:
                return frame.start - max(self.text.rfind("\n", 0, frame.start) + 1, self.shift) + 1
        return 0

    def _block_scalar(self, start: int, end: int, value: str) -> tuple[str, int]:
        """Give its value, and where its last line with content ends: libyaml's mark covers the blank lines below."""
        self._refuse_if(strict.block_scalar(self.text, start, end, self._minimum()))
        content = len(self.text[start:end].rstrip(" \t\r\n")) + start
        line_end = self.text.find("\n", content, end)
        if line_end == -1:
            return strict.completed(self.text, start, value), end
        return value, line_end - 1 if self.text[line_end - 1] == "\r" and line_end > content else line_end

    def _alias(self, event: Any) -> Alias:  # noqa: ANN401
        start = event.start_mark.index + self.shift
        end = event.end_mark.index + self.shift
        if self.text[end : end + 1] not in _AFTER_ALIAS:
            raise Refused(
                "the gateway's parser reads a longer name here",
                start,
                end + 1,
                self.path(),
                help="put a space after it",
            )
        target = self.anchors.get(event.anchor)
        if target is None:
            raise Refused(f"the alias *{event.anchor} has no anchor before it", start, end, self.path())
        if isinstance(target, _Open):
            raise Refused(f"the alias *{event.anchor} stands inside the value it repeats", start, end, self.path())
        node = Alias(event.anchor, target, start, end, start)
        self.aliased = True
        return node

    def _open(self, event: Any, *, is_mapping: bool) -> None:  # noqa: ANN401
        outer = event.start_mark.index + self.shift
        start = outer
        if event.anchor is not None or event.tag is not None:
            start, reason = strict.properties(self.text, outer, event.anchor, event.tag)
            self._refuse_if(reason)
            if event.tag is not None:
                self._refuse_object(event.tag, Mapping if is_mapping else Sequence, outer, start)
        if len(self.stack) >= MAX_DEPTH:
            raise Refused(f"nested more than {MAX_DEPTH} levels deep", start, start + 1)
        frame = _Open(event, start, outer, is_mapping=is_mapping)
        self.stack.append(frame)
        if event.anchor is not None:
            self.anchors[event.anchor] = frame

    def _close(self, event: Any) -> Mapping | Sequence:  # noqa: ANN401
        frame = self.stack.pop()
        opener = self.text[frame.start] if frame.flow else ""
        end = event.end_mark.index + self.shift if opener and opener in "{[" else frame.last_end()
        place = (frame.start, end, frame.flow, frame.outer, frame.anchor, frame.tag)
        node: Mapping | Sequence
        if frame.is_mapping:
            if len(frame.index) != len(frame.entries):
                self._duplicates(frame)
            index = frame.index
            if self.merging and MERGE_KEY in index:
                index = self._merged(frame)
            node = _new(Mapping, (tuple(frame.entries), javascript_order(index), *place))
        else:
            node = _new(Sequence, (tuple(frame.items), *place))
        if frame.flow:
            outermost = not (self.stack and self.stack[-1].flow)
            self._refuse_if(strict.flow(self.text, node, self._minimum(), outermost=outermost))
        if frame.anchor is not None and self.anchors.get(frame.anchor) is frame:
            self.anchors[frame.anchor] = node
        return node

    def _name(self, key: Node) -> str:
        name = entry_name(key)
        if name is None:
            raise Refused("a list or mapping cannot be a key of a config", key.start, key.end, self.path())
        return name

    def _duplicates(self, frame: _Open) -> None:
        seen: dict[tuple[type, ScalarValue], Entry] = {}
        for entry in frame.entries:
            key = entry.key
            if not isinstance(key, Scalar) or (self.merging and key.tag is None and is_merge_key(key)):
                continue
            first = seen.setdefault(raw_key(key), entry)
            not_a_number = key.value != key.value  # noqa: PLR0124 - only NaN is unlike itself, to the gateway too
            if first is not entry and not not_a_number:
                self.problems.append(
                    Problem(
                        ProblemKind.DUPLICATE_KEY,
                        f"the key {entry.name!r} is defined twice in one mapping",
                        key.span,
                        (*self.path(), entry.name),
                        (Label(first.key.span, "first defined here"),),
                        "remove one of the two",
                    )
                )

    def _merged(self, frame: _Open) -> dict[str, Entry]:
        try:
            return merged_index(frame.entries)
        except BadMergeError as error:
            node = error.args[0]
            message = "<< merges mappings only, under %YAML 1.1"
            raise Refused(message, node.start, node.end, self.path()) from None


_new = tuple.__new__
