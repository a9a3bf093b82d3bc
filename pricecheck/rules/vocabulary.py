"""The rules and gateway versions that exist, in the form the policy files are read with."""

from __future__ import annotations

from functools import cache

from pricecheck.findings import Impact
from pricecheck.gateway.versions import VERSIONS
from pricecheck.policy.vocabulary import Vocabulary
from pricecheck.rules.registry import RULES


@cache
def vocabulary() -> Vocabulary:
    """Give every rule of the registry and every version of the gateway."""
    names = {rule.code: rule.name for rule in RULES}
    rejects = frozenset(rule.code for rule in RULES if rule.impact is Impact.REJECTS)
    return Vocabulary(names, rejects, tuple(VERSIONS))
