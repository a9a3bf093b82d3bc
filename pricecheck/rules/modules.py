"""PC219 and PC229: modules that the gateway can't load, and hooks whose answer does not count (gateway.md §6)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pricecheck.files import CONFIG_NAMES
from pricecheck.findings import Finding, Impact
from pricecheck.patterns import late
from pricecheck.rules.model import Context, rule
from pricecheck.rules.module_files import absolute_path, read_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.gateway.config import Config, Route
    from pricecheck.gateway.field import Field

_SCRIPT = late(r"\.(?:[cm]?[jt]s|[jt]sx)\Z")
_SCHEME = late(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_EXTENSIONS = ("", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", "/index.js", "/index.ts")
_VETO = late(r"""\bsettle["']?\s*:\s*false\b""")
_TELLING_DEPTH = 2

_LOST = {
    "onRequest": "every request that runs it fails with 502",
    "onPriceResolved": "every request that runs it fails with 502",
    "onSettled": "every request that runs it fails with 502 after its payment was taken",
    "onResponse": "every request that runs it fails with 502, by default after its payment was taken",
    "onError": "the first error that needs it ends the gateway's process",
    "fn": "every request that it should price fails with 502",
}


@rule(
    "PC219",
    "unloadable-module",
    Impact.FAILS,
    "A module that the gateway can't load where it looks for it",
)
def unloadable_module(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports

    - relative paths in `hooks` and in `price: {fn: …}`, as `hooks/x.ts` and `./hooks/x.ts`;
    - absolute ones (and `file://` URLs) that do not exist, provided that the folder they name does exist on this
      machine. Without that folder, this is not the machine the gateway runs on, and nothing can be told;
    - a relative `settlement.module` that does not exist beside a config with one of the names that the gateway looks
      for in its working directory.

    Names of npm packages (`my-hooks`, `@acme/hooks/allow.js`) are left alone.

    ## Why is this bad?
    Every page of the gateway's docs shows relative paths. But the gateway resolves them from its **own installation**,
    not from the config, and loads them at first use, not at start. So all looks well until the first request that needs
    the module. What is lost then depends on the hook:

    | module | what happens |
    |---|---|
    | `onRequest`, `onPriceResolved`, `price.fn` | the request fails with 502 |
    | `onSettled`, `onResponse` | it fails with 502 after the payment was taken |
    | `onError` | the process ends |

    `settlement.module` is resolved from the working directory.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        price: "$0.01"
        hooks:
          onRequest: "hooks/allow-models.ts"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        price: "$0.01"
        hooks:
          onRequest: "/srv/tollbooth/hooks/allow-models.ts"
    ```
    """
    folder = os.path.dirname(context.document.source.path)
    seen: set[tuple[int, int]] = set()
    for field in _modules(context.config):
        text = field.known_text
        if not text or field.span in seen:
            continue
        seen.add(field.span)
        lost = _LOST[str(field.path[-1])]
        absolute = absolute_path(text)
        if absolute is not None:
            if _is_missing(absolute):
                yield Finding(
                    f'there is no "{absolute}": {lost}',
                    field.span,
                    field.path,
                    help="put the module there, or correct the path",
                )
        elif _is_relative(text, folder):
            yield Finding(
                f'"{text}" is resolved from the gateway\'s own installation, not from this config: {lost}',
                field.span,
                field.path,
                help=_absolute_help(text, folder),
            )
    yield from _settlement_module(context, folder)


def _modules(config: Config) -> Iterator[Field]:
    """Yield every hook and price function that the gateway may load; a route's own hooks replace global ones."""
    imported = any(upstream.field.get("openapi") is not None for upstream in config.upstreams.values())
    for name, hook in _entries(config.at("hooks")):
        replaced = config.routes and all(route.field.at("hooks", name) is not None for route in config.routes)
        if name in _LOST and (imported or not replaced):
            yield hook
    for route in config.routes:
        for name, hook in _entries(route.field.get("hooks")):
            if name in _LOST:
                yield hook
        if route.price_function is not None and not route.token_based:
            yield route.price_function


def _entries(field: Field | None) -> Iterator[tuple[str, Field]]:
    if field is not None:
        yield from field.entries()


def _is_missing(path: str) -> bool:
    """Say whether a file is certainly missing: its folder is here, and neither it nor a name it may stand for is.

    Folders at the root (`/srv`) are on every machine, so that they say nothing about where the gateway runs.
    """
    parent = os.path.dirname(os.path.normpath(path))
    if "\0" in path or len(parent.strip("/").split("/")) < _TELLING_DEPTH:
        return False
    return os.path.isdir(parent) and not _exists(path)


def _exists(path: str) -> bool:
    return any(os.path.exists(path + extension) for extension in _EXTENSIONS)


def _is_relative(text: str, folder: str) -> bool:
    """Say whether a specifier is a relative path; `hooks/x.ts` is, unless a package of that name is installed here."""
    if text.startswith(("./", "../")) or text in {".", ".."}:
        return True
    if text.startswith("@") or _SCHEME.match(text) or not _SCRIPT.search(text):
        return False
    return not os.path.isdir(os.path.join(folder, "node_modules", text.partition("/")[0]))


def _absolute_help(text: str, folder: str) -> str:
    beside = os.path.abspath(os.path.join(folder, text))
    if os.path.exists(beside):
        return f'write the absolute path it has where the gateway runs; here that is "{beside}"'
    return "write the absolute path it has where the gateway runs"


def _settlement_module(context: Context, folder: str) -> Iterator[Finding]:
    strategy, module = context.config.at("settlement", "strategy"), context.config.at("settlement", "module")
    text = module.known_text if module else None
    if module is None or not text or strategy is None or strategy.value != "custom":
        return
    absolute = absolute_path(text)
    path = context.document.source.path
    if absolute is None and os.path.basename(path) in CONFIG_NAMES and os.path.isfile(path):
        beside = os.path.join(folder, text)
        missing = _is_relative(text, folder) and os.path.isdir(os.path.dirname(beside) or ".") and not _exists(beside)
    else:
        missing = absolute is not None and _is_missing(absolute)
    if missing:
        yield Finding(
            f'there is no "{text}"{"" if absolute else " in the folder of this config"}: no payment can be settled',
            module.span,
            module.path,
            help="`settlement.module` is resolved from the gateway's working directory: write its path from there, or "
            "an absolute one",
        )


@rule(
    "PC229",
    "settle-hook-without-effect",
    Impact.IGNORED,
    "A hook that vetoes settlement where the payment is already settled",
)
def settle_hook_without_effect(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports an `onResponse` hook whose module answers `settle: false` on routes that settle before the response (the
    default). The module is looked for at its absolute path, or beside the config; where it can't be read, nothing is
    said.

    ## Why is this bad?
    `{settle: false}` counts only with `settlement: after-response`. Before that, the payment is settled first: the hook
    runs, its answer is thrown away, and the caller whose request failed has paid.

    ## Example
    ```yaml
    routes:
      "POST /v1/images/generations":
        upstream: openai
        price: "$0.12"
        hooks:
          onResponse: "hooks/refund-failed.mjs" # answers {settle: false} where the upstream failed
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/images/generations":
        upstream: openai
        price: "$0.12"
        settlement: after-response
        hooks:
          onResponse: "hooks/refund-failed.mjs"
    ```
    """
    config = context.config
    folder = os.path.dirname(context.document.source.path)
    shared = config.at("hooks", "onResponse")
    if shared is not None and _is_vain(config, shared) and _vetoes(shared, folder):
        yield _veto(shared, "no route that runs it has")
    for route in config.routes:
        own = route.field.at("hooks", "onResponse")
        if own is not None and not _settles_late(route) and _vetoes(own, folder):
            yield _veto(own, "this route does not have")


def _is_vain(config: Config, shared: Field) -> bool:
    """Say whether a global hook runs on some route, and on none that settles after the response.

    A route whose own `hooks` lack the name may or may not run the global one: it counts against a finding only.
    """
    name = str(shared.path[-1])
    perhaps = [route for route in config.routes if route.field.at("hooks", name) is None]
    surely = [route for route in perhaps if route.field.get("hooks") is None]
    return bool(surely) and not any(_settles_late(route) for route in perhaps)


def _settles_late(route: Route) -> bool:
    settlement = route.field.get("settlement")
    return settlement is not None and settlement.value != "before-response"


def _veto(hook: Field, who: str) -> Finding:
    return Finding(
        f"this hook answers `settle: false`, which counts only with `settlement: after-response`, which {who}: the "
        "payment is settled before it runs",
        hook.span,
        hook.path,
        help="add settlement: after-response to the routes that may be vetoed",
    )


def _vetoes(hook: Field, folder: str) -> bool:
    """Say whether a hook's module is readable here and certainly holds a `settle: false` outside a comment."""
    module = read_module(hook.known_text, folder)
    return module is not None and any(_is_veto(line) for line in module.text.splitlines())


def _is_veto(line: str) -> bool:
    found = _VETO.search(line)
    before = line[: found.start()] if found else ""
    return found is not None and not ("//" in before or "/*" in before or before.lstrip().startswith("*"))
