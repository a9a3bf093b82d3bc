"""The SQL that counts a sample: one text, run as it stands by DuckDB and by Spark.

Each engine gives a view `lines`, one row for each line that is not empty, whose columns are all text but the last:

- `route`, `model`: null, or a mark and the value. The mark `!` stands before plain text; a value that begins
  with a double quote is a JSON string as it stood in the line, decoded only once for each group (this is what makes
  reading as fast as a bare query); any other first character is a value of a wrong type, and all of those come after
  `!` and `"` in the order of characters.
- `source`, `price`, `timestamp`, `method`, `path`, `message`: null or the text; `message` is `''` where a row can't be
  broken (CSV, Parquet), so that a row of nulls is a line that is no record.
- `gateway`: whether the line is from a gateway's own log.

and two functions: `milliseconds(text)`, the moment that an ISO 8601 text names, in UTC where it names no zone, and null
for any other; and `decoded(marked text)`. Money is DECIMAL: sums of DOUBLE differ from run to run.
No text from a log or from a user becomes part of a statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.policy.model import route_key
from pricecheck.prices.usage import LONGEST_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_GROUPS = 100_000
"""Rows of a sample at most: what a report can hold, and far above any ordinary log."""

REQUEST, RESOLUTION, OTHER, FILTERED, BAD = "request", "resolution", "other", "filtered", "bad"

_LAST_MILLISECOND = 253_402_300_799_999  # 9999-12-31, the last that Python can say

_NOTHING = " AND ".join(f"{name} IS NULL" for name in ("route", "model", "source", "price", "timestamp", "message"))
_ROUTE_OF_PATH = "CASE WHEN route IS NULL THEN '!' || upper(method) || ' ' || split_part(path, '?', 1) ELSE route END"
_NUMBER = "try_cast(timestamp AS DECIMAL(20, 3))"
_MILLISECONDS = f"""CASE
          WHEN timestamp LIKE '____-%' THEN milliseconds(timestamp)
          WHEN {_NUMBER} < 100000000000 THEN CAST({_NUMBER} * 1000 AS BIGINT)
          ELSE CAST(floor({_NUMBER}) AS BIGINT)
        END"""
"""ISO 8601, or a number of seconds or milliseconds.

There is no `coalesce` on the way of every line: DuckDB then tries a number for each text that is none, which takes more
time than all the rest of a scan.
"""


class Window(NamedTuple):
    """The part of a log that is asked for: milliseconds since 1970 (`until` exclusive) and a route key."""

    since: int | None = None
    until: int | None = None
    route: str | None = None

    def holds(self) -> str:
        """Give the condition on `moment` and `route` as SQL, empty where everything is asked for."""
        conditions = []
        if self.since is not None:
            conditions.append(f"moment >= {self.since}")
        if self.until is not None:
            conditions.append(f"moment < {self.until}")
        if self.route is not None:
            from hashlib import md5

            # Compared as hashes: a route can't break out of a statement, and no literal is read alike by both engines.
            hashes = sorted({md5(text.encode()).hexdigest() for text in (self.route, route_key(self.route))})  # noqa: S324
            conditions.append("md5(decoded(route)) IN (" + ", ".join(f"'{one}'" for one in hashes) + ")")
        return " AND ".join(conditions)


def classified(
    window: Window, grain: int, extra: Sequence[str] = (), table: str = "lines", *, paths: bool = True
) -> str:
    """Give the query that says of each line what it is; `grain` is the length of a bucket of time in milliseconds.

    `extra` are columns of `table` that go through. `paths` says whether any log has method and path, of which a route
    can be made; looking costs time.
    """
    asked = window.holds()
    also = "".join(f"{name}, " for name in extra)
    outside = f"\n      WHEN NOT coalesce({asked}, false) THEN '{FILTERED}'" if asked else ""
    return f"""
  SELECT
    {also}route, model, source, price, moment, moment - moment % {grain} AS bucket,
    CASE
      WHEN {_NOTHING} THEN '{BAD}'
      WHEN route >= '#' OR model >= '#' THEN '{BAD}'
      WHEN route IS NULL AND model IS NULL THEN '{OTHER}'
      WHEN gateway AND coalesce(message, '') NOT IN ('request', 'openai_price_resolved') THEN '{OTHER}'{outside}
      WHEN gateway AND message = 'openai_price_resolved' THEN '{RESOLUTION}'
      ELSE '{REQUEST}'
    END AS what
  FROM (
    SELECT *, CASE WHEN millis BETWEEN 0 AND {_LAST_MILLISECOND} THEN millis END AS moment
    FROM (
      SELECT
        {_ROUTE_OF_PATH if paths else "route"} AS route,
        {also}model, source, price, timestamp, message, gateway,
        {_MILLISECONDS} AS millis
      FROM {table}
    ) AS dated
  ) AS placed"""  # noqa: S608 - see the module's docstring


def scan(window: Window, grain: int, *, paths: bool = True) -> str:
    """Give the one query that reads the logs: lines that agree in everything, counted, as the table `groups`."""
    source = classified(window, grain, paths=paths)
    if window.holds():  # a line that is left out must not make a group of its own
        kept = [f"CASE WHEN what <> '{FILTERED}' THEN {name} END AS {name}" for name in _KEYS]
        source = f"SELECT {', '.join(kept)}, what, moment FROM ({source}) AS marked"  # noqa: S608
    keys = ", ".join(_KEYS)
    return f"""SELECT {keys}, what, count(*) AS lines, min(moment) AS earliest, max(moment) AS latest
