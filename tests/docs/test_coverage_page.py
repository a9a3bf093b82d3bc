import re
from pathlib import Path

from pricecheck.rules.registry import RULES

DOCS = Path(__file__).parents[2] / "docs"


def test_every_rule_that_the_coverage_page_names_exists() -> None:
    named = set(re.findall(r"PC\d{3}", (DOCS / "coverage.md").read_text(encoding="utf-8")))
    assert named <= {rule.code for rule in RULES}


def test_every_money_and_structure_rule_is_on_the_coverage_page() -> None:
    named = set(re.findall(r"PC\d{3}", (DOCS / "coverage.md").read_text(encoding="utf-8")))
    assert {rule.code for rule in RULES if rule.code.startswith(("PC1", "PC2"))} <= named
