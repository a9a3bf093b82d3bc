"""The source of an allowlist hook that refuses whatever its route does not price (gateway.md §6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LANGUAGES = ("ts", "js")

_HOOK = """\
// Written by `pricecheck allowlist`: refuses every model that `{route}` does not price.
// The gateway resolves relative paths from its own installation, so name this file by its absolute path:
//   hooks:
//     onRequest: "{path}"
const allowed = new Set{set_type}([
{models}]);

export default async (ctx{context_type}) => {{
  const model = ctx.req.body?.model;
  if (typeof model !== "string" || !allowed.has(model)) {{
    return {{ reject: true, status: 400, body: "Unsupported model" }};
  }}
}};
"""


def hook_source(route: str, models: Sequence[str], language: str, path: str) -> str:
    """Give a hook that lets these models pass and nothing else.

    Args:
        route: the route's key, for the comment.
        models: what may be asked for, in the order to be listed.
        language: `ts` or `js`.
        path: the absolute path to show in the comment.
    """
    typed = language == "ts"
    return _HOOK.format(
        route=_in_comment(route),
        path=_in_comment(path),
        set_type="<string>" if typed else "",
        context_type=": { req: { body?: { model?: unknown } | null } }" if typed else "",
        models="".join(f"  {json.dumps(model)},\n" for model in models),
    )


def _in_comment(text: str) -> str:
    """Write a text so that it stays on its line of comment, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
