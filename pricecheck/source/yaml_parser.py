"""YAML or JSON text to a document: what the gateway's own parsers would make of it, with places.

The gateway reads YAML with the npm package `yaml` 2.9 (gateway.md §1); docs/yaml.md lists every known difference.
"""

from __future__ import annotations

import re

from pricecheck.collection import CollectionPaused
from pricecheck.findings import SourceText, Span
from pricecheck.source.document import Document, Problem, ProblemKind
from pricecheck.source.nodes import Scalar

_BYTE_ORDER_MARK = "\ufeff"
_CONFUSED_BY_MARK = r"[ ]+[^ \t\r\n#]|[-?:](?:[ \t\r\n]|\Z)"
_LAYOUT_MARKS = ("#", "\t", "\r", _BYTE_ORDER_MARK)


def parse(source: SourceText, *, is_json: bool = False) -> Document:
    """Parse one text as the gateway would: `is_json` as JSON (for a `.json` file), else as YAML.

    Never raises for bad text: whatever the gateway's parser refuses is in `Document.problems`.
    """
    half = _half_character(source.text)
    if half is not None:
        return _refused(source, half, is_json=is_json)
    with CollectionPaused():
        if is_json:
            from pricecheck.source.json_parser import parse_json

            return parse_json(source)
        return _parse_yaml(source)


def _half_character(text: str) -> Problem | None:
    """Find a lone surrogate: no file decodes to one, but a caller's own text may hold it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = "half of a surrogate pair is no character"
        return Problem(ProblemKind.SYNTAX, message, Span(error.start, error.start + 1))
    return None


def _refused(source: SourceText, problem: Problem, version: str = "1.2", *, is_json: bool = False) -> Document:
    return Document(source, None, (problem,), is_json=is_json, yaml_version=version)


def _parse_yaml(source: SourceText) -> Document:
    from pricecheck.source.directives import read_prelude
    from pricecheck.source.libyaml import read_document
    from pricecheck.source.refusal import RefusedError, refuse

    text = source.text
    shift = int(text.startswith(_BYTE_ORDER_MARK))
    if shift and re.match(_CONFUSED_BY_MARK, text[shift:]):
        message = "after a byte order mark the gateway's parser misjudges the indentation of the first line"
        advice = "save the file without byte order mark"
        return _refused(source, Problem(ProblemKind.SYNTAX, message, Span(0, 1), help=advice))
    prelude = read_prelude(text, shift)
    if prelude.problem is not None:
        return _refused(source, prelude.problem)
    try:
        root, problems = read_document(text, shift, prelude.text, prelude.version)
        if any(mark in text for mark in _LAYOUT_MARKS):
            from pricecheck.source.layout import check_layout

            refuse(check_layout(text, root))
    except RefusedError as refused:
        return _refused(source, refused.problem, prelude.version)
    if isinstance(root, Scalar) and root.outer == root.end and root.value is None:
        root = None
    return Document(source, root, tuple(problems), yaml_version=prelude.version)
