"""Write prices for models that no line prices into `models`, proven: these prices change, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import SourceText
from pricecheck.gateway.config import read_config
from pricecheck.gateway.loading import load
from pricecheck.prices.table import price_table
from pricecheck.rewrite.proof import ProofError, prove
from pricecheck.rewrite.splice import splice
from pricecheck.source.entries import NewEntry, insert_entries, insert_map
from pricecheck.source.nodes import Alias, Mapping, resolve, walk
from pricecheck.source.yaml_parser import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.findings import Edit
    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.environment import Environment
    from pricecheck.prices.table import PriceRow
    from pricecheck.source.document import Document
    from pricecheck.source.nodes import Node


class NewPrice(NamedTuple):
    """A line to write: `price` is its text, `amount` what it must charge, in smallest units."""

    route: str
    model: str
    price: str
    amount: int
    comment: str = ""


class Mapped(NamedTuple):
    """A config with its new lines; `skipped` are those that could not be written, each with the reason."""

    source: SourceText
    written: tuple[NewPrice, ...]
    skipped: tuple[tuple[NewPrice, str], ...]


def map_models(
    source: SourceText, prices: Sequence[NewPrice], environment: Environment, *, partial: bool = False
) -> Mapped:
    """Add a line to the `models` of its route for each price, in the style of the lines that are there.

    Raises:
        ProofError: it could not be shown that the result charges these prices and changes no other.
    """
    document = parse(source, is_json=source.path.endswith(".json"))
    config = read_config(load(document, environment))
    home = _Homes(document)
    by_route: dict[str, list[NewPrice]] = {}
    for price in prices:
        by_route.setdefault(price.route, []).append(price)
    edits: list[Edit] = []
    written: list[NewPrice] = []
    routes = {route.key for route in config.routes}
    skipped = [(price, "the config has no such route") for price in prices if price.route not in routes]
    for route in config.routes:
        writable: list[NewPrice] = []
        for price in by_route.get(route.key, ()):
            why = home.refusal(route, price.model)
            if why is None:
                writable.append(price)
            else:
                skipped.append((price, why))
        if not writable:
            continue
        found = home.insert(route, [NewEntry(price.model, price.price, price.comment) for price in writable])
        if isinstance(found, str):
            skipped += [(price, found) for price in writable]
        else:
            edits += found
            written += writable
    if not written:
        return Mapped(source, (), tuple(skipped))
    after = SourceText(source.path, splice(source.text, edits))
    proven = prove(document, after, edits, safe=False, environment=environment, partial=partial)
    _only_these_changed(config, read_config(load(proven, environment)), written, source.path)
    return Mapped(after, tuple(written), tuple(skipped))


class _Homes:
    """Where lines for a route go; a place that another route shares is none."""

    def __init__(self, document: Document) -> None:
        self._document = document
        nodes = [node for _, node in walk(document.root)] if document.root is not None else []
        self._shared = [node.target for node in nodes if isinstance(node, Alias)]

    @staticmethod
    def refusal(route: Route, model: str) -> str | None:
        """Say why a line for a model can't be written whatever its place; None where it can."""
        if not model or not model.isprintable():
            return "its name can't be written on a line"
        models = route.models_field()
        node = resolve(models.node) if models else None
        if isinstance(node, Mapping) and model in node.index:
            return "`models` has a line for it, without a price"
        return None

    def insert(self, route: Route, entries: list[NewEntry]) -> tuple[Edit, ...] | str:
        """Give the edits that add entries to a route's `models`, or why there are none."""
        models = route.models_field()
        home = models or route.field
        node = resolve(home.node)
        if not isinstance(node, Mapping) or home.is_alias or route.field.is_alias or self._is_shared(node):
            return "its place is shared with another route by an alias"
        insert = (
            insert_entries(self._document, node, entries)
            if models
            else insert_map(self._document, node, "models", entries)
        )
        return insert or "the layout of its place is unusual"

    def _is_shared(self, node: Node) -> bool:
        return any(target.start <= node.start and node.end <= target.end for target in self._shared)


def _only_these_changed(before: Config, after: Config, written: Sequence[NewPrice], path: str) -> None:
    wanted = {(price.route, f"model:{price.model}"): price.amount for price in written}
    old, new = ({(row.route, row.selector): row for row in price_table(one).rows} for one in (before, after))
    changed = [key for key, row in new.items() if key not in wanted and not _same(old.get(key), row)]
    wrong = [key for key, amount in wanted.items() if key not in new or new[key].amount != amount]
    if changed or wrong or len(old.keys() - new.keys()):
        raise ProofError(f"{path}: nothing written: the new lines would change what other requests are charged")


def _same(old: PriceRow | None, new: PriceRow) -> bool:
    if old is None:
        return False
    return (old.amount, old.asset, old.unknown_reason) == (new.amount, new.asset, new.unknown_reason)
