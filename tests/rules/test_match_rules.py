"""PC210 and PC211: held against what the gateway charges, over small worlds tried out in full."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.gateway.resolution import Gateway, Request
from pricecheck.rules import match_rules
from tests.rules.texts import config_of, findings, with_routes

VALUES = ["", "a", "b", "z", "ab", "az", "ba", "bz", "zb", "azb", "\n"]
GLOBS = st.sampled_from(["a", "b", "ab", "*", "a*", "*b", "a*b", "b*", "", "**", 1, True])
KEYS = st.sampled_from(["query.q", "body.m", "body.m.n", "headers.H", "params.p", "params.x", "query.q.r", "m"])
WHERES = st.dictionaries(KEYS, GLOBS, max_size=2)
SCALARS: list[object] = [*VALUES, 1, True]
BODIES: list[object] = [{}, *({"m": value} for value in SCALARS), *({"m": {"n": value}} for value in SCALARS)]
REQUESTS = [
    Request("POST", f"/{param}" if value is None else f"/{param}?q={quote(value)}", {"h": "a"}, body)
    for param in map(quote, VALUES[1:])
    for value in (*VALUES, None)
    for body in BODIES
]


def told(rule: Any, rules: list[dict[str, object]]) -> set[int]:  # noqa: ANN401 - a Rule
    text = route_with(rules)
    return {int(found.finding.path[3]) for found in findings(rule, text)}


def route_with(wheres: list[dict[str, object]]) -> str:
    match = [{"where": where, "price": f"$1.{number:02}"} for number, where in enumerate(wheres)]
    return with_routes({"POST /:p": {"match": match, "fallback": "$2.00"}})


@settings(max_examples=50, deadline=None)
@given(st.lists(WHERES, min_size=1, max_size=5))
def test_a_rule_that_is_reported_charges_nobody_and_any_other_somebody(wheres: list[dict[str, object]]) -> None:
    config = config_of(route_with(wheres))
    gateway = Gateway(config)
    charged = {gateway.answer(request).amount for request in REQUESTS}
    charging = {number for number in range(len(wheres)) if 1_000_000 + number * 10_000 in charged}
    unreachable = told(match_rules.unreachable_match_rule, wheres)
    never = told(match_rules.where_never_holds, wheres)
    assert not unreachable & never, "one reason is enough"
    assert charging.isdisjoint(unreachable | never)
    # The small world has a request for every rule that holds for any, so that silence means that one is charged.
    assert charging | unreachable | never == set(range(len(wheres)))


def one(where: dict[str, object], method: str = "POST") -> tuple[str, str | None, str | None]:
    match = [{"where": where, "price": "$0.01"}]
    text = with_routes({f"{method} /x/:kind": {"match": match, "fallback": "$0.02"}})
    (found,) = findings(match_rules.where_never_holds, text)
    return found.finding.message, found.finding.help, found.finding.fix.title if found.finding.fix else None


@pytest.mark.parametrize(
    ("where", "title"),
    [
        ({"headers.X-Tier": "gold"}, "write headers.x-tier"),
        ({"Headers.X-Tier": "gold"}, "write headers.X-Tier"),
        ({"param.kind": "a"}, "write params.kind"),
        ({"params.kinds": "a"}, "write params.kind"),
        ({"req.query.q": "a"}, "write query.q"),
        ({"query.n": 1.5}, 'write "1.5"'),
        ({"query.n": True}, 'write "true"'),
        ({"cookies.tier": "gold"}, None),
        ({"model": "gpt-4o"}, None),
        ({"query": "a"}, None),
    ],
)
def test_what_is_meant_is_mended_where_it_is_clear(where: dict[str, object], title: str | None) -> None:
    assert one(where)[2] == title


def test_a_fix_never_makes_two_keys_one() -> None:
    match = [{"where": {"headers.X-T": "a", "headers.x-T": "b"}, "price": "$0.01"}]
    text = with_routes({"GET /x": {"match": match, "fallback": "$0.02"}})
    fixes = [found.finding.fix for found in findings(match_rules.where_never_holds, text)]
    assert [fix is not None for fix in fixes] == [True, False]


@pytest.mark.parametrize(("method", "reported"), [("GET", True), ("HEAD", True), ("POST", False), ("DELETE", False)])
def test_a_request_without_a_body_meets_no_condition_on_it(method: str, reported: bool) -> None:  # noqa: FBT001
    match = [{"where": {"body.n": 1}, "price": "$0.01"}]
    text = with_routes({f"{method} /x": {"match": match, "fallback": "$0.02"}})
    assert bool(findings(match_rules.where_never_holds, text)) == reported


def test_what_is_charged_instead_is_said_only_where_it_is_another_amount() -> None:
    def message(first: str, later: str) -> str:
        match = [{"where": {"query.q": "a*"}, "price": first}, {"where": {"query.q": "ab"}, "price": later}]
        (found,) = findings(match_rules.unreachable_match_rule, with_routes({"GET /x": {"match": match}}))
        return found.finding.message

    assert message("$0.01", "$0.02").endswith("takes all its requests and charges $0.01 instead of $0.02")
    assert message("$0.01", "0.010").endswith("takes all its requests")
    assert message("$0.01", "${PRICE}").endswith("takes all its requests")


def test_match_rules_of_a_token_based_route_are_not_judged() -> None:
    match = [{"where": {}, "price": "$0.01"}, {"where": {"model": "x"}, "price": "$0.02"}]
    text = with_routes({"POST /x": {"type": "token-based", "match": match, "fallback": "$0.02"}})
    assert findings(match_rules.unreachable_match_rule, text) == []
    assert findings(match_rules.where_never_holds, text) == []


def test_conditions_from_the_environment_are_not_judged() -> None:
    match = [
        {"where": {"query.q": "${A}"}, "price": "$0.01"},
        {"where": {"query.q": "${A}"}, "price": "$0.02"},
        {"where": {"query.q": "a"}, "price": "$0.03"},
    ]
    assert findings(match_rules.unreachable_match_rule, with_routes({"GET /x": {"match": match}})) == []
