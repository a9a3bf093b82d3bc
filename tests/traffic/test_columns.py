"""Fields wherever they first come up, whatever their type and their file's: nothing that a log says is passed over."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricecheck.errors import InputError
from pricecheck.prices.usage import UsageRow
from pricecheck.traffic import read_sample
from tests.traffic.samples import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROUTE = "POST /v1/chat/completions"


def counted(path: Path, fields: Mapping[str, str] | None = None) -> dict[tuple[str | None, str | None], int]:
    sample = read_sample([str(path)], ANY._replace(fields=fields or {}))
    return {(row.route, row.model): row.requests for row in sample.rows}


def test_a_field_may_come_up_late(tmp_path: Path) -> None:
    log = tmp_path / "log"
    early = [json.dumps({"route": "POST /v1/embeddings"})] * 1500
    late = {
        "timestamp": "2026-11-23T00:00:00Z",
        "route": ROUTE,
        "requested_model": "m",
        "resolved_price": "$9",
        "pricing_source": "fallback",
    }
    log.write_text("\n".join([*early, json.dumps(late)]))
    sample = read_sample([str(log)], ANY)
    assert UsageRow(ROUTE, "m", "fallback", Decimal(9), 1) in sample.rows
    assert (sample.missing, sample.since) == ((), "2026-11-23T00:00:00Z")


def test_the_order_of_lines_says_nothing(tmp_path: Path) -> None:
    records = [{"route": ROUTE}] * 1200 + [{"requested_model": "m"}, {"method": "GET", "path": "/x?y=1"}] * 30
    for name, lines in (("one", records), ("other", records[::-1])):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = [read_sample([str(tmp_path / name)], ANY) for name in ("one", "other")]
    assert found[0].rows == found[1].rows
    assert {(row.route, row.model): row.requests for row in found[0].rows} == {
        (ROUTE, None): 1200,
        (None, "m"): 30,
        ("GET /x", None): 30,
    }


ROWS = st.lists(
    st.tuples(st.sampled_from(["POST /a", "GET /b", None]), st.sampled_from(["m", "ft:m:x::1", 'q"\\', None])),
    min_size=1,
    max_size=30,
).filter(lambda rows: any(route or model for route, model in rows))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, seed=st.randoms())
def test_shuffled_lines_are_the_same_sample(
    tmp_path: Path, rows: list[tuple[str | None, str | None]], seed: object
) -> None:
    lines = [json.dumps({"route": route, "requested_model": model}) + "\n" for route, model in rows]
    shuffled = list(lines)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    samples = []
    for name, text in (("one", lines), ("other", shuffled)):
        (tmp_path / name).write_text("".join(text))
        samples.append(read_sample([str(tmp_path / name)], ANY))
    assert (samples[0].rows, samples[0].bad) == (samples[1].rows, samples[1].bad)
    assert samples[0].read == len(rows) == samples[0].bad + sum(row.requests for row in samples[0].rows)


def test_a_mapped_model_does_not_make_records_of_a_gateways_own_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    resolved = {"timestamp": "2026-11-23T11:20:01Z", "level": "debug", "msg": "openai_price_resolved", "model": "m"}
    request = {"timestamp": "2026-11-23T11:20:01Z", "level": "info", "msg": "request", "route": ROUTE, "price": "$0.02"}
    limited = {"timestamp": "2026-11-23T11:20:01Z", "level": "info", "msg": "rate_limited", "route": ROUTE}
    log.write_text("".join(json.dumps(line) + "\n" for line in (resolved, request, limited)))
    sample = read_sample([str(log)], ANY._replace(fields={"requested_model": "model"}))
    assert sample.kinds == ("gateway log with models (debug)",)
    assert {(row.route, row.model, row.resolution) for row in sample.rows} == {(None, "m", True), (ROUTE, None, False)}
    assert sample.other == 1


def test_records_logged_as_messages_are_records(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(json.dumps({"level": "info", "msg": "request", "route": ROUTE, "model": "m"}) + "\n")
    assert counted(log, {"requested_model": "model"}) == {(ROUTE, "m"): 1}
    log.write_text(json.dumps({"msg": {"a": 1}, "level": [], "requested_model": "m"}) + "\n")
    assert counted(log) == {(None, "m"): 1}


def test_a_debug_log_is_said_to_be_one_and_the_info_log_beside_it_is_not(tmp_path: Path) -> None:
    info = {"level": "info", "msg": "request", "route": ROUTE}
    debug = {"level": "debug", "msg": "openai_price_resolved", "model": "m"}
    for name, line in (("a", info), ("b", debug)):
        (tmp_path / name).write_text(json.dumps(line) + "\n")
    sample = read_sample([str(tmp_path / "a"), str(tmp_path / "b")], ANY)
    assert sample.kinds == ("gateway log without models (info)", "gateway log with models (debug)")


def test_names_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"Model":"m","model":"x"}\n')
    with pytest.raises(InputError) as caught:
        counted(log, {"requested_model": "Model", "route": "model"})
    assert str(caught.value) == "[traffic.fields]: 'model' and 'Model' differ only in case, and can't be read together"
    assert counted(log, {"requested_model": "Model"}) == {(None, "m"): 1}


def test_a_field_that_is_not_there_gives_way_to_an_object_of_its_name(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"Path":{"model":"m"},"route":"GET /x"}\n')
    assert counted(log, {"requested_model": "Path.model"}) == {("GET /x", "m"): 1}


def parquet(path: Path, select: str) -> Path:
    duckdb.sql(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def test_each_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    selects = ("0.05::DECIMAL(10,2)", "0.004::DECIMAL(10,3)", "1::INTEGER", "0.5::DOUBLE", "'$0.25'")
    for order in (selects, selects[::-1]):
        paths = [
            str(parquet(tmp_path / f"p{number}", f"SELECT 'm' AS requested_model, {price} AS resolved_price"))
            for number, price in enumerate(order)
        ]
        prices = {row.price for row in read_sample(paths, ANY).rows}
        assert prices == {Decimal(text) for text in ("0.05", "0.004", "1", "0.5", "0.25")}


def test_a_parquet_column_of_another_type_is_no_model(tmp_path: Path) -> None:
    log = parquet(tmp_path / "log", "SELECT 5 AS requested_model, 'GET /x' AS route")
    with pytest.raises(InputError) as caught:
        counted(log)
    assert str(caught.value) == f"{log}: column 'requested_model' is no text, as a model must be"


def test_parquet_columns_with_dots_and_texts_that_are_not_marked(tmp_path: Path) -> None:
    log = parquet(tmp_path / "log", """SELECT 'm'::BLOB AS "request.model", {'model': 'n'} AS request""")
    assert counted(log, {"requested_model": "request.model"}) == {(None, "m"): 1}


@pytest.mark.parametrize(
    "text",
    [
        "requested_model,count\na,500\nb,3\n",
        "model,count\na,500\nb,3\n",
        "model;requests\na;500\nb;3\n",
        "count,model\n500,a\n3,b\n",
        "day,requested_model,count\n1,a,200\n2,a,300\n2,b,3\n",
        "a,500\nb,3\n",
    ],
)
@pytest.mark.parametrize("fields", [{}, {"requested_model": "model"}])
def test_counts_count(tmp_path: Path, text: str, fields: dict[str, str]) -> None:
    log = tmp_path / "log"
    log.write_text(text)
    if fields and "requested_model" in text:
        fields = {}
    assert counted(log, fields) == {(None, "a"): 500, (None, "b"): 3}


def test_json_counts_where_the_policy_says_so(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(json.dumps({"requested_model": "m", "n": n}) + "\n" for n in (5, "7", 0)))
    assert counted(log) == {(None, "m"): 3}
    assert counted(log, {"requests": "n"}) == {(None, "m"): 12}


@pytest.mark.parametrize("count", [-1, 1.5, "many", "1e3", "1_000", None, "9" * 30])
def test_what_is_no_count_is_a_bad_line(tmp_path: Path, count: object) -> None:
    log = tmp_path / "log"
    log.write_text(
        json.dumps({"requested_model": "m", "n": 1}) + "\n" + json.dumps({"requested_model": "m", "n": count})
    )
    sample = read_sample([str(log)], ANY._replace(fields={"requests": "n"}))
    assert (sample.read, sample.bad, [row.requests for row in sample.rows]) == (2, 1, [1])
    assert sample.bad_line_numbers == ((str(log), 2),)


def test_prices_and_times_that_cant_be_read_are_counted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    prices = ["0,04", "1$2", "1_000", "$0.04", None]
    times = ["05/Nov/2026:10:00:00 +0000", -9300000000000000, 10**30, "2026-11-23", None]
    lines = [{"requested_model": "m", "resolved_price": p, "timestamp": t} for p, t in zip(prices, times, strict=True)]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    sample = read_sample([str(log)], ANY)
    assert (sample.unpriced, sample.undated, sample.bad) == (3, 3, 0)
    assert {row.price: row.requests for row in sample.rows} == {None: 4, Decimal("0.04"): 1}


def test_long_prices_are_not_rounded(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"requested_model":"m","resolved_price":"99999999999999999999.999999999999999999"}\n')
    assert [row.price for row in read_sample([str(log)], ANY).rows] == [
        Decimal("99999999999999999999.999999999999999999")
    ]
