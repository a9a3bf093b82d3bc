"""Places: what a node says about itself is found at its offsets in the text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from pricecheck.findings import SourceText
from pricecheck.source.nodes import Alias, Entry, Mapping, Scalar, Sequence, walk
from pricecheck.source.plain import plain
from pricecheck.source.yaml_parser import parse

if TYPE_CHECKING:
    from pricecheck.source.nodes import Node

Value = Any
"""Whatever a config may hold."""


def root_of(text: str, *, is_json: bool = False) -> Value:
    document = parse(SourceText("config.yaml", text), is_json=is_json)
    assert document.problems == ()
    assert document.root is not None
    return document.root


def own_text(text: str, node: Node) -> str:
    return text[node.start : node.end]


def test_scalars_of_every_style() -> None:
    text = (
        "a: plain text # c\nb: 'it''s'\nc: \"x\\ty\"\nd: 5\ne:\nf: |\n  one\n  two\n\n# c\ng: >-\n  fold\nh: x\n  y\n"
    )
    entries = root_of(text).index
    assert own_text(text, entries["a"].value) == "plain text"
    assert own_text(text, entries["b"].value) == "'it''s'"
    assert own_text(text, entries["c"].value) == '"x\\ty"'
    assert own_text(text, entries["d"].value) == "5"
    assert entries["e"].value.span == (text.index("e:") + 2,) * 2
    assert own_text(text, entries["f"].value) == "|\n  one\n  two"
    assert own_text(text, entries["g"].value) == ">-\n  fold"
    assert own_text(text, entries["h"].value) == "x\n  y"
    assert [entry.value.style for entry in entries.values()][:3] == ["plain", "single", "double"]
    assert entries["f"].value.style == "literal"
    assert entries["g"].value.style == "folded"


def test_anchor_and_tag_stand_before_the_node() -> None:
    text = "a: &x !!str 5\nb: &y # c\n  - 1\nc: !!map\n  &k d: 1\ne: &z\nf: *x\n"
    entries = root_of(text).index
    a, b, c, e, f = (entries[name].value for name in "abcef")
    assert (own_text(text, a), a.outer, a.anchor, a.value) == ("5", text.index("&x"), "x", "5")
    assert (own_text(text, b), b.outer, b.anchor) == ("- 1", text.index("&y"), "y")
    assert (own_text(text, c), c.outer) == ("&k d: 1", text.index("!!map"))
    assert own_text(text, c.entries[0].key) == "d"
    assert c.entries[0].span == (text.index("&k"), text.index("&k") + len("&k d: 1"))
    assert (own_text(text, e), e.outer, e.end) == ("", text.index("&z"), text.index("&z") + 2)
    assert isinstance(f, Alias)
    assert (own_text(text, f), f.target) == ("*x", a)


def test_collections_end_with_their_last_value() -> None:
    text = "a:\n  b:\n  - 1\n  - {c: 2 }\n\n# tail\nd: [3, e: f ]\n"
    root = root_of(text)
    assert own_text(text, root) == text.rstrip("\n")
    assert own_text(text, root.index["a"].value) == "b:\n  - 1\n  - {c: 2 }"
    assert own_text(text, root.index["a"].value.index["b"].value) == "- 1\n  - {c: 2 }"
    listed = root.index["d"].value
    assert own_text(text, listed) == "[3, e: f ]"
    assert own_text(text, listed.items[1]) == "e: f"


def test_byte_order_mark_and_crlf_count() -> None:
    text = "\ufeffa: 1\r\nb: |\r\n  x\r\nc: 'd'\r\n"
    entries = root_of(text).index
    assert entries["a"].key.start == 1
    assert own_text(text, entries["b"].value) == "|\r\n  x"
    assert entries["b"].value.value == "x\n"
    assert own_text(text, entries["c"].value) == "'d'"


def test_characters_outside_the_basic_plane_are_one_character() -> None:
    text = "😀: '🎉'\nb: \x85\u2028c\n"
    entries = root_of(text).index
    assert own_text(text, entries["😀"].value) == "'🎉'"
    assert (own_text(text, entries["b"].value), entries["b"].value.value) == ("\x85\u2028c",) * 2


def test_json_places() -> None:
    text = '{"a": [1, -2.5e1, {"b": null}], "c\\n": "d\\u0041", "e": {}}'
    root = root_of(text, is_json=True)
    assert own_text(text, root) == text
    assert own_text(text, root.index["a"].value) == '[1, -2.5e1, {"b": null}]'
    assert own_text(text, root.index["a"].value.items[1]) == "-2.5e1"
    assert own_text(text, root.index["c\n"].key) == '"c\\n"'
    assert root.index["c\n"].value.value == "dA"
    assert root.flow
    assert own_text(text, root.index["e"].value) == "{}"


names = st.text("abcdefgXYZ-_./:$ é😀0123456789", min_size=1, max_size=8)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufeff"), max_size=12)
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
)


def emit(value: Value, indent: int, draw: Value) -> str:
    """Write a value as YAML in a randomly chosen style, the text to stand after a key or a dash."""
    pad = "\n" + "  " * indent
    if isinstance(value, dict) and value and draw(st.booleans()):
        return "".join(
            f"{pad}{json.dumps(k, ensure_ascii=False)}:{emit(v, indent + 1, draw)}" for k, v in value.items()
        )
    if isinstance(value, list) and value and draw(st.booleans()):
        return "".join(f"{pad}-{emit(item, indent + 1, draw)}" for item in value)
    if isinstance(value, str) and value.isalpha() and value.isascii() and draw(st.booleans()):
        return f" '{value}'"
    anchor = draw(st.sampled_from(["", "", "&a ", "!x "])) if isinstance(value, str) else ""
    comment = draw(st.sampled_from(["", "", " # c: 'd"]))
    return f" {anchor}{json.dumps(value, ensure_ascii=False)}{comment}"


@given(st.data(), st.dictionaries(names, values, min_size=1, max_size=4))
def test_values_and_places_of_generated_texts(data: st.DataObject, value: dict[str, Value]) -> None:
    text = emit({"root": value}, 0, data.draw) + "\n"
    root = root_of(text)
    found = plain(root)
    assert found == {"root": value}
    check_nesting(text, root)


def check_nesting(text: str, root: Node) -> None:
    for _, node in walk(root):
        assert 0 <= node.outer <= node.start <= node.end <= len(text)
        if isinstance(node, Scalar) and node.style == "double":
            assert own_text(text, node)[0] == own_text(text, node)[-1] == '"'
            assert root_of(own_text(text, node)).value == node.value
        if isinstance(node, Scalar) and node.style == "plain" and node.tag is None and node.end > node.start:
            again = root_of(own_text(text, node))
            assert again.value == node.value
        children = node.entries if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else ()
        at = node.start
        for child in children:
            start, end = child.span if isinstance(child, Entry) else (child.outer, child.end)
            assert at <= start <= end <= node.end
            at = end
