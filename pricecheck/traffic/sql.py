"""The SQL that counts a sample: one text, run as it stands by DuckDB and by Spark.

Each engine gives a view `lines`, one row for each line that is not empty, whose columns are all text but the last:

- `route`, `model`: null, or a mark and the value. The mark `!` stands before plain text; a value that begins
  with a double quote is a JSON string as it stood in the line, decoded only once for each group; any other first
  character is a value of a wrong type, and all of those come after `!` and `"` in the order of characters.
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
    from collections.abc import Mapping, Sequence

REQUEST, RESOLUTION, OTHER, FILTERED, BAD = "request", "resolution", "other", "filtered", "bad"

_LAST_MILLISECOND = 253_402_300_799_999  # 9999-12-31, the last that Python can say
_EARLIER = 10**15
"""Added to a moment while it is rounded down, so that one before 1970 is rounded down too."""

_UNDATED = -1
"""The bucket of lines with a timestamp that can't be read; null is that of lines without any."""

_NOTHING = " AND ".join(f"{name} IS NULL" for name in ("route", "model", "source", "price", "message"))
_OF_PATH = "CASE WHEN route IS NULL THEN '!' || upper(method) || ' ' || split_part(path, '?', 1) END"
_ISO = "milliseconds(timestamp)"
_NUMBER = f"""CASE
          WHEN try_cast(timestamp AS DECIMAL(20, 3)) < 0 THEN NULL
          WHEN try_cast(timestamp AS DECIMAL(20, 3)) < 100000000000
            THEN CAST(try_cast(timestamp AS DECIMAL(20, 3)) * 1000 AS BIGINT)
          WHEN try_cast(timestamp AS DECIMAL(20, 3)) <= {_LAST_MILLISECOND}
            THEN CAST(floor(try_cast(timestamp AS DECIMAL(20, 3))) AS BIGINT)
        END"""
"""A number of seconds or milliseconds."""

_COUNTS = "length(weight) BETWEEN 1 AND 12 AND translate(weight, '0123456789', '') = ''"
"""A whole number; no longer one, so that millions of lines add up to what 64 bits hold."""

_DOLLARS = """try_cast(
        CASE WHEN instr(price, '_') > 0 THEN NULL
          WHEN left(trim(price), 1) = '$' THEN substr(trim(price), 2) ELSE trim(price) END AS DECIMAL(38, 18))"""


_MESSAGE = """CASE
          WHEN message IN ('request', 'openai_price_resolved') THEN message WHEN message IS NOT NULL THEN '' END"""
"""The messages that tell of requests; all others are one."""

_WHAT = f"""CASE
    WHEN NOT timed AND {_NOTHING} THEN '{BAD}'
    WHEN weight <> '1' AND NOT coalesce({_COUNTS}, false) THEN '{BAD}'
    WHEN route >= '#' OR model >= '#' THEN '{BAD}'
    WHEN route IS NULL AND model IS NULL THEN '{OTHER}'
    WHEN gateway AND coalesce(message, '') NOT IN ('request', 'openai_price_resolved') THEN '{OTHER}'
    WHEN NOT asked THEN '{FILTERED}'
    WHEN gateway AND message = 'openai_price_resolved' THEN '{RESOLUTION}'
    ELSE '{REQUEST}'
  END"""
"""What a line is, or what all lines of a group are."""


class Window(NamedTuple):
    """The part of a log that is asked for: milliseconds since 1970, `until` exclusive."""

    since: int | None = None
    until: int | None = None

    def holds(self) -> str:
        """Give the condition on `moment` as SQL, empty where everything is asked for."""
        if self == Window():
            return ""
        until = _LAST_MILLISECOND + 1 if self.until is None else self.until
        return f"moment >= {max(0, self.since or 0)} AND moment < {until}"


class Shape(NamedTuple):
    """What has to be looked at in `lines`: the less, the faster. What is left out must not be there.

    `paths`: a log has method and path, of which a route can be made (`UNLOOKED` asks whether one had). `weighted`: a
    line of a log may stand for more than one request. `messages`: a log is not JSON records. `iso` and `numbers`: there
    are timestamps of that kind, at least one of the two; `TOTALS` says whether some could not be read.
    """

    paths: bool = True
    weighted: bool = True
    messages: bool = True
    iso: bool = True
    numbers: bool = True


def classified(table: str, extra: Sequence[str] = ()) -> str:
    """Give the query that says of each line of `table` what it is, as `what`; `extra` are columns that go through."""
    columns = ", ".join(("model", "source", "price", "message", "weight", "gateway", *extra))
    return f"""SELECT {", ".join((*extra, _WHAT))} AS what FROM (
  SELECT coalesce(route, {_OF_PATH}) AS route, {columns}, timestamp IS NOT NULL AS timed, true AS asked FROM {table}
) AS placed"""  # noqa: S608


