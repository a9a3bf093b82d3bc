"""What kind of log a file is, told by its first lines, and where in it the fields are (docs/traffic.md)."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

FIELDS = ("timestamp", "method", "path", "route", "requested_model", "resolved_price", "pricing_source", "requests")
"""The fields of a record that are read, as the operating playbook names them."""

COLUMNS = {"requested_model": "model", "pricing_source": "source", "resolved_price": "price", "requests": "weight"}
"""What the shared SQL calls a field, where it does not use the playbook's name."""

MARKED = frozenset({"route", "requested_model"})
"""The fields that reach the shared SQL with a mark of their type before them; see `sql`."""

_ONLY_IF_NAMED = frozenset({"requests"})
"""Fields that a log has only where the policy says so: a line is a request, whatever else it may count."""

TEXT = "text"
"""The type of a Parquet column that holds texts; others have the name the engine gives them."""

ABSENT = object()
"""What `value_at` gives for what is not there; null may be there."""

COMMENT = "#"
"""What a line of a list begins with that is none of its IDs."""

_GATEWAY_FIELDS = {
    "timestamp": ("timestamp",),
    "method": ("method",),
    "path": ("path",),
    "route": ("route",),
    "requested_model": ("model",),
    "resolved_price": ("price",),
    "pricing_source": ("source",),
}
_RESOLVED = "openai_price_resolved"
"""The one message of the gateway that names a model."""

_GATEWAY_MESSAGES = frozenset(
    {
        "request",
        _RESOLVED,
        "payment_settled",
        "settlement_skipped",
        "payment_failed",
        "upstream_error",
        "internal_error",
        "rate_limited",
        "route_not_found",
    },
)
_COLUMN_NAMES = {"timestamp": ("time", "date", "day"), "requested_model": ("model",), "requests": ("count",)}
"""What else a CSV's header may call a field that the policy does not name."""

_HEADINGS = frozenset({"model", "requested_model", "model_id"})
"""What a person writes above a list of model IDs."""

_NOT_LINES = "{label}: is not JSON lines; write one object a line, as `jq -c '.[]'` does from a list and `jq -c .` else"
_COUNT_HEADERS = frozenset({"count", "requests"})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SHOWN_NAMES, _SHOWN_LENGTH = 8, 40


class Kind(Enum):
    """A kind of log; the value is what people read."""

    RECORDS = "playbook records, JSON lines"
    GATEWAY = "gateway log"
    CSV = "playbook records, CSV"
    PARQUET = "playbook records, Parquet"
    MODELS = "list of model IDs"
    COUNTS = "model IDs with counts"
    EMPTY = "empty"


class Format(NamedTuple):
    """A recognised log: its kind, and the way to each of `FIELDS` that it has.

    A way is the keys to step through, one for all but nested names; JSON lines have one for every field, as a field may
    come up late in a log. `header` are the columns of a CSV in order (for lists empty if there is no header line),
    `delimiter` what stands between them, `skip` how many empty lines come before the first. `seen` are the fields that
    the first lines have, `debug` is whether the gateway's own lines tell of models. `iso_times` and `numeric_times`
    are what to read timestamps as; where the first lines tell, one of the two.
    """

    kind: Kind
    ways: Mapping[str, tuple[str, ...]] = {}
    header: tuple[str, ...] = ()
    delimiter: str = ","
    skip: int = 0
    seen: AbstractSet[str] = frozenset()
    debug: bool = False
    iso_times: bool = True
    numeric_times: bool = True


