"""Text from a config made fit to print: nothing in it can act on a terminal or hide from the reader."""

from __future__ import annotations

_JOINER = "\u200d"  # belongs inside emoji; harmless on its own
_TAB = "    "


def visible(text: str) -> str:
    r"""Give `text` as one line with every unprintable character as its escape: `\x1b`, `\n`, `\u202e`, `\xa0`.

    Unprintable are control and format characters (bidirectional marks too), line separators, lone surrogates and all
    spaces but the plain one: a no-break space in a price is worth seeing.
    """
    if text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def visible_source(character: str) -> str:
    """Give one character of a source line as shown: as `visible` does, a tab as four spaces."""
    return _TAB if character == "\t" else _visible_character(character)


def width(text: str) -> int:
    """Count the terminal columns of shown text: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _visible_character(character: str) -> str:
    if character.isprintable() or character == _JOINER:
        return character
    return character.encode("unicode_escape").decode("ascii")


def _columns(character: str) -> int:
    import unicodedata

    if character == _JOINER or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
