"""Would the gateway start with this config, and if not, why (gateway.md §1, §2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pricecheck.gateway.environment import Environment, Unresolved
from pricecheck.source.plain import plain

if TYPE_CHECKING:
    from pricecheck.findings import ConfigPath, Fix, Label, Span
    from pricecheck.source.document import Document


class RefusalKind(Enum):
    """Why the gateway refuses to start; each kind is reported by one PC0 rule."""

    SYNTAX = "yaml-syntax"
    DUPLICATE_KEY = "duplicate-key"
    MULTIPLE_DOCUMENTS = "multiple-documents"
    UNSET_VARIABLE = "unset-environment-variable"
    MISSING_FIELD = "missing-field"
    WRONG_TYPE = "wrong-type"
    INVALID_VALUE = "invalid-value"
    UNKNOWN_FIELD = "unknown-field"
    CONFLICTING_FIELDS = "conflicting-fields"
    DOCUMENTED_SPELLING = "documented-spelling"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why the gateway does not start. `path` is the node's, `span` the key or value that is wrong."""

    kind: RefusalKind
    message: str
    span: Span
    path: ConfigPath = ()
    related: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document as the gateway loads it.

    `value` is the plain value after `${NAME}` substitution (dict, list, str, `Unresolved`, int, float, bool, None);
    None where nothing could be parsed. `refusals` is empty exactly where the gateway would start.
    """

    document: Document
    environment: Environment
    value: object
    refusals: tuple[Refusal, ...]


def load(document: Document, environment: Environment = None, *, partial: bool = False) -> Loaded:
    """Load a parsed document as the gateway does."""
    del partial
    refusals = tuple(
        Refusal(
            RefusalKind(problem.kind.value), problem.message, problem.span, problem.path, problem.related, problem.help
        )
        for problem in document.problems
    )
    value = None if document.root is None else plain(document.root, _unresolved)
    return Loaded(document, environment, value, refusals)


def _unresolved(text: str) -> str:
    return Unresolved(text) if "${" in text else text
