"""A config file as text and located nodes: what `source` hands to the other rooms."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pricecheck.findings import ConfigPath, Label, SourceText, Span
    from pricecheck.source.nodes import Node


class ProblemKind(Enum):
    """Why the gateway's parser refuses a text."""

    SYNTAX = "yaml-syntax"
    DUPLICATE_KEY = "duplicate-key"
    MULTIPLE_DOCUMENTS = "multiple-documents"


class Problem(NamedTuple):
    """One reason why the gateway's parser refuses the text; `span` may be empty (a point)."""

    kind: ProblemKind
    message: str
    span: Span
    path: ConfigPath = ()
    related: tuple[Label, ...] = ()
    help: str | None = None


class Document(NamedTuple):
    """One parsed text.

    `root` is None where the text has no value at all or could not be parsed; with only duplicate keys it is there (last
    value wins), so that other rules can still speak. `problems` is empty exactly where the gateway's parser accepts.
    `yaml_version` is `"1.2"`, or `"1.1"` under a `%YAML 1.1` directive; `is_json` for a `.json` file.
    """

    source: SourceText
    root: Node | None
    problems: tuple[Problem, ...]
    is_json: bool = False
    yaml_version: str = "1.2"
