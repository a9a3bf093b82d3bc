"""The only list of rules; everything that walks rules walks this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.rules import price_amount, price_scale, price_text

if TYPE_CHECKING:
    from pricecheck.rules.model import Rule

RULES: tuple[Rule, ...] = (
    price_text.raw_unit_price,
    price_text.price_truncated,
    price_text.unparsable_price,
    price_amount.negative_price,
    price_amount.accidentally_free,
    price_text.unresolved_price,
    price_scale.magnitude_slip,
    price_scale.mixed_decimals,
    price_amount.surprising_number,
)
