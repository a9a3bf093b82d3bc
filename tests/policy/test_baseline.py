import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.findings import ConfigPath, Impact, SourceText, StampedFinding
from pricecheck.policy.baseline import (
    Baseline,
    apply_baseline,
    collect_baseline,
    parse_baseline,
    read_baseline,
    write_baseline,
)
from pricecheck.policy.errors import BaselineError
from tests.policy.words import RULES, stamped

ALL = frozenset(RULES)


def found(
    code: str, path: ConfigPath = ("a",), file: str = "t.yaml", impact: Impact = Impact.MISCHARGES
) -> StampedFinding:
    return stamped(code, SourceText(file, "text"), impact=impact, path=path)


def written(*findings: StampedFinding, path: str = "b.json") -> Baseline:
    return parse_baseline(collect_baseline(findings, path).source.text, path)


def test_a_baseline_reads_well_in_a_diff() -> None:
    findings = [found("PC208", ("b", 1)), found("PC101"), found("PC101"), found("PC101", (), "other/é.yaml")]
    assert collect_baseline(findings, "b.json").source.text == (
        "{\n"
        '  "schema_version": 1,\n'
        '  "entries": [\n'
        '    {"rule": "PC101", "file": "other/\\u00e9.yaml", "path": [], "count": 1},\n'
        '    {"rule": "PC101", "file": "t.yaml", "path": ["a"], "count": 2},\n'
        '    {"rule": "PC208", "file": "t.yaml", "path": ["b", 1], "count": 1}\n'
        "  ]\n"
        "}\n"
    )
    assert collect_baseline([], "b.json").source.text == '{\n  "schema_version": 1,\n  "entries": []\n}\n'


def test_what_was_written_down_is_hidden_and_what_is_new_is_not() -> None:
    old, new = found("PC101"), found("PC101", ("b",))
    result = apply_baseline([new, old], written(old), ran=ALL, checked=["t.yaml"])
    assert (result.new, result.baselined, result.stale) == ((new,), (old,), ())


def test_no_more_findings_are_hidden_than_were_counted() -> None:
    findings = [found("PC101") for _ in range(3)]
    result = apply_baseline(findings, written(*findings[:2]), ran=ALL, checked=["t.yaml"])
    assert (len(result.baselined), len(result.new)) == (2, 1)


def test_an_index_and_a_key_of_the_same_spelling_are_two_places() -> None:
    result = apply_baseline([found("PC101", ("a", "1"))], written(found("PC101", ("a", 1))), ran=ALL, checked=[])
    assert len(result.new) == 1


@pytest.mark.parametrize("code", ["PC303", "PC401", "PC901"])
def test_what_takes_an_approval_is_neither_written_nor_hidden(code: str) -> None:
    assert written(found(code)).counts == {}
    by_hand = written(found("PC101")).source.text.replace("PC101", code)
    result = apply_baseline([found(code)], parse_baseline(by_hand, "b.json"), ran=ALL, checked=[])
    assert len(result.new) == 1


def test_what_stops_the_gateway_is_neither_written_nor_hidden() -> None:
    refusal = found("PC101", impact=Impact.REJECTS)
    assert written(refusal).counts == {}
    assert apply_baseline([refusal], written(found("PC101")), ran=ALL, checked=[]).new == (refusal,)


def test_an_entry_that_allows_more_than_is_left_is_stale() -> None:
    baseline = written(found("PC101"), found("PC101"), found("PC208"))
    result = apply_baseline([found("PC101")], baseline, ran=ALL, checked=["t.yaml"])
    assert [one.message for one in result.stale] == [
        "this entry hides 2 findings of PC101 in t.yaml, and there is 1 left",
        "this entry hides 1 finding of PC208 in t.yaml, and there is none left",
    ]
    places = [baseline.source.position(baseline.spans()[one.key].start) for one in result.stale]
    assert [(place.line, place.column) for place in places] == [(4, 5), (5, 5)]


def test_only_what_this_run_looked_at_is_called_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.yaml").touch()
    Path("u.yaml").touch()
    baseline = written(found("PC101"), found("PC208"), found("PC101", file="u.yaml"), found("PC101", file="gone.yaml"))
    nothing: list[StampedFinding] = []
    result = apply_baseline(nothing, baseline, ran=frozenset({"PC101"}), checked=["t.yaml"])
    assert [(one.key.rule, one.key.file) for one in result.stale] == [("PC101", "gone.yaml"), ("PC101", "t.yaml")]


def test_files_are_named_from_the_baseline_wherever_the_run_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "prod").mkdir()
    monkeypatch.chdir(tmp_path)
    write_baseline(collect_baseline([found("PC101", file="prod/t.yaml")], os.path.join("ci", "b.json")))
    assert '"../prod/t.yaml"' in Path("ci/b.json").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path / "prod")
    again = found("PC101", file="t.yaml")
    result = apply_baseline([again], read_baseline("../ci/b.json"), ran=ALL, checked=["t.yaml"])
    assert (result.baselined, result.stale) == ((again,), ())


