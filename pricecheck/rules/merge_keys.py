"""PC216: merge keys, which YAML 1.2 does not have (gateway.md §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact
from pricecheck.rules.model import Context, rule
from pricecheck.source.nodes import Alias, Entry, Mapping, Scalar, resolve, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath

MERGE = "<<"
"""The key that YAML 1.1 merges."""


@rule(
    "PC216",
    "merge-key",
    Impact.IGNORED,
    "`<<` is not merged",
)
def merge_key(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `<<` keys whose value is a mapping (or a list of them), in a document without a `%YAML 1.1` directive. Where
    the gateway refuses the key outright, the finding is PC013's or PC011's.

    ## Why is this bad?
    The gateway reads YAML 1.2, which has no merge keys: `<<` is a key like any other, one that no section knows, and is
    dropped in silence. Whatever it was to bring along is not there. A route that was to inherit `models` and `fallback`
    has neither, and charges `defaults.price`. Ordinary aliases work.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions": &chat
        upstream: openai
        type: token-based
        models: { gpt-4o: "$0.05" }
        fallback: "$0.05"
      "POST /v1/responses":
        <<: *chat
        upstream: openai
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models: &prices { gpt-4o: "$0.05" }
        fallback: "$0.05"
      "POST /v1/responses":
        upstream: openai
        type: token-based
        models: *prices
        fallback: "$0.05"
    ```

    A file that begins with `%YAML 1.1` and `---` has its merge keys merged. But then all of it follows the rules of
    YAML 1.1: `yes`, `no`, `on` and `off` are booleans, and `010` is 8.
    """
    document = context.document
    if document.is_json or document.yaml_version == "1.1" or document.root is None or MERGE not in document.source.text:
        return
    refused = {refusal.path for refusal in context.loaded.refusals}
    for path, node in walk(document.root):
        entry = node.index.get(MERGE) if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or entry is None or isinstance(resolve(entry.value), Scalar):
            continue
        if not any(refusal[: len(path) + 1] == (*path, MERGE) for refusal in refused):
            yield _merge_finding(path, node, entry)


def _merge_finding(path: ConfigPath, node: Mapping, entry: Entry) -> Finding:
    names = [f"`{name}`" for name in _inherited(entry) if name not in node.index]
    lost = f"{_list(names)} of {_origin(entry)} {'is' if len(names) == 1 else 'are'} not there"
    return Finding(
        f"`<<` is not merged: {lost if names else 'the line does nothing'}",
        entry.key.span,
        (*path, MERGE),
        help="write the keys out, or alias them one by one (`models: *prices`); "
        "`%YAML 1.1` on top of the file would merge them, and change how `yes`, `no` and `010` are read"
        if names
        else "remove the line",
    )


def _inherited(entry: Entry) -> list[str]:
    value = resolve(entry.value)
    parts = [value] if isinstance(value, Mapping) else [resolve(item) for item in getattr(value, "items", ())]
    return list(dict.fromkeys(name for part in parts if isinstance(part, Mapping) for name in part.index))


def _origin(entry: Entry) -> str:
    return f"`*{entry.value.name}`" if isinstance(entry.value, Alias) else "its value"


def _list(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
