"""`.json` files, read as JavaScript's JSON.parse reads them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.findings import SourceText
from pricecheck.source.document import Document, ProblemKind
from pricecheck.source.nodes import Mapping
from pricecheck.source.plain import plain
from pricecheck.source.yaml_parser import parse

Value = Any
"""Whatever a config may hold."""


def parsed(text: str) -> Document:
    return parse(SourceText("config.json", text), is_json=True)


def value_of(text: str) -> Value:
    document = parsed(text)
    assert document.problems == ()
    assert document.is_json
    assert document.root is not None
    return plain(document.root)


def test_of_a_key_given_twice_the_last_counts_without_a_problem() -> None:
    document = parsed('{"a": 1, "b": 2, "a": 3}')
    assert document.problems == ()
    assert isinstance(document.root, Mapping)
    assert [entry.name for entry in document.root.entries] == ["a", "b", "a"]
    assert plain(document.root) == {"a": 3, "b": 2}


def test_numbers_are_doubles() -> None:
    found = value_of("[9007199254740993, 1e999, -0, 5, 1.0, " + "1" * 5000 + "]")
    assert found == [9007199254740992.0, math.inf, 0, 5, 1.0, math.inf]
    assert math.copysign(1, found[2]) == -1
    assert [type(number) for number in found] == [float, float, float, int, float, float]


def test_surrogate_pairs_are_one_character() -> None:
    assert value_of('"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize(
    ("text", "start", "message"),
    [
        ("", 0, "the file is empty, which is not JSON"),
        ("\ufeff{}", 0, "JSON must not start with a byte order mark"),
        ('{"a": 1,}', 7, "a comma before } is not JSON"),
        ('{"a": 1 , \n}', 8, "a comma before } is not JSON"),
        ("[1,]", 2, "a comma before ] is not JSON"),
        ("[,]", 1, "a value must stand here"),
        ("[1,}", 3, "a value must stand here"),
        ('{"a": 1,]', 8, "a key in double quotes must stand here"),
        ("{,}", 1, "a key in double quotes must stand here"),
        ('{"a": NaN}', 6, "NaN is not JSON"),
        ('["NaN", -Infinity]', 8, "-Infinity is not JSON"),
        ('{"a": 1 // c\n}', 8, "a comma is missing between two entries, or a bracket is not closed"),
        ("{a: 1}", 1, "a key in double quotes must stand here"),
        ('{"a" 1}', 5, "a colon must follow the key"),
        ("[1] 2", 4, "text after the end of the value"),
        ('["a\tb"]', 3, "a line break or control character inside a string"),
        ('["\\d"]', 2, "this escape does not exist in JSON"),
        ('["\\ud800"]', 1, "half of a surrogate pair is no character"),
        ("['a']", 1, "a value must stand here"),
    ],
)
def test_what_javascript_refuses(text: str, start: int, message: str) -> None:
    document = parsed(text)
    (problem,) = document.problems
    assert document.root is None
    assert (problem.kind, problem.span.start, problem.message) == (ProblemKind.SYNTAX, start, message)


def test_an_unclosed_bracket_is_pointed_at() -> None:
    (problem,) = parsed('{"a": [1, 2').problems
    assert [label.span for label in problem.related] == [(6, 7)]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.sampled_from([None, 0, 2]), st.booleans())
def test_any_json_value_comes_back(value: Value, indent: int | None, escape: bool) -> None:  # noqa: FBT001 - drawn
    assert value_of(json.dumps(value, indent=indent, ensure_ascii=escape)) == value
