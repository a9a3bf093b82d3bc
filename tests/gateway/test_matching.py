"""Conditions of match rules against requests (gateway.md §4, "where")."""

from __future__ import annotations

from functools import cache
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.matching import MISSING, Facts, any_glob, condition_holds, glob, holds

BODY = {
    "model": "ft:gpt-4o:acme",
    "n": 1,
    "temperature": 1.0,
    "stream": True,
    "stop": None,
    "": "empty name",
    "messages": [{"role": "system"}, {"role": "user"}],
    "user": {"tier": "gold", "a.b": "dotted"},
    "0": "zero",
}
FACTS = Facts(BODY, {"format": "csv", "n": "1"}, {"x-tier": "gold"}, {"id": "a/b"})


@pytest.mark.parametrize(
    ("key", "required"),
    [
        ("body.model", "ft:*"),
        ("body.model", "*"),
        ("body.model", "ft:gpt-4o:acme"),
        ("body.n", 1),
        ("body.n", 1.0),
        ("body.temperature", 1),
        ("body.stream", True),
        ("body.", "empty *"),
        ("body.0", "zero"),
        ("body.messages.0.role", "system"),
        ("body.messages.1.role", "u*r"),
        ("body.messages.length", 2),
        ("body.user.tier", "gold"),
        ("query.format", "csv"),
        ("query.n", "1"),
        ("headers.x-tier", "gold"),
        ("params.id", "a/b"),
    ],
)
def test_conditions_that_hold(key: str, required: str | float) -> None:
    assert condition_holds(key, required, FACTS)


@pytest.mark.parametrize(
    ("key", "required"),
    [
        ("body.model", "FT:*"),
        ("body.model", "gpt"),
        ("body.n", True),
        ("body.n", "1"),
        ("body.stream", 1),
        ("body.stream", "true"),
        ("body.stop", "*"),
        ("body.missing", "*"),
        ("body.missing.deeper", "*"),
        ("body.model.length", 14),
        ("body.messages.2.role", "*"),
        ("body.messages.00.role", "*"),
        ("body.messages.-1.role", "*"),
        ("body.messages.length.x", 2),
        ("body.messages", "*"),
        ("body.user.a.b", "*"),
        ("body", "*"),
        ("query.n", 1),
        ("headers.X-Tier", "gold"),
        ("method", "*"),
        ("", "*"),
        ("Body.model", "*"),
    ],
)
def test_conditions_that_do_not_hold(key: str, required: str | float) -> None:
    assert not condition_holds(key, required, FACTS)


def test_a_body_may_be_anything_json_can_be() -> None:
    assert condition_holds("body", "str*", Facts("string"))
    assert condition_holds("body.0", 7, Facts([7]))
    others: tuple[object, ...] = ("string", 3, None, MISSING, [])
    for body in others:
        assert not condition_holds("body.model", "*", Facts(body))


def test_every_condition_must_hold_and_none_asks_for_nothing() -> None:
    assert holds([], FACTS)
    assert holds([("body.n", 1), ("query.n", "1")], FACTS)
    assert holds([("body.n", 1), ("query.n", "2")], FACTS) is False


def test_an_unresolved_variable_leaves_it_open_only_where_its_text_could_decide() -> None:
    open_text = Unresolved("${TIER}")
    assert holds([("query.format", open_text)], FACTS) is None
    assert holds([("query.format", open_text), ("body.n", 2)], FACTS) is False
    assert holds([("query.missing", open_text)], FACTS) is False
    assert holds([("body.n", open_text)], FACTS) is False


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("a.b*", "a.bc"),
        ("a|b*", "a|b"),
        ("a(b)*", "a(b)c"),
        ("a[b]*", "a[b]"),
        ("a\\b*", "a\\b"),
        ("*-mini", "o1-mini"),
    ],
)
def test_all_but_the_star_is_literal(pattern: str, value: str) -> None:
    assert glob(pattern).fullmatch(value)
    assert not glob(pattern).fullmatch("axb")


@pytest.mark.parametrize("line_break", ["\n", "\r", "\u2028", "\u2029"])
def test_a_star_takes_no_line_break(line_break: str) -> None:
    assert not glob("line*").fullmatch(f"line{line_break}")
    assert glob(f"line{line_break}*").fullmatch(f"line{line_break}break")
    assert glob("line*").fullmatch("line\v\f\x85")


def _matches(pattern: str, value: str) -> bool:
    """The definition, told by recursion instead of a regular expression."""

    @cache
    def rest(at: int, of: int) -> bool:
        if at == len(pattern):
            return of == len(value)
        if pattern[at] != "*":
            return of < len(value) and pattern[at] == value[of] and rest(at + 1, of + 1)
        return rest(at + 1, of) or (of < len(value) and value[of] not in "\n\r\u2028\u2029" and rest(at, of + 1))

    return rest(0, 0)


@example("*a*a", "aa")
@example("a*b*", "abb\n")
@example("*a\n*", "ba\nb")
@given(st.text(alphabet="ab*\n.", max_size=8), st.text(alphabet="ab\n.", max_size=9))
def test_globs_match_what_the_definition_says(pattern: str, value: str) -> None:
    assert (glob(pattern).fullmatch(value) is not None) == _matches(pattern, value)


@given(st.lists(st.text(alphabet="ab*\n.|", max_size=6), max_size=3).map(tuple), st.text(alphabet="ab\n.|", max_size=7))
def test_a_union_fits_what_any_of_its_globs_does(patterns: tuple[str, ...], value: str) -> None:
    fits = any(glob(pattern).fullmatch(value) for pattern in patterns)
    assert (any_glob(patterns).fullmatch(value) is not None) is fits


def test_many_stars_take_no_time() -> None:
    begin = process_time()
    assert glob("*a" * 60 + "*b").fullmatch("a" * 50_000) is None
    assert process_time() - begin < 1
