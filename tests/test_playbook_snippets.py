"""The snippets of the operating playbook, as operators paste them: the gateway would take every one."""

from pathlib import Path

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import Impact, SourceText
from pricecheck.rules.model import Settings

SNIPPETS = sorted((Path(__file__).parents[1] / "fixtures" / "playbook").glob("*.yaml"))


def test_all_four_are_here() -> None:
    assert [path.stem for path in SNIPPETS] == [
        "allowlist-hook",
        "canary-by-header",
        "fine-tunes",
        "models-and-fallback",
    ]


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: path.stem)
def test_a_snippet_is_not_refused(path: Path) -> None:
    source = SourceText(str(path), path.read_text(encoding="utf-8"))
    found = check_source(source, Options(settings=Settings(partial=True)))
    assert [item.finding.message for item in found if item.impact is Impact.REJECTS] == []