def recognise(head: Sequence[bytes], names: Mapping[str, str], label: str) -> Format:
    """Tell what the lines of `head`, of which none is empty, begin.

    `names` maps a field to its name in the log, as the policy's `[traffic.fields]` does; `label` names the file.

    Raises:
        InputError: the lines are of no known kind, or have no known field.
    """
    if not head:
        return Format(Kind.EMPTY)
    texts = [line.decode("utf-8", "replace").strip().removeprefix("\ufeff") for line in head]
    if texts[0] == "[" or texts[0].startswith("[{"):
        raise InputError(_NOT_LINES.format(label=label))
    objects = [value for text in texts if (value := _json_object(text)) is not None]
    if objects:
        return _json_format(objects, names, label)
    if head[0].startswith(_UTF_16) or head[0][1:2] == b"\0":
        raise InputError(f"{label}: looks like UTF-16; write it as UTF-8, as `iconv -f UTF-16 -t UTF-8` does")
    if texts[0].startswith("{"):
        raise InputError(_NOT_LINES.format(label=label))
    _refuse_prefixed(texts, label)
    return _csv_format(texts, names, label) or _list_format(texts, names, label)


def recognise_columns(columns: Mapping[tuple[str, ...], str], names: Mapping[str, str], label: str) -> Format:
    """Tell the ways to the fields of a Parquet file; `columns` are the ways to all of its columns and their types.

    Raises:
        InputError: none of them is a known field, or a model or route is no text.
    """
    ways = {field: way for field in FIELDS if (way := _column_way(field, names, columns))}
    _require(ways.keys(), sorted(".".join(way) for way in columns), names, label)
    for field in MARKED & ways.keys():
        if columns[ways[field]] != TEXT:
            raise InputError(
                f"{label}: column {'.'.join(ways[field])!r} is no text, as a {COLUMNS.get(field, field)} must be"
            )
    return Format(Kind.PARQUET, ways, seen=ways.keys())


def _column_way(field: str, names: Mapping[str, str], columns: Mapping[tuple[str, ...], str]) -> tuple[str, ...] | None:
    name = names.get(field) if field in _ONLY_IF_NAMED else names.get(field, field)
    if name is None:
        return None
    return next((way for way in ((name,), tuple(name.split("."))) if way in columns), None)


def _refuse_prefixed(texts: Sequence[str], label: str) -> None:
    """Refuse JSON lines behind what a collector of logs puts before them."""
    prefixed = sum(_json_object(text[text.find("{") :]) is not None for text in texts if "{" in text)
    if 2 * prefixed > len(texts):
        raise InputError(
            f"{label}: has something before the JSON object of each line; `journalctl -o cat` and "
            "`docker compose logs --no-log-prefix` leave it out",
        )


def _json_object(text: str) -> dict[str, object] | None:
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _json_format(objects: Sequence[dict[str, object]], names: Mapping[str, str], label: str) -> Format:
    ways = {
        field: _way(names.get(field, field), objects)
        for field in FIELDS
        if field in names or field not in _ONLY_IF_NAMED
    }
    if _is_gateway(objects, ways["requested_model"]):
        debug = any(value.get("msg") == _RESOLVED for value in objects)
        return Format(Kind.GATEWAY, _GATEWAY_FIELDS, seen=_GATEWAY_FIELDS.keys(), debug=debug, numeric_times=False)
    found = {field for field, way in ways.items() if any(_holds(value, way) for value in objects)}
    _require(found, sorted({key for value in objects for key in value}), names, label)
    taken = {way[0].lower() for field, way in ways.items() if field in found or field in names}
    # A field of the playbook that no line has so far may have the name of an object that holds others.
    kept = {
        field: way for field, way in ways.items() if field in found or field in names or way[0].lower() not in taken
    }
    numeric = _is_number(objects, ways["timestamp"])
    return Format(Kind.RECORDS, kept, seen=found, iso_times=not numeric, numeric_times=numeric)


def _is_number(objects: Sequence[dict[str, object]], way: tuple[str, ...]) -> bool:
    """Say whether the first value that a field has is a number, or the text of one."""
    values = (value_at(one, way) for one in objects)
    first = next((value for value in values if value is not None and value is not ABSENT), None)
    return first is not None and str(first).replace(".", "", 1).isdecimal()


