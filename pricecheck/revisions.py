"""Files as they were at a git revision, through the `git` command; never the network."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from typing import NamedTuple

from pricecheck.errors import InputError

INDEX = ":"
"""The revision that means the staged content."""

NOTHING = ""
"""The revision of a repository without commits: there are no files at it."""

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_LOOKS_LIKE_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")
_LOOKS_LIKE_TAG = re.compile(r"v?[0-9]+(?:\.[0-9]+)*\Z")
_LINK = "120000"
_MOST_LINKS = 10


class Repository(NamedTuple):
    """A work tree: its top folder, absolute with symbolic links resolved, and the index a hook works on, if it has one.

    Wherever a method takes a ref it also takes `INDEX`, and what `resolve` gave for a ref.
    """

    root: str
    index_file: str | None = None

    def resolve(self, ref: str) -> str:
        """Give the commit a ref names, in hexadecimal; `NOTHING` for `HEAD` before the first commit.

        Raises:
            InputError: the ref does not exist here; the text says what to fetch.
        """
        if ref in {INDEX, NOTHING} or _COMMIT.match(ref):
            if ref in {INDEX, NOTHING} or self._run("cat-file", "-e", f"{ref}^{{commit}}").returncode == 0:
                return ref
        else:
            done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
            if done.returncode == 0:
                return _text(done.stdout)
            if ref == "HEAD" and self._run("rev-list", "-n1", "--all").stdout == b"":
                return NOTHING
        raise InputError(f"git knows no commit {ref!r} here; {self._advice(ref)}")

    def merge_base(self, ref: str, other: str = "HEAD") -> str:
        """Give the best common ancestor of two refs.

        Raises:
            InputError: a ref is missing, or the clone is too shallow to hold the ancestor.
        """
        done = self._run("merge-base", self.resolve(ref), self.resolve(other))
        if done.returncode == 0:
            return _text(done.stdout)
        advice = "; the clone is shallow: git fetch --unshallow" if self._is_shallow() else ""
        raise InputError(f"{ref!r} and {other!r} have no common ancestor here{advice}")

    def read(self, ref: str, path: str) -> bytes | None:
        """Give a file's bytes at a revision; None where it is not there.

        `path` is a path of the file system. A symbolic link is followed as long as it stays inside the repository.

        Raises:
            InputError: the ref is missing, or the path lies outside the repository.
        """
        commit = self.resolve(ref)
        name: str | None = self.relative(path)
        for _ in range(_MOST_LINKS):
            mode = self._mode(commit, name) if name else None
            if mode is None or not mode.startswith(("100", "120")):
                return None
            done = self._run("cat-file", "blob", f":0:{name}" if commit == INDEX else f"{commit}:{name}")
            if done.returncode != 0:
                raise InputError(f"git can't read {name} at {ref}: {_text(done.stderr).removeprefix('fatal: ')}")
            if mode != _LINK:
                return done.stdout
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name or ""), os.fsdecode(done.stdout)))
            name = None if target.startswith(("/", "..")) else target
        return None

    def _mode(self, commit: str, name: str) -> str | None:
        if commit == NOTHING:
            return None
        listing = ("ls-files", "-s", "-z") if commit == INDEX else ("ls-tree", "-z", "--full-tree", commit)
        found = self._run("--literal-pathspecs", *listing, "--", name).stdout
        line = next((line for line in found.split(b"\0") if os.fsdecode(line.partition(b"\t")[2]) == name), b"")
        return os.fsdecode(line).split(" ")[0] or None

    def relative(self, path: str) -> str:
        """Give a path relative to the root, with `/` between the parts.

        Raises:
            InputError: it lies outside.
        """
        folder, name = os.path.split(os.path.abspath(path))
        relative = os.path.relpath(os.path.join(os.path.realpath(folder), name), self.root)
        if relative.split(os.sep)[0] == os.pardir or os.path.isabs(relative):
            raise InputError(f"{path}: outside the git repository {self.root}")
        return relative.replace(os.sep, "/")

    def names(self, ref: str) -> list[str]:
        """Give the paths of all files at a revision, relative to the root.

        Raises:
            InputError: the ref is missing.
        """
        commit = self.resolve(ref)
        if commit == NOTHING:
            return []
        listing = (
            ("ls-files", "-z") if commit == INDEX else ("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
        )
        return [os.fsdecode(name) for name in self._run(*listing).stdout.split(b"\0") if name]

    def renamed_from(self, ref: str, path: str, to: str | None = None) -> str | None:
        """Give the path, relative to the root, that a file had at `ref` where git sees that it was renamed since.

        `to` is the revision that has it as `path`; None for the work tree, in which git knows only added files.
        """
        commit = self.resolve(ref)
        if commit == NOTHING:
            return None
        sides = [commit] if to is None else ["--cached", commit] if to == INDEX else [commit, self.resolve(to)]
        done = self._run(
            "diff", "--no-ext-diff", "--no-color", "-z", "--name-status", "--find-renames", "--diff-filter=R", *sides
        )
        fields = done.stdout.split(b"\0")
        wanted = os.fsencode(self.relative(path))
        pairs = zip(fields[1::3], fields[2::3], strict=False)
        return next((os.fsdecode(old) for old, new in pairs if new == wanted), None)

    def _is_shallow(self) -> bool:
        return _text(self._run("rev-parse", "--is-shallow-repository").stdout) == "true"

    def _advice(self, ref: str) -> str:
        """Say which command brings the ref here, under the very name that was asked for."""
        from shlex import quote

        remotes = _text(self._run("remote").stdout).splitlines()
        if not remotes:
            return "this repository has no remote to fetch it from"
        remote = "origin" if "origin" in remotes else remotes[0]
        shallow = self._is_shallow()
        # On a complete clone --depth would cut its history off.
        fetch = "git fetch --depth=1" if shallow else "git fetch"
        before, slash, branch = ref.partition("/")
        if any(mark in ref for mark in "~^@:") or ref.startswith("HEAD"):
            found = f"git fetch --deepen=50 {quote(remote)}" if shallow else ""
        elif _LOOKS_LIKE_COMMIT.match(ref) and not _COMMIT.match(ref):
            found = f"git fetch --unshallow {quote(remote)}" if shallow else ""
        elif _COMMIT.match(ref):
            found = f"{fetch} {quote(remote)} {ref}"
        elif slash and before in remotes:
            found = f"{fetch} {quote(before)} {quote(f'+refs/heads/{branch}:refs/remotes/{ref}')}"
        elif _LOOKS_LIKE_TAG.match(ref):
            found = f"{fetch} {quote(remote)} tag {quote(ref)}"
        else:
            full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
            found = f"{fetch} {quote(remote)} {quote(f'+{full}:{full}')}"
        return f"fetch it first: {found}" if found else "is it spelt right?"

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return _git(self.root, self.index_file, *arguments)


def find_repository(path: str) -> Repository:
    """Give the repository whose work tree holds `path` (a file, existing or not, or a folder).

    Raises:
        InputError: there is none, or git is not installed.
    """
    folder = os.path.abspath(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    done = _git(folder, None, "rev-parse", "--show-toplevel")
    if done.returncode != 0:
        raise InputError(f"{path}: not inside a git repository ({_text(done.stderr).removeprefix('fatal: ')})")
    root = os.path.realpath(os.fsdecode(done.stdout.removesuffix(b"\n")))
    return Repository(root, _hook_index(root))


def is_revision(word: str) -> bool:
    """Tell whether a word that names no file names a commit of the repository here."""
    if not word or word.startswith("-") or ":" in word or "\0" in word or os.path.lexists(word):
        return False
    try:
        return find_repository(".").resolve(word) != NOTHING
    except InputError:
        return False


def _hook_index(root: str) -> str | None:
    """Give the index of the commit in the making: `git commit -a` and `git commit FILE` build one of their own.

    It belongs to the repository whose hook is running, and not to a submodule that is looked at on the way.
    """
    index = os.environ.get("GIT_INDEX_FILE")
    if not index:
        return None
    folder = os.path.realpath(_text(_git(root, None, "rev-parse", "--absolute-git-dir").stdout))
    index = os.path.realpath(index)
    return index if os.path.dirname(index) == folder else None


def _git(folder: str, index_file: str | None, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - git, with arguments of our own or behind `--end-of-options`
            ["git", "-C", folder, *arguments],  # noqa: S607 - the git on PATH is the user's own
            capture_output=True,
            check=False,
            env=_environment(index_file),
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise InputError("git is not installed (or not on PATH); comparing with a revision needs it") from None


def _environment(index_file: str | None) -> dict[str, str]:
    """Give git's environment. A hook's GIT_DIR is dropped: git finds it again from the folder, in submodules too."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    for name in ("GIT_PREFIX", "GIT_INDEX_FILE"):
        environment.pop(name, None)
    if "GIT_WORK_TREE" in environment:
        for name in ("GIT_DIR", "GIT_WORK_TREE"):
            if name in environment:
                environment[name] = os.path.abspath(environment[name])
    else:
        environment.pop("GIT_DIR", None)
    if index_file is not None:
        environment["GIT_INDEX_FILE"] = index_file
    return environment


def _text(output: bytes) -> str:
    return os.fsdecode(output).strip()
