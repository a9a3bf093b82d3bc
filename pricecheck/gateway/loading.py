"""Would the gateway start with this config, and if not, why (gateway.md §1, §2)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, cast

from pricecheck.findings import Span
from pricecheck.gateway.environment import Environment, may_expand, may_refer, references, shell_expansion, substituter
from pricecheck.source.nodes import Mapping as MappingNode
from pricecheck.source.nodes import Scalar, resolve
from pricecheck.source.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricecheck.findings import ConfigPath, Fix, Label
    from pricecheck.source.document import Document
    from pricecheck.source.nodes import Node


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


class Refusal(NamedTuple):
    """One reason why the gateway does not start. `path` is the node's, `span` the key or value that is wrong."""

    kind: RefusalKind
    message: str
    span: Span
    path: ConfigPath = ()
    related: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None


class Loaded(NamedTuple):
    """A document as the gateway loads it.

    `value` is the plain value after `${NAME}` substitution (dict, list, str, `Unresolved`, int, float, bool, None);
    None where nothing could be parsed. `refusals` is empty exactly where the gateway would start.
    """

    document: Document
    environment: Environment
    value: object
    refusals: tuple[Refusal, ...]


def load(document: Document, environment: Environment = None, *, partial: bool = False) -> Loaded:
    """Load a parsed document as the gateway does: parse, fill in `${NAME}`, check against the schema.

    With `environment` None, what holds a `${NAME}` stays `Unresolved` and is judged by its type alone; only a name that
    nobody sets, such as `${NAME:-word}`, is refused. With `partial`, missing top-level sections are fine. Never fails:
    what is wrong is in the result's `refusals`.
    """
    problems = tuple(
        Refusal(RefusalKind(found.kind.value), found.message, found.span, found.path, found.related, found.help)
        for found in document.problems
    )
    root = document.root
    if root is None:
        nothing = () if problems else (_nothing(document),)
        return Loaded(document, environment, None, problems + nothing)
    refers = may_refer(document.source.text)
    value = plain(root, substituter(environment)) if refers else plain(root)
    asks = refers and (environment is not None or may_expand(document.source.text))
    unset = _unset(document, environment) if asks else ()
    # The gateway stops at the first of these stages; what comes after is true all the same, and saves a second run.
    refusals = (*problems, *unset, *_refusals(document, value, partial=partial))
    return Loaded(document, environment, value, refusals)


def _refusals(document: Document, value: object, *, partial: bool) -> list[Refusal]:
    from pricecheck.gateway._accept import accepts

    judged = value
    if PROTOTYPE in document.source.text:
        from pricecheck.gateway.prototypes import inherited

        judged = inherited(value)
    if partial and isinstance(judged, dict):
        judged = {**_EMPTY_SECTIONS, **judged}
    if accepts(judged):
        return []
    from pricecheck.gateway.explaining import explain

    return explain(document, value, judged)


PROTOTYPE = "__proto__"
"""A key that most texts do not hold; see `gateway.prototypes`."""

_EMPTY_SECTIONS: dict[str, object] = {
    "wallets": {},
    "accepts": [{"asset": "USDC", "network": "base"}],
    "upstreams": {},
    "routes": {},
}


def _nothing(document: Document) -> Refusal:
    return Refusal(
        RefusalKind.WRONG_TYPE,
        "the config is empty; the gateway wants a mapping with wallets, accepts, upstreams and routes",
        Span(0, 0),
        help="`pricecheck schema config` describes every field" if document.source.text else None,
    )


def _unset(document: Document, environment: Environment) -> list[Refusal]:
    """Refuse what is not set; without an environment, only what nobody sets."""
    if document.root is None:
        return []
    found = [
        _unset_name(name, _reference_span(document.source.text, node, name), path)
        for path, node in _referring(document.root)
        for name in dict.fromkeys(references(cast("str", node.value)))
        if (shell_expansion(name) is not None if environment is None else name not in environment)
    ]
    return sorted(found, key=lambda refusal: refusal.span)


def _unset_name(name: str, span: Span, path: ConfigPath) -> Refusal:
    expansion = shell_expansion(name)
    if expansion is None:
        message = f"${{{name}}} is not set: the gateway stops at the start"
        advice = f"set {name}, or add it to the file given with --env-file"
    else:
        message = (
            f"{expansion} is not filled in: the gateway knows no defaults, takes all of it for the variable's name, and"
            " stops at the start"
        )
        advice = f"write ${{{expansion.variable}}} and set {expansion.variable}, or write the value itself"
    return Refusal(RefusalKind.UNSET_VARIABLE, message, span, path, help=advice)


def _referring(root: Node) -> Iterator[tuple[ConfigPath, Scalar]]:
    """Yield the texts with `${` that are part of the config's value, each once.

    What a later key of the same name replaces is no part of it, unless an alias brings it back.
    """
    waiting: list[tuple[ConfigPath, Node]] = [((), root)]
    seen: set[int] = set()
    while waiting:
        path, node = waiting.pop()
        target = resolve(node)
        if id(target) in seen:
            continue
        seen.add(id(target))
        if isinstance(target, Scalar):
            if _refers(target):
                yield path, target
            continue
        children: Iterable[tuple[str | int, Node]] = (
            ((name, entry.value) for name, entry in target.index.items())
            if isinstance(target, MappingNode)
            else enumerate(target.items)
        )
        # Tables have tens of thousands of lines: a path is made only for what may matter.
        waiting += [
            ((*path, name), child) for name, child in children if child.__class__ is not Scalar or _refers(child)
        ]


def _refers(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, str) and "${" in node.value


def _reference_span(text: str, node: Scalar, name: str) -> Span:
    """Give the span of the `${NAME}` itself where the text shows it, else of the whole value."""
    written = f"${{{name}}}"
    start = text.find(written, node.start, node.end)
    return node.span if start == -1 else Span(start, start + len(written))
