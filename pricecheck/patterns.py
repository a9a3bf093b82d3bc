"""Regular expressions that are compiled when first used: a start-up needs few of them, and each takes 0.1 ms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

_METHODS = ("match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn")


class _Late:
    """Stands for a compiled pattern; from the first use on, its methods are this object's own attributes."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


if TYPE_CHECKING:
    late = re.compile
else:

    def late(text: str, flags: int = 0) -> _Late:
        """Give what acts as `re.compile(text, flags)` does, and is compiled when it is first used.

        A text that is no regular expression is an `re.error` only then: every pattern needs a test that uses it.
        """
        return _Late(text, flags)
