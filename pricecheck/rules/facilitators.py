"""PC224, PC225: payments that nobody can make, or that another facilitator settles (gateway.md §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Edit, Finding, Fix, Impact, Label, Safety
from pricecheck.rules.merge_keys import MERGE
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.payment import pay_tos
from pricecheck.source.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field

_FACILITATOR_KEYS = frozenset({"default", "chains"})
_FACILITATOR_TWINS = frozenset({"url", "base"})


@rule(
    "PC224",
    "nothing-to-pay-with",
    Impact.FAILS,
    "Nobody can be paid, or nothing is accepted",
)
def nothing_to_pay_with(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `wallets` without an entry, a route's `accepts: []` and a `payTo: []` where something is to be paid.

    ## Why is this bad?
    The gateway starts with all three. With empty `wallets`, every request to a route fails with 502, even where `payTo`
    says whom to pay. A route's `accepts: []` does not mean "as the root": it replaces the root's list with nothing, and
    every request to the route fails with 502. `payTo: []` puts an empty address into the 402, which nobody can pay.

    ## Example
    ```yaml
    wallets: {}
    routes:
      "GET /v1/models":
        upstream: openai
        accepts: []
        price: "$0.001"
    ```

    Use instead:
    ```yaml
    wallets:
      base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.001"
    ```
    """
    wallets = context.config.at("wallets")
    if wallets is not None and wallets.value == {}:
        yield Finding(
            "`wallets` is empty: every request to a route fails with 502",
            wallets.span,
            wallets.path,
            help="add the wallet of each network you accept payments on",
        )
    for route in context.config.routes:
        accepts = route.field.get("accepts")
        if accepts is not None and accepts.value == []:
            yield Finding(
                "`accepts: []` replaces the root's list with nothing: every request to this route fails with 502",
                accepts.span,
                accepts.path,
                help='remove `accepts` to take the root\'s, or for a free route write price: "$0"',
            )
        for pay_to in pay_tos(route):
            if pay_to.value == [] and _is_paid(context, route, pay_to):
                yield Finding(
                    "`payTo: []` puts an empty address into the 402: the request can't be paid",
                    pay_to.span,
                    pay_to.path,
                    help="name an address, or remove `payTo` to have the network's wallet paid",
                )


def _is_paid(context: Context, route: Route, pay_to: Field) -> bool:
    """Say whether some request that a `payTo` is for is not free: amount 0 skips payment."""
    of_rule = next((f"match:{each.number}" for each in route.match if each.pay_to == pay_to), None)
    rows = (row for row in context.table.by_route[route.key] if row.reachable)
    return any(row.amount != 0 for row in rows if of_rule in {None, row.selector})


@rule(
    "PC225",
    "facilitator-not-used",
    Impact.IGNORED,
    "A facilitator that the gateway does not use",
    fixability=Fixability.SOMETIMES,
)
def facilitator_not_used(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports, in a `facilitator` mapping at the root or on a route, keys other than `default` and `chains`; keys of
    `chains` that are not `network/asset`; and the root's `facilitator.chains` beside a root `settlement.url`.

    ## Why is this bad?
    `{url: …}` and `{base: …}` are not refused. The gateway looks for `default` and `chains` only, finds nothing, and
    verifies and settles with its public default facilitator instead of yours. A `chains` entry under another key than
    `network/asset` is never looked up. And `settlement.url`, where it is set, takes the place of the root's
    `facilitator` with all its `chains`. A route's own `facilitator` goes before either, and its `chains` are used.

    ## Example
    ```yaml
    facilitator:
      url: "https://facilitator.example.com"
      chains:
        base: "https://base.example.com"
    ```

    Use instead:
    ```yaml
    facilitator:
      default: "https://facilitator.example.com"
      chains:
        base/USDC: "https://base.example.com"
    ```

    ## Fix safety
    The fix renames `url` or `base` to `default` where there is none yet. It is unsafe: no price changes, but payments
    are settled by another facilitator afterwards.
    """
    config = context.config
    for holder in (config.root, *(route.field for route in config.routes)):
        facilitator = holder.get("facilitator") if holder else None
        if facilitator is not None:
            yield from _facilitator_findings(config, facilitator)
    yield from _overridden_chains(config)


def _facilitator_findings(config: Config, facilitator: Field) -> Iterator[Finding]:
    default, chains = facilitator.get("default"), facilitator.get("chains")
    is_all = len(facilitator.path) == 1 and not default and not chains and config.at("settlement", "url") is None
    instead = "the public default facilitator is used instead" if is_all else "it is dropped"
    for name, field in facilitator.entries():
        if name in _FACILITATOR_KEYS or name == MERGE:
            continue
        yield Finding(
            f"`{name}` means nothing in `facilitator`: {instead}",
            field.key_span,
            field.path,
            help="write `default` for the facilitator of all payments, or a line in `chains` for one network and asset",
            fix=_rename(field, "default") if default is None and name in _FACILITATOR_TWINS else None,
        )
    pairs = _accepted_pairs(config)
    for name, field in chains.entries() if chains else ():
        network, _, asset = name.partition("/")
        reversed_pair = f"{asset}/{network}".lower()
        if network and asset and "/" not in asset and (reversed_pair not in pairs or name.lower() in pairs):
            continue
        example = reversed_pair if reversed_pair in pairs else next(iter(sorted(pairs)), "base/USDC")
        yield Finding(
            f'the chain "{name}" is never looked up: keys of `chains` are `network/asset`',
            field.key_span,
            field.path,
            help=f'write "{pairs.get(example, example)}"',
        )


def _accepted_pairs(config: Config) -> dict[str, str]:
    """Give every accepted `network/asset` by its lower-case spelling: how the gateway compares case is not known."""
    own = (payment for route in config.routes for payment in route.accepts or ())
    pairs: dict[str, str] = {}
    for payment in (*config.accepts, *own):
        asset, network = payment.asset.known_text, payment.network.known_text
        if asset is not None and network is not None:
            pairs.setdefault(f"{network}/{asset}".lower(), f"{network}/{asset}")
    return pairs


def _rename(field: Field, name: str) -> Fix | None:
    if not isinstance(field.key, Scalar):
        return None
    return Fix(f"rename it to `{name}`", Safety.UNSAFE, (Edit(field.key.span, name),))


def _overridden_chains(config: Config) -> Iterator[Finding]:
    strategy, url = config.at("settlement", "strategy"), config.at("settlement", "url")
    chains = config.at("facilitator", "chains")
    if chains is None or not chains.value or url is None or strategy is None or strategy.value != "facilitator":
        return
    yield Finding(
        "`facilitator.chains` is not used: the root's `settlement.url` takes its place",
        chains.key_span,
        chains.path,
        related=(Label(url.span, "every payment goes here"),),
        help="remove `settlement.url` to have each chain settled by its own facilitator, or remove `chains`",
    )
