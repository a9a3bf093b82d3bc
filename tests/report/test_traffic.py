"""What an analyst sees of a traffic sample, in every format, whatever stands in the log."""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction
from typing import Any

import jsonschema
import pytest

from pricecheck.report.traffic import (
    DeniedLine,
    Limit,
    ModelLine,
    OtherwiseLine,
    RouteLine,
    TrafficReport,
    as_csv,
    as_json,
)
from pricecheck.report.traffic_markdown import as_markdown
from pricecheck.report.traffic_text import as_text
from pricecheck.schema_files import schema_text
from pricecheck.shares import Rates, Share

CHAT = "POST /v1/chat/completions"
EVIL = "evil\x1b[31m\x07\u202e\u2028name\r\n"
HOSTILE = [
    EVIL,
    "=HYPERLINK()",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "a|b`c<script>@team$x$",
    "x" * 5000,
    "",
    "\ud800",
]


def line(model: str, requests: int = 10, kind: str = "fine-tune", **more: object) -> ModelLine:
    found = ModelLine(
        route=CHAT,
        model=model,
        requests=requests,
        share=Share(1, 4),
        kind=kind,
        amount=20_000,
        dollars="$0.02",
        asset="USDC",
        source="fallback",
        doubt=None,
        base="gpt-4o",
        suggested="$0.075",
        suggested_amount=75_000,
        reason="1.5 x $0.05 of `gpt-4o`",
    )
    return found._replace(**more)  # type: ignore[arg-type]


