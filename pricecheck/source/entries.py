"""Edits that add and remove entries of maps and lists, written as their neighbours are.

They look at places and spelling only. Where the surroundings are too unusual to be sure, they give None: then there is
no such edit, and a person has to do it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from pricecheck.findings import Edit, Span
from pricecheck.patterns import late
from pricecheck.source.lines import start_of_line
from pricecheck.source.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as TypingSequence

    from pricecheck.source.document import Document
    from pricecheck.source.nodes import Entry, Node

_REST_OF_LINE = late(r"[ \t]*(?:(?<![^ \t])#[^\r\n]*)?(?=\r\n|\n|\Z)")
_LINE_BREAK = late(r"\r\n|\n")
_FIRST_IN_ITEM = late(r"[ \ufeff]*(?:-[ ]+)*\Z")
_PLAIN_KEY = late(r"[A-Za-z_$][\w$./-]*\Z", re.ASCII)
_NOT_STRINGS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})

Quote = Literal["plain", "single", "double"]


class Item(NamedTuple):
    """Where one piece of a collection begins and ends: an entry from its key, a list item from its value."""

    start: int
    end: int


class NewEntry(NamedTuple):
    """A `key: value` to write, both strings, unescaped, with the text of a comment behind it (empty: none)."""

    key: str
    value: str
    comment: str = ""


def insert_entry(
    document: Document, mapping: Mapping, key: str, value: str, like: Node | None = None
) -> tuple[Edit, ...] | None:
    """Give the edits that add `key: value` (both strings, unescaped) as the last entry of a map.

    Indentation, quotes, alignment and commas are those of the entries that are there; strings are quoted doubly where
    there is none to go by. `like` is a value elsewhere whose quotes the new value is to have.

    Returns:
        None where the key is already there, the map is an aliased one's copy, or its layout is unusual.
    """
    return insert_entries(document, mapping, [NewEntry(key, value)], like)


def insert_entries(
    document: Document, mapping: Mapping, entries: TypingSequence[NewEntry], like: Node | None = None
) -> tuple[Edit, ...] | None:
    """Give the edits that add entries at the end of a map, one or more, as `insert_entry` adds one.

    Comments are written where a line has one entry, and left out inside of brackets.
    """
    names = {entry.key for entry in entries}
    if len(names) < len(entries) or names & mapping.index.keys() or not all(map(_is_writable, entries)):
        return None
    if not mapping.entries:
        return _fill_empty(document, mapping, entries)
    style = _usual([entry.key for entry in mapping.entries], "plain")
    keys = [quoted(entry.key, style, json=document.is_json) for entry in entries]
    models = [like] if like is not None else [entry.value for entry in mapping.entries]
    style = _usual(models, "double")
    values = [quoted(entry.value, style, json=document.is_json) for entry in entries]
    text = document.source.text
    last = mapping.entries[-1]
    if mapping.flow:
        written = [f"{key}{_flow_colon(text, last, key)}{value}" for key, value in zip(keys, values, strict=True)]
        return _append_flow(text, mapping, _pieces(mapping), written)
    gap = _gap(document, mapping)
    lines = [
        f"{key}:{gap(key)}{value}{f' # {entry.comment}' if entry.comment else ''}"
        for key, value, entry in zip(keys, values, entries, strict=True)
    ]
    return _append_lines(text, last, lines)


def insert_map(
    document: Document, mapping: Mapping, key: str, entries: TypingSequence[NewEntry]
) -> tuple[Edit, ...] | None:
    """Give the edits that add `key` with a map of `entries` as the last entry of a map; None as in `insert_entry`."""
    if key in mapping.index or not mapping.entries or not _one_line(key) or not all(map(_is_writable, entries)):
        return None
    text, is_json = document.source.text, document.is_json
    last = mapping.entries[-1]
    name = quoted(key, _usual([entry.key for entry in mapping.entries], "plain"), json=is_json)
    pairs = [(quoted(entry.key, "plain", json=is_json), quoted(entry.value, "double")) for entry in entries]
    if mapping.flow:
        inner = ", ".join(f"{inner_key}: {value}" for inner_key, value in pairs)
        return _append_flow(text, mapping, _pieces(mapping), [f"{name}{_flow_colon(text, last, name)}{{{inner}}}"])
    step = " " * _indentation(document, mapping)
    lines = [
        f"{step}{inner_key}: {value}{f' # {entry.comment}' if entry.comment else ''}"
        for (inner_key, value), entry in zip(pairs, entries, strict=True)
    ]
    return _append_lines(text, last, [f"{name}:", *lines])


def remove_entry(document: Document, mapping: Mapping, name: str) -> tuple[Edit, ...] | None:
    """Give the edits that remove an entry with the comment behind it; comments on lines of their own stay.

    None where it is the only one of a block map, which then would be no map any more, or its layout is unusual.
    """
    number = next((at for at, entry in enumerate(mapping.entries) if entry.name == name), None)
    if number is None or sum(entry.name == name for entry in mapping.entries) > 1:
        return None
    return _remove(document.source.text, mapping, _pieces(mapping), number)


def remove_item(document: Document, sequence: Sequence, number: int) -> tuple[Edit, ...] | None:
    """Give the edits that remove the list item of that number, counted from 0; None as in `remove_entry`."""
    text = document.source.text
    if sequence.flow:
        return _remove(text, sequence, _pieces(sequence), number)
    dashes = [_dash(text, sequence, at) for at in range(len(sequence.items))]
    pieces = [Item(dash, item.end) for dash, item in zip(dashes, sequence.items, strict=True) if dash is not None]
    return _remove(text, sequence, pieces, number) if len(pieces) == len(dashes) else None


def quoted(value: str, style: Quote, *, json: bool = False) -> str:
    """Write a one-line string in a style; in double quotes where the style can't hold it, and always in JSON."""
    if json or style == "double":
        from json import dumps

        return dumps(value, ensure_ascii=False)
    if style == "single" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style == "plain" and _PLAIN_KEY.match(value) and value.lower() not in _NOT_STRINGS:
        return value
    return quoted(value, "double")


