"""PC212: what the function's module, the route's method and its rules have to say."""

from pathlib import Path

import pytest

from pricecheck.rules import price_functions
from tests.rules.texts import findings, with_routes

READS = "export default ({ body }) => body.n > 4 ? '$0.02' : '$0.01';"


def severities(folder: Path, source: str | None, key: str = "POST /x", **fields: object) -> list[str]:
    if source is not None:
        (folder / "price.mjs").write_text(source, encoding="utf-8")
    text = with_routes({key: {"price": {"fn": str(folder / "price.mjs")}, **fields}})
    found = findings(price_functions.body_not_parsed, text, path=str(folder / "tollbooth.json"))
    return [each.severity.value for each in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (READS, ["error"]),
        (None, ["warning"]),
        ("export default ({ query }) => query.n ? '$0.02' : '$0.01';", []),
        ("// the body is not looked at\nexport default () => '$0.01'; /* no body\n */", []),
        ("const docs = 'https://example.com'; export default (c) => c.body.n;", ["error"]),
    ],
)
def test_the_module_decides(tmp_path: Path, source: str | None, expected: list[str]) -> None:
    assert severities(tmp_path, source) == expected


@pytest.mark.parametrize(("method", "expected"), [("PUT", ["error"]), ("GET", []), ("HEAD", []), ("DELETE", [])])
def test_methods_without_a_body_are_left_alone(tmp_path: Path, method: str, expected: list[str]) -> None:
    assert severities(tmp_path, READS, f"{method} /x") == expected


@pytest.mark.parametrize(
    ("where", "expected"), [({"body.n": 1}, []), ({"query.n": "1"}, ["error"]), ({"body": "x"}, ["error"])]
)
def test_a_rule_on_a_field_of_the_body_has_it_parsed(
    tmp_path: Path, where: dict[str, object], expected: list[str]
) -> None:
    assert severities(tmp_path, READS, match=[{"where": where, "price": "$0.01"}]) == expected


def test_the_rules_of_the_pricing_block_count(tmp_path: Path) -> None:
    rules = [{"where": {"body.n": 1}, "price": "$0.01"}]
    assert severities(tmp_path, READS, pricing={"match": rules}) == []
    assert severities(tmp_path, READS, match=rules, pricing={"match": []}) == ["error"]


@pytest.mark.parametrize("kind", ["token-based", "${TYPE}"])
def test_a_route_that_is_or_may_be_token_based_is_left_alone(tmp_path: Path, kind: str) -> None:
    assert severities(tmp_path, READS, type=kind) == []


def test_a_module_is_looked_for_beside_the_config_too(tmp_path: Path) -> None:
    (tmp_path / "price.mjs").write_text(READS, encoding="utf-8")
    text = with_routes({"POST /x": {"price": {"fn": "./price.mjs"}}})
    (found,) = findings(price_functions.body_not_parsed, text, path=str(tmp_path / "tollbooth.json"))
    assert found.severity.value == "error"
