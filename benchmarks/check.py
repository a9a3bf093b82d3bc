"""Whole-process times of `pricecheck check` against bare Python, yamllint and check-jsonschema, in one run.

`python benchmarks/check.py` (needs `pip install yamllint check-jsonschema` for the peers; a peer that is not installed
is left out and said so). Every number is the best of several runs, as a ratio to `python -c pass` in the same run.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZES = {"15 lines": 2, "5,000 models": 5_000, "50,000 models": 50_000}
GOALS = {"15 lines": 7, "5,000 models": 29, "50,000 models": 83}


def config(models: int) -> str:
    """Give a clean config with that many models on one token-based route."""
    table = "".join(
        f'      ft:gpt-4o-mini-2024-07-18:acme-{number:05d}:team::9wc{number:05d}: "$0.0{number % 9 + 1}"\n'
        for number in range(models)
    )
    return f"""\
wallets:
  base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
accepts:
  - {{asset: USDC, network: base}}
upstreams:
  openai:
    url: "https://api.openai.com"
routes:
  "POST /v1/chat/completions":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05"
{table}    fallback: "$0.09"
"""


def best(command: list[str], runs: int) -> tuple[float, int]:
    """Give the best wall time in seconds and the largest resident memory in KiB of a command over some runs."""
    seconds = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, capture_output=True, check=False, env=environment)  # the first run compiles
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False, env=environment)
        seconds.append(time.perf_counter() - start)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr.decode()}")
    return min(seconds), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def main() -> None:
    """Print one table, Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    bin_folder = Path(sys.executable).parent
    tools = {
        "pricecheck check": [str(bin_folder / "pricecheck"), "check"],
        "yamllint": [str(bin_folder / "yamllint"), "-d", "relaxed"],
        "check-jsonschema": [
            str(bin_folder / "check-jsonschema"),
            "--schemafile",
            str(ROOT / "schemas" / "tollbooth.schema.json"),
        ],
    }
    missing = [name for name, command in tools.items() if not shutil.which(command[0])]
    bare, _ = best([sys.executable, "-c", "pass"], runs * 2)
    print(f"bare Python {sys.version.split()[0]}: {bare * 1000:.1f} ms; best of {runs}; ratios to bare Python\n")
    print("| | " + " | ".join(SIZES) + " |\n|---|" + "---|" * len(SIZES))
    with tempfile.TemporaryDirectory() as folder:
        for name, command in tools.items():
            if name in missing:
                continue
            cells = []
            for models in SIZES.values():
                path = Path(folder) / f"{models}" / "tollbooth.yaml"
                path.parent.mkdir(exist_ok=True)
                path.write_text(config(models), encoding="utf-8")
                seconds, _ = best([*command, str(path)], runs if models < 50_000 else max(2, runs // 3))  # noqa: PLR2004
                cells.append(f"{seconds / bare:.1f} ({seconds * 1000:.0f} ms)")
            print(f"| {name} | " + " | ".join(cells) + " |")
    print("| goal | " + " | ".join(f"≤ {goal}" for goal in GOALS.values()) + " |")
    if missing:
        print(f"\nnot installed, left out: {', '.join(missing)}")


if __name__ == "__main__":
    main()
