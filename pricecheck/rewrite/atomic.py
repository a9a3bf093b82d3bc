"""Write files so that each is whole at every moment: the old text or the new one, whatever happens."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SUFFIX = ".pricecheck-tmp"


class Change(NamedTuple):
    """The bytes a file held when it was read, and those it shall hold."""

    path: str
    before: bytes
    after: bytes


def write_all(changes: Sequence[Change]) -> None:
    """Write all changes, each by renaming a finished sibling over its file; symbolic links keep their targets.

    All new texts are on the disk before the first file is replaced, so that a full disk changes none of them; where a
    later file can't be replaced after all, the earlier ones get their old text back. Mode and owner stay. Two paths to
    one file count as one.

    Raises:
        InputError: a file can't be written, or is not what it was when it was read. Nothing was changed, or the text
            names the files that could not be put back.
    """
    targets = {os.path.realpath(change.path): change for change in changes}
    ready: list[tuple[str, str, Change]] = []
    with contextlib.ExitStack() as cleaning:
        for target, change in targets.items():
            try:
                _refuse_if_changed(target, change)
                ready.append((cleaning.enter_context(_sibling(target, change.after)), target, change))
            except OSError as error:
                raise InputError(f"{change.path}: can't be written: {error.strerror or error}") from None
        done: list[tuple[str, Change]] = []
        for temporary, target, change in ready:
            try:
                _refuse_if_changed(target, change)
                os.replace(temporary, target)
            except (OSError, InputError) as error:
                reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
                stuck = _put_back(done)
                left = f" (written, and can't be put back: {', '.join(stuck)})" if stuck else ""
                raise InputError(f"{change.path}: can't be written: {reason}{left}") from None
            done.append((target, change))
            _sync_folder(os.path.dirname(target))


def _put_back(done: Sequence[tuple[str, Change]]) -> list[str]:
    """Give replaced files their old text, the last first; give the paths of those where that failed."""
    stuck: list[str] = []
    for target, change in reversed(done):
        try:
            with _sibling(target, change.before) as temporary:
                os.replace(temporary, target)
        except OSError:
            stuck.append(change.path)
    return stuck


def remove_stale(path: str) -> None:
    """Remove the temporary siblings that a killed run has left beside a file; one that is being written stays."""
    folder, name = os.path.split(os.path.realpath(path))
    with contextlib.suppress(OSError):
        for entry in os.listdir(folder):
            if entry.startswith(f".{name}.") and entry.endswith(_SUFFIX):
                _remove_unless_locked(os.path.join(folder, entry))


def _refuse_if_changed(target: str, change: Change) -> None:
    with open(target, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InputError(f"{change.path}: is not a regular file and can't be rewritten")
        if file.read() != change.before:
            raise InputError(f"{change.path}: has changed since it was read; nothing written, run it again")
    if not os.access(target, os.W_OK):
        raise InputError(f"{change.path}: can't be written: it is read-only")


@contextlib.contextmanager
def _sibling(target: str, data: bytes) -> Iterator[str]:
    """Give the path of a finished temporary file beside `target`; it is gone afterwards, renamed or not."""
    folder, name = os.path.split(target)
    descriptor, temporary = tempfile.mkstemp(_SUFFIX, f".{name}.", folder)
    try:
        with open(descriptor, "wb") as file:
            _lock(file.fileno())
            file.write(data)
            file.flush()
            _keep_owner_and_mode(file.fileno(), target)
            os.fsync(file.fileno())
            if os.name != "posix":
                file.close()  # Windows renames no open file
            yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _keep_owner_and_mode(descriptor: int, target: str) -> None:
    wanted, present = os.stat(target), os.fstat(descriptor)
    if os.name == "posix":
        if (wanted.st_uid, wanted.st_gid) != (present.st_uid, present.st_gid):
            os.fchown(descriptor, wanted.st_uid, wanted.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(wanted.st_mode))


def _lock(descriptor: int) -> None:
    """Mark a temporary file as alive: the system drops the lock with the process, however that ends."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_unless_locked(path: str) -> None:
    try:
        import fcntl
    except ImportError:  # without it, Windows: a file that is open there can't be removed
        os.unlink(path)
        return
    with open(path, "rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        os.unlink(path)


def _sync_folder(folder: str) -> None:
    """Make a renaming last through a power cut; not every system lets a folder be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
