"""Logs hold what strangers sent: nothing in them breaks a reading, and nothing is taken for what it is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pricecheck.prices.usage import is_shortened
from pricecheck.traffic import read_sample
from pricecheck.traffic.sampling import MOST_GROUPS
from tests.traffic.samples import ANY, FIXTURES

if TYPE_CHECKING:
    from pathlib import Path


def test_names_come_as_they_are() -> None:
    sample = read_sample([str(FIXTURES / "hostile.jsonl")], ANY)
    assert sample.bad == 0
    assert {row.model for row in sample.rows} == {
        "\x1b[31mgpt-4o\x1b[0m",
        "gpt-4o\u202emini",
        '=HYPERLINK("http://x")',
        "a\nb",
        "\0",
        "'; DROP TABLE groups; --",
        "gpt-4o ",
        "Ω" * 40,
        None,
    }
    assert "POST /\x07" in {row.route for row in sample.rows}


def test_a_megabyte_of_id_is_cut_to_a_name_of_its_own(tmp_path: Path) -> None:
    ids = ["x" * 1_000_000 + end for end in "ab"] + ["é" * 1001, "y" * 1000, "😀" * 300]
    log, models = tmp_path / "log", tmp_path / "models"
    log.write_text("".join(json.dumps({"requested_model": one}) + "\n" for one in ids))
    models.write_text("".join(one + "\n" for one in ids), encoding="utf-8")
    sample = read_sample([str(log), str(models)], ANY)
    names = {row.model: row.requests for row in sample.rows if row.model}
    assert set(names.values()) == {2}, "the list and the log must give the same names"
    assert {len(name) for name in names if is_shortened(name)} == {159, 156}
    assert sum(map(is_shortened, names)) == 3
    assert {"y" * 1000, "😀" * 300} <= set(names)


def test_a_line_of_forty_megabytes_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"requested_model":"gpt-4o"}\n{"requested_model":"' + "x" * 40_000_000 + '"}\n')
    assert [row.requests for row in read_sample([str(log)], ANY).rows] == [1, 1]


def test_more_ids_than_a_report_can_hold_are_counted_together(tmp_path: Path) -> None:
    extra = 5
    log = tmp_path / "log"
    lines = [f'{{"timestamp":"2026-11-23","requested_model":"id-{number}"}}' for number in range(MOST_GROUPS + extra)]
    log.write_text("\n".join([*lines, lines[-1]]))
    sample = read_sample([str(log)], ANY)
    assert len(sample.rows) == MOST_GROUPS + 1
    assert sum(row.requests for row in sample.rows) == MOST_GROUPS + extra + 1
    assert [(row.model, row.requests) for row in sample.rows[:2]] == [
        ("…[rare models]", extra),
        (f"id-{MOST_GROUPS + extra - 1}", 2),
    ]
    assert (sample.folded_groups, sample.folded_requests) == (extra, extra)
    assert sample.timed == ()


def test_rare_models_that_somebody_named_are_kept_apart(tmp_path: Path) -> None:
    lines = ["twice-as-often"] * 2 + [f"made-up-{number:07}" for number in range(MOST_GROUPS)] + ["o1", "zz-tuned"]
    records = tmp_path / "records"
    records.write_text("".join(f'{{"route":"POST /a","requested_model":"{line}"}}\n' for line in lines))
    ids = tmp_path / "ids"
    ids.write_text("\n".join(lines))
    for log in (records, ids):
        sample = read_sample([str(log)], ANY._replace(named=frozenset({"zz-tuned", "o1"})))
        requests = {row.model: row.requests for row in sample.rows}
        assert sum(requests.values()) == len(lines)
        assert [requests.get(name) for name in ("twice-as-often", "zz-tuned", "o1", "…[rare models]")] == [2, 1, 1, 1]
        assert {row.route for row in sample.rows} == ({"POST /a"} if log is records else {None})


def test_made_up_routes_are_counted_together_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f'{{"route":"GET /{number}"}}\n' for number in range(2 * MOST_GROUPS + 10)))
    sample = read_sample([str(log)], ANY)
    assert len(sample.rows) == 2 * MOST_GROUPS + 1
    assert sum(row.requests for row in sample.rows) == 2 * MOST_GROUPS + 10
    assert (None, None, 10) in {(row.route, row.model, row.requests) for row in sample.rows}


def test_names_of_fields_and_files_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s "here" $(x) {a}'
    folder.mkdir()
    log = folder / "*';--.jsonl"
    for name in ("mo'del", 'mo"del', "mo`del", "select", "a b", "ünï", "\\", "$['x']"):
        log.write_text(json.dumps({name: "gpt-4o", "in": {name: "GET /x"}}) + "\n")
        fields = {"requested_model": name, "route": f"in.{name}"}
        sample = read_sample([str(log)], ANY._replace(fields=fields))
        assert [(row.route, row.model) for row in sample.rows] == [("GET /x", "gpt-4o")], name


def test_a_header_may_say_anything(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text('requested_model,"a ""b"", c",x,x,\ngpt-4o,1,2,3,4\n')
    assert [row.model for row in read_sample([str(log)], ANY).rows] == ["gpt-4o"]


def test_prices_are_exact_and_odd_ones_unknown(tmp_path: Path) -> None:
    log = tmp_path / "log"
    prices = ["$0.1", 0.1, "0.100000000000000000", "free", "1e400", "$" + "9" * 50, True, [1], None, "-0.02"]
    log.write_text("".join(json.dumps({"requested_model": "m", "resolved_price": price}) + "\n" for price in prices))
    found = {str(row.price): row.requests for row in read_sample([str(log)], ANY).rows}
    assert found == {"0.1": 3, "None": 6, "-0.02": 1}
