"""What becomes of a `__proto__` key, since the gateway copies the config to fill in `${NAME}` (gateway.md §1.3)."""

from __future__ import annotations


def inherited(value: object) -> object:
    """Give a plain value as the gateway's schema sees it after the copy.

    A mapping or list under `__proto__` becomes what the copy inherits: its entries are seen where the copy has none of
    that name. Anything else under `__proto__` is lost.
    """
    if isinstance(value, list):
        return [inherited(item) for item in value]
    if not isinstance(value, dict):
        return value
    own = {name: inherited(item) for name, item in value.items()}
    prototype = own.pop("__proto__", None)
    if isinstance(prototype, list):
        prototype = {str(number): item for number, item in enumerate(prototype)}
    if isinstance(prototype, dict):
        own.update({name: item for name, item in prototype.items() if name not in own})
    return own
