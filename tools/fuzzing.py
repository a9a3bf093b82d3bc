"""Bad input of every kind, and what must hold for it: an exit code of 0, 1 or 2, and no defect.

The tests run a few of these each time; `python tools/fuzz.py MINUTES` runs them for longer and keeps what fails.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

FIXTURES = Path(__file__).parents[1] / "fixtures"
CLEAN = FIXTURES / "clean.yaml"
DOCS = Path(__file__).parents[1] / "docs"

SECONDS = 10
"""No input under a megabyte may take longer."""

_HALF = 0.5

_TOKENS = (
    *("${X}", "${", "&a ", "*a", "<<: *a", "!!binary ", "!!set ", "! ", "0x10", "1e999", "-0", ".nan", "9" * 400),
    *("\x00", "\t", "\ufeff", "\u2028", "\x85", "\r", "\ud7ff", "😀", "'", '"', "|", ">-", "- ", "? ", ": ", "#"),
    *("%YAML 1.1\n---\n", "---\n", "...\n", "{", "}", "[", "]", ",", "*" * 50, "/", ":id", "__proto__", "constructor"),
    *("null", "~", "true", "$", '"$5"', '"$-1"', "0.1.5", "ft:gpt-4o:a::b", "match", "models", "fallback", "pricing"),
    *("price", "routes", "[[family]]\n", "[bounds]\n", "\\u0000", "\\", "# pricecheck: ignore[PC101] x\n"),
    *("# pricecheck: ignore-file[PC2] y\n", "until=9999-99-99", "]" * 30, "[" * 600, "{a: " * 200),
)


class Kind(NamedTuple):
    """A kind of input: texts to start from, the file it is written to, and the command line that reads it."""

    name: str
    seeds: Callable[[], list[bytes]]
    file: str
    commands: tuple[tuple[str, ...], ...]


def _files(*patterns: str) -> list[bytes]:
    return [path.read_bytes() for pattern in patterns for path in sorted(FIXTURES.glob(pattern)) if path.is_file()]


def _policies() -> list[bytes]:
    blocks = (DOCS / "policy.md").read_text(encoding="utf-8").split("```toml\n")[1:]
    return [block.split("```")[0].encode() for block in blocks] + _files("rules/*/policy.toml", "organisation/*.toml")


_CONFIG = "tollbooth.yaml"

KINDS = (
    Kind(
        "config",
        lambda: _files("realistic/*.yaml", "planted/*.yaml", "organisation/*/tollbooth.yaml", "clean.yaml"),
        _CONFIG,
        (
            ("check", _CONFIG),
            ("check", "--fix", "--unsafe-fixes", "--diff", _CONFIG),
            ("prices", _CONFIG, "--output-format", "json"),
            ("diff", "clean.yaml", _CONFIG),
            ("reprice", _CONFIG, "--scale", "+5%", "--dry-run"),
            ("migrate", "--dry-run", _CONFIG),
            ("quote", _CONFIG, "POST", "/v1/chat/completions", "--model", "gpt-4o"),
        ),
    ),
    Kind(
        "broken",
        lambda: _files("rules/*/bad.yaml"),
        _CONFIG,
        (("check", _CONFIG), ("check", "--fix", "--unsafe-fixes", "--diff", _CONFIG)),
    ),
    Kind("json", lambda: _files("realistic/*.json"), "tollbooth.json", (("check", "tollbooth.json"),)),
    Kind("policy", _policies, "pricecheck.toml", (("check", "clean.yaml"), ("diff", "clean.yaml", "clean.yaml"))),
    Kind(
        "approvals",
        lambda: _files("rules/PC904/approvals.toml", "organisation/pricecheck.approvals.toml"),
        "pricecheck.approvals.toml",
        (("check", "clean.yaml"),),
    ),
    Kind(
        "baseline",
        lambda: _files("rules/PC905/baseline.json", "organisation/pricecheck.baseline.json"),
        "pricecheck.baseline.json",
        (("check", "clean.yaml"), ("check", "--write-baseline", "clean.yaml")),
    ),
    Kind(
        "requests",
        lambda: [
            b'{"method": "POST", "path": "/v1/chat/completions", "headers": {"a": "b"}, "body": {"model": "x"}}\n'
        ],
        "requests.jsonl",
        (("quote", "clean.yaml", "--requests", "requests.jsonl"),),
    ),
    Kind(
        "environment",
        lambda: [b"PRICE=$5\nX='a b'\nexport Y=\"${X}\"\n"],
        "some.env",
        (("check", "clean.yaml", "--env-file", "some.env"),),
    ),
    Kind(
        "hook",
        lambda: _files("rules/PC307/hooks/*"),
        "hook.ts",
        (("check", "hooked.yaml"),),
    ),
    Kind(
        "log",
        lambda: _files("traffic/*.jsonl", "traffic/*.csv"),
        "log.jsonl",
        (
            ("traffic", "clean.yaml", "log.jsonl"),
            ("check", "clean.yaml", "--traffic", "log.jsonl", "--max-bad", "100%"),
            ("diff", "clean.yaml", "hooked.yaml", "--traffic", "log.jsonl", "--max-bad", "100%"),
        ),
    ),
    Kind(
        "packed-log",
        lambda: _files("traffic/*.gz", "traffic/*.zst", "traffic/*.parquet"),
        "log.any",
        (("traffic", "clean.yaml", "log.any"),),
    ),
)


def mutated(random: Random, seeds: list[bytes]) -> bytes:
    """Give one of the seeds with some of it cut, doubled, moved or replaced by what hurts.

    Most stay text, and most of the text as it was: what no parser takes never reaches the rules.
    """
    data = random.choice(seeds)
    for _ in range(random.choice([1, 1, 1, 2, 3, 6])):
        data = random.choice([_lines_moved, _lines_moved, _word_replaced, _word_replaced, _word_replaced, _bytes_hurt])(
            random, data
        )
    return data[:200_000]


def _lines_moved(random: Random, data: bytes) -> bytes:
    """Take some lines, and put them (or another thing) somewhere else, once or often."""
    lines = data.splitlines(keepends=True) or [b""]
    at, to = random.randrange(len(lines)), random.randrange(len(lines) + 1)
    size = random.randint(1, 3)
    taken = lines[at : at + size]
    if random.random() < _HALF:
        del lines[at : at + size]
    indent = b"  " if random.random() < _HALF else b""
    lines[to:to] = [indent + line for line in taken] * random.choice([0, 1, 1, 2, 30])
    return b"".join(lines)


def _word_replaced(random: Random, data: bytes) -> bytes:
    """Replace one value or word by another of the text, or by something that hurts."""
    words = [found.span() for found in re.finditer(rb"[^\s:\[\]{},]+", data)] or [(0, 0)]
    (start, end), other = random.choice(words), random.choice(words)
    new = random.choice([random.choice(_TOKENS).encode("utf-8", "surrogatepass"), data[slice(*other)], b""])
    return data[:start] + new + data[end:]


def _bytes_hurt(random: Random, data: bytes) -> bytes:
    """Replace a few bytes wherever they are."""
    start = random.randint(0, len(data))
    end = min(len(data), start + random.choice([0, 1, 2, 20]))
    token = random.choice(_TOKENS).encode("utf-8", "surrogatepass")
    noise = bytes(random.randrange(256) for _ in range(random.randint(1, 4)))
    return data[:start] + random.choice([token, token, token, noise, b""]) + data[end:]


class BrokenError(AssertionError):
    """What must not happen, with the command that made it happen."""


def attack(kind: Kind, data: bytes) -> None:
    """Give the input to every command that reads it.

    Raises:
        BrokenError: one ended in a defect, with another exit code than 0, 1 or 2, or took too long.
    """
    with _folder() as folder:
        (folder / kind.file).write_bytes(data)
        for command in kind.commands:
            code, said, took = run_command(command)
            if code not in {0, 1, 2} or "a defect of pricecheck" in said or took > SECONDS:
                raise BrokenError(f"pricecheck {' '.join(command)}: exit {code} after {took:.1f} s: {said[-2000:]}")
            (folder / kind.file).write_bytes(data)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pricecheck.toml").write_text("", encoding="utf-8")
        clean = CLEAN.read_text(encoding="utf-8")
        (folder / "clean.yaml").write_text(clean, encoding="utf-8")
        (folder / "hooked.yaml").write_text(f"{clean}hooks: {{ onRequest: /nowhere/hook.ts }}\n", encoding="utf-8")
        with within(folder):
            yield folder


@contextlib.contextmanager
def within(folder: Path) -> Iterator[None]:
    """Make a folder the one the program runs in, for a while."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


def run_command(arguments: Sequence[str]) -> tuple[int, str, float]:
    """Run the program in this process: its exit code, what it said on stderr, and the seconds it took."""
    from pricecheck.__main__ import exit_code

    # Bytes may be written straight to the stream's buffer.
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    began = time.monotonic()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = exit_code(list(arguments))
    took = time.monotonic() - began
    err.flush()
    err.buffer.seek(0)
    return code, err.buffer.read().decode("utf-8", "replace"), took
