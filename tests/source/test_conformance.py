"""Every vector is a text with what the gateway's own parser (npm `yaml` 2.9) made of it; see docs/yaml.md."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from pricecheck.findings import SourceText
from pricecheck.source.plain import plain
from pricecheck.source.yaml_parser import parse

Value = Any
"""Whatever a config may hold."""

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "fixtures/conformance/yaml.jsonl").read_text("utf-8").splitlines()
]
NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "-0": -0.0}


def decoded(value: Value) -> Value:
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"$number"}:
            return NUMBERS[value["$number"]]
        return {name: decoded(item) for name, item in value.items()}
    return value


def exact(value: Value) -> Value:
    """Make a value comparable: order of keys and kind of value count, `1` is `1.0`, NaN is NaN, `-0` is not `0`."""
    if isinstance(value, dict):
        return [(name, exact(item)) for name, item in value.items()]
    if isinstance(value, list):
        return [[exact(item)] for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", repr(float(value)))
    return (type(value).__name__, value)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_verdict_and_value_are_the_gateways(vector: dict[str, Value]) -> None:
    document = parse(SourceText("config.yaml", vector["yaml"]))
    if "refused" in vector:
        assert vector["expect"]["ok"]
        assert [problem.message for problem in document.problems] == [vector["refused"]]
    elif vector["expect"]["ok"]:
        assert document.problems == ()
        value = None if document.root is None else plain(document.root)
        assert exact(value) == exact(decoded(vector["expect"]["value"]))
    else:
        assert document.problems


def test_deliberate_refusals_stay_few() -> None:
    assert sum("refused" in vector for vector in VECTORS) <= 30
    assert len(VECTORS) > 500
