"""Decoding, plain values, comments, and what importing this room costs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from pricecheck.findings import SourceText
from pricecheck.source.comments import comments
from pricecheck.source.nodes import Mapping
from pricecheck.source.plain import plain
from pricecheck.source.scalars import number_text
from pricecheck.source.text import SourceError, decode
from pricecheck.source.yaml_parser import parse

Value = Any
"""Whatever a config may hold."""


def plain_of(text: str, *hook: Value) -> Value:
    root = parse(SourceText("config.yaml", text)).root
    assert root is not None
    return plain(root, *hook)


def test_bytes_become_exactly_their_characters() -> None:
    assert decode("\ufeffa: é\r\nb\r😀\n".encode()) == "\ufeffa: é\r\nb\r😀\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"abc\xff", "not UTF-8: byte 0xff at offset 3"),
        ("a: b".encode("utf-16"), "not UTF-8: byte 0xff at offset 0 (UTF-16 file?)"),
        ("é".encode("latin-1"), "not UTF-8: byte 0xe9 at offset 0"),
    ],
)
def test_other_encodings_are_refused_in_one_sentence(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode(data)
    assert str(caught.value) == message


def test_aliases_share_what_they_repeat() -> None:
    value = plain_of("a: &a [1, {b: 2}]\nc: *a\nd: [*a]\n")
    assert value["a"] is value["c"] is value["d"][0]
    assert value["a"] == [1, {"b": 2}]


def test_the_hook_changes_strings_and_only_values() -> None:
    text = "a: x\nx: [x, 5, true, null, '5']\nb: &b {x: x}\nc: *b\n"
    assert plain_of(text, str.upper) == {
        "a": "X",
        "x": ["X", 5, True, None, "5"],
        "b": {"x": "X"},
        "c": {"x": "X"},
    }


def test_names_come_in_the_order_the_gateway_walks_them() -> None:
    assert list(plain_of("b: 1\n10: 2\na: 3\n9: 4\n-1: 5\n'01': 6\n'8': 7\n")) == ["8", "9", "10", "b", "a", "-1", "01"]


def test_merged_entries_are_in_the_index_and_not_in_the_text() -> None:
    root = parse(SourceText("config.yaml", "%YAML 1.1\n---\na: &a {p: 1, q: 2}\nb: {<<: *a, q: 3}\n")).root
    assert isinstance(root, Mapping)
    merged = root.get("b")
    assert isinstance(merged, Mapping)
    assert [entry.name for entry in merged.entries] == ["<<", "q"]
    assert {name: plain(entry.value) for name, entry in merged.index.items()} == {"p": 1, "q": 3}


def test_comments_are_found_only_outside_of_values() -> None:
    text = (
        "a: 1 # pricecheck: ignore[PC1] why\n"
        'b: "# pricecheck: no"\n'
        "# pricecheck: two\r\n"
        "c: |  # pricecheck: three\n  # pricecheck: no\n"
        "d: x#pricecheck: no\n"
        "e: [1, # other\n  2] # see pricecheck: four\n"
        "f: 'a\n  # pricecheck: no' # pricecheck: five # pricecheck: five still\n"
    ).replace("x#pricecheck: no", "x#pricecheck:no")
    document = parse(SourceText("config.yaml", text))
    assert document.problems == ()
    found = list(comments(document, "pricecheck:"))
    assert [(comment.line, comment.text) for comment in found] == [
        (1, "# pricecheck: ignore[PC1] why"),
        (3, "# pricecheck: two"),
        (4, "# pricecheck: three"),
        (8, "# see pricecheck: four"),
        (10, "# pricecheck: five # pricecheck: five still"),
    ]
    for comment in found:
        assert text[comment.span.start : comment.span.end] == comment.text


def test_json_has_no_comments() -> None:
    document = parse(SourceText("config.json", '{"a": "# pricecheck: no"}'), is_json=True)
    assert list(comments(document, "pricecheck:")) == []


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (1e21, "1e+21"),
        (123e18, "123000000000000000000"),
        (1e-7, "1e-7"),
        (1.5e-7, "1.5e-7"),
        (-0.0, "0"),
        (0.000001, "0.000001"),
        (-1.25, "-1.25"),
        (5e-324, "5e-324"),
        (float("inf"), "Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_numbers_as_javascript_writes_them(number: float, text: str) -> None:
    assert number_text(number) == text


def test_yaml_is_imported_only_for_yaml() -> None:
    program = (
        "import sys\n"
        "import pricecheck.source.text, pricecheck.source.plain, pricecheck.source.comments\n"
        "from pricecheck.source.yaml_parser import parse\n"
        "from pricecheck.findings import SourceText\n"
        "parse(SourceText('c.json', '{}'), is_json=True)\n"
        "print('yaml' in sys.modules)\n"
        "parse(SourceText('c.yaml', 'a: 1'))\n"
        "print('yaml' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "True"]
