import re

import pytest

from pricecheck.findings import Edit, Finding, Fix, Label, Safety, Severity, Span
from pricecheck.report.formats import render
from pricecheck.report.model import RenderOptions
from pricecheck.report.visible import visible, width
from tests.report.samples import report, sample, source, span_of, stamped


def full(*findings: Finding, text: str, **options: object) -> str:
    stamps = [stamped(source(text, "g.yaml"), finding) for finding in findings]
    values = {"show_summary": False, **options}
    return render("full", report(*stamps), RenderOptions(**values))  # type: ignore[arg-type]


def finding(text: str, part: str, **fields: object) -> Finding:
    return Finding(**{"message": "wrong", "span": span_of(source(text), part), **fields})  # type: ignore[arg-type]


def carets_stand_under(output: str, part: str) -> bool:
    """Whether the carets start and end in the terminal columns of `part` in the source line above them."""
    lines = output.splitlines()
    at = next(number for number, line in enumerate(lines) if "^" in line)
    above, carets = lines[at - 1], lines[at]
    start = carets.index("^")
    end = carets.rindex("^") + 1
    index = above.index(part)
    return start == width(above[:index]) and end - start == max(1, width(part))


def test_sample() -> None:
    assert render("full", sample(), RenderOptions(fix_hint=True)) == (
        """\
gateway.yaml:4:12: PC101[raw-unit-price] "$5" charges 5 smallest units, $0.000005
  |
4 |     price: "$5"
  |            ^^^^ error: mischarges
  |
  = help: write "$5.00"
  = fix: write "$5.00" (unsafe, apply with --fix --unsafe-fixes)

gateway.yaml:5:3: PC203[shadowed-route] the route is never reached
  |
2 |   "GET /data":
  |   ----------- takes all its requests
...
5 |   "GET  /data":
  |   ^^^^^^^^^^^^ warning: ignored
  |

gateway.yaml:8:5: PC208[dropped-field] the gateway drops fallbck
  |
8 |     fallbck: "$0.02"
  |     ^^^^^^^ info: ignored
  |
  = fix: write fallback (safe, apply with --fix)

Found 1 error, 1 warning, 1 info in 1 file (1 fixable with --fix, 1 more with --fix --unsafe-fixes).
"""
    )


def test_concise_is_one_line_a_finding_and_the_summary() -> None:
    assert render("concise", sample(), RenderOptions()) == (
        """\
gateway.yaml:4:12: PC101[raw-unit-price] "$5" charges 5 smallest units, $0.000005
gateway.yaml:5:3: PC203[shadowed-route] the route is never reached
gateway.yaml:8:5: PC208[dropped-field] the gateway drops fallbck
Found 1 error, 1 warning, 1 info in 1 file.
"""
    )


def test_without_source_only_the_words_are_shown() -> None:
    assert full(finding("a: 1", "1", help="write 2"), text="a: 1", show_source=False) == (
        "g.yaml:1:4: PC101[raw-unit-price] wrong\n= help: write 2\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "価格: 価値 # x",
        "🙂🙂: 価値",
        "e\u0301e\u0301: 価値",
        "👩\u200d🚀: 価値",
        "\uff46\uff55\uff4c\uff4c: 価値",
    ],
)
def test_carets_stand_under_wide_and_combining_characters(line: str) -> None:
    text = f"a: 1\n{line}\nb: 2\n"
    assert carets_stand_under(full(finding(text, "価値"), text=text), "価値")


@pytest.mark.parametrize(
    ("before", "columns"),
    [
        ("a", 1),
        ("価", 2),
        ("\uff46", 2),
        ("🙂", 2),
        ("e\u0301", 1),
        ("👩\u200d🚀", 4),
        ("ش", 1),
        ("\xa0", 4),
        ("\t", 4),
    ],
)
def test_columns_that_characters_take(before: str, columns: int) -> None:
    output = full(Finding("wrong", Span(len(before), len(before) + 1)), text=f"{before}X")
    assert f"\n  | {' ' * columns}^ error" in output


def test_tabs_become_four_spaces_and_carets_follow() -> None:
    text = "\t\tprice:\t5\n"
    output = full(finding(text, "5"), text=text)
    assert "1 |         price:    5" in output
    assert carets_stand_under(output, "5")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x00", r"\x00"),
        ("\x9b2J", r"\x9b2J"),
        ("\u202e", r"\u202e"),
        ("\u200b", r"\u200b"),
        ("\xa0", r"\xa0"),
        ("\u2028", r"\u2028"),
        ("\ufeff", r"\ufeff"),
    ],
)
def test_nothing_unprintable_reaches_the_terminal(raw: str, shown: str) -> None:
    text = f'a{raw}: "5"\n'
    bad = finding(text, '"5"', message=f"m{raw}", help=f"h{raw}", fix=Fix(f"t{raw}", Safety.SAFE, ()))
    related = Finding(bad.message, bad.span, related=(Label(Span(0, 1), f"r{raw}"),), help=bad.help, fix=bad.fix)
    output = full(related, text=text)
    assert output.replace("\n", "").isprintable()
    for place in "amhtr":
        assert f"{place}{shown}" in output
    assert carets_stand_under(output, '"5"')


