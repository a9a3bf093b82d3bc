"""PC214, PC215 and PC220: who is paid, and in what (gateway.md §4, §6)."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Edit, Finding, Fix, Impact, Label, Safety, Severity, Span
from pricecheck.gateway.environment import Unresolved
from pricecheck.patterns import late
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.writing import rewrite_scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricecheck.gateway.config import Config, Payment, Route
    from pricecheck.gateway.field import Field

_EVM_ADDRESS = late(r"0x[0-9a-fA-F]{40}\Z")
_SOLANA_ADDRESS = late(r"[1-9A-HJ-NP-Za-km-z]{32,44}\Z")
_EVM_NETWORK = late(r"(?:base|base-sepolia|eip155:.*)\Z")
_SOLANA_NETWORK = late(r"solana(?:[-:].*)?\Z")

USDC = "USDC"
NETWORKS = ("base", "base-sepolia")
"""The only asset, and its networks, that the gateway has a contract address for (gateway.md §6)."""

_NETWORK_SPELLINGS = {"base-mainnet": "base", "eip155:8453": "base", "eip155:84532": "base-sepolia"}


@rule(
    "PC214",
    "no-wallet-for-network",
    Impact.MISCHARGES,
    "A payment goes to another network's wallet",
)
def no_wallet_for_network(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports accepted payments that are paid to an address meant for another network:

    - the network of the first accepted payment has no entry in `wallets`;
    - a further accepted payment is on another network, with another wallet or none;
    - the address that is paid has clearly the form of another chain (EVM addresses begin with `0x`, Solana's never do).

    A route or a `match` rule with its own `payTo` uses no wallet; of those only the form of the address is judged.
    Wallets filled in from the environment are compared only where their values are known.

    ## Why is this bad?
    The gateway pays `payTo`, else `wallets[network of the first accepted payment]`, else the **first** wallet of the
    file, whatever its network. And all accepted payments share that one address: with `accepts` base and solana, the
    Solana payment names the wallet of base too. Nothing is refused and nothing is logged; the money goes to an address
    that perhaps nobody holds on that chain.

    ## Example
    ```yaml
    wallets:
      solana: "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU"
    accepts:
      - asset: USDC
        network: base
    ```

    Use instead:
    ```yaml
    wallets:
      base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
    accepts:
      - asset: USDC
        network: base
    ```

    To be paid on two networks, give the routes of one of them their own `accepts` and `payTo`.
    """
    config = context.config
    if not config.wallets:
        return
    found: dict[Span, Finding] = {}
    shared = [route for route in config.routes if route.accepts is None]
    # Whether a wallet is paid at all takes the price table: asked only where there is something to report.
    wrong = tuple(_paid_to_wallets(config, config.accepts))
    if wrong and _root_accepts_pay_wallets(context, shared):
        _add(found, wrong)
    for route in config.routes:
        wrong = tuple(_paid_to_wallets(config, route.accepts or ()))
        if wrong and _pays_wallet(context, route):
            _add(found, wrong)
        _add(found, _paid_to_another_chain(config.payments(route), route))
    yield from found.values()


def _add(found: dict[Span, Finding], more: Iterable[Finding]) -> None:
    for finding in more:
        found.setdefault(finding.span, finding)


def _root_accepts_pay_wallets(context: Context, shared: list[Route]) -> bool:
    """Say whether some request pays a wallet by the root's `accepts`; a fragment without routes surely has such."""
    return (
        context.config.at("routes") is None
        or any(upstream.field.get("openapi") is not None for upstream in context.config.upstreams.values())
        or any(_pays_wallet(context, route) for route in shared)
    )


def _pays_wallet(context: Context, route: Route) -> bool:
    """Say whether some priced request of a route pays a wallet: no `payTo` takes precedence, and it is not free."""
    if route.field.get("payTo") is not None:
        return False
    own = (
        {f"match:{rule.number}" for rule in route.match if rule.pay_to is not None} if not route.token_based else set()
    )
    return any(
        row.reachable and row.amount != 0 and row.selector not in own for row in context.table.by_route[route.key]
    )