def _is_gateway(objects: Sequence[dict[str, object]], model: tuple[str, ...]) -> bool:
    """Tell the gateway's own lines from records that were logged in a like way: those have a model in any message."""
    own = [value for value in objects if str(value.get("msg")) in _GATEWAY_MESSAGES and "level" in value]
    return bool(own) and not any(_holds(value, model) for value in objects if value.get("msg") != _RESOLVED)


def _way(name: str, objects: Sequence[dict[str, object]]) -> tuple[str, ...]:
    """Give the way to a field: by its whole name, dots and all, where a line has that, else stepping into objects."""
    return (name,) if any(name in value for value in objects) else tuple(name.split("."))


def value_at(value: object, way: tuple[str, ...]) -> object:
    """Give what stands at the end of a way into an object, `ABSENT` where it leads nowhere."""
    for step in way:
        if not isinstance(value, dict) or step not in value:
            return ABSENT
        value = value[step]
    return value


def _holds(value: object, way: tuple[str, ...]) -> bool:
    return value_at(value, way) is not ABSENT


def _tells(found: AbstractSet[str]) -> bool:
    """Say whether fields tell of a model or a route; a path is one only with its method."""
    return not found.isdisjoint({"requested_model", "route"}) or {"method", "path"} <= found


def _require(found: Iterable[str], keys: Sequence[str], names: Mapping[str, str], label: str) -> None:
    if _tells({*found}):
        return
    shown = ", ".join(key[:_SHOWN_LENGTH] for key in keys[:_SHOWN_NAMES]) + (", …" if len(keys) > _SHOWN_NAMES else "")
    model = names.get("requested_model", "requested_model")
    route = names.get("route", "route")
    raise InputError(
        f"{label}: has neither {model!r} nor {route!r} (it has: {shown}); name its fields in [traffic.fields] of the "
        "policy",
    )


def _csv_format(texts: Sequence[str], names: Mapping[str, str], label: str) -> Format | None:
    delimiter = max(",;\t", key=texts[0].count)
    if delimiter not in texts[0]:
        return None
    header = tuple(_cells(texts[0], delimiter))
    ways = {field: (name,) for field in FIELDS if (name := _column_name(field, names, header)) is not None}
    lowered = [name.strip().lower() for name in header]
    if len(header) == 2 and lowered[1] in _COUNT_HEADERS and "route" not in ways:  # noqa: PLR2004 - model and count
        return Format(Kind.COUNTS, header=header, delimiter=delimiter)
    if _tells(ways.keys()):
        return Format(Kind.CSV, ways, header, delimiter, seen=ways.keys())
    counts = [cells for text in texts if len(cells := _cells(text, delimiter)) == 2]  # noqa: PLR2004
    if 2 * sum(cells[1].strip().isdecimal() for cells in counts) > len(texts):
        return Format(Kind.COUNTS, delimiter=delimiter)
    _require(ways.keys(), header, names, label)
    return None


def _column_name(field: str, names: Mapping[str, str], header: Sequence[str]) -> str | None:
    possible = (names[field],) if field in names else (field, *_COLUMN_NAMES.get(field, ()))
    return next((name for name in possible if name in header), None)


def _cells(text: str, delimiter: str) -> list[str]:
    import csv

    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def _could_be_id(text: str) -> bool:
    return len(text.split()) == 1 and text.isprintable() and text[0] not in "<[{}]>"


def _list_format(texts: Sequence[str], names: Mapping[str, str], label: str) -> Format:
    """Take lines without blanks for model IDs; a log of another kind has blanks in most of its lines."""
    ids = [text for text in texts if not text.startswith(COMMENT)]
    if 2 * sum(map(_could_be_id, ids)) > len(ids):
        heading = ids[0].strip('"')
        is_heading = heading.lower() in _HEADINGS or heading == names.get("requested_model")
        return Format(Kind.MODELS, header=(ids[0],) if is_heading else ())
    raise InputError(
        f"{label}: is no log that pricecheck reads: records as JSON lines, CSV or Parquet, the gateway's own log, or "
        "a list of model IDs",
    )
