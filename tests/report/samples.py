"""A small report by hand, and the parts to make others."""

from __future__ import annotations

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
            "PC208",
            "dropped-field",
            "A field is dropped",
            Impact.IGNORED,
            Severity.WARNING,
            "## What it does\nX",
            "0.1.0",
        ),
        RuleInfo(
            "PC999", "unused-rule", "Broken by nothing", Impact.RISK, Severity.INFO, "## What it does\nY", "0.2.0"
        ),
    )
}


def source(text: str = CONFIG, path: str = "gateway.yaml") -> SourceText:
    return SourceText(path, text)


def span_of(text: SourceText, part: str, start: int = 0) -> Span:
    at = text.text.index(part, start)
    return Span(at, at + len(part))


def stamped(
    text: SourceText,
    finding: Finding,
    *,
    rule: str = "PC101",
    name: str = "raw-unit-price",
    severity: Severity = Severity.ERROR,
    impact: Impact = Impact.MISCHARGES,
    fingerprint: str = "0" * 32,
) -> StampedFinding:
    return StampedFinding(rule, name, severity, impact, text, finding, fingerprint)


def report(
    *findings: StampedFinding, files: tuple[str, ...] | None = None, suppressed: int = 0, fixed: int = 0
) -> Report:
    names = tuple(dict.fromkeys(found.file for found in findings)) if files is None else files
    return Report(findings, names, RULES, tool_version="0.1.0", suppressed=suppressed, fixed=fixed)


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


NASTY = [
    "100% of %0A and %25",
    "a::b, c: d",
    "two\nlines\r\nthree",
    "]]> and <![CDATA[",
    "<script>alert(1)</script>",
    "a | b || c",
    "`code` ```fence",
    "\x1b[31mred\x1b[0m",
    "nul \x00 and \x1f and \x7f and \x9b",
    "🙂",
    "\u202eright to left\u202c שלום",
    "\ud800 lone surrogate",
    "x" * 5_000,
    "\tindented",
    "\"quotes\" & 'apostrophes' \\ backslash",
    "@octocat #1 $5 and $0.01 _a_ *b* [c](d)",
    "",
    "\ufffe\uffff",
]


def nasty_report() -> Report:
    findings = []
    for number, text in enumerate(NASTY):
        other = source(f"{text}\n", f"other {number}.yaml")
        own = source(f"a: 1\n{text}: {text}\n", "dir/a b%.yaml")
        findings.append(
            stamped(
                own,
                Finding(
                    message=text,
                    span=Span(5, 5 + len(text)),
                    path=("routes", text, 0),
                    help=text,
                    related=(Label(Span(0, 1), text), Label(Span(0, len(text)), text, other)),
                    fix=Fix(text, Safety.UNSAFE, (Edit(Span(5, 5 + len(text)), text),)),
                ),
                fingerprint=f"{number:032x}",
            )
        )
    return report(*findings)


def many(count: int, severity: Severity = Severity.ERROR, *, files: int = 1) -> list[StampedFinding]:
    text = "key: value\n" * count
    sources = [source(text, f"configs/{number}.yaml") for number in range(files)]
    return [
        stamped(
            sources[number % files],
            Finding(
                message=f"finding {number} charges $5",
                span=Span(11 * number, 11 * number + 3),
                path=("routes", f"GET /{number}", "price"),
                help="write something else",
                fix=Fix("write it", Safety.SAFE, (Edit(Span(11 * number, 11 * number + 3), "x"),)),
            ),
            severity=severity,
            fingerprint=f"{number:032x}",
        )
        for number in range(count)
    ]
