"""An example request as `pricecheck quote FILE` takes it: for a shell, to be pasted behind the file."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING

from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pricecheck.report.price_diff import ChangeLine

_NOTHING = object()
_JSON = ("content-type", "application/json")
"""What `quote` sends with a body by itself."""


def example_of(line: ChangeLine) -> str | None:
    """Give the request that shows a change; None where there is none, or the selector names it already: a model."""
    if line.example is None or line.selector.startswith("model:") or line.before is None or line.after is None:
        return None
    return typed(line.example)


def typed(example: Mapping[str, object]) -> str:
    """Give METHOD, PATH and the flags of a request, quoted for a shell and harmless on a terminal."""
    body, headers = example.get("body", _NOTHING), example.get("headers")
    words = [str(example["method"]), str(example["path"])]
    for header in headers.items() if isinstance(headers, dict) else ():
        if body is _NOTHING or header != _JSON:
            words += ["--header", ":".join(header)]
    if isinstance(body, dict) and list(body) == ["model"] and isinstance(body["model"], str):
        words += ["--model", body["model"]]
    elif body is not _NOTHING:
        text = json.dumps(body, ensure_ascii=False)
        words += ["--body", text if text.isprintable() else json.dumps(body)]
    return " ".join(visible(quote(word)) for word in words)
