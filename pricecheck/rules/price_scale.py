"""PC107 and PC108: prices that make no sense beside others (gateway.md §3, §4)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from pricecheck.findings import Finding, Impact, Label, Severity
from pricecheck.gateway.default_table import DEFAULT_TABLE
from pricecheck.gateway.environment import Unresolved
from pricecheck.gateway.money import decimals_of, dollars, read_price
from pricecheck.gateway.pricing import decimals_for
from pricecheck.rules.model import Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from pricecheck.gateway.config import ModelPrice, Payment, Route

_NumberT = TypeVar("_NumberT", int, "Fraction")

FAMILY_FACTOR = 100
"""Variants of one model, or models measured by the built-in table, that are further apart than this are a slip."""

LONE_FACTOR = 1000
"""The same where the built-in table is the only witness: a house may well charge ten or fifty times that table."""

_FEWEST_WITNESSES = 2
_SHOWN_KIN = 3


@rule(
    "PC107",
    "magnitude-slip",
    Impact.RISK,
    "A price that is powers of ten away from what its family and the built-in table say",
    severity=Severity.WARNING,
)
def magnitude_slip(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a model's price on a token-based route that is a hundred times or more away from what its relatives cost.
    Dear and cheap models side by side are no reason: a price is compared with

    - the other variants of the same model on the route (`gpt-4o`, `gpt-4o-2024-08-06`, fine-tunes of it), if two of
      them agree;
    - the gateway's built-in table, after taking into account by what factor the route's other prices lie above that
      table.

    With the built-in table as the only witness, a thousandfold distance is asked for. A price that several models of
    the route share is taken as meant.

    A model that has neither such variants nor a place in the table is reported where it costs a thousand times what
    three others or more do, all of them within a factor of ten. Less is no evidence: variants of one model do differ by
    ten, between tiers, snapshots and batches, and an embedding may well cost a thousandth of a chat.

    ## Why is this bad?
    Providers quote per thousand or per million tokens, the gateway charges per request: a price copied from a
    provider's page is off by powers of ten, in either direction.

    ## Example
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$50.00"
          gpt-4o-mini: "$0.005"
        fallback: "$50.00"
    ```

    Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          gpt-4o-mini: "$0.005"
        fallback: "$0.05"
    ```
    """
    for route in context.config.routes:
        decimals = decimals_for(context.config, route)
        if route.token_based and decimals is not None:
            yield from (slip for slip in _slips(route, decimals) if slip.path in context.charged)


def _slips(route: Route, decimals: int) -> Iterator[Finding]:
    priced = [
        (model, amount)
        for model in route.models
        if model.name
        and not isinstance(model.price, Unresolved)
        and (amount := _plain_amount(model.price, decimals)) > 0
    ]
    if not priced:
        return
    suspects = _suspects(priced, decimals)
    if not suspects:
        return
    neighbours = _Neighbours(priced, decimals)
    for model, amount in suspects:
        if neighbours.shared[amount] > _FEWEST_WITNESSES:
            continue
        finding = (
            _against_kin(route, model, amount, neighbours)
            or _against_table(route, model, amount, neighbours)
            or _against_others(route, model, amount, neighbours)
        )
        if finding is not None:
            yield finding