FROM ({source}
) AS seen
GROUP BY {keys}, what"""  # noqa: S608


_KEYS = ("route", "model", "source", "price", "bucket")

TOTALS = "SELECT what, CAST(sum(lines) AS BIGINT), min(earliest), max(latest) FROM groups GROUP BY what"

ANY_BAD = f"SELECT 1 FROM groups WHERE what = '{BAD}' LIMIT 1"  # noqa: S608


def _name(column: str) -> str:
    return (
        f"CASE WHEN length({column}) > {LONGEST_ID} THEN concat(left({column}, 100), '…[', length({column}),"
        f" ' characters, md5 ', md5({column}), ']') ELSE {column} END AS {column}"
    )


_DECODED = f"""
    SELECT
      {_name("route")}, {_name("model")}, replace(lower(source), '_', '-') AS source,
      try_cast(replace(trim(price), '$', '') AS DECIMAL(38, 18)) AS price, what, bucket, requests
    FROM (
      SELECT
        decoded(route) AS route, decoded(model) AS model, source, price, what, bucket, requests
      FROM (
        SELECT route, model, source, price, what, {{bucket}} AS bucket, sum(lines) AS requests
        FROM groups
        WHERE {{condition}}
        GROUP BY route, model, source, price, what, {{bucket}}
      ) AS summed
    ) AS plain"""  # noqa: S608

_USED = f"what IN ('{REQUEST}', '{RESOLUTION}')"


def _usage() -> str:
    return f"""
  SELECT route, model, source, price, what, CAST(sum(requests) AS BIGINT) AS requests
  FROM ({_DECODED.format(bucket="CAST(NULL AS BIGINT)", condition=_USED)}
  ) AS named
  GROUP BY route, model, source, price, what"""  # noqa: S608


def rows(limit: int = MOST_GROUPS) -> str:
    """Give the query for the rows of a sample, the most requests first."""
    return f"""SELECT * FROM ({_usage()}
) AS grouped
ORDER BY requests DESC, route NULLS FIRST, model NULLS FIRST, source NULLS FIRST, price NULLS FIRST, what
LIMIT {limit}"""  # noqa: S608


def groups() -> str:
    """Give the query that counts the rows there would be without a limit."""
    return f"SELECT count(*) FROM ({_usage()}\n) AS grouped"  # noqa: S608


def timed(width: int) -> str:
    """Give the query for the rows over time, in buckets of `width` milliseconds (a multiple of the grain)."""
    decoded = _DECODED.format(bucket=f"bucket - bucket % {width}", condition=f"{_USED} AND bucket IS NOT NULL")
    return f"""SELECT bucket, route, model, source, what, CAST(sum(requests) AS BIGINT) AS requests
FROM ({decoded}
) AS named
GROUP BY bucket, route, model, source, what
ORDER BY bucket, requests DESC, route NULLS FIRST, model NULLS FIRST, source NULLS FIRST, what"""  # noqa: S608
