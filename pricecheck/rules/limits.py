"""PC303 and PC304: effective prices outside the limits of the policy's families (policy.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.gateway.pricing import Source
from pricecheck.rules.approving import approval_advice
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pricecheck.rules.limit_breaches import LimitBreach

BELOW_FLOOR = "PC303"
ABOVE_CEILING = "PC304"

_SHOWN = 3


@rule(
    "PC303",
    "below-floor",
    Impact.RISK,
    "A model is charged less than the floor of its family",
    severity=Severity.ERROR,
)
def below_floor(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports every price of a model below the floor that the policy sets for its family, wherever the price comes from:
    a line of `models`, a `match` rule on `body.model`, the built-in table, or the fallback (or a last rule with
    `where: {}`) that charges the models of the family which nothing names. The first family that fits a model counts.
    Models that an upstream does not have (`gpt-4o` at `api.anthropic.com`) are left out, and so are flat routes, which
    say nothing of models.

    ## Why is this bad?
    A floor is the price below which a request costs more than it brings. The gateway knows no floors: it charges what
    the config resolves to.

    ## Example
    With this policy:

    ```toml
    [[family]]
    name = "gpt-4o"
    models = ["gpt-4o*"]
    floor = "$0.004"
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
        fallback: "$0.05"
    ```

    The built-in table charges `gpt-4o-mini` $0.001. Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          gpt-4o-mini: "$0.005"
        fallback: "$0.05"
    ```
    """
    yield from _said(context, BELOW_FLOOR)


@rule(
    "PC304",
    "above-ceiling",
    Impact.RISK,
    "A model is charged more than the ceiling of its family",
    severity=Severity.ERROR,
)
def above_ceiling(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports every price of a model above the ceiling that the policy sets for its family. A model that the family writes
    out (`gpt-4o`) is held to it whatever prices it, a fallback or a wider `match` rule as well. For the models that a
    family's glob (`gpt-4o*`) stands for, a fallback or a rule for more than the family (`gpt-*`) is not held to the
    ceiling: a careful fallback is as dear as the dearest family.

    ## Why is this bad?
    A price with a slipped point drives callers away, or takes money that has to be paid back. The gateway knows no
    ceilings: it charges what the config resolves to.

    ## Example
    With this policy:

    ```toml
    [[family]]
    name = "gpt-4o"
    models = ["gpt-4o*"]
    ceiling = "$0.20"
    ```

    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.50"
        fallback: "$0.50"
    ```

    Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.50"
    ```
    """
    yield from _said(context, ABOVE_CEILING)


def _said(context: Context, code: str) -> Iterator[Finding]:
    """Say each breach; those that one place or the built-in table brings about in one finding, the worst first."""
    groups: dict[tuple[str, bool, str], list[LimitBreach]] = {}
    for breach in context.limit_breaches:
        if breach.code == code:
            built_in = breach.row.source == Source.DEFAULT_TABLE.value
            place = breach.family.name if built_in else breach.row.selector
            groups.setdefault((breach.route.key, built_in, place), []).append(breach)
    for (_, built_in, _), breaches in groups.items():
        yield _built_in(context, breaches) if built_in else _written(context, breaches)


def _approve(context: Context, breaches: list[LimitBreach]) -> str:
    """Give the command for all of them; where they are many, for the first, which shows how."""
    requests = [breach.request(context.document.source.path) for breach in breaches]
    places = dict.fromkeys((one.route, one.selector) for one in requests)
    against = context.deployed.against if context.deployed else None
    if len(places) <= _SHOWN:
        return f"or {approval_advice(requests, against)}"
    return f"or, model by model, {approval_advice(requests[:1], against)}"


def _built_in(context: Context, breaches: list[LimitBreach]) -> Finding:
    worst = _worst(breaches)
    names = list(dict.fromkeys(breach.model for breach in breaches))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    listed = ", ".join(f"`{name}`" for name in names[:_SHOWN]) + more
    where = worst.route.models_field() or worst.route.field
    return Finding(
        f"the built-in table charges {listed} {_range(breaches)}, {_beyond(worst)}",
        where.key_span,
        where.path,
        help=f"give {'it a line' if len(names) == 1 else 'them lines'} in `models`, {_approve(context, breaches)}",
    )


def _written(context: Context, breaches: list[LimitBreach]) -> Finding:
    worst = _worst(breaches)
    row = worst.row
    who = f"`{worst.model}`"
    if not worst.named:
        who += ", which nothing here names," if "*" not in worst.model else " beyond the models named here"
    message = f"{who} is charged {row.dollars} ({row.source}), {_beyond(worst)}"
    others = len({breach.family.name for breach in breaches}) - 1
    if others:
        message += f" (and outside the limits of {others} more {'family' if others == 1 else 'families'})"
    if worst.also:
        message += f"; it fits `{worst.also[0]}` as well, but the first family counts"
    return Finding(
        message,
        row.span or worst.route.field.key_span,
        row.path or worst.route.field.path,
        help=f'write "{worst.limit.text}" or {"more" if _is_low(worst) else "less"}, {_approve(context, breaches)}',
    )


def _is_low(breach: LimitBreach) -> bool:
    return breach.code == BELOW_FLOOR


def _beyond(breach: LimitBreach) -> str:
    side = "below the floor" if _is_low(breach) else "above the ceiling"
    return f"{side} of family `{breach.family.name}`, {breach.limit.text}"


def _worst(breaches: list[LimitBreach]) -> LimitBreach:
    return max(breaches, key=_limit) if _is_low(breaches[0]) else min(breaches, key=_limit)


def _limit(breach: LimitBreach) -> Decimal:
    return breach.limit.amount


def _range(breaches: list[LimitBreach]) -> str:
    prices = sorted({(breach.row.amount or 0, breach.row.dollars or "") for breach in breaches})
    return prices[0][1] if len(prices) == 1 else f"{prices[0][1]} to {prices[-1][1]}"
