"""The only list of rules; everything that walks rules walks this."""

from __future__ import annotations

from pricecheck.rules.model import Rule

RULES: tuple[Rule, ...] = ()
