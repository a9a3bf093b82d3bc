"""Every measurement of docs/performance.md, by one command: `python benchmarks/run.py`.

Whole processes, from start to exit, as multiples of `python -c pass` in the same run; jobs of a table take turns, and
the best of several runs counts. It takes some ten minutes, needs 5 GB in the temporary folder, and prints the tables;
`--write` puts them into docs/performance.md, `--small` only shows that everything runs. Peers are measured where they
are installed: `pip install yamllint check-jsonschema`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.configs import POLICY, ROUTE, config
from benchmarks.logs import log_tables
from benchmarks.measuring import BARE, best, megabytes, ratio, said, table

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: python benchmarks/run.py --write -->\n", "<!-- end of what is measured -->\n"
BIN = Path(sys.executable).parent
OURS = str(BIN / "pricecheck")
PEERS = {
    "yamllint": (str(BIN / "yamllint"), "-d", "relaxed"),
    "check-jsonschema": (
        str(BIN / "check-jsonschema"),
        "--schemafile",
        str(ROOT / "schemas" / "tollbooth.schema.json"),
    ),
}
FEW, FEWEST = 3, 2
GOALS = ("≤ 7", "≤ 29", "≤ 83, < 200 MiB")
LIBRARIES = ("tollbooth-pricecheck", "pyyaml", "ruamel.yaml", "duckdb", "rich", "typer", "yamllint", "check-jsonschema")


class Scale(NamedTuple):
    """How much is measured."""

    models: tuple[int, ...] = (2, 5_000, 50_000)
    growth: tuple[int, ...] = (5_000, 50_000, 500_000)
    files: tuple[int, ...] = (1, 100, 300, 1_000)
    lines: tuple[int, ...] = (10_000, 150_000, 1_490_000)
    large: int = 7_450_000
    runs: int = 7

    def few(self, most: int) -> int:
        """Give how many runs a job gets that takes long."""
        return min(self.runs, most)

    @property
    def logs(self) -> int:
        """How many runs each job on logs gets."""
        return max(1, self.runs - 2)


SMALL = Scale((2, 20), (20, 40), (1, 3), (1_000,), 2_000, 1)


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=Scale().runs)
    parser.add_argument("--small", action="store_true", help="tiny inputs, one run: shows that everything runs")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    given = parser.parse_args()
    scale = SMALL if given.small else Scale(runs=given.runs)
    with tempfile.TemporaryDirectory(prefix="pricecheck-bench-") as folder:
        parts = []
        for part in measured(Path(folder), scale):
            print(part, flush=True)
            parts.append(part)
    if given.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{''.join(parts)}{END}{after}", encoding="utf-8")


def measured(folder: Path, scale: Scale) -> Iterator[str]:
    """Give the parts of the page, each Markdown that ends with a blank line."""
    yield f"{_machine(scale)}\n\n"
    for models in scale.models:
        _write(folder / str(models), models)
    yield from check_tables(folder, scale)
    yield f"## Other commands\n\n{command_table(folder, scale)}\n\n"
    yield f"## Growth\n\n{growth_table(folder, scale)}\n\n"
    yield f"## Many files in one run\n\n{files_table(folder, scale)}\n\n"
    yield f"## Logs\n\n{log_tables(folder, scale.lines, scale.large, scale.logs)}\n\n"


def _machine(scale: Scale) -> str:
    cpu = next(
        (line.partition(": ")[2] for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    day = datetime.now(tz=UTC).date().isoformat()
    return (
        f"{day}, {cpu}, {os.cpu_count()} cores, Python {platform.python_version()}, {runs_said(scale)}; "
        f"{', '.join(found)}."
    )


def runs_said(scale: Scale) -> str:
    """Say of how many runs each table has the best."""
    return (
        f"best of {scale.runs} (of {scale.logs} for logs; of {scale.few(FEW)} for growth, many files and other commands"
        f" on the largest config; of {scale.few(FEWEST)} for peers on it; of 1 for the log within a limit of memory)"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if os.path.exists(path) else []


def _write(folder: Path, models: int) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "tollbooth.yaml"
    path.write_text(config(models), encoding="utf-8")
    (folder / "new.yaml").write_text(config(models, 4), encoding="utf-8")
    old_spelling = config(models).replace("type: token-based", "type: openai-compatible")
    (folder / "old.yaml").write_text(old_spelling, encoding="utf-8")
    (folder / "policy").mkdir(exist_ok=True)
    (folder / "policy" / "tollbooth.yaml").write_text(config(models), encoding="utf-8")
    (folder / "policy" / "pricecheck.toml").write_text(POLICY, encoding="utf-8")
    return path


def _size(models: int) -> str:
    return f"{config(models).count(chr(10))} lines" if models < 100 else f"{models:,} models"  # noqa: PLR2004


def check_tables(folder: Path, scale: Scale) -> Iterator[str]:
    """Give `check` beside its peers: times, then memory."""
    times: dict[str, list[str]] = {}
    memory: dict[str, list[str]] = {}
    bare_times = []
    for models in scale.models:
        path = str(folder / str(models) / "tollbooth.yaml")
        limited = str(folder / str(models) / "policy" / "tollbooth.yaml")
        jobs = {
            "bare Python": BARE,
            "`pricecheck check`": (OURS, "check", path),
            "the same with a policy": (OURS, "check", limited),
        }
        found = best(jobs, scale.runs)
        # A peer may take half a minute: fewer runs, beside a bare Python of the same moments.
        others = {name: (*command, path) for name, command in PEERS.items() if Path(command[0]).exists()}
        peers = best({"bare": BARE, **others}, scale.runs if models < scale.models[-1] else scale.few(FEWEST))
        bare_times.append(said(found["bare Python"].wall))
        for name in (*list(jobs)[1:], *PEERS):
            run, bare = (found[name], found["bare Python"]) if name in found else (peers.get(name), peers["bare"])
            times.setdefault(name, []).append("not installed" if run is None else ratio(run, bare))
            memory.setdefault(name, []).append("" if run is None else megabytes(run.memory))
    sizes = ["", *map(_size, scale.models)]
    goals = ["goal", *GOALS[: len(scale.models)]]
    rows = [[name, *cells] for name, cells in times.items()]
    yield f"## `check`\n\n{table(sizes, [*rows, goals])}\n\nBare Python took {', '.join(bare_times)}.\n\n"
    yield f"Memory at most:\n\n{table(sizes, [[name, *cells] for name, cells in memory.items()])}\n\n"


def command_table(folder: Path, scale: Scale) -> str:
    """Give the other commands on configs of each size."""
    rows: dict[str, list[str]] = {}
    for models in scale.models:
        here = folder / str(models)
        last = f"ft:gpt-4o-mini-2024-07-18:acme-{models - 1:05d}:team::9wc{models - 1:05d}"
        change = f"{ROUTE}#model:gpt-4o=$0.052"
        jobs = {
            "bare": BARE,
            "`diff`, one price in 100 changed": (OURS, "diff", "tollbooth.yaml", "new.yaml"),
            "`prices`": (OURS, "prices", "tollbooth.yaml", "--output-format", "json"),
            "`quote`, the last model": (OURS, "quote", "tollbooth.yaml", *ROUTE.split(), "--model", last),
            "`check --fix`, one fix, proven": (OURS, "check", "--fix", "--diff", "old.yaml"),
            "`reprice`, one price, proven": (OURS, "reprice", "tollbooth.yaml", "--set", change, "--dry-run"),
        }
        found = best(jobs, scale.runs if models < scale.models[-1] else scale.few(FEW), str(here))
        for name in list(jobs)[1:]:
            rows.setdefault(name, []).append(f"{ratio(found[name], found['bare'])}, {megabytes(found[name].memory)}")
    return table(["", *map(_size, scale.models)], [[name, *cells] for name, cells in rows.items()])


def growth_table(folder: Path, scale: Scale) -> str:
    """Give the time and memory of `check` for each model, which should not grow with their number."""
    rows = []
    for models in scale.growth:
        path = _write(folder / f"growth-{models}", models)
        found = best({"bare": BARE, "check": (OURS, "check", str(path))}, scale.few(FEW))
        each = (found["check"].wall - found["bare"].wall) / models * 1e6
        rows.append([f"{models:,}", said(found["check"].wall), f"{each:.1f} µs", megabytes(found["check"].memory)])
    return table(["models", "time", "time for each", "memory"], rows)


def files_table(folder: Path, scale: Scale) -> str:
    """Give the time of one run over many files, of 100 models each, and what it costs for each."""
    rows = []
    for count in scale.files:
        many = folder / f"files-{count}"
        for number in range(count):
            (many / str(number)).mkdir(parents=True)
            (many / str(number) / "tollbooth.yaml").write_text(config(100), encoding="utf-8")
        found = best({"bare": BARE, "check": (OURS, "check", str(many))}, scale.few(FEW))
        each = f"{found['check'].wall / count * 1000:.1f} ms"
        rows.append([f"{count:,}", said(found["check"].wall), each, megabytes(found["check"].memory)])
    return table(["files", "time", "time for each", "memory"], rows)


if __name__ == "__main__":
    main()
