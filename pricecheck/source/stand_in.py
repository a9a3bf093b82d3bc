"""Lets libyaml read characters it would refuse or take for line breaks, without moving any offset.

The gateway's parser treats U+0085, U+2028, U+2029 and control characters as ordinary text; libyaml breaks lines at the
first three and refuses the rest. Each such character is replaced, one for one, by a private-use character that occurs
nowhere in the text, and put back in the values.
"""

from __future__ import annotations

from typing import NamedTuple

from pricecheck.patterns import late

_ORDINARY = bytes([*b"\t\n\r", *range(0x20, 0x7F)])
_AWKWARD = late("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")
_FIRST, _LAST = 0x100000, 0x10FFFD


class Disguise(NamedTuple):
    """A text libyaml can read, and the table (for `str.translate`) that turns its values back."""

    text: str
    back: dict[int, str]


def disguise(text: str) -> Disguise:
    """Replace every character libyaml would misread by a free private-use character; most texts have none."""
    unusual = text.encode().translate(None, _ORDINARY)
    if not unusual and not _AWKWARD_RETURN.search(text):
        return Disguise(text, {})
    awkward = set(_AWKWARD.findall(text))
    if not awkward:
        return Disguise(text, {})
    there: dict[int, str] = {}
    back: dict[int, str] = {}
    lowered = text.lower()
    candidates = iter(range(_FIRST, _LAST))
    for character in sorted(awkward):
        free = next(code for code in candidates if chr(code) not in text and f"{code:08x}" not in lowered)
        back[free] = character
        there[ord(character)] = chr(free)
    return Disguise(_AWKWARD.sub(lambda match: there[ord(match[0])], text), back)


_AWKWARD_RETURN = late("\r(?!\n)")
