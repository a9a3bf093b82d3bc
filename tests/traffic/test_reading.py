"""Logs of every kind become the same sample, and lines that are no records are counted and named."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pricecheck.errors import InputError
from pricecheck.prices.usage import UsageRow
from pricecheck.traffic import ReadOptions, read_sample

if TYPE_CHECKING:
    from pathlib import Path

ANY = ReadOptions(max_bad=Decimal(1))

GATEWAY = """\
{"timestamp":"2026-11-23T11:20:01.000Z","level":"info","msg":"request","route":"POST /c","price":"$0.020000"}
{"timestamp":"2026-11-23T11:20:01.000Z","level":"debug","msg":"openai_price_resolved","model":"gpt-4o","source":\
"default_table","price":"$0.01"}

{"timestamp":"2026-11-23T11:20:02.500Z","level":"info","msg":"payment_settled","payer":"0x1"}
{"timestamp":"2026-11-23T11:20:02.000Z","lev
"""


def test_a_gateway_log_tells_routes_and_models_apart(tmp_path: Path) -> None:
    log = tmp_path / "gateway.jsonl"
    log.write_text(GATEWAY)
    sample = read_sample([str(log)], ANY)
    assert sample.rows == (
        UsageRow("POST /c", None, None, Decimal("0.02"), 1),
        UsageRow(None, "gpt-4o", "default-table", Decimal("0.01"), 1, resolution=True),
    )
    assert (sample.read, sample.bad, sample.other) == (5, 2, 1)
    assert sample.bad_line_numbers == ((str(log), 3), (str(log), 5))


def test_too_many_bad_lines_end_the_job_with_their_numbers(tmp_path: Path) -> None:
    log = tmp_path / "gateway.jsonl"
    log.write_text(GATEWAY)
    with pytest.raises(
        InputError, match=r"2 of 5 lines are no records \(40 %, more than the 1 % of --max-bad\): .*3, 5$"
    ):
        read_sample([str(log)], ReadOptions())