PATHS = st.lists(st.text(max_size=4) | st.integers(0, 9), max_size=3).map(tuple)
FINDINGS = st.lists(
    st.builds(found, st.sampled_from(["PC101", "PC208"]), PATHS, st.sampled_from(["a.yaml", "d/b.yaml"]))
)


@given(FINDINGS)
def test_a_baseline_hides_exactly_what_it_was_made_from(findings: list[StampedFinding]) -> None:
    baseline = written(*findings)
    result = apply_baseline(findings, baseline, ran=ALL, checked=["a.yaml", "d/b.yaml"])
    assert (result.new, result.stale) == ((), ())
    assert collect_baseline(reversed(findings), "b.json").source.text == baseline.source.text


@given(FINDINGS, FINDINGS)
def test_hidden_findings_never_outnumber_their_counts(old: list[StampedFinding], now: list[StampedFinding]) -> None:
    baseline = written(*old)
    result = apply_baseline(now, baseline, ran=ALL, checked=[])
    assert len(result.new) + len(result.baselined) == len(now)
    assert not collect_baseline(result.baselined, "b.json").counts.keys() - baseline.counts.keys()
    for key, count in collect_baseline(result.baselined, "b.json").counts.items():
        assert count <= baseline.counts[key]


ENTRY = '{"rule": "PC101", "file": "t.yaml", "path": ["a"], "count": 1}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: "),
        ('{"schema_version": 1,\n "entries": [}', "2:14: "),
        ("[]", "1:1: an object with schema_version, entries belongs here"),
        ("\ufeff{}", "1:1: "),
        ("[" * 100_000, "1:501: "),
        ('{"entries": []}', "1:1: 'schema_version' is missing"),
        ('{"schema_version": 2, "entries": []}', "1:20: this pricecheck reads baselines of version 1 only"),
        ('{"schema_version": true, "entries": []}', "1:20: this pricecheck reads baselines of version 1 only"),
        ('{"schema_version": 1, "entries": {}}', "1:34: 'entries' is a list"),
        ('{"schema_version": 1, "entries": [], "x": 1}', "1:43: unknown key 'x' (known here: schema_version, entries)"),
        ('{"schema_version": 1, "entries": [\n1]}', "2:1: an object with rule, file, path, count belongs here"),
        (ENTRY.replace("1}", "0}"), "2:61: 'count' is a whole number from 1 up"),
        (ENTRY.replace("1}", "1.0}"), "2:61: 'count' is a whole number from 1 up"),
        (ENTRY.replace("1}", "true}"), "2:61: 'count' is a whole number from 1 up"),
        (ENTRY.replace('"t.yaml"', '""'), "2:27: 'file' is a string that is not empty"),
        (ENTRY.replace('["a"]', '"a"'), "2:45: 'path' is a list of keys (strings) and indexes (numbers)"),
        (ENTRY.replace('"a"', "null"), "2:45: 'path' is a list of keys (strings) and indexes (numbers)"),
        (ENTRY.replace('"rule"', '"code"'), "2:10: unknown key 'code'"),
        (f"{ENTRY},\n{ENTRY}", "3:1: an earlier entry has the same rule, file and path"),
    ],
)
def test_what_is_no_baseline_is_refused_in_one_line_with_its_place(text: str, message: str) -> None:
    if text.startswith(('{"rule"', '{"code"')):
        text = f'{{"schema_version": 1, "entries": [\n{text}]}}'
    with pytest.raises(BaselineError) as caught:
        parse_baseline(text, "b.json")
    assert str(caught.value).startswith(f"b.json:{message}")
    assert "\n" not in str(caught.value)


def test_a_baseline_that_cannot_be_read_or_written_is_one_line(tmp_path: Path) -> None:
    for path, content in (("missing.json", None), ("binary.json", b"\xff\xfe")):
        if content:
            (tmp_path / path).write_bytes(content)
        with pytest.raises(BaselineError, match=r"^[^\n]+$"):
            read_baseline(str(tmp_path / path))
    with pytest.raises(BaselineError, match=r"^[^\n]*can't be written: [^\n]+$"):
        write_baseline(collect_baseline([], str(tmp_path / "no" / "b.json")))


def test_a_name_that_is_half_a_character_survives_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "b.json")
    odd = found("PC101", ("\ud800",), file=str(tmp_path / "t.json"))
    write_baseline(collect_baseline([odd], path))
    assert json.loads(Path(path).read_text(encoding="ascii"))
    assert apply_baseline([odd], read_baseline(path), ran=ALL, checked=[]).baselined == (odd,)
