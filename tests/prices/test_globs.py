"""The glob algebra against brute force: every string up to a length over a small alphabet."""

from __future__ import annotations

from itertools import product
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.gateway.matching import LINE_BREAKS, glob
from pricecheck.prices.globs import (
    Domain,
    StringSet,
    Verdict,
    contains,
    find,
    intersects,
    is_literal,
    matches,
)

ALPHABET = "abx\n\r. "
STRINGS = ["".join(letters) for length in range(5) for letters in product(ALPHABET, repeat=length)]

globs = st.text(alphabet="ab*", max_size=4) | st.text(alphabet="ab*\n. ", max_size=4)


def as_the_gateway(pattern: str, value: str) -> bool:
    return glob(pattern).fullmatch(value) is not None


def brute(within: list[str], without: list[str], domain: Domain = Domain.TEXT) -> list[str]:
    return [
        value
        for value in STRINGS
        if domain.holds(value)
        and all(as_the_gateway(one, value) for one in within)
        and not any(as_the_gateway(one, value) for one in without)
    ]


@given(globs, st.text(alphabet=ALPHABET + "\u2028é*", max_size=6))
def test_matches_what_the_gateways_expression_matches(pattern: str, value: str) -> None:
    assert matches(pattern, value) == as_the_gateway(pattern, value)


@given(st.lists(globs, max_size=3), st.lists(globs, max_size=3), st.sampled_from(Domain))
@settings(max_examples=150, deadline=None)
def test_find_agrees_with_trying_every_string(within: list[str], without: list[str], domain: Domain) -> None:
    members = brute(within, without, domain)
    found = find(within, without, domain)
    assert found is not Verdict.UNKNOWN
    if isinstance(found, str):
        assert domain.holds(found)
        assert all(as_the_gateway(one, found) for one in within)
        assert not any(as_the_gateway(one, found) for one in without)
    if members:
        assert isinstance(found, str)
        assert len(found) == len(members[0])
    elif isinstance(found, str):
        assert len(found) > 4


@given(globs, globs)
def test_containment_is_exact(outer: str, inner: str) -> None:
    assert contains(outer, inner) == (find((inner,), (outer,)) is Verdict.EMPTY)


@given(globs, globs)
def test_intersection_is_symmetric_and_exact(one: str, other: str) -> None:
    assert intersects(one, other) == intersects(other, one)
    assert intersects(one, other) == isinstance(find((one, other)), str)


@given(st.lists(globs, max_size=3))
def test_a_union_is_equivalent_to_itself_reordered_and_repeated(union: list[str]) -> None:
    other = [*reversed(union), *union]
    assert {find((glob,), others) for left, others in ((union, other), (other, union)) for glob in left} <= {
        Verdict.EMPTY
    }


@pytest.mark.parametrize(
    ("within", "without", "expected"),
    [
        (["gpt-*"], [], "gpt-"),
        (["gpt-*"], ["gpt-"], "gpt-x"),
        (["gpt-*", "*-mini"], [], "gpt-mini"),
        (["gpt-4*"], ["gpt-4", "gpt-4o*"], "gpt-4x"),
        (["*"], ["*a*", "*b*", "", "x"], "y"),
        ([], ["*"], "\n"),
        (["ft:*"], ["ft:*:*", "ft:"], "ft:x"),
        (["a*"], ["A*"], "a"),
        (["gpt-4o"], ["gpt-4o-*"], "gpt-4o"),
    ],
)
def test_shortest_readable_witness(within: list[str], without: list[str], expected: str) -> None:
    assert find(within, without) == expected


@pytest.mark.parametrize(
    ("within", "without"),
    [
        (["gpt-4o"], ["gpt-*"]),
        (["gpt-*"], ["*"]),
        (["gpt-*", "claude-*"], []),
        (["**a**"], ["*a*"]),
        (["a*b"], ["*b"]),
        (["*ab*"], ["*a*"]),
    ],
)
def test_empty_sets(within: list[str], without: list[str]) -> None:
    assert find(within, without) is Verdict.EMPTY


def test_a_path_parameter_is_never_empty_or_dots() -> None:
    assert find(["*"], [], Domain.SEGMENT) == "x"
    assert find([".*"], [], Domain.SEGMENT) == ".x"
    assert find([".."], [], Domain.SEGMENT) is Verdict.EMPTY


def test_a_star_stops_at_line_breaks() -> None:
    assert not any(matches("a*", f"a{line_break}b") for line_break in LINE_BREAKS)
    assert find([], ["*"]) == "\n"
    assert find([], ["*", "\n"]) == "\r"
    assert find([], ["*", "\n", "\r", "\u2028", "\u2029"]) == "\nx"


@pytest.mark.parametrize("value", [" v", "v ", "v\tw\x00", "Ω", "a\nb"])
def test_header_values_are_trimmed_latin_1(value: str) -> None:
    assert find([value], [], Domain.HEADER) is Verdict.EMPTY
    assert find([value], [], Domain.TEXT) == value


def test_sets_compose() -> None:
    models = StringSet().inside("gpt-*").outside("gpt-4o", "gpt-3*")
    assert models.find() == "gpt-"
    assert models.inside("*-mini").find() == "gpt-mini"
    assert models.outside("gpt-*").find() is Verdict.EMPTY


def test_too_much_work_is_unknown_not_a_guess() -> None:
    assert find(["*a*", "*b*", "*c*", "*d*"], [], limit=4) is Verdict.UNKNOWN
    assert find([], ["*", "\n", "\r"], limit=2) is Verdict.UNKNOWN


def test_beyond_the_limit_a_single_glob_still_has_a_member_to_show() -> None:
    assert find(["a*b*c"], ["abc", "*bb*", "*a*bc"], limit=2) == "axbxc"


def test_thousands_of_excluded_names_are_no_trouble() -> None:
    names = [f"gpt-4o-{number}" for number in range(5000)]
    begin = perf_counter()
    found = find(["gpt-4o-*"], [*names, "gpt-4o-"])
    assert isinstance(found, str)
    assert found not in names
    assert is_literal(found)
    assert perf_counter() - begin < 2
