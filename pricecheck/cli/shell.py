"""Between a command and the process: streams, exit codes, colour. Nothing here knows what a command does."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from pricecheck.errors import PricecheckError
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable

CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130


def run(job: Callable[[], int]) -> NoReturn:
    """Run a command's job and exit with the code it gives; whatever goes wrong is one line on stderr and exit 2."""
    _prepare_streams()
    try:
        code = job()
        sys.stdout.flush()
    except PricecheckError as error:
        complain(str(error))
        code = FAILED
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted.
        _drop_output()
        code = FOUND
    except OSError as error:
        if error.filename is None:
            _drop_output()
        complain(f"{error.filename or 'output'}: {error.strerror or error}")
        code = FAILED
    except Exception as error:  # the last guard: a defect must not look like a finding
        if _interrupted(error):
            sys.exit(INTERRUPTED)
        if os.environ.get("PRICECHECK_TRACEBACK"):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        complain(
            f"a defect of pricecheck, not of your config: {what} (PRICECHECK_TRACEBACK=1 shows where; please report it)"
        )
        code = FAILED
    sys.exit(code)


def _interrupted(error: BaseException | None) -> bool:
    """Say whether an error is what some library, or a step on the way out, made of an interrupt."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _prepare_streams() -> None:
    """Make stdout and stderr take any text, and be there even where the caller closed them (`>&-`)."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Point stdout elsewhere: what is left in its buffer can't be written, and Python would complain at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(line: str) -> None:
    """Say one line about what can't be done, on stderr; it may quote a file, and nothing in it acts on a terminal."""
    sys.stderr.write(f"pricecheck: {visible(line)}\n")


def say(line: str) -> None:
    """Say one line that is not a result, on stderr."""
    sys.stderr.write(f"{line}\n")


def wants_color(choice: str) -> bool:
    """Decide on colour for stdout: `always`, `never`, or `auto` (a terminal, no NO_COLOR, TERM not dumb)."""
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    from shutil import get_terminal_size

    return get_terminal_size((80, 24)).columns
