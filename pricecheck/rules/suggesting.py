"""What a model that no line prices by name could be charged: its base model's price, times a factor, within limits."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.matching import glob
from pricecheck.gateway.money import dollars
from pricecheck.policy.model import route_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.policy.model import Family, Policy
    from pricecheck.prices.model_ids import Base
    from pricecheck.prices.table import PriceRow


class Suggestion(NamedTuple):
    """A price for a model: `amount` in the route's smallest units, `price` the text to write into `models`.

    Both are None where none can be suggested. `reason` says how it came about, or why there is none.
    """

    amount: int | None
    price: str | None
    reason: str


def suggest(
    model: str, base: Base | None, base_rows: Iterable[PriceRow], policy: Policy, *, fine_tune: bool
) -> Suggestion:
    """Suggest a price for `model`, a variant of `base`, on routes that charge `base_rows` for the base model.

    A fine-tune costs the policy's factor times as much, rounded up to a smallest unit; another name of the same model
    costs the same. The limits are those of the model's own family, else of its base model's.
    """
    if base is None:
        return Suggestion(None, None, "its name does not tell the base model; `[aliases]` of the policy can")
    if not base.known:
        return Suggestion(None, None, f"the base model `{base.model}` has no price of its own either")
    rows = list(base_rows)
    if len({(row.amount, row.decimals) for row in rows}) != 1:
        return Suggestion(None, None, f"the routes that may serve it charge different prices for `{base.model}`")
    row = rows[0]
    if row.amount is None or row.decimals is None or row.amount <= 0:
        why = row.unknown_reason or ("free" if row.amount == 0 else "negative")
        return Suggestion(None, None, f"the price of the base model `{base.model}` is no help: {why}")
    factor = policy.traffic.fine_tune_factor if fine_tune else Decimal(1)
    amount = int((row.amount * factor).to_integral_value(ROUND_CEILING))
    reason = f"{row.dollars} of `{base.model}`"
    if fine_tune:
        reason = f"{policy.traffic.fine_tune_factor_text} x {reason}"
    if base.alias is not None:
        reason += f", which `[aliases]` gives for `{base.alias}`"
    family = family_of(model, policy) or family_of(base.model, policy)
    if family is not None:
        amount, limit = _within(amount, row.decimals, family)
        reason += limit
    return Suggestion(amount, dollars(amount, row.decimals), reason)


def family_of(model: str, policy: Policy) -> Family | None:
    """Give the first family of the policy that a model belongs to."""
    return next((family for family in policy.families if first_glob(family.models, model) is not None), None)


def first_glob(globs: Iterable[str], model: str) -> str | None:
    """Give the first glob that takes a model."""
    return next((one for one in globs if glob(one).fullmatch(model)), None)


def not_allowed(model: str, route: str | None, policy: Policy) -> str | None:
    """Say why the policy would not have a model priced on a route (None: on any); None where it would."""
    denied = first_glob(policy.deny, model)
    if denied is not None:
        return f"the policy denies it (`{denied}`)"
    lists = [policy.allow, policy.route(route_key(route)).allow if route is not None else ()]
    if any(allowed and first_glob(allowed, model) is None for allowed in lists):
        return "it is not on the policy's list of allowed models"
    return None


def _within(amount: int, decimals: int, family: Family) -> tuple[int, str]:
    scale = Decimal(10) ** decimals
    if family.floor is not None and amount < family.floor.amount * scale:
        floor = (family.floor.amount * scale).to_integral_value(ROUND_CEILING)
        return int(floor), f", raised to the floor {family.floor.text} of family {family.name}"
    if family.ceiling is not None and amount > family.ceiling.amount * scale:
        return int(family.ceiling.amount * scale), f", cut to the ceiling {family.ceiling.text} of family {family.name}"
    return amount, ""