def _one_line(value: str) -> bool:
    return value.isprintable()


def _usual(nodes: tuple[Node, ...] | list[Node], default: Quote) -> Quote:
    """Give the quotes that most strings among some nodes have, the later ones in a tie."""
    counts: Counter[Quote] = Counter()
    for node in reversed(nodes):
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.style in {"plain", "single", "double"}:
            counts[node.style] += 1
    return counts.most_common(1)[0][0] if counts else default


def _is_writable(entry: NewEntry) -> bool:
    return all(map(_one_line, entry))


def _flow_colon(text: str, last: Entry, key: str) -> str:
    """Give the colon as it is written inside of brackets; a plain key needs the space behind it."""
    colon = text[last.key.end : last.value.outer]
    colon = colon if colon.strip(" ") == ":" and last.value.start < last.value.end else ": "
    return ": " if colon == ":" and not key.startswith(('"', "'")) else colon


def _gap(document: Document, mapping: Mapping) -> Callable[[str], str]:
    """Give the spaces behind a key's colon: those that align the value where all values are aligned, else one."""
    source = document.source
    columns, gaps = set(), set()
    for entry in mapping.entries:
        between = source.text[entry.key.end : entry.value.outer]
        if between.startswith(":") and between[1:].strip(" ") == "" and entry.value.start < entry.value.end:
            columns.add(source.position(entry.value.outer).column)
            gaps.add(len(between) - 1)
    if len(columns) == 1 and len(gaps) > 1:
        width = columns.pop() - source.position(mapping.entries[0].key.outer).column - 1
        return lambda key: " " * max(1, width - len(key))
    usual = " " * gaps.pop() if len(gaps) == 1 and columns else " "
    return lambda _: usual


def _indentation(document: Document, mapping: Mapping) -> int:
    """Give by how much a map inside of this one is indented, as the nearest example of the text has it; else 2."""
    for outer in (mapping, document.root):
        if isinstance(outer, Mapping) and not outer.flow:
            inner = (entry.value for entry in outer.entries if isinstance(entry.value, Mapping))
            columns = [_column(document.source.text, one.start) for one in inner if not one.flow]
            if columns:
                return max(1, columns[0] - _column(document.source.text, outer.start))
    return 2


def _pieces(collection: Mapping | Sequence) -> list[Item]:
    if isinstance(collection, Mapping):
        return [Item(entry.key.outer, entry.value.end) for entry in collection.entries]
    return [Item(item.outer, item.end) for item in collection.items]


def _is_bare(text: str, collection: Mapping | Sequence) -> bool:
    return collection.flow and not text[collection.start + 1 : collection.end - 1].strip()


def _fill_empty(document: Document, mapping: Mapping, entries: TypingSequence[NewEntry]) -> tuple[Edit, ...] | None:
    text = document.source.text
    if not _is_bare(text, mapping):
        return None
    written = ", ".join(
        f"{quoted(entry.key, 'plain', json=document.is_json)}: {quoted(entry.value, 'double')}" for entry in entries
    )
    padding = " " if text[mapping.start : mapping.end].startswith("{ ") else ""
    return (Edit(mapping.span, f"{{{padding}{written}{padding}}}"),)


def _column(text: str, offset: int) -> int:
    return offset - start_of_line(text, offset)


def _append_lines(text: str, last: Entry, lines: list[str]) -> tuple[Edit, ...] | None:
    start = last.key.outer
    line_start = start_of_line(text, start)
    if not _FIRST_IN_ITEM.match(text[line_start:start]):
        return None
    indent = start - line_start - text[line_start:start].count("\ufeff")
    return _new_lines(text, indent, last.value, lines)


def _new_lines(text: str, indent: int, last: Node, lines: list[str]) -> tuple[Edit, ...] | None:
    end = last.end
    if _keeps_blank_lines(text, last):
        return None
    rest = _REST_OF_LINE.match(text, end)
    if rest is None:
        return None
    line_break = _LINE_BREAK.search(text)
    ending = line_break.group() if line_break else "\n"
    return (Edit(Span(rest.end(), rest.end()), "".join(f"{ending}{' ' * indent}{line}" for line in lines)),)