def _paid_to_wallets(config: Config, payments: tuple[Payment, ...]) -> Iterator[Finding]:
    first = payments[0].network.known_text if payments else None
    if not first:  # not known, or refused at load
        return
    wallets = dict(config.wallets)
    name, wallet = (first, wallets[first]) if first in wallets else config.wallets[0]
    for number, payment in enumerate(payments):
        network = payment.network.known_text
        if network is None or (number and network == first):
            continue
        other_chain = _other_chain(network, wallet)
        if network == name and not other_chain:
            continue
        if network == name:
            message = f'payments on "{network}" go to a wallet that is {other_chain}'
        elif number:
            if not other_chain and _same_address(wallets.get(network), wallet) is not False:
                continue
            why = "all accepted payments share one address" if network in wallets else f'`wallets` has no "{network}"'
            message = f'{why}: the payment on "{network}" goes to the wallet of "{name}"' + (
                f", {other_chain}" if other_chain else ""
            )
        else:
            message = f'`wallets` has no "{network}": payments go to the first wallet, "{name}"' + (
                f", {other_chain}" if other_chain else ""
            )
        yield Finding(
            message,
            payment.network.span,
            payment.network.path,
            related=(Label(wallet.span, "this wallet is paid"),),
            help=_wallet_help(network, number, wallets),
        )


def _wallet_help(network: str, number: int, wallets: dict[str, Field]) -> str:
    if number == 0:
        return f"add `{network}` to `wallets`, or set `payTo` on the routes"
    if network in wallets:
        return f'accept payments on "{network}" on routes of their own, with their own `accepts` and `payTo`'
    return f'add `{network}` to `wallets` with the same address if it is yours there too, or stop accepting "{network}"'


def _same_address(one: Field | None, other: Field) -> bool | None:
    """Say whether two wallets are one address; None where that hangs on an unresolved `${NAME}`."""
    if one is None:
        return False
    if one.text == other.text:
        return True
    return None if isinstance(one.value, Unresolved) or isinstance(other.value, Unresolved) else False


def _other_chain(network: str, address: Field | None) -> str | None:
    """Give what kind of address this is, where the network certainly needs another kind."""
    text = (address.known_text if address else None) or ""
    if _EVM_NETWORK.match(network) and _SOLANA_ADDRESS.match(text):
        return "a Solana address"
    if _SOLANA_NETWORK.match(network) and _EVM_ADDRESS.match(text):
        return "an EVM address"
    return None


def _paid_to_another_chain(payments: tuple[Payment, ...], route: Route) -> Iterator[Finding]:
    for pay_to in pay_tos(route):
        address = (
            pay_to if pay_to.text is not None else next((item.text_of("address") for item in pay_to.items()), None)
        )
        for payment in payments:
            kind = _other_chain(payment.network.known_text or "", address)
            if address is not None and kind is not None:
                yield Finding(
                    f'payments on "{payment.network.text}" go to {kind}: one `payTo` is for all that the route accepts',
                    address.span,
                    address.path,
                    related=(Label(payment.network.span, "this payment is accepted"),),
                    help=f'accept "{payment.network.text}" on a route of its own, with its own `payTo`',
                )
                break


def pay_tos(route: Route) -> Iterator[Field]:
    """Yield the `payTo` fields that count on a route: its own, and its match rules' unless it is token-based."""
    own = route.field.get("payTo")
    rules = () if route.token_based else route.match
    for pay_to in (own, *(each.pay_to for each in rules)):
        if pay_to is not None:
            yield pay_to