def scan(window: Window, grain: int, shape: Shape) -> str:
    """Give the one query that reads the logs: lines that agree in everything, counted, as the table `groups`.

    `grain` is the length of a bucket of time in milliseconds. A line is only read and counted; what it is, is decided
    once for each group.
    """
    earlier = -(-_EARLIER // grain) * grain
    keys = _keys(window, grain, earlier, shape)
    others = ", ".join(name if name in keys else f"{literal} AS {name}" for name, literal in _LEFT_OUT.items())
    return f"""SELECT route, model, source, price, what, lines, unlooked,
  CASE WHEN what = '{BAD}' THEN 0 ELSE lines * CAST(weight AS BIGINT) END AS requests,
  CASE WHEN dated THEN bucket END AS bucket,
  CASE WHEN timed AND NOT dated THEN lines ELSE 0 END AS undated,
  CASE WHEN dated THEN earliest END AS earliest,
  CASE WHEN dated THEN latest END AS latest
FROM (
  SELECT *, {_WHAT} AS what, coalesce(bucket BETWEEN 0 AND {_LAST_MILLISECOND}, false) AS dated
  FROM (
    SELECT coalesce(route, of_path) AS route, model, source, price, message, weight, gateway, asked,
      bucket - {earlier} AS bucket, bucket IS NOT NULL AS timed, lines, unlooked, earliest, latest
    FROM (
      SELECT route, model, source, price, bucket, {others}, lines, unlooked, earliest, latest
      FROM ({_counted(keys, shape)}
      ) AS counted
    ) AS keyed
  ) AS placed
) AS named"""  # noqa: S608 - see the module's docstring


_LEFT_OUT = {
    "of_path": "CAST(NULL AS STRING)",
    "weight": "'1'",
    "message": "CAST(NULL AS STRING)",
    "gateway": "false",
    "asked": "true",
}
"""What the columns are that a shape does without."""


def _keys(window: Window, grain: int, earlier: int, shape: Shape) -> dict[str, str]:
    """Give what lines have to agree in, name to expression; each one more takes a twentieth of the time of a scan."""
    moment = f"moment + {earlier}"
    keys = {
        "route": "route",
        "model": "model",
        "source": "source",
        "price": "price",
        "bucket": f"coalesce({moment} - ({moment}) % {grain}, CASE WHEN timestamp IS NOT NULL THEN {_UNDATED} END)",
    }
    if shape.paths:
        keys["of_path"] = _OF_PATH
    if shape.weighted:
        keys["weight"] = "weight"
    if shape.messages:
        keys |= {"message": _MESSAGE, "gateway": "gateway"}
    if window.holds():
        keys["asked"] = f"coalesce({window.holds()}, false)"
    return keys


def _counted(keys: Mapping[str, str], shape: Shape) -> str:
    return f"""
        SELECT {", ".join(keys)}, count(*) AS lines, {"0" if shape.paths else "count(method)"} AS unlooked,
          min(moment) AS earliest, max(moment) AS latest
        FROM (
          SELECT {", ".join(f"{expression} AS {name}" for name, expression in keys.items())}, moment, method
          FROM ({_dated(shape)}) AS dated
        ) AS line
        GROUP BY {", ".join(keys)}"""  # noqa: S608


def _dated(shape: Shape) -> str:
    if shape.iso and shape.numbers:
        return f"""
            SELECT *, CASE WHEN tried IS NULL AND timestamp IS NOT NULL THEN {_NUMBER} ELSE tried END AS moment
            FROM (SELECT *, {_ISO} AS tried FROM lines) AS one
          """  # noqa: S608
    return f"SELECT *, {_ISO if shape.iso else _NUMBER} AS moment FROM lines"  # noqa: S608


UNLOOKED = "SELECT 1 FROM groups WHERE unlooked > 0 AND route IS NULL LIMIT 1"
"""Whether a line has no route, but a method, though the shape of the scan said that none has."""

TOTALS = f"""SELECT what, CAST(sum(lines) AS BIGINT), CAST(sum(requests) AS BIGINT), CAST(sum(undated) AS BIGINT),
  CAST(sum(CASE WHEN price IS NOT NULL AND ({_DOLLARS}) IS NULL THEN requests ELSE 0 END) AS BIGINT),
  min(earliest), max(latest)
FROM groups
GROUP BY what"""  # noqa: S608
"""Of each kind of line: how many, for how many requests, how many with a time and how many with a price that can't be
read, and the first and last time."""

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
        decoded(route) AS route, nullif(decoded(model), '') AS model, source, price, what, bucket, requests
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
