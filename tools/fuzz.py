"""Attack the program with bad input for some minutes; what breaks it is kept in fixtures/fuzz and from then on a test.

`python tools/fuzz.py 5 [KIND …]`
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.fuzzing import FIXTURES, KINDS, attack, mutated


def main() -> int:
    """Run until the time is over; give 1 where something broke."""
    minutes, *names = sys.argv[1:] or ["1"]
    kinds = [kind for kind in KINDS if not names or kind.name in names]
    seeds = {kind.name: kind.seeds() for kind in kinds}
    end = time.monotonic() + 60 * float(minutes)
    tried = broken = 0
    while time.monotonic() < end:
        kind = kinds[tried % len(kinds)]
        data = mutated(random.Random(random.getrandbits(64)), seeds[kind.name])  # noqa: S311 - bad input, not secrets
        tried += 1
        try:
            attack(kind, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            broken += 1
            path = FIXTURES / "fuzz" / f"{kind.name}-{abs(hash(data)) % 10**8:08d}"
            path.write_bytes(data)
            print(f"{path}: {error}")
    print(f"{tried} inputs, {broken} broke it")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
