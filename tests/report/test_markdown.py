import re

import pytest

from pricecheck.findings import Finding, Severity
from pricecheck.report.formats import render
from pricecheck.report.markdown_text import prose
from pricecheck.report.model import RenderOptions
from tests.report.samples import NASTY, many, nasty_report, report, sample, source, span_of, stamped


def test_markdown_sample() -> None:
    assert render("markdown", sample(), RenderOptions()) == (
        """\
### pricecheck

Found 1 error, 1 warning, 1 info in 1 file.

**gateway.yaml**

| | line | rule | finding |
|---|---|---|---|
| ❌ error | 4 | PC101 raw-unit-price | "<span>$</span>5" charges 5 smallest units, \
<span>$</span>0.000005<br>write "<span>$</span>5.00" |
| ⚠️ warning | 5 | PC203 shadowed-route | the route is never reached |
| ℹ️ info | 8 | PC208 dropped-field | the gateway drops fallbck |
"""  # noqa: RUF001 - the symbol is meant
    )


def test_markdown_stays_one_row_a_finding_with_no_markup_of_its_own() -> None:
    output = render("markdown", nasty_report(), RenderOptions())
    rows = [line for line in output.splitlines() if line.startswith("| ❌")]
    assert len(rows) == len(NASTY)
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 5
        tags = set(re.findall(r"<[^>]*>", row))
        assert tags <= {"<br>", "<span>", "</span>", "<!-- -->"}
        assert row.isprintable() or "\u200d" in row
    assert r"\`code\` \`\`\`fence" in output
    assert "&lt;script&gt;" in output
    assert r"\[c\](d)" in output
    assert "@octocat" not in output


def test_markdown_folds_a_long_table() -> None:
    short = render("markdown", report(*many(10)), RenderOptions())
    long = render("markdown", report(*many(11)), RenderOptions())
    assert "<details>" not in short
    assert "<details><summary><b>configs/0.yaml</b>: 11 findings</summary>\n\n|" in long
    assert long.endswith("|\n\n</details>\n")


@pytest.mark.parametrize("files", [1, 40, 3_000])
def test_markdown_fits_in_a_comment_and_says_what_is_left_out(files: int) -> None:
    findings = many(3_000, files=files)
    output = render("markdown", report(*findings), RenderOptions())
    assert 60_000 < len(output) <= 65_000
    shown = output.count("| ❌ error |")
    assert output.endswith(f"\n{3_000 - shown:,} more findings not shown: the full list does not fit here.\n")
    assert output.count("<details>") == output.count("</details>")


@pytest.mark.parametrize("files", range(160, 270, 2))
def test_markdown_cut_anywhere_closes_what_it_opened(files: int) -> None:
    output = render("markdown", report(*many(3_000, files=files)), RenderOptions())
    tags = re.findall("</?details>", output)
    assert tags == ["<details>", "</details>"] * (len(tags) // 2)


def test_markdown_that_is_cut_keeps_the_worst() -> None:
    findings = [*many(3_000, Severity.INFO, files=30), *many(5, Severity.ERROR)]
    output = render("markdown", report(*findings), RenderOptions())
    assert output.count("| ❌ error |") == 5
    assert output.index("❌") < output.index("ℹ️")  # noqa: RUF001 - the symbol is meant


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`POST /x` is *new*", r"<code>POST /x</code> is \*new\*"),
        ("a `b|$<i>@all` c `d`", r"a <code>b\|<span>$</span>&lt;i&gt;@<!-- -->all</code> c <code>d</code>"),
        ("route `a`b` is new", r"route \`a\`b\` is new"),
        ("`code` ```fence", r"\`code\` \`\`\`fence"),
        ("``", r"\`\`"),
        ("`</code>`", "<code>&lt;/code&gt;</code>"),
    ],
)
def test_code_in_a_sentence_is_code_and_a_name_with_backticks_is_harmless(text: str, shown: str) -> None:
    assert prose(text) == shown


def test_code_that_is_cut_is_closed() -> None:
    assert prose("see `abcdef`", 8) == "see <code>ab…</code>"


def test_a_finding_shows_its_names_as_code() -> None:
    text = source()
    finding = Finding("`GET /data` costs `$5`", span_of(text, "upstream"), help="write `$5.00`")
    row = render("markdown", report(stamped(text, finding)), RenderOptions()).splitlines()[-1]
    assert row.endswith(
        "<code>GET /data</code> costs <code><span>$</span>5</code><br>write <code><span>$</span>5.00</code> |"
    )
