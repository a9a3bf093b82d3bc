"""PC104, PC105 and PC109: amounts nobody wants to charge (gateway.md §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact
from pricecheck.gateway.money import dollars, units
from pricecheck.patterns import late
from pricecheck.rules.model import Context, rule
from pricecheck.rules.price_text import NATURAL, PER_TOKENS, Verdict, bare, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.prices.sites import PriceText

_ZERO = late(r"[+-]?(?:0+(?:\.0*)?|\.0+)\Z")


@rule("PC104", "negative-price", Impact.MISCHARGES, "A negative price is put into the payment demand as it is")
def negative_price(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices below zero.

    Where no request gets the price (PC203, PC209 and PC210 say why), it is only pointed out.

    ## Why is this bad?
    The gateway has no notion of a discount. A negative amount is not 0, so the request is not free: the caller gets a
    402 that demands a negative amount, which no facilitator settles, or worse, one does.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$-0.01"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0"
    ```
    """

    def verdict_on(price: PriceText) -> Verdict | None:
        amount = price.reading.amount
        if amount is None or amount >= 0:
            return None
        charged = dollars(amount, price.decimals)
        return Verdict(
            f'"{price.text}" is negative: the 402 demands {units(amount)} of {price.unit}, {charged}',
            'write a price above zero, or "$0" for free',
        )

    yield from judge(context, verdict_on)


@rule(
    "PC105",
    "accidentally-free",
    Impact.MISCHARGES,
    "A price that comes out as 0 without saying so",
)
def accidentally_free(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices whose amount is 0 although the text is not an explicit zero such as `"$0"` or `"0.00"`: an empty
    price, a lone `$`, a fraction smaller than the asset's smallest unit.

    Where no request gets the price (PC203, PC209 and PC210 say why), it is only pointed out.

    ## Why is this bad?
    With amount 0 the gateway skips the payment and proxies the request free of charge. `"$0.0000001"` has seven
    decimals, USDC has six: the digit is cut off and nothing is left.

    ## Example
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/embeddings":
        upstream: openai
        price: "$0.0000001"
    ```

    Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/embeddings":
        upstream: openai
        price: "$0.000001"
      "GET /v1/models":
        upstream: openai
        price: "$0"
    ```
    """

    def verdict_on(price: PriceText) -> Verdict | None:
        reading = price.reading
        if reading.amount != 0 or _ZERO.match(bare(price.text)) or PER_TOKENS.search(price.text):
            return None
        why = (
            f"{price.unit} has {price.decimals} decimals, the rest is cut off"
            if reading.lost
            else "it is empty"
            if not price.text
            else "there is no number in it"
            if not any(letter.isdigit() for letter in price.text)
            else "the gateway reads it as 0"
        )
        return Verdict(
            f'"{price.text}" comes out as 0 ({why}): requests are served free of charge',
            f'write "$0" if that is meant; the smallest price is "{dollars(1, price.decimals)}"',
        )

    yield from judge(context, verdict_on)


@rule(
    "PC109",
    "surprising-number",
    Impact.MISCHARGES,
    "A text that the gateway reads as a number no reader would",
)
def surprising_number(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices that are no ordinary decimal number and yet are charged: a second decimal point, a `0x`, `0o` or `0b`
    prefix, white space or letters among the digits that happen to be cut off. Prices with a `/1k-tokens` suffix are
    PC602's.

    Where no request gets the price (PC203, PC209 and PC210 say why), it is only pointed out.

    ## Why is this bad?
    The gateway takes the first two parts around the points and drops the rest, so `"$1.000.00"` charges one dollar, and
    `"0x10"` is the integer 16: sixteen smallest units.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        price: "$1.000.00"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        price: "$1000.00"
    ```
    """

    def verdict_on(price: PriceText) -> Verdict | None:
        amount = price.reading.amount
        if not amount or amount < 0 or NATURAL.match(bare(price.text)) or PER_TOKENS.search(price.text):
            return None
        charged = dollars(amount, price.decimals)
        why = (
            "all after the second point is dropped" if price.reading.extra_points else "it is read as JavaScript would"
        )
        return Verdict(
            f'"{price.text}" is charged as {charged}, {units(amount)} of {price.unit}: {why}',
            f'write "{charged}" if that is meant',
        )

    yield from judge(context, verdict_on)