@rule(
    "PC215",
    "split-not-applied",
    Impact.MISCHARGES,
    "A split payment goes to its first recipient alone",
)
def split_not_applied(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `payTo` lists whose shares are not what happens: more than one recipient with a share, or shares that do not
    sum to 1. A list that gives everything to its first address is fine.

    ## Why is this bad?
    The gateway takes the first address of the list and pays it everything. The other recipients get nothing, and the
    shares are never added up or applied: `share: 0.7` pays 100 percent.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.001"
        payTo:
          - { address: "0x1111111111111111111111111111111111111111", share: 0.7 }
          - { address: "0x2222222222222222222222222222222222222222", share: 0.3 }
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.001"
        payTo: "0x1111111111111111111111111111111111111111"
    ```

    Split what arrives outside the gateway, for example by a splitting contract whose address is the `payTo`.
    """
    seen: set[Span] = set()
    for route in context.config.routes:
        for pay_to in pay_tos(route):
            recipients = [_Recipient(item.text_of("address"), _share(item)) for item in pay_to.items()]
            message = _split_message(recipients)
            if message is not None and pay_to.span not in seen:
                seen.add(pay_to.span)
                yield Finding(
                    message,
                    pay_to.span,
                    pay_to.path,
                    help="name one address, and split what arrives there outside the gateway",
                )


class _Recipient(NamedTuple):
    address: Field | None
    share: float | None


_TOLERANCE = 1e-9
"""Shares are doubles, and so never quite what is written: 0.1 + 0.2 + 0.7 is meant to be 1 (gateway.md §1.2)."""


def _share(item: Field) -> float | None:
    share = item.get("share")
    number = share.number if share else None
    return number if number is not None and 0 <= number <= 1 else None


def _split_message(recipients: list[_Recipient]) -> str | None:
    """Say how a list's shares differ from "all to the first address"; None where they do not."""
    shares = [share for _, share in recipients if share is not None]
    addresses = [address.text for address, _ in recipients if address is not None and address.text]
    if not recipients or len(shares) != len(recipients) or len(addresses) != len(recipients):
        return None
    total = fsum(shares)
    first = fsum(share for share, text in zip(shares, addresses, strict=True) if text == addresses[0])
    unbalanced = abs(total - 1) > _TOLERANCE
    if abs(first - 1) <= _TOLERANCE and not unbalanced:
        return None
    sums = f"; the shares sum to {total:.10g}, not 1" if unbalanced else ""
    if len(set(addresses)) == 1:
        return f"the only recipient is paid everything, whatever its share{sums}"
    return (
        f"only the first of {len(recipients)} recipients, {addresses[0]}, is paid: it gets everything, not its share "
        f"of {first:.10g}{sums}"
    )


@rule(
    "PC220",
    "unknown-token",
    Impact.FAILS,
    "An asset and network the gateway has no contract address for",
    fixability=Fixability.SOMETIMES,
)
def unknown_token(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports accepted payments other than `USDC` on `base` or `base-sepolia`, spelt exactly so, at the root and on
    routes. Under a root `settlement` with another `strategy` than `facilitator` it is a warning, since who settles then
    is not known here.

    ## Why is this bad?
    The gateway has a contract address for these two pairs only, and looks them up letter by letter. For any other pair
    it puts the bare name (`"usdc"`) into the 402 where the contract address belongs. Callers may sign such a payment;
    facilitators refuse it, so that the request can't be paid.

    ## Example
    ```yaml
    accepts:
      - asset: usdc
        network: base
    ```

    Use instead:
    ```yaml
    accepts:
      - asset: USDC
        network: base
    ```

    ## Fix safety
    A fix is offered where only the spelling is wrong. It is unsafe: what was refused can be paid afterwards.
    """
    config = context.config
    strategy = config.at("settlement", "strategy")
    severity = None if strategy is None or strategy.value == "facilitator" else Severity.WARNING
    seen: set[Span] = set()
    own = (payment for route in config.routes for payment in route.accepts or ())
    for payment in (*config.accepts, *own):
        asset, network = payment.asset.known_text, payment.network.known_text
        if "" in {asset, network}:  # refused at load
            continue
        wrong_asset = asset is not None and asset != USDC
        wrong_network = network is not None and network not in NETWORKS
        if payment.field.span in seen or not (wrong_asset or wrong_network):
            continue
        seen.add(payment.field.span)
        place = payment.asset if wrong_asset else payment.network
        meant_asset, meant_network = _meant_asset(asset), _meant_network(network)
        near = meant_asset is not None and meant_network is not None
        yield Finding(
            f'the gateway knows no contract address for "{payment.asset.text}" on "{payment.network.text}": the 402 '
            "names the bare asset, and facilitators refuse the payment",
            place.span,
            place.path,
            help=f'write "{meant_asset}" on "{meant_network}", spelt exactly so'
            if near
            else f'accept "{USDC}" on "base" or "base-sepolia"',
            fix=_respell(payment, meant_asset, meant_network),
            severity=severity,
        )


def _meant_asset(asset: str | None) -> str | None:
    return USDC if asset is not None and asset.strip().upper() == USDC else None


def _meant_network(network: str | None) -> str | None:
    if network is None:
        return None
    spelt = network.strip().lower().replace("_", "-").replace(" ", "-")
    spelt = _NETWORK_SPELLINGS.get(spelt, spelt)
    return spelt if spelt in NETWORKS else None


def _respell(payment: Payment, asset: str | None, network: str | None) -> Fix | None:
    if asset is None or network is None or payment.field.is_alias:
        return None
    edits: list[Edit] = []
    for field, meant in ((payment.asset, asset), (payment.network, network)):
        if field.text != meant:
            edit = rewrite_scalar(field.node, meant)
            if edit is None:
                return None
            edits.append(edit)
    return Fix(f'write "{asset}" on "{network}"', Safety.UNSAFE, tuple(edits))
