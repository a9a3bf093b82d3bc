"""The `pricecheck` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit: 0 clean, 1 findings, 2 can't do the job, 130 interrupted.

    `check` with nothing but paths, as every pre-commit run calls it, needs no argument parser: it goes straight to the
    job and saves the 40 ms that importing one costs. A test holds both ways to the same answers.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["check"] and not any(argument.startswith("-") for argument in arguments[1:]):
        from pricecheck.cli.checking import CheckArguments, run_check
        from pricecheck.cli.shell import run

        run(lambda: run_check(CheckArguments(paths=tuple(arguments[1:]))))
    from pricecheck.cli.app import build_app

    build_app(arguments)(prog_name="pricecheck")


if __name__ == "__main__":
    main()
