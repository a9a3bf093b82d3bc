"""PC6: spellings of other gateway versions and of old docs (gateway.md §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Edit, Finding, Fix, Impact, Safety, Severity, Span
from pricecheck.gateway.money import dollars
from pricecheck.gateway.versions import is_older, too_new_for
from pricecheck.rules.model import Fixability, rule
from pricecheck.rules.price_text import NATURAL, NOT_CHARGED, PER_TOKENS, bare
from pricecheck.rules.writing import rewrite_scalar
from pricecheck.source.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.field import Field
    from pricecheck.prices.sites import PriceText
    from pricecheck.rules.model import Context


@rule(
    "PC601",
    "legacy-type",
    Impact.RISK,
    "`openai-compatible` is the old name of `token-based`",
    severity=Severity.INFO,
    fixability=Fixability.SOMETIMES,
)
def legacy_type(context: Context) -> Iterator[Finding]:
    """## What it does
    Points out `type: openai-compatible`.

    ## Why is this bad?
    It works: the gateway treats it as `token-based`, which is its name since 0.4.1. The old one says less and may go.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: openai-compatible
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        fallback: "$0.05"
    ```

    ## Fix safety
    Safe: both names mean the same to every gateway from 0.4.1 on. For an older `gateway-version` nothing is reported.
    """
    if is_older(context.settings.gateway_version, "0.4.1"):
        return
    for route in context.config.routes:
        kind = route.field.text_of("type")
        if kind is None or kind.value != "openai-compatible":
            continue
        edit = rewrite_scalar(kind.node, "token-based")
        yield Finding(
            "`openai-compatible` is the old name of `token-based`",
            kind.span,
            kind.path,
            help="write `token-based`",
            fix=Fix("write token-based", Safety.SAFE, (edit,)) if edit else None,
        )


@rule(
    "PC602",
    "per-1k-suffix",
    Impact.FAILS,
    "A `/1k-tokens` suffix, which fails the request or is cut off",
    fixability=Fixability.SOMETIMES,
)
def per_1k_suffix(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports prices that end in `/1k-tokens` or the like.

    Where no request gets the price (PC203, PC209 and PC210 say why), it is only pointed out.

    ## Why is this bad?
    The docs showed such prices until 2026-02-20, but no gateway ever parsed them: each request that gets one fails with
    502. Only where the digits after the point are as many as the asset has (six for USDC), what follows them is cut
    off before the price is read, and `"$0.000150/1k-tokens"` is charged as $0.00015 a request. For the gateway has no
    price per token: `token-based` means a price per request that depends on the model.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.01/1k-tokens"
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.01"
        fallback: "$0.05"
    ```

    ## Fix safety
    The suffix is removed, and a decimal point added where there is none. The fix is unsafe: requests that failed are
    charged afterwards, and a price per thousand tokens is seldom the right price of a request.
    """
    for price, sites in context.price_texts.items():
        cut = PER_TOKENS.sub("", price.text)
        if cut == price.text:
            continue
        mended = _per_request(cut)
        for site in sites:
            edit = rewrite_scalar(site.node, mended) if mended else None
            charged = site.path in context.charged
            yield Finding(
                f'"{price.text}" is a price per tokens, {_what_happens(price)}{"" if charged else f" ({NOT_CHARGED})"}',
                site.span,
                site.path,
                help=f'write what one request costs, such as "{mended or "$0.05"}"',
                fix=Fix(f'write "{mended}"', Safety.UNSAFE, (edit,)) if edit else None,
                severity=None if charged else Severity.INFO,
            )


def _what_happens(price: PriceText) -> str:
    amount = price.reading.amount
    if amount is None:
        return "which the gateway can't read: every request that gets it fails with 502"
    read = f"of which the gateway reads {price.decimals} decimals and drops the rest"
    if amount == 0:
        return f"{read}: it comes out as 0, and requests are served free of charge"
    return f"{read}: every request that gets it is charged {dollars(amount, price.decimals)}, whatever its tokens"


def _per_request(text: str) -> str | None:
    """Give a price without its suffix in dollars; None where what is left is no number either."""
    number = bare(text)
    if not NATURAL.match(number):
        return None
    return text if "." in number else f"${number}.00"


@rule(
    "PC603",
    "free-flag",
    Impact.IGNORED,
    "`free: true` was never a field: the route is charged",
    severity=Severity.ERROR,
    fixability=Fixability.SOMETIMES,
)
def free_flag(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a `free` key on a route.

    ## Why is this bad?
    The gateway drops it in silence, and the route is charged by its `price`, `fallback` or `defaults.price`.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        free: true
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0"
    ```

    ## Fix safety
    `free: true` becomes `price: "$0"` where the route has no price of its own. The fix is unsafe: callers no longer
    pay.
    """
    for route in context.config.routes:
        free = route.field.get("free")
        if free is None:
            continue
        meant = free.value is True
        priced = route.price is not None or route.match or route.fallback is not None or route.token_based
        yield Finding(
            f"`free` is no field of the gateway and is dropped: `{route.key}` is charged all the same",
            free.key_span,
            free.path,
            help='write `price: "$0"`' if meant else "remove it",
            fix=_free_fix(free) if meant and not priced else None,
        )


