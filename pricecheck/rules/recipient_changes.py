"""PC405, PC407: who is paid, and how, differently than at another revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("PC405", "recipient-changed", Impact.RISK, "Payments go to another address than before", severity=Severity.ERROR)
def recipient_changed(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports every route, match rule and wallet whose payments go to another address, or to another network's wallet,
    than at the revision given with `--against`: a changed `payTo` or wallet, a removed `payTo`, another first
    network. An EVM address in other letter case is the same account.

    ## Why is this bad?
    It is where the money goes. A payment cannot be called back.

    ## Example
    ```yaml
    # before
    wallets:
      base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
    ```

    ```yaml
    wallets:
      base: "0x9999999999999999999999999999999999999999"
    ```

    Use instead:
    ```yaml
    wallets:
      base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import recipient_change_findings as found

        yield from found.recipients(context)


@rule(
    "PC407", "settlement-changed", Impact.RISK, "Payments are settled otherwise than before", severity=Severity.WARNING
)
def settlement_changed(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports every change of `settlement` and `facilitator`, of the gateway or of a route, against the revision given
    with `--against`. Another way to say the same is none: `before-response` on a route without `settlement`, or a root
    `facilitator` URL moved into `settlement: {strategy: facilitator, url: …}`.

    ## Why is this bad?
    It decides who verifies a payment and when it is taken: with `before-response` (the default) the money is kept
    when the upstream then fails, with `after-response` a caller may get an answer that is never paid for.

    ## Example
    ```yaml
    # before
    routes:
      "GET /report":
        upstream: data
        price: "$5.00"
    ```

    ```yaml
    routes:
      "GET /report":
        upstream: data
        price: "$5.00"
        settlement: after-response
    ```

    Use instead:
    ```yaml
    routes:
      "GET /report":
        upstream: data
        price: "$5.00"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import recipient_change_findings as found

        yield from found.settlements(context)
