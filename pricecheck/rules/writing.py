"""Edits in the author's own style, for the fixes that rules offer, and the place of a part of a key or value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Edit, Span
from pricecheck.source.nodes import Alias, Node, Scalar

if TYPE_CHECKING:
    from pricecheck.findings import SourceText

_PLAIN_RISKS = (": ", " #")


def rewrite_scalar(node: Node, text: str) -> Edit | None:
    """Give the edit that makes a one-line scalar hold `text`, in the quotes it has.

    None where that can't be done without touching something else: through an alias, in a block scalar, or where `text`
    would need escaping that the present style does not have.
    """
    if not isinstance(node, Scalar) or "\n" in text or "\r" in text:
        return None
    if node.style == "double" and '"' not in text and "\\" not in text and text.isprintable():
        return Edit(node.span, f'"{text}"')
    if node.style == "single" and text.isprintable():
        return Edit(node.span, "'{}'".format(text.replace("'", "''")))
    if node.style == "plain" and node.start < node.end and _fits_plain(text):
        return Edit(node.span, text)
    return None


def quote_price(price: str) -> str:
    """Give a price text as it is written in a config: in double quotes."""
    return f'"{price}"'


def part_of(source: SourceText, node: Node, part: str) -> Span:
    """Give the place of `part` within the text of a key or value; the whole where it is not written like that."""
    if isinstance(node, Alias) or not part:
        return node.span
    start = source.text.find(part, node.start, node.end)
    return node.span if start < 0 else Span(start, start + len(part))


def _fits_plain(text: str) -> bool:
    return (
        text.isprintable()
        and text == text.strip()
        and text[:1] in "$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/"
        and not any(risk in text for risk in _PLAIN_RISKS)
        and not any(mark in text for mark in ",[]{}")
        and not text.endswith(":")
        and text.lower() not in {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    )
