"""Entries added and removed look as if the author had done it."""

import pytest

from pricecheck.findings import SourceText
from pricecheck.rewrite.splice import splice
from pricecheck.source.document import Document
from pricecheck.source.entries import insert_entry, remove_entry, remove_item
from pricecheck.source.nodes import Mapping, Sequence
from pricecheck.source.yaml_parser import parse


def document_of(text: str, name: str = "tollbooth.yaml") -> Document:
    document = parse(SourceText(name, text), is_json=name.endswith(".json"))
    assert document.problems == ()
    return document


def root_map(document: Document) -> Mapping:
    assert isinstance(document.root, Mapping)
    return document.root


def map_at(document: Document, name: str) -> Mapping:
    node = root_map(document).get(name)
    assert isinstance(node, Mapping)
    return node


def list_at(document: Document, name: str) -> Sequence:
    node = root_map(document).get(name)
    assert isinstance(node, Sequence)
    return node


def with_entry(text: str, name: str = "tollbooth.yaml") -> str | None:
    document = document_of(text, name)
    edits = insert_entry(document, map_at(document, "m"), "new", "$0.05")
    return None if edits is None else splice(text, edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('m:\n  a: "1"\nz: 1\n', 'm:\n  a: "1"\n  new: "$0.05"\nz: 1\n'),
        ("m:\n    a: '1' # x\n\nz: 1\n", "m:\n    a: '1' # x\n    new: '$0.05'\n\nz: 1\n"),
        ('m:\r\n  "a": "1"\r\n', 'm:\r\n  "a": "1"\r\n  "new": "$0.05"\r\n'),
        ("m:\n  a: '1'", "m:\n  a: '1'\n  new: '$0.05'"),
        ('m:\n  aaaaaa: "1"\n  b:      "2"\n', 'm:\n  aaaaaa: "1"\n  b:      "2"\n  new:    "$0.05"\n'),
        ("m: {}\n", 'm: {new: "$0.05"}\n'),
        ("m: { a: '1' } # x\n", "m: { a: '1', new: '$0.05' } # x\n"),
        ("m: {a: '1',}\n", "m: {a: '1', new: '$0.05',}\n"),
        ("m: {\n  a: '1', # x\n  b: '2' # y\n}\n", "m: {\n  a: '1', # x\n  b: '2', # y\n  new: '$0.05'\n}\n"),
        ("m: {\n  a: '1',\n}\n", "m: {\n  a: '1',\n  new: '$0.05',\n}\n"),
        ("m:\n  a:\n    - x: |\n        text\nz: 1\n", 'm:\n  a:\n    - x: |\n        text\n  new: "$0.05"\nz: 1\n'),
    ],
)
def test_an_entry_is_added_in_the_style_of_its_neighbours(before: str, after: str) -> None:
    assert with_entry(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"m":{"a":"1"}}', '{"m":{"a":"1","new":"$0.05"}}'),
        ('{"m": {"a": "1"}}', '{"m": {"a": "1", "new": "$0.05"}}'),
        ('{"m": {}}', '{"m": {"new": "$0.05"}}'),
        ('{\n\t"m": {\n\t\t"a": 1\n\t}\n}\n', '{\n\t"m": {\n\t\t"a": 1,\n\t\t"new": "$0.05"\n\t}\n}\n'),
    ],
)
def test_json_stays_json(before: str, after: str) -> None:
    assert with_entry(before, "tollbooth.json") == after


@pytest.mark.parametrize("text", ["m:\n  new: 1\n", "m:\n  a: |+\n    x\n\nz: 1\n", "m:\n  ? a\n  : b\n"])
def test_where_it_is_not_clear_nothing_is_added(text: str) -> None:
    assert with_entry(text) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("m:\n  a: 1 # one\n  b: 2\nz: 1\n", "m:\n  b: 2\nz: 1\n"),
        ("m:\n  # own\n  b: 1\n  a:\n    - x\n    - y # y\nz: 1\n", "m:\n  # own\n  b: 1\nz: 1\n"),
        ("m:\r\n  b: 1\r\n  a: 1", "m:\r\n  b: 1"),
        ("m: {a: 1, b: 2}\n", "m: {b: 2}\n"),
        ("m: { b: 2, a: 1 }\n", "m: { b: 2 }\n"),
        ("m: {b: 2, a: 1,}\n", "m: {b: 2,}\n"),
        ("m: { a: 1 }\n", "m: {}\n"),
        ("m:\n  a: 1\n", None),
        ("m: {\n  a: 1, # one\n  b: 2\n}\n", None),
    ],
)
def test_an_entry_is_removed_with_its_line(before: str, after: str | None) -> None:
    document = document_of(before)
    edits = remove_entry(document, map_at(document, "m"), "a")
    assert (None if edits is None else splice(before, edits)) == after


@pytest.mark.parametrize(
    ("before", "number", "after"),
    [
        ("m:\n  - x: 1\n    y: 2 # c\n  - z\n", 0, "m:\n  - z\n"),
        ("m:\n- a\n# own\n- b", 1, "m:\n- a\n# own"),
        ("m: [a, b, c]\n", 1, "m: [a, c]\n"),
        ("m: [a]\n", 0, "m: []\n"),
        ("m:\n  - a\n", 0, None),
        ("m:\n  - a\n  - b\n", 2, None),
    ],
)
def test_an_item_is_removed_with_its_line(before: str, number: int, after: str | None) -> None:
    document = document_of(before)
    edits = remove_item(document, list_at(document, "m"), number)
    assert (None if edits is None else splice(before, edits)) == after


def test_the_first_key_of_a_list_item_gives_its_place_to_the_next() -> None:
    text = "- a: 1 # c\n  b: 2\n"
    document = document_of(text)
    assert isinstance(document.root, Sequence)
    assert isinstance(document.root.items[0], Mapping)
    edits = remove_entry(document, document.root.items[0], "a")
    assert edits is not None
    assert splice(text, edits) == "- b: 2\n"
