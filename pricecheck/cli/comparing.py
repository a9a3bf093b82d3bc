"""What a config is compared with: the same file, or the one it takes over from, at a git revision; and its policy."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import files
from pricecheck.cli.exceptions import Exceptions
from pricecheck.engine import is_json
from pricecheck.errors import InputError, UsageError
from pricecheck.findings import SourceText
from pricecheck.policy.discovery import PolicyFinder, read_from_disk
from pricecheck.revisions import INDEX, NOTHING, Repository, find_repository
from pricecheck.rules.comparison import Deployed, approve_nothing
from pricecheck.rules.vocabulary import vocabulary
from pricecheck.source.text import SourceError, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pricecheck.gateway.config import Config
    from pricecheck.gateway.environment import Environment
    from pricecheck.policy.approvals import ApprovalRequest
    from pricecheck.policy.model import Policy


class Against(NamedTuple):
    """The two sides of a comparison in a repository.

    `ref` is the old side as typed, `old` its commit; `new` is the commit of the new side, `INDEX` for what is staged
    and None for the work tree. `revision` is what names the old side where `ref` does not: a common ancestor.
    """

    repository: Repository
    ref: str
    old: str
    new: str | None = None
    revision: str | None = None

    def read_old(self, path: str) -> bytes | None:
        """Give a file of the old side."""
        return self.repository.read(self.old, path)

    def read_new(self, path: str) -> bytes:
        """Give a file of the new side.

        Raises:
            InputError: it is not there.
        """
        if self.new is None or path == files.STDIN:
            return files.read_bytes(path)
        content = self.repository.read(self.new, path)
        if content is None:
            raise InputError(f"{path}: is not {'staged' if self.new == INDEX else f'in {self.new[:12]}'}")
        return content

    def old_path(self, path: str) -> str | None:
        """Give the file of the old side that `path` takes over from, as a path of the file system; None for none.

        It is the file of that name, else the one git saw renamed, else the one the gateway loaded from that folder: it
        takes the first of its names that is there (gateway.md §1.1), so that a new name for the config, or a second
        config that wins over the first, is held to the prices that were charged until now.
        """
        if self.repository.read(self.old, path) is not None:
            return path
        name = self.repository.renamed_from(self.old, path, self.new)
        if name is not None:
            return self._absolute(name)
        folder = os.path.dirname(path)
        if os.path.basename(path) not in files.CONFIG_NAMES:
            return None
        siblings = (os.path.join(folder, name) for name in files.CONFIG_NAMES)
        return next((other for other in siblings if self.repository.read(self.old, other) is not None), None)

    def old_label(self, path: str) -> str:
        """Name a file of the old side to a person: `main:conf/tollbooth.yaml`."""
        return f"{self.ref}:{self.repository.relative(path)}"

    def configs(self) -> list[str]:
        """Give the configs of either side below the working directory, as typed from there."""
        old = self._below(self.repository.names(self.old))
        if self.new is not None:
            new = self._below(self.repository.names(self.new))
        else:
            try:
                new = files.expand(["."])
            except InputError:
                new = []
        return sorted({*old, *new})

    def exists(self, path: str) -> bool:
        """Tell whether the new side has the file."""
        return os.path.exists(path) if self.new is None else self.repository.read(self.new, path) is not None

    def _absolute(self, name: str) -> str:
        return os.path.relpath(os.path.join(self.repository.root, *name.split("/")))

    def _below(self, names: Iterable[str]) -> list[str]:
        paths = (self._absolute(name) for name in names if name.rpartition("/")[2] in files.CONFIG_NAMES)
        return [path for path in paths if not path.startswith(os.pardir) and not files.is_skipped(path)]


def against(ref: str, where: str, *, staged: bool = False, to: str | None = None, merge_base: bool = False) -> Against:
    """Open both sides of a comparison in the repository that holds `where`.

    Raises:
        InputError: there is no repository, or a ref is missing.
    """
    repository = find_repository(where)
    new = INDEX if staged else repository.resolve(to) if to else None
    old = repository.merge_base(ref, to or "HEAD") if merge_base else repository.resolve(ref)
    # A runner gives whole commit hashes, which nobody reads.
    return Against(repository, ref[:12] if ref == old else ref, old, new, old[:12] if merge_base else None)


def old_source(sides: Against, path: str) -> SourceText | None:
    """Give what `path` replaces; None where there was nothing: a first deploy.

    Raises:
        InputError: it is not UTF-8 text.
    """
    found = sides.old_path(path)
    content = sides.read_old(found) if found is not None else None
    if found is None or content is None:
        return None
    return text_of(sides.old_label(found), content)


def text_of(label: str, content: bytes) -> SourceText:
    """Decode a file.

    Raises:
        InputError: it is not UTF-8 text.
    """
    try:
        return SourceText(label, decode(content))
    except SourceError as error:
        raise InputError(f"{label}: {error}") from None


def old_config(source: SourceText, environment: Environment) -> Config:
    """Read the config that is replaced, tolerantly: what the gateway refused there is not this change's fault.

    Raises:
        InputError: it can't be parsed, so that there is nothing to compare with.
    """
    from pricecheck.gateway.config import read_config
    from pricecheck.gateway.loading import load
    from pricecheck.source.yaml_parser import parse

    loaded = load(parse(source, is_json=is_json(source.path)), environment)
    if loaded.document.root is None:
        message = loaded.refusals[0].message if loaded.refusals else "it is empty"
        raise InputError(f"{source.path}: there is nothing to compare with: {message}")
    return read_config(loaded)


class Policies:
    """The policies and approvals of one run. Each file is read once."""

    def __init__(
        self, *, isolated: bool = False, policy: str | None = None, exceptions: Exceptions | None = None
    ) -> None:
        """`isolated`: no policy, no approvals; `policy`: this file and no other; `exceptions`: those of the run.

        Raises:
            UsageError: a policy is named, and none is to be used.
        """
        if policy is not None and isolated:
            raise UsageError("--policy and --isolated: give one")
        self._exceptions = exceptions or Exceptions(isolated=isolated)
        self._isolated = isolated
        self._policy = policy
        self._vocabulary = vocabulary()
        self._finders: dict[str, PolicyFinder] = {}

    def of(self, sides: Against | None, folder: str) -> tuple[Policy, str]:
        """Give the policy of the old side for a folder, and the folder its approvals are in.

        A pull request can't loosen its own bounds: what counts is the policy that was in force before.

        Raises:
            PolicyError: it can't be used.
        """
        from pricecheck.policy.model import Policy

        root = sides.repository.root if sides else os.getcwd()
        if self._isolated or (sides is not None and sides.old == NOTHING and self._policy is None):
            return Policy(), root
        finder = self.finder(sides)
        path = os.path.abspath(self._policy) if self._policy else finder.find(os.path.realpath(folder))
        # A policy that the change itself brings was not in force: the defaults were.
        if path is None or (sides is not None and self._policy and text_at_ref(sides, path) is None):
            return Policy(), root
        return finder.policy_at(path), os.path.dirname(path)

    def approves(
        self, folder: str, read: Callable[[str], bytes | None] | None = None
    ) -> Callable[[ApprovalRequest], bool]:
        """Give the test for approvals recorded in a folder: those of the new side, where a change is approved.

        Raises:
            PolicyError: the file can't be used.
        """
        return self._exceptions.approves(folder, read) or approve_nothing

    def finder(self, sides: Against | None) -> PolicyFinder:
        """Give the finder of the old side's policies; of those on disk without sides."""
        key = sides.old if sides else ""
        if key not in self._finders:
            made = PolicyFinder(self._vocabulary)
            if sides is not None:
                made = PolicyFinder(self._vocabulary, partial(text_at_ref, sides), f"{sides.ref}:")
            self._finders[key] = made
        return self._finders[key]


