"""The `pricecheck` command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command line of this process, and end it: 0 done, 1 findings that count, 2 can't do it, 130 interrupted.

    It ends at once. All files are closed by then, and taking apart what is left in memory is an eighth of a short run.
    """
    try:
        code = exit_code(sys.argv[1:])
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:  # said already, where there was somebody to say it to
                code = code or 2
    except KeyboardInterrupt:  # after the job, on the way out
        code = 130
    os._exit(code)


def exit_code(arguments: list[str]) -> int:
    """Run a command line and give the exit code.

    `check` with nothing but paths, as every pre-commit run calls it, needs no argument parser: it goes straight to the
    job and saves the 40 ms that importing one costs. A test holds both ways to the same answers.
    """
    try:
        from pricecheck.cli.shell import run

        run(lambda: _dispatched(arguments))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:  # before or after the job
        return 130


def _dispatched(arguments: list[str]) -> int:
    if arguments[:1] == ["check"] and not any(argument.startswith("-") for argument in arguments[1:]):
        from pricecheck.cli.jobs.check import CheckArguments, run_check

        return run_check(CheckArguments(paths=tuple(arguments[1:])))
    from pricecheck.cli.app import build_app

    build_app(arguments)(arguments, prog_name="pricecheck")
    return 0


if __name__ == "__main__":
    main()
