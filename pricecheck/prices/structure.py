"""What two configs differ in besides effective prices: recipients, settlement, types, hooks, limits …, in words."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, cast

from pricecheck.patterns import late
from pricecheck.prices.recipients import account_of, recipient_changes
from pricecheck.prices.uncharged import uncharged_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricecheck.findings import ConfigPath
    from pricecheck.gateway.config import Config
    from pricecheck.prices.changes import PriceChange
    from pricecheck.prices.recipients import RecipientChange
    from pricecheck.prices.table import PriceTable
    from pricecheck.prices.uncharged import UnchargedField


class Topic(Enum):
    """What a structural change is about, in the order a reviewer should read them."""

    RECIPIENTS = "recipients"
    PAYMENT = "payment"
    SETTLEMENT = "settlement"
    ROUTES = "routes"
    PRICES = "prices"
    TYPE = "type"
    UPSTREAM = "upstream"
    HOOKS = "hooks"
    LIMITS = "limits"
    GATEWAY = "gateway"
    OTHER = "other"


class StructureChange(NamedTuple):
    """One change in words. `path` is where it stands: in the new config, or in the old one if it is gone."""

    topic: Topic
    message: str
    path: ConfigPath


_PRICES = frozenset({"price", "fallback", "models", "match", "pricing"})
_TOPICS = {
    "wallets": Topic.RECIPIENTS,
    "payTo": Topic.RECIPIENTS,
    "accepts": Topic.PAYMENT,
    "settlement": Topic.SETTLEMENT,
    "facilitator": Topic.SETTLEMENT,
    "type": Topic.TYPE,
    "pricing": Topic.TYPE,
    "upstreams": Topic.UPSTREAM,
    "upstream": Topic.UPSTREAM,
    "path": Topic.UPSTREAM,
    "timeout": Topic.LIMITS,
    "hooks": Topic.HOOKS,
    "defaults": Topic.LIMITS,
    "rateLimit": Topic.LIMITS,
    "verificationCache": Topic.LIMITS,
    "stores": Topic.LIMITS,
    "gateway": Topic.GATEWAY,
}
_SECRET = frozenset({"headers", "secretKey", "redis"})
_CREDENTIALS = late(r"(?<=://)[^/@?#\s]+(?=@)|(?<=\?)[^#\s]+")
"""Where a URL may hold some: before its host, and in its query."""

_WORDS = {None: "null", True: "true", False: "false"}
_LONGEST = 80
_MANY_MODELS = 4
_SHOWN_MODELS = 3
_NOTHING = object()
_ORDER = {topic: number for number, topic in enumerate(Topic)}


def structure_changes(old: PriceTable, new: PriceTable, changes: Iterable[PriceChange]) -> list[StructureChange]:
    """Give every change that `changes`, those of the effective prices, do not tell; recipients first.

    The values of upstream headers, secret keys and store addresses are never shown, nor what of a URL may be secret.
    """
    paid = recipient_changes(old, new)
    told = {path for change in paid for path in _places_of(change)}
    found = [
        *_recipients(paid),
        *_others(old.config, new.config, told),
        *_prices(uncharged_fields(old, new, changes, told)),
    ]
    return sorted(found, key=lambda change: _ORDER[change.topic])


def _places_of(change: RecipientChange) -> Iterator[ConfigPath]:
    before, after = change.before.path, change.after.path
    if after is not None:
        yield after
    if before is not None and before[0] == "routes":
        yield before


def _prices(fields: Iterable[UnchargedField]) -> Iterator[StructureChange]:
    models: dict[tuple[ConfigPath, bool, bool], list[UnchargedField]] = {}
    for field in fields:
        path = field.path
        if path[2:3] == ("models",):
            models.setdefault((path[:3], not field.before, not field.after), []).append(field)
        elif field.reordered:
            message = f"{_subject(path)} has its rules in another order"
            yield StructureChange(Topic.PRICES, message, path)
        else:
            yield _price(field)
    for (path, are_new, are_gone), members in models.items():
        if len(members) < _MANY_MODELS:
            yield from map(_price, members)
            continue
        names = ", ".join(f"`{member.path[3]}`" for member in members[:_SHOWN_MODELS])
        state = "new" if are_new else "gone" if are_gone else "changed"
        listed = (
            f"{len(members)} lines of {_subject(path)} are {state}: {names} and {len(members) - _SHOWN_MODELS} more"
        )
        yield StructureChange(Topic.PRICES, f"{listed}; no effective price changes by them", path)


def _price(field: UnchargedField) -> StructureChange:
    before, after = (one[0] if one else _NOTHING for one in (field.before, field.after))
    return StructureChange(Topic.PRICES, _sentence(field.path, before, after), field.path)


def _recipients(changes: Iterable[RecipientChange]) -> Iterator[StructureChange]:
    groups: dict[tuple[str, str, str, str], list[RecipientChange]] = {}
    for change in changes:
        before, after = change.before, change.after
        groups.setdefault((before.network, before.address, after.network, after.address), []).append(change)
    for (old_network, old_address, network, address), members in groups.items():
        old_place = "" if old_network == network else f" on {old_network}"
        moved = f"payments on {network} now go to {address or 'nobody'} (before: {old_address or 'nobody'}{old_place})"
        first = members[0]
        yield StructureChange(
            Topic.RECIPIENTS, f"{moved}: {_scope(members)}", first.after.path or first.before.path or ()
        )


def _scope(members: list[RecipientChange]) -> str:
    first = members[0]
    if len(members) == 1:
        return f"`{first.route}`" + (f" {first.selector}" if first.selector else "")
    routes = len({change.route for change in members})
    return f"`{first.route}` and {routes - 1} more" if routes > 1 else f"{len(members)} prices of `{first.route}`"


def _others(old: Config, new: Config, told: set[ConfigPath]) -> Iterator[StructureChange]:
    before, after = _without_prices(old), _without_prices(new)
    for key in [key for key in after if before.get(key) != after[key]] + [key for key in before if key not in after]:
        yield from _differences(key, before.get(key, _NOTHING), after.get(key, _NOTHING), told)


def _differences(
    key: tuple[str, ...], before: object, after: object, told: set[ConfigPath]
) -> Iterator[StructureChange]:
    if before is _NOTHING or after is _NOTHING or not isinstance(before, dict) or not isinstance(after, dict):
        yield from _said(key, before, after, told)
        return
    from deepdiff import DeepDiff

    levels = DeepDiff(before, after, view="tree", ignore_numeric_type_changes=True, threshold_to_diff_deeper=0)
    # Levels come in sets, in whatever order this process hashes them.
    paths = {_whole_list(tuple(level.path(output_format="list"))) for found in levels.values() for level in found}
    for path in sorted(paths, key=lambda path: _place(path, before, after)):
        yield from _said((*key, *path), _at(before, path), _at(after, path), told)


def _place(path: tuple[str | int, ...], before: object, after: object) -> list[tuple[bool, int]]:
    """Give what sorts a path by where it stands in the new config, behind that by where it stood in the old one."""
    found = []
    for name in path:
        names = after if isinstance(after, dict) and name in after else before
        found.append((names is before, list(names).index(name) if isinstance(names, dict) and name in names else 0))
        before, after = _at(before, (name,)), _at(after, (name,))
    return found


def _whole_list(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    # The order of a list matters (the first accepted payment, the first recipient): it is shown as a whole.
    for depth, name in enumerate(path):
        if isinstance(name, int):
            return path[:depth]
    return path


def _at(value: object, path: Iterable[str | int]) -> object:
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return _NOTHING
        value = value[name]
    return value


def _without_prices(config: Config) -> dict[tuple[str, ...], object]:
    """Give the config in parts (top-level keys, routes and upstreams one by one), without what prices are made of."""
    root = config.root.value if config.root else None
    parts: dict[tuple[str, ...], object] = {}
    for key, value in (root if isinstance(root, dict) else {}).items():
        if key in {"routes", "upstreams"}:
            # The old config may be one that the gateway refused: without a mapping here it has no routes.
            parts |= {(key, name): _part(key, item) for name, item in value.items()} if isinstance(value, dict) else {}
        elif key == "defaults" and isinstance(value, dict):
            others = {name: item for name, item in value.items() if name != "price"}
            parts |= {(key,): others} if others else {}
        else:
            parts[(key,)] = value
    return parts


def _part(key: str, item: object) -> object:
    if not isinstance(item, dict):
        return item
    if key == "upstreams":
        return {name: value for name, value in item.items() if name != "defaultPrice"}
    kept: dict[str, object] = {name: value for name, value in item.items() if name not in _PRICES}
    pricing = item.get("pricing")
    session = (
        {name: pricing[name] for name in ("model", "duration") if name in pricing} if isinstance(pricing, dict) else {}
    )
    return {**kept, "pricing": session} if session else kept


def _said(
    path: tuple[str | int, ...], before: object, after: object, told: set[ConfigPath]
) -> Iterator[StructureChange]:
    if path in told or _is_same_account(path, before, after):
        return
    # Who is paid stays: this is but where it stands, or what the gateway does not look at.
    topic = Topic.PAYMENT if _is_pay_to(path) else _topic(path)
    yield StructureChange(topic, _sentence(path, before, after), path)


def _is_pay_to(path: tuple[str | int, ...]) -> bool:
    return path[0] == "routes" and path[2:3] == ("payTo",)


def _is_same_account(path: tuple[str | int, ...], before: object, after: object) -> bool:
    texts = isinstance(before, str) and isinstance(after, str)
    paid = path[0] == "wallets" or _is_pay_to(path)
    return texts and paid and account_of(str(before)) == account_of(str(after))


def _topic(path: tuple[str | int, ...]) -> Topic:
    if path[0] == "routes" and len(path) == 2:  # noqa: PLR2004 - a whole route
        return Topic.ROUTES
    names = path[2:] if path[0] == "routes" else path
    return next((_TOPICS[name] for name in names if name in _TOPICS), Topic.OTHER)


def _sentence(path: tuple[str | int, ...], before: object, after: object) -> str:
    subject = _subject(path)
    if not _SECRET.isdisjoint(path):
        state = "is new" if before is _NOTHING else "is gone" if after is _NOTHING else "changed"
        return f"{subject} {state} (not shown)"
    if len(path) == 2 and path[0] in {"routes", "upstreams"}:  # noqa: PLR2004 - a whole route or upstream
        return f"{subject} is {'new' if before is _NOTHING else 'gone'}"
    if before is _NOTHING:
        return f"{subject} is now {_shown(after)} (before: not set)"
    if after is _NOTHING:
        return f"{subject} is not set any more (before: {_shown(before)})"
    return f"{subject} is now {_shown(after)} (before: {_shown(before)})"


def _subject(path: tuple[str | int, ...]) -> str:
    names = [str(name) for name in path]
    if names[0] == "wallets" and len(names) > 1:
        return f"the wallet for {names[1]}, which no route of both configs pays,"
    if names[0] in {"routes", "upstreams"}:
        owner = f"{'route' if names[0] == 'routes' else 'upstream'} `{names[1]}`"
        return f"{'.'.join(names[2:])} of {owner}" if len(names) > 2 else owner  # noqa: PLR2004 - a whole route
    return ".".join(names)


def _shown(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, dict) and "asset" in item for item in value):
        payments = [cast("dict[str, object]", item) for item in value]
        return ", then ".join(f"{item['asset']} on {item.get('network')}" for item in payments) or "nothing"
    if isinstance(value, dict):
        fields = (f"{key}: {'(not shown)' if key in _SECRET else _shown(item)}" for key, item in value.items())
        return "{" + ", ".join(fields) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    text = _CREDENTIALS.sub("(not shown)", str(value)) or '""'
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
