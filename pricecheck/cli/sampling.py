"""From the flags that name traffic logs to a sample: what `traffic`, `check --traffic` and `diff --traffic` share."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.errors import UsageError

if TYPE_CHECKING:
    from pricecheck.policy.model import Policy
    from pricecheck.prices.usage import Sample

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%")


class LogArguments(NamedTuple):
    """The flags about logs, as typed; the defaults are those of the commands."""

    logs: tuple[str, ...]
    since: str | None = None
    until: str | None = None
    route: str | None = None
    max_bad: str = "1%"
    memory_limit: str | None = None
    engine: str = "duckdb"
    master: str | None = None


def sample_of(arguments: LogArguments, policy: Policy) -> Sample:
    """Read the logs, their fields named as the policy says.

    Raises:
        UsageError: a flag's value makes no sense, or the engine is not installed.
        InputError: a log can't be read, or has too many bad lines.
    """
    from pricecheck.report.progress import progress_bar
    from pricecheck.traffic import ReadOptions, read_sample

    share = _SHARE.fullmatch(arguments.max_bad)
    if share is None or Decimal(share[1]) > 100:  # noqa: PLR2004 - per cent
        raise UsageError(f'--max-bad {arguments.max_bad!r}: a share of the lines, as in "1%" or "0.1%"')
    if arguments.engine not in {"duckdb", "spark"}:
        raise UsageError(f"--engine {arguments.engine!r}: choose from duckdb, spark")
    with progress_bar("reading the log") as progress:
        return read_sample(
            arguments.logs,
            ReadOptions(
                fields=policy.traffic.fields,
                since=arguments.since,
                until=arguments.until,
                route=arguments.route,
                max_bad=Decimal(share[1]) / 100,
                memory_limit=arguments.memory_limit,
                engine="spark" if arguments.engine == "spark" else "duckdb",
                master=arguments.master,
                progress=progress,
            ),
        )
