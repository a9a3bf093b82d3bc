"""What a pull request gets to see: Markdown that can be updated, annotations on the new lines."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest

from pricecheck.findings import Position
from pricecheck.prices.bounds import percent
from pricecheck.report.example_text import typed
from pricecheck.report.price_diff import (
    ChangeLine,
    FileDiff,
    PriceDiff,
    PriceSide,
    StructureLine,
    TrafficEffect,
    revenue,
    summary,
)
from pricecheck.report.price_diff_github import as_github
from pricecheck.report.price_diff_groups import rows
from pricecheck.report.price_diff_markdown import MARKER, as_markdown
from pricecheck.report.price_diff_text import as_text


def side(amount: int, line: int | None = 3, source: str = "route.models") -> PriceSide:
    start = None if line is None else Position(line, 1, 0)
    return PriceSide("POST /x", "model:a", amount, f"${amount / 10**6}", "USDC", "$1", source, None, start)


def line(
    number: int = 0,
    *,
    ratio: Fraction = Fraction(1, 10),
    verdict: str = "within",
    silent: bool = False,
    selector: str | None = None,
    family: str = "",
) -> ChangeLine:
    return ChangeLine(
        file="conf/tollbooth.yaml",
        old_file="main:conf/tollbooth.yaml",
        route="POST /x",
        selector=selector or f"model:m{number}",
        family=family,
        kind="raised" if ratio > 0 else "lowered",
        before=side(100 + number),
        after=side(int((100 + number) * (1 + ratio)), number + 1),
        ratio=ratio,
        ratio_text="0.1000",
        delta=percent(ratio, "+15%"),
        verdict=verdict,
        bound="+15%",
        rules=("PC401",) if verdict == "over" else (),
        silent=silent,
        first_mapped=False,
        example=None,
    )


def diff(*lines: ChangeLine, structure: tuple[StructureLine, ...] = (), note: str | None = None) -> PriceDiff:
    return PriceDiff([FileDiff("main:conf/tollbooth.yaml", "conf/tollbooth.yaml", note, lines, structure)])


PAID = StructureLine("conf/tollbooth.yaml", "recipients", "payments now go to 0x@all", ("wallets",), Position(2, 1, 0))


def test_the_summary_counts_and_is_first() -> None:
    found = diff(line(), line(1, verdict="over", silent=True), line(2, ratio=Fraction(-1, 20)))
    assert summary(found) == "2 raised, 1 lowered, 1 of these silently; 1 over bound"
    assert summary(diff(line(verdict="approved"))) == "1 raised; 1 approved"
    assert summary(diff()) == "no effective price change"
    assert summary(diff(structure=(PAID,))) == "1 recipient changed; no effective price change"
    other = PAID._replace(topic="gateway")
    both = diff(line(), structure=(PAID, PAID, other))
    assert summary(both) == "2 recipients changed; 1 raised; none over bound; 1 config change"


@pytest.mark.parametrize(
    ("requests", "undecided", "said"),
    [
        (20, 0, "at prod.jsonl (20 requests): $2.00 → $2.50, +$0.50 (+25.00 %)"),
        (20, 3, "at prod.jsonl (20 requests): $2.00 → $2.50, +$0.50 (+25.00 %); 3 more can't be told"),
        (20, 980, "at prod.jsonl: 980 of 1,000 requests can't be told; the other 20: $2.00 → $2.50, +$0.50 (+25.00 %)"),
        (0, 1, "at prod.jsonl: 1 request, of which the effect can't be told"),
    ],
)
def test_the_effect_on_revenue_says_what_it_is_of(requests: int, undecided: int, said: str) -> None:
    assert revenue(TrafficEffect("prod.jsonl", requests, undecided, Decimal(2), Decimal("2.5"))) == said


def test_a_recipient_that_changed_is_red_on_a_terminal() -> None:
    text = as_text(diff(structure=(PAID,)), width=80, color=True, every=False)
    assert text.startswith("\x1b[1;31m1 recipient changed\x1b[0m")


def test_what_is_not_over_a_bound_has_a_heading_of_its_own() -> None:
    text = as_text(diff(line(verdict="over"), line(1), line(2, verdict="approved")), width=80, color=False, every=False)
    assert text.index("\n  over bound\n") < text.index("\n  within bounds, approved\n") < text.index("model:m1")
    assert "within bounds" not in as_text(diff(line()), width=80, color=False, every=False)


@pytest.mark.parametrize(
    ("ratio", "bound", "text"),
    [
        (Fraction(3, 20), "+15%", "+15.00 %"),
        (Fraction(150_010, 1_000_000), "+15%", "+15.001 %"),
        (Fraction(150_000_001, 10**9), "+15%", "+15.0000001 %"),
        (Fraction(150_000_000_000_000_001, 10**18), "+15%", "just over +15 %"),
        (Fraction(1, 10**18), "+0%", "just over +0 %"),
        (Fraction(99_999_999_999_999_999, 10**18), "+10%", "just under +10 %"),
        (Fraction(1, 3), "+33.3333%", "+33.33333 %"),
        (Fraction(-1, 3), "-33.3333%", "-33.33333 %"),
        (Fraction(333_333, 1_000_000), "+33.3333%", "+33.3333 %"),
        (Fraction(33_333, 100_000), "+33.3333%", "+33.33 %"),
        (Fraction(-1, 3), "-10%", "-33.33 %"),
        (Fraction(1, 3), None, "+33.33 %"),
        (None, None, ""),
    ],
)
def test_a_percentage_reads_as_on_the_side_of_the_bound_that_it_is_on(
    ratio: Fraction | None, bound: str | None, text: str
) -> None:
    assert percent(ratio, bound) == text


def test_markdown_begins_with_the_hidden_marker_and_what_is_over_a_bound() -> None:
    text = as_markdown(diff(line(), line(1, verdict="over"), structure=(PAID,)), every=False)
    assert text.startswith(f"{MARKER}\n### pricecheck: 1 recipient changed; 2 raised; 1 over bound")
    assert text.index("payments now go to 0x@<!-- -->all (line 2)") < text.index("**over bound** (1)")
    assert text.index("**over bound** (1)") < text.index("<details><summary>within bounds (1)</summary>")
    assert text.count("<details>") == text.count("</details>")


def test_markdown_stays_under_githubs_limit_and_says_what_it_leaves_out() -> None:
    lines = [
        line(number, selector=f"model:{'x' * 200}-{number}", ratio=Fraction(number + 1, 99991)) for number in range(900)
    ]
    text = as_markdown(diff(*lines), every=True)
    assert len(text) <= 65_000
    shown = text.count("| raised") + len(re.findall(r"^\|  \| POST", text, re.MULTILINE))
    left = re.search(r"\*\*(\d+) more changes do not fit here\*\*", text)
    assert left is not None
    assert shown + int(left[1]) == 900
    assert text.count("<details>") == text.count("</details>")


def test_names_from_a_config_are_no_markup() -> None:
    text = as_markdown(diff(line(selector="model:a|b`<img src=x>*")), every=False)
    assert "<img" not in text
    assert r"a\|b\`&lt;img src=x&gt;\*" in text


def test_a_config_change_shows_its_route_as_code() -> None:
    new = StructureLine("a.yaml", "routes", "route `POST /x|y` is new", ("routes",), None)
    assert r"- route <code>POST /x\|y</code> is new" in as_markdown(diff(structure=(new,)), every=False)


def test_annotations_stand_on_the_new_lines_with_the_worst_first() -> None:
    found = as_github(diff(line(4), line(7, verdict="over"), line(2, silent=True), structure=(PAID,)), root=None)
    assert [command.partition("::")[2].split(" ")[0] for command in found.splitlines()] == [
        "notice",
        "error",
        "error",
        "warning",
        "notice",
    ]
    assert "::error file=conf/tollbooth.yaml,line=8,title=price raised::POST /x model:m7" in found
    assert "(+10.00 %25, bound +15%25), route.models" in found


def test_what_github_drops_is_announced() -> None:
    lines = [line(number, verdict="over", ratio=Fraction(number + 20, 100)) for number in range(15)]
    assert "(+5 in the log of this step)" in as_github(diff(*lines), root=None).splitlines()[0]


def test_identical_ratios_are_one_row_and_then_families() -> None:
    same = [line(number) for number in range(50)]
    (row,) = rows(same, every=False)
    assert (row.selector, row.delta, len(row.lines)) == ("model:m0 and 49 more", "+10.00 %", 50)
    varied = [line(number, ratio=Fraction(number + 1, 997), family=f"f{number % 2}") for number in range(50)]
    assert [row.selector for row in rows(varied, every=False)] == ["25 variants of f0", "25 variants of f1"]
    assert len(rows(varied, every=True)) == 50


def test_what_is_over_a_bound_is_never_grouped_with_what_is_not() -> None:
    lines = [line(number, verdict="over" if number % 2 else "within") for number in range(60)]
    assert [row.first.verdict for row in rows(lines, every=False)] == ["within", "over"]


def test_text_fits_the_terminal_and_escapes_what_would_act_on_it() -> None:
    text = as_text(diff(line(selector="model:\x1b[31m" + "y" * 90), note="x"), width=80, color=False, every=False)
    assert max(map(len, text.split("\n"))) <= 80
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [20, 72, 80, 120])
def test_no_column_falls_off_the_edge_and_a_reason_stands_below(width: int) -> None:
    unknown = side(0)._replace(amount=None, dollars=None, reason='throws: "$0.02/1k-tokens" is not a number')
    one = line(1234)._replace(before=unknown, delta="unknown", kind="unknown", ratio=None)
    text = as_text(diff(one), width=width, color=False, every=False)
    assert any(row.endswith(" lines") for row in text.split("\n"))
    assert any(row.endswith(" 3→1235") for row in text.split("\n"))
    assert 'before: throws: "$0.02/1k-tokens" is not a number' in " ".join(text.split())


@pytest.mark.parametrize(
    ("example", "text"),
    [
        ({"method": "GET", "path": "/x"}, "GET /x"),
        (
            {"method": "GET", "path": "/x?q=a+b&r=1", "headers": {"x-tier": "a b"}},
            "GET '/x?q=a+b&r=1' --header 'x-tier:a b'",
        ),
        (
            {
                "method": "POST",
                "path": "/x",
                "headers": {"content-type": "application/json"},
                "body": {"model": "it's"},
            },
            "POST /x --model 'it'\"'\"'s'",
        ),
        (
            {
                "method": "POST",
                "path": "/x",
                "headers": {"content-type": "application/json; x"},
                "body": {"a": "\xa0\u202e"},
            },
            """POST /x --header 'content-type:application/json; x' --body '{"a": "\\u00a0\\u202e"}'""",
        ),
        ({"method": "POST", "path": "/x", "body": None}, "POST /x --body null"),
    ],
)
def test_an_example_is_what_quote_takes(example: dict[str, object], text: str) -> None:
    assert typed(example) == text


def test_markdown_shows_the_example_as_code_and_harmlessly() -> None:
    one = line(selector="match:0")._replace(example={"method": "GET", "path": "/x", "headers": {"x-a": "`<b>|@all"}})
    text = as_markdown(diff(one), every=False)
    shown = r"GET /x --header 'x-a:\`&lt;b&gt;\|@<!-- -->all'"
    assert f"<br>e.g. <code>{shown}</code> | <span>" in text


def test_another_asset_is_shown_in_every_form_and_the_same_one_in_none() -> None:
    dai = side(5 * 10**16)._replace(asset="DAI", dollars="$0.05")
    one = line(selector="other")._replace(before=side(50_000), after=dai, kind="unknown", ratio=None, delta="")
    text = as_text(diff(one), width=100, color=False, every=False)
    assert "$0.05 USDC $0.05 DAI other asset" in text
    assert "$</span>0.05 USDC | <span>$</span>0.05 DAI | other asset |" in as_markdown(diff(one), every=False)
    assert ": $0.05 USDC to $0.05 DAI (other asset)" in as_github(diff(one), root=None)
    spelt = one._replace(after=side(60_000)._replace(asset="usdc"), kind="raised", delta="+20.00 %")
    assert "usd" not in as_text(diff(spelt), width=100, color=False, every=False).lower()
    unknown = dai._replace(amount=None, dollars=None, reason="price function")
    (row,) = rows([one._replace(after=unknown)], every=True)
    assert (row.old, row.new, row.delta) == ("$0.05 USDC", "? price function", "unknown")
    mixed = [line(number)._replace(before=side(number + 9), after=dai) for number in range(50)]
    assert rows(mixed, every=False)[0].old == "$9e-06 USDC to $5.8e-05 USDC"


def test_a_first_price_beyond_the_bound_stands_out_and_is_no_violation() -> None:
    first = line(1, ratio=Fraction(-4, 5), verdict="unbounded")
    first = first._replace(first_mapped=True, rules=("PC409",), bound="-10%")
    unknown = line(2, verdict="unbounded")
    found = diff(line(3), unknown, first)
    assert summary(found) == "2 raised, 1 lowered; none over bound, 1 first mapped beyond it"
    assert [one.selector for one in found.changes] == ["model:m1", "model:m3", "model:m2"]
    text = as_text(found, width=100, color=False, every=False)
    heading = "\n  first mapped, beyond the bound of a change\n"
    assert (
        text.index(heading) < text.index("-80.00 % BEYOND -10% ") < text.index("\n  within bounds, held to no bound\n")
    )
    markdown = as_markdown(found, every=False)
    assert "\n**first mapped, beyond the bound of a change** (1)\n\n|" in markdown
    assert markdown.index("| ⚠️ | POST /x | model:m1 |") < markdown.index("<details><summary>within bounds, held to")
    assert "❌" not in markdown
    (warning,) = (one for one in as_github(found, root=None).splitlines() if one.startswith("::warning"))
    assert "(-80.00 %25, first mapped beyond -10%25)" in warning
    alone = as_markdown(diff(first), every=False)
    assert "**first mapped, beyond the bound of a change** (1)" in alone
    assert "<details>" not in alone
