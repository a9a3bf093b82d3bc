"""The gateway's price resolutions beside its request lines: the same traffic seen from two sides (prices/usage.py)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pricecheck.prices.usage import Sample


class _Chooser(Protocol):
    def __call__(self, route: str | None, model: str | None, *, resolution: bool) -> bool: ...


def told_of_twice(sample: Sample, chosen: _Chooser) -> int:
    """Count how many of the chosen requests a sample's price resolutions can tell of as well, at most.

    A resolution tells of one request, of about the same time: where every line has its time, one of another day tells
    of none. A request that is answered 402 first has two, so that they may be more than the requests.
    """
    wanted = sum(row.requests for row in sample.rows if chosen(row.route, row.model, resolution=row.resolution))
    resolved = sum(row.requests for row in sample.rows if row.resolution)
    requests: Counter[str] = Counter()
    resolutions: Counter[str] = Counter()
    for row in sample.timed:
        if row.resolution:
            resolutions[row.start] += row.requests
        elif chosen(row.route, row.model, resolution=False):
            requests[row.start] += row.requests
    if not sample.bucket_seconds or (requests.total(), resolutions.total()) != (wanted, resolved):
        return min(wanted, resolved)
    return _matched(requests, resolutions, timedelta(seconds=sample.bucket_seconds))


def _matched(requests: Counter[str], resolutions: Counter[str], width: timedelta) -> int:
    matched = left = 0
    last: datetime | None = None
    for start in sorted({*requests, *resolutions}):
        at = datetime.fromisoformat(start)
        # A price is resolved when the request comes, which is logged when it is over: perhaps in the next bucket.
        if last is None or at - last != width:
            left = 0
        here = min(requests[start], left + resolutions[start])
        left = resolutions[start] - max(here - left, 0)
        matched += here
        last = at
    return matched
