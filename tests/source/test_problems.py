"""What a person is told about a text the gateway would refuse."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.findings import SourceText
from pricecheck.source.document import Problem, ProblemKind
from pricecheck.source.plain import plain
from pricecheck.source.yaml_parser import parse


def problems_of(text: str, *, is_json: bool = False) -> tuple[Problem, ...]:
    return parse(SourceText("config.yaml", text), is_json=is_json).problems


def only(text: str) -> tuple[str, str | None, str | None]:
    """Give line:column, message and help of the one problem of a text."""
    source = SourceText("config.yaml", text)
    document = parse(source)
    assert document.root is None
    (problem,) = document.problems
    assert problem.kind is ProblemKind.SYNTAX
    place = source.position(problem.span.start)
    return f"{place.line}:{place.column}", problem.message, problem.help


@pytest.mark.parametrize(
    ("text", "place", "message", "advice"),
    [
        ("a:\n\tb: 1\n", "2:1", "a tab cannot indent YAML", "indent with spaces"),
        ("a:\n  b: 1\n\tc: 2\n", "3:1", "a tab cannot indent YAML", "indent with spaces"),
        ("a: @x\n", "1:4", "a value cannot start with @, YAML reserves it", "put the value in quotes"),
        ("a: `x`\n", "1:4", "a value cannot start with `, YAML reserves it", "put the value in quotes"),
        ("a: %x\n", "1:4", "a value cannot start with %", "put the value in quotes"),
        ("a: b: c\n", "1:5", "a colon and a space inside a value start a second key", "put the value in quotes"),
        ("a:1\nb: 2\n", "1:2", "a space is missing after the colon", "write `key: value`"),
        ('m:\n  gpt-4o:"$1"\n  x: 1\n', "2:9", "a space is missing after the colon", "write `key: value`"),
        ('a: "$0.05"#c\n', "1:11", "a comment must be separated from what stands before it", "put a space before #"),
        ('a: "x" y\n', "1:8", "unexpected text after the value", "put the whole value in quotes"),
        (
            "- a\nb: 1\n",
            "2:1",
            "this line stands among list items but is none",
            "start it with - or fix its indentation",
        ),
        ("a: - b\n", "1:4", "a list item cannot start here", "put the - on a line of its own"),
        ("[a, b]: x\n", "1:1", "a list or mapping cannot be a key", "put it in quotes if it is text"),
        ("a: &price 1\nb: *prcie\n", "2:4", "*prcie repeats an anchor that is not defined above it", "write *price"),
        ("a: &x [*x]\n", "1:8", "*x stands inside the very value it repeats", "write the value out"),
        ("%YAML 1.1\n---\na: 2026-01-31\n", "3:4", "under %YAML 1.1 this is a date, not text", "put it in quotes"),
        ("a: b\ud800\n", "1:5", "half of a surrogate pair is no character", None),
        ("a: !!binary aGk=\n", "1:4", "!!binary makes an object that no field of a config takes", "remove the tag"),
    ],
)
def test_message_and_place(text: str, place: str, message: str, advice: str | None) -> None:
    assert only(text) == (place, message, advice)


@pytest.mark.parametrize(
    ("text", "message", "opening"),
    [
        ('a: 1\nb: "x', "this quote is never closed", 8),
        (
            'a: "x\nb: 1\nc: "y"\n',
            'the " opened above is still open on this line, which is not indented as its inside must be',
            3,
        ),
        ("a: [1,\n  2\n", "a comma or ] must stand here", 3),
        ("a: {x: 1, y\n", "a comma or } must stand here", 3),
        (
            "a:\n    b: 1\n  c: 2\n",
            "the indentation of this line fits no line above it",
            0,
        ),
    ],
)
def test_the_opening_is_shown_too(text: str, message: str, opening: int) -> None:
    (problem,) = problems_of(text)
    assert problem.message == message
    assert [label.span.start for label in problem.related] == [opening]


def test_every_duplicate_key_is_reported_with_its_first_place() -> None:
    text = 'routes:\n  "GET /x": 1\n  GET /x: 2\n  \'GET /x\': 3\na: 1\na: 2\n1: x\n"1": y\n'
    document = parse(SourceText("config.yaml", text))
    assert [problem.kind for problem in document.problems] == [ProblemKind.DUPLICATE_KEY] * 3
    assert [problem.path for problem in document.problems] == [("routes", "GET /x")] * 2 + [("a",)]
    assert [text[problem.span.start : problem.span.end] for problem in document.problems] == ["GET /x", "'GET /x'", "a"]
    assert [problem.related[0].span.start for problem in document.problems] == [
        text.index('"GET'),
        text.index('"GET'),
        text.index("a: 1"),
    ]
    assert document.root is not None
    assert plain(document.root) == {"1": "y", "routes": {"GET /x": 3}, "a": 2}


def test_a_second_document_is_its_own_kind_of_problem() -> None:
    (problem,) = problems_of("a: 1\n---\nb: 2\n")
    assert (problem.kind, problem.span) == (ProblemKind.MULTIPLE_DOCUMENTS, (5, 8))


def test_one_price_can_be_repeated_99_times() -> None:
    def text(times: int) -> str:
        return "a: &p $0.05\n" + "".join(f"m{number}: *p\n" for number in range(times))

    assert problems_of(text(99)) == ()
    (problem,) = problems_of(text(100))
    assert problem.span.start == text(99).__len__() + len("m99: ")
    assert "repeated so often" in problem.message


def test_empty_values_cannot_explode_unseen() -> None:
    lines = ["a0: &a0 []", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 50)}]" for n in range(1, 9))]
    (problem,) = problems_of("\n".join(lines))
    assert problem.message == "with its aliases written out this text has more than 10,000,000 values"


@pytest.mark.parametrize("depth", [501, 1_001, 100_000])  # libyaml 0.2.6 has a limit of its own at 1,000
@pytest.mark.parametrize("opening", ["[", '{"a":', "- ", "? ", "[{a: "])
def test_deep_nesting_is_one_problem(opening: str, depth: int) -> None:
    (problem,) = problems_of(opening * depth)
    assert problem.message == "nested more than 500 levels deep"
    if opening in {"[", '{"a":'}:
        assert [problem.message for problem in problems_of(opening * depth, is_json=True)] == [problem.message]


def test_nesting_up_to_the_limit_is_fine() -> None:
    for is_json in (False, True):
        document = parse(SourceText("config.yaml", "[" * 500 + "]" * 500), is_json=is_json)
        assert document.problems == ()
        assert document.root is not None
        assert repr(plain(document.root)) == "[" * 500 + "]" * 500


def test_a_huge_value_is_read() -> None:
    document = parse(SourceText("config.yaml", "a: " + "x" * 50_000_000 + "\n"))
    assert document.root is not None
    assert len(plain(document.root)["a"]) == 50_000_000


@pytest.mark.parametrize("text", ["", "\n", "# c\n", "---\n", "\ufeff", "---\n...\n"])
def test_no_value_at_all(text: str) -> None:
    document = parse(SourceText("config.yaml", text))
    assert (document.root, document.problems) == (None, ())


def test_yaml_version_is_told() -> None:
    assert parse(SourceText("config.yaml", "%YAML 1.1\n---\na: yes\n")).yaml_version == "1.1"
    assert parse(SourceText("config.yaml", "a: yes\n")).yaml_version == "1.2"


@pytest.mark.parametrize("on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(on: bool) -> None:  # noqa: FBT001 - a parameter of pytest's
    before = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        parse(SourceText("config.yaml", "a: ["))
        assert gc.isenabled() is on
    finally:
        (gc.enable if before else gc.disable)()


PIECES = (
    *" \t\n\r:#-?[]{},&*!|>'\"%@`\\~<=",
    *("a", "1", "é", "😀", "\ufeff", "\x85", "\u2028", "\0", "\x07", "\ud800", "\n  ", "\r\n", "---", "..."),
    *("&a", "*a", "<<: ", "!!str", "%YAML 1.1\n---\n", ": ", "- ", "{a: b}", "|\n "),
)
SOUP = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(SOUP | st.text(max_size=40), st.booleans())
def test_no_text_makes_it_raise(text: str, is_json: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    document = parse(SourceText("config.yaml", text), is_json=is_json)
    for problem in document.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        assert problem.message
        for label in problem.related:
            assert 0 <= label.span.start <= label.span.end <= len(text)
    assert document.problems or document.root is not None or plain_is_nothing(text)


def plain_is_nothing(text: str) -> bool:
    """Tell whether a text holds only comments, directives and markers, and so no value."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    return all(line.strip(" \t\r")[:3] in {"", "---", "..."} or line.strip(" \t")[:1] in "#%" for line in lines)
