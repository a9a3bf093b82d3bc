"""What docs/glossary.md works out by hand is what the code works out."""

from __future__ import annotations

import re
from pathlib import Path

from pricecheck.findings import SourceText
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.gateway.money import dollars, read_price
from pricecheck.gateway.pricing import Source
from pricecheck.prices.selectors import SelectorKind, parse_selector
from pricecheck.prices.table import price_table
from pricecheck.source.yaml_parser import parse

PAGE = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text("utf-8")


def cells(first_heading: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
    start = next(number for number, row in enumerate(rows) if row[0] == first_heading)
    end = next((number for number in range(start + 1, len(rows)) if len(rows[number]) != len(rows[start])), len(rows))
    return rows[start + 1 : end]


def test_the_worked_amounts() -> None:
    checked = 0
    for prices, amount, in_dollars, _ in cells("price"):
        for text in re.findall(r'`"([^"]*)"`', prices):
            reading = read_price(text, 6)
            assert reading.amount == (None if amount == "none" else int(amount.replace("\N{MINUS SIGN}", "-"))), text
            if in_dollars.startswith("$"):
                assert reading.amount is not None
                assert dollars(reading.amount, 6) == in_dollars
            assert (reading.amount == 0) == (in_dollars == "free"), text
            checked += 1
    assert checked >= 12
    assert read_price("$0.01", 18).amount == 10000000000000000


def test_every_source_and_every_selector_is_named() -> None:
    assert {source.value for source in Source} == {name for name in Source._value2member_map_ if f"`{name}`" in PAGE}
    for kind in SelectorKind:
        assert f"`{kind.value}" in PAGE
    assert parse_selector("match:0").number == 0


def test_the_example_has_the_rows_the_page_says() -> None:
    fence = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert fence is not None
    table = price_table(read_config(load(parse(SourceText("glossary.yaml", fence[1])))))
    route = "POST /v1/chat/completions"
    found = [table.find(route, selector) for selector in ("model:gpt-4o", "model:o1", "other")]
    assert [(row.amount, row.source) for row in found if row] == [
        (50000, "route.models"),
        (60000, "default-table"),
        (30000, "fallback"),
    ]
