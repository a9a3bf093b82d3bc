"""The resolver against every verdict recorded from the real gateway."""

import json
from pathlib import Path
from typing import Any

import pytest

from pricecheck.gateway.matching import MISSING
from pricecheck.gateway.resolution import Answer, Outcome, Request
from tests.gateway.reading import gateway_of

VECTORS = Path(__file__).parents[2] / "fixtures" / "conformance" / "price.jsonl"
CASES = [json.loads(line) for line in VECTORS.read_text("utf-8").splitlines()]


def verdict(answer: Answer) -> dict[str, Any]:
    if answer.outcome is not Outcome.PAYMENT:
        return {"outcome": answer.outcome.value}
    return {
        "outcome": "payment",
        "route": answer.route,
        "amount": str(answer.amount),
        "network": answer.network,
        "payTo": answer.pay_to,
    }


def request_of(recorded: dict[str, Any]) -> Request:
    body = recorded.get("body", MISSING)
    return Request(recorded["method"], recorded["path"], recorded.get("headers", {}), body)


def test_there_are_vectors_of_every_outcome_but_functions() -> None:
    seen = {request["expect"]["outcome"] for case in CASES for request in case["requests"]}
    assert seen == {outcome.value for outcome in Outcome} - {"dynamic"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_request_gets_the_recorded_verdict(case: dict[str, Any]) -> None:
    gateway = gateway_of(case["yaml"])
    for request in case["requests"]:
        asked = request_of(request)
        first, again = gateway.answer(asked), gateway.answer(asked)
        assert verdict(first) == request["expect"], request
        assert again == first, "answers are kept: the second must be the first"
        assert first.trace, request


def test_the_order_of_requests_changes_nothing() -> None:
    for case in CASES[::25]:
        forward, backward = gateway_of(case["yaml"]), gateway_of(case["yaml"])
        asked = [request_of(request) for request in case["requests"]]
        assert [forward.answer(each) for each in asked] == [backward.answer(each) for each in asked[::-1]][::-1]
