"""Makes traffic logs of any size whose counts are known: `python benchmarks/traffic_log.py FILE --lines 1000000`.

The log has playbook records with the fields that docs/traffic.md lists, and one line in a thousand is bad, of five
kinds in turn: truncated, not JSON, of a wrong type, empty, binary. The same seed gives the same bytes. What is known is
printed as JSON: lines, bad lines, and the requests of each route, model, source and price.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import IO, NamedTuple

ROUTES = ("POST /v1/chat/completions", "POST /v1/completions", "POST /v1/embeddings")
BLOCK = 1000
START = datetime(2026, 11, 1, tzinfo=UTC)
WRONG_TYPES = (
    b'["POST /v1/chat/completions", "gpt-4o"]',
    b'{"timestamp":"2026-11-01T00:00:00.000Z","route":"POST /v1/chat/completions","requested_model":42}',
    b'{"timestamp":"2026-11-01T00:00:00.000Z","route":{"path":"/v1"},"requested_model":"gpt-4o"}',
    b"17",
)


class Use(NamedTuple):
    """What the requests of one kind of line have in common."""

    route: str
    model: str
    source: str
    price: str


class Known(NamedTuple):
    """What a log has: `lines` of all kinds, `bad` ones with the numbers of the first 20, and requests by use."""

    lines: int
    bad: int
    bad_numbers: tuple[int, ...]
    requests: Counter[Use]
    size: int


def uses(fine_tunes: int = 300) -> list[Use]:
    """Give the uses a log is made of: mapped models, fine-tunes nobody priced, unknown models."""
    models = [
        Use(ROUTES[0], name, "route.models", price) for name, price in (("gpt-4o", "$0.05"), ("gpt-4o-mini", "$0.02"))
    ]
    models += [
        Use(ROUTES[1], "gpt-4.1-mini", "default-table", "$0.012"),
        Use(ROUTES[2], "text-embed", "fallback", "$0.09"),
    ]
    models += [
        Use(
            ROUTES[number % 2],
            f"ft:gpt-4o-mini-2024-07-18:acme:team-{number}::9wc{number:05d}",
            "fallback",
            "$0.090000",
        )
        for number in range(fine_tunes)
    ]
    return models


def write_log(file: IO[bytes], lines: int, seed: int = 1, *, bad: bool = True) -> Known:
    """Write a log of that many lines; one in a thousand is bad unless `bad` is False."""
    random_numbers = random.Random(seed)  # noqa: S311 - a log for tests, not a secret
    kinds = uses()
    bodies = [body(use) for use in kinds]
    weights = [1000 // (1 + number) + 1 for number in range(len(kinds))]
    picked: Counter[int] = Counter()
    bad_numbers: list[int] = []
    size = written = bad_lines = 0
    while written < lines:
        length = min(BLOCK, lines - written)
        moment = START + timedelta(seconds=written // 20)
        stamp = f'{{"timestamp":"{moment:%Y-%m-%dT%H:%M:%S}.'.encode()
        choice = random_numbers.choices(range(len(kinds)), weights, k=length)
        block = [b'%b%03dZ",%b' % (stamp, number, bodies[kind]) for number, kind in enumerate(choice)]
        if bad and length == BLOCK:
            spot = random_numbers.randrange(BLOCK)
            block[spot] = bad_line(bad_lines, block[spot])
            picked[choice[spot]] -= 1
            bad_numbers += [written + spot + 1] if bad_lines < 20 else []  # noqa: PLR2004 - as many as a sample names
            bad_lines += 1
        picked.update(choice)
        written += length
        size += file.write(b"\n".join(block) + b"\n")
    requests = Counter({kinds[kind]: count for kind, count in picked.items()})
    return Known(lines, bad_lines, tuple(bad_numbers), requests, size)


def body(use: Use) -> bytes:
    """Give a record without its timestamp."""
    record = {
        "route": use.route,
        "provider": "openai",
        "requested_model": use.model,
        "resolved_pricing_mode": "token-based",
        "resolved_price": use.price,
        "pricing_source": use.source,
        "tokens_in": 812,
        "tokens_out": 344,
        "payment_required": 20000,
        "payment_settled": True,
        "settlement_latency_ms": 212,
        "upstream_status": 200,
        "upstream_latency_ms": 1840,
    }
    return json.dumps(record, separators=(",", ":"))[1:].encode()


def bad_line(number: int, good: bytes) -> bytes:
    """Give the `number`-th bad line; the five kinds take turns."""
    return (
        good[: len(good) // 2],
        b"panic: runtime error: index out of range [3] with length 3",
        WRONG_TYPES[number // 5 % len(WRONG_TYPES)],
        b"",
        b"\x00\xff\xfe\x80" + bytes(range(11, 200)),
    )[number % 5]


def main() -> None:
    """Write a log and print what is known of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clean", action="store_true", help="no bad lines")
    given = parser.parse_args()
    with open(given.file, "wb") as file:
        known = write_log(file, given.lines, given.seed, bad=not given.clean)
    requests = [{**use._asdict(), "requests": count} for use, count in known.requests.most_common()]
    print(json.dumps({**known._asdict(), "requests": requests}, indent=1))


if __name__ == "__main__":
    main()
