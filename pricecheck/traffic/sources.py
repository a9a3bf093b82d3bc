"""The files of a sample: which there are, how they are packed, and their lines as bytes."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from pricecheck.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

STDIN = "-"
_GLOB = frozenset("*?[")
_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_ENDINGS = {".gz": "gzip", ".zst": "zstd", ".parquet": "parquet"}
_BUFFER = 1 << 18
_HEAD_LINES, _HEAD_BYTES, _LONGEST_LINE = 200, 1 << 20, 1 << 26
_TAIL_BYTES = 1 << 16


class LogFile(NamedTuple):
    """A file to read: `name` as the user knows it, `path` a link of our own to it.

    The link's name has nothing in it that a library could take for a glob, an address or a format. `packing` is
    `uncompressed`, `gzip`, `zstd` or `parquet`, told by the first bytes and not by the name.
    """

    name: str
    path: str
    packing: str

    @property
    def remote(self) -> bool:
        """Whether it stands at an address, which only a cluster reads, and not in a folder."""
        return is_address(self.path)


def is_address(path: str) -> bool:
    """Tell whether a path is an address like `s3a://bucket/logs/*.jsonl`."""
    return "://" in path and not os.path.lexists(path)


def find(paths: Sequence[str]) -> list[str]:
    """Give the files that paths and globs name, each once, by whatever names; what exists is never taken for a glob.

    Addresses stay as they are.

    Raises:
        InputError: nothing is there.
    """
    found: dict[str, str] = {}
    for path in paths:
        if path == STDIN or is_address(path):
            found[path] = path
        elif os.path.lexists(path):
            found.setdefault(os.path.realpath(path), path)
        elif _GLOB & set(path):
            from glob import glob

            files = sorted(file for file in glob(path, recursive=True) if not os.path.isdir(file))
            if not files:
                raise InputError(f"{path}: no file matches")
            for file in files:
                found.setdefault(os.path.realpath(file), file)
        else:
            raise InputError(f"{path}: no such file")
    return list(found.values())


def take(name: str, folder: str, number: int) -> LogFile:
    """Make a log readable again and again under a name of our own in `folder`: a link, for a pipe a copy.

    Raises:
        InputError: the file can't be read.
    """
    if is_address(name):
        return LogFile(
            name, name, next((packing for end, packing in _ENDINGS.items() if name.endswith(end)), "uncompressed")
        )
    path = os.path.join(folder, f"log-{number}")
    try:
        if name == STDIN:
            if sys.stdin is None:
                raise InputError("-: standard input is closed")
            _copy(sys.stdin.buffer, path)
        else:
            mode = os.stat(name).st_mode
            if stat.S_ISDIR(mode):
                raise InputError(f"{name}: is a folder; name its files, as in '{name.rstrip('/')}/*.jsonl'")
            if stat.S_ISREG(mode):
                os.symlink(os.path.realpath(name), path)
            else:
                with open(name, "rb") as pipe:
                    _copy(pipe, path)
        with open(path, "rb") as file:
            first = file.read(4)
    except ValueError as error:
        raise InputError(f"{name!r}: is not a path ({error})") from None
    except OSError as error:
        raise InputError(f"{name}: can't be read: {error.strerror or error}") from None
    packing = packing_of(first)
    ending = next((end for end, packed in _ENDINGS.items() if packed == packing), "")
    os.rename(path, path + ending)  # Spark goes by the ending, whatever the log itself is called
    return LogFile("<stdin>" if name == STDIN else name, path + ending, packing)


def _copy(source: IO[bytes], path: str) -> None:
    from shutil import copyfileobj

    with open(path, "wb") as file:
        copyfileobj(source, file, _BUFFER)


def packing_of(first: bytes) -> str:
    """Tell by the first four bytes of a file how it is packed, in the words of `LogFile.packing`."""
    if first.startswith(_GZIP):
        return "gzip"
    if first == _ZSTD:
        return "zstd"
    return "parquet" if first == _PARQUET else "uncompressed"


@contextmanager
def opened(file: LogFile) -> Iterator[IO[bytes]]:
    r"""Open a log for its unpacked bytes; iterated, it gives lines with their `\n`, and nothing else ends a line.

    Raises:
        InputError: the file is damaged or cut off; also while the lines are read.
    """
    try:
        with _open(file) as stream:
            yield stream
    except EOFError:
        raise InputError(f"{file.name}: is cut off: the packed data ends in the middle") from None
    except _damage(file) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"{file.name}: can't be read: {reason}") from None


def head(file: LogFile) -> list[bytes]:
    """Give the first lines of a log that are not empty, at most 200 or about 1 MB of them, to recognise it by.

    Raises:
        InputError: the file is damaged or cut off.
    """
    found: list[bytes] = []
    size = 0
    with opened(file) as stream:
        while len(found) < _HEAD_LINES and size < _HEAD_BYTES and (line := stream.readline(_LONGEST_LINE)):
            if not line.isspace():
                found.append(line)
                size += len(line)
    return found


def empty_lines_before(file: LogFile) -> int:
    """Count the empty lines at the start of a log.

    Raises:
        InputError: the file is damaged or cut off.
    """
    found = 0
    with opened(file) as stream:
        for line in stream:
            if not line.isspace():
                break
            found += 1
    return found


def with_even_ends(file: LogFile) -> LogFile:
    r"""Copy a log beside its link, not packed, each `\r\n` as `\n`; give the copy under the same name.

    Raises:
        InputError: the file is damaged or cut off.
    """
    path = f"{file.path}.lf"
    held = b""
    with opened(file) as stream, open(path, "wb") as copy:
        while chunk := stream.read(_BUFFER):
            chunk = held + chunk
            held = b"\r" if chunk.endswith(b"\r") else b""  # its line feed may begin the next chunk
            copy.write(chunk.removesuffix(held).replace(b"\r\n", b"\n"))
        copy.write(held)
    return file._replace(path=path, packing="uncompressed")


def tail(file: LogFile) -> list[bytes]:
    """Give the last lines of a log that is not packed, and nothing of one that is.

    Raises:
        InputError: the file can't be read.
    """
    if file.packing != "uncompressed" or file.remote:
        return []
    with opened(file) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _TAIL_BYTES))
        return stream.read().splitlines()[1:]


def _damage(file: LogFile) -> tuple[type[Exception], ...]:
    if file.packing == "zstd":
        damage: type[Exception] = _zstd().ZstdError
        return (OSError, damage)
    import zlib

    return (OSError, zlib.error)


def _open(file: LogFile) -> IO[bytes]:
    if file.packing == "gzip":
        import gzip

        return cast("IO[bytes]", gzip.open(file.path, "rb"))
    if file.packing == "zstd":
        return cast("IO[bytes]", _zstd().open(file.path, "rb"))
    return open(file.path, "rb", buffering=_BUFFER)


def _zstd() -> ModuleType:
    from importlib import import_module

    return import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
