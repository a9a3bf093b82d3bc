"""The policy's families of models: which one a model belongs to, and what of it remains for a glob (policy.md)."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.matching import any_glob
from pricecheck.prices.globs import StringSet, Verdict, contains, is_literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pricecheck.policy.model import Family


class Part(NamedTuple):
    """A glob of a family and what it has for the family alone. `literal` is one name, else any number of them."""

    family: Family
    pattern: str
    names: StringSet

    @property
    def literal(self) -> bool:
        """Whether the part is a single model."""
        return is_literal(self.pattern)

    def left(self, *, inside: str | None = None, outside: Iterable[str] = ()) -> bool:
        """Say whether some model of the part fits `inside` (if given) and none of `outside`."""
        names = self.names if inside is None else self.names.inside(inside)
        return names.outside(*outside).find() is not Verdict.EMPTY


class Families:
    """All families of a policy, in its order: the first that fits a model counts."""

    def __init__(self, families: Sequence[Family]) -> None:
        """Compile the globs once."""
        self._families = [(family, any_glob(tuple(family.models)).fullmatch) for family in families]
        earlier: tuple[str, ...] = ()
        parts: list[Part] = []
        for family in families:
            parts += [Part(family, pattern, StringSet((pattern,), earlier)) for pattern in family.models]
            earlier += family.models
        self.parts = tuple(parts)

    def fitting(self, model: str) -> Iterator[Family]:
        """Give the families that fit a model; the first is its own."""
        return (family for family, fits in self._families if fits(model))

    def of(self, model: str) -> Family | None:
        """Give the family of a model."""
        for family, fits in self._families:
            if fits(model):
                return family
        return None


def never_reached(families: Sequence[Family]) -> Iterator[tuple[Family, str, Family, str]]:
    """Give each glob that one of an earlier family takes whole: its family and itself, then the earlier ones."""
    for number, family in enumerate(families):
        for pattern in family.models:
            taken = next(
                (
                    (earlier, wider)
                    for earlier in families[:number]
                    for wider in earlier.models
                    if contains(wider, pattern)
                ),
                None,
            )
            if taken is not None:
                yield (family, pattern, *taken)


def limits_in_units(family: Family, decimals: int) -> tuple[int | None, int | None]:
    """Give the least and the greatest amount that floor and ceiling allow, in units of `decimals` digits; exact."""
    floor = None if family.floor is None else family.floor.amount.scaleb(decimals).to_integral_value(ROUND_CEILING)
    ceiling = None if family.ceiling is None else family.ceiling.amount.scaleb(decimals).to_integral_value(ROUND_FLOOR)
    return (None if floor is None else int(floor), None if ceiling is None else int(ceiling))
