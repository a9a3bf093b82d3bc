"""Drives libyaml over one text: events of the first document to the composer, everything it refuses to words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pricecheck.patterns import late
from pricecheck.source.compose import Composer
from pricecheck.source.document import Problem, ProblemKind
from pricecheck.source.refusal import Reason, RefusedError, refuse
from pricecheck.source.stand_in import disguise

if TYPE_CHECKING:
    from collections.abc import Callable

    from pricecheck.source.nodes import Node

_AFTER_END = late(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*+(?![ \t]*(?:#[^\n]*)?\Z)([^\n]+)")
_BLANK_WITH_TAB = late(r"^ *\t[ \t]*(?=\r?$)", re.MULTILINE)


def read_document(text: str, shift: int, readable: str, version: str) -> tuple[Node | None, list[Problem]]:
    """Compose the one document of a text; gives its root (None: there is no document) and its duplicate keys.

    `readable` is what libyaml may see: `text` from offset `shift` on, with its directives made harmless. Blank lines
    with tabs are an error to libyaml and nothing to the gateway's parser, so libyaml gets them with spaces instead;
    unless they turn out to be part of a value.

    Raises:
        RefusedError: the gateway's parser would take none of this text.
    """
    blanks = [match.start() + shift for match in _BLANK_WITH_TAB.finditer(readable)] if "\t" in readable else []
    if not blanks:
        return _read(text, shift, readable, version)
    without = _BLANK_WITH_TAB.sub(lambda match: " " * len(match[0]), readable)
    root, problems = _read(text, shift, without, version)
    from pricecheck.source.regions import Regions

    regions = Regions(text, root)
    if any(regions.scalar_at(blank) is not None for blank in blanks):
        return _read(text, shift, readable, version)
    return root, problems


def _read(text: str, shift: int, readable: str, version: str) -> tuple[Node | None, list[Problem]]:
    from yaml import YAMLError
    from yaml._yaml import CParser

    mask = disguise(readable)
    composer = Composer(text, shift, mask.back, version)
    try:
        parser = CParser(mask.text)
        root = _read_events(parser.get_event, composer)
    except YAMLError as error:
        from pricecheck.source.messages import explain

        raise RefusedError(explain(text, shift, error)) from None
    if root is not None and composer.aliased:
        from pricecheck.source.aliases import AliasLimit

        refuse(AliasLimit(merging=composer.merging).exceeded_by(root))
    return root, composer.problems


def _read_events(get_event: Callable[[], Any], composer: Composer) -> Node | None:
    from yaml.events import StreamEndEvent

    get_event()
    if get_event().__class__ is StreamEndEvent:
        return None
    root = composer.compose(get_event)
    text, shift = composer.text, composer.shift
    end = get_event()
    after = _AFTER_END.match(text, end.end_mark.index + shift) if end.explicit else None
    following = get_event()
    if following.__class__ is not StreamEndEvent:
        start = following.start_mark.index + shift
        reason = Reason("a second document starts here; a config is one document", start, start + 3, "remove the ---")
        refuse(reason, kind=ProblemKind.MULTIPLE_DOCUMENTS)
    if after is not None:
        refuse(Reason("nothing may follow the end of the document", after.start(1), after.end(1)))
    return root
