"""Which rules can be reached, against brute force: every request of a small world, and the first rule that holds."""

from __future__ import annotations

from itertools import product
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.matching import MISSING, Facts, holds
from pricecheck.prices.coverage import Reach, Reachability, RuleSet, common, common_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pricecheck.prices.conditions import Fragment

Where = dict[str, Any]

TEXTS = ["", "a", "b", "ab", "aa", "ba", "bb", "x", "ax", "xb", "axb", "bxa", "\n", "a\nb"]
KEYS = ["body", "body.a", "body.a.b", "query.q", "headers.h", "params.p", "headers.content-type"]
GLOBS = ["a", "b", "ab", "a*", "*b", "*", "*a*", "a*b", "", "b*a", "**"]


def first(wheres: list[Where], request: Mapping[str, Any]) -> int | None:
    """The rule the gateway's own matching ends at; it reads the body only if some key starts with `body.`."""
    reads_body = any(key.startswith("body.") for where in wheres for key in where)
    facts = Facts(
        request.get("body", MISSING) if reads_body else MISSING, request["query"], request["headers"], request["params"]
    )
    return next((number for number, where in enumerate(wheres) if holds(where.items(), facts)), None)


def requests() -> Iterator[dict[str, Any]]:
    bodies: list[Any] = [MISSING, {}, "a", "ab", "", 1, *({"a": value} for value in [*TEXTS, 1, True])]
    bodies += [{"a": {"b": value}} for value in [*TEXTS, 1]]
    types: dict[str, list[Any]] = {"with": ["application/json", "ab application/json"], "without": [MISSING, "a", "ab"]}
    headers = [text for text in TEXTS if "\n" not in text]
    for body, query, header, param in product(bodies, [MISSING, *TEXTS[:9]], [MISSING, *headers[:6]], TEXTS[1:]):
        for content_type in types["without" if body is MISSING else "with"]:
            request: dict[str, Any] = {"params": {"p": param}, "query": {}, "headers": {}}
            for part, name, value in (
                ("query", "q", query),
                ("headers", "h", header),
                ("headers", "content-type", content_type),
            ):
                if value is not MISSING:
                    request[part][name] = value
            if body is not MISSING:
                request["body"] = body
            yield request


REQUESTS = list(requests())


def whole(fragment: Fragment) -> dict[str, Any]:
    """A fragment as the request it stands for: a body is sent as JSON."""
    request: dict[str, Any] = {"query": {}, "headers": {}, "params": {}, **fragment}
    if "body" in fragment:
        request["headers"] = {"content-type": "application/json", **request["headers"]}
    return request


values = st.sampled_from([*GLOBS, 1, 1.0, True, 2])
wheres = st.dictionaries(st.sampled_from(KEYS), values, max_size=3)


@given(st.lists(wheres, min_size=1, max_size=5), st.integers(0, 18))
@settings(max_examples=120, deadline=None)
def test_reachability_agrees_with_trying_requests(rules: list[Where], offset: int) -> None:
    rule_set = RuleSet(rules, frozenset({"p"}))
    taken = {first(rules, request) for request in REQUESTS[offset::19]}
    for number, reach in [*((n, rule_set.reach(n)) for n in range(len(rules))), (None, rule_set.leftover())]:
        assert reach.verdict is not Reachability.UNKNOWN
        if reach.reachable:
            assert reach.witness is not None
            assert first(rules, whole(reach.witness)) == number
        else:
            assert reach.witness is None
            assert number not in taken


@given(st.lists(wheres, min_size=2, max_size=6))
@settings(max_examples=150, deadline=None)
def test_the_covering_rules_suffice_and_none_can_be_left_out(rules: list[Where]) -> None:
    def reach_after(earlier: list[Where], last: Where) -> Reach:
        # The body stays readable whichever rules are left out.
        return RuleSet([*earlier, last, {"body.other": 1}], frozenset({"p"})).reach(len(earlier))

    rule_set = RuleSet([*rules, {"body.other": 1}], frozenset({"p"}))
    for number in range(len(rules)):
        reach = rule_set.reach(number)
        if reach.verdict is not Reachability.COVERED:
            assert reach.covered_by == ()
            continue
        assert reach.covered_by
        assert max(reach.covered_by) < number
        chosen = [rules[one] for one in reach.covered_by]
        assert not reach_after(chosen, rules[number]).reachable
        for left_out in range(len(chosen)):
            fewer = chosen[:left_out] + chosen[left_out + 1 :]
            assert reach_after(fewer, rules[number]).reachable


@given(st.lists(wheres, max_size=4), st.lists(wheres, max_size=4), st.integers(0, 18))
@settings(max_examples=80, deadline=None)
def test_pairs_of_rows_in_common(old: list[Where], new: list[Where], offset: int) -> None:
    before, after = RuleSet(old, frozenset({"p"})), RuleSet(new, frozenset({"p"}))
    pairs = {}
    for one, other, reach in common_rows(before, after):
        assert reach.witness is not None
        assert (first(old, whole(reach.witness)), first(new, whole(reach.witness))) == (one, other)
        assert common(before, one, after, other) == reach
        pairs[one, other] = reach
    seen = {(first(old, request), first(new, request)) for request in REQUESTS[offset::19]}
    assert seen <= pairs.keys()


