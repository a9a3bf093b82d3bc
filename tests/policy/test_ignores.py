from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.findings import Impact, Safety, SourceText, StampedFinding
from pricecheck.policy.hiding import HYGIENE, NEEDS_APPROVAL
from pricecheck.policy.ignores import HygieneKind, HygieneProblem, IgnoreOutcome, Ignores, apply_ignores, read_ignores
from pricecheck.source.document import Document
from pricecheck.source.yaml_parser import parse
from tests.policy.words import RULES, VOCABULARY, stamped

TODAY = date(2026, 11, 23)
ALL = frozenset(RULES)


def document(text: str, path: str = "t.yaml") -> Document:
    return parse(SourceText(path, text), is_json=path.endswith(".json"))


def outcome(
    text: str, *codes_and_places: tuple[str, str], ran: frozenset[str] = ALL, today: date = TODAY
) -> IgnoreOutcome[StampedFinding]:
    read = document(text)
    findings = [stamped(code, read.source, at) for code, at in codes_and_places]
    return apply_ignores(findings, read_ignores(read, VOCABULARY), ran=ran, today=today)


def hidden(text: str, *codes_and_places: tuple[str, str], today: date = TODAY) -> list[str]:
    return [finding.rule for finding in outcome(text, *codes_and_places, today=today).suppressed]


def problems(text: str, *codes_and_places: tuple[str, str], ran: frozenset[str] = ALL) -> tuple[HygieneProblem, ...]:
    return outcome(text, *codes_and_places, ran=ran).problems


def mended(text: str, problem: HygieneProblem) -> str:
    assert problem.fix is not None
    assert problem.fix.safety is Safety.SAFE
    for edit in sorted(problem.fix.edits, reverse=True, key=lambda edit: edit.span):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def test_an_ignore_hides_its_rule_on_its_line_and_nothing_else() -> None:
    text = 'a: "$5" # pricecheck: ignore[PC101] raw on purpose\nb: "$6"\n'
    result = outcome(text, ("PC101", '"$5"'), ("PC102", '"$5"'), ("PC101", '"$6"'))
    assert [finding.rule for finding in result.suppressed] == ["PC101"]
    assert [(finding.rule, finding.start.line) for finding in result.kept] == [("PC102", 1), ("PC101", 2)]
    assert result.problems == ()


def test_an_ignore_on_its_own_line_is_about_the_next_line_with_something_on_it() -> None:
    text = '# pricecheck: ignore[PC101] raw on purpose\n\n  # another comment\na: "$5"\nb: "$6"\n'
    assert hidden(text, ("PC101", '"$5"'), ("PC101", '"$6"')) == ["PC101"]


def test_two_ignores_above_one_line_both_count() -> None:
    text = '# pricecheck: ignore[PC101] one\n# pricecheck: ignore[PC102] two\na: "$5"\n'
    assert hidden(text, ("PC101", '"$5"'), ("PC102", '"$5"')) == ["PC101", "PC102"]


def test_a_finding_about_several_lines_is_on_its_first() -> None:
    text = "a: # pricecheck: ignore[PC208] known\n  b: 1\n  c: 2 # pricecheck: ignore[PC101] known\n"
    result = outcome(text, ("PC208", "a:"), ("PC101", "b:"))
    assert [finding.rule for finding in result.suppressed] == ["PC208"]
    assert [problem.message for problem in result.problems] == ["this ignore of PC101 hides nothing"]


def test_ignore_file_is_about_every_line() -> None:
    text = 'a: "$5"\nb: "$6"\n# pricecheck: ignore-file[PC208, missing-fallback] kept for the old parser\n'
    result = outcome(text, ("PC208", '"$5"'), ("PC301", '"$6"'), ("PC101", '"$6"'))
    assert [finding.rule for finding in result.suppressed] == ["PC208", "PC301"]
    assert result.problems == ()


def test_the_line_s_own_ignore_is_used_before_the_file_s() -> None:
    text = '# pricecheck: ignore-file[PC101] all\na: "$5" # pricecheck: ignore[PC101] this\n'
    assert [problem.span.start for problem in problems(text, ("PC101", '"$5"'))] == [text.index("PC101")]


def test_a_directive_in_a_string_is_text() -> None:
    assert hidden('a: "$5 # pricecheck: ignore[PC101] no"\n', ("PC101", '"$5')) == []
    assert problems('a: "# pricecheck: ignore"\n') == ()


def test_a_directive_may_follow_another_comment() -> None:
    text = 'a: "$5" # raw # pricecheck: ignore[PC101] on purpose\n'
    assert hidden(text, ("PC101", '"$5"')) == ["PC101"]
    assert mended(text, problems(text)[0]) == 'a: "$5" # raw\n'


def test_prose_that_mentions_the_tool_is_no_directive() -> None:
    assert problems("a: 1 # see the pricecheck: docs\n") == ()


