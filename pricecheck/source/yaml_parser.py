"""YAML or JSON text to a document: what the gateway's own parsers would make of it, with places.

The gateway reads YAML with the npm package `yaml` 2.9 (gateway.md §1); docs/yaml.md lists every known difference.
"""

from __future__ import annotations

import gc
import re
from typing import Any

from pricecheck.findings import SourceText, Span
from pricecheck.source.aliases import AliasLimit
from pricecheck.source.compose import Composer, Refused
from pricecheck.source.directives import read_prelude
from pricecheck.source.document import Document, Problem, ProblemKind
from pricecheck.source.layout import check_layout
from pricecheck.source.nodes import Scalar
from pricecheck.source.stand_in import disguise

_BYTE_ORDER_MARK = "\ufeff"
_MORE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?![ \t]*(?:#[^\n]*)?\Z)([^\n]+)")
_CONFUSED_BY_MARK = re.compile(r"[ ]+[^ \t\r\n#]|[-?:](?:[ \t\r\n]|\Z)")


def parse(source: SourceText, *, is_json: bool = False) -> Document:
    """Parse one text as the gateway would: `is_json` as JSON (for a `.json` file), else as YAML.

    Never raises for bad text: whatever the gateway's parser refuses is in `Document.problems`.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        if is_json:
            from pricecheck.source.json_parser import parse_json

            return parse_json(source)
        return _parse_yaml(source)
    finally:
        if enabled:
            gc.enable()


def _parse_yaml(source: SourceText) -> Document:
    from yaml import YAMLError, events
    from yaml._yaml import CParser

    text = source.text
    nul = text.find("\0")
    if nul != -1:
        return _refuse(source, "a NUL character is not allowed in YAML", Span(nul, nul + 1))
    shift = 1 if text.startswith(_BYTE_ORDER_MARK) else 0
    version, readable, problem = read_prelude(text[shift:])
    if problem is not None:
        return Document(source, None, (problem,))
    if shift and _CONFUSED_BY_MARK.match(text, shift):
        message = "after a byte order mark the gateway's parser misjudges the indentation of the first line"
        return _refuse(source, message, Span(0, 1))
    mask = disguise(readable)
    try:
        parser = CParser(mask.text)
        get_event = parser.get_event
        get_event()
        event: Any = get_event()
        if event.__class__ is events.StreamEndEvent:
            return Document(source, None, ())
        composer = Composer(text, shift, mask.back, version)
        root = composer.compose(get_event)
        event = get_event()
        rest = event.end_mark.index + shift
        if event.explicit and (more := _MORE.match(text, rest)):
            raise Refused("nothing may follow the end of the document", more.start(1), more.end(1))
        event = get_event()
        if event.__class__ is not events.StreamEndEvent:
            start = event.start_mark.index + shift
            problem = Problem(ProblemKind.MULTIPLE_DOCUMENTS, "a second document starts here", Span(start, start + 3))
            return Document(source, None, (problem,), yaml_version=version)
    except Refused as refused:
        return Document(source, None, (refused.problem,), yaml_version=version)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        start = mark.index + shift if mark else getattr(error, "position", 0) + shift
        start = min(start, len(text))
        return _refuse(source, str(getattr(error, "problem", None) or error), Span(start, start))
    reason = check_layout(text, root)
    if reason is not None:
        return _refuse(source, reason.message, Span(reason.start, reason.end))
    attack = AliasLimit(merging=composer.merging).exceeded_by(root) if composer.aliased else None
    if attack is not None:
        alias, message = attack
        return _refuse(source, message, alias.span)
    if isinstance(root, Scalar) and root.outer == root.end and root.value is None:
        root = None
    return Document(source, root, tuple(composer.problems), yaml_version=version)


def _refuse(source: SourceText, message: str, span: Span) -> Document:
    return Document(source, None, (Problem(ProblemKind.SYNTAX, message, span),))
