"""How many of the requests for models the config prices by name, and how many the policy says it must."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.shares import Rates, Share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.policy.model import Percentage


class Standing(NamedTuple):
    """What the config makes of requests for a model: whether each share counts them; None where it can't be told."""

    unmapped: bool | None = None
    fallback: bool | None = None
    unknown: bool | None = None


class Verdict(Enum):
    """How a share stands to its limit. `UNKNOWN`: what can't be told decides."""

    WITHIN = "within"
    OVER = "over"
    UNKNOWN = "unknown"


class RateLimit(NamedTuple):
    """The largest share that the policy allows, and the share it is held to; decided exactly."""

    name: str
    largest: Percentage
    share: Share

    @property
    def verdict(self) -> Verdict:
        """Over only if it is so whatever the open requests are, within only if it is so whatever they are."""
        low, high, largest = self.share.lowest, self.share.highest, self.largest.fraction
        if low is not None and low > largest:
            return Verdict.OVER
        return Verdict.UNKNOWN if high is not None and high > largest else Verdict.WITHIN


def count(found: Iterable[tuple[Standing, int]]) -> Rates:
    """Count requests by how they stand."""
    counts: Counter[Standing] = Counter()
    for standing, number in found:
        counts[standing] += number
    requests = undecided = 0
    parts, opens = [0, 0, 0], [0, 0, 0]
    for standing, number in counts.items():
        requests += number
        undecided += number if None in standing else 0
        for at, holds in enumerate(standing):
            if holds is None:
                opens[at] += number
            elif holds:
                parts[at] += number
    return Rates(requests, undecided, *(Share(part, requests, left) for part, left in zip(parts, opens, strict=True)))
