"""PC216, PC224, PC225, PC227, PC228: sections that do not do what they are written for (gateway.md §1, §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Edit, Finding, Fix, Impact, Label, Safety
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.payment import pay_tos
from pricecheck.source.nodes import Alias, Entry, Mapping, Scalar, resolve, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.config import Config
    from pricecheck.gateway.field import Field

_MERGE = "<<"
_HIGHEST_PORT = 65535
_FACILITATOR_KEYS = frozenset({"default", "chains"})
_FACILITATOR_TWINS = frozenset({"url", "base"})
_STORES = ("rateLimit", "verificationCache", "timeSession")


@rule(
    "PC216",
    "merge-key",
    Impact.IGNORED,
    "`<<` is not merged",
)
def merge_key(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `<<` keys whose value is a mapping (or a list of them), in a document without a `%YAML 1.1` directive. Where
    the gateway refuses the key outright, the finding is PC013's or PC011's.

    ## Why is this bad?
    The gateway reads YAML 1.2, which has no merge keys: `<<` is a key like any other, one that no section knows, and is
    dropped in silence. Whatever it was to bring along is not there. A route that was to inherit `models` and `fallback`
    has neither, and charges `defaults.price`. Ordinary aliases work.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions": &chat
        upstream: openai
        type: token-based
        models: { gpt-4o: "$0.05" }
        fallback: "$0.05"
      "POST /v1/responses":
        <<: *chat
        upstream: openai
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models: &prices { gpt-4o: "$0.05" }
        fallback: "$0.05"
      "POST /v1/responses":
        upstream: openai
        type: token-based
        models: *prices
        fallback: "$0.05"
    ```

    A file that begins with `%YAML 1.1` and `---` has its merge keys merged. But then all of it follows the rules of
    YAML 1.1: `yes`, `no`, `on` and `off` are booleans, and `010` is 8.
    """
    document = context.document
    if (
        document.is_json
        or document.yaml_version == "1.1"
        or document.root is None
        or _MERGE not in document.source.text
    ):
        return
    refused = {refusal.path for refusal in context.loaded.refusals}
    for path, node in walk(document.root):
        entry = node.index.get(_MERGE) if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or entry is None or isinstance(resolve(entry.value), Scalar):
            continue
        if not any(refusal[: len(path) + 1] == (*path, _MERGE) for refusal in refused):
            yield _merge_finding(path, node, entry)


def _merge_finding(path: ConfigPath, node: Mapping, entry: Entry) -> Finding:
    names = [f"`{name}`" for name in _inherited(entry) if name not in node.index]
    lost = f"{_list(names)} of {_origin(entry)} {'is' if len(names) == 1 else 'are'} not there"
    return Finding(
        f"`<<` is not merged: {lost if names else 'the line does nothing'}",
        entry.key.span,
        (*path, _MERGE),
        help="write the keys out, or alias them one by one (`models: *prices`); "
        "`%YAML 1.1` on top of the file would merge them, and change how `yes`, `no` and `010` are read"
        if names
        else "remove the line",
    )


def _inherited(entry: Entry) -> list[str]:
    value = resolve(entry.value)
    parts = [value] if isinstance(value, Mapping) else [resolve(item) for item in getattr(value, "items", ())]
    return list(dict.fromkeys(name for part in parts if isinstance(part, Mapping) for name in part.index))


def _origin(entry: Entry) -> str:
    return f"`*{entry.value.name}`" if isinstance(entry.value, Alias) else "its value"


