"""Lists of model IDs: one a line, or a model and how often it was requested."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.prices.usage import shortened
from pricecheck.traffic.engine import BAD_LINES_SHOWN
from pricecheck.traffic.kinds import Kind
from pricecheck.traffic.sources import opened

if TYPE_CHECKING:
    from pricecheck.traffic.engine import Log

_MOST_MODELS = 100_000
_LONGEST_COUNT = 15


class Listed(NamedTuple):
    """What a list says: requests by model, lines read, and the numbers of the first bad lines and how many there are.

    `more` are requests for models beyond the first 100,000, which are not kept apart.
    """

    models: Counter[str]
    read: int
    bad: int
    numbers: tuple[int, ...]
    more: int


def read_list(log: Log) -> Listed:
    """Read a list. Lines without anything mean nothing in one, as people write lists by hand.

    Raises:
        InputError: the file can't be read.
    """
    models: Counter[str] = Counter()
    numbers: list[int] = []
    read = bad = more = 0
    header = bool(log.format.header)
    with opened(log.file) as stream:
        for number, line in enumerate(stream, start=1):
            if line.isspace() or (header and number == 1):
                continue
            read += 1
            entry = _entry(line, log)
            if entry is None:
                bad += 1
                numbers += [number] if bad <= BAD_LINES_SHOWN else []
            elif entry[0] in models or len(models) < _MOST_MODELS:
                models[entry[0]] += entry[1]
            else:
                more += entry[1]
    return Listed(models, read, bad, tuple(numbers), more)


def _entry(line: bytes, log: Log) -> tuple[str, int] | None:
    """Give model and count, None for a line that is neither."""
    import csv

    try:
        text = line.decode("utf-8").strip().removeprefix("\ufeff")
        if log.format.kind is Kind.MODELS:
            return (shortened(text), 1)
        model, count = next(csv.reader([text], delimiter=log.format.delimiter, strict=True))
    except (ValueError, csv.Error):
        return None
    count = count.strip()
    if not model.strip() or not (count.isascii() and count.isdigit()) or len(count) > _LONGEST_COUNT:
        return None
    return (shortened(model.strip()), int(count))
