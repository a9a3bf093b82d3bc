"""PC901 to PC905: what is wrong with ignore comments, approvals and baselines themselves.

Their findings come after all other rules have spoken: only then is it known which were used. They are made from what
`policy.ignores` and `rules.exceptions` say; the checks here have nothing to add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.rules.model import Context, Fixability, rule

if TYPE_CHECKING:
    from collections.abc import Iterable


@rule(
    "PC901",
    "unused-ignore",
    Impact.RISK,
    "An ignore comment that hides nothing",
    severity=Severity.WARNING,
    fixability=Fixability.ALWAYS,
)
def unused_ignore(_context: Context) -> Iterable[Finding]:
    """## What it does
    Reports each code of a `# pricecheck: ignore[…]` or `ignore-file[…]` comment that hides no finding, and codes that
    no ignore can hide: what stops the gateway, and the bounds of changes, which take an approval.

    ## Why is this bad?
    An ignore that outlived its reason hides the next mistake on that line.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$5.00" # pricecheck: ignore[PC101] five dollars are meant
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$5.00"
    ```

    ## Fix safety
    The code, or the whole comment, is removed. Safe: comments charge nothing.
    """
    return ()


@rule(
    "PC902",
    "expired-ignore",
    Impact.RISK,
    "An ignore comment whose last day is over",
    severity=Severity.WARNING,
    fixability=Fixability.SOMETIMES,
)
def expired_ignore(_context: Context) -> Iterable[Finding]:
    """## What it does
    Reports ignore comments whose `until=YYYY-MM-DD` is in the past. They hide nothing any more.

    ## Why is this bad?
    The exception was granted for a time, and the time is over.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$5" # pricecheck: ignore[PC101] until=2026-01-31 while the trial runs
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$5.00"
    ```

    ## Fix safety
    The comment is removed. Safe: comments charge nothing.
    """
    return ()


@rule(
    "PC903",
    "ignore-without-reason",
    Impact.RISK,
    "An ignore comment without codes or reason, or one that can't be read",
    severity=Severity.WARNING,
)
def ignore_without_reason(_context: Context) -> Iterable[Finding]:
    """## What it does
    Reports ignore comments that name no code, give no reason, name a rule that does not exist, or hold a date that is
    none. They hide nothing.

    ## Why is this bad?
    The next reader can't tell whether the exception still holds, nor whom to ask.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$5" # pricecheck: ignore[PC101]
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$5" # pricecheck: ignore[PC101] five units are meant: this is a test network
    ```
    """
    return ()


@rule(
    "PC904",
    "stale-approval",
    Impact.RISK,
    "An approval that approves nothing",
    severity=Severity.WARNING,
)
def stale_approval(_context: Context) -> Iterable[Finding]:
    """## What it does
    Reports approvals in `pricecheck.approvals.toml` whose last day is over, and those for a price or a change that is
    not made (any more), or is made with other numbers. Approvals of changes (PC4) are judged with `--against` only,
    since nothing else shows a change.

    ## Why is this bad?
    An approval is for one exact step. One that is left behind allows the same step again, perhaps years later, and
    nobody is asked.

    ## Example
    With this policy:

    ```toml
    [[family]]
    name = "gpt-4o"
    models = ["gpt-4o*"]
    floor = "$0.02"
    ```

    and this approval, which was for another price:

    ```toml
    # approvals
    [[approval]]
    rule = "PC303"
    file = "tollbooth.yaml"
    route = "POST /v1/chat/completions"
    selector = "model:gpt-4o-mini"
    old = "$0.02"
    new = "10000"
    reason = "a launch offer until the end of the year"
    approver = "pricing@example.com"
    ```

    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          gpt-4o-mini: "$0.02"
        fallback: "$0.05"
    ```

    Use instead what was approved, or remove the approval:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          gpt-4o-mini: "$0.01"
        fallback: "$0.05"
    ```
    """
    return ()


@rule(
    "PC905",
    "stale-baseline",
    Impact.RISK,
    "A baseline that hides less than it could",
    severity=Severity.WARNING,
)
def stale_baseline(_context: Context) -> Iterable[Finding]:
    """## What it does
    Reports entries of the baseline whose findings are mended, wholly or in part, or whose file is gone.

    ## Why is this bad?
    What the baseline still allows may come back unseen: the next mistake of that kind in that place is taken for the
    old one.

    ## Example
    With this baseline:

    ```json
    {
      "schema_version": 1,
      "entries": [
        {"rule": "PC101", "file": "tollbooth.yaml", "path": ["routes", "GET /v1/models", "price"], "count": 1}
      ]
    }
    ```

    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$5.00"
    ```

    Use instead a baseline that `--write-baseline` has written anew. While the finding is there, the entry is right:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$5"
    ```
    """
    return ()
