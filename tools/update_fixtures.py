"""Write `expected.json` and `fixed.yaml` of the rules named (all without a name).

Read what it wrote before you commit it.

`python tools/update_fixtures.py PC101 PC102`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from pricecheck.rules.model import Fixability
from pricecheck.rules.registry import RULES
from tools.rule_fixtures import fixture_of


def main() -> None:
    """Write the files and print the findings."""
    for rule in RULES:
        if sys.argv[1:] and rule.code not in sys.argv[1:]:
            continue
        fixture = fixture_of(rule)
        expected = fixture.expected()
        text = json.dumps(expected, indent=2, ensure_ascii=False) + "\n"
        (fixture.folder / "expected.json").write_text(text, encoding="utf-8")
        for finding in expected:
            print(f"{rule.code} {finding['line']}:{finding['column']} {finding['severity']}: {finding['message']}")
        if rule.fixability is not Fixability.NEVER:
            (fixture.folder / "fixed.yaml").write_bytes(fixture.fixed().encode("utf-8"))


if __name__ == "__main__":
    main()