def _free_fix(free: Field) -> Fix | None:
    if not isinstance(free.key, Scalar) or free.is_alias:
        return None
    quote = {"double": '"', "single": "'"}.get(free.key.style, "")
    edits = (Edit(free.key_span, f"{quote}price{quote}"), Edit(free.span, '"$0"'))
    return Fix('write price: "$0"', Safety.UNSAFE, edits)


@rule(
    "PC604",
    "legacy-facilitator",
    Impact.RISK,
    "A root `facilitator` URL, which `settlement` says better",
    severity=Severity.INFO,
    fixability=Fixability.SOMETIMES,
)
def legacy_facilitator(context: Context) -> Iterator[Finding]:
    """## What it does
    Points out a root `facilitator` in its string form where there is no `settlement`.

    ## Why is this bad?
    It works. Since 0.4.2 `settlement: {strategy: facilitator, url: …}` says the same and names the strategy. The form
    with `default` and `chains` has no such counterpart and is current.

    ## Example
    ```yaml
    facilitator: "https://facilitator.example.com"
    ```

    Use instead:
    ```yaml
    settlement:
      strategy: facilitator
      url: "https://facilitator.example.com"
    ```

    ## Fix safety
    Safe: nothing that is charged changes. Without `settlement` the gateway settles through the facilitator anyway, a
    `facilitator` of a route goes before either spelling, and the URL stays as it is written.
    """
    facilitator = context.config.at("facilitator")
    if facilitator is None or not facilitator.text or context.config.at("settlement") is not None:
        return
    if is_older(context.settings.gateway_version, "0.4.2"):
        return
    yield Finding(
        "a root `facilitator` URL is the old way to say `settlement: {strategy: facilitator, url: …}`",
        facilitator.key_span,
        facilitator.path,
        help=f'write `settlement: {{strategy: facilitator, url: "{facilitator.text}"}}`',
        fix=_settlement_fix(context, facilitator),
    )


def _settlement_fix(context: Context, facilitator: Field) -> Fix | None:
    """Put the three words before the URL, in the style of the file; the URL and a comment behind it are not touched."""
    text, key, value = context.document.source.text, facilitator.key, facilitator.node
    root = context.document.root
    if not isinstance(key, Scalar) or not isinstance(value, Scalar) or not isinstance(root, Mapping):
        return None
    if value.style not in {"plain", "double", "single"} or "\n" in text[key.start : value.end]:
        return None
    if text[key.end : value.start].strip() != ":":
        return None
    before = Span(key.start, value.start)
    if root.flow:
        opening = Edit(before, '"settlement": {"strategy": "facilitator", "url": ')
        edits: tuple[Edit, ...] = (opening, Edit(Span(value.end, value.end), "}"))
    else:
        line = ("\r\n" if "\r\n" in text else "\n") + " " * (context.document.source.position(key.start).column + 1)
        edits = (Edit(before, f"settlement:{line}strategy: facilitator{line}url: "),)
    return Fix("write settlement: {strategy: facilitator, url: …}", Safety.SAFE, edits)


@rule(
    "PC605",
    "newer-than-gateway",
    Impact.IGNORED,
    "A field or value that the deployed gateway version does not know yet",
    severity=Severity.ERROR,
    fixability=Fixability.SOMETIMES,
)
def newer_than_gateway(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports fields and values that came into the gateway after the version the config is deployed on, which the policy's
    `gateway-version` (or `--gateway-version`) names.

    ## Why is this bad?
    The older gateway drops what it does not know, or refuses to start. A `models` table on a gateway before 0.4.0 is
    dropped, and every model is charged the same.

    ## Example
    ```yaml
    settlement:
      strategy: mpp
      methods:
        - type: tempo
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.001"
    ```

    ## Fix safety
    `type: token-based` becomes `openai-compatible` for gateway 0.4.0, which knows only that name. Safe: both mean the
    same. Everything else that is too new has no fix.
    """
    version = context.settings.gateway_version
    if context.config.root is None:
        return
    for novelty in too_new_for(version):
        name, value = novelty.path[-1], novelty.value
        what = f"`{name}`" if value is None else f"`{name}: {value}`"
        fate = "refuses to start with it" if novelty.refused else "drops it in silence"
        for field in fields_at(context.config.root, novelty.path):
            if value is None or field.value == value:
                yield Finding(
                    f"{what} is known from gateway {novelty.since} on; {version} {fate}",
                    field.key_span if value is None else field.span,
                    field.path,
                    help=f"deploy gateway {novelty.since} or newer first, or write it the way {version} knows",
                    fix=_older_spelling(field, version),
                )


def _older_spelling(field: Field, version: str) -> Fix | None:
    """Give the one spelling that an older gateway has for the same: the type that became `token-based` in 0.4.1."""
    if field.value != "token-based" or field.path[-1] != "type" or is_older(version, "0.4.0"):
        return None
    edit = rewrite_scalar(field.node, "openai-compatible")
    return Fix("write openai-compatible", Safety.SAFE, (edit,)) if edit else None


def fields_at(root: Field, path: tuple[str, ...]) -> Iterator[Field]:
    """Give the fields at a path in which `*` is any name."""
    here = [root]
    for name in path:
        if name == "*":
            here = [below for field in here for _, below in field.entries()]
        else:
            here = [below for field in here if (below := field.get(name)) is not None]
    yield from here
