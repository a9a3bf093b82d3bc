"""The published schema and the reader accept the same policies, but for what no schema can say."""

import json
import re
import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pricecheck.policy.errors import PolicyError
from pricecheck.policy.model import TRAFFIC_FIELDS
from pricecheck.policy.reading import parse_policy
from pricecheck.schema_files import schema_text
from tests.policy.test_reading import FULL, REFUSED
from tests.policy.words import RULES, VOCABULARY

SCHEMA = json.loads(schema_text("policy"))
VALIDATOR = Draft202012Validator(SCHEMA)

# What only the reader can know: which rules and versions exist, and how two values go together. To a schema 90.0 is an
# integer as well.
BEYOND_A_SCHEMA = re.compile(
    r"there is no rule|can't be ignored|is always an error|is set twice|unknown gateway version '\d"
    r"|is above the ceiling|a second family|is here twice|not TOML|takes a whole number, not a number with"
)


def reader_says(text: str) -> str | None:
    try:
        parse_policy(text, "p.toml", VOCABULARY)
    except PolicyError as error:
        return str(error)
    return None


def agree(values: dict[str, Any]) -> None:
    refused = reader_says(tomli_w.dumps(values))
    if refused is not None and BEYOND_A_SCHEMA.search(refused):
        return
    errors = [error.message for error in VALIDATOR.iter_errors(values)]
    assert bool(errors) == (refused is not None), (refused, errors)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_knows_the_fields_of_a_record() -> None:
    fields = SCHEMA["properties"]["traffic"]["properties"]["fields"]["properties"]
    assert tuple(fields) == TRAFFIC_FIELDS


def test_an_editor_can_explain_every_key() -> None:
    def keys(schema: dict[str, Any], path: str = "") -> list[str]:
        found = []
        for name, inner in schema.get("properties", {}).items():
            described = inner.get("title") and (inner.get("description") or "$ref" in inner)
            found += [] if described else [f"{path}.{name}"]
            found += keys(inner, f"{path}.{name}")
            found += keys(inner.get("items", {}), f"{path}.{name}[]")
        return found

    assert keys(SCHEMA) == []


def test_both_accept_the_full_example() -> None:
    assert reader_says(FULL) is None
    assert list(VALIDATOR.iter_errors(tomllib.loads(FULL))) == []


@pytest.mark.parametrize("text", [text for text, message in REFUSED if not BEYOND_A_SCHEMA.search(message)])
def test_both_refuse_what_is_unclear(text: str) -> None:
    assert reader_says(text) is not None
    assert list(VALIDATOR.iter_errors(tomllib.loads(text)))


# Mostly right and now and then wrong, so that both answers occur.
JUNK: st.SearchStrategy[Any] = st.sampled_from(["", " ", "*", "x", "$5", "5%", "a b", 0, 1, 1.5, True, [], {}, ["x"]])


def mostly(right: st.SearchStrategy[Any], wrong: st.SearchStrategy[Any] = JUNK) -> st.SearchStrategy[Any]:
    return st.integers(0, 49).flatmap(lambda number: wrong if number == 49 else right)


def table(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    known = st.fixed_dictionaries({}, optional={name.replace("_", "-"): mostly(value) for name, value in keys.items()})
    return mostly(known, known.map(lambda one: {**one, "unknwn": 1}))


DIGITS = st.text("0123456789.", max_size=5)
PERCENTAGES = mostly(st.sampled_from(["15%", "0%", "100%", "100.0%", "0099.9%"]), DIGITS.map(lambda text: text + "%"))
DOLLARS = mostly(st.sampled_from(["$5", "$0.004", "$0"]), DIGITS.map(lambda text: "$" + text))
GLOBS = st.lists(mostly(st.sampled_from(["gpt-4o*", "*", "ft:*:acme/x@1"]), st.text("a*?[ $", max_size=3)), max_size=3)
FAMILIES = st.lists(
    st.fixed_dictionaries(
        {"name": st.text("abc", min_size=1, max_size=4), "models": GLOBS.filter(bool)},
        optional={"floor": DOLLARS, "ceiling": DOLLARS},
    ),
    max_size=3,
)
SELECTORS = st.lists(st.sampled_from(["ALL", "PC1", "pc101", *RULES.values()]), max_size=3)
NAMES = mostly(st.sampled_from(["a", "b.c", "d e"]), st.text("ab *.", max_size=4))
POLICIES = table(
    gateway_version=mostly(st.just("1.1.0"), st.sampled_from(["1.1", "v1.1.0"])),
    bounds=table(max_increase=PERCENTAGES, max_decrease=PERCENTAGES, additions=st.sampled_from(["warn", "enforce"])),
    family=FAMILIES,
    models=table(allow=GLOBS, deny=GLOBS),
    routes=st.dictionaries(
        mostly(st.sampled_from(["GET /", "POST /v1/:id"]), st.text("G /", max_size=4)),
        mostly(table(high_risk=st.booleans(), allow=GLOBS)),
        max_size=2,
    ),
    aliases=st.dictionaries(NAMES, mostly(NAMES), max_size=2),
    fallback=table(percentile=mostly(st.integers(1, 100), st.integers(-1, 102))),
    traffic=table(
        fine_tune_factor=mostly(st.just("1.5"), DIGITS),
        max_unmapped_rate=PERCENTAGES,
        max_fallback_rate=PERCENTAGES,
        fields=st.dictionaries(mostly(st.sampled_from(TRAFFIC_FIELDS), st.just("x")), NAMES, max_size=2),
    ),
    lint=table(
        select=SELECTORS,
        ignore=SELECTORS,
        severity=st.dictionaries(st.sampled_from(list(RULES)), mostly(st.sampled_from(["error", "info"])), max_size=2),
    ),
)


@settings(max_examples=300)
@given(POLICIES)
def test_reader_and_schema_agree(values: dict[str, Any]) -> None:
    agree(values)
