"""Thousands of random edits on configs as people write them: the right thing changes, and not one byte beside it."""

import copy
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pricecheck.findings import Edit, SourceText
from pricecheck.rewrite.proof import prove
from pricecheck.rewrite.splice import splice
from pricecheck.rules.writing import rewrite_scalar
from pricecheck.source.document import Document
from pricecheck.source.entries import (
    NewEntry,
    insert_entries,
    insert_entry,
    insert_map,
    remove_entry,
    remove_item,
)
from pricecheck.source.nodes import Alias, Mapping, Node, Scalar, Sequence, walk
from pricecheck.source.plain import plain
from pricecheck.source.yaml_parser import parse

FIXTURES = Path(__file__).parents[2] / "fixtures"
Value = Any

HAND_MADE = {
    "crlf.yaml": 'a: 1\r\nb:\r\n    - "x" # one\r\n\r\n    # own line\r\n    - y\r\nc: {p: q, r: s}\r\n',
    "mark.yaml": "\ufefffirst: one # é😀\nsecond:\n- a\n- b\nthird: ''\n",
    "no-newline.yaml": "m:\n  a: '1'\n  b: '2'\nn:\n  - {k: v}\n  - {k: w}",
    "aligned.yaml": 'models:\n  gpt-4o:      "$0.05"  # dear\n  gpt-4o-mini: "$0.005"\n  o1:          "$0.5"\nz: 1\n',
    "emoji.yaml": '"😀 GET /x": { "é": "ü", b: [ "🎉", c ] } # 😀\nrest: "😀"\nlist: ["😀"]\n',
    "anchors.yaml": "base: &b\n  x: 1\n  y: two\nuse: *b\nlist: &l\n  - *b\n  - &s text\nmore: {a: *s, b: c}\n",
    "blocks.yaml": "a: |\n  line one\n\n  line # two\nb: >-\n  folded\n  text\nc:\n  d: |+\n    kept\n\ne: last\n",
    "block-items.yaml": "f:\n  - |\n    x\n  - y\n  - >+\n    z\n\n",
    "nested.yaml": "- - a\n  - b\n- - c\n-   k: 1\n    l: 2\n-\n  m: 3\n  n: 4\n",
    "flow.yaml": "a: {\n  x: 1, # one\n  y: 2,\n}\nb: [\n  p,\n  q # two\n]\nc: {x: 1,}\nd: {}\ne: [ ]\nf: { a: 1 }\n",
    "comments.yaml": "# top\n\na: 1   # one\n  # odd\nb: # low\n  c: 2\n  # b\n\n  d: 3\n#last\ne: [1] # x\n# end",
    "empty.yaml": "a:\nb:\n  c:\n  d: # none\ne:\n  -\n  - x\nf: ~\ng: {x: , y: 2}\n",
    "unusual.yaml": "? a\n: b\n? c\n: - d\n  - e\n'k y' : v\n\"q\": 'w'\nmulti: one\n  two\nlong: \"x\n  y\"\n",
    "tight.json": '{"a":1,"b":{"c":"d"},"e":[],"f":{},"g":[1,2,{"h":null}]}',
    "wide.json": '{\n\t"a": "x",\n\t"b": {\n\t\t"c": "d",\n\t\t"😀": [\n\t\t\t"e",\n\t\t\t"f"\n\t\t]\n\t}\n}\n',
}


class Writer:
    """Writes a small file in a layout drawn at random: indentation, quotes, comments, line endings, flow or block."""

    SCALARS = ('"$0.05"', "'it''s'", "plain text", "5", "1.50", "true", "~", '"é😀 #"', "$0.01", "!!str 7")
    KEYS = ("k{}", "'k{}'", '"k {}"', "gpt-4o-{}", '"GET /é/{}"')

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - the same files each time, not secrets
        self.step = self.draw.choice([2, 3, 4])
        self.lines: list[str] = []

    def text(self) -> str:
        self.block(0, 3)
        ending = self.draw.choice(["\n", "\n", "\r\n"])
        mark = self.draw.choice(["", "", "", "\ufeff" if self.lines[0][:1].isalnum() else ""])
        return mark + ending.join(self.lines) + self.draw.choice([ending, ending, ""])

    def scalar(self) -> str:
        return self.draw.choice(self.SCALARS)

    def note(self) -> str:
        return self.draw.choice(["", "", "", " # note", "   # it's {odd}: [x"])

    def flow(self, depth: int) -> str:
        gap = self.draw.choice(["", " "])
        size = range(self.draw.randint(0, 3))
        if self.draw.random() < 0.3:
            return f"[{gap}{', '.join(self.scalar() for _ in size)}{gap}]"
        values = (f"k{n}: {self.flow(depth - 1) if depth else self.scalar()}" for n in size)
        return f"{{{gap}{', '.join(values)}{gap}}}"

    def block(self, indent: int, depth: int) -> None:
        for number in range(self.draw.randint(1, 4)):
            if self.draw.random() < 0.2:
                self.lines.append(self.draw.choice(["", " " * indent + "# own line"]))
            self.entry(indent, depth, " " * indent + self.draw.choice(self.KEYS).format(number))

    def entry(self, indent: int, depth: int, key: str) -> None:
        kind = self.draw.random()
        if depth and kind < 0.35:
            self.lines.append(f"{key}:{self.note()}")
            self.block(indent + self.step, depth - 1)
        elif depth and kind < 0.55:
            dash = " " * (indent + self.draw.choice([0, self.step]))
            self.lines.append(f"{key}:{self.note()}")
            for _ in range(self.draw.randint(1, 3)):
                self.lines.append(f"{dash}- {self.draw.choice([self.scalar(), self.flow(1)])}{self.note()}")
        elif kind < 0.65:
            self.lines.append(f"{key}: {self.draw.choice(['|', '>', '|-', '>-'])}")
            self.lines.extend(" " * (indent + self.step) + text for text in ("some text", "# no comment"))
        else:
            self.lines.append(f"{key}: {self.draw.choice([self.scalar(), self.scalar(), self.flow(1)])}{self.note()}")


