"""Lists of model IDs: one a line, or a model and how often it was requested."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.prices.usage import RARE, shortened
from pricecheck.traffic.engine import BAD_LINES_SHOWN
from pricecheck.traffic.kinds import COMMENT, Kind
from pricecheck.traffic.sources import opened

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from pricecheck.traffic.engine import Log

_LONGEST_COUNT = 12


class Listed(NamedTuple):
    """What a list says: requests by model, lines read, how many are bad, and the numbers of the first of these."""

    models: Counter[str]
    read: int
    bad: int
    numbers: tuple[int, ...]


def read_list(log: Log, named: AbstractSet[str], most: int) -> Listed:
    """Read a list. Empty lines and comments mean nothing in one, as people write lists by hand.

    The first `most` models, and those that are `named`, are kept apart; the others are counted together as `RARE`.

    Raises:
        InputError: the file can't be read.
    """
    models: Counter[str] = Counter()
    numbers: list[int] = []
    read = bad = 0
    header = bool(log.format.header)
    with opened(log.file) as stream:
        for number, line in enumerate(stream, start=1):
            text = line.decode("utf-8", "surrogateescape").removeprefix("\ufeff").strip()
            if not text or text.startswith(COMMENT):
                continue
            if header:
                header = False
                continue
            read += 1
            entry = _entry(text, log)
            if entry is None:
                bad += 1
                numbers += [number] if bad <= BAD_LINES_SHOWN else []
            else:
                model, count = entry
                own = model in models or model in named or len(models) < most
                models[model if own else RARE] += count
    return Listed(models, read, bad, tuple(numbers))


def _entry(text: str, log: Log) -> tuple[str, int] | None:
    """Give model and count, None for a line that is neither."""
    import csv

    try:
        text.encode()
        if log.format.kind is Kind.MODELS:
            return (shortened(_unquoted(text)), 1)
        model, count = next(csv.reader([text], delimiter=log.format.delimiter, strict=True))
    except (ValueError, csv.Error):
        return None
    count = count.strip()
    if not model.strip() or not (count.isascii() and count.isdigit()) or len(count) > _LONGEST_COUNT:
        return None
    return (shortened(model.strip()), int(count))


def _unquoted(text: str) -> str:
    """Give an ID without the quotes that `jq .model` leaves around it."""
    if not text.startswith('"'):
        return text
    return str(json.loads(text))  # what begins with a quote is a text, or no JSON
