import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.policy.positions import Places

TEXT = """\
# max-increase = "1%" is only a comment
title = "é😀" # so that bytes are not characters
a.b."c d" = { x = 1, "y\\u0020z" = [ 10, [ 20, 30 ] ] }

[[family]]
name = "one"
[family.extra]
deep = true
[[family]]
name = "two"
models = [
  "gpt-4o*", # a comment
  "ft:*",
]
[family.extra]
deep = false
[routes."POST /v1/x"]
high-risk = true
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("title",), "title", '"é😀"'),
        (("a", "b", "c d", "x"), "x", "1"),
        (("a", "b", "c d", "y z", 1, 0), "20", "20"),
        (("a", "b", "c d"), '"c d"', '{ x = 1, "y\\u0020z" = [ 10, [ 20, 30 ] ] }'),
        (("family", 0, "name"), "name", '"one"'),
        (("family", 0, "extra", "deep"), "deep", "true"),
        (("family", 1, "name"), "name", '"two"'),
        (("family", 1, "models", 1), '"ft:*"', '"ft:*"'),
        (("family", 1, "extra", "deep"), "deep", "false"),
        (("routes", "POST /v1/x"), '"POST /v1/x"', 'routes."POST /v1/x"'),
        (("routes", "POST /v1/x", "high-risk"), "high-risk", "true"),
        (("routes", "POST /v1/x", "allow", 3), '"POST /v1/x"', 'routes."POST /v1/x"'),
        (("nothing", "here"), "", ""),
    ],
)
def test_places_are_those_of_the_text(path: tuple[str | int, ...], key: str, value: str) -> None:
    key_span, value_span = Places(TEXT).find(path)
    assert TEXT[key_span.start : key_span.end] == key
    assert TEXT[value_span.start : value_span.end] == value


def test_the_second_of_two_tables_is_told_from_the_first() -> None:
    first, second = (Places(TEXT).find(("family", number, "name"))[1] for number in (0, 1))
    assert first.start < second.start


@given(
    st.lists(st.sampled_from([*'[]{}=.,"#\n', "a", "1", "[[", "]]", "'", "\\", "é", *TEXT.splitlines(keepends=True)]))
)
def test_a_text_the_grammar_does_not_know_costs_the_place_and_not_the_run(pieces: list[str]) -> None:
    text = "".join(pieces)
    for span in Places(text).find(("a", "b", 0)):
        assert 0 <= span.start <= span.end <= len(text)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
VALUES = st.recursive(
    st.integers(-(2**63), 2**63 - 1) | st.booleans() | NAMES | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield path, value


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_the_text_at_a_place_is_the_value_that_tomllib_reads_there(document: dict[str, Any]) -> None:
    text = tomli_w.dumps(document)
    places = Places(text)
    for path, value in _leaves(document):
        span = places.find(path)[1]
        assert tomllib.loads(f"x = {text[span.start : span.end]}") == {"x": value}
