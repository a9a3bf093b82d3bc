import json
from typing import TYPE_CHECKING

import pytest

from pricecheck.findings import Finding, Span
from pricecheck.report.formats import render
from pricecheck.report.model import RenderOptions
from tests.report.readers import decoded_commands, parsed_xml
from tests.report.samples import report, source, stamped

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("g.yaml", "configs/g.yaml"),
        ("./g.yaml", "configs/g.yaml"),
        ("../g.yaml", "g.yaml"),
        ("/repo/configs/eu/g.yaml", "configs/eu/g.yaml"),
        ("/repository/g.yaml", "/repository/g.yaml"),
        ("<stdin>", "<stdin>"),
    ],
)
@pytest.mark.parametrize("name", ["github", "gitlab", "junit", "markdown"])
def test_paths_are_relative_to_the_repository(name: str, given: str, shown: str) -> None:
    options = RenderOptions(root="/repo", working_directory="/repo/configs")
    output = render(name, report(stamped(source("a: 1", given), Finding("m", Span(0, 1)))), options)
    readers: dict[str, Callable[[str], str]] = {
        "github": lambda text: decoded_commands(text)[0][1]["file"],
        "gitlab": lambda text: str(json.loads(text)[0]["location"]["path"]),
        "junit": lambda text: parsed_xml(text)[0].attrib["name"],
        "markdown": lambda text: text.split("**")[1].replace("&lt;", "<").replace("&gt;", ">"),
    }
    assert readers[name](output) == shown
