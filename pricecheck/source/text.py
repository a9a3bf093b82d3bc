"""Bytes to text, exactly: nothing is normalised, so that every offset is a place in the user's own file."""

from __future__ import annotations


class SourceError(Exception):
    """A file that is no text at all; the message is one sentence for the person who asked for it."""


_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes) -> str:
    """Decode a file's bytes: UTF-8 only, byte order mark (as U+FEFF at offset 0) and line endings kept.

    Raises:
        SourceError: the bytes are not UTF-8; the message names the first bad byte and its offset in bytes.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = " (UTF-16 file?)" if data.startswith(_UTF_16_MARKS) else ""
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}{guess}"
        raise SourceError(message) from None
