"""ANSI colours for the text formats."""

from __future__ import annotations

from pricecheck.findings import Severity

BOLD = "1"
BLUE = "1;34"
CYAN = "1;36"
GREEN = "1;32"

SEVERITY_TINTS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: CYAN}


class Style:
    """Paints text, or leaves it as it is where colour is off."""

    __slots__ = ("_color",)

    def __init__(self, *, color: bool) -> None:
        self._color = color

    def paint(self, tint: str, text: str) -> str:
        """Wrap `text` in the ANSI parameters `tint`, one of this module's."""
        return f"\x1b[{tint}m{text}\x1b[0m" if self._color and text else text
