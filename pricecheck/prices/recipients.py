"""Where the money goes, and where it went: effective recipients of two configs compared (gateway.md §4, payTo)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.resolution import recipient
from pricecheck.patterns import late
from pricecheck.prices.overlap import SharedRequests
from pricecheck.prices.pairing import SharedRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.config import Config, MatchRule, Route
    from pricecheck.gateway.field import Field
    from pricecheck.gateway.routing import CompiledRoute
    from pricecheck.prices.table import PriceRow, PriceTable

_EVM_ADDRESS = late(r"0x[0-9a-fA-F]{40}\Z")


class Recipient(NamedTuple):
    """Who is paid, on which network, and where that stands (None: nowhere, there is no wallet)."""

    network: str
    address: str
    path: ConfigPath | None

    @property
    def account(self) -> tuple[str, str]:
        """The network and the account that is paid, however its address is spelt."""
        return self.network, account_of(self.address)


def account_of(address: str) -> str:
    """Give an address in the one spelling of its account: the letter case of an EVM address is but a checksum."""
    return address.lower() if _EVM_ADDRESS.match(address) else address


class RecipientChange(NamedTuple):
    """Requests that pay somebody else. `selector` is None where the whole route does."""

    route: str
    selector: str | None
    before: Recipient
    after: Recipient


def recipient_changes(old: PriceTable, new: PriceTable) -> list[RecipientChange]:
    """Give every change of an effective recipient, in the order of the new config."""
    comparison = _Comparison(old, new)
    rows = SharedRows(old, new, comparison.differ)
    found: dict[RecipientChange, None] = {}
    for shared in SharedRequests(old.config, new.config).routes():
        if shared.old is None or shared.new is None:
            continue
        if comparison.by_rule(shared.old, shared.new):
            pairs = ((pair.before, pair.after) for pair in rows.of(shared))
            found.update((comparison.change(before, after), None) for before, after in pairs if before and after)
        else:
            found.update(dict.fromkeys(comparison.of_routes(shared.old, shared.new)))
    return list(found)


class _Comparison:
    def __init__(self, old: PriceTable, new: PriceTable) -> None:
        self._configs = old.config, new.config
        self._routes = tuple({route.key: route for route in config.routes} for config in self._configs)

    def by_rule(self, old: CompiledRoute, new: CompiledRoute) -> bool:
        """Whether some match rule has a recipient of its own."""
        return any(
            rule.pay_to is not None for one in (old, new) if not one.route.token_based for rule in one.route.match
        )

    def of_routes(self, old: CompiledRoute, new: CompiledRoute) -> Iterator[RecipientChange]:
        before, after = (_paid(config, one.route, None) for config, one in zip(self._configs, (old, new), strict=True))
        if before is not None and after is not None and before.account != after.account:
            yield RecipientChange(new.route.key, None, before, after)

    def differ(self, rows: SharedRows, before: PriceRow, after: PriceRow) -> bool:
        del rows
        paid = self._of(0, before), self._of(1, after)
        accounts = [None if one is None else one.account for one in paid]
        return accounts[0] != accounts[1]

    def change(self, before: PriceRow, after: PriceRow) -> RecipientChange:
        nobody = Recipient("", "", None)
        return RecipientChange(after.route, after.selector, self._of(0, before) or nobody, self._of(1, after) or nobody)

    def _of(self, side: int, row: PriceRow) -> Recipient | None:
        route = self._routes[side][row.route]
        rule = route.match[int(row.selector.partition(":")[2])] if row.where is not None else None
        return _paid(self._configs[side], route, rule)


def _paid(config: Config, route: Route, rule: MatchRule | None) -> Recipient | None:
    payments = config.payments(route)
    if not payments:
        return None
    address = recipient(config, route, rule, payments[0])
    network = payments[0].network.text or ""
    place = (rule.pay_to if rule else None) or route.field.get("payTo") or _wallet(config, network)
    return Recipient(network, address or "", place.path if place else None)


def _wallet(config: Config, network: str) -> Field | None:
    wallets = dict(config.wallets)
    return wallets.get(network) or next(iter(wallets.values()), None)
