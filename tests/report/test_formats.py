import pytest

from pricecheck.report.formats import FORMATS, render
from pricecheck.report.model import RenderOptions
from tests.report.samples import nasty_report


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_as_utf_8_and_ends_with_a_line_break(name: str) -> None:
    text = render(name, nasty_report(), RenderOptions())
    assert text.encode("utf-8").endswith(b"\n")
