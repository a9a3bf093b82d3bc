from collections import Counter

import pytest

from pricecheck.findings import Finding, Severity, Span
from pricecheck.report.formats import render
from pricecheck.report.model import RenderOptions
from tests.report.readers import decoded_commands
from tests.report.samples import NASTY, many, nasty_report, report, sample, source, stamped

SHOWN_PER_KIND = 10


def test_github_sample() -> None:
    assert decoded_commands(render("github", sample(), RenderOptions())) == [
        (
            "error",
            {
                "file": "gateway.yaml",
                "line": "4",
                "endLine": "4",
                "title": "PC101 raw-unit-price",
                "col": "12",
                "endColumn": "16",
            },
            '"$5" charges 5 smallest units, $0.000005\nhelp: write "$5.00"',
        ),
        (
            "warning",
            {
                "file": "gateway.yaml",
                "line": "5",
                "endLine": "5",
                "title": "PC203 shadowed-route",
                "col": "3",
                "endColumn": "15",
            },
            "the route is never reached",
        ),
        (
            "notice",
            {
                "file": "gateway.yaml",
                "line": "8",
                "endLine": "8",
                "title": "PC208 dropped-field",
                "col": "5",
                "endColumn": "12",
            },
            "the gateway drops fallbck",
        ),
    ]


def test_github_escapes_decode_back() -> None:
    text = source("a: 1\n", "dir,1/a::b=c, 100%.yaml")
    messages = ["100% %0A %2C", "a::b::c, d", "two\nlines", "::error::injected", "%25"]
    output = render("github", report(*(stamped(text, Finding(m, Span(0, 1))) for m in messages)), RenderOptions())
    commands = decoded_commands(output)
    assert [data for _, _, data in commands] == messages
    assert {properties["file"] for _, properties, _ in commands} == {"dir,1/a::b=c, 100%.yaml"}


def test_github_nasty_text_stays_one_command_a_finding() -> None:
    output = render("github", nasty_report(), RenderOptions())
    assert output.replace("\n", "").isprintable()
    assert Counter(kind for kind, _, _ in decoded_commands(output)) == {"error": len(NASTY), "notice": 1}


def test_github_names_no_columns_for_several_lines() -> None:
    text = source("a: 1\nb: 2\n", "g.yaml")
    ((_, properties, _),) = decoded_commands(
        render("github", report(stamped(text, Finding("m", Span(0, 7)))), RenderOptions())
    )
    assert properties == {"file": "g.yaml", "line": "1", "endLine": "2", "title": "PC101 raw-unit-price"}


@pytest.mark.parametrize(
    ("errors", "warnings", "infos", "hidden"),
    [(10, 10, 10, 0), (11, 0, 0, 1), (11, 12, 0, 3), (0, 0, 11, 2), (11, 0, 9, 1), (11, 0, 10, 2), (300, 0, 30, 311)],
)
def test_github_says_how_many_it_will_not_show(errors: int, warnings: int, infos: int, hidden: int) -> None:
    findings = [*many(infos, Severity.INFO), *many(warnings, Severity.WARNING), *many(errors)]
    commands = decoded_commands(render("github", report(*findings), RenderOptions()))
    kinds = [kind for kind, _, _ in commands]
    assert kinds == sorted(kinds, key=["error", "warning", "notice"].index)
    told = [data for _, _, data in commands if data.startswith("+")]
    assert told == ([f"+{hidden} more findings in the log of this step"] if hidden else [])
    annotations = [
        command for number, command in enumerate(commands) if kinds[:number].count(command[0]) < SHOWN_PER_KIND
    ]
    assert all(command in annotations for command in commands if command[2].startswith("+"))
    assert len([command for command in annotations if not command[2].startswith("+")]) == len(findings) - hidden
