"""Walk the registry: every rule has its fixtures, finds what they say, and is explained by examples that hold."""

import json
from inspect import cleandoc

import pytest

from pricecheck.findings import Impact
from pricecheck.rules.model import Fixability, Rule
from pricecheck.rules.registry import RULES
from tools.rule_fixtures import FIXTURES, RuleFixture, fixture_of


@pytest.fixture(params=RULES, ids=lambda rule: rule.code)
def fixture(request: pytest.FixtureRequest) -> RuleFixture:
    return fixture_of(request.param)


def test_the_registry_is_in_order_and_names_are_unique() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(codes)
    assert codes, "an empty registry checks nothing"


def test_every_fixture_folder_belongs_to_a_rule() -> None:
    assert {folder.name for folder in FIXTURES.iterdir()} == {rule.code for rule in RULES}


def test_bad_is_found_as_expected(fixture: RuleFixture) -> None:
    expected = json.loads(fixture.read("expected.json"))
    assert expected, "bad.yaml must show the rule"
    assert fixture.expected() == expected


def test_good_is_silent(fixture: RuleFixture) -> None:
    assert [found.finding.message for found in fixture.findings("good.yaml")] == []


def test_fixes_give_the_fixed_fixture_and_leave_nothing_to_fix(fixture: RuleFixture) -> None:
    fixes = [found.finding.fix for found in fixture.findings("bad.yaml")]
    if fixture.rule.fixability is Fixability.NEVER:
        assert not any(fixes)
        assert not (fixture.folder / "fixed.yaml").exists()
        return
    assert any(fixes)
    assert all(fixes) or fixture.rule.fixability is Fixability.SOMETIMES
    assert fixture.fixed() == fixture.read("fixed.yaml")
    assert not any(found.finding.fix for found in fixture.findings("fixed.yaml"))


def test_the_page_explains(fixture: RuleFixture) -> None:
    page = fixture.rule.page
    lines = cleandoc(page).splitlines()
    for heading in ("## What it does", "## Why is this bad?", "## Example"):
        assert heading in lines
    assert ("## Fix safety" in page) == (fixture.rule.fixability is not Fixability.NEVER)
    assert not fixture.rule.summary.endswith(".")


def test_the_pages_examples_hold(fixture: RuleFixture) -> None:
    examples, around = fixture.page_examples(), fixture.page_surroundings()
    assert len(examples) >= 2, "a page shows what is wrong and what to use instead"
    assert fixture.check(examples[0], around, partial=True), "the first example must show the rule"
    for example in examples[1:]:
        found = fixture.check(example, around, partial=True)
        assert [item.finding.message for item in found] == []


def _rejecting(rule: Rule) -> bool:
    return rule.impact is Impact.REJECTS


def test_a_fixture_that_is_not_about_loading_loads() -> None:
    rejecting = [rule for rule in RULES if _rejecting(rule)]
    for rule in RULES:
        if _rejecting(rule):
            continue
        fixture = fixture_of(rule)
        for name in ("bad.yaml", "good.yaml"):
            for loader in rejecting:
                found = RuleFixture(loader, fixture.folder, fixture.settings).findings(name)
                assert [item.finding.message for item in found] == [], f"{rule.code}/{name}"