def corpus() -> list[Document]:
    files = dict(HAND_MADE)
    for path in (*(FIXTURES / "realistic").iterdir(), *(FIXTURES / "planted").iterdir()):
        files[path.name] = path.read_bytes().decode()
    files.update((f"generated-{seed}.yaml", Writer(seed).text()) for seed in range(150))
    documents = [parse(SourceText(name, text), is_json=name.endswith(".json")) for name, text in files.items()]
    return [document for document in documents if document.root is not None and not document.problems]


def at(value: Value, path: tuple[str | int, ...]) -> Value:
    for name in path:
        value = value[name]
    return value


def own_paths(document: Document) -> list[tuple[tuple[str | int, ...], Node]]:
    """Give the nodes with their paths, without those that stand at an anchor: changing one of them changes others."""
    assert document.root is not None
    found = list(walk(document.root))
    shared = [node.target for _, node in found if isinstance(node, Alias)]
    return [
        (path, node)
        for path, node in found
        if not any(target.outer < node.end and node.outer < target.end for target in shared)
    ]


Drawn = tuple[str, tuple[Edit, ...], Value]


def draw_edit(document: Document, draw: random.Random) -> Drawn | None:
    """Draw one edit, with the value that the whole text must have after it."""
    path, node = draw.choice(own_paths(document))
    assert document.root is not None
    wanted = copy.deepcopy(plain(document.root))
    text = draw.choice(
        ["$0.05", "gpt-4o", "it's", "é😀 x", "POST /v1/x", "a: b # c", "5", "true", 'say "x"', "back\\slash"]
    )
    here = at(wanted, path)
    if isinstance(node, Scalar) and path:
        if isinstance(node.value, str) and node.tag is None:
            edit = rewrite_scalar(node, text)
            at(wanted, path[:-1])[path[-1]] = text
            return None if edit is None else ("rewrite", (edit,), wanted)
        return None
    edits: tuple[Edit, ...] | None = None
    action = "none"
    if isinstance(node, Mapping):
        chosen = draw.random()
        several = {f"new {number} {text}": text for number in range(draw.randint(1, 3))}
        if chosen < 0.2:
            new = [NewEntry(key, value, draw.choice(["", "why: #1"])) for key, value in several.items()]
            action, edits = "insert entries", insert_entries(document, node, new)
            here.update(several)
        elif chosen < 0.3:
            new = [NewEntry(key, value, draw.choice(["", "why: #1"])) for key, value in several.items()]
            action, edits = "insert map", insert_map(document, node, f"map {text}", new)
            here[f"map {text}"] = several
        elif chosen < 0.6 or not node.entries:
            action, edits = "insert entry", insert_entry(document, node, f"new {text}", text)
            here[f"new {text}"] = text
        else:
            name = draw.choice(list(node.index))
            action, edits = "remove entry", remove_entry(document, node, name)
            del here[name]
    elif isinstance(node, Sequence) and node.items:
        number = draw.randrange(len(node.items))
        action, edits = "remove item", remove_item(document, node, number)
        del here[number]
    return None if edits is None else (action, edits, wanted)


@pytest.mark.parametrize("seed", range(8))
def test_random_edits_change_what_they_should_and_nothing_else(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - the same edits each time
    documents = corpus()
    assert len(documents) > 150
    done: Counter[str] = Counter()
    while done.total() < 300:
        document = draw.choice(documents)
        drawn = draw_edit(document, draw)
        if drawn is None:
            continue
        action, edits, wanted = drawn
        before = document.source.text
        text = splice(before, edits)
        new = SourceText(document.source.path, text)
        after = prove(document, new, edits, safe=False, environment=None, partial=True)
        assert after.root is not None
        assert json.dumps(plain(after.root)) == json.dumps(wanted), (document.source.path, action, text)
        if "\n" not in before.replace("\r\n", ""):
            assert "\r\n" not in before or "\n" not in text.replace("\r\n", "")
        done[action] += 1
    inserted = {"insert entry", "insert entries", "insert map"}
    assert set(done) == {"rewrite", "remove entry", "remove item", *inserted}
