import tomllib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.policy.approvals import (
    Approval,
    ApprovalRequest,
    Approvals,
    Staleness,
    append_approval,
    parse_approvals,
)
from pricecheck.policy.errors import PolicyError
from tests.policy.words import RULES, VOCABULARY

TODAY = date(2026, 11, 23)
ALL = frozenset(RULES)
NAME = "pricecheck.approvals.toml"
ONE = """\
[[approval]]
rule = "PC401"
file = "t.yaml"
route = "POST /v1"
selector = "model:gpt-4o"
old = "50000"
new = "80000"
reason = "the provider raised its price"
approver = "ana"
expires = 2026-11-23
"""
REQUEST = ApprovalRequest("PC401", "t.yaml", "POST /v1", "model:gpt-4o", "50000", "80000")


def read(text: str, path: str = NAME) -> Approvals:
    return parse_approvals(text, path, VOCABULARY)


def stale(
    text: str, *requests: ApprovalRequest, ran: frozenset[str] = ALL, today: date = TODAY
) -> list[tuple[str, str]]:
    found = read(text).stale(requests, ran=ran, checked=["t.yaml"], today=today)
    return [(one.staleness.value, one.message) for one in found]


def test_exactly_the_approved_change_is_approved() -> None:
    approval = read(ONE).match(REQUEST, TODAY)
    assert approval is not None
    assert (approval.reason, approval.approver) == ("the provider raised its price", "ana")


@pytest.mark.parametrize(
    "different",
    [
        {"rule": "PC402"},
        {"file": "u.yaml"},
        {"route": "POST /v2"},
        {"selector": "model:gpt-4o-mini"},
        {"old": "50001"},
        {"old": "050000"},
        {"old": None},
        {"new": "80001"},
        {"new": None},
    ],
)
def test_any_other_change_is_not(different: dict[str, str | None]) -> None:
    assert read(ONE).match(REQUEST._replace(**different), TODAY) is None  # type: ignore[arg-type]  # names vary


def test_the_field_that_prices_the_rest_names_it_as_well() -> None:
    rest = REQUEST._replace(selector="other", also="fallback")
    for selector, approved in (("other", True), ("fallback", True), ("price", False)):
        text = ONE.replace("model:gpt-4o", selector)
        assert (read(text).match(rest, TODAY) is not None) is approved
        assert (stale(text, rest) == []) is approved
    assert read(ONE.replace("model:gpt-4o", "fallback")).match(rest._replace(new="80001"), TODAY) is None


def test_the_day_it_expires_is_the_last_it_counts() -> None:
    assert read(ONE).match(REQUEST, TODAY) is not None
    assert read(ONE).match(REQUEST, TODAY + timedelta(days=1)) is None


def test_without_a_date_it_does_not_expire() -> None:
    text = ONE.replace("expires = 2026-11-23\n", "")
    assert read(text).match(REQUEST, date.max) is not None


def test_a_rule_may_be_named() -> None:
    assert read(ONE.replace("PC401", "raised-over-bound")).match(REQUEST, TODAY) is not None


def test_a_side_that_does_not_exist_is_left_out() -> None:
    removed = read(ONE.replace('new = "80000"\n', ""))
    assert removed.match(REQUEST._replace(new=None), TODAY) is not None
    assert removed.match(REQUEST, TODAY) is None


def test_files_are_named_from_the_approvals_file() -> None:
    approvals = read(ONE, "prod/" + NAME)
    assert approvals.match(REQUEST._replace(file="prod/t.yaml"), TODAY) is not None
    assert approvals.match(REQUEST, TODAY) is None


def test_an_approval_in_use_is_not_stale() -> None:
    assert stale(ONE, REQUEST) == []


def test_an_approval_of_another_number_is_stale_and_says_which() -> None:
    ((state, message),) = stale(ONE, REQUEST._replace(new="90000"))
    assert state == "changed"
    assert message.startswith("this approves `POST /v1#model:gpt-4o`, 50000 to 80000, but something else asks for one")
    assert message.endswith("now (50000 to 90000): it does not count")
    assert stale(ONE, REQUEST._replace(old=None))[0][1].endswith(
        "but something else asks for one now (nothing to 80000): it does not count"
    )


def test_an_approval_of_no_change_is_stale_where_the_rule_looked() -> None:
    assert stale(ONE) == [
        ("unused", "this approves `POST /v1#model:gpt-4o`, 50000 to 80000, which nothing asks for any more")
    ]
    assert stale(ONE, ran=frozenset({"PC402"})) == [
        ("unused", "this approves `POST /v1#model:gpt-4o`, 50000 to 80000, which nothing asks for any more")
    ]


def test_an_expired_approval_is_stale_even_where_nobody_asks() -> None:
    assert stale(ONE, REQUEST, ran=frozenset(), today=TODAY + timedelta(days=1)) == [
        ("expired", "this approval of `POST /v1#model:gpt-4o`, 50000 to 80000, expired on 2026-11-23")
    ]


