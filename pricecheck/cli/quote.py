"""`pricecheck quote`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pricecheck.cli.options import Env, EnvFile, OneConfig, Partial, StdinFilename
from pricecheck.cli.shell import CLEAN, run
from pricecheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pricecheck.gateway.resolution import Answer, Request

_LINES_AT_ONCE = 1000


def command(
    config: OneConfig,
    method: Annotated[str | None, typer.Argument(help="The request's method.")] = None,
    path: Annotated[str | None, typer.Argument(help="The request's path, with its query.")] = None,
    *,
    model: Annotated[str | None, typer.Option(help='Short for --body \'{"model": "NAME"}\'.')] = None,
    body: Annotated[str | None, typer.Option(help="The request's JSON body.")] = None,
    header: Annotated[list[str] | None, typer.Option(help="A header, NAME:VALUE; repeatable.")] = None,
    requests: Annotated[
        str | None, typer.Option(help='Answer every line of this file: {"method", "path", "headers"?, "body"?}.')
    ] = None,
    output_format: Annotated[str | None, typer.Option(help="text, or json-lines (default with --requests).")] = None,
    env: Env = False,
    env_file: EnvFile = None,
    partial: Partial = False,
    stdin_filename: StdinFilename = None,
) -> None:
    """Say what a request is charged, and why, step by step."""

    def job() -> int:
        from pricecheck.cli.checking import environment, one_of
        from pricecheck.cli.requesting import RequestArguments, read_arguments, read_lines, refuse_two_inputs
        from pricecheck.engine import load_config, read_source
        from pricecheck.gateway.resolution import Gateway
        from pricecheck.report import answers

        chosen = one_of(
            "--output-format", output_format or ("text" if requests is None else "json-lines"), answers.FORMATS
        )
        typed = RequestArguments(method, path, model, body, header or ())
        if requests is None:
            asked = iter([read_arguments(typed)])
        elif any(typed):
            raise UsageError("--requests FILE holds whole requests: leave METHOD, PATH, --model, --body, --header away")
        else:
            refuse_two_inputs(config, requests)
            asked = read_lines(requests)
        source = read_source(config, stdin_filename)
        gateway = Gateway(load_config(source, environment(env, env_file or ()), partial=partial))
        put = answers.as_json_line if chosen == "json-lines" else answers.as_text
        _write(put(_line(request, gateway.answer(request))) for request in asked)
        return CLEAN

    run(job)


def _write(lines: Iterable[str]) -> None:
    """Write many at once; where a request can't be read, what came before it is written all the same."""
    pending: list[str] = []
    try:
        for line in lines:
            pending.append(line)
            if len(pending) == _LINES_AT_ONCE:
                sys.stdout.write("".join(pending))
                pending.clear()
    finally:
        sys.stdout.write("".join(pending))


def _line(request: Request, answer: Answer):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the report is loaded late
    from pricecheck.report.answers import AnswerLine

    return AnswerLine(
        f"{request.method} {request.path}",
        answer.outcome.value,
        answer.route,
        answer.amount,
        answer.asset,
        answer.network,
        answer.pay_to,
        answer.source,
        answer.trace,
    )
