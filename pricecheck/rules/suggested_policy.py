"""A first policy for the configs at hand: the families they price, held to what they charge today."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.policy.model import Dollars, Family
from pricecheck.prices.globs import contains
from pricecheck.prices.model_ids import base_model
from pricecheck.prices.vendors import vendor_of
from pricecheck.rules.allowlist_hooks import priced_models
from pricecheck.rules.families import Families
from pricecheck.rules.limit_breaches import limit_breaches
from pricecheck.rules.limits import ABOVE_CEILING, BELOW_FLOOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pricecheck.prices.table import PriceTable

MOST_FAMILIES = 12
"""A policy of more families than this is not read by anybody."""

_TUNED_AS_FT = frozenset({"openai", "mistral"})
_NO_PRICE_IS_ABOVE = Dollars("$1000000000")
_NO_PRICE_IS_BELOW = Dollars("$0")


class SuggestedFamily(NamedTuple):
    """A family with the least and the greatest price charged for it today; None where that is not above zero.

    `named` is the least price of a model that a config names: a fallback or the built-in table may charge less.
    """

    name: str
    models: tuple[str, ...]
    lowest: Dollars | None
    highest: Dollars | None
    named: Dollars | None


def suggested_families(tables: Sequence[PriceTable]) -> list[SuggestedFamily]:
    """Give the families that the configs price, `MOST_FAMILIES` at most; narrower ones stand before wider ones.

    A floor of `lowest` and a ceiling of `highest` are kept by every config: that is what they are measured by.
    """
    names = Counter(
        base_model(model) for table in tables for route in table.config.routes for model in priced_models(route) or ()
    )
    known = [(name, vendor) for name, _ in names.most_common() if (vendor := vendor_of(name)) and "*" not in name]
    families = _narrow_first([Family(name, _globs(name, vendor)) for name, vendor in known[:MOST_FAMILIES]])
    too_dear = [family._replace(floor=_NO_PRICE_IS_ABOVE) for family in families]
    too_cheap = [family._replace(ceiling=_NO_PRICE_IS_BELOW) for family in families]
    lowest = _extremes(tables, too_dear, BELOW_FLOOR)
    named = _extremes(tables, too_dear, BELOW_FLOOR, only_named=True)
    highest = _extremes(tables, too_cheap, ABOVE_CEILING)
    return [
        SuggestedFamily(one.name, one.models, lowest.get(one.name), highest.get(one.name), named.get(one.name))
        for one in families
    ]


def policy_text(families: Sequence[SuggestedFamily], routes: Iterable[str], gateway_version: str) -> str:
    """Write the policy, with a comment at everything a person has to decide. `routes` are keys to show as examples."""
    parts = [_HEAD.format(version=gateway_version)]
    parts += [_family(family) for family in families] or [_NO_FAMILIES]
    parts.append(_MODELS)
    parts += [f"# [routes.{_quoted(route)}]\n# high-risk = true # asks for an onRequest hook\n" for route in routes]
    parts.append(_TAIL)
    return "\n".join(parts)


def _family(family: SuggestedFamily) -> str:
    models = ", ".join(_quoted(model) for model in family.models)
    lines = ["[[family]]", f"name = {_quoted(family.name)}", f"models = [{models}]"]
    if family.lowest is not None:
        named = family.named if family.named != family.lowest else None
        note = f" # of what no line names; by name {named.text} is the lowest" if named else ""
        lines.append(f"floor = {_quoted(family.lowest.text)}{note}")
    if family.highest is not None:
        lines.append(f"# ceiling = {_quoted(family.highest.text)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    import tomli_w

    return tomli_w.dumps({"x": text}).removeprefix("x = ").rstrip("\n")


_HEAD = """\
# What every config of this repository is held against. Everything a policy can say: docs/policy.md of pricecheck.
gateway-version = "{version}" # the tollbooth version you deploy

# How far an effective price may move per deploy (pricecheck check --against REF).
[bounds]
max-increase = "15%"
max-decrease = "10%"

# Model families: no model is charged less than the floor or more than the ceiling of the first family that fits it. The
# floors are the lowest prices charged today: set them to what a request costs you. The ceilings are today's highest.
"""

_NO_FAMILIES = """\
# [[family]]
# name = "gpt-4o"
# models = ["gpt-4o*", "ft:gpt-4o*"]
# floor = "$0.004"
# ceiling = "$0.20"
"""

_MODELS = """\
[models]
allow = [] # empty: all
deny = [] # such as "gpt-3.5-turbo*"
"""

_TAIL = """\
[lint]
select = ["ALL"]
ignore = [] # codes, prefixes or names: pricecheck rule --all
"""


def _globs(name: str, vendor: str) -> tuple[str, ...]:
    return (f"{name}*", f"ft:{name}*") if vendor in _TUNED_AS_FT else (f"{name}*",)


def _narrow_first(families: list[Family]) -> list[Family]:
    ordered: list[Family] = []
    for family in families:
        place = next(
            (number for number, other in enumerate(ordered) if contains(other.models[0], family.models[0])),
            len(ordered),
        )
        ordered.insert(place, family)
    return ordered


def _extremes(
    tables: Sequence[PriceTable], families: list[Family], code: str, *, only_named: bool = False
) -> dict[str, Dollars]:
    """Give for each family the price furthest from a limit that none keeps; nothing where some price is not above 0."""
    found: dict[str, Dollars] = {}
    free: set[str] = set()
    held = Families(families)
    for breach in (one for table in tables for one in limit_breaches(table, held)):
        if breach.code != code or (only_named and not breach.named):
            continue
        name, text = breach.family.name, breach.row.dollars
        if text is None or (breach.row.amount or 0) <= 0:
            free.add(name)
            continue
        price, known = Dollars(text), found.get(name)
        further = known is None or (price.amount < known.amount) == (code == BELOW_FLOOR)
        found[name] = price if further or known is None else known
    return {name: price for name, price in found.items() if name not in free or code != BELOW_FLOOR}
