"""The job of `traffic --fix`: write the suggested prices into the config."""

from __future__ import annotations

import os
import re
import sys
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.cli.patch import print_diff
from pricecheck.cli.shell import CLEAN, say
from pricecheck.errors import UsageError
from pricecheck.files import STDIN
from pricecheck.report.visible import visible
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import SourceText
    from pricecheck.gateway.environment import Environment
    from pricecheck.policy.model import Policy
    from pricecheck.rewrite.mapping import Mapped, NewPrice
    from pricecheck.rules.served import ModelUsage, TrafficUsage

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]")
_DAY = 10


class FixArguments(NamedTuple):
    """The flags of `traffic --fix`, as typed; the defaults are those of the command."""

    fix: bool = False
    dry_run: bool = False
    min_requests: int = 1
    only: tuple[str, ...] = ()
    comment: bool = False


def refuse_combinations(arguments: FixArguments, config: str, formats: tuple[str, ...]) -> None:
    """Refuse flags that do not go together.

    Raises:
        UsageError: they do not.
    """
    if not arguments.fix:
        if arguments != FixArguments():
            raise UsageError("--dry-run, --min-requests, --only and --comment go with --fix")
        return
    if formats:
        raise UsageError("--fix writes the config and no report: leave --output-format out")
    if config == STDIN:
        raise UsageError("--fix writes the config in place: name a file")
    if arguments.min_requests < 1:
        raise UsageError(f"--min-requests {arguments.min_requests}: at least 1")


def run_mapping(
    arguments: FixArguments, usage: TrafficUsage, source: SourceText, environment: Environment, *, partial: bool
) -> int:
    """Write a line for every model with a suggested price that the flags let through, and say which.

    Raises:
        ProofError: it could not be proven that nothing else changes; nothing was written.
        InputError: the config can't be written.
    """
    from pricecheck.rewrite.atomic import Change, remove_stale, write_all
    from pricecheck.rewrite.mapping import map_models

    chosen = [found for found in usage.models if _is_chosen(arguments, found)]
    comment = _comment(usage) if arguments.comment else ""
    wanted = {price: found for found in chosen if (price := _price(found, comment)) is not None}
    mapped = map_models(source, list(wanted), environment, partial=partial)
    if arguments.dry_run:
        print_diff(source.path, source.text, mapped.source.text)
    elif mapped.written:
        remove_stale(source.path)
        write_all([Change(source.path, source.text.encode(), mapped.source.text.encode())])
    tell = say if arguments.dry_run else _print_line
    for price in mapped.written:
        tell(_sentence(price, wanted[price]))
        warning = _beyond_bounds(price, wanted[price], usage.policy)
        if warning is not None:
            say(warning)
    for found, why in _left_out(chosen, mapped):
        say(f"{visible(found.place.label or 'unknown route')}: {_named(found.model)} not written: {visible(why)}")
    suggested = sum(found.suggestion is not None and found.suggestion.price is not None for found in chosen)
    lines = counted(len(mapped.written), "line")
    if len(mapped.written) < suggested:
        lines = f"{len(mapped.written)} of {counted(suggested, 'suggested line')}"
    say(f"{visible(source.path)}: {'would write' if arguments.dry_run else 'wrote'} {lines}")
    return CLEAN


def _beyond_bounds(price: NewPrice, found: ModelUsage, policy: Policy) -> str | None:
    """Say that a new line moves what is charged further than the policy lets one deploy; None where it does not."""
    from fractions import Fraction

    from pricecheck.prices.bounds import is_beyond, percent
    from pricecheck.rules.comparison import limits_of

    row = found.judged.row
    if row is None or row.amount is None or not is_beyond(row.amount, price.amount, limits_of(policy)):
        return None
    share = f" ({percent(Fraction(price.amount - row.amount, row.amount))})" if row.amount > 0 else ""
    return (
        f"{visible(price.route)}: {_named(price.model)} {row.dollars} → {price.price}{share} is beyond the policy's "
        f"bounds; `check --against` will call it {'PC409' if row.amount else 'PC403'}"
    )


def _is_chosen(arguments: FixArguments, found: ModelUsage) -> bool:
    from pricecheck.gateway.matching import glob

    if found.suggestion is None or found.requests < arguments.min_requests:
        return False
    return not arguments.only or any(glob(pattern).fullmatch(found.model) for pattern in arguments.only)


def _price(found: ModelUsage, comment: str) -> NewPrice | None:
    from pricecheck.rewrite.mapping import NewPrice

    suggestion, route = found.suggestion, found.place.route
    if suggestion is None or suggestion.price is None or suggestion.amount is None or route is None:
        return None
    return NewPrice(route, found.model, suggestion.price, suggestion.amount, comment)


def _sentence(price: NewPrice, found: ModelUsage) -> str:
    row = found.judged.row
    facts = [found.suggestion.reason if found.suggestion else "", counted(found.requests, "request")]
    if row is not None and row.dollars is not None:
        facts.append(f"until now {row.dollars}")
    return f"{visible(price.route)}: {_named(price.model)} {price.price} ({'; '.join(facts)})"


def _left_out(chosen: list[ModelUsage], mapped: Mapped) -> Iterator[tuple[ModelUsage, str]]:
    from pricecheck.rules.judging import Kind

    skipped = {(price.route, price.model): why for price, why in mapped.skipped}
    for found in chosen:
        if found.kind is Kind.UNKNOWN and found.suggestion is not None and found.suggestion.price is None:
            continue  # nothing was ever to be written for it, and logs have thousands of such
        if found.suggestion is not None and found.suggestion.price is None:
            yield found, found.suggestion.reason
        elif found.place.route is None:
            yield found, f"the log does not say which route it is of: {', '.join(found.place.routes)}"
        elif (found.place.route, found.model) in skipped:
            yield found, skipped[found.place.route, found.model]


def _comment(usage: TrafficUsage) -> str:
    """Name the sample and its days: `prod.jsonl, 2026-11-01 to 2026-11-20`; without times, the day it was read."""
    sample = usage.sample
    files = sample.files
    # Only what is surely no ignore comment, whatever the file is called.
    name = _NOT_IN_A_NAME.sub("_", os.path.basename(files[0])) if len(files) == 1 else f"{len(files)} logs"
    if sample.since is None or sample.until is None:
        today = date.today()  # noqa: DTZ011 - a day is what the operator calls it
        return f"{name}, read {today.isoformat()}"
    first, last = sample.since[:_DAY], sample.until[:_DAY]
    return f"{name}, {first}" if first == last else f"{name}, {first} to {last}"


def _named(model: str) -> str:
    from pricecheck.report.traffic_sections import shown_name

    return f"`{shown_name(model)}`"


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
