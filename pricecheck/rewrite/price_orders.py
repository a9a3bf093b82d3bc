"""What is ordered, and what prices a config must state once the orders are carried out: these, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pricecheck.rewrite.price_fields import PriceField, PriceFields

MODEL = "model:"
_MATCH = "match:"


class SetPrice(NamedTuple):
    """Write `price` (a text as the gateway reads it) at `route#selector`; a model that is not there is added."""

    route: str
    selector: str
    price: str


class RemovePrice(NamedTuple):
    """Remove a model's line, a match rule, a `price`, a `fallback` or `defaults.price`."""

    route: str
    selector: str


class RenameModel(NamedTuple):
    """Give a model another name wherever a price is for it by its exact name."""

    old: str
    new: str


Order = SetPrice | RemovePrice | RenameModel


def expected_texts(before: PriceFields, orders: Collection[Order]) -> dict[str, str]:
    """Give every price text the result must have, by the name of its place there; match rules move up."""
    removed = {(order.route, order.selector) for order in orders if isinstance(order, RemovePrice)}
    names = {order.old: order.new for order in orders if isinstance(order, RenameModel)}
    kept = (field for field in before.all if (field.route, field.selector) not in removed)
    texts = {_name_after(field.route, field.selector, removed, names): field.text for field in kept}
    for order in orders:
        if isinstance(order, SetPrice):
            # A name that is new by this very order is nobody's old one.
            known = names if f"{order.route}#{order.selector}" in before.by_name else {}
            texts[_name_after(order.route, order.selector, removed, known)] = order.price
    return texts


def first_difference(expected: dict[str, str], after: Iterable[PriceField]) -> str | None:
    """Give the name of the first place that states another price than expected, or is there and should not be."""
    found = {field.name: field.text for field in after}
    return next((name for name in {**found, **expected} if found.get(name) != expected.get(name)), None)


def _name_after(route: str, selector: str, removed: Collection[tuple[str, str]], names: dict[str, str]) -> str:
    if selector.startswith(MODEL):
        model = selector.removeprefix(MODEL)
        return f"{route}#{MODEL}{names.get(model, model)}"
    if selector.startswith(_MATCH):
        number = _number(selector)
        gone = sum(_number(other) < number for key, other in removed if key == route and other.startswith(_MATCH))
        return f"{route}#{_MATCH}{number - gone}"
    return f"{route}#{selector}"


def _number(selector: str) -> int:
    return int(selector.removeprefix(_MATCH))
