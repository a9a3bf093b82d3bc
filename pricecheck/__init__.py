"""pricecheck: what a tollbooth config will really charge, before it ships.

What a program that imports this package needs is here, and loaded when it is first asked for (docs/library.md).
"""

from __future__ import annotations

TYPE_CHECKING = False
"""As `typing` has it, which takes its time to import; type checkers know the name."""

if TYPE_CHECKING:
    from pricecheck.engine import Options, Outcome, check_paths, check_source, load_config
    from pricecheck.errors import PricecheckError
    from pricecheck.findings import Impact, Severity, SourceText, StampedFinding
    from pricecheck.prices.table import price_table

__version__ = "0.1.0"

__all__ = [
    "Impact",
    "Options",
    "Outcome",
    "PricecheckError",
    "Severity",
    "SourceText",
    "StampedFinding",
    "__version__",
    "check_paths",
    "check_source",
    "load_config",
    "price_table",
]

_HOMES = {
    "Impact": "findings",
    "Options": "engine",
    "Outcome": "engine",
    "PricecheckError": "errors",
    "Severity": "findings",
    "SourceText": "findings",
    "StampedFinding": "findings",
    "check_paths": "engine",
    "check_source": "engine",
    "load_config": "engine",
    "price_table": "prices.table",
}
"""Public name to the module it lives in."""


if not TYPE_CHECKING:  # a type checker that saw it would take every misspelt name for an object

    def __getattr__(name: str) -> object:
        """Give a public name, and load its module now."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found: object = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """Give the public names with the module's own."""
    return sorted({*globals(), *__all__})
