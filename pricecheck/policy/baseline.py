"""The baseline: findings that were there when pricecheck was taken up, and that are not shown until they are mended.

A JSON file, sorted and with one line an entry, so that its diffs read well. An entry is keyed by rule, file and config
path and not by line, so that edits elsewhere do not bring a finding back; its count is the most it ever hides.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from pricecheck import files
from pricecheck.errors import InputError
from pricecheck.findings import ConfigPath, SourceText, Span
from pricecheck.policy.errors import BaselineError
from pricecheck.policy.hiding import Hideable, may_hide
from pricecheck.policy.paths import from_file, relative_to_file
from pricecheck.source.json_parser import parse_json
from pricecheck.source.nodes import Mapping as MappingNode
from pricecheck.source.nodes import Sequence as SequenceNode
from pricecheck.source.nodes import resolve
from pricecheck.source.text import SourceError, decode
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

SCHEMA_VERSION = 1
_ROOT_KEYS = ("schema_version", "entries")
_ENTRY_KEYS = ("rule", "file", "path", "count")


class Key(NamedTuple):
    """What a finding is known by: code, file relative to the baseline with `/`, config path."""

    rule: str
    file: str
    path: ConfigPath

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """File, place, code; the path as JSON, because keys and indexes do not compare."""
        return (self.file, json.dumps(self.path), self.rule)


class Baseline(NamedTuple):
    """A baseline file: `counts` in the order of the file, and its text, whose path anchors the files' names."""

    source: SourceText
    counts: dict[Key, int]

    def spans(self) -> dict[Key, Span]:
        """Give the place of every entry in the text."""
        root = parse_json(self.source).root
        entries = root.get("entries") if isinstance(root, MappingNode) else None
        items = entries.items if isinstance(entries, SequenceNode) else ()
        return {key: resolve(item).span for key, item in zip(self.counts, items, strict=True)}

    def unjudged(self, *, ran: Collection[str], checked: Collection[str]) -> dict[Key, int]:
        """Give the entries that a run says nothing of.

        Their rule is not in `ran` (codes), or their file is there and not in `checked` (display paths).
        """
        names = _Names(self.source.path)
        judged = {names.of(path) for path in checked}
        return {
            key: count
            for key, count in self.counts.items()
            if not names.is_gone(key.file) and not (key.rule in ran and key.file in judged)
        }


class StaleEntry(NamedTuple):
    """An entry that allows more than was found: `left` of its `known` findings are still there."""

    key: Key
    known: int
    left: int

    @property
    def message(self) -> str:
        """One sentence for PC905."""
        places = counted(self.known, "finding")
        left = f"{self.left} left" if self.left else "none left"
        return f"this entry hides {places} of {self.key.rule} in {self.key.file}, and there is {left}"


FindingT = TypeVar("FindingT", bound=Hideable)


class BaselineOutcome(NamedTuple, Generic[FindingT]):
    """What is left after the baseline: `new` and `baselined` in the order given, the stale entries in file order."""

    new: tuple[FindingT, ...]
    baselined: tuple[FindingT, ...]
    stale: tuple[StaleEntry, ...]


def read_baseline(path: str) -> Baseline:
    """Read a baseline file.

    Raises:
        BaselineError: it can't be read, or is not a baseline.
    """
    try:
        return parse_baseline(decode(files.read_bytes(path)), path)
    except InputError as error:
        raise error if isinstance(error, BaselineError) else BaselineError(str(error)) from None
    except SourceError as error:
        raise BaselineError(f"{path}: {error}") from None


def parse_baseline(text: str, path: str) -> Baseline:
    """Read a baseline from its text; `path` names it in messages and is what the files in it are relative to.

    Raises:
        BaselineError: it is not a baseline.
    """
    source = SourceText(path, text)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        problem = next(iter(parse_json(source).problems), None)
        raise _error(
            source, problem.span if problem else Span(0, 0), problem.message if problem else "not JSON"
        ) from None
    try:
        return Baseline(source, _read(value))
    except _WrongError as error:
        raise _error(source, _find(source, error.path), error.message) from None


def collect_baseline(
    findings: Iterable[Hideable], path: str, kept: Mapping[Key, int] = MappingProxyType({})
) -> Baseline:
    """Make the baseline, to be written to `path`, that hides these findings; those nothing may hide are left out.

    `kept` are entries that stay as they are.
    """
    names = _Names(path)
    counts = Counter(names.key(finding) for finding in findings if may_hide(finding))
    counts.update(kept)
    ordered = dict(sorted(counts.items(), key=lambda item: item[0].sort_key))
    return Baseline(SourceText(path, _format(ordered)), ordered)


