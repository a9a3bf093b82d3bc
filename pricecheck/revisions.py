"""Files as they were at a git revision, through the `git` command; never the network."""

from __future__ import annotations

import os
import subprocess
from typing import NamedTuple

from pricecheck.errors import InputError

INDEX = ":"
"""The revision that means the staged content."""


class Repository(NamedTuple):
    """A work tree. `root` is its top folder, absolute and with symbolic links resolved."""

    root: str

    def resolve(self, ref: str) -> str:
        """Give the commit a ref names, in hexadecimal; `INDEX` stays as it is.

        Raises:
            InputError: the ref does not exist here; the text says what to fetch.
        """
        if ref == INDEX:
            return ref
        done = _git(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if done.returncode == 0:
            return _text(done.stdout)
        raise InputError(f"git knows no commit {ref!r} here{self._fetch_advice(ref)}")

    def merge_base(self, ref: str, other: str = "HEAD") -> str:
        """Give the best common ancestor of two refs.

        Raises:
            InputError: a ref is missing, or the clone is too shallow to hold the ancestor.
        """
        done = _git(self.root, "merge-base", self.resolve(ref), self.resolve(other))
        if done.returncode != 0:
            raise InputError(
                f"{ref!r} and {other!r} have no common ancestor in this clone; "
                f"if it is shallow: git fetch --unshallow, or --deepen=100"
            )
        return _text(done.stdout)

    def read(self, ref: str, path: str) -> bytes | None:
        """Give a file's bytes at a revision (`INDEX`: as staged); None where it is not there.

        `path` is a file-system path; symbolic links inside the repository are read as links are: not followed.

        Raises:
            InputError: the ref is missing, or the path lies outside the repository.
        """
        commit = self.resolve(ref)
        name = self.relative(path)
        spec = f":0:{name}" if commit == INDEX else f"{commit}:{name}"
        kind = _git(self.root, "cat-file", "-t", spec)
        if kind.returncode != 0 or _text(kind.stdout) != "blob":
            return None
        done = _git(self.root, "cat-file", "blob", spec)
        if done.returncode != 0:
            raise InputError(f"git can't read {name} at {ref}: {_text(done.stderr)}")
        return done.stdout

    def relative(self, path: str) -> str:
        """Give a path relative to the root, with `/` between the parts.

        Raises:
            InputError: it lies outside.
        """
        folder, name = os.path.split(os.path.abspath(path))
        relative = os.path.relpath(os.path.join(os.path.realpath(folder), name), self.root)
        if relative.split(os.sep)[0] == os.pardir:
            raise InputError(f"{path}: outside the git repository {self.root}")
        return relative.replace(os.sep, "/")

    def names(self, ref: str) -> list[str]:
        """Give the paths of all files at a revision, relative to the root.

        Raises:
            InputError: the ref is missing.
        """
        commit = self.resolve(ref)
        arguments = (
            ("ls-files", "-z") if commit == INDEX else ("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
        )
        return [os.fsdecode(name) for name in _git(self.root, *arguments).stdout.split(b"\0") if name]

    def renamed_from(self, ref: str, path: str) -> str | None:
        """Give the path a file had at `ref`, where git sees that it was renamed since; None otherwise."""
        commit = self.resolve(ref)
        done = _git(
            self.root, "diff", "--no-ext-diff", "-z", "--name-status", "--find-renames", "--diff-filter=R", commit
        )
        fields = done.stdout.split(b"\0")
        wanted = os.fsencode(self.relative(path))
        for old, new in zip(fields[1::3], fields[2::3], strict=False):
            if new == wanted:
                return os.fsdecode(old)
        return None

    def _fetch_advice(self, ref: str) -> str:
        remotes = _text(_git(self.root, "remote").stdout).splitlines()
        if not remotes:
            return "; this repository has no remote to fetch it from"
        remote, _, branch = ref.partition("/")
        if remote not in remotes or not branch:
            remote, branch = ("origin" if "origin" in remotes else remotes[0]), ref
        target = f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"
        looks_like_commit = len(ref) >= 7 and all(letter in "0123456789abcdef" for letter in ref.lower())  # noqa: PLR2004 - git's shortest usual abbreviation
        what = ref if looks_like_commit or "~" in ref or "^" in ref or ref.startswith("HEAD") else target
        if what is not target and not looks_like_commit:
            return f"; the clone may be shallow: git fetch --deepen=50 {remote}"
        return f"; fetch it first: git fetch --depth=1 {remote} {what}"


def find_repository(path: str) -> Repository:
    """Give the repository whose work tree holds `path` (a file, existing or not, or a folder).

    Raises:
        InputError: there is none, or git is not installed.
    """
    folder = os.path.abspath(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    done = _git(folder, "rev-parse", "--show-toplevel")
    if done.returncode != 0:
        raise InputError(f"{path}: not inside a git repository ({_text(done.stderr).removeprefix('fatal: ')})")
    return Repository(os.path.realpath(os.fsdecode(done.stdout.removesuffix(b"\n"))))


def _git(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - git, with arguments that follow `--end-of-options` or are ours
            ["git", "-C", folder, *arguments],  # noqa: S607 - the git on PATH is the user's own
            capture_output=True,
            check=False,
            env=_environment(),
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise InputError("git is not installed (or not on PATH); comparing with a revision needs it") from None


def _environment() -> dict[str, str]:
    """Give git's environment: inside a hook, git sets relative paths that `-C` would break."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    environment.pop("GIT_PREFIX", None)
    if "GIT_WORK_TREE" not in environment:
        environment.pop("GIT_DIR", None)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        if name in environment:
            environment[name] = os.path.abspath(environment[name])
    return environment


def _text(output: bytes) -> str:
    return os.fsdecode(output).strip()
