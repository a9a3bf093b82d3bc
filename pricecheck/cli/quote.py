"""`pricecheck quote`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pricecheck.cli.options import Env, EnvFile, OneConfig, Partial, StdinFilename
from pricecheck.cli.shell import CLEAN, FOUND, complain, run
from pricecheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pricecheck.cli.jobs.quote_requests import BadLine
    from pricecheck.gateway.resolution import Gateway, Request
    from pricecheck.report.answers import AnswerLine

_LINES_AT_ONCE = 1000
_NAMED = 20


def command(
    config: OneConfig,
    method: Annotated[str | None, typer.Argument(metavar="METHOD", help="The request's method.")] = None,
    path: Annotated[str | None, typer.Argument(metavar="PATH", help="The request's path, with its query.")] = None,
    *,
    model: Annotated[str | None, typer.Option(metavar="NAME", help='Short for --body \'{"model": "NAME"}\'.')] = None,
    body: Annotated[str | None, typer.Option(metavar="JSON", help="The request's JSON body.")] = None,
    header: Annotated[
        list[str] | None, typer.Option(metavar="HEADER", help="A header, NAME:VALUE; repeatable.")
    ] = None,
    requests: Annotated[
        str | None,
        typer.Option(metavar="FILE", help='Answer every line of this file: {"method", "path", "headers"?, "body"?}.'),
    ] = None,
    output_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="text, or json-lines (default with --requests).")
    ] = None,
    env: Env = False,
    env_file: EnvFile = None,
    partial: Partial = False,
    stdin_filename: StdinFilename = None,
) -> None:
    """Say what a request is charged, and why, step by step."""

    def job() -> int:
        from pricecheck.cli.jobs.quote_requests import RequestArguments, read_arguments, read_lines, refuse_two_inputs
        from pricecheck.cli.values import environment, one_of
        from pricecheck.engine import load_config, read_source
        from pricecheck.gateway.resolution import Gateway
        from pricecheck.report import answers

        chosen = one_of(
            "--output-format", output_format or ("text" if requests is None else "json-lines"), answers.FORMATS
        )
        typed = RequestArguments(method, path, model, body, header or ())
        if requests is None:
            asked: Iterator[Request | BadLine] = iter([read_arguments(typed)])
        elif any(typed):
            raise UsageError("--requests FILE holds whole requests: leave METHOD, PATH, --model, --body, --header away")
        else:
            refuse_two_inputs(config, requests)
            asked = read_lines(requests)
        source = read_source(config, stdin_filename)
        gateway = Gateway(load_config(source, environment(env, env_file or ()), partial=partial))
        put = answers.as_json_line if chosen == "json-lines" else answers.as_text
        bad: list[BadLine] = []
        _write(put(_line(gateway, request, bad)) for request in asked)
        return _verdict(bad)

    run(job)


def _write(lines: Iterable[str]) -> None:
    """Write many at once."""
    pending: list[str] = []
    for line in lines:
        pending.append(line)
        if len(pending) == _LINES_AT_ONCE:
            sys.stdout.write("".join(pending))
            pending.clear()
    sys.stdout.write("".join(pending))


def _verdict(bad: list[BadLine]) -> int:
    """Say on stderr which lines were no requests, and give the exit code: every line has its answer all the same."""
    if not bad:
        return CLEAN
    first = ", ".join(line.place for line in bad[:_NAMED])
    more = ", …" if len(bad) > _NAMED else ""
    complain(f"{len(bad)} line{'s are no requests' if len(bad) > 1 else ' is no request'}: {first}{more}")
    return FOUND


def _line(gateway: Gateway, request: Request | BadLine, bad: list[BadLine]) -> AnswerLine:
    """Give the answer to a request; a line that is none is put into `bad`, and its answer is an error."""
    from pricecheck.cli.jobs.quote_requests import BadLine
    from pricecheck.report.answers import AnswerLine

    if isinstance(request, BadLine):
        bad.append(request)
        return AnswerLine(
            request.place,
            "error",
            None,
            None,
            None,
            None,
            None,
            None,
            (f"{request.place} is no request: {request.why}",),
        )
    answer = gateway.answer(request)
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
