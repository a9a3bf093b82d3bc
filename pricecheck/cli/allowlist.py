"""`pricecheck allowlist`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pricecheck.cli.options import Env, EnvFile, Isolated, OneConfig, Partial, PolicyFile, StdinFilename
from pricecheck.cli.shell import CLEAN, run, say
from pricecheck.errors import InputError, UsageError

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config, Route
    from pricecheck.policy.model import Policy


def command(
    config: OneConfig,
    route: Annotated[
        str, typer.Argument(metavar="ROUTE", help="The route, as the config writes it: 'POST /v1/chat/completions'.")
    ],
    *,
    language: Annotated[str, typer.Option(metavar="LANGUAGE", help="ts or js.")] = "ts",
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the hook to this file, which must not be there.")
    ] = None,
    policy: PolicyFile = None,
    isolated: Isolated = False,
    env: Env = False,
    env_file: EnvFile = None,
    partial: Partial = False,
    stdin_filename: StdinFilename = None,
) -> None:
    """Write an `onRequest` hook that refuses unpriced models."""

    def job() -> int:
        from pricecheck.cli.comparing import Policies
        from pricecheck.cli.values import environment, one_of
        from pricecheck.engine import load_config, read_source
        from pricecheck.rules.allowlist_template import LANGUAGES, hook_source

        one_of("--language", language, LANGUAGES)
        source = read_source(config, stdin_filename)
        loaded = load_config(source, environment(env, env_file or ()), partial=partial)
        folder = os.path.dirname(os.path.abspath(source.path))
        ruling, _ = Policies(isolated=isolated, policy=policy).of(None, folder)
        found = _route(loaded, route, source.path)
        models = _models(found, ruling, source.path)
        path = os.path.abspath(output) if output else f"/absolute/path/to/allowlist.{language}"
        text = hook_source(found.key, models, language, path)
        if output is None:
            sys.stdout.write(text)
            return CLEAN
        _write(output, text)
        say(f'{output}: lets {len(models)} models pass; in the config: onRequest: "{path}", or where it is deployed')
        return CLEAN

    run(job)


def _route(config: Config, wanted: str, file: str) -> Route:
    from pricecheck.nearest import close_names
    from pricecheck.policy.model import route_key

    found = next((route for route in config.routes if route_key(route.key) == route_key(wanted)), None)
    if found is None:
        keys = [route.key for route in config.routes]
        close = close_names(wanted, keys, most=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(map(repr, keys)) or 'none'}"
        raise UsageError(f"{file} has no route {wanted!r}; {hint}")
    return found


def _models(route: Route, policy: Policy, file: str) -> list[str]:
    """Give the models to let pass: those the route prices by name, without what the policy does not want."""
    from pricecheck.gateway.matching import glob
    from pricecheck.rules.allowlist_hooks import priced_models

    priced = priced_models(route)
    if priced is None:
        raise InputError(f"{file}: `{route.key}` prices groups of models (`*` in body.model), which no list can name")
    if not priced:
        raise InputError(f"{file}: `{route.key}` prices no model by name, so its hook would refuse every request")

    def fits(model: str, globs: tuple[str, ...]) -> bool:
        return any(glob(pattern).fullmatch(model) for pattern in globs)

    allowed = [globs for globs in (policy.allow, policy.route(route.key).allow) if globs]
    kept = [name for name in priced if all(fits(name, globs) for globs in allowed) and not fits(name, policy.deny)]
    if len(kept) < len(priced):
        left = [name for name in priced if name not in set(kept)]
        say(f"{policy.origin}: left out, by the policy: {', '.join(left)}")
    return kept


def _write(path: str, text: str) -> None:
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{path}: is there already; remove it, or name another file") from None
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror or error}") from None
