"""Attack the program with bad input for some minutes; what breaks it is kept in fixtures/fuzz and from then on a test.

`python tools/fuzz.py 5 [KIND …]`; `git` is the kind of odd repositories.
"""

from __future__ import annotations

import hashlib
import random
import resource
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.fuzzing import FIXTURES, KINDS, Kind, attack, mutated
from tools.fuzzing_git import attack_repository

MEMORY = 300 << 20
"""No input under a megabyte may take more."""


def main() -> int:
    """Run until the time is over; give 1 where something broke."""
    minutes, *names = sys.argv[1:] or ["1"]
    known: dict[str, Callable[[random.Random], None]] = {"git": attack_repository}
    known |= {kind.name: partial(_attack, kind, kind.seeds()) for kind in KINDS}
    jobs = [(name, known[name]) for name in names or known]
    end = time.monotonic() + 60 * float(minutes)
    tried, broken = Counter[str](), Counter[str]()
    while time.monotonic() < end:
        name, job = jobs[tried.total() % len(jobs)]
        seed = random.getrandbits(64)
        tried[name] += 1
        try:
            job(random.Random(seed))  # noqa: S311 - bad input, not secrets
            _watch_memory()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            broken[name] += 1
            print(f"{name}, seed {seed}: {error}", flush=True)
    print(", ".join(f"{name} {count:,}" for name, count in tried.items()))
    print(f"{tried.total():,} inputs, {broken.total()} broke it; {_peak() / 2**20:.0f} MiB at most")
    return 1 if broken else 0


def _attack(kind: Kind, seeds: list[bytes], draw: random.Random) -> None:
    data = mutated(draw, seeds)
    try:
        attack(kind, data)
    except Exception:
        path = FIXTURES / "fuzz" / f"{kind.name}-{hashlib.sha256(data).hexdigest()[:8]}"
        path.write_bytes(data)
        print(f"kept as {path}")
        raise


def _watch_memory() -> None:
    """Hold the whole process, which does not give memory back, to what a single input may take."""
    if _peak() > MEMORY:
        peak, limit = (f"{size / 2**20:.0f} MiB" for size in (_peak(), MEMORY))
        sys.exit(f"{peak} at most, beyond {limit}, since the last input")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main())
