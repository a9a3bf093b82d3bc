"""Where each key and value of a TOML text stands; only for error messages (docs/decisions/0003-toml-positions.md).

`tomllib` decides what a text means and keeps no positions. Here tree-sitter's TOML grammar says where things are; a
path that it does not show is reported at the nearest table that holds it.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from pricecheck.findings import ConfigPath, Span

if TYPE_CHECKING:
    from tree_sitter import Node

Place = tuple[Span, Span]
"""The key of an entry and its value. A list's item is both; a table's value is its header."""

_CONTINUES, _BEGINS = 0x80, 0xC0  # between them are the bytes of UTF-8 that begin no character
_KEYS = ("bare_key", "quoted_key", "dotted_key")


class Places:
    """The place of every key and value of a valid TOML text, offsets in characters."""

    def __init__(self, text: str) -> None:
        import tree_sitter_toml
        from tree_sitter import Language, Parser

        self._data = text.encode()
        # How many characters begin before each byte: tree-sitter counts bytes.
        self._characters = [0, *accumulate(not _CONTINUES <= byte < _BEGINS for byte in self._data)]
        self._found: dict[ConfigPath, Place] = {}
        self._last_index: dict[ConfigPath, int] = {}
        self._read(Parser(Language(tree_sitter_toml.language())).parse(self._data).root_node)

    def find(self, path: ConfigPath) -> Place:
        """Give the places of the key and the value at `path`.

        What is not there is answered with the nearest part of `path` that is; the root is the start of the text.
        """
        while path and path not in self._found:
            path = path[:-1]
        return self._found.get(path, (Span(0, 0), Span(0, 0)))

    def _read(self, document: Node) -> None:
        for node in document.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in {"table", "table_array_element"}:
                self._table(node)

    def _table(self, node: Node) -> None:
        header, *body = [child for child in node.named_children if child.type != "comment"]
        if header.type not in _KEYS or header.has_error:
            return
        parts = self._key_parts(header)
        path: ConfigPath = ()
        for number, (name, span) in enumerate(parts, start=1):
            path = (*path, name)
            self._found.setdefault(path, (span, self._span(header)))
            if number == len(parts) and node.type == "table_array_element":
                self._last_index[path] = self._last_index.get(path, -1) + 1
            if path in self._last_index:
                path = (*path, self._last_index[path])
                self._found.setdefault(path, (span, self._span(header)))
        for child in body:
            self._pair(child, path)

    def _pair(self, node: Node, path: ConfigPath) -> None:
        if node.type != "pair" or node.has_error:
            return
        key, value = (child for child in node.named_children if child.type != "comment")
        for name, span in self._key_parts(key):
            path = (*path, name)
            self._found.setdefault(path, (span, self._span(value)))
        self._inside(value, path)

    def _inside(self, value: Node, path: ConfigPath) -> None:
        children = [child for child in value.named_children if child.type != "comment"]
        if value.type == "inline_table":
            for child in children:
                self._pair(child, path)
        elif value.type == "array":
            for number, child in enumerate(children):
                span = self._span(child)
                self._found.setdefault((*path, number), (span, span))
                self._inside(child, (*path, number))

    def _key_parts(self, key: Node) -> list[tuple[str, Span]]:
        if key.type == "dotted_key":
            return [part for child in key.named_children for part in self._key_parts(child)]
        span = self._span(key)
        return [(_unquoted(self._data[key.start_byte : key.end_byte].decode()), span)]

    def _span(self, node: Node) -> Span:
        return Span(self._characters[node.start_byte], self._characters[node.end_byte])


def _unquoted(key: str) -> str:
    import tomllib

    return next(iter(tomllib.loads(f"{key} = 0")))
