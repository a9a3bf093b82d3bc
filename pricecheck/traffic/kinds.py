"""What kind of log a file is, told by its first lines, and where in it the fields are (docs/traffic.md)."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FIELDS = ("timestamp", "method", "path", "route", "requested_model", "resolved_price", "pricing_source")
"""The fields of a record that are read, as the operating playbook names them."""

COLUMNS = {"requested_model": "model", "pricing_source": "source", "resolved_price": "price"}
"""What the shared SQL calls a field, where it does not use the playbook's name."""

MARKED = frozenset({"route", "requested_model"})
"""The fields that reach the shared SQL with a mark of their type before them; see `sql`."""

_GATEWAY_FIELDS = {
    "timestamp": ("timestamp",),
    "method": ("method",),
    "path": ("path",),
    "route": ("route",),
    "requested_model": ("model",),
    "resolved_price": ("price",),
    "pricing_source": ("source",),
}
_GATEWAY_MESSAGES = frozenset(
    {
        "request",
        "openai_price_resolved",
        "payment_settled",
        "settlement_skipped",
        "payment_failed",
        "upstream_error",
        "internal_error",
        "rate_limited",
        "route_not_found",
    },
)
_NOT_LINES = "{label}: is not JSON lines; write one object a line, as `jq -c '.[]'` does from a list and `jq -c .` else"
_TELLING = ("requested_model", "route", "path")
_COUNT_HEADERS = frozenset({"count", "requests"})
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

    A way is the keys to step through, one for all but nested names. `header` are the columns of a CSV in order (for
    `COUNTS` empty if it has no header line), `delimiter` what stands between them.
    """

    kind: Kind
    ways: Mapping[str, tuple[str, ...]] = {}
    header: tuple[str, ...] = ()
    delimiter: str = ","


def recognise(head: Sequence[bytes], names: Mapping[str, str], label: str) -> Format:
    """Tell what the lines of `head` begin.

    `names` maps a field to its name in the log, as the policy's `[traffic.fields]` does; `label` names the file.

    Raises:
        InputError: the lines are of no known kind, or have no known field.
    """
    texts = [text for line in head if (text := line.decode("utf-8", "replace").strip().removeprefix("\ufeff"))]
    if not texts:
        return Format(Kind.EMPTY)
    if texts[0] == "[" or texts[0].startswith("[{"):
        raise InputError(_NOT_LINES.format(label=label))
    objects = [value for text in texts if (value := _json_object(text)) is not None]
    if objects:
        return _json_format(objects, names, label)
    if texts[0].startswith("{"):
        raise InputError(_NOT_LINES.format(label=label))
    return _csv_format(texts, names, label) or _list_format(texts, label)


def recognise_columns(columns: Iterable[str], names: Mapping[str, str], label: str) -> Format:
    """Tell the ways to the fields of a Parquet file with these columns, nested ones joined by dots.

    Raises:
        InputError: none of them is a known field.
    """
    known = set(columns)
    ways = {field: way for field in FIELDS if (way := _column_way(names.get(field, field), known))}
    _require(ways, sorted(known), names, label)
    return Format(Kind.PARQUET, ways)


def _json_object(text: str) -> dict[str, object] | None:
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _json_format(objects: Sequence[dict[str, object]], names: Mapping[str, str], label: str) -> Format:
    ways = {field: way for field in FIELDS if (way := _way(names.get(field, field), objects))}
    # A gateway's own line can have a route like a record's, but never the model under the record's name.
    from_gateway = sum(value.get("msg") in _GATEWAY_MESSAGES and "level" in value for value in objects)
    if from_gateway and "requested_model" not in ways:
        return Format(Kind.GATEWAY, _GATEWAY_FIELDS)
    keys = sorted({key for value in objects for key in value})
    _require(ways, keys, names, label)
    return Format(Kind.RECORDS, ways)


def _way(name: str, objects: Sequence[dict[str, object]]) -> tuple[str, ...] | None:
    """Find a field: under its whole name, dots and all, else stepping into objects; None where no line has it."""
    if any(name in value for value in objects):
        return (name,)
    steps = tuple(name.split("."))
    if len(steps) > 1 and any(_holds(value, steps) for value in objects):
        return steps
    return None


def _holds(value: object, steps: tuple[str, ...]) -> bool:
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return True


def _column_way(name: str, columns: set[str]) -> tuple[str, ...] | None:
    """Find a column of Parquet or CSV; nested columns come as `outer.inner`."""
    return tuple(name.split(".")) if name in columns else None


def _require(ways: Mapping[str, object], keys: Sequence[str], names: Mapping[str, str], label: str) -> None:
    if any(field in ways for field in _TELLING):
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
    ways = {field: (name,) for field in FIELDS if (name := names.get(field, field)) in header}
    if any(field in ways for field in _TELLING):
        return Format(Kind.CSV, ways, header, delimiter)
    counts = [cells for text in texts if len(cells := _cells(text, delimiter)) == 2]  # noqa: PLR2004 - model and count
    if len(header) == 2 and header[1].strip().lower() in _COUNT_HEADERS:  # noqa: PLR2004
        return Format(Kind.COUNTS, header=header, delimiter=delimiter)
    if 2 * sum(cells[1].strip().isdecimal() for cells in counts) > len(texts):
        return Format(Kind.COUNTS, delimiter=delimiter)
    _require(ways, header, names, label)
    return None


def _cells(text: str, delimiter: str) -> list[str]:
    import csv

    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def _list_format(texts: Sequence[str], label: str) -> Format:
    """Take lines without blanks for model IDs; a log of another kind has blanks in most of its lines."""
    if 2 * sum(len(text.split()) == 1 and text.isprintable() for text in texts) > len(texts):
        return Format(Kind.MODELS)
    raise InputError(
        f"{label}: is no log that pricecheck reads: records as JSON lines, CSV or Parquet, the gateway's own log, or "
        "a list of model IDs",
    )
