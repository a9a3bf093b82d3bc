"""Read logs of any size into one `Sample`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from pricecheck.errors import PricecheckError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from pricecheck.prices.usage import Sample


class ReadOptions(NamedTuple):
    """How logs are read.

    `fields` maps a field of `policy.model.TRAFFIC_FIELDS` to its name in the log. `since` (inclusive) and `until`
    (exclusive) are ISO 8601 dates or times, UTC where they name no zone; `route` is a route key. `max_bad` is the
    largest share of bad lines, None for 1 %. `memory_limit` is a size as in `512MB`. `master` is Spark's, None for what
    the environment says. `buckets` is the largest number of points in time.
    """

    fields: Mapping[str, str] = {}
    since: str | None = None
    until: str | None = None
    route: str | None = None
    max_bad: Decimal | None = None
    memory_limit: str | None = None
    engine: Literal["duckdb", "spark"] = "duckdb"
    master: str | None = None
    progress: bool = False
    buckets: int = 48


def read_sample(paths: Sequence[str], options: ReadOptions) -> Sample:
    """Read logs into one sample. `paths` are files, globs or `-` for standard input.

    Raises:
        InputError: a file can't be read, is no known kind of log, or has more bad lines than `max_bad`.
        UsageError: an option does not make sense, or the engine is not installed.
    """
    raise PricecheckError(f"reading {len(paths)} logs with {options.engine} is not built yet")
