"""Read logs of any size into one `Sample`.

What takes long to import is imported after large logs have begun to be counted (`line_counts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from pricecheck.traffic.line_counts import LineCounts
from pricecheck.traffic.sources import find

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from decimal import Decimal

    from pricecheck.prices.usage import Sample


class ReadOptions(NamedTuple):
    """How logs are read.

    `fields` maps a field of `policy.model.TRAFFIC_FIELDS` to its name in the log. `since` (inclusive) and `until`
    (exclusive) are ISO 8601 dates or times, UTC where they name no zone. `route` says of a route as logged (None: not
    said) whether its requests are asked for. `named` are the models that a row is kept of, however rare they are and
    however many others there are: all that a config or policy names. `max_bad` is the largest share of bad lines, None
    for `sampling.MAX_BAD`. `memory_limit` is the whole process's, as in `512MB`; what does not fit is put on disk.
    `master` is Spark's, None for what the environment says. `progress` is called with the share
    that is read, 0 to 1, now and then. `buckets` is the largest number of points in time.
    """

    fields: Mapping[str, str] = {}
    since: str | None = None
    until: str | None = None
    route: Callable[[str | None], bool] | None = None
    named: AbstractSet[str] = frozenset()
    max_bad: Decimal | None = None
    memory_limit: str | None = None
    engine: Literal["duckdb", "spark"] = "duckdb"
    master: str | None = None
    progress: Callable[[float], None] | None = None
    buckets: int = 48


def read_sample(paths: Sequence[str], options: ReadOptions) -> Sample:
    """Read logs into one sample. `paths` are files, globs or `-` for standard input; with Spark also addresses.

    Raises:
        InputError: a file can't be read, is no known kind of log, or there are more bad lines than `max_bad`.
        UsageError: an option does not make sense, or the engine is not installed.
    """
    names = find(paths)
    with LineCounts(names if options.engine == "duckdb" else ()) as counts:
        from pricecheck.traffic.sampling import summed_up

        return summed_up(names, counts, options)