class _Neighbours:
    """What the prices of a route are compared with, worked out once: a table may have thousands of suspects."""

    def __init__(self, priced: Sequence[tuple[ModelPrice, int]], decimals: int) -> None:
        from fractions import Fraction

        self.decimals = decimals
        self.shared = Counter(amount for _, amount in priced)
        self.families: dict[str, list[tuple[ModelPrice, int]]] = {}
        for model, amount in priced:
            self.families.setdefault(_base_model(model.name), []).append((model, amount))
        self._ordered = {name: sorted(amount for _, amount in kin) for name, kin in self.families.items()}
        pairs = ((amount, _table_amount(model.name, decimals)) for model, amount in priced)
        counted = Counter((amount, table) for amount, table in pairs if table is not None)
        factors = sorted((Fraction(amount, table), count) for (amount, table), count in counted.items())
        self._factors = [factor for factor, count in factors for _ in range(count)]
        *others, self._dearest = sorted(amount for _, amount in priced)
        agree = len(others) > _FEWEST_WITNESSES and others[-1] <= others[0] * 10
        self._usual = others[(len(others) - 1) // 2] if agree else None
        middle = (len(self._factors) - 1) // 2
        self._middles = [one.as_integer_ratio() for one in self._factors[middle : middle + 2]]

    def usual_in_family(self, name: str, amount: int) -> int | None:
        """Give the middle price of a model's other variants, where two or more lie within a factor of ten of it."""
        ordered = self._ordered[name]
        if len(ordered) <= _FEWEST_WITNESSES:
            return None
        middle = _middle_without(ordered, amount)
        agreeing = bisect_right(ordered, middle * 10) - bisect_left(ordered, -(-middle // 10))
        within = amount <= middle * 10 and middle <= amount * 10
        return middle if agreeing - within >= _FEWEST_WITNESSES else None

    def usual_beside(self, amount: int) -> int | None:
        """Give the middle price of all others, where this one is the dearest and they are of one magnitude."""
        return self._usual if amount == self._dearest else None

    def is_usual(self, amount: int, reference: int) -> bool:
        """Say at once that a price lies near the route's usual factor above its built-in one, as nearly all do."""
        return len(self._factors) > _FEWEST_WITNESSES and all(
            amount * below < FAMILY_FACTOR * above * reference and amount * below * FAMILY_FACTOR > above * reference
            for above, below in self._middles
        )

    def usual_factor(self, own: Fraction) -> Fraction | None:
        """Give by what factor the route's other prices lie above the built-in ones; None with fewer than two."""
        return _middle_without(self._factors, own) if len(self._factors) > _FEWEST_WITNESSES else None


def _middle_without(ordered: Sequence[_NumberT], one: _NumberT) -> _NumberT:
    """Give the middle of a sorted list after taking out one of its members."""
    at = (len(ordered) - 1) // 2
    return ordered[at if at < bisect_left(ordered, one) else at + 1]


def _plain_amount(price: str, decimals: int) -> int:
    """Give the amount of a price that reads as it looks; 0 for one without, and for `"$5"`, of which PC101 speaks."""
    reading = read_price(price, decimals)
    return 0 if reading.raw_units and price.startswith("$") else reading.amount or 0


def _suspects(priced: Sequence[tuple[ModelPrice, int]], decimals: int) -> list[tuple[ModelPrice, int]]:
    """Give the few prices worth a look: far from the route's others or from anything in the built-in table."""
    amounts = [amount for _, amount in priced]
    cheapest, dearest = min(amounts), max(amounts)
    table = [read_price(text, decimals).amount or 1 for text in DEFAULT_TABLE.values()]
    if (
        dearest < cheapest * FAMILY_FACTOR
        and cheapest * LONE_FACTOR > max(table)
        and dearest < min(table) * LONE_FACTOR
    ):
        return []
    return [
        (model, amount)
        for model, amount in priced
        if amount >= cheapest * FAMILY_FACTOR
        or amount * FAMILY_FACTOR <= dearest
        or amount * LONE_FACTOR <= max(table)
        or amount >= min(table) * LONE_FACTOR
    ]


def _against_kin(route: Route, model: ModelPrice, amount: int, neighbours: _Neighbours) -> Finding | None:
    name = _base_model(model.name)
    middle = neighbours.usual_in_family(name, amount)
    if middle is None or not (amount >= middle * FAMILY_FACTOR or amount * FAMILY_FACTOR <= middle):
        return None
    kin = (other for other in neighbours.families[name] if other[0] is not model)
    agreeing = ((other, value) for other, value in kin if value <= middle * 10 and middle <= value * 10)
    shown = [(other, dollars(value, neighbours.decimals)) for other, value in islice(agreeing, _SHOWN_KIN)]
    names = ", ".join(f"`{other.name}` {price}" for other, price in shown)
    related = tuple(Label(other.entry.value.span, f"`{other.name}` is {price}") for other, price in shown[:2])
    return _finding(route, model, amount, f"other variants of `{name}` cost {names}", neighbours.decimals, related)


def _against_table(route: Route, model: ModelPrice, amount: int, neighbours: _Neighbours) -> Finding | None:
    from fractions import Fraction

    decimals = neighbours.decimals
    reference = _table_amount(model.name, decimals)
    if reference is None or neighbours.is_usual(amount, reference):
        return None
    ratio = Fraction(amount, reference)
    usual = neighbours.usual_factor(ratio)
    evidence = f"the gateway's built-in price of `{_base_model(model.name)}` is {dollars(reference, decimals)}"
    if usual is not None:
        if not _far(ratio / usual, FAMILY_FACTOR) or not _far(ratio, FAMILY_FACTOR):
            return None
        evidence += f", and the route's other prices are about {_times(usual)} the built-in ones"
    elif not _far(ratio, LONE_FACTOR):
        return None
    return _finding(route, model, amount, evidence, decimals, ())


def _against_others(route: Route, model: ModelPrice, amount: int, neighbours: _Neighbours) -> Finding | None:
    usual = neighbours.usual_beside(amount)
    if usual is None or amount < usual * LONE_FACTOR or _table_amount(model.name, neighbours.decimals) is not None:
        return None
    if neighbours.usual_in_family(_base_model(model.name), amount) is not None:
        return None
    evidence = f"the route's other models cost about {dollars(usual, neighbours.decimals)}"
    return _finding(route, model, amount, evidence, neighbours.decimals, ())


def _table_amount(model: str, decimals: int) -> int | None:
    text = DEFAULT_TABLE.get(model) or DEFAULT_TABLE.get(_base_model(model))
    return read_price(text, decimals).amount if text else None


def _base_model(model: str) -> str:
    from pricecheck.prices.model_ids import base_model  # some forty patterns, which few configs need

    return base_model(model)


def _far(ratio: Fraction, factor: int) -> bool:
    return ratio >= factor or ratio * factor <= 1


def _times(ratio: Fraction) -> str:
    return f"{round(ratio)} times" if ratio >= 1 else f"1/{round(1 / ratio)} of"


def _finding(
    route: Route, model: ModelPrice, amount: int, evidence: str, decimals: int, related: tuple[Label, ...]
) -> Finding:
    return Finding(
        f"`{model.name}` is charged {dollars(amount, decimals)} a request, but {evidence}",
        model.entry.value.span,
        (*route.models_path, model.name),
        related,
        help="prices are per request, in dollars; if this one is meant, `# pricecheck: ignore[PC107] reason` says so",
    )


@rule(
    "PC108",
    "mixed-decimals",
    Impact.MISCHARGES,
    "Accepted assets with different decimals are all asked the first one's integer",
)
def mixed_decimals(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a list of accepted payments whose assets do not all have the same number of decimals.

    ## Why is this bad?
    The gateway computes the amount once, with the decimals of the first accepted payment, and puts that integer into
    every payment option. USDC has 6 decimals and DAI 18: what is $0.05 in USDC is 0.00000000000005 DAI, practically
    free.

    ## Example
    ```yaml
    accepts:
      - { asset: USDC, network: base }
      - { asset: DAI, network: base }
    ```

    Use instead:
    ```yaml
    accepts:
      - { asset: USDC, network: base }
    ```
    """
    config = context.config
    yield from _mixed(config.accepts)
    for route in config.routes:
        if route.accepts is not None:
            yield from _mixed(route.accepts)


def _mixed(payments: Sequence[Payment]) -> Iterator[Finding]:
    known = [(payment, payment.asset.known_text) for payment in payments]
    if not known or known[0][1] is None:
        return
    first = known[0][1]
    for payment, asset in known[1:]:
        if asset is None or decimals_of(asset) == decimals_of(first):
            continue
        amount = read_price("$0.05", decimals_of(first)).amount or 0
        instead = dollars(amount, decimals_of(asset)).removeprefix("$")
        yield Finding(
            f"{asset} has {decimals_of(asset)} decimals and {first}, the first accepted asset, {decimals_of(first)}: "
            f'the gateway asks the same integer of both, so that "$0.05" is {instead} {asset}',
            payment.asset.span,
            payment.asset.path,
            (Label(known[0][0].asset.span, f"amounts are computed for {first}"),),
            help=f"accept assets of {decimals_of(first)} decimals only, or give {asset} routes of its own",
        )
