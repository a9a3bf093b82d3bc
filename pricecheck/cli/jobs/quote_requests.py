"""From the command line, or the lines of a file, to requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.errors import UsageError
from pricecheck.files import STDIN
from pricecheck.gateway.matching import MISSING
from pricecheck.gateway.resolution import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BYTE_ORDER_MARK = "\ufeff"


class RequestArguments(NamedTuple):
    """The parts of one request, as typed."""

    method: str | None
    path: str | None
    model: str | None
    body: str | None
    headers: Sequence[str]


def read_arguments(typed: RequestArguments) -> Request:
    """Give the request that the command line spells out.

    Raises:
        UsageError: a part is missing or malformed.
    """
    if typed.method is None or typed.path is None:
        raise UsageError("say METHOD and PATH of one request, or --requests FILE")
    if typed.model is not None and typed.body is not None:
        raise UsageError("--model and --body say the same thing: give one")
    fields: dict[str, object] = {"method": typed.method, "path": typed.path}
    if typed.model is not None:
        fields["body"] = {"model": typed.model}
    pairs = [text.partition(":") for text in typed.headers]
    if not all(name.strip() and colon for name, colon, _ in pairs):
        raise UsageError("--header: write NAME:VALUE")
    fields["headers"] = {name.strip(): value.strip() for name, _, value in pairs}
    try:
        if typed.body is not None:
            fields["body"] = _parse(typed.body)
    except ValueError as error:
        raise UsageError(f"--body: {error}") from None
    try:
        return _request(fields)
    except ValueError as error:
        raise UsageError(str(error)) from None


class BadLine(NamedTuple):
    """A line of a file of requests that is none: `place` is file and line."""

    place: str
    why: str


def read_lines(path: str) -> Iterator[Request | BadLine]:
    """Yield the requests of a file, one JSON object a line (`-` is standard input); blank lines hold none.

    Raises:
        InputError: the file can't be read.
    """
    from pricecheck.engine import read_source

    source = read_source(path)
    for number, line in enumerate(source.text.removeprefix(_BYTE_ORDER_MARK).split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield _request(_parse(line))
        except ValueError as error:
            yield BadLine(f"{source.path}:{number}", str(error))


def refuse_two_inputs(config: str, requests: str) -> None:
    """Stop where config and requests would both be read from standard input.

    Raises:
        UsageError: they would.
    """
    if config == requests == STDIN:
        raise UsageError("config and --requests can't both be standard input")


def _parse(text: str) -> object:
    try:
        # Every number of JavaScript is a double; and of a number with thousands of digits Python would refuse to
        # make an integer.
        return json.loads(text, parse_int=float, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("not JSON (nested too deeply)") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from None


def _refuse_constant(constant: str) -> object:
    raise ValueError(f"not JSON: {constant} is no number there")


def _request(fields: object) -> Request:
    if not isinstance(fields, dict):
        raise ValueError('a request is an object, {"method": …, "path": …}')  # noqa: TRY004 - read_lines adds the place
    method, path, headers = fields.get("method"), fields.get("path"), fields.get("headers") or {}
    if not isinstance(method, str) or not method:
        raise ValueError('"method" is a text, such as "POST"')
    if not isinstance(path, str) or not path.startswith("/"):
        raise ValueError('"path" is a text that begins with "/"')
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise ValueError('"headers" is an object of texts, {"x-tier": "gold"}')
    kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
    has_body = "body" in fields and all("application/json" in kind for kind in kinds)
    return Request(method, path, headers, fields["body"] if has_body else MISSING)
