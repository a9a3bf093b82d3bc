"""PC101 to PC103 and PC106: prices that are read otherwise than they look, or not at all (gateway.md §3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Finding, Fix, Impact, Safety, Severity
from pricecheck.gateway.environment import references, shell_expansion
from pricecheck.gateway.javascript import trim
from pricecheck.gateway.money import dollars, units
from pricecheck.patterns import late
from pricecheck.prices.sites import PriceText, unresolved_sites
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.writing import rewrite_scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NATURAL = late(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\Z")
"""An ordinary decimal number, which reads the same to a person and to the gateway."""

PER_TOKENS = late(r"\s*/\s*\d*\s*k?\s*-?\s*tokens?\s*\Z", re.IGNORECASE)
"""The suffix of prices in docs before 2026-02-20, such as `/1k-tokens` (gateway.md §7); PC602 speaks of it."""

_THOUSANDS = late(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z")
_EXPONENT = late(r"[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}\Z")
_WITH_CURRENCY = late(r"([0-9]*\.[0-9]+)\s*(?:usd|usdc|dollars?)\Z", re.IGNORECASE)
_FREE_WORDS = frozenset({"free", "none", "no", "gratis", "nothing", "n/a"})


NOT_CHARGED = "if ever: as it is, no request gets this price"
"""What is added where a price is charged to nobody."""


class Verdict(NamedTuple):
    """What a rule says about a price text wherever it stands; `mended` is the text to write instead."""

    message: str
    help: str
    mended: str | None = None
    severity: Severity | None = None


def judge(context: Context, verdict_on: Callable[[PriceText], Verdict | None]) -> Iterator[Finding]:
    """Judge every distinct price text once and yield a finding at each of its places.

    Where no request gets the price (PC203, PC209 and PC210 say why), that is said, and the finding is no more than a
    hint of what would be charged.
    """
    for price, sites in context.price_texts.items():
        verdict = verdict_on(price)
        if verdict is None:
            continue
        for site in sites:
            edit = rewrite_scalar(site.node, verdict.mended) if verdict.mended is not None else None
            fix = Fix(f'write "{verdict.mended}"', Safety.UNSAFE, (edit,)) if edit else None
            charged = site.path in context.charged
            message = verdict.message if charged else f"{verdict.message} ({NOT_CHARGED})"
            severity = verdict.severity if charged else Severity.INFO
            yield Finding(message, site.span, site.path, help=verdict.help, fix=fix, severity=severity)


def bare(text: str) -> str:
    """Give a price text the way the gateway reads on: without one leading dollar sign, trimmed (gateway.md §3.1)."""
    return trim(text.removeprefix("$"))


@rule(
    "PC101",
    "raw-unit-price",
    Impact.MISCHARGES,
    "A price without a decimal point is a number of smallest units, not of dollars",
    fixability=Fixability.SOMETIMES,
)
def raw_unit_price(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices without a decimal point. With a dollar sign (`"$5"`) that is an error. A bare whole number
    (`"10000"`) is the gateway's way to write a raw amount on purpose, and is only pointed out.

    Where no request gets the price (PC203, PC209 and PC210 say why), it is only pointed out.

    ## Why is this bad?
    The gateway looks for a decimal point, not for the dollar sign. Without a point the text is the integer of the
    asset's smallest units: `"$5"` charges 5 units of USDC, which is $0.000005, a millionth of what it says.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          o1-pro: "$5"
        fallback: "$5.00"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          o1-pro: "$5.00"
        fallback: "$5.00"
    ```

    ## Fix safety
    `"$5"` becomes `"$5.00"`. The fix is unsafe: it changes what callers are charged, to what the line says. A bare
    whole number has no fix, since it may mean what it says.
    """

    def verdict_on(price: PriceText) -> Verdict | None:
        text, reading = bare(price.text), price.reading
        if not reading.raw_units or not reading.amount or reading.amount < 0 or not NATURAL.match(text):
            return None
        charged = f"{units(reading.amount)} of {price.unit}, {dollars(reading.amount, price.decimals)}"
        if price.text.startswith("$"):
            mended = f"${text.removeprefix('+')}.00"
            return Verdict(
                f'"{price.text}" has no decimal point: the gateway charges {charged}', f'write "{mended}"', mended
            )
        return Verdict(
            f'"{price.text}" is a raw amount: the gateway charges {charged}',
            f'if dollars are meant, write "${text}.00"',
            severity=Severity.INFO,
        )

    yield from judge(context, verdict_on)