def rates(requests: int = 20, unmapped: int = 10, left: int = 0) -> Rates:
    return Rates(requests, left, Share(unmapped, requests, left), Share(requests // 5, requests), Share(0, requests))


def report(*models: ModelLine, **more: object) -> TrafficReport:
    made = TrafficReport(
        config="tollbooth.yaml",
        logs=[("prod.jsonl", "playbook records")],
        requests=1234,
        read=1240,
        bad=0,
        bad_lines=(),
        filtered=0,
        other=0,
        undated=0,
        unpriced=0,
        missing=(),
        since=None,
        until=None,
        models=models,
        routes=(),
        unused=(),
        denied=(),
        otherwise=(),
        rates=rates(),
        over_time=(),
        bucket_seconds=None,
        limits={
            "unmapped": Limit("5%", Fraction(1, 20), "over"),
            "fallback": Limit("20%", Fraction(1, 5), "within"),
        },
        notes=(),
    )
    return made._replace(**more)  # type: ignore[arg-type]


def text(made: TrafficReport, *, width: int = 100, every: bool = False, sparkline: bool = False) -> str:
    return as_text(made, width=width, color=False, every=every, sparkline=sparkline)


def read(made: TrafficReport) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_json(made))
    jsonschema.Draft202012Validator(json.loads(schema_text("traffic"))).validate(found)
    return found


FULL = report(
    line("ft:gpt-4o:acme::1"),
    line("gpt-4o", kind="mapped", source="route.models", suggested=None, suggested_amount=None, reason=None, base=None),
    line("m", kind="unknown", amount=None, dollars=None, source=None, doubt="not to be told", base=None),
    line("elsewhere", route="POST /gone", amount=None, dollars=None, source=None, doubt="no route", elsewhere=True),
    routes=[
        RouteLine(CHAT, 1200, Share(1200, 1234), known=True),
        RouteLine("POST /gone", 34, Share(34, 1234), known=False),
    ],
    unused=[(CHAT, "gpt-4.1")],
    denied=[DeniedLine(CHAT, "gpt-3.5-turbo", 7, "gpt-3.5*")],
    otherwise=[OtherwiseLine(CHAT, None, 3, "$0.04", "fallback", None, None)],
    over_time=[("2026-11-01T00:00:00Z", rates()), ("2026-11-03T00:00:00Z", rates(0, 0))],
    bucket_seconds=86_400,
    bad=25,
    bad_lines=[("prod.jsonl", number) for number in range(1, 21)],
    missing=("price",),
    notes=("something to know",),
    since="2026-11-01T00:00:00Z",
    until="2026-11-03T09:00:00Z",
)


def test_json_is_the_contracts() -> None:
    found = read(FULL)
    assert found["lines"]["bad_line_numbers"] == list(range(1, 21))
    assert (found["lines"]["read"], found["lines"]["bad"]) == (1240, 25)
    first = found["models"][0]
    assert (first["route"], first["model"], first["requests"], first["amount"]) == (
        CHAT,
        "ft:gpt-4o:acme::1",
        10,
        "20000",
    )
    assert (first["source"], first["kind"], first["base"], first["suggested"]) == (
        "fallback",
        "fine-tune",
        "gpt-4o",
        "$0.075",
    )
    assert found["unused"] == [{"route": CHAT, "model": "gpt-4.1"}]
    summary = found["summary"]
    assert (summary["requests"], summary["unmapped_rate"], summary["fallback_rate"]) == (1234, 0.5, 0.2)


def test_an_empty_report_is_valid() -> None:
    assert read(report(rates=rates(0, 0)))["models"] == []


def test_unmapped_fine_tunes_come_first_and_mapped_models_late() -> None:
    titles = [found for found in text(FULL).splitlines() if re.match(r"[A-Z].* \(\d+\)", found)]
    assert [title.partition(" (")[0] for title in titles] == [
        "Unmapped fine-tunes",
        "Requests of routes this config does not have",
        "Unknown models",
        "Denied models still requested",
        "Charged otherwise than this config would",
        "Priced but not requested",
        "Mapped models",
        "Routes",
    ]


def test_bad_lines_what_is_missing_and_notes_are_said() -> None:
    shown = text(FULL)
    assert "25 of 1,240 lines are no records: prod.jsonl:1, prod.jsonl:2," in shown
    assert "prod.jsonl:20 …" in shown
    assert "the logs never say: price" in shown
    assert "something to know" in shown


def test_rates_stand_beside_their_limits() -> None:
    shown = text(FULL)
    assert re.search(r"unmapped +50\.00 % +over the limit of 5%", shown)
    assert re.search(r"fallback +20\.00 % +within the limit of 20%", shown)
    assert "unmapped" not in text(report(rates=rates(0, 0)))


def test_the_sparkline_has_a_gap_where_nothing_was_requested() -> None:
    counted = ((1, 0, 10), (2, 5, 10), (4, 10, 10), (5, 0, 0))
    over_time = [(f"2026-11-0{day}T00:00:00Z", rates(requests, unmapped)) for day, unmapped, requests in counted]
    shown = text(report(over_time=over_time, bucket_seconds=86_400), sparkline=True)
    assert re.search(r"unmapped +50\.00 % +▁▅ █", shown)
    assert "▁" not in text(report(over_time=over_time, bucket_seconds=86_400))
    assert "▁" not in text(report(over_time=over_time[:1], bucket_seconds=86_400), sparkline=True)


def test_the_sparkline_leaves_the_words_their_room() -> None:
    hours = [f"2026-11-{1 + hour // 24:02}T{hour % 24:02}:00:00Z" for hour in range(48)]
    over_time = [(hour, rates(10, 5 + (hour > hours[23]) * 5)) for hour in hours]
    shown = text(report(over_time=over_time, bucket_seconds=3600), width=80, sparkline=True)
    assert re.search(r"unmapped +50\.00 %  ▅{12}█{12} +over the limit of 5%", shown)
    assert "▅" * 24 + "█" * 24 in text(report(over_time=over_time, bucket_seconds=3600), width=120, sparkline=True)


def test_a_long_section_says_how_to_see_the_rest() -> None:
    made = report(*[line(f"ft:gpt-4o:acme::{number}") for number in range(30)])
    assert "… and 10 more: --all lists them" in text(made)
    assert "::29" not in text(made)
    assert "::29" in text(made, every=True)
    assert "… and 10 more: `pricecheck traffic --all` lists them" in as_markdown(made, every=False)
    assert "::29" in as_markdown(made, every=True)


@pytest.mark.parametrize("model", HOSTILE, ids=ascii)
def test_hostile_names_print_harmlessly(model: str) -> None:
    made = report(
        line(model, route=model, doubt=model),
        routes=[RouteLine(model, 1, Share(1, 1), known=False)],
        unused=[(model, model)],
        denied=[DeniedLine(model, model, 7, model)],
        otherwise=[OtherwiseLine(model, model, 3, model, model, None, None)],
        logs=[(model, "records")],
        bad=1,
        bad_lines=[(model, 1)],
        notes=(model,),
        config=model,
    )
    for shown in (text(made, every=True), as_markdown(made, every=True), as_csv(made)):
        assert not [one for one in shown if one != "\n" and not one.isprintable()]
    assert as_json(made).isascii()
    assert json.loads(as_json(made))["models"][0]["model"] == model
    (cells,) = list(csv.reader(io.StringIO(as_csv(made))))[1:]
    assert not [cell for cell in cells if cell.lstrip()[:1] in {"=", "+", "@"} or (cell[:1] == "-" and cell != "-1")]
    assert cells[1][:1] not in {"=", "+", "-", "@"}
    assert "<script>" not in as_markdown(made, every=True)


def test_markdown_stays_within_what_a_code_host_takes() -> None:
    made = report(*[line(f"ft:gpt-4o:acme::{number}") for number in range(3000)])
    shown = as_markdown(made, every=True)
    assert len(shown) <= 65_536
    left = re.search(r"… and ([0-9,]+) more: ", shown)
    assert left is not None
    assert shown.count("| ft:gpt-4o:acme::") + int(left[1].replace(",", "")) == 3000


def test_a_wide_name_is_folded_and_never_cut_off() -> None:
    name = "ft:gpt-4o-mini-2024-07-18:acme:a-rather-long-suffix-for-a-name:9wcAcylo:ckpt-step-285"
    shown = text(report(line(name)), width=80)
    assert all(len(one) <= 80 for one in shown.splitlines())
    assert name in "".join(one[4:31].strip() for one in shown.splitlines())


def test_a_rate_that_can_not_be_told_is_a_range_and_no_verdict() -> None:
    limits = {"unmapped": Limit("5%", Fraction(1, 20), "unknown")}
    made = report(rates=rates(2005, 2, 2000), limits=limits)
    shown = text(made)
    assert re.search(r"unmapped +0\.10 % to 99\.85 % +can't be told; the limit is 5%", shown)
    assert "| unmapped | 0.10 % to 99.85 % | can't be told; the limit is 5% |" in as_markdown(made, every=False)
    summary = read(made)["summary"]
    assert (summary["unmapped_rate"], summary["unmapped_at_least"], summary["unmapped_at_most"]) == (
        None,
        0.000998,
        0.998504,
    )
    assert (summary["decided"], summary["undecided"]) == (5, 2000)
    assert summary["limits"]["unmapped"] == {"text": "5%", "exceeded": False, "verdict": "unknown"}


def test_requests_of_routes_the_config_has_not_stand_by_themselves() -> None:
    shown = text(FULL)
    section = shown[shown.index("Requests of routes this") : shown.index("Unknown models")]
    assert re.search(r"POST /gone\n +model +requests\n +elsewhere +10\n +\(no model\) +24\n", section)
    assert "elsewhere" not in shown[: shown.index("Requests of routes this")]
    assert read(FULL)["summary"]["elsewhere"] == 34


def test_what_several_models_have_in_doubt_is_said_once() -> None:
    doubt = "the log does not say the route: POST /a charges $0.05; POST /b charges $0.02"
    models = [line(f"ft:gpt-4o:acme::{number}", doubt=doubt, amount=None, dollars=None) for number in range(3)]
    made = report(*models, line("ft:o1:acme::9", doubt="another"))
    for shown in (text(made, width=200), as_markdown(made, every=False).replace("<span>$</span>", "$")):
        assert shown.count(doubt) == 1
        assert f"3 models: {doubt}" in shown
        assert shown.count("another") == 1
    assert [one["doubt"] for one in read(made)["models"]] == [doubt, doubt, doubt, "another"]


def test_a_doubt_has_a_column_of_its_own_in_csv() -> None:
    (row,) = csv.DictReader(io.StringIO(as_csv(report(line("m", amount=None, dollars=None, doubt="not to be told")))))
    assert (row["charged"], row["amount"], row["doubt"]) == ("", "", "not to be told")


def test_both_sides_of_what_was_charged_otherwise_have_price_and_source() -> None:
    otherwise = [
        OtherwiseLine(CHAT, "a", 3, "$0.04", "fallback", "$0.05", "route.models"),
        OtherwiseLine(CHAT, "b", 2, None, "fallback", "$0.05", "route.models"),
        OtherwiseLine(CHAT, "c", 1, "$0.04", None, None, None),
    ]
    shown = text(report(otherwise=otherwise))
    assert re.search(r"a +3 +\$0\.04 +fallback +\$0\.05 +route\.models", shown)
    assert re.search(r"b +2 +\? +fallback +\$0\.05 +route\.models", shown)
    assert re.search(r"c +1 +\$0\.04 +\? +\? +\?", shown)
    assert [one["logged"] for one in read(report(otherwise=otherwise))["otherwise"]] == [
        "$0.04",
        "by fallback",
        "$0.04",
    ]


def test_markdown_leaves_out_columns_that_are_empty_and_shows_names_as_code() -> None:
    shown = as_markdown(FULL, every=False)
    assert "\n| route | model |\n|---|---|\n| POST /v1/chat/completions | gpt-4.1 |\n" in shown
    assert "\n| route | requests | share | note |\n" in shown
    assert "x <span>$</span>0.05 of <code>gpt-4o</code> |" in shown
    assert "\\`" not in shown


@pytest.mark.parametrize("model", ["gpt-4o ", " gpt-4o"])
def test_a_name_with_blanks_at_an_end_shows_them(model: str) -> None:
    made = report(line(model))
    assert f'"{model}"' in text(made)
    assert f'"{model}"' in as_markdown(made, every=False)
