"""Whatever the config and the rules say, no format fails, and what machines read comes back as it went in."""

import json
import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.findings import Edit, Finding, Fix, Impact, Label, Safety, Severity, SourceText, Span, StampedFinding
from pricecheck.report.formats import FORMATS, render
from pricecheck.report.model import RenderOptions, Report
from pricecheck.report.visible import visible
from tests.report.readers import decoded_commands, parsed_xml, validator
from tests.report.samples import RULES

ANYTHING = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["::error::x", "%0A", "]]>", "|", "`", "\x1b[2J", "\x00", "\ud800", "\u202e", "🙂", "\t", "\r", "x" * 500]
)
TEXTS = st.lists(ANYTHING | st.sampled_from(["\n", "\r\n", "\r", "\t"]), max_size=8).map("".join)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@st.composite
def spans(draw: st.DrawFn, text: str) -> Span:
    start = draw(st.integers(0, len(text)))
    return Span(start, draw(st.integers(start, len(text))))


@st.composite
def findings(draw: st.DrawFn, source: SourceText, others: list[SourceText]) -> StampedFinding:
    own = spans(source.text)
    other = draw(st.sampled_from(others))
    labels = st.builds(Label, own, ANYTHING, st.none()) | st.builds(Label, spans(other.text), ANYTHING, st.just(other))
    fixes = st.builds(Fix, ANYTHING, st.sampled_from(Safety), st.lists(st.builds(Edit, own, ANYTHING)).map(tuple))
    rule = draw(st.sampled_from(list(RULES.values())))
    return StampedFinding(
        rule=rule.code,
        name=rule.name,
        severity=draw(st.sampled_from(Severity)),
        impact=draw(st.sampled_from(Impact)),
        source=source,
        finding=Finding(
            message=draw(ANYTHING),
            span=draw(own),
            path=tuple(draw(st.lists(ANYTHING | st.integers(0, 99), max_size=3))),
            related=tuple(draw(st.lists(labels, max_size=2))),
            help=draw(st.none() | ANYTHING),
            fix=draw(st.none() | fixes),
        ),
        fingerprint=draw(st.from_regex("[0-9a-f]{32}", fullmatch=True)),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    sources = [SourceText(name, draw(TEXTS)) for name in names]
    found = draw(st.lists(st.sampled_from(sources).flatmap(lambda source: findings(source, sources)), max_size=4))
    return Report(tuple(found), tuple(names), RULES, "0.1.0", draw(st.integers(0, 9)), draw(st.integers(0, 9)))


OPTIONS = st.builds(
    RenderOptions,
    color=st.booleans(),
    width=st.integers(0, 200),
    show_source=st.booleans(),
    show_summary=st.booleans(),
    fix_hint=st.booleans(),
    root=st.none() | st.just("/repo"),
    working_directory=st.just("/repo/configs"),
)


@settings(max_examples=60, deadline=None)
@given(reports(), OPTIONS)
def test_every_format_renders_every_report(made: Report, options: RenderOptions) -> None:
    for name in FORMATS:
        render(name, made, options).encode("utf-8")


@settings(max_examples=60, deadline=None)
@given(reports(), OPTIONS)
def test_text_for_people_acts_on_no_terminal(made: Report, options: RenderOptions) -> None:
    for name in ("full", "concise"):
        plain = (
            re.sub(r"\x1b\[[0-9;]*m", "", render(name, made, options)) if options.color else render(name, made, options)
        )
        assert plain.replace("\n", "").replace("\u200d", "").isprintable()


@settings(max_examples=60, deadline=None)
@given(reports())
def test_concise_has_a_line_for_each_finding(made: Report) -> None:
    lines = render("concise", made, RenderOptions(show_summary=False)).split("\n")[:-1]
    assert lines == [
        f"{visible(found.file)}:{found.start.line}:{found.start.column}: "
        f"{found.rule}[{found.name}] {visible(found.finding.message)}"
        for found in made.findings
    ]


@settings(max_examples=60, deadline=None)
@given(reports(), OPTIONS)
def test_json_comes_back_as_it_went_in(made: Report, options: RenderOptions) -> None:
    parsed = json.loads(render("json", made, options))
    validator("schemas/report.schema.json").validate(parsed)
    for record, found in zip(parsed["findings"], made.findings, strict=True):
        assert (record["rule"], record["file"], record["message"]) == (found.rule, found.file, found.finding.message)
        assert (record["help"], tuple(record["path"])) == (found.finding.help, found.finding.path)
        assert Span(record["start"]["offset"], record["end"]["offset"]) == found.finding.span
        assert [label["message"] for label in record["related"]] == [label.message for label in found.finding.related]
        fix = found.finding.fix
        assert (record["fix"] is None) == (fix is None)
        if fix is not None:
            spans_and_texts = [
                Edit(Span(edit["start"]["offset"], edit["end"]["offset"]), edit["text"])
                for edit in record["fix"]["edits"]
            ]
            assert spans_and_texts == list(fix.edits)
    lines = render("json-lines", made, options).splitlines()
    assert [json.loads(line) for line in lines] == parsed["findings"]


@settings(max_examples=60, deadline=None)
@given(reports(), OPTIONS)
def test_sarif_is_valid_and_its_regions_are_the_spans(made: Report, options: RenderOptions) -> None:
    parsed = json.loads(render("sarif", made, options))
    validator("fixtures/sarif-schema-2.1.0.json").validate(parsed)
    for result, found in zip(parsed["runs"][0]["results"], made.findings, strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        start, length = region["charOffset"], region["charLength"]
        assert Span(start, start + length) == found.finding.span
        assert (region["startLine"], region["startColumn"]) == (found.start.line, found.start.column)
        assert result["message"]["text"].startswith(found.finding.message)


@settings(max_examples=60, deadline=None)
@given(reports(), OPTIONS)
def test_gitlab_and_junit_have_an_entry_for_each_finding(made: Report, options: RenderOptions) -> None:
    entries = json.loads(render("gitlab", made, options))
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == len(made.findings)
    root = parsed_xml(render("junit", made, options))
    assert len(list(root.iter("failure"))) == len(made.findings)
    assert int(root.attrib["tests"]) == len(list(root.iter("testcase")))


@settings(max_examples=60, deadline=None)
@given(reports(), OPTIONS)
def test_github_commands_decode_to_the_findings(made: Report, options: RenderOptions) -> None:
    commands = decoded_commands(render("github", made, options))
    told = Counter(
        (int(properties["line"]), properties["title"], data.split("\n")[0]) for _, properties, data in commands
    )
    expected = Counter(
        (found.start.line, f"{found.rule} {found.name}", visible(found.finding.message.split("\n")[0]))
        for found in made.findings
    )
    assert told == expected


@settings(max_examples=60, deadline=None)
@given(reports(), OPTIONS)
def test_markdown_has_a_row_for_each_finding_and_no_foreign_markup(made: Report, options: RenderOptions) -> None:
    output = render("markdown", made, options)
    assert len(re.findall(r"^\| (?:❌|⚠️|ℹ️) ", output, re.MULTILINE)) == len(made.findings)  # noqa: RUF001 - meant
    assert set(re.findall(r"<[^>]*>", output)) <= {"<br>", "<span>", "</span>", "<!-- -->"}
