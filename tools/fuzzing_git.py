"""States of a git repository that hardly anybody has, and what `--against`, `--staged` and `diff` make of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from subprocess import CalledProcessError
from typing import TYPE_CHECKING

from tests.repositories import git
from tools.fuzzing import CLEAN, BrokenError, run_command, within

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_NAMES = ("tollbooth.yaml", "a b/tollbooth.config.yaml", "ü/tollbooth.json", "-x/tollbooth.yml", "q\"'/tollbooth.yaml")
_REFS = (
    *("HEAD", "HEAD~1", "main", "side", "HEAD^2", "v1", "nowhere", "", "-x", "--help", "a..b", "HEAD:tollbooth.yaml"),
    *("@{u}", "HEAD@{0}", "0" * 40, "0" * 7, "\n", "refs/heads/main", ":", "HEAD^{tree}", "stash@{0}", "*"),
)
_USUAL_REFS = ("HEAD", "HEAD", "HEAD~1", "main", "side")
_MOSTLY = 0.8
_CONFLICT = "<<<<<<< HEAD\nroutes: {}\n=======\nroutes: null\n>>>>>>> side\n"


def attack_repository(random: Random) -> None:
    """Bring a repository into some state, and ask every command that looks at history.

    Raises:
        BrokenError: one ended in a defect, with another exit code than 0, 1 or 2, or took too long.
    """
    with tempfile.TemporaryDirectory() as name, within(Path(name)):
        folder = Path(name)
        git(folder, "init", "-q")
        begun = [_write_good, _write_good, _commit, _write_good, _commit] if random.random() < _MOSTLY else []
        steps = [*begun, *(random.choice(_STEPS) for _ in range(random.randint(1, 5)))]
        for step in steps:
            try:
                step(random, folder)
            except (OSError, CalledProcessError):
                continue  # a step that is not possible here is none
        story = ", ".join(step.__name__.strip("_") for step in steps)
        refs = [random.choice(_USUAL_REFS if random.random() < _MOSTLY else _REFS) for _ in range(2)]
        there = [one for one in _NAMES if (folder / one).is_file()]
        path = random.choice(there if there and random.random() < _MOSTLY else _NAMES)
        for command in (
            ("check", "--against", refs[0]),
            ("check", "--against", refs[0], "--", path),
            ("check", "--staged"),
            ("diff", "--against", refs[0]),
            ("diff", "--against", refs[0], "--to", refs[1]),
            ("check", "--staged", "--against", refs[0]),
            ("diff", "--against", refs[0], "--staged"),
            ("diff", f"{refs[0]}:{path}", path),
            ("approve", path, "--against", refs[0], "--all", "--reason", "x", "--approver", "x@example.org"),
        ):
            code, said, took = run_command(command)
            if code not in {0, 1, 2} or "a defect of pricecheck" in said or took > SECONDS_WITH_GIT:
                raise BrokenError(f"after {story}: {' '.join(command)!r}: exit {code}, {took:.1f} s: {said[-2000:]}")


SECONDS_WITH_GIT = 20


def _write(random: Random, folder: Path) -> None:
    path = folder / random.choice(_NAMES)
    path.parent.mkdir(parents=True, exist_ok=True)
    clean = CLEAN.read_bytes()
    path.write_bytes(
        random.choice(
            [
                clean,
                clean.replace(b"$0.05", b"$0.06"),
                clean.replace(b"\n", b"\r\n"),
                clean[: len(clean) // 2],
                _CONFLICT.encode(),
                b"",
                bytes(random.randrange(256) for _ in range(200)),
            ]
        )
    )


def _write_good(random: Random, folder: Path) -> None:
    path = folder / random.choice(_NAMES[:3])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CLEAN.read_bytes().replace(b"$0.05", random.choice([b"$0.05", b"$0.06", b"$0.051"])))


def _commit(_: Random, folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")


def _stage(_: Random, folder: Path) -> None:
    git(folder, "add", "-A")


def _delete(random: Random, folder: Path) -> None:
    (folder / random.choice(_NAMES)).unlink()


def _rename(random: Random, folder: Path) -> None:
    target = folder / random.choice(_NAMES)
    target.parent.mkdir(parents=True, exist_ok=True)
    (folder / random.choice(_NAMES)).rename(target)


def _link(random: Random, folder: Path) -> None:
    path = folder / random.choice(_NAMES)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(random.choice(["../tollbooth.yaml", str(path), "/dev/null", "nowhere", "."]))


def _folder_instead(random: Random, folder: Path) -> None:
    path = folder / random.choice(_NAMES)
    path.unlink(missing_ok=True)
    (path / "inner").mkdir(parents=True)


def _branch(_: Random, folder: Path) -> None:
    git(folder, "checkout", "-q", "-B", "side")


def _merge(_: Random, folder: Path) -> None:
    git(folder, "merge", "-q", "--no-edit", "main")


def _back(_: Random, folder: Path) -> None:
    git(folder, "checkout", "-q", "main")


def _detach(_: Random, folder: Path) -> None:
    git(folder, "checkout", "-q", "--detach")


def _orphan(_: Random, folder: Path) -> None:
    git(folder, "checkout", "-q", "--orphan", "empty")


def _tag(_: Random, folder: Path) -> None:
    git(folder, "tag", "-f", "v1")


def _shallow(_: Random, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as other:
        git(folder, "clone", "-q", "--depth", "1", f"file://{folder}", f"{other}/clone")
        shutil.rmtree(folder / ".git")
        shutil.move(f"{other}/clone/.git", folder / ".git")


def _submodule(_: Random, folder: Path) -> None:
    git(folder, "update-index", "--add", "--cacheinfo", "160000", git(folder, "rev-parse", "HEAD"), "tollbooth.yaml")


def _broken_index(_: Random, folder: Path) -> None:
    (folder / ".git" / "index").write_bytes(b"DIRC nonsense")


def _broken_head(random: Random, folder: Path) -> None:
    head = random.choice([b"ref: refs/heads/nowhere\n", b"nonsense", b"", b"0" * 40 + b"\n"])
    (folder / ".git" / "HEAD").write_bytes(head)


def _lost_object(random: Random, folder: Path) -> None:
    objects = sorted((folder / ".git" / "objects").glob("??/*"))
    os.remove(random.choice(objects) if objects else "nothing")


def _attributes(_: Random, folder: Path) -> None:
    (folder / ".gitattributes").write_text("* text eol=crlf working-tree-encoding=UTF-16\n", encoding="utf-8")


_STEPS: tuple[Callable[[Random, Path], None], ...] = (
    *(_write, _write_good, _write_good, _commit, _commit, _commit, _commit, _stage, _stage, _delete, _rename, _link),
    *(_folder_instead, _branch, _merge, _back, _detach, _orphan, _tag, _shallow, _submodule, _broken_index),
    *(_broken_head, _lost_object, _attributes),
)
