"""What a sample of traffic says was used: requests by route, model, pricing source and price.

Here and not in `traffic`, because rules and reports judge usage and know nothing of logs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

LONGEST_ID = 1000
"""Characters of the longest model ID or route that is kept as logged.

A longer one is replaced by its first characters, its length and a hash: still one name for each, and no model ID.
"""

RARE = "…[rare models]"
"""Stands for the models of a log with more of them than a report can hold, and for none that a config names."""

_SHORTENED = re.compile(r"…\[(?:[0-9]+ characters, md5 [0-9a-f]{32}|rare models)\]\Z")


def shortened(name: str) -> str:
    """Give a name as a sample has it: as logged, or cut if it is longer than `LONGEST_ID`."""
    if len(name) <= LONGEST_ID:
        return name
    from hashlib import md5

    digest = md5(name.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return f"{name[:100]}…[{len(name)} characters, md5 {digest}]"


def is_shortened(name: str) -> bool:
    """Tell whether a name was cut, or is `RARE`, and so is no model ID and no route that a config could have."""
    return _SHORTENED.search(name) is not None


class UsageRow(NamedTuple):
    """One group of a sample: `requests` lines of a log that agree in everything else.

    `route` is the route key as logged, or `METHOD /path` where the log has only these, and None where it does not say.
    `model` is None where the log does not say or the request has none. `source` is the pricing source in pricecheck's
    words (`gateway.pricing.Source`: `route.models`, `default-table`, …), None if unknown. `price` is dollars as logged,
    None if unknown.

    `resolution` is True for rows from the gateway's own `openai_price_resolved` lines. They have a model and no route
    and cannot be joined to the `request` lines of the same log, which have a route and no model: the same traffic seen
    from two sides, which must never be added up (and a request that is answered 402 first resolves its price twice).
    """

    route: str | None
    model: str | None
    source: str | None
    price: Decimal | None
    requests: int
    resolution: bool = False


class TimedRow(NamedTuple):
    """The requests of one model on one route within one bucket of time; `start` is ISO 8601 in UTC."""

    start: str
    route: str | None
    model: str | None
    source: str | None
    requests: int
    resolution: bool = False


class Sample(NamedTuple):
    """Usage read from logs.

    `rows` have the most requests first; all fields but `timed` and `bucket_seconds` are about the whole sample.
    `kinds` says for people what each of `files` was recognised as. `read` counts lines (records of a Parquet file) and
    `bad` those that are no record; `bad_line_numbers` names the first 20 as file and 1-based line. `filtered` counts
    requests that a filter (time, route) left out, `other` good lines that tell of no request (`payment_settled`, …).
    `undated` counts lines whose timestamp can't be read, `unpriced` requests whose price can't.
    `missing` names what the logs never say: `route`, `model`, `source`, `price`, `timestamp`. `since` and `until` are
    the first and last timestamp of the rows, ISO 8601 in UTC, None without timestamps. `timed` is empty without
    timestamps; its buckets are `bucket_seconds` long, and those without requests are left out.
    `folded_groups` counts groups that `rows` has together under the model `RARE`, and `folded_requests` their requests,
    because a hostile log has more of them than a report can hold; both are 0 for any ordinary log.
    """

    files: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[UsageRow, ...]
    timed: tuple[TimedRow, ...] = ()
    read: int = 0
    bad: int = 0
    bad_line_numbers: tuple[tuple[str, int], ...] = ()
    missing: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    bucket_seconds: int | None = None
    filtered: int = 0
    other: int = 0
    undated: int = 0
    unpriced: int = 0
    folded_groups: int = 0
    folded_requests: int = 0
