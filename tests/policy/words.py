"""The rules and versions the policy tests speak of, and stamped findings to hide."""

from __future__ import annotations

from pricecheck.findings import ConfigPath, Finding, Impact, Severity, SourceText, Span, StampedFinding
from pricecheck.policy.vocabulary import Vocabulary

RULES = {
    "PC001": "yaml-syntax",
    "PC010": "missing-field",
    "PC101": "raw-unit-price",
    "PC102": "price-truncated",
    "PC208": "dropped-field",
    "PC301": "missing-fallback",
    "PC302": "low-fallback",
    "PC303": "below-floor",
    "PC401": "raised-over-bound",
    "PC402": "lowered-over-bound",
    "PC901": "unused-ignore",
}
VOCABULARY = Vocabulary(RULES, frozenset({"PC001", "PC010"}), ("1.0.1", "1.1.0"))


def stamped(
    code: str,
    source: SourceText,
    at: str | int = 0,
    *,
    impact: Impact = Impact.MISCHARGES,
    path: ConfigPath = (),
) -> StampedFinding:
    """Make a finding of `code` at an offset, or at the only place where the text `at` stands."""
    if isinstance(at, str):
        assert source.text.count(at) == 1, at
        at = source.text.index(at)
    finding = Finding("it is wrong", Span(at, at + 1), path)
    return StampedFinding(code, RULES.get(code, "other"), Severity.ERROR, impact, source, finding, "0" * 32)