@pytest.mark.parametrize("code", sorted(NEEDS_APPROVAL | HYGIENE))
@pytest.mark.parametrize("word", ["ignore", "ignore-file"])
def test_what_takes_an_approval_is_never_hidden(code: str, word: str) -> None:
    vocabulary = VOCABULARY._replace(rules={**RULES, code: f"name-of-{code.lower()}"})
    read = document(f'a: "$5" # pricecheck: {word}[{code}] please\n')
    finding = stamped(code, read.source, '"$5"', impact=Impact.RISK)
    result = apply_ignores([finding], read_ignores(read, vocabulary), ran=frozenset(), today=TODAY)
    assert result.kept == (finding,)
    assert [
        (problem.kind, problem.message.startswith(f"{code} can't be ignored: ")) for problem in result.problems
    ] == [(HygieneKind.UNUSED, True)]


def test_what_stops_the_gateway_is_never_hidden_whatever_its_code() -> None:
    read = document('a: "$5" # pricecheck: ignore[PC101] please\n')
    finding = stamped("PC101", read.source, '"$5"', impact=Impact.REJECTS)
    result = apply_ignores([finding], read_ignores(read, VOCABULARY), ran=ALL, today=TODAY)
    assert result.suppressed == ()


@pytest.mark.parametrize(
    ("today", "codes"),
    [(date(2026, 12, 30), ["PC101"]), (date(2026, 12, 31), ["PC101"]), (date(2027, 1, 1), [])],
)
@pytest.mark.parametrize(
    "tail", ["until=2026-12-31 a reason", "a reason until=2026-12-31", "a (until=2026-12-31) reason"]
)
def test_until_counts_that_day_and_no_longer(tail: str, today: date, codes: list[str]) -> None:
    assert hidden(f'a: "$5" # pricecheck: ignore[PC101] {tail}\n', ("PC101", '"$5"'), today=today) == codes


def test_an_expired_ignore_is_said_once_and_can_be_removed() -> None:
    text = 'a: "$5" # pricecheck: ignore[PC101, PC102] reason until=2026-11-22\n'
    (problem,) = problems(text, ("PC101", '"$5"'))
    assert problem.kind is HygieneKind.EXPIRED
    assert problem.message == "this ignore ended on 2026-11-22 and hides nothing any more"
    assert text[problem.span.start : problem.span.end] == "until=2026-11-22"
    assert mended(text, problem) == 'a: "$5"\n'


def test_each_unused_code_is_said_at_its_own_place() -> None:
    text = 'a: "$5" # pricecheck: ignore[PC101, low-fallback , PC208] reason\n'
    found = problems(text, ("PC101", '"$5"'))
    assert [(text[one.span.start : one.span.end], one.message) for one in found] == [
        ("low-fallback", "this ignore of PC302 hides nothing"),
        ("PC208", "this ignore of PC208 hides nothing"),
    ]
    assert mended(text, found[0]) == 'a: "$5" # pricecheck: ignore[PC101 , PC208] reason\n'
    assert mended(text, found[1]) == 'a: "$5" # pricecheck: ignore[PC101, low-fallback] reason\n'


def test_a_rule_that_did_not_run_leaves_its_ignore_alone() -> None:
    text = 'a: "$5" # pricecheck: ignore[PC101, PC301] reason\n'
    assert [problem.message for problem in problems(text, ran=frozenset({"PC301"}))] == [
        "this ignore of PC301 hides nothing"
    ]


def test_a_code_written_twice_is_unused_once() -> None:
    text = 'a: "$5" # pricecheck: ignore[PC101,PC101] reason\n'
    (problem,) = problems(text, ("PC101", '"$5"'))
    assert mended(text, problem) == 'a: "$5" # pricecheck: ignore[PC101] reason\n'


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a: 1  # pricecheck: ignore[PC101] r\nb: 2\n", "a: 1\nb: 2\n"),
        ("a: 1  # pricecheck: ignore[PC101] r\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n"),
        ("a:\n  # pricecheck: ignore[PC101] r\n  b: 2\n", "a:\n  b: 2\n"),
        ("a:\r\n  # pricecheck: ignore[PC101] r\r\n  b: 2\r\n", "a:\r\n  b: 2\r\n"),
        ("a: 1\n# pricecheck: ignore[PC101] r", "a: 1\n"),
        ("\ufeff# pricecheck: ignore-file[PC101] r\na: 1\n", "\ufeffa: 1\n"),
    ],
)
def test_removing_a_comment_leaves_no_trace(text: str, left: str) -> None:
    (problem,) = problems(text)
    assert mended(text, problem) == left


