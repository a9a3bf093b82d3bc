"""The view `lines` of `sql`, written for DuckDB: what is read from where, and under which name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.traffic.kinds import COLUMNS, FIELDS, MARKED, Kind
from pricecheck.traffic.nesting import column_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pricecheck.traffic.engine import Log

OBJECT_SIZES = (4 << 20, 64 << 20)
"""Bytes of the longest line, tried in turn: small buffers stay in the processor's cache and are a fifth faster."""

_NOTHING = "CAST(NULL AS VARCHAR)"


def view(logs: Sequence[Log], object_size: int) -> str:
    """Give the view over logs of any kinds; those that are read alike are read together, in parallel.

    Raises:
        InputError: two fields are mapped to names that can't both be.
    """
    together: list[tuple[Log, list[str]]] = []
    for log in logs:
        paths = next((paths for one, paths in together if _alike(one, log)), None)
        if paths is None:
            together.append((log, [log.file.path]))
        else:
            paths.append(log.file.path)
    return "\nUNION ALL\n".join(_select(log, paths, object_size) for log, paths in together)


def _alike(one: Log, other: Log) -> bool:
    return one.format == other.format and one.file.packing == other.file.packing


def _select(log: Log, paths: Sequence[str], object_size: int) -> str:
    files = "[" + ", ".join(map(text, paths)) + "]"
    kind = log.format.kind
    if kind is Kind.PARQUET:
        values = {field: f"CAST({_step(way)} AS VARCHAR)" for field, way in log.format.ways.items()}
        return _lines({**_plain(values), "message": "''"}, f"read_parquet({files})")
    if kind is Kind.CSV:
        return _csv(log, files)
    return _json(log, files, object_size)


def _lines(values: Mapping[str, str], source: str, *, gateway: bool = False) -> str:
    columns = [f"{values.get(field, _NOTHING)} AS {COLUMNS.get(field, field)}" for field in (*FIELDS, "message")]
    return f"SELECT {', '.join(columns)}, {str(gateway).lower()} AS gateway FROM {source}"  # noqa: S608 - all quoted


def _plain(values: Mapping[str, str]) -> dict[str, str]:
    return {field: f"'!' || {value}" if field in MARKED else value for field, value in values.items()}


def _csv(log: Log, files: str) -> str:
    """Read rows; the header's names are not used as names, as they may be anything, even twice the same."""
    header = log.format.header
    values = {field: f"c{header.index(way[0])}" for field, way in log.format.ways.items()}
    source = _csv_source(log, files, "store_rejects = true, rejects_limit = 0")
    return _lines({**_plain(values), "message": "''"}, source)


def _csv_source(log: Log, files: str, errors: str) -> str:
    columns = ", ".join(f"c{number}: 'VARCHAR'" for number in range(len(log.format.header)))
    return (
        f"read_csv({files}, header = true, auto_detect = false, columns = {{{columns}}}, delim ="
        f" {text(log.format.delimiter)}, quote = '\"', escape = '\"', compression = '{log.file.packing}', {errors})"
    )


def line_breaks(log: Log) -> str:
    """Give the query that counts the line breaks within the quotes of a CSV: lines that are no rows of their own."""
    columns = [f"c{number}" for number in range(len(log.format.header))]
    breaks = " + ".join(f"coalesce(length({one}) - length(replace({one}, chr(10), '')), 0)" for one in columns)
    source = _csv_source(log, f"[{text(log.file.path)}]", "ignore_errors = true")
    return f"SELECT coalesce(sum({breaks}), 0) FROM {source}"  # noqa: S608 - all quoted


def _json(log: Log, files: str, object_size: int) -> str:
    """Read objects; a column of type JSON is the value as it stands in the line, so that its type can be told."""
    gateway = log.format.kind is Kind.GATEWAY
    ways = {**log.format.ways, "message": ("msg",)} if gateway else log.format.ways
    raw = {way for field, way in ways.items() if field in MARKED}
    values = {
        field: f"CAST({_step(way)} AS VARCHAR)" if field in MARKED or way not in raw else f"{_step(way)} ->> '$'"
        for field, way in ways.items()
    }
    types = column_types({way: "JSON" if way in raw else "VARCHAR" for way in ways.values()}, _struct)
    columns = ", ".join(f"{text(name)}: {text(declared)}" for name, declared in types.items())
    source = (
        f"read_json({files}, format = 'newline_delimited', records = 'true', ignore_errors = true,"
        f" maximum_object_size = {object_size}, columns = {{{columns}}}, compression = '{log.file.packing}')"
    )
    return _lines(values, source, gateway=gateway)


def _struct(fields: Mapping[str, str]) -> str:
    return "STRUCT(" + ", ".join(f"{_quoted(name)} {declared}" for name, declared in fields.items()) + ")"


def _step(way: Iterable[str]) -> str:
    return ".".join(map(_quoted, way))


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def text(value: str) -> str:
    """Give a text as a literal of DuckDB's SQL."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def column_names(schema: Sequence[tuple[str, int]]) -> set[str]:
    """Give the names of all columns of a Parquet schema, nested ones as `outer.inner`.

    `schema` has name and number of children, depth first, the root first, as Parquet itself does.
    """
    names: set[str] = set()
    position = 1

    def walk(prefix: str, children: int) -> None:
        nonlocal position
        for _ in range(children):
            name, inner = schema[position]
            position += 1
            names.add(prefix + name)
            walk(f"{prefix}{name}.", inner)

    if schema:
        walk("", schema[0][1])
    return names