def write_baseline(baseline: Baseline) -> None:
    """Write a baseline to its path, over what is there.

    Raises:
        BaselineError: the file can't be written.
    """
    path = baseline.source.path
    try:
        with open(path, "w", encoding="ascii", newline="\n") as file:
            file.write(baseline.source.text)
    except OSError as error:
        raise BaselineError(f"{path}: can't be written: {error.strerror or error}") from None


def apply_baseline(
    findings: Iterable[FindingT], baseline: Baseline, *, ran: Collection[str], checked: Collection[str]
) -> BaselineOutcome[FindingT]:
    """Sort findings into new and baselined; of one key, the first ones are hidden, never more than its count.

    An entry is judged stale only if its rule is in `ran` (codes) and its file in `checked` (display paths), or if its
    file is gone from the disk.
    """
    names = _Names(baseline.source.path)
    left = dict(baseline.counts)
    new: list[FindingT] = []
    hidden: list[FindingT] = []
    for finding in findings:
        key = names.key(finding)
        if left.get(key, 0) > 0 and may_hide(finding):
            left[key] -= 1
            hidden.append(finding)
        else:
            new.append(finding)
    judged = {names.of(path) for path in checked}
    stale = [
        StaleEntry(key, count, count - left[key])
        for key, count in baseline.counts.items()
        if left[key] and ((key.rule in ran and key.file in judged) or names.is_gone(key.file))
    ]
    return BaselineOutcome(tuple(new), tuple(hidden), tuple(stale))


class _Names:
    """How the baseline at `anchor` names files; each display path is worked out once."""

    def __init__(self, anchor: str) -> None:
        self._anchor = anchor
        self._names: dict[str, str] = {}

    def of(self, path: str) -> str:
        if path not in self._names:
            self._names[path] = relative_to_file(path, self._anchor)
        return self._names[path]

    def key(self, finding: Hideable) -> Key:
        return Key(finding.rule, self.of(finding.file), finding.finding.path)

    def is_gone(self, name: str) -> bool:
        return not os.path.exists(from_file(name, self._anchor))


def _format(counts: dict[Key, int]) -> str:
    lines = [json.dumps({**key._asdict(), "count": count}) for key, count in counts.items()]
    body = ",\n".join(f"    {line}" for line in lines)
    entries = f"[\n{body}\n  ]" if lines else "[]"
    return f'{{\n  "schema_version": {SCHEMA_VERSION},\n  "entries": {entries}\n}}\n'


class _WrongError(Exception):
    """What is not as a baseline is, at `path` of the JSON value."""

    def __init__(self, path: ConfigPath, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


def _read(value: object) -> dict[Key, int]:
    root = _object(value, (), _ROOT_KEYS)
    version = root["schema_version"]
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise _WrongError(("schema_version",), f"this pricecheck reads baselines of version {SCHEMA_VERSION} only")
    if not isinstance(root["entries"], list):
        raise _WrongError(("entries",), "'entries' is a list")
    counts: dict[Key, int] = {}
    for number, entry in enumerate(root["entries"]):
        place = ("entries", number)
        fields = _object(entry, place, _ENTRY_KEYS)
        key = Key(_text(fields, "rule", place), _text(fields, "file", place), _path(fields["path"], place))
        count = fields["count"]
        if type(count) is not int or count < 1:
            raise _WrongError((*place, "count"), "'count' is a whole number from 1 up")
        if key in counts:
            raise _WrongError(place, "an earlier entry has the same rule, file and path")
        counts[key] = count
    return counts


def _object(value: object, place: ConfigPath, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _WrongError(place, f"an object with {', '.join(keys)} belongs here")
    for key in value:
        if key not in keys:
            raise _WrongError((*place, key), f"unknown key {key!r} (known here: {', '.join(keys)})")
    for key in keys:
        if key not in value:
            raise _WrongError(place, f"{key!r} is missing")
    return value


def _text(fields: dict[str, Any], name: str, place: ConfigPath) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value:
        raise _WrongError((*place, name), f"{name!r} is a string that is not empty")
    return value


def _path(value: object, place: ConfigPath) -> ConfigPath:
    if not isinstance(value, list) or not all(type(part) in {str, int} for part in value):
        raise _WrongError((*place, "path"), "'path' is a list of keys (strings) and indexes (numbers)")
    return tuple(value)


def _find(source: SourceText, path: ConfigPath) -> Span:
    """Give the place of the value at `path`, or of the nearest one around it."""
    node = parse_json(source).root
    for part in path:
        if isinstance(node, MappingNode) and part in node.index:
            node = node.index[str(part)].value
        elif isinstance(node, SequenceNode) and isinstance(part, int):
            node = node.items[part]
    return Span(0, 0) if node is None else resolve(node).span


def _error(source: SourceText, span: Span, message: str) -> BaselineError:
    line, column, _ = source.position(span.start)
    return BaselineError(f"{source.path}:{line}:{column}: {message}")
