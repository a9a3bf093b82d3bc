"""Write what the examples of README and docs really print into the pages named (all without a name).

Read what it wrote before you commit it.

`python tools/update_examples.py README.md docs/ci.md`
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.doc_examples import PAGES, as_it_is, has_examples


def main() -> None:
    """Rewrite the pages that are not true."""
    wanted = {Path(name).resolve() for name in sys.argv[1:]}
    for page in PAGES:
        if not has_examples(page) or (wanted and page.resolve() not in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            text = as_it_is(page, Path(folder))
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            print(f"wrote {page}")


if __name__ == "__main__":
    main()