def test_an_earlier_glob_covers_a_literal_and_says_which() -> None:
    rules = RuleSet([{"query.tier": "pro"}, {"body.model": "gpt-*"}, {"body.model": "gpt-4o"}])
    assert rules.reach(2).covered_by == (1,)
    assert rules.reach(1).witness == {"body": {"model": "gpt-"}}
    assert rules.leftover().witness == {}


def test_an_empty_where_takes_everything_after_it() -> None:
    rules = RuleSet([{"body.model": "a"}, {}, {"body.model": "b"}])
    assert rules.reach(1).reachable
    assert rules.reach(2).covered_by == (1,)
    assert rules.leftover().covered_by == (1,)


def test_two_rules_cover_together_what_neither_covers_alone() -> None:
    # With a body the content type holds application/json, at its start or further on.
    rules = RuleSet(
        [
            {"headers.content-type": "application/json*", "body.n": 1},
            {"query.q": "a"},
            {"headers.content-type": "a*application/json*"},
            {"headers.content-type": "a*", "body.n": 1},
        ]
    )
    assert rules.reach(3).covered_by == (0, 2)


def test_conditions_on_several_keys_are_weighed_together() -> None:
    rules = RuleSet(
        [
            {"params.id": "a*", "body.model": "g"},
            {"params.id": "*", "body.model": "gp*"},
            {"params.id": "a*", "body.model": "g*"},
            {"params.id": "ab", "body.model": "g*"},
        ],
        frozenset({"id"}),
    )
    assert rules.reach(2).witness == {"params": {"id": "a"}, "body": {"model": "gx"}}
    assert rules.reach(3).covered_by == (2,)


def test_the_content_type_of_a_request_with_a_body_is_known() -> None:
    rules = RuleSet([{"headers.content-type": "*json*"}, {"body.n": 1}, {"query.q": "a"}])
    assert rules.reach(1).covered_by == (0,)
    assert rules.reach(2).reachable


def test_an_unresolved_variable_proves_nothing() -> None:
    rules = RuleSet([{"body.model": Unresolved("${MODEL}")}, {"body.model": "gpt-4o"}, {"query.q": "a"}])
    assert [rules.reach(number).verdict for number in range(3)] == [
        Reachability.UNKNOWN,
        Reachability.UNKNOWN,
        Reachability.REACHABLE,
    ]


@pytest.mark.parametrize(
    ("where", "witness"),
    [
        ({"body.messages.0.role": "user"}, {"body": {"messages": [{"role": "user"}]}}),
        ({"body.messages.1.role": "user"}, {"body": {"messages": {"1": {"role": "user"}}}}),
        ({"body.messages.length": 2}, {"body": {"messages": [None, None]}}),
        ({"body.messages.length": 2, "body.messages.1": "x"}, {"body": {"messages": [None, "x"]}}),
        ({"body.messages.length": 1.5}, {"body": {"messages": {"length": 1.5}}}),
        ({"body.": "v"}, {"body": {"": "v"}}),
        ({"query.a": "*", "headers.x-tier": "v2"}, {"query": {"a": ""}, "headers": {"x-tier": "v2"}}),
        ({"body.stream": True, "body.n": 0}, {"body": {"stream": True, "n": 0}}),
    ],
)
def test_witnesses_look_like_requests(where: Where, witness: Fragment) -> None:
    assert RuleSet([where]).reach(0).witness == witness


def test_a_bare_body_is_read_only_beside_a_key_below_it() -> None:
    assert RuleSet([{"body": "x*"}]).reach(0).verdict is Reachability.NEVER_HOLDS
    assert RuleSet([{"body": "x*"}, {"body.n": 1}]).reach(0).witness == {"body": "x"}


def test_a_list_is_no_witness_where_its_length_would_answer_an_earlier_rule() -> None:
    rules = RuleSet([{"body.messages.length": 1}, {"body.messages.0": "x"}])
    assert rules.reach(1).witness == {"body": {"messages": {"0": "x"}}}


def test_thousands_of_rules_do_not_explode() -> None:
    wheres: list[Where] = [{"body.model": f"ft:gpt-4o:team-{number}"} for number in range(2000)]
    wheres += [{"body.model": f"ft:gpt-4o:team-{number}*", "query.tier": "pro"} for number in range(1000)]
    wheres += [{"body.model": "ft:*"}, {"body.model": "ft:gpt-4o:team-7"}]
    begin = perf_counter()
    rules = RuleSet(wheres)
    verdicts = [rules.reach(number).verdict for number in range(len(rules))]
    assert verdicts.count(Reachability.COVERED) == 1 + 990
    assert rules.leftover().reachable
    assert perf_counter() - begin < 3


def test_a_search_beyond_its_budget_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricecheck.prices.coverage._BUDGET", 0)
    rules = RuleSet([{"body.a": "x*y", "query.q": "y*x"}, {"body.a": "x*", "query.q": "y*"}, {"body.a": "x*y"}])
    assert rules.reach(1).verdict is Reachability.REACHABLE
    rules = RuleSet([{"body.a": "x", "query.q": "y"}, {"body.a": "x*", "query.q": "y*"}])
    assert rules.reach(1).verdict is Reachability.UNKNOWN
    assert rules.reach(1).reachable
