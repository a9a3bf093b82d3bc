"""Where each key and value of a TOML text stands; only for error messages (docs/decisions/0003-toml-positions.md).

`tomllib` decides what a text means and keeps no positions. Here tree-sitter's TOML grammar says where things are; a
path that it does not show is reported at the nearest table that holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import ConfigPath, Span

if TYPE_CHECKING:
    from tree_sitter import Node

Place = tuple[Span, Span]
"""The key of an entry and its value. A list's item is both; a table's value is its header."""


def find_place(text: str, path: ConfigPath) -> Place:
    """Give the places of the key and the value at `path` in a valid TOML text, offsets in characters.

    What is not there is answered with the nearest part of `path` that is; the root is the start of the text.
    """
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    data = text.encode()
    tree = Parser(Language(tree_sitter_toml.language())).parse(data)
    places = _Places(data)
    places.read(tree.root_node)
    while path and path not in places.found:
        path = path[:-1]
    return places.found.get(path, (Span(0, 0), Span(0, 0)))


class _Places:
    """Collects the place of every path; the first place of a path wins."""

    def __init__(self, data: bytes) -> None:
        self.found: dict[ConfigPath, Place] = {}
        self._data = data
        self._last_index: dict[ConfigPath, int] = {}

    def read(self, document: Node) -> None:
        for node in document.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in {"table", "table_array_element"}:
                self._table(node)

    def _table(self, node: Node) -> None:
        header, *body = [child for child in node.named_children if child.type != "comment"]
        parts = self._key_parts(header)
        path: ConfigPath = ()
        for number, (name, span) in enumerate(parts, start=1):
            path = (*path, name)
            self.found.setdefault(path, (span, self._span(header)))
            if number == len(parts) and node.type == "table_array_element":
                self._last_index[path] = self._last_index.get(path, -1) + 1
            if path in self._last_index:
                path = (*path, self._last_index[path])
                self.found.setdefault(path, (span, self._span(header)))
        for child in body:
            self._pair(child, path)

    def _pair(self, node: Node, path: ConfigPath) -> None:
        if node.type != "pair":
            return
        key, value = (child for child in node.named_children if child.type != "comment")
        for name, span in self._key_parts(key):
            path = (*path, name)
            self.found.setdefault(path, (span, self._span(value)))
        self._inside(value, path)

    def _inside(self, value: Node, path: ConfigPath) -> None:
        children = [child for child in value.named_children if child.type != "comment"]
        if value.type == "inline_table":
            for child in children:
                self._pair(child, path)
        elif value.type == "array":
            for number, child in enumerate(children):
                span = self._span(child)
                self.found.setdefault((*path, number), (span, span))
                self._inside(child, (*path, number))

    def _key_parts(self, key: Node) -> list[tuple[str, Span]]:
        if key.type == "dotted_key":
            return [part for child in key.named_children for part in self._key_parts(child)]
        span = self._span(key)
        return [(_unquoted(self._data[key.start_byte : key.end_byte].decode()), span)]

    def _span(self, node: Node) -> Span:
        start = len(self._data[: node.start_byte].decode())
        return Span(start, start + len(self._data[node.start_byte : node.end_byte].decode()))


def _unquoted(key: str) -> str:
    import tomllib

    return next(iter(tomllib.loads(f"{key} = 0")))
