"""How long a million model IDs take that were never seen before, by kind: `python benchmarks/model_ids.py`."""

from __future__ import annotations

import argparse
import time

from pricecheck.prices.model_ids import read_model_id

KINDS = {
    "OpenAI fine-tunes": "ft:gpt-4o-mini-2024-07-18:acme::{:08x}",
    "Azure fine-tunes": "gpt-4.1-2025-04-14.ft-{:032x}",
    "Together fine-tunes": "acme/meta-llama/Llama-2-7b-hf-{:08x}",
    "plain names": "model-{:x}z",
}


def seconds(pattern: str, count: int) -> float:
    """Give how long it takes to read that many IDs of a pattern."""
    names = [pattern.format(number) for number in range(count)]
    start = time.perf_counter()
    for name in names:
        read_model_id(name)
    return time.perf_counter() - start


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    count = parser.parse_args().count
    for kind, pattern in KINDS.items():
        taken = seconds(pattern, count)
        print(f"{kind:20} {count:,} IDs in {taken:.1f} s, {taken / count * 1e6:.1f} µs each")


if __name__ == "__main__":
    main()
