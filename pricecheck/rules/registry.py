"""The only list of rules; everything that walks rules walks this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.rules import (
    charging,
    load,
    modules,
    payment,
    price_amount,
    price_scale,
    price_text,
    spellings,
    structure,
    upstream,
)

if TYPE_CHECKING:
    from pricecheck.rules.model import Rule

RULES: tuple[Rule, ...] = (
    load.yaml_syntax,
    load.duplicate_key,
    load.multiple_documents,
    load.unset_environment_variable,
    load.missing_field,
    load.wrong_type,
    load.invalid_value,
    load.unknown_field,
    load.conflicting_fields,
    load.documented_spelling,
    price_text.raw_unit_price,
    price_text.price_truncated,
    price_text.unparsable_price,
    price_amount.negative_price,
    price_amount.accidentally_free,
    price_text.unresolved_price,
    price_scale.magnitude_slip,
    price_scale.mixed_decimals,
    price_amount.surprising_number,
    payment.no_wallet_for_network,
    payment.split_not_applied,
    structure.merge_key,
    upstream.upstream_path_dropped,
    upstream.timeout_unit,
    modules.unloadable_module,
    payment.unknown_token,
    upstream.caller_chooses_host,
    upstream.path_leaves_upstream,
    charging.advertised_otherwise,
    structure.nothing_to_pay_with,
    structure.facilitator_not_used,
    charging.session_covers_dearer,
    structure.store_without_backend,
    structure.unusable_route,
    modules.settle_hook_without_effect,
    spellings.legacy_type,
    spellings.per_1k_suffix,
    spellings.free_flag,
    spellings.legacy_facilitator,
    spellings.newer_than_gateway,
)
