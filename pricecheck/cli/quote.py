"""`pricecheck quote`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pricecheck.cli.shell import CLEAN, run
from pricecheck.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.resolution import Answer, Request

_LINES_AT_ONCE = 1000


def command(
    config: Annotated[str, typer.Argument(help="A config, or - for standard input.")],
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
    env: Annotated[bool, typer.Option("--env", help="Take ${NAME} from the environment of this process.")] = False,
    env_file: Annotated[list[str] | None, typer.Option(help="Take ${NAME} from this file (NAME=value lines).")] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="A fragment: missing top-level sections are fine.")
    ] = False,
    stdin_filename: Annotated[str | None, typer.Option(help="What to call standard input.")] = None,
) -> None:
    """Say what a request is charged, and why, step by step."""

    def job() -> int:
        from pricecheck.cli.checking import environment, one_of
        from pricecheck.engine import load_config, read_source
        from pricecheck.gateway.resolution import Gateway
        from pricecheck.report import answers

        chosen = one_of("--output-format", output_format or ("json-lines" if requests else "text"), answers.FORMATS)
        if (requests is None) == (method is None) or (method is None) != (path is None):
            raise UsageError("say METHOD and PATH of one request, or --requests FILE")
        asked = _from_file(requests) if requests else iter([_one(method or "", path or "", model, body, header or [])])
        source = read_source(config, stdin_filename)
        gateway = Gateway(load_config(source, environment(env, env_file or ()), partial=partial))
        put = answers.as_text if chosen == "text" else answers.as_json_line
        pending: list[str] = []
        for request in asked:
            pending.append(put(_line(gateway.answer(request))))
            if len(pending) == _LINES_AT_ONCE:
                sys.stdout.write("".join(pending))
                pending.clear()
        sys.stdout.write("".join(pending))
        return CLEAN

    run(job)


def _line(answer: Answer):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the report is loaded late
    from pricecheck.report.answers import AnswerLine

    return AnswerLine(
        answer.outcome.value,
        answer.route,
        answer.amount,
        answer.asset,
        answer.network,
        answer.pay_to,
        answer.source,
        answer.trace,
    )


def _one(method: str, path: str, model: str | None, body: str | None, headers: list[str]) -> Request:
    if model is not None and body is not None:
        raise UsageError("--model and --body say the same thing: give one")
    fields: dict[str, object] = {"method": method, "path": path}
    if model is not None:
        fields["body"] = {"model": model}
    if body is not None:
        fields["body"] = _json(body, "--body")
    pairs = [text.partition(":") for text in headers]
    if not all(name and colon for name, colon, _ in pairs):
        raise UsageError("--header: write NAME:VALUE")
    fields["headers"] = {name.strip(): value.strip() for name, _, value in pairs}
    return _request(fields, "request")


def _from_file(path: str) -> Iterator[Request]:
    from pricecheck.engine import read_source

    source = read_source(path)
    for number, line in enumerate(source.text.split("\n"), 1):
        if line.strip():
            yield _request(_json(line, f"{path}:{number}"), f"{path}:{number}")


def _json(text: str, where: str) -> object:
    import json

    def refuse(constant: str) -> object:
        raise ValueError(f"{constant} is no JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON ({error})") from None


def _request(fields: object, where: str) -> Request:
    from pricecheck.gateway.matching import MISSING
    from pricecheck.gateway.resolution import Request

    if not isinstance(fields, dict):
        raise InputError(f"{where}: a request is an object with method and path")
    method, path, headers = fields.get("method"), fields.get("path"), fields.get("headers") or {}
    if not isinstance(method, str) or not isinstance(path, str) or not method or not path.startswith("/"):
        raise InputError(f'{where}: "method" and "path" are texts, and the path begins with /')
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise InputError(f'{where}: "headers" is an object of texts')
    kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
    has_body = "body" in fields and all("application/json" in kind for kind in kinds)
    return Request(method, path, headers, fields["body"] if has_body else MISSING)
