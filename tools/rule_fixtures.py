"""How a rule's fixtures are run: the same for the tests and for the program that writes what they expect."""

from __future__ import annotations

import functools
import json
import re
import tempfile
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pricecheck.engine import Options, check_source, stamp
from pricecheck.findings import Edit, SourceText, StampedFinding
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.policy.approvals import parse_approvals
from pricecheck.policy.baseline import parse_baseline
from pricecheck.policy.model import Policy
from pricecheck.policy.reading import parse_policy
from pricecheck.rewrite.splice import splice
from pricecheck.rules.comparison import Deployed
from pricecheck.rules.exceptions import ApprovalUse, BaselineUse
from pricecheck.rules.model import Rule, Settings
from pricecheck.rules.registry import RULES
from pricecheck.rules.vocabulary import vocabulary
from pricecheck.source.yaml_parser import parse
from pricecheck.traffic import ReadOptions, read_sample

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config
    from pricecheck.prices.usage import Sample

FIXTURES = Path(__file__).parents[1] / "fixtures" / "rules"
_BEFORE = "# before"
_HYGIENE = "PC9"  # what is said of ignore comments depends on what all other rules found
_EXAMPLES = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_JSON = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
_JSONL = re.compile(r"^```jsonl\n(.*?)^```", re.MULTILINE | re.DOTALL)
_APPROVALS = "# approvals"
_OBSERVES = "PC5"


class Surroundings(NamedTuple):
    """What stands around a config, as texts; None for what is not there. `before` is the config it replaces."""

    before: str | None = None
    policy: str | None = None
    approvals: str | None = None
    baseline: str | None = None
    traffic: str | None = None


@dataclass(frozen=True, slots=True)
class RuleFixture:
    """The folder of one rule's fixtures, with what they run under.

    `settings.json` says how; `old.yaml` is the config that is replaced; `policy.toml`, `approvals.toml` and
    `baseline.json` are what they are beside a real config. All are optional.
    """

    rule: Rule
    folder: Path
    settings: dict[str, Any]

    def check(
        self, text: str, around: Surroundings, *, partial: bool, name: str = "tollbooth.yaml"
    ) -> list[StampedFinding]:
        """Give this rule's findings on a text that stands in the fixture's folder."""
        path = str(self.folder / name)
        uses: list[ApprovalUse | BaselineUse] = []
        approvals = baseline = None
        if around.approvals is not None:
            approvals = ApprovalUse(
                parse_approvals(around.approvals, str(self.folder / "approvals.toml"), vocabulary())
            )
            uses.append(approvals)
        if around.baseline is not None:
            baseline = BaselineUse(parse_baseline(around.baseline, str(self.folder / "baseline.json")))
            uses.append(baseline)
        options = Options(
            rules=RULES if self.rule.code.startswith(_HYGIENE) else (self.rule,),
            environment=self.settings.get("env"),
            settings=Settings(partial=partial, gateway_version=self.settings.get("gateway_version", "1.1.0")),
            policy=None if around.policy is None else parse_policy(around.policy, f"{self.folder}", vocabulary()),
            approves=approvals,
            hide=None if baseline is None else baseline.hide,
            deployed_for=None if around.before is None else functools.partial(_deployed, around.before),
            sample_for=None if around.traffic is None else functools.partial(_sample, around.traffic),
        )
        found = check_source(SourceText(path, text), options)
        for use in uses:
            if use.code == self.rule.code:
                found += stamp(
                    use.source, [(self.rule, finding) for finding in use.stale(options.speaking, [path])], {}
                )
        return [stamped for stamped in found if stamped.rule == self.rule.code]

    def read(self, name: str) -> str:
        """Give the text of a fixture file, line endings as they are."""
        return (self.folder / name).read_bytes().decode("utf-8")

    def surroundings(self) -> Surroundings:
        """Give what stands in the folder beside the fixtures."""
        names = ["old.yaml", "policy.toml", "approvals.toml", "baseline.json"]
        if self.rule.code.startswith(_OBSERVES):
            names.append("traffic.jsonl")
        return Surroundings(*(self.read(name) if (self.folder / name).exists() else None for name in names))

    def findings(self, name: str) -> list[StampedFinding]:
        """Give this rule's findings on a fixture file; `# partial` on its first line means `--partial`."""
        text = self.read(name)
        return self.check(text, self.surroundings(), partial=text.startswith("# partial"), name=name)

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
            for found in self.check(text, self.surroundings()._replace(before=None), partial=partial):
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

    def page_surroundings(self) -> Surroundings:
        """Give what the examples of a page stand in.

        The config they replace is the block that begins with `# before`; a TOML block is the policy, one that begins
        with `# approvals` the approvals, a JSON block the baseline, a JSONL block the traffic log.
        """
        page = cleandoc(self.rule.page) + "\n"
        tables = _TOML.findall(page)
        return Surroundings(
            before=next((example for example in self._blocks() if example.startswith(_BEFORE)), None),
            policy=next((table for table in tables if not table.startswith(_APPROVALS)), None),
            approvals=next((table for table in tables if table.startswith(_APPROVALS)), None),
            baseline=next(iter(_JSON.findall(page)), None),
            traffic=next(iter(_JSONL.findall(page)), None),
        )

    def _blocks(self) -> list[str]:
        return _EXAMPLES.findall(cleandoc(self.rule.page) + "\n")


def _sample(text: str, options: Options, _config: Config) -> Sample:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "traffic.jsonl"
        log.write_text(text, encoding="utf-8")
        return read_sample([str(log)], ReadOptions(fields=options.policy.traffic.fields if options.policy else {}))


def _deployed(text: str, _new: SourceText) -> Deployed:
    source = SourceText("main:tollbooth.yaml", text)
    return Deployed("main", source, read_config(load(parse(source))), Policy())


def fixture_of(rule: Rule) -> RuleFixture:
    """Give the fixtures of a rule."""
    folder = FIXTURES / rule.code
    settings = folder / "settings.json"
    return RuleFixture(rule, folder, json.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {})
