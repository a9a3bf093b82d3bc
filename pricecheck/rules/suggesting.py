"""What a model that no line prices by name could be charged: its base model's price, times a factor, within limits."""

from __future__ import annotations

from decimal import ROUND_CEILING
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.matching import glob
from pricecheck.gateway.money import dollars
from pricecheck.policy.model import route_key
from pricecheck.rules.families import Families, limits_in_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


class Suggester:
    """Suggests prices by a policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._families = Families(policy.families)
        self._factor = policy.traffic.fine_tune_factor

    def suggest(
        self,
        model: str,
        routes: Sequence[str],
        base: Base | None,
        charged: Sequence[PriceRow],
        differing: str | None = None,
        *,
        fine_tune: bool,
    ) -> Suggestion:
        """Suggest a price for `model`, a variant of `base`, which is charged `charged` where it may have been served.

        Those are the config's `routes`; `differing` says what they do not agree in about its base model.

        A fine-tune costs the policy's factor times as much, rounded up to a smallest unit; another name of the same
        model costs the same. The limits are those of the model's own family, else of its base model's.
        """
        refused = self._refused(model, routes) or differing
        if refused is not None:
            return Suggestion(None, None, refused)
        if base is None:
            return Suggestion(None, None, "its name does not tell the base model; `[aliases]` of the policy can")
        if not base.known:
            return Suggestion(None, None, f"the base model `{base.model}` has no price of its own either")
        if len({(row.amount, row.decimals) for row in charged}) != 1:
            return Suggestion(None, None, f"the routes that may serve it charge different prices for `{base.model}`")
        row = charged[0]
        if row.amount is None or row.decimals is None or row.amount <= 0:
            why = row.unknown_reason or ("free" if row.amount == 0 else "negative")
            return Suggestion(None, None, f"the price of the base model `{base.model}` is no help: {why}")
        amount, reason = row.amount, f"{row.dollars} of `{base.model}`"
        if fine_tune:
            amount = int((row.amount * self._factor).to_integral_value(ROUND_CEILING))
            reason = f"{self._policy.traffic.fine_tune_factor_text} x {reason}"
        if base.alias is not None:
            reason += f", which `[aliases]` gives for `{base.alias}`"
        family = self._families.of(model) or self._families.of(base.model)
        if family is not None:
            amount, limit = _within(amount, row.decimals, family)
            reason += limit
        return Suggestion(amount, dollars(amount, row.decimals), reason)

    def _refused(self, model: str, routes: Sequence[str]) -> str | None:
        """Say why the policy would not have a model priced on any of the routes; None where it would."""
        denied = first_glob(self._policy.deny, model)
        if denied is not None:
            return f"the policy denies it (`{denied}`)"
        lists = [self._policy.route(route_key(route)).allow for route in routes]
        if not self._allows(self._policy.allow, model) or not any(self._allows(one, model) for one in lists):
            return "it is not on the policy's list of allowed models"
        return None

    @staticmethod
    def _allows(allowed: Sequence[str], model: str) -> bool:
        return not allowed or first_glob(allowed, model) is not None


def first_glob(globs: Iterable[str], model: str) -> str | None:
    """Give the first glob that takes a model."""
    return next((one for one in globs if glob(one).fullmatch(model)), None)


def _within(amount: int, decimals: int, family: Family) -> tuple[int, str]:
    floor, ceiling = limits_in_units(family, decimals)
    if family.floor is not None and floor is not None and amount < floor:
        return floor, f", raised to the floor {family.floor.text} of family {family.name}"
    if family.ceiling is not None and ceiling is not None and amount > ceiling:
        return ceiling, f", cut to the ceiling {family.ceiling.text} of family {family.name}"
    return amount, ""
