"""Python's garbage collection, paused while much is built that forms no cycles."""

from __future__ import annotations

import gc

TYPE_CHECKING = False  # as `typing` has it, which takes its time to import
if TYPE_CHECKING:
    from types import TracebackType


class CollectionPaused:
    """A block in which no garbage is collected: a collection would walk all that piles up again and again."""

    def __enter__(self) -> None:
        self._enabled = gc.isenabled()
        gc.disable()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._enabled:
            gc.enable()
