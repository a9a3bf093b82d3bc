"""How many of the requests for models the config prices by name, and how many the policy says it must."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pricecheck.policy.model import Percentage


class Rates(NamedTuple):
    """Requests counted by how the config prices them; only those count that name a model on a token-based route.

    `undecided` are those of which it can't be told. The rates are shares of the others, None where there are none.
    """

    decided: int = 0
    unmapped: int = 0
    fallback: int = 0
    unknown: int = 0
    undecided: int = 0

    def rate(self, part: int) -> float | None:
        """Give a part of the decided requests as a share, rounded to six digits: a rate to report, and no money."""
        return round(part / self.decided, 6) if self.decided else None

    def exact(self, part: int) -> Fraction | None:
        """Give a part of the decided requests as an exact share."""
        return Fraction(part, self.decided) if self.decided else None


class RateLimit(NamedTuple):
    """The largest rate that the policy allows: `exceeded` is decided exactly, `rate` is what it is held to."""

    name: str
    largest: Percentage
    rate: Fraction | None

    @property
    def exceeded(self) -> bool:
        """Whether the sample's rate is above the limit."""
        return self.rate is not None and self.rate > self.largest.fraction