def _keeps_blank_lines(text: str, node: Node) -> bool:
    """Say whether a node ends in a block of text with `+`, to which the blank lines below it belong."""
    while isinstance(node, Mapping | Sequence) and not node.flow:
        node = node.entries[-1].value if isinstance(node, Mapping) else node.items[-1]
    if isinstance(node, Scalar) and node.style in {"literal", "folded"}:
        return "+" in text[node.start : node.start + 3]
    return False


def _append_flow(
    text: str, collection: Mapping | Sequence, pieces: list[Item], written: list[str]
) -> tuple[Edit, ...] | None:
    end, close = pieces[-1].end, collection.end - 1
    tail = text[end:close]
    comma = tail.find(",")
    if "#" in tail[: comma + 1] or (comma < 0 and "#" in tail and "\n" not in tail):
        return None
    opening = text[collection.start + 1 : pieces[0].start]
    after = end + comma + 1 if comma >= 0 else end
    if "\n" in opening:
        return _append_flow_lines(text, pieces[-1], Span(after, close), "\r\n" if "\r\n" in opening else "\n", written)
    if "#" in tail or "\n" in tail:
        return None
    tight = (len(pieces) > 1 and text[pieces[-1].start - 1] == ",") or re.match(
        r'"[^"]*":[^ ]', text[pieces[0].start :]
    )
    gap = "" if tight else " "
    added = f",{gap}".join(written)
    return (Edit(Span(after, after), f"{gap}{added}," if comma >= 0 else f",{gap}{added}"),)


def _append_flow_lines(text: str, last: Item, tail: Span, ending: str, written: list[str]) -> tuple[Edit, ...] | None:
    """Add lines to brackets written one entry a line; `tail` runs from the last entry, or its comma, to the end."""
    line_start = start_of_line(text, last.start)
    rest = _REST_OF_LINE.match(text, tail.start)
    if rest is None or rest.end() > tail.end or text[line_start : last.start].strip():
        return None
    line = ",".join(f"{ending}{text[line_start : last.start]}{one}" for one in written)
    if tail.start > last.end:
        return (Edit(Span(rest.end(), rest.end()), f"{line},"),)
    if not rest.group().strip():
        return (Edit(Span(last.end, last.end), f",{line}"),)
    return (Edit(Span(last.end, last.end), ","), Edit(Span(rest.end(), rest.end()), line))


def _remove(text: str, collection: Mapping | Sequence, pieces: list[Item], number: int) -> tuple[Edit, ...] | None:
    if not 0 <= number < len(pieces):
        return None
    return _cut_flow(text, collection, pieces, number) if collection.flow else _cut_lines(text, pieces, number)


def _cut_flow(text: str, collection: Mapping | Sequence, pieces: list[Item], number: int) -> tuple[Edit, ...] | None:
    if len(pieces) == 1:
        cut = Span(collection.start + 1, collection.end - 1)
        around = text[cut.start : pieces[0].start] + text[pieces[0].end : cut.end]
    elif number + 1 < len(pieces):
        cut = Span(pieces[number].start, pieces[number + 1].start)
        around = text[pieces[number].end : cut.end]
    else:
        cut = Span(pieces[number - 1].end, pieces[number].end)
        around = text[cut.start : pieces[number].start]
    return None if "#" in around or "?" in around else (Edit(cut, ""),)


def _cut_lines(text: str, pieces: list[Item], number: int) -> tuple[Edit, ...] | None:
    piece = pieces[number]
    rest = _REST_OF_LINE.match(text, piece.end)
    if len(pieces) == 1 or rest is None:
        return None
    line_start = start_of_line(text, piece.start)
    before = text[line_start : piece.start]
    line_break = _LINE_BREAK.match(text, rest.end())
    if before.strip(" ") == "":
        if line_break is not None:
            return (Edit(Span(line_start, line_break.end()), ""),)
        above = line_start - 2 if text.endswith("\r\n", 0, line_start) else line_start - 1
        return (Edit(Span(above, rest.end()), ""),) if above >= 0 else None
    if number or not _FIRST_IN_ITEM.match(before):
        return None
    between = text[piece.end : pieces[1].start]
    if "#" in between[rest.end() - piece.end :]:
        return None
    return (Edit(Span(piece.start, pieces[1].start), ""),)


def _dash(text: str, sequence: Sequence, number: int) -> int | None:
    """Find the `-` of a block list's item, where it stands right before it on its line or the line above."""
    item = sequence.items[number]
    found = re.search(r"-[ \t]*(?:\r?\n[ ]*)?\Z", text[max(0, item.outer - 200) : item.outer])
    if found is None:
        return None
    dash = item.outer - len(found.group())
    return dash if dash >= sequence.start and _column(text, dash) == _column(text, sequence.start) else None