def _list(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


@rule(
    "PC224",
    "nothing-to-pay-with",
    Impact.FAILS,
    "Nobody can be paid, or nothing is accepted",
)
def nothing_to_pay_with(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `wallets` without an entry, a route's `accepts: []` and a `payTo: []`.

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
            if pay_to.value == []:
                yield Finding(
                    "`payTo: []` puts an empty address into the 402: the request can't be paid",
                    pay_to.span,
                    pay_to.path,
                    help="name an address, or remove `payTo` to have the network's wallet paid",
                )


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
    `chains` that are not `network/asset`; and `facilitator.chains` beside a root `settlement.url`.

    ## Why is this bad?
    `{url: …}` and `{base: …}` are not refused. The gateway looks for `default` and `chains` only, finds nothing, and
    verifies and settles with its public default facilitator instead of yours. A `chains` entry under another key than
    `network/asset` is never looked up. And `settlement.url`, where it is set, takes the place of all `chains`.

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
        if name in _FACILITATOR_KEYS or name == _MERGE:
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


@rule(
    "PC227",
    "store-without-backend",
    Impact.IGNORED,
    "A Redis that no store uses",
)
def store_without_backend(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `stores.redis` where no store has `backend: redis`, and a store with a `redis` section of its own but
    without `backend: redis`.

    ## Why is this bad?
    `stores.redis` says only where Redis is. Every store stays in the memory of its process until it says `backend:
    redis` itself. With several instances each one counts rate limits, verifications and time sessions for itself, and a
    restart forgets them: callers pay again for sessions they have bought.

    ## Example
    ```yaml
    stores:
      redis:
        url: "redis://localhost:6379"
    ```

    Use instead:
    ```yaml
    stores:
      redis:
        url: "redis://localhost:6379"
      rateLimit:
        backend: redis
      timeSession:
        backend: redis
    ```
    """
    config = context.config
    stores = [(name, config.at("stores", name)) for name in _STORES]
    using = {name for name, store in stores if store and _uses_redis(store)}
    redis = config.at("stores", "redis")
    if redis is not None and isinstance(redis.value, dict) and not using:
        yield Finding(
            "no store has `backend: redis`: this Redis is not used, and all is kept in memory",
            redis.key_span,
            redis.path,
            help="add `backend: redis` to each of `rateLimit`, `verificationCache` and `timeSession` that is to use it",
        )
    for name, store in stores:
        own = store.get("redis") if store else None
        if own is not None and isinstance(own.value, dict) and name not in using:
            yield Finding(
                f"`{name}` has no `backend: redis`: its Redis is not used, and it is kept in memory",
                own.key_span,
                own.path,
                help=f"add `backend: redis` to `{name}`",
            )


def _uses_redis(store: Field) -> bool:
    backend = store.get("backend")
    return backend is not None and backend.value == "redis"


@rule(
    "PC228",
    "unusable-route",
    Impact.FAILS,
    "A route, cache or port that can't work",
)
def unusable_route(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports token-based routes on GET or HEAD, a `verificationCache` under `settlement: {strategy: mpp}`, and a port
    above 65535.

    ## Why is this bad?
    A token-based route takes the model from the body of the request. GET and HEAD have none, and every request is
    answered with 400. With `mpp`, the second request that finds its verification in the cache fails. A port above 65535
    passes the schema, and the gateway then fails when it starts to listen.

    ## Example
    ```yaml
    gateway:
      port: 70000
    routes:
      "GET /v1/chat/completions":
        upstream: openai
        type: token-based
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    gateway:
      port: 7000
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        fallback: "$0.05"
    ```
    """
    config = context.config
    port = config.at("gateway", "port")
    number = port.number if port else None
    if port is not None and number is not None and number > _HIGHEST_PORT:
        yield Finding(
            f"port {number:.0f} does not exist: the gateway fails when it starts to listen",
            port.span,
            port.path,
            help=f"write a port from 1 to {_HIGHEST_PORT}",
        )
    strategy = config.at("settlement", "strategy")
    if strategy is not None and strategy.value == "mpp":
        for holder in (config.at("defaults"), *(route.field for route in config.routes)):
            cache = holder.get("verificationCache") if holder else None
            if cache is not None:
                yield Finding(
                    "with `strategy: mpp` a cached verification fails: the second request of a payer gets an error",
                    cache.key_span,
                    cache.path,
                    related=(Label(strategy.span, "this strategy"),),
                    help="remove `verificationCache`",
                )
    for route in config.routes:
        if route.token_based and route.method in {"GET", "HEAD"}:
            yield Finding(
                f"a token-based route needs a body, which {route.method} has not: every request is answered with 400",
                route.field.key_span,
                route.field.path,
                help="make it a POST route, or remove `type` and set `price`",
            )
