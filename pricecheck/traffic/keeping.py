"""Which groups of a sample get a row of their own: all of any ordinary log, and of a hostile one all that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.prices.usage import RARE

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from decimal import Decimal

    Group = tuple[str | None, str | None, str | None, Decimal | None]
    """Route, model, source and price."""


class Keeper:
    """Keeps the first groups it is asked about, and those of models that somebody named; puts the others together.

    Whoever can send requests can send any number of made-up model names: what these are charged must still be told,
    and they must not push out of a report what the config prices.
    """

    def __init__(self, named: AbstractSet[str], most: int) -> None:
        """Take the models that a config or policy names, and how many groups to keep of all others."""
        self._named = named
        self._most = most
        self._kept = 0
        self._together: set[Group] = set()
        self.folded_groups = 0
        self.folded_requests = 0

    def keep(self, group: Group, requests: int) -> Group:
        """Give the group under which to count the requests of a group: itself, or one it is put together with."""
        route, model, source, price = group
        # Twice as many, as made-up routes could be as many as made-up models.
        if self._kept < (2 * self._most if model in self._named else self._most):
            self._kept += 1
            return group
        self.folded_groups += 1
        self.folded_requests += requests
        rare = None if model is None else RARE
        together: Group = (route, rare, source, price)
        if together not in self._together and len(self._together) >= self._most:
            together = (None, rare, None, None)
        self._together.add(together)
        return together
