import time

import pytest

from pricecheck.report.formats import FORMATS, render
from pricecheck.report.model import RenderOptions
from tests.report.samples import many, nasty_report, report


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_as_utf_8_and_ends_with_a_line_break(name: str) -> None:
    text = render(name, nasty_report(), RenderOptions())
    assert text.encode("utf-8").endswith(b"\n")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_described(name: str) -> None:
    assert FORMATS[name].description
    assert "\n" not in FORMATS[name].description


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.is_machine])
def test_ten_thousand_findings_are_rendered_quickly(name: str) -> None:
    big = report(*many(10_000))
    started = time.process_time()
    render(name, big, RenderOptions())
    assert time.process_time() - started < 2  # a second on an idle machine of today; quadratic would be minutes