@rule(
    "PC102",
    "price-truncated",
    Impact.MISCHARGES,
    "Digits beyond the asset's decimals are cut off",
)
def price_truncated(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices with more decimal places than the asset has, where the places that are cut off hold something other
    than zeros. A price that is cut to nothing is PC105's.

    Where no request gets the price (PC203, PC209 and PC210 say why), it is only pointed out.

    ## Why is this bad?
    The gateway does not round. USDC has 6 decimals, so `"$0.0000025"` is cut to 2 smallest units: callers pay
    $0.000002, a fifth less than the line says.

    ## Example
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/embeddings":
        upstream: openai
        price: "$0.0000025"
    ```

    Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/embeddings":
        upstream: openai
        price: "$0.000003"
    ```
    """

    def verdict_on(price: PriceText) -> Verdict | None:
        reading = price.reading
        if not reading.amount or not reading.lost or not NATURAL.match(bare(price.text)):
            return None
        charged = dollars(reading.amount, price.decimals)
        up = dollars(reading.amount + (1 if reading.amount > 0 else -1), price.decimals)
        return Verdict(
            f'"{price.text}" has more than the {price.decimals} decimals of {price.unit}: '
            f'"{reading.lost}" is cut off and the gateway charges {charged}',
            f'write what is to be charged: "{charged}", or "{up}"',
        )

    yield from judge(context, verdict_on)


@rule(
    "PC103",
    "unparsable-price",
    Impact.FAILS,
    "A price the gateway can't read as a number",
    fixability=Fixability.SOMETIMES,
)
def unparsable_price(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices that the gateway can't turn into an integer: thousands separators, exponents, currency names or signs
    other than one leading `$`, words, white space before the `$`.

    Where no request gets the price (PC203, PC209 and PC210 say why), it is only pointed out.

    ## Why is this bad?
    None of it is checked when the gateway starts. The first request that needs the price fails with 502, and so does
    every other one.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        price: "$1,000.00"
      "GET /v1/models":
        upstream: openai
        price: "free"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        price: "$1000.00"
      "GET /v1/models":
        upstream: openai
        price: "$0"
    ```

    ## Fix safety
    A fix is offered where the number is beyond doubt: thousands separators, exponents, a currency name, white space
    before the `$`. It is unsafe: requests that failed are charged afterwards. Prices with a `/1k-tokens` suffix are
    PC602's.
    """

    def verdict_on(price: PriceText) -> Verdict | None:
        if price.reading.amount is not None or PER_TOKENS.search(price.text):
            return None
        message = f'"{price.text}" is no number the gateway can read: every request that gets this price fails with 502'
        mended = _mended(price.text)
        if mended is not None:
            return Verdict(message, f'write "{mended}"', mended)
        if bare(price.text).lower() in _FREE_WORDS:
            return Verdict(message, 'for a free route write "$0"')
        return Verdict(message, 'write dollars with a decimal point, such as "$0.05"')

    yield from judge(context, verdict_on)


def _mended(text: str) -> str | None:
    """Give the price that an unreadable text certainly means, or None where that is a guess."""
    inner = bare(trim(text))
    if _THOUSANDS.match(inner):
        plain = inner.replace(",", "")
        return f"${plain}" if "." in plain else f"${plain}.00"
    if _EXPONENT.match(inner):
        from decimal import Decimal

        digits = f"{Decimal(inner):f}"
        return f"${digits}" if "." in digits else f"${digits}.00"
    with_currency = _WITH_CURRENCY.match(inner)
    if with_currency:
        return f"${with_currency[1]}"
    return f"${inner}" if NATURAL.match(inner) and "." in inner and not inner.startswith(("+", "-")) else None


@rule(
    "PC106",
    "unresolved-price",
    Impact.RISK,
    "A price from the environment that can't be checked here",
    severity=Severity.INFO,
)
def unresolved_price(context: Context) -> Iterator[Finding]:
    """## What it does
    Points out prices that hold a `${NAME}` when no environment was given. With `--env` or `--env-file` they are
    resolved and checked like any other. What nothing fills in, such as `${NAME:-$0.01}`, is PC004's.

    ## Why is this bad?
    It need not be. But nothing about such a price can be checked: not that it parses, not that it is in dollars, not
    that it stays within bounds.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "${MODELS_PRICE}"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.001"
    ```
    """
    for site in unresolved_sites(context.config):
        text = site.text
        if any(map(shell_expansion, references(text))):
            continue
        yield Finding(
            f'"{text}" is filled in from the environment: what is charged is not known here',
            site.span,
            site.path,
            help="give the values with --env-file FILE (or --env) to have them checked",
        )
