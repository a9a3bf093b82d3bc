"""No width cuts a number of a table: what the JSON says stands whole in the text."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.findings import Position
from pricecheck.prices.bounds import percent
from pricecheck.report import price_list
from pricecheck.report.columns import TableRow, new_console, number_column, print_table, text_of, word_column
from pricecheck.report.price_diff import ChangeLine, FileDiff, PriceDiff, PriceSide, TrafficEffect, signed_dollars
from pricecheck.report.price_diff_text import as_text
from pricecheck.report.price_list import PriceLine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

WIDTHS = st.integers(20, 200)
AMOUNTS = st.integers(0, 10**30) | st.integers(0, 10**6)
LINES = st.integers(1, 10**7)
NAMES = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=90)
SOURCES = st.sampled_from(["route.models", "default-table", "match", "fallback", "defaults.price", "price.fn"])


def dollars(amount: int) -> str:
    return signed_dollars(Decimal(amount).scaleb(-6)).replace(",", "").removeprefix("+")


def whole(text: str) -> set[str]:
    """Give what stands between blanks, and a number together with its `%`."""
    return set(text.split()) | set(re.findall(r"\S+ %", text))


@st.composite
def sides(draw: st.DrawFn) -> PriceSide:
    amount = draw(AMOUNTS)
    start = Position(draw(LINES), 1, 0)
    selector = f"model:{draw(NAMES)}"
    return PriceSide("POST /x", selector, amount, dollars(amount), "USDC", "$1.00", draw(SOURCES), None, start)


@st.composite
def changes(draw: st.DrawFn, *, weighed: bool) -> ChangeLine:
    before, after = draw(sides()), draw(sides())
    ratio = Fraction(after.amount or 0, before.amount) - 1 if before.amount else None
    over = draw(st.booleans())
    return ChangeLine(
        file="new.yaml",
        old_file="old.yaml",
        route="POST /x",
        selector=after.selector,
        family="",
        kind="raised" if (after.amount or 0) > (before.amount or 0) else "lowered",
        before=before,
        after=after,
        ratio=ratio,
        ratio_text=None,
        delta=percent(ratio, "+15%"),
        verdict="over" if over else "within",
        bound="+15%",
        rules=("PC401",) if over else (),
        silent=draw(st.booleans()),
        first_mapped=False,
        example=None,
        requests=draw(st.integers(0, 10**9)) if weighed else None,
        effect=Decimal(draw(st.integers(-(10**30), 10**30))).scaleb(-6) if weighed else None,
    )


@settings(max_examples=150, deadline=None)
@given(st.booleans().flatmap(lambda weighed: st.lists(changes(weighed=weighed), min_size=1, max_size=3)), WIDTHS)
def test_every_number_of_a_diff_stands_whole_at_any_width(lines: list[ChangeLine], width: int) -> None:
    totals = TrafficEffect("prod.jsonl", 5, 0, Decimal(10) ** 45, Decimal(10) ** 45 + 5)
    diff = PriceDiff([FileDiff("old.yaml", "new.yaml", None, lines, [], None if lines[0].requests is None else totals)])
    for color in (False, True):
        text = re.sub(r"\x1b\[[0-9;]*m", "", as_text(diff, width=width, color=color, every=True))
        found = whole(text)
        for line in lines:
            assert line.before
            assert line.after
            wanted = {("free" if side.amount == 0 else side.dollars) for side in (line.before, line.after)}
            wanted.add(line.delta or line.kind)
            if line.requests is None:
                assert line.before.start
                assert line.after.start
                wanted |= {f"{line.before.start.line}→{line.after.start.line}", "lines"}
            else:
                assert line.effect is not None
                wanted |= {f"{line.requests:,}", signed_dollars(line.effect), "requests", "effect"}
                wanted |= {signed_dollars(totals.before).removeprefix("+"), f"{signed_dollars(totals.effect)}"}
            assert wanted <= found, text


@settings(max_examples=100, deadline=None)
@given(st.lists(sides(), min_size=1, max_size=4), WIDTHS)
def test_every_number_of_a_price_list_stands_whole_at_any_width(rows: list[PriceSide], width: int) -> None:
    lines = [
        PriceLine("GET /", s.selector, s.amount, s.dollars, "USDC", s.dollars, s.source, None, s.start, None, True)  # noqa: FBT003
        for s in rows
    ]
    found = whole(price_list.as_text(lines, columns=width, color=False, every=True))
    for row in rows:
        assert {str(row.amount), row.dollars, row.source} <= found


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NAMES, AMOUNTS, st.text("ab ", max_size=60)), min_size=1, max_size=4), st.integers(72, 200))
def test_a_line_is_wider_than_the_terminal_only_where_it_must_be(rows: list[tuple[str, int, str]], width: int) -> None:
    console = new_console(width, color=False)
    print_table(
        console,
        "name",
        [number_column("amount"), word_column("words")],
        [TableRow(name, (str(amount), words)) for name, amount, words in rows],
    )
    longest = max(map(len, text_of(console).split("\n")))
    needed = 16 + 1 + 31 + 1 + max(len(word) for _, _, words in rows for word in ("words", *words.split()))
    assert longest <= max(width, needed)


OLD = """\
wallets: {base: "0x4F3A1b2c5D6e7F8091a2B3c4D5e6F708192A3b4C"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
  "POST /v1/chat/completions":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05"
      gpt-4o-mini: "$0.01"
    fallback: "$0.03"
"""
NEW = OLD.replace('      gpt-4o-mini: "$0.01"\n', "").replace("$0.03", "$0.035")


@pytest.mark.parametrize("columns", ["40", "80", "100"])
def test_the_last_column_is_whole_where_the_verdict_is_wide(pricecheck: Run, tmp_path: Path, columns: str) -> None:
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(NEW, encoding="utf-8")
    log = '{"timestamp": "2026-11-20T00:44:06Z", "route": "POST /v1/chat/completions", "requested_model": "%s"}\n'
    (tmp_path / "log.jsonl").write_text(log % "gpt-4o-mini" + log % "unknown" * 6250, encoding="utf-8")
    text = pricecheck("diff", "old.yaml", "new.yaml", env={"COLUMNS": columns}, cwd=tmp_path).stdout
    assert "OVER" in text
    assert {"lines", "11→10", "10→-"} <= whole(text)
    done = pricecheck("diff", "old.yaml", "new.yaml", "--traffic", "log.jsonl", env={"COLUMNS": columns}, cwd=tmp_path)
    assert {"effect", "+$31.25"} <= whole(done.stdout), done.stderr
