"""Which `where` keys can never hold, and how conditions are written out."""

from __future__ import annotations

from typing import Any

import pytest

from pricecheck.gateway.environment import Unresolved
from pricecheck.prices.conditions import Never, describe, read_conditions


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ({"headers.X-Pricing-Version": "v2"}, Never.UPPER_CASE_HEADER),
        ({"headers.x.y": "v"}, Never.NESTED_NAME),
        ({"headers.x y": "v"}, Never.HEADER_NAME),
        ({"headers.x-tier": 1}, Never.NOT_TEXT),
        ({"headers.x-tier": "v1\n"}, Never.NO_SUCH_TEXT),
        ({"headers": "v"}, Never.NO_NAME),
        ({"query.n": 1}, Never.NOT_TEXT),
        ({"query.filter.name": "x"}, Never.NESTED_NAME),
        ({"params.id": True}, Never.NOT_TEXT),
        ({"params.id": ""}, Never.NO_SUCH_TEXT),
        ({"params.other": "x"}, Never.NO_PARAMETER),
        ({"method": "GET"}, Never.UNKNOWN_ROOT),
        ({"Body.model": "x"}, Never.UNKNOWN_ROOT),
        ({"": "x"}, Never.UNKNOWN_ROOT),
        ({"body.a": "x", "body.a.b": "y"}, Never.CONTRADICTION),
        ({"body.a": 1, "headers.content-type": "text/plain"}, Never.NOT_JSON),
    ],
)
def test_conditions_that_hold_for_no_request(where: dict[str, Any], reason: Never) -> None:
    assert [why for _, why in read_conditions(where, frozenset({"id"})).never] == [reason]


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"headers.x-pricing-version": "v*"},
        {"query.": "x"},
        {"query.a": ""},
        {"body.": "x"},
        {"body.list.length": 2},
        {"body.a": 1, "headers.content-type": "application/json*"},
        {"body.a": 1, "headers.content-type": Unresolved("${TYPE}")},
        {"params.id": "*"},
        {"headers.x": Unresolved("${TIER}")},
    ],
)
def test_conditions_that_can_hold(where: dict[str, Any]) -> None:
    assert read_conditions(where, frozenset({"id"})).never == ()


def test_a_bare_body_needs_a_rule_that_has_the_body_read() -> None:
    assert read_conditions({"body": "x"}, reads_body=False).never == (("body", Never.NO_BODY),)
    assert read_conditions({"body": "x"}).never == ()


def test_describe_writes_yaml_like_values() -> None:
    where: dict[str, Any] = {"body.model": "gpt-4*", "body.stream": True, "query.q": "", "body.n": 1.5}
    assert describe(where) == 'body.model = gpt-4*, body.stream = true, query.q = "", body.n = 1.5'
    assert describe({}) == "always"
