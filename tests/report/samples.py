"""A small report by hand, and the parts to make others."""

from __future__ import annotations

from typing import Any

from pricecheck.findings import Edit, Finding, Fix, Impact, Label, Safety, Severity, SourceText, Span, StampedFinding
from pricecheck.report.model import Report, RuleInfo

CONFIG = """\
routes:
  "GET /data":
    upstream: dune
    price: "$5"
  "GET  /data":
    upstream: dune
    price: "$0.01"
    fallbck: "$0.02"
"""

RULES = {
    rule.code: rule
    for rule in (
        RuleInfo(
            "PC101",
            "raw-unit-price",
            "A price without a decimal point is a number of smallest units",
            Impact.MISCHARGES,
            Severity.ERROR,
            """## What it does
    Reports prices without
    a decimal point.

    ## Why is this bad?
    `"$5"` charges $0.000005.
    """,
            "0.1.0",
        ),
        RuleInfo(
            "PC203", "shadowed-route", "A route is never reached", Impact.IGNORED, Severity.WARNING, "Text.", "0.1.0"
        ),
        RuleInfo(
            "PC208", "dropped-field", "A field is dropped", Impact.IGNORED, Severity.WARNING, "## What it does\nX", "0.1.0"
        ),
        RuleInfo("PC999", "unused-rule", "Broken by nothing", Impact.RISK, Severity.INFO, "## What it does\nY", "0.2.0"),
    )
}


def source(text: str = CONFIG, path: str = "gateway.yaml") -> SourceText:
    return SourceText(path, text)


def span_of(text: SourceText, part: str, start: int = 0) -> Span:
    at = text.text.index(part, start)
    return Span(at, at + len(part))


def stamped(text: SourceText, finding: Finding, **fields: Any) -> StampedFinding:
    values: dict[str, Any] = {
        "rule": "PC101",
        "name": "raw-unit-price",
        "severity": Severity.ERROR,
        "impact": Impact.MISCHARGES,
        "fingerprint": "0" * 32,
    }
    return StampedFinding(source=text, finding=finding, **{**values, **fields})


def report(*findings: StampedFinding, files: tuple[str, ...] | None = None, **fields: Any) -> Report:
    names = tuple(dict.fromkeys(found.file for found in findings)) if files is None else files
    return Report(findings=findings, files=names, rules=RULES, tool_version="0.1.0", **fields)


def sample() -> Report:
    """An error with an unsafe fix, a warning with a related place, an info with a safe fix; and one clean file."""
    text = source()
    price = span_of(text, '"$5"')
    raw = Finding(
        message='"$5" charges 5 smallest units, $0.000005',
        span=price,
        path=("routes", "GET /data", "price"),
        help='write "$5.00"',
        fix=Fix('write "$5.00"', Safety.UNSAFE, (Edit(price, '"$5.00"'),)),
    )
    shadowed = Finding(
        message="the route is never reached",
        span=span_of(text, '"GET  /data"'),
        path=("routes", "GET  /data"),
        related=(Label(span_of(text, '"GET /data"'), "takes all its requests"),),
    )
    key = span_of(text, "fallbck")
    dropped = Finding(
        message="the gateway drops fallbck",
        span=key,
        path=("routes", "GET  /data", "fallbck"),
        fix=Fix("write fallback", Safety.SAFE, (Edit(key, "fallback"),)),
    )
    return report(
        stamped(text, dropped, rule="PC208", name="dropped-field", severity=Severity.INFO, impact=Impact.IGNORED),
        stamped(text, raw, fingerprint="a" * 32),
        stamped(
            text,
            shadowed,
            rule="PC203",
            name="shadowed-route",
            severity=Severity.WARNING,
            impact=Impact.IGNORED,
            fingerprint="b" * 32,
        ),
        files=("clean.yaml", "gateway.yaml"),
    )
