"""PC212: price functions that do not get what they read (gateway.md §4)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact, Severity
from pricecheck.gateway.environment import Unresolved
from pricecheck.rules.model import Context, rule
from pricecheck.rules.module_files import read_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Route

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_BODY = r"(?i)\bbody\b"
_COMMENT = r"(?s:/\*.*?\*/)|(?<!:)//[^\n]*"


@rule(
    "PC212",
    "body-not-parsed",
    Impact.MISCHARGES,
    "A price function on a route where the body is never parsed",
)
def body_not_parsed(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `price: {fn: …}` on POST, PUT and PATCH routes where no rule of `match` tests a key that begins with
    `body.`. The module is looked for at its absolute path, or beside the config. If it can be read and nowhere mentions
    `body`, nothing is said; if it does, that is an error. Where it can't be read here, it is a warning.

    ## Why is this bad?
    The gateway parses the body only if the route is token-based or some `match` rule tests a `body.…` key. Otherwise
    the function gets `body: undefined`, whatever the caller sent: it prices every request as if it asked for the
    default model, size or quality, or throws, and the request fails with 502.

    ## Example
    ```yaml
    routes:
      "POST /v1/images/generations":
        upstream: openai
        price: { fn: "pricing/images.mjs" } # looks at body.quality
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/images/generations":
        upstream: openai
        match:
          - where: { body.quality: "hd" } # makes the gateway parse the body
            price: "$0.12"
        price: { fn: "pricing/images.mjs" }
    ```
    """
    folder = os.path.dirname(context.document.source.path)
    for route in context.config.routes:
        function = route.price_function
        if function is None or route.method not in _WITH_BODY or _is_parsed(route):
            continue
        source = read_module(function.known_text, folder)
        if source is not None and not re.search(_BODY, re.sub(_COMMENT, "", source.text)):
            continue
        yield Finding(
            "the function gets `body: undefined`: the body is parsed only where a `match` rule tests a `body.…` key"
            + (
                "; whether the function reads it can't be seen here"
                if source is None
                else ", and the function reads it"
            ),
            function.span,
            function.path,
            help="add a `match` rule that tests the field of the body the function looks at, such as `body.model`",
            severity=Severity.WARNING if source is None else Severity.ERROR,
        )


def _is_parsed(route: Route) -> bool:
    kind = route.field.get("type")
    perhaps = kind is not None and isinstance(kind.value, Unresolved)
    return (
        perhaps or route.token_based or any(key.startswith("body.") for each in route.match for key, _, _ in each.where)
    )
