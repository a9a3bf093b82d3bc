"""PC401 to PC404, PC406, PC408, PC409: what callers are charged differently than at another revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(
    "PC401",
    "raised-over-bound",
    Impact.RISK,
    "An effective price rises beyond the policy's bound in one deploy",
    severity=Severity.ERROR,
)
def raised_over_bound(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports every effective price that rises by more than `max-increase` (default 15 %, inclusive, exact to the smallest
    unit) against the revision given with `--against`, and, with `--anchor`, in total since that older deploy.

    What counts is what a request is charged, whichever line says so: a model dropped from `models` is held against the
    price it falls to, so that renaming one evades nothing.

    ## Why is this bad?
    Callers sign payments up to a limit of their own. A price that jumps turns into refused payments, or into
    callers who pay what they never agreed to. A slip of the hand and a price change look the same in a config; the
    bound makes somebody look twice.

    ## Example
    ```yaml
    # before
    routes:
      "POST /v1/embeddings":
        upstream: openai
        price: "$0.0100"
    ```

    ```yaml
    routes:
      "POST /v1/embeddings":
        upstream: openai
        price: "$0.0120"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/embeddings":
        upstream: openai
        price: "$0.0115"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import price_change_findings as found

        yield from found.raised(context)


@rule(
    "PC402",
    "lowered-over-bound",
    Impact.RISK,
    "An effective price falls beyond the policy's bound in one deploy",
    severity=Severity.ERROR,
)
def lowered_over_bound(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports every effective price that falls by more than `max-decrease` (default 10 %, inclusive, exact to the smallest
    unit) against the revision given with `--against`, and, with `--anchor`, in total since that older deploy.

    ## Why is this bad?
    A price that falls below what the provider charges loses money with every request. The usual way there is not a
    typed number but a line that went missing: the built-in table charges far less than most resellers do.

    ## Example
    ```yaml
    # before
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.20"
    ```

    Here gpt-4o is left to the built-in table, which charges $0.01:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models: {}
        fallback: "$0.20"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.045"
        fallback: "$0.20"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import price_change_findings as found

        yield from found.lowered(context)


@rule(
    "PC403", "became-free", Impact.RISK, "An effective price becomes free, or stops being free", severity=Severity.ERROR
)
def became_free(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports requests that were paid for and become free, and the other way round, against the revision given with
    `--against`.

    ## Why is this bad?
    No percentage can bound a change from or to zero. Amount 0 skips payment altogether: the gateway proxies the
    request at your cost, to anybody. A request that stops being free breaks every caller that cannot pay.

    ## Example
    ```yaml
    # before
    routes:
      "GET /weather":
        upstream: weather
        price: "$0.002"
    ```

    ```yaml
    routes:
      "GET /weather":
        upstream: weather
        price: "$0.00"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /weather":
        upstream: weather
        price: "$0.0019"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import price_change_findings as found

        yield from found.free_or_paid(context)


@rule(
    "PC404",
    "silent-reprice",
    Impact.RISK,
    "A price changes although the line that sets it does not",
    severity=Severity.WARNING,
)
def silent_reprice(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices that change against the revision given with `--against` although nobody edited the line a reader
    would look at: a model that was dropped from `models`, a match rule that moved or takes more requests, another
    first asset, another `defaults.price`, an anchor that changed elsewhere.

    So are payments that buy something else than before, whatever they cost: another `duration` of a time session, a
    route that sells time instead of single requests, or the other way round.

    ## Why is this bad?
    A reviewer reads the lines of a diff. The gateway charges what the whole resolution ends at. Beyond the bounds
    such a change is also PC401 or PC402.

    A session is outside every bound, since they are held against the price of a payment: with `duration: 10h` for `1h`
    callers get ten times as much for the same money, and no price has moved.

    ## Example
    ```yaml
    # before
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          support-bot: "$0.19"
        fallback: "$0.20"
    ```

    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models: {}
        fallback: "$0.20"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          support-bot: "$0.20"
        fallback: "$0.20"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import price_change_findings as found

        yield from found.silent(context)


@rule(
    "PC406",
    "unit-slip",
    Impact.RISK,
    "A price changes by exactly a hundred, a thousand, … times",
    severity=Severity.ERROR,
)
def unit_slip_change(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices that change by exactly a power of ten from 100 up, against the revision given with `--against`.

    ## Why is this bad?
    Nobody reprices by a factor of a hundred. A slipped decimal point does, cents taken for dollars do, and so does
    a dropped `.00`: `"$5"` charges five millionths of a dollar.

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
        price: "$5"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /report":
        upstream: data
        price: "$5.50"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import price_change_findings as found

        yield from found.unit_slips(context)


@rule(
    "PC408",
    "became-unknown",
    Impact.RISK,
    "A price that could be read becomes one that only the gateway knows",
    severity=Severity.ERROR,
)
def became_unknown_price(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices that were a text and become a price function or a reference to the environment, against the revision
    given with `--against`.

    ## Why is this bad?
    No bound, floor or ceiling can be held against a price nobody can read: one step to the unknown and one back moves a
    price anywhere. With `--env` or `--env-file`, references to the environment are known and judged like any price.

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
        price: "${REPORT_PRICE}"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /report":
        upstream: data
        price: "$5.10"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import price_change_findings as found

        yield from found.unknown(context)


@rule(
    "PC409",
    "first-mapped",
    Impact.RISK,
    "A model listed for the first time is charged far from what it was until now",
    severity=Severity.WARNING,
)
def first_mapped(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports models that a `models` table lists for the first time and whose price so moves beyond the bounds,
    against the revision given with `--against`. Until now the built-in table, `price`, `fallback` or
    `defaults.price` charged them.

    A warning; with `additions = "enforce"` under `[bounds]` of the policy, an error.

    ## Why is this bad?
    Mapping a model is what one should do with it. But callers of it see the same jump as if its price had changed.

    ## Example
    ```yaml
    # before
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models: {}
        fallback: "$0.20"
    ```

    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          ft:gpt-4o:acme: "$0.08"
        fallback: "$0.20"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          ft:gpt-4o:acme: "$0.18"
        fallback: "$0.20"
    ```
    """
    if context.deployed is not None:
        from pricecheck.rules import price_change_findings as found

        yield from found.first_mappings(context)
