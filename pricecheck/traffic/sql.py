"""The SQL that counts a sample: one text, run as it stands by DuckDB and by Spark.

Each engine gives a view `lines`, one row for each line that is not empty, whose columns are all text but the last:

- `route`, `model`: null, or a mark and the value. The mark `!` stands before plain text; a value that begins
  with a double quote is a JSON string as it stood in the line, decoded only once for each group (this is what makes
  reading as fast as a bare query); any other first character is a value of a wrong type, and all of those come after
  `!` and `"` in the order of characters.
- `source`, `price`, `timestamp`, `method`, `path`, `message`: null or the text; `message` is `''` where a row can't be
  broken (CSV, Parquet), so that a row of nulls is a line that is no record.
- `weight`: how many requests the line stands for, as a text; `'1'` where the log does not say, `''` where it should.
- `gateway`: whether the line is from a gateway's own log.

and two functions: `milliseconds(text)`, the moment that an ISO 8601 text names, in UTC where it names no zone, and null
for any other; and `decoded(marked text)`. Money is DECIMAL: sums of DOUBLE differ from run to run.
No text from a log or from a user becomes part of a statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.prices.usage import LONGEST_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUEST, RESOLUTION, OTHER, FILTERED, BAD = "request", "resolution", "other", "filtered", "bad"

_LAST_MILLISECOND = 253_402_300_799_999  # 9999-12-31, the last that Python can say

_NOTHING = " AND ".join(f"{name} IS NULL" for name in ("route", "model", "source", "price", "timestamp", "message"))
_ROUTE_OF_PATH = "CASE WHEN route IS NULL THEN '!' || upper(method) || ' ' || split_part(path, '?', 1) ELSE route END"
_NUMBER = "try_cast(timestamp AS DECIMAL(20, 3))"
_MILLISECONDS = f"""CASE
          WHEN timestamp LIKE '____-%' THEN milliseconds(timestamp)
          WHEN {_NUMBER} < 100000000000 THEN try_cast({_NUMBER} * 1000 AS BIGINT)
          ELSE try_cast(floor({_NUMBER}) AS BIGINT)
        END"""
"""ISO 8601, or a number of seconds or milliseconds.

There is no `coalesce` on the way of every line: DuckDB then tries a number for each text that is none, which takes more
time than all the rest of a scan.
"""

_COUNTS = "weight <> '' AND translate(weight, '0123456789', '') = '' AND try_cast(weight AS BIGINT) IS NOT NULL"

_DOLLARS = """try_cast(
        CASE WHEN instr(price, '_') > 0 THEN NULL
          WHEN left(trim(price), 1) = '$' THEN substr(trim(price), 2) ELSE trim(price) END AS DECIMAL(38, 18))"""


class Window(NamedTuple):
    """The part of a log that is asked for: milliseconds since 1970, `until` exclusive."""

    since: int | None = None
    until: int | None = None

    def holds(self) -> str:
        """Give the condition on `moment` as SQL, empty where everything is asked for."""
        conditions = []
        if self.since is not None:
            conditions.append(f"moment >= {self.since}")
        if self.until is not None:
            conditions.append(f"moment < {self.until}")
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
    {also}route, model, source, price, timestamp, weight, moment, moment - moment % {grain} AS bucket,
    CASE
      WHEN {_NOTHING} THEN '{BAD}'
      WHEN weight <> '1' AND NOT coalesce({_COUNTS}, false) THEN '{BAD}'
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
        {also}model, source, price, timestamp, message, weight, gateway,
        {_MILLISECONDS} AS millis
      FROM {table}
    ) AS dated
  ) AS placed"""  # noqa: S608 - see the module's docstring


def scan(window: Window, grain: int, *, paths: bool = True, weighted: bool = False) -> str:
    """Give the one query that reads the logs: lines that agree in everything, counted, as the table `groups`.

    `weighted` says whether a line of any log may stand for more than one request.
    """
    source = classified(window, grain, paths=paths)
    if window.holds():  # a line that is left out must not make a group of its own
        kept = [f"CASE WHEN what <> '{FILTERED}' THEN {name} END AS {name}" for name in _KEYS]
        source = f"SELECT {', '.join(kept)}, what, timestamp, weight, moment FROM ({source}) AS marked"  # noqa: S608
    keys = ", ".join(_KEYS)
    requests = f"sum(CASE WHEN what = '{BAD}' THEN 0 ELSE try_cast(weight AS BIGINT) END)" if weighted else "count(*)"
    return f"""SELECT {keys}, what, count(*) AS lines, CAST({requests} AS BIGINT) AS requests,
  count(timestamp) - count(moment) AS undated, min(moment) AS earliest, max(moment) AS latest
FROM ({source}
) AS seen
GROUP BY {keys}, what"""  # noqa: S608


_KEYS = ("route", "model", "source", "price", "bucket")

TOTALS = """SELECT what, CAST(sum(lines) AS BIGINT), CAST(sum(requests) AS BIGINT), CAST(sum(undated) AS BIGINT),
  min(earliest), max(latest) FROM groups GROUP BY what"""

ANY_BAD = f"SELECT 1 FROM groups WHERE what = '{BAD}' LIMIT 1"  # noqa: S608


def _name(column: str) -> str:
    return (
        f"CASE WHEN length({column}) > {LONGEST_ID} THEN concat(left({column}, 100), '…[', length({column}),"
        f" ' characters, md5 ', md5({column}), ']') ELSE {column} END AS {column}"
    )


_DECODED = f"""
    SELECT
      {_name("route")}, {_name("model")}, replace(lower(source), '_', '-') AS source,
      {_DOLLARS} AS price, what, bucket, requests
    FROM (
      SELECT
        decoded(route) AS route, decoded(model) AS model, source, price, what, bucket, requests
      FROM (
        SELECT route, model, source, price, what, {{bucket}} AS bucket, sum(requests) AS requests
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


ROWS = f"""SELECT * FROM ({_usage()}
) AS grouped
ORDER BY requests DESC, route NULLS FIRST, model NULLS FIRST, source NULLS FIRST, price NULLS FIRST, what"""  # noqa: S608
"""The rows of a sample, the most requests first."""

UNPRICED = f"""SELECT CAST(coalesce(sum(requests), 0) AS BIGINT) FROM groups
WHERE {_USED} AND price IS NOT NULL AND ({_DOLLARS}) IS NULL"""  # noqa: S608
"""How many requests have a price that can't be read."""

SPANS = f"""SELECT {_name("route")}, min(earliest), max(latest)
FROM (SELECT decoded(route) AS route, earliest, latest FROM groups WHERE {_USED}) AS plain
GROUP BY 1"""  # noqa: S608
"""The first and last time of each route."""


def timed(width: int) -> str:
    """Give the query for the rows over time, in buckets of `width` milliseconds (a multiple of the grain)."""
    decoded = _DECODED.format(bucket=f"bucket - bucket % {width}", condition=f"{_USED} AND bucket IS NOT NULL")
    return f"""SELECT bucket, route, model, source, what, CAST(sum(requests) AS BIGINT) AS requests
FROM ({decoded}
) AS named
GROUP BY bucket, route, model, source, what
ORDER BY bucket, requests DESC, route NULLS FIRST, model NULLS FIRST, source NULLS FIRST, what"""  # noqa: S608
