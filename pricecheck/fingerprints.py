"""Names for findings that survive edits elsewhere in the file: what a baseline, SARIF and Code Quality compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.findings import ConfigPath

_LENGTH = 32


def stamp_fingerprints(items: Iterable[tuple[str, str, ConfigPath, str]]) -> list[str]:
    """Give one fingerprint a finding, in order; each is unique within its file.

    An item is the rule's code, the file, the config path (`()` where there is none) and the source line of the finding.
    The file only keeps the files apart: it is not hashed, so moving a file or the checkout changes nothing. Neither
    are line numbers: where there is a config path it is the identity, else the stripped source line. Equal ones in a
    file are told apart by their order. Result: 32 hex digits each.
    """
    import hashlib

    seen: dict[tuple[str, str, str], int] = {}
    prints: list[str] = []
    for rule, file, path, line in items:
        place = _joined(path) if path else f"line {line.strip()}"
        occurrence = seen.get((rule, file, place), 0)
        seen[rule, file, place] = occurrence + 1
        # A lone surrogate (JSON allows "\ud800" in a key) cannot be encoded otherwise.
        identity = f"{rule}\n{occurrence}\n{place}".encode("utf-8", "surrogatepass")
        prints.append(hashlib.sha256(identity, usedforsecurity=False).hexdigest()[:_LENGTH])
    return prints


def _joined(path: ConfigPath) -> str:
    # Lengths, because a key may hold any separator; a marker, because the index 1 and the key "1" are two places.
    parts = (f"{'i' if isinstance(part, int) else 's'}{len(str(part))}:{part}" for part in path)
    return "path " + "".join(parts)