def test_message_with_line_breaks_stays_one_line() -> None:
    output = full(finding("a: 1", "1", message="one\ntwo\r\nthree"), text="a: 1", show_source=False)
    assert output == "g.yaml:1:4: PC101[raw-unit-price] one\\ntwo\\r\\nthree\n"


def test_help_may_have_several_lines() -> None:
    output = full(finding("a: 1", "1", help="write:\n  a: 2"), text="a: 1")
    assert "  = help: write:\n            a: 2\n" in output


@pytest.mark.parametrize("before", [0, 10, 2_500, 4_990])
def test_long_line_is_windowed_around_the_span(before: int) -> None:
    line = "x" * before + "TARGET" + "y" * (5_000 - before)
    output = full(finding(line, "TARGET"), text=f"{line}\n", width=80)
    shown = next(row for row in output.splitlines() if row.startswith("1 |"))
    assert len(shown) <= 80
    assert "TARGET" in shown
    assert shown.startswith("1 | …") == (before > 40)
    assert shown.endswith("…") == (before < 4_900)
    assert carets_stand_under(output, "TARGET")


def test_window_of_wide_characters_keeps_to_the_width() -> None:
    line = "価" * 3_000 + "TARGET" + "🙂" * 3_000
    output = full(finding(line, "TARGET"), text=line, width=80)
    shown = next(row for row in output.splitlines() if row.startswith("1 |"))
    assert width(shown) <= 80
    assert carets_stand_under(output, "TARGET")


def test_span_longer_than_the_window_is_underlined_to_its_edge() -> None:
    line = "x" * 5_000
    output = full(Finding("wrong", Span(10, 5_000)), text=line, width=80)
    source_row, caret_row = output.splitlines()[2:4]
    assert len(source_row) <= 80
    assert caret_row.rindex("^") == len(source_row) - 2


def test_short_lines_are_never_cut() -> None:
    line = "k: " + "v" * 70
    output = full(finding(line, "k"), text=f"{line}\n" + "z" * 500, width=80)
    assert f"1 | {line}\n" in output


def test_empty_span_gets_one_caret() -> None:
    output = full(Finding("value missing", Span(6, 6)), text="price:\nb: 1\n")
    assert "1 | price:\n  |       ^ error: mischarges\n" in output


def test_span_in_an_empty_file() -> None:
    output = full(Finding("empty", Span(0, 0)), text="")
    assert output == "g.yaml:1:1: PC101[raw-unit-price] empty\n  |\n1 |\n  | ^ error: mischarges\n  |\n"


def test_span_of_many_lines_shows_the_first_three() -> None:
    text = "routes:\n  a:\n    b: 1\n    c: 2\n    d: 3\n    e: 4\nz: 1\n"
    output = full(finding(text, "a:\n    b: 1\n    c: 2\n    d: 3\n    e: 4\n"), text=text)
    assert output == (
        """\
g.yaml:2:3: PC101[raw-unit-price] wrong
  |
2 |   a:
  |   ^^
3 |     b: 1
  |     ^^^^
4 |     c: 2
  |     ^^^^ error: mischarges
... 2 more lines
  |
"""
    )


def test_span_that_ends_with_its_line_break_is_one_line() -> None:
    assert "1 | a: 1\n  | ^^^^ error" in full(Finding("wrong", Span(0, 5)), text="a: 1\nb: 2\n")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_every_line_break_ends_a_line(line_break: str) -> None:
    text = line_break.join(["a: 1", "b: 2", "c: 3", ""])
    output = full(finding(text, "2"), text=text)
    assert output.startswith("g.yaml:2:4:")
    assert "2 | b: 2\n  |    ^ error: mischarges\n" in output


def test_related_place_in_another_file_is_shown_under_its_name() -> None:
    other = source("models:\n  gpt-4o: 1\n", "policy.toml")
    label = Label(span_of(other, "gpt-4o"), "limited here", other)
    output = full(finding("a: 1", "1", related=(label,)), text="a: 1")
    assert output == (
        """\
g.yaml:1:4: PC101[raw-unit-price] wrong
  |
1 | a: 1
  |    ^ error: mischarges
  ::: policy.toml:2:3
  |
2 |   gpt-4o: 1
  |   ------ limited here
  |
"""
    )


