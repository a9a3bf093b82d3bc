"""Values of flags that several commands share: read, or refused with what to give instead."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pricecheck import files
from pricecheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.gateway.environment import Environment


def environment(inherit: bool, env_files: Sequence[str]) -> Environment:  # noqa: FBT001 - the flag as typed
    """Give the variables for `${NAME}`: None where neither flag was given; later files win over earlier ones.

    Raises:
        InputError: a file can't be read.
    """
    if not inherit and not env_files:
        return None
    values: dict[str, str] = dict(os.environ) if inherit else {}
    if env_files:
        import io

        from dotenv import dotenv_values

        from pricecheck.engine import read_source

        for path in env_files:
            text = read_source(path).text
            values.update(
                (name, value or "")
                for name, value in dotenv_values(stream=io.StringIO(text), interpolate=False).items()
            )
    return values


_MOST_NAMED = 5

MAX_BAD = "1%"
"""The largest share of bad lines in a log that is put up with unless --max-bad says otherwise."""


def refuse_max_bad_alone(max_bad: str, logs: Sequence[str]) -> None:
    """Refuse `--max-bad` where no log is read.

    Raises:
        UsageError: none is.
    """
    if max_bad != MAX_BAD and not logs:
        raise UsageError("--max-bad is about the lines of a log: give --traffic too")


def refuse_other_colors(choice: str) -> None:
    """Refuse what is no value of `--color`.

    Raises:
        UsageError: it is none.
    """
    one_of("--color", choice, ("auto", "always", "never"))


def only_config() -> str:
    """Give the config below the working directory, for a command that was given none.

    Raises:
        InputError: there is none.
        UsageError: there are several.
    """
    configs = files.expand(["."])
    if len(configs) > 1:
        shown = ", ".join(configs[:_MOST_NAMED]) + (", …" if len(configs) > _MOST_NAMED else "")
        raise UsageError(f"there are {len(configs)} configs below here; name one: {shown}")
    return configs[0]


def one_of(flag: str, value: str, allowed: Sequence[str]) -> str:
    """Give `value` back where it is allowed.

    Raises:
        UsageError: it is not; the text lists what is.
    """
    if value not in allowed:
        raise UsageError(f"{flag} {value!r}: choose from {', '.join(allowed)}")
    return value