def deployed_of(
    sides: Against, path: str, policies: Policies, environment: Environment, anchor: Against | None = None
) -> Deployed | None:
    """Give what a config is held to; None at a first deploy.

    Raises:
        InputError: the old config, the policy or the approvals can't be used.
    """
    source = old_source(sides, path)
    if source is None:
        return None
    # Where the config was: moving it does not take it out of the reach of a policy.
    policy, folder = policies.of(sides, os.path.dirname(os.path.abspath(sides.old_path(path) or path)))
    read = None if sides.new is None else partial(sides.repository.read, sides.new)
    approves = policies.approves(folder, read)
    older = old_source(anchor, path) if anchor else None
    drift = Deployed(anchor.ref, older, old_config(older, environment), policy, approves) if anchor and older else None
    return Deployed(sides.ref, source, old_config(source, environment), policy, approves, drift, sides.revision)


def text_at_ref(sides: Against, path: str) -> str | None:
    """Give the text of a file as it was on the old side; from the disk where it lies outside of the repository.

    Raises:
        InputError: it is not UTF-8 text.
    """
    try:
        sides.repository.relative(path)
    except InputError:
        return read_from_disk(path)  # above the repository: no pull request changes that one
    return decoded(path, sides.read_old)


def decoded(path: str, read: Callable[[str], bytes | None]) -> str | None:
    """Give the text of a file that `read` gives the bytes of; None where there is none.

    Raises:
        InputError: it is not UTF-8 text.
    """
    content = read(path)
    return None if content is None else text_of(path, content).text
