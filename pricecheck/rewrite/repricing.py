"""Change prices in place: what was asked for becomes edits, and the result is proven before anybody writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.errors import UsageError
from pricecheck.findings import Edit, SourceText
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.gateway.money import read_price
from pricecheck.nearest import suggestion
from pricecheck.prices.selectors import SelectorKind, parse_selector
from pricecheck.prices.table import price_table
from pricecheck.rewrite.aligning import with_columns_kept
from pricecheck.rewrite.price_fields import PriceFields
from pricecheck.rewrite.price_orders import MODEL, RemovePrice, RenameModel, SetPrice, expected_texts, first_difference
from pricecheck.rewrite.price_style import rewritten_price
from pricecheck.rewrite.proof import ProofError, prove
from pricecheck.rewrite.splice import splice
from pricecheck.rules.writing import rewrite_scalar
from pricecheck.source.entries import NewEntry, insert_entries, insert_entry, insert_map, remove_entry, remove_item
from pricecheck.source.nodes import Alias, Mapping, Scalar, Sequence, resolve
from pricecheck.source.yaml_parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.environment import Environment
    from pricecheck.rewrite.price_fields import PriceField
    from pricecheck.rewrite.price_orders import Order
    from pricecheck.source.document import Document
    from pricecheck.source.nodes import Node


class Repriced(NamedTuple):
    """A config after its orders, with what the gateway makes of it before and after."""

    source: SourceText
    before: Config
    after: Config


class Opened(NamedTuple):
    """A config to be repriced; with `partial`, a fragment of one."""

    source: SourceText
    document: Document
    config: Config
    fields: PriceFields
    partial: bool = False


def open_config(source: SourceText, environment: Environment, *, partial: bool = False) -> Opened:
    """Read a config that the gateway would start with; with `partial`, a fragment of one.

    Raises:
        UsageError: the gateway would refuse it.
    """
    document = parse(source, is_json=source.path.endswith(".json"))
    loaded = load(document, environment, partial=partial)
    if loaded.refusals:
        first = min(loaded.refusals, key=lambda refusal: refusal.span)
        place = source.position(first.span.start)
        raise UsageError(f"{source.path}:{place.line}:{place.column}: the gateway would not start: {first.message}")
    config = read_config(loaded)
    return Opened(source, document, config, PriceFields(config), partial)


def reprice(opened: Opened, orders: Iterable[Order], environment: Environment) -> Repriced:
    """Carry out the orders, and prove that they change what they name and nothing else.

    Raises:
        UsageError: an order names what is not there, or can't be carried out; the text says what to do instead.
        ProofError: the result could not be proven.
    """
    orders = [_by_its_line(opened, order) for order in orders]
    new = [order for order in orders if _adds_model(opened, order)]
    # Lines at the end of `models` before one at the end of its route: both may go to the same place of the text.
    edits = dict.fromkeys(_added_models(opened, [order for order in new if isinstance(order, SetPrice)]))
    for order in orders:
        if order in new:
            continue
        if isinstance(order, SetPrice):
            found = _set(opened, order)
        elif isinstance(order, RemovePrice):
            found = _remove(opened, order)
        else:
            found = _rename(opened, order)
        edits.update(dict.fromkeys(found))
    try:
        after = SourceText(opened.source.path, splice(opened.source.text, edits))
    except ValueError:
        raise UsageError(
            f"{opened.source.path}: two orders change the same place: give them one after the other"
        ) from None
    proven = prove(opened.document, after, list(edits), safe=False, environment=environment, partial=opened.partial)
    loaded = load(proven, environment, partial=opened.partial)
    if loaded.refusals:
        raise ProofError(f"{after.path}: nothing written: the gateway would refuse it: {loaded.refusals[0].message}")
    config = read_config(loaded)
    _as_ordered(opened, PriceFields(config), orders)
    return Repriced(after, opened.config, config)


def _by_its_line(opened: Opened, order: Order) -> Order:
    """Give an order for `other`, as the price table calls what is left, by the name of the one line that prices it.

    Raises:
        UsageError: no line does, or one that prices other routes too; the text says what to set.
    """
    if isinstance(order, RenameModel) or order.selector != SelectorKind.OTHER.value:
        return order
    route = _route(opened, order.route, order.selector)
    row = price_table(opened.config).find(route.key, order.selector)
    field = next(
        (field for field in opened.fields.all if row and row.node is not None and field.node is row.node), None
    )
    if field is not None and field.route == route.key:
        return order._replace(selector=field.selector)
    if route.price is not None and route.price_text is None:
        raise UsageError(f"{_at(opened, order)} is priced by a function: change it in its module")
    own = "fallback" if route.token_based else "price"
    if field is not None:
        raise UsageError(
            f"{_at(opened, order)} is priced by {field.selector}, as other routes may be: set #{field.selector}"
            f" for them all, or give this route a `{own}`"
        )
    raise UsageError(f"{_at(opened, order)} is priced by no line: give this route a `{own}`")


def _as_ordered(opened: Opened, after: PriceFields, orders: list[Order]) -> None:
    path = opened.source.path
    expected = expected_texts(opened.fields, orders)
    name = first_difference(expected, after.all)
    if name is not None and name.partition("#")[0] not in {order[0] for order in orders}:
        raise UsageError(f"{path}: {name} is shared with it by an alias and would change: write it out there first")
    if name is not None:
        raise ProofError(f"{path}: nothing written: {name} would not be what was ordered")
    for order in orders:
        field = after.by_name.get(f"{order.route}#{order.selector}") if isinstance(order, SetPrice) else None
        if field is not None and field.decimals is not None and (lost := read_price(field.text, field.decimals).lost):
            raise UsageError(
                f"{path}: {field.name}: the asset has {field.decimals} decimals and the gateway drops the rest"
                f" of {field.text}: write {field.text[: -len(lost)]}"
            )


def _set(opened: Opened, order: SetPrice) -> tuple[Edit, ...]:
    field = opened.fields.by_name.get(f"{order.route}#{order.selector}")
    if field is not None:
        return _rewritten(opened, field, order.price)
    route = _route(opened, order.route, order.selector)
    selector = parse_selector(order.selector)
    if selector.kind is SelectorKind.PRICE and route.price is not None and route.price_text is None:
        raise UsageError(f"{_at(opened, order)} is a price function: change it in its module")
    if selector.kind is SelectorKind.FALLBACK and route.price is None:
        mapping = resolve(route.field.node)
        edits = (
            insert_entry(opened.document, mapping, "fallback", order.price, _like(opened, route))
            if isinstance(mapping, Mapping)
            else None
        )
        return edits or _unusual(opened, order)
    raise UsageError(f"{_at(opened, order)} is not there; {_known(opened, order.route)}")


def _rewritten(opened: Opened, field: PriceField, price: str) -> tuple[Edit, ...]:
    shared = [other.name for other in opened.fields.sharing(field) if other.name != field.name]
    if opened.fields.is_alias(field) or shared:
        others = f" with {', '.join(shared[:3])}" if shared else ""
        raise UsageError(
            f"{opened.source.path}: {field.name} is shared{others} by an alias: write the price out there first"
        )
    variable = opened.fields.variable(field)
    if variable is not None:
        raise UsageError(f"{opened.source.path}: {field.name} is {variable}: change the variable where it is set")
    edit = rewritten_price(field.node, price)
    if edit is None:
        raise UsageError(f"{opened.source.path}: {field.name} is no text on one line: write it in quotes first")
    return with_columns_kept(opened.source.text, edit)


def _adds_model(opened: Opened, order: Order) -> bool:
    return (
        isinstance(order, SetPrice)
        and order.selector.startswith(MODEL)
        and f"{order.route}#{order.selector}" not in opened.fields.by_name
    )


def _added_models(opened: Opened, orders: list[SetPrice]) -> Iterator[Edit]:
    by_route: dict[str, list[SetPrice]] = {}
    for order in orders:
        by_route.setdefault(order.route, []).append(order)
    for key, here in by_route.items():
        route = _route(opened, key, here[0].selector)
        if not route.token_based:
            raise UsageError(
                f"{_at(opened, here[0])}: `models` counts on token-based routes only; set match:N or price"
            )
        yield from _model_lines(opened, route, here) or _unusual(opened, here[0])


def _model_lines(opened: Opened, route: Route, orders: list[SetPrice]) -> tuple[Edit, ...] | None:
    entries = [NewEntry(order.selector.removeprefix(MODEL), order.price) for order in orders]
    models = route.models_field()
    if models is None:
        home = resolve(route.field.node)
        if isinstance(home, Mapping) and not route.field.is_alias:
            return insert_map(opened.document, home, "models", entries)
    elif not models.is_alias and isinstance(mapping := resolve(models.node), Mapping):
        return insert_entries(opened.document, mapping, entries, _like(opened, route))
    return None


def _remove(opened: Opened, order: RemovePrice) -> tuple[Edit, ...]:
    if opened.config.default_price is not None and order == RemovePrice("", SelectorKind.DEFAULTS.value):
        return _removed_from(opened, opened.document.root, "defaults", "price") or _unusual(opened, order)
    route = _route(opened, order.route, order.selector)
    selector = parse_selector(order.selector)
    if f"{order.route}#{order.selector}" not in opened.fields.by_name:
        raise UsageError(f"{_at(opened, order)} is not there; {_known(opened, order.route)}")
    edits: tuple[Edit, ...] | None = None
    if selector.kind is SelectorKind.MODEL and selector.model is not None:
        edits = _removed_from(opened, _home(route, "models"), "models", selector.model)
    elif selector.kind is SelectorKind.MATCH and selector.number is not None:
        edits = _removed_from(opened, _home(route, "match"), "match", selector.number)
    else:
        mapping = _home(route, order.selector)
        edits = remove_entry(opened.document, mapping, order.selector) if mapping is not None else None
    return edits or _unusual(opened, order)


def _removed_from(opened: Opened, outer: Node | None, name: str, inner: str | int) -> tuple[Edit, ...] | None:
    """Remove an entry or item of the collection at `outer[name]`, the last one with the collection itself.

    A block collection without entries is none, and `models:` with nothing the gateway refuses.
    """
    node = outer.get(name) if isinstance(outer, Mapping) else None
    if not isinstance(outer, Mapping) or isinstance(node, Alias):
        return None
    if isinstance(node, Mapping) and isinstance(inner, str) and (len(node.entries) > 1 or node.flow):
        return remove_entry(opened.document, node, inner)
    if isinstance(node, Sequence) and isinstance(inner, int) and (len(node.items) > 1 or node.flow):
        return remove_item(opened.document, node, inner)
    return remove_entry(opened.document, outer, name)


def _home(route: Route, name: str) -> Mapping | None:
    """Give the map that holds a field of a route: `pricing` where it is there, else the route itself."""
    block = route.field.get("pricing")
    field = block if block is not None and block.get(name) is not None else route.field
    node = resolve(field.node)
    return node if isinstance(node, Mapping) and not field.is_alias else None


def _rename(opened: Opened, order: RenameModel) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    for route in opened.config.routes:
        listed = {name: entry for name, _, entry in route.models}
        if order.old in listed and order.new in listed:
            raise UsageError(f"{opened.source.path}: `{route.key}` has a price for {order.new!r} already")
        nodes = [listed[order.old].key] if order.old in listed else []
        nodes += [
            place.node
            for rule in route.match
            for key, required, place in rule.where
            if key == "body.model" and required == order.old and isinstance(place.node, Scalar)
        ]
        for node in nodes:
            edit = rewrite_scalar(node, order.new)
            if edit is None:
                raise UsageError(f"{opened.source.path}: {order.old!r} on `{route.key}` can't be renamed in its style")
            edits += with_columns_kept(opened.source.text, edit)
    if not edits:
        known = {field.model for field in opened.fields.all if field.model}
        raise UsageError(f"{opened.source.path}: no price is for {order.old!r}{suggestion(order.old, known)}")
    return tuple(edits)


def _route(opened: Opened, key: str, selector: str) -> Route:
    try:
        parse_selector(selector)
    except ValueError as error:
        raise UsageError(str(error)) from None
    found = next((route for route in opened.config.routes if route.key == key), None)
    if found is None:
        keys = [route.key for route in opened.config.routes]
        raise UsageError(f"{opened.source.path} has no route {key!r}{suggestion(key, keys)}")
    return found


def _like(opened: Opened, route: Route) -> Scalar | None:
    """Give a price of the route, or of the config, to take the quotes from."""
    fields = sorted(opened.fields.all, key=lambda field: field.route != route.key)
    return next((field.scalar for field in fields if field.scalar and field.scalar.style in {"single", "double"}), None)


def _known(opened: Opened, route: str) -> str:
    here = [field.selector for field in opened.fields.all if field.route == route]
    more = f" and {len(here) - 5} more" if len(here) > 5 else ""  # noqa: PLR2004 - enough to see what they look like
    return f"there are {', '.join(here[:5])}{more}" if here else "this route states no price"


def _at(opened: Opened, order: SetPrice | RemovePrice) -> str:
    return f"{opened.source.path}: {order.route}#{order.selector}"


def _unusual(opened: Opened, order: SetPrice | RemovePrice) -> tuple[Edit, ...]:
    raise UsageError(f"{_at(opened, order)}: the layout there is too unusual to change it safely; do it by hand")
