"""Which rules run: select and ignore by code, prefix or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.errors import UsageError
from pricecheck.findings import Impact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pricecheck.rules.model import Rule

ALL = "ALL"


def select_rules(
    rules: Sequence[Rule], select: Iterable[str] = (ALL,), ignore: Iterable[str] = (), extend: Iterable[str] = ()
) -> tuple[Rule, ...]:
    """Give the rules that run, in registry order.

    A selector is `ALL`, a code (`PC101`), a prefix of one (`PC1`) or a name (`raw-unit-price`). The more specific
    selector wins, and `ignore` wins a tie, as in ruff. Rules of impact `rejects` always run: what they report stops
    the gateway.

    Raises:
        UsageError: a selector that matches no rule, or an `ignore` that names only rules that can't be ignored.
    """
    wanted = [*select, *extend]
    ignored = list(ignore)
    for selector in (*wanted, *ignored):
        _matching(rules, selector)
    for selector in ignored:
        if all(rule.impact is Impact.REJECTS for rule in _matching(rules, selector)):
            raise UsageError(f"{selector} can't be ignored: the gateway does not start with what it reports")
    return tuple(
        rule
        for rule in rules
        if rule.impact is Impact.REJECTS or _specificity(rule, wanted) > _specificity(rule, ignored)
    )


def find_rule(rules: Sequence[Rule], wanted: str) -> Rule:
    """Give the rule with this code or name, in any case.

    Raises:
        UsageError: there is none; the text says which was perhaps meant.
    """
    for rule in rules:
        if wanted.upper() == rule.code or wanted.lower() == rule.name:
            return rule
    raise UsageError(f"there is no rule {wanted!r}{_meant(rules, wanted)}")


def _matching(rules: Sequence[Rule], selector: str) -> list[Rule]:
    found = [rule for rule in rules if _specificity(rule, [selector])]
    if not found:
        raise UsageError(f"no rule matches {selector!r}{_meant(rules, selector)}; `pricecheck rule --all` lists them")
    return found


def could_speak(rules: Iterable[Rule], *, compared: bool, observed: bool) -> frozenset[str]:
    """Give the codes of the rules with something to speak of: those about changes and about traffic may have nothing.

    `compared`: there is a config to compare with; `observed`: there is traffic to hold the config against.
    """
    silent = tuple(prefix for prefix, given in ((_COMPARES, compared), (_OBSERVES, observed)) if not given)
    return frozenset(rule.code for rule in rules if not rule.code.startswith(silent))


_COMPARES, _OBSERVES = "PC4", "PC5"


def _specificity(rule: Rule, selectors: Iterable[str]) -> int:
    best = 0
    for selector in selectors:
        if selector.upper() == ALL:
            best = max(best, 1)
        elif selector.lower() == rule.name:
            best = max(best, 1 + len(rule.code))
        elif selector and rule.code.startswith(selector.upper()):
            best = max(best, 1 + len(selector))
    return best


def _meant(rules: Sequence[Rule], wanted: str) -> str:
    from pricecheck.nearest import suggestion

    return suggestion(wanted, (name for rule in rules for name in (rule.code, rule.name)))
