"""How a rule's fixtures are run: the same for the tests and for the program that writes what they expect."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from typing import Any

from pricecheck.engine import Options, check_source
from pricecheck.findings import Edit, SourceText, StampedFinding
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.policy.model import Policy
from pricecheck.policy.reading import parse_policy
from pricecheck.rewrite.splice import splice
from pricecheck.rules.comparison import Baseline
from pricecheck.rules.model import Rule, Settings
from pricecheck.rules.registry import RULES
from pricecheck.rules.vocabulary import vocabulary
from pricecheck.source.yaml_parser import parse

FIXTURES = Path(__file__).parents[1] / "fixtures" / "rules"
_BEFORE = "# before"
_HYGIENE = "PC9"  # what is said of ignore comments depends on what all other rules found
_EXAMPLES = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_POLICY_EXAMPLE = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class RuleFixture:
    """The folder of one rule's fixtures, with what they run under: `settings.json` and `policy.toml`, both optional."""

    rule: Rule
    folder: Path
    settings: dict[str, Any]

    def check(
        self,
        text: str,
        *,
        partial: bool,
        name: str = "tollbooth.yaml",
        before: str | None = None,
        policy: Policy | None = None,
    ) -> list[StampedFinding]:
        """Give this rule's findings on a text that stands in the fixture's folder and replaces the config `before`."""
        options = Options(
            rules=RULES if self.rule.code.startswith(_HYGIENE) else (self.rule,),
            environment=self.settings.get("env"),
            settings=Settings(partial=partial, gateway_version=self.settings.get("gateway_version", "1.1.0")),
            policy=policy,
            baseline_for=None if before is None else lambda _: _baseline(before),
        )
        found = check_source(SourceText(str(self.folder / name), text), options)
        return [stamped for stamped in found if stamped.rule == self.rule.code]

    def read(self, name: str) -> str:
        """Give the text of a fixture file, line endings as they are."""
        return (self.folder / name).read_bytes().decode("utf-8")

    def policy(self) -> Policy | None:
        """Give the policy of the folder, None where it has none."""
        path = self.folder / "policy.toml"
        return parse_policy(self.read(path.name), str(path), vocabulary()) if path.exists() else None

    def findings(self, name: str) -> list[StampedFinding]:
        """Give this rule's findings on a fixture file; `# partial` on its first line means `--partial`."""
        before = self.read("old.yaml") if (self.folder / "old.yaml").exists() else None
        text = self.read(name)
        return self.check(text, partial=text.startswith("# partial"), name=name, before=before, policy=self.policy())

    def expected(self) -> list[dict[str, Any]]:
        """Give what `expected.json` must hold: this rule's findings on bad.yaml."""
        return [
            {
                "rule": found.rule,
                "severity": found.severity.value,
                "line": found.start.line,
                "column": found.start.column,
                "message": found.finding.message,
            }
            for found in self.findings("bad.yaml")
        ]

    def fixed(self) -> str:
        """Give bad.yaml after this rule's fixes, applied until none is left (overlapping ones in later rounds)."""
        text = self.read("bad.yaml")
        partial = text.startswith("# partial")
        for _ in range(20):
            edits: list[Edit] = []
            end = -1
            for found in self.check(text, partial=partial, policy=self.policy()):
                fix = found.finding.fix
                if fix and min(edit.span.start for edit in fix.edits) > end:
                    edits += fix.edits
                    end = max(edit.span.end for edit in fix.edits)
            if not edits:
                return text
            text = splice(text, edits)
        raise AssertionError(f"{self.rule.code}: fixes never end")

    def page_examples(self) -> list[str]:
        """Give the YAML examples of the rule's page: the bad one, then what to use instead."""
        return [example for example in self._blocks() if not example.startswith(_BEFORE)]

    def page_before(self) -> str | None:
        """Give the config that the examples of a page about changes replace: the block that begins with `# before`."""
        return next((example for example in self._blocks() if example.startswith(_BEFORE)), None)

    def page_policy(self) -> Policy | None:
        """Give the policy that the examples of a page are held against: its TOML block, if it has one."""
        found = _POLICY_EXAMPLE.search(cleandoc(self.rule.page) + "\n")
        return None if found is None else parse_policy(found[1], f"{self.rule.code}'s page", vocabulary())

    def _blocks(self) -> list[str]:
        return _EXAMPLES.findall(cleandoc(self.rule.page) + "\n")


def _baseline(text: str) -> Baseline:
    source = SourceText("main:tollbooth.yaml", text)
    return Baseline("main", source, read_config(load(parse(source))), Policy())


def fixture_of(rule: Rule) -> RuleFixture:
    """Give the fixtures of a rule."""
    folder = FIXTURES / rule.code
    settings = folder / "settings.json"
    return RuleFixture(rule, folder, json.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {})
