"""The proof that a rewrite does what it says and nothing else; without it nothing is written.

Two parsers of different origin read the text before and after. Ours says, from the places of the edits, what they
were meant to change; the other one must find exactly those differences.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pricecheck.errors import PricecheckError
from pricecheck.rewrite.carried import first_disturbed
from pricecheck.source.plain import plain
from pricecheck.source.scalars import key_text
from pricecheck.source.yaml_parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.findings import Edit, SourceText
    from pricecheck.gateway.environment import Environment
    from pricecheck.gateway.loading import Loaded
    from pricecheck.source.document import Document

Value = Any
"""Whatever a config may hold: dict, list, str, int, float, bool or None."""


class ProofError(PricecheckError):
    """A rewrite that could not be proven; nothing was written."""


def prove(
    before: Document, after: SourceText, edits: Iterable[Edit], *, safe: bool, environment: Environment, partial: bool
) -> Document:
    """Prove that `after` is `before` with what the edits were meant to change, and give it parsed.

    With `safe` also that every request is charged what it was, and that the gateway refuses nothing it took.

    Raises:
        ProofError: it could not be shown; the text says which part.
    """
    document = parse(after, is_json=before.is_json)
    if document.problems:
        place = after.position(document.problems[0].span.start)
        raise _unproven(after, f"the result has a mistake at line {place.line}: {document.problems[0].message}")
    disturbed = first_disturbed(before.root, document.root, edits)
    if disturbed is not None:
        line = before.source.position(disturbed.start).line
        raise _unproven(after, f"the fixes would change something else at line {line}")
    _same_differences(before, document)
    if safe:
        _same_charges(before, document, environment, partial=partial)
    return document


def _unproven(source: SourceText, why: str) -> ProofError:
    return ProofError(f"{source.path}: nothing written: {why}")


def _same_differences(before: Document, after: Document) -> None:
    """Let the second parser read both texts: it must find the differences that ours finds, and no other."""
    ours = _plain(before), _plain(after)
    theirs = _second_reading(before, "before"), _second_reading(after, "after")
    if _same(ours, theirs, set()):  # as nearly always; comparing what differs takes long
        return
    from deepdiff import DeepDiff

    meant, found = (DeepDiff(*pair, verbose_level=2).to_dict() for pair in (ours, theirs))
    if meant != found:
        raise _unproven(after.source, "two YAML parsers do not agree on what the fixes change")


def _same(one: Value, other: Value, compared: set[tuple[int, int]]) -> bool:
    """Say whether two values are the same in every type (1 and true are equal in Python), aliases looked at once."""
    if type(one) is not type(other):
        return False
    if not isinstance(one, dict | list | tuple):
        return repr(one) == repr(other)
    pair = id(one), id(other)
    if pair in compared:
        return True
    compared.add(pair)
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(value, other[key], compared) for key, value in one.items())
    return len(one) == len(other) and all(_same(*items, compared) for items in zip(one, other, strict=True))


def _plain(document: Document) -> Value:
    return None if document.root is None else plain(document.root)


def _second_reading(document: Document, when: str) -> Value:
    text = document.source.text
    if document.is_json:
        import json

        return json.loads(text)
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError, YAMLWarning

    yaml = YAML(typ="safe", pure=True)
    try:
        with warnings.catch_warnings():
            # An anchor may be given again, and counts from there on: the gateway's parser has no word for that either.
            warnings.simplefilter("ignore", YAMLWarning)
            # The gateway's parser ends a block of text at the end of a file in a line break, written or not
            # (docs/yaml.md).
            return _values(yaml, yaml.compose(text if text.endswith("\n") else f"{text}\n"))
    except (YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:160]
        raise _unproven(document.source, f"the second parser can't read the text {when} the fixes ({reason})") from None


_EXACT = 2**53
"""Up to here a double holds every integer."""

_TYPED = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))


def _values(yaml: Value, root: Value) -> Value:
    """Turn composed nodes into values as the gateway's schema has them: no dates, no merging, keys are strings."""
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

    made: dict[int, Value] = {}

    def value_of(node: Value) -> Value:
        if id(node) in made:
            return made[id(node)]
        value: Value = None
        if isinstance(node, ScalarNode):
            value = _scalar(yaml, node)
        elif isinstance(node, SequenceNode):
            value = [value_of(item) for item in node.value]
        elif isinstance(node, MappingNode):
            value = {_key(yaml, key): value_of(item) for key, item in node.value}
        made[id(node)] = value
        return value

    return value_of(root)


def _key(yaml: Value, node: Value) -> str:
    from ruamel.yaml.nodes import ScalarNode

    return key_text(_scalar(yaml, node)) if isinstance(node, ScalarNode) else str(node.value)


def _scalar(yaml: Value, node: Value) -> Value:
    """Resolve a scalar as the gateway's schema does (docs/yaml.md): doubles, and no number has `_` or `0b` in it."""
    if str(node.tag) not in _TYPED or "_" in node.value or node.value.lower().startswith("0b"):
        return node.value
    value = yaml.constructor.construct_object(node)
    return float(value) if type(value) is int and abs(value) > _EXACT else value


def _same_charges(before: Document, after: Document, environment: Environment, *, partial: bool) -> None:
    from pricecheck.gateway.loading import load

    old, new = (load(document, environment, partial=partial) for document in (before, after))
    if len(new.refusals) > len(old.refusals):
        raise _unproven(after.source, f"the gateway would refuse the result: {new.refusals[0].message}")
    if _charges(old) != _charges(new):
        raise _unproven(after.source, "a fix that calls itself safe would change what requests are charged")


def _charges(loaded: Loaded) -> list[tuple[Value, ...]]:
    """Give what each row of the price table means to a caller, without its place, spelling and number."""
    from pricecheck.gateway.config import read_config
    from pricecheck.prices.table import price_table

    return [
        (
            row.route,
            "match" if row.where is not None else row.selector,
            row.amount,
            row.asset,
            row.decimals,
            row.unknown_reason,
            row.where,
        )
        for row in price_table(read_config(loaded)).rows
        if row.reachable
    ]