def test_two_places_on_one_line_share_it() -> None:
    text = "a: {x: 1, x: 2}"
    second = Span(text.rindex("x"), text.rindex("x") + 1)
    output = full(Finding("twice", second, related=(Label(Span(4, 5), "first"),)), text=text)
    assert output.count(text) == 1
    assert "  |           ^ error: mischarges\n  |     - first\n" in output


def test_line_numbers_of_different_length_keep_the_gutter_straight() -> None:
    text = "first: 1\n" + "a: 1\n" * 99 + "last: 2\n"
    output = full(finding(text, "last", related=(Label(Span(0, 5), "here"),)), text=text)
    bars = {line.index("|") for line in output.splitlines()[1:] if "|" in line}
    assert bars == {4}


def test_advice_lines_up_with_the_gutter_of_the_longest_line_number() -> None:
    text = "first: 1\n" + "a: 1\n" * 99 + "last: 2\n"
    label = Label(span_of(source(text), "last"), "here")
    output = full(finding(text, "first", related=(label,), help="write 2"), text=text)
    assert output.endswith("    |\n    = help: write 2\n")


def test_colour_only_adds_escapes() -> None:
    plain = render("full", sample(), RenderOptions())
    painted = render("full", sample(), RenderOptions(color=True))
    assert painted != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


@pytest.mark.parametrize("name", ["json", "json-lines", "github", "gitlab", "junit", "sarif", "markdown"])
def test_other_formats_know_no_colour(name: str) -> None:
    assert "\x1b" not in render(name, sample(), RenderOptions(color=True))


@pytest.mark.parametrize("name", ["full", "concise", "markdown"])
def test_summary_of_a_clean_run(name: str) -> None:
    assert "All clear: 1 file checked." in render(name, report(files=("a.yaml",)), RenderOptions())
    assert "All clear: 2 files checked." in render(name, report(files=("a.yaml", "b.yaml")), RenderOptions())
    assert "No files checked." in render(name, report(files=()), RenderOptions())


def test_summary_says_what_was_suppressed_and_fixed() -> None:
    clean = report(files=("a.yaml",), suppressed=1, fixed=2)
    assert render("concise", clean, RenderOptions()) == (
        "Fixed 2 findings. All clear: 1 file checked (1 finding suppressed).\n"
    )


def test_summary_counts_files_with_findings_and_says_nothing_of_severities_that_are_not_there() -> None:
    findings = [
        stamped(source("a: 1", path), Finding("m", Span(0, 1)), severity=Severity.WARNING) for path in ("a", "b", "b")
    ]
    output = render("concise", report(*findings, files=("a", "b", "c")), RenderOptions())
    assert output.endswith("\nFound 3 warnings in 2 files.\n")


def test_unsafe_fixes_alone_are_named_with_both_flags() -> None:
    fix = Fix("x", Safety.UNSAFE, (Edit(Span(0, 1), "b"),))
    text = source("a: 1", "g.yaml")
    output = render("concise", report(stamped(text, Finding("m", Span(0, 1), fix=fix))), RenderOptions(fix_hint=True))
    assert "(1 fixable with --fix --unsafe-fixes)" in output


def test_quiet_means_no_summary() -> None:
    assert render("full", report(files=("a.yaml",)), RenderOptions(show_summary=False)) == ""
    assert "Found" not in render("concise", sample(), RenderOptions(show_summary=False))


@pytest.mark.parametrize("name", ["full", "concise"])
def test_statistics_count_rules_most_frequent_first(name: str) -> None:
    text = source("a: 1\n" * 12, "g.yaml")
    fix = Fix("x", Safety.SAFE, ())
    findings = [
        stamped(text, Finding("m", Span(5 * at, 5 * at + 1), fix=fix), rule="PC208", name="dropped-field")
        for at in range(10)
    ]
    findings.append(stamped(text, Finding("m", Span(55, 56))))
    output = render(name, report(*findings), RenderOptions(statistics=True))
    assert output.startswith("10  PC208  dropped-field  (10 fixable)\n 1  PC101  raw-unit-price\n")
    assert output.endswith("Found 11 errors in 1 file.\n")


def test_findings_are_in_reading_order_whatever_order_they_come_in() -> None:
    text, other = source("a: 1\nb: 2\n", "b.yaml"), source("a: 1\n", "a.yaml")
    findings = [
        stamped(text, Finding("third", Span(5, 6))),
        stamped(text, Finding("second", Span(0, 1))),
        stamped(other, Finding("first", Span(0, 1))),
    ]
    output = render("concise", report(*findings), RenderOptions(show_summary=False))
    assert [line.rsplit(" ", 1)[1] for line in output.splitlines()] == ["first", "second", "third"]


def test_visible_keeps_printable_text_of_any_language() -> None:
    for text in ("plain", "Größe", "価格", "🙂", "👩\u200d🚀", "שלום", "e\u0301"):
        assert visible(text) == text
    assert visible("\ud800") == r"\ud800"
