"""From the flags that name traffic logs to a sample: what `traffic`, `check --traffic` and `diff --traffic` share."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import files
from pricecheck.cli.values import MAX_BAD, one_of
from pricecheck.errors import UsageError
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pricecheck.gateway.config import Config
    from pricecheck.policy.model import Policy
    from pricecheck.prices.usage import Sample

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%")


class LogArguments(NamedTuple):
    """The flags about logs, as typed; the defaults are those of the commands."""

    logs: tuple[str, ...]
    since: str | None = None
    until: str | None = None
    route: str | None = None
    max_bad: str = MAX_BAD
    memory_limit: str | None = None
    engine: str = "duckdb"
    master: str | None = None


def sample_of(arguments: LogArguments, policy: Policy, configs: Iterable[Config]) -> Sample:
    """Read the logs, their fields named as the policy says; `configs` are all that the sample will be held against.

    Raises:
        UsageError: a flag's value makes no sense, or the engine is not installed.
        InputError: a log can't be read, or has too many bad lines.
    """
    from pricecheck.report.progress import progress_bar
    from pricecheck.traffic import ReadOptions, read_sample
    from pricecheck.traffic.interrupts import StoppedOnce

    share = _SHARE.fullmatch(arguments.max_bad)
    if share is None or Decimal(share[1]) > 100:  # noqa: PLR2004 - per cent
        raise UsageError(f'--max-bad {arguments.max_bad!r}: a share of the lines, as in "1%" or "0.1%"')
    if arguments.master is not None and arguments.engine != "spark":
        raise UsageError("--master is for --engine spark")
    one_of("--engine", arguments.engine, ("duckdb", "spark"))
    configs = list(configs)
    known, asked = _asked(arguments.route, configs)
    with StoppedOnce(), progress_bar("reading the log") as progress:
        sample = read_sample(
            arguments.logs,
            ReadOptions(
                fields=policy.traffic.fields,
                since=arguments.since,
                until=arguments.until,
                route=asked,
                named=_named(configs, policy),
                max_bad=Decimal(share[1]) / 100,
                memory_limit=arguments.memory_limit,
                engine="spark" if arguments.engine == "spark" else "duckdb",
                master=arguments.master,
                progress=progress,
            ),
        )
    if sample.filtered and not sample.rows and not known:
        from pricecheck.nearest import suggestion

        close = suggestion(str(arguments.route), [route.key for config in configs for route in config.routes])
        raise UsageError(f"--route {arguments.route!r}: neither the config nor the log has such a route{close}")
    return sample


def _asked(route: str | None, configs: Iterable[Config]) -> tuple[bool, Callable[[str | None], bool] | None]:
    """Say whether a config has a route, and give what tells the requests that went there; None for those of all."""
    if route is None:
        return True, None
    from pricecheck.policy.model import route_key
    from pricecheck.rules.request_places import Places

    places = [Places(config) for config in configs]
    wanted = [one.find(route).routes for one in places]
    if any(wanted):
        pairs = [(one, found) for one, found in zip(places, wanted, strict=True) if found]
        return True, lambda logged: any(one.find(logged).routes == found for one, found in pairs)
    return False, lambda logged: logged is not None and route_key(logged) == route_key(route)


def _named(configs: Iterable[Config], policy: Policy) -> frozenset[str]:
    """Give every model that a config, the built-in table or the policy names, as a sample has it."""
    from pricecheck.gateway.default_table import DEFAULT_TABLE
    from pricecheck.prices.usage import shortened

    listed = (shortened(model.name) for config in configs for route in config.routes for model in route.models)
    return frozenset((*listed, *DEFAULT_TABLE, *policy.aliases))


def refuse_several(configs: int) -> None:
    """Refuse a log where there is not one config to hold against it.

    Raises:
        UsageError: there are others.
    """
    if configs != 1:
        raise UsageError(f"--traffic: a log is of one gateway, and there are {configs} configs; name its own")


def refuse_stdin_twice(config: str, logs: Sequence[str]) -> None:
    """Refuse to read a config and a log from the same standard input.

    Raises:
        UsageError: both are.
    """
    if config == files.STDIN and files.STDIN in logs:
        raise UsageError("-: standard input can be the config or a log, not both")


def rare_models(sample: Sample) -> list[str]:
    """Say which requests of a sample are only counted together, if any."""
    if not sample.folded_groups:
        return []
    requests = counted(sample.folded_requests, "request")
    groups = f"{sample.folded_groups:,} rare groups of lines with {requests}"
    return [f"{groups} are counted together, as models that nothing names: more than a report can hold"]
