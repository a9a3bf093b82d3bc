"""Every example in README and docs is run, and prints what the page says."""

from pathlib import Path

import pytest

from tools.doc_examples import PAGES, ROOT, as_it_is, blocks, has_examples


def test_there_are_examples_to_run() -> None:
    assert sum(len(blocks(page, "console")) for page in PAGES) >= 3


@pytest.mark.parametrize(
    "page", [page for page in PAGES if has_examples(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_the_examples_of_a_page_print_what_it_says(page: Path, tmp_path: Path) -> None:
    assert as_it_is(page, tmp_path) == page.read_text(encoding="utf-8"), "python tools/update_examples.py"


def test_the_readme_commands_are_the_ones_ci_runs() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert len(blocks(ROOT / "README.md", "sh")) >= 2
    assert "readme_command 1" in gate
    assert "readme_command 2" in gate
