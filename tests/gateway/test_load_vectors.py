"""Every vector is a config with the verdict of the real gateway: fixtures/conformance/load.jsonl."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pricecheck.findings import SourceText
from pricecheck.gateway.loading import Refusal, RefusalKind, load
from pricecheck.source.yaml_parser import parse

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "fixtures/conformance/load.jsonl").read_text("utf-8").split("\n")
    if line
]
PARSE_KINDS = {RefusalKind.SYNTAX, RefusalKind.DUPLICATE_KEY, RefusalKind.MULTIPLE_DOCUMENTS}
DOCUMENTED_NAMES = {"windowMs", "max", "origin", "methods", "headers"}


def refusals(vector: dict[str, Any]) -> tuple[Refusal, ...]:
    return load(parse(SourceText("tollbooth.yaml", vector["yaml"])), vector["env"]).refusals


def by_stage(stage: str) -> list[Any]:
    return [
        pytest.param(vector, id=vector["id"])
        for vector in VECTORS
        if not vector["expect"]["ok"] and vector["expect"]["stage"] == stage
    ]


def test_the_vectors_are_all_here() -> None:
    assert len(VECTORS) == 1056
    assert len({vector["id"] for vector in VECTORS}) == 1056


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_refuses_exactly_what_the_gateway_refuses(vector: dict[str, Any]) -> None:
    found = refusals(vector)
    assert (not found) == vector["expect"]["ok"], [refusal.message for refusal in found]


@pytest.mark.parametrize("vector", by_stage("parse"))
def test_what_the_parser_refuses_is_called_that(vector: dict[str, Any]) -> None:
    assert {refusal.kind for refusal in refusals(vector)} & PARSE_KINDS


@pytest.mark.parametrize("vector", by_stage("env"))
def test_what_stops_at_an_unset_variable_is_called_that(vector: dict[str, Any]) -> None:
    kinds = {refusal.kind for refusal in refusals(vector)}
    assert RefusalKind.UNSET_VARIABLE in kinds
    assert not kinds & PARSE_KINDS


@pytest.mark.parametrize("vector", by_stage("schema"))
def test_every_place_the_schema_refuses_is_pointed_at(vector: dict[str, Any]) -> None:
    paths = {refusal.path for refusal in refusals(vector)}
    for issue in vector["expect"]["issues"]:
        place = tuple(issue["path"])
        assert any(path[: len(place)] == place for path in paths), (place, paths)
        for name in set(issue.get("keys") or ()) - DOCUMENTED_NAMES:
            assert (*place, name) in paths


@pytest.mark.parametrize("vector", by_stage("schema"))
def test_no_place_is_named_twice_and_none_the_gateway_does_not_mind(vector: dict[str, Any]) -> None:
    found = refusals(vector)
    named = [(refusal.path, refusal.span, refusal.message) for refusal in found]
    assert len(named) == len(set(named))
    minded = [
        (*issue["path"], *([name] if name else []))
        for issue in vector["expect"]["issues"]
        for name in issue.get("keys") or [None]
    ]
    for refusal in found:
        if refusal.kind is RefusalKind.CONFLICTING_FIELDS:
            continue  # zod looks for conflicts only where all fields are sound; an operator mends both in one go
        assert any(
            refusal.path[: len(place)] == place or place[: len(refusal.path)] == refusal.path for place in minded
        ), refusal


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if vector["env"]], ids=lambda vector: vector["id"])
def test_without_an_environment_nothing_is_refused_that_some_environment_makes_good(vector: dict[str, Any]) -> None:
    if vector["expect"]["ok"]:
        assert refusals({**vector, "env": None}) == ()


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_every_refusal_stands_somewhere_and_says_something(vector: dict[str, Any]) -> None:
    for refusal in refusals(vector):
        assert 0 <= refusal.span.start <= refusal.span.end <= len(vector["yaml"])
        assert refusal.message
        assert not refusal.message.endswith(".")