def test_a_stale_approval_is_found_in_the_file() -> None:
    approvals = read(ONE + "\n" + ONE.replace("PC401", "PC402"))
    span = approvals.span(approvals.approvals[1])
    assert approvals.file.source.position(span.start).line == 12


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[approval]\n", "1:2: 'approval' takes a list of tables, each begun by [[approval]], not a table"),
        ("[[aproval]]\n", "1:3: unknown key 'aproval' (did you mean approval?)"),
        (ONE.replace("reason", "raeson"), "8:1: unknown key 'raeson' (did you mean reason?)"),
        (ONE.replace('"PC401"', '"PC4O1"'), "2:8: there is no rule 'PC4O1' (did you mean PC401?)"),
        (ONE.replace('"PC401"', '"PC101"'), "2:8: PC101 takes an ignore comment; approvals are for PC303, PC304, "),
        (ONE.replace('"PC401"', '"PC010"'), "2:8: PC010 can't be approved: the gateway does not start with what it"),
        (ONE.replace('reason = "the provider raised its price"', 'reason = " "'), "8:10: 'reason' is empty"),
        (ONE.replace('approver = "ana"\n', ""), "1:3: 'approver' is missing: who answers for it"),
        (ONE.replace('route = "POST /v1"\n', ""), "1:3: 'route' is missing: "),
        (ONE.replace('old = "50000"\nnew = "80000"\n', ""), "1:3: 'new' is missing: "),
        (ONE.replace('"50000"', "50000"), "6:7: 'old' takes a string in quotes, not a number"),
        (ONE.replace("2026-11-23", '"2026-11-23"'), "10:11: 'expires' takes a date without quotes, as in 2027-01-31"),
        (ONE.replace("2026-11-23", "2026-11-23T10:00:00"), "10:11: 'expires' takes a date without quotes"),
        (ONE + ONE, "11:3: an earlier approval is for the same change"),
        ("[[approval", "1:11: not TOML: "),
    ],
)
def test_what_is_unclear_is_refused_in_one_line_with_its_place(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read(text)
    assert str(caught.value).startswith(f"{NAME}:{message}")
    assert "\n" not in str(caught.value)


NEW = Approval(
    "PC402", "t.yaml", "", "defaults.price", "1000", None, 'a "quoted" \\ reason\nof two lines', "böb", TODAY
)


def test_an_approval_is_added_at_the_end_in_plain_toml() -> None:
    plain = Approval("PC401", "t.yaml", "POST /v1", "price", "1", "2", "list price", "ana", TODAY)
    assert append_approval("# ours", NAME, plain, VOCABULARY) == (
        "# ours\n\n[[approval]]\n"
        'rule = "PC401"\nfile = "t.yaml"\nroute = "POST /v1"\nselector = "price"\nold = "1"\nnew = "2"\n'
        'reason = "list price"\napprover = "ana"\nexpires = 2026-11-23\n'
    )


@pytest.mark.parametrize(
    "text", ["", ONE, ONE.rstrip("\n"), ONE + "# the end", ONE.replace("\n", "\r\n"), "\ufeff" + ONE]
)
def test_adding_an_approval_touches_nothing_that_is_there(text: str) -> None:
    longer = append_approval(text, NAME, NEW, VOCABULARY)
    assert longer.startswith(text)
    assert ("\r\n" in text) == ("\r\n" in longer)
    assert read(longer).approvals == (*read(text).approvals, NEW)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("approval = []\n", "not TOML: "),
        ("nonsense", "not TOML: "),
        (ONE, "an earlier approval is for the same change"),
    ],
)
def test_a_file_that_cannot_take_another_approval_is_refused(text: str, message: str) -> None:
    same = read(ONE).approvals[0]
    with pytest.raises(PolicyError, match=message):
        append_approval(text, NAME, same, VOCABULARY)


def test_half_a_surrogate_pair_cannot_be_written() -> None:
    odd = Approval("PC401", "t.yaml", "GET /", "model:\ud800", "1", "2", "r", "ana")
    with pytest.raises(PolicyError, match="not Unicode text"):
        append_approval("", NAME, odd, VOCABULARY)


WORDS = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)


@given(st.builds(Approval, st.just("PC303"), WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, st.none() | st.dates()))
def test_any_text_is_read_back_as_it_was_written(approval: Approval) -> None:
    longer = append_approval(ONE, NAME, approval, VOCABULARY)
    assert read(longer).approvals[1:] == (approval,)
    assert tomllib.loads(longer)["approval"][1]["reason"] == approval.reason


def test_every_way_to_be_stale_is_reachable() -> None:
    ways = {
        stale(ONE)[0][0],
        stale(ONE, REQUEST._replace(new="1"))[0][0],
        stale(ONE, today=date.max)[0][0],
    }
    assert ways == {one.value for one in Staleness}
