"""PC901 to PC903: what is wrong with ignore comments themselves.

Their findings come after all other rules have spoken: only then is it known which ignores were used. The engine makes
them from what `policy.ignores` says; the checks here have nothing to add.
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