@pytest.mark.parametrize(
    ("comment", "message", "place"),
    [
        ("ignore PC101 reason", "`ignore` without rules in brackets hides nothing", None),
        ("ignore", "`ignore` without rules in brackets hides nothing", None),
        ("ignore[PC101 reason", "`ignore` without rules in brackets hides nothing", None),
        ("ignor[PC101] reason", "`ignor` is nothing pricecheck can be told (did you mean ignore?), so", None),
        ("disable=PC101", "`disable=PC101` is nothing pricecheck can be told, so this comment does nothing", None),
        ("ignore[PC101]", "this `ignore` has no reason and so hides nothing", None),
        ("ignore-file[PC101] --", "this `ignore-file` has no reason and so hides nothing", None),
        ("ignore[PC101] until=2026-12-31", "this `ignore` has no reason and so hides nothing", None),
        ("ignore[] reason", "a rule is missing between the brackets", ""),
        ("ignore[PC1O1] reason", "there is no rule 'PC1O1' (did you mean PC101?)", "PC1O1"),
        ("ignore[raw-unit-prize] reason", "there is no rule 'raw-unit-prize' (did you mean raw-unit-price?)", None),
        ("ignore[PC1] reason", "'PC1' is a group of rules; an ignore names each rule it hides", "PC1"),
        ("ignore[ALL] reason", "'ALL' is a group of rules; an ignore names each rule it hides", "ALL"),
        ("ignore[PC101] r until=2026-13-01", "`until=2026-13-01` is not a date it can end on, so", "until=2026-13-01"),
        ("ignore[PC101] r until=tomorrow", "`until=tomorrow` is not a date it can end on, so", "until=tomorrow"),
        ("ignore[PC101] r until=20261231", "`until=20261231` is not a date it can end on, so", None),
        ("ignore[PC101] r until 2026-12-31", "`until 2026-12-31` is not a date it can end on, so", None),
        ("ignore[PC101] r until: 2026-12-31", "`until: 2026-12-31` is not a date it can end on, so", None),
        ("ignore[PC101] until=2026-12-31 r until=2027-12-31", "two dates, so this ignore hides nothing", None),
    ],
)
def test_a_comment_that_is_not_in_order_hides_nothing_and_is_said(
    comment: str, message: str, place: str | None
) -> None:
    text = f'a: "$5" # pricecheck: {comment}\n'
    assert hidden(text, ("PC101", '"$5"')) == []
    (problem,) = problems(text, ("PC101", '"$5"'))
    assert problem.kind is HygieneKind.MALFORMED
    assert problem.message.startswith(message)
    if place is not None:
        assert text[problem.span.start : problem.span.end] == place


def test_a_wrong_code_does_not_take_the_right_ones_along() -> None:
    text = 'a: "$5" # pricecheck: ignore[PC999, PC101] reason\n'
    assert hidden(text, ("PC101", '"$5"')) == ["PC101"]
    assert [problem.kind for problem in problems(text, ("PC101", '"$5"'))] == [HygieneKind.MALFORMED]


def test_until_in_a_sentence_is_a_word() -> None:
    text = 'a: "$5" # pricecheck: ignore[PC101] raw until the export is mended\n'
    assert hidden(text, ("PC101", '"$5"')) == ["PC101"]


def test_json_has_no_comments() -> None:
    assert read_ignores(document('{"a": "# pricecheck: ignore[PC101] r"}', "t.json"), VOCABULARY) == Ignores()


CODES = ["PC101", "PC102", "PC208", "PC301", "PC302", "PC303", "PC010"]
PLACES = st.tuples(st.sampled_from(CODES), st.integers(0, 3))
COMMENTS = st.tuples(
    st.sampled_from(["ignore", "ignore-file"]),
    st.lists(st.sampled_from(CODES), min_size=1, max_size=4),
    st.sampled_from(["r", "", "r until=2026-11-22", "r until=2026-11-23"]),
)


def config(comments: list[tuple[str, list[str], str] | None]) -> str:
    lines = []
    for number, comment in enumerate(comments):
        note = f" # pricecheck: {comment[0]}[{', '.join(comment[1])}] {comment[2]}" if comment else ""
        lines.append(f"key{number}: 1{note}\n")
    return "".join(lines)


@given(st.lists(st.none() | COMMENTS, min_size=4, max_size=4), st.lists(PLACES, max_size=8))
def test_every_finding_is_kept_or_suppressed_and_the_forbidden_ones_kept(
    comments: list[tuple[str, list[str], str] | None], places: list[tuple[str, int]]
) -> None:
    text = config(comments)
    read = document(text)
    findings = [
        stamped(code, read.source, f"key{line}", impact=Impact.REJECTS if code == "PC010" else Impact.RISK)
        for code, line in places
    ]
    result = apply_ignores(findings, read_ignores(read, VOCABULARY), ran=ALL, today=TODAY)
    assert sorted(map(id, [*result.kept, *result.suppressed])) == sorted(map(id, findings))
    assert not {finding.rule for finding in result.suppressed} & {"PC303", "PC010"}


@given(st.lists(st.none() | COMMENTS, min_size=4, max_size=4), st.lists(PLACES, max_size=8))
def test_after_all_fixes_nothing_is_unused_or_expired_and_the_same_is_hidden(
    comments: list[tuple[str, list[str], str] | None], places: list[tuple[str, int]]
) -> None:
    text = config(comments)
    wanted = [(code, f"key{line}") for code, line in places]
    before = outcome(text, *wanted)
    edits = {edit for problem in before.problems if problem.fix for edit in problem.fix.edits}
    for edit in sorted(edits, reverse=True, key=lambda edit: edit.span):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    after = outcome(text, *wanted)
    assert [(one.rule, one.start.line) for one in after.suppressed] == [
        (one.rule, one.start.line) for one in before.suppressed
    ]
    assert {problem.kind for problem in after.problems} <= {HygieneKind.MALFORMED}
