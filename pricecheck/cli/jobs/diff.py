"""The job of `diff`: from two sides to a report."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import files
from pricecheck.cli.comparing import Against, Policies, against, old_config, old_source, text_of
from pricecheck.cli.jobs.diff_traffic import weigh
from pricecheck.cli.shell import CLEAN, FOUND, terminal_width, wants_color
from pricecheck.cli.traffic_logs import LogArguments, refuse_several
from pricecheck.cli.values import MAX_BAD, environment, refuse_max_bad_alone, refuse_other_colors
from pricecheck.collection import CollectionPaused
from pricecheck.errors import InputError, UsageError
from pricecheck.revisions import find_repository, is_revision
from pricecheck.rules.comparison import ComparedConfigs, Deployed, JudgedChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import Position, SourceText
    from pricecheck.gateway.config import Config
    from pricecheck.gateway.environment import Environment
    from pricecheck.prices.table import PriceRow
    from pricecheck.report.price_diff import ChangeLine, FileDiff, PriceDiff, PriceSide, StructureLine

_NO_ROUTES = "{wallets: {}, accepts: [], upstreams: {}, routes: {}}"
"""What a config is compared with that was not there: nothing is charged."""


class DiffArguments(NamedTuple):
    """The command line of `diff`, as typed; the defaults are those of the command."""

    paths: tuple[str, ...] = ()
    against: str | None = None
    staged: bool = False
    to: str | None = None
    merge_base: bool = False
    output_format: tuple[str, ...] = ()
    exit_code: bool = False
    every: bool = False
    color: str = "auto"
    env: bool = False
    env_file: tuple[str, ...] = ()
    policy: str | None = None
    isolated: bool = False
    traffic: tuple[str, ...] = ()
    max_bad: str = MAX_BAD
    partial: bool = False
    stdin_filename: str | None = None


class _Pair(NamedTuple):
    """Two versions of a config; None where there is none. `folder` is where its policy is looked for."""

    old: SourceText | None
    new: SourceText | None
    folder: str
    note: str | None = None


def run_diff(arguments: DiffArguments) -> int:
    """Compare, report, and give the exit code.

    Raises:
        UsageError: a flag's value does not exist, or flags do not go together.
        InputError: a side can't be read.
    """
    refuse_other_colors(arguments.color)
    refuse_max_bad_alone(arguments.max_bad, arguments.traffic)
    with CollectionPaused():
        return _compare_and_report(arguments)


def _compare_and_report(arguments: DiffArguments) -> int:
    from pricecheck.cli.output import parse_destinations, write_file
    from pricecheck.report.price_diff import FORMATS

    destinations = parse_destinations(arguments.output_format, "text", FORMATS)
    variables = environment(arguments.env, arguments.env_file)
    policies = Policies(isolated=arguments.isolated, policy=arguments.policy)
    sides = None if arguments.against is None else _sides(arguments, arguments.against)
    pairs = list(_pairs_of(sides, arguments.paths) if sides else _two(arguments))
    if arguments.traffic:
        refuse_several(len(pairs))
    diff = _diff(
        pairs,
        _Manner(
            sides, policies, variables, LogArguments(arguments.traffic, max_bad=arguments.max_bad), arguments.partial
        ),
    )
    for name, path in destinations:
        text = _rendered(name, diff, arguments, to_terminal=path is None)
        if path is None:
            sys.stdout.write(text)
        else:
            write_file(path, text)
    has_changed = any(file.changes or file.structure for file in diff.files)
    return FOUND if arguments.exit_code and has_changed else CLEAN


def _sides(arguments: DiffArguments, ref: str) -> Against:
    if arguments.staged and arguments.to:
        raise UsageError("--staged and --to both name the new side: give one")
    where = arguments.paths[0] if arguments.paths else "."
    return against(ref, where, staged=arguments.staged, to=arguments.to, merge_base=arguments.merge_base)


def _pairs_of(sides: Against, paths: tuple[str, ...]) -> Iterator[_Pair]:
    """Yield the configs of both sides, each with the one it takes over from."""
    wanted = _wanted(sides, paths)
    if not wanted:
        raise InputError(f"no tollbooth config here, nor in {sides.ref} (looked for {', '.join(files.CONFIG_NAMES)})")
    taken: set[str] = set()
    for path in (path for path in wanted if sides.exists(path)):
        found, old = sides.old_path(path), old_source(sides, path)
        taken.add(os.path.normpath(found or ""))
        note = None
        if found is None or old is None:
            note = f"not in {sides.ref}: a first deploy, so that no bounds apply"
        elif os.path.normpath(found) != os.path.normpath(path):
            note = f"takes over from {found}"
        yield _Pair(old, text_of(path, sides.read_new(path)), _folder(found or path), note)
    for path in (path for path in wanted if not sides.exists(path) and os.path.normpath(path) not in taken):
        content = sides.read_old(path)
        if content is None:
            hint = f"; it is a git revision: give it as --to {path}" if is_revision(path) else ""
            raise InputError(f"{path}: is neither in {sides.ref} nor in what it is compared with{hint}")
        yield _Pair(text_of(sides.old_label(path), content), None, _folder(path), "the config is gone")


def _wanted(sides: Against, paths: tuple[str, ...]) -> list[str]:
    """Give the configs named, those below the folders named, or all of either side."""
    if not paths:
        return sides.configs()
    wanted = [path for path in paths if not os.path.isdir(path)]
    for folder in (os.path.normpath(path) for path in paths if os.path.isdir(path)):
        below = "" if folder == os.curdir else folder + os.sep
        wanted += [path for path in sides.configs() if path.startswith(below)]
    return list(dict.fromkeys(wanted))


def _folder(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))


def _two(arguments: DiffArguments) -> Iterator[_Pair]:
    if (typed := _typed_for_revisions(arguments.paths)) is not None:
        raise UsageError(typed)
    if len(arguments.paths) != 2:  # noqa: PLR2004 - OLD and NEW
        raise UsageError("say OLD and NEW, or --against REF")
    if arguments.staged or arguments.to or arguments.merge_base:
        raise UsageError("--staged, --to and --merge-base go with --against REF")
    old, new = arguments.paths
    if old == new == files.STDIN:
        raise UsageError("OLD and NEW can't both be standard input")
    named = arguments.stdin_filename
    yield _Pair(_side(old, named), _side(new, named), _folder(_path_of(new, named)))


def _typed_for_revisions(words: tuple[str, ...]) -> str | None:
    """Say what to type where one or two words name git revisions and no files; None where none does."""
    from shlex import quote

    named = [word for word in words if is_revision(word)]
    if not named:
        return None
    old, new = (words[0], words[1] if len(words) > 1 else None)
    if named[0] != old:
        path = quote(f"{named[0]}:{old if os.path.isfile(old) else files.CONFIG_NAMES[0]}")
        return f"{named[0]}: no such file, but a git revision: type `pricecheck diff {quote(old)} {path}`"
    more = "" if new is None else f" --to {quote(new)}" if new in named[1:] else f" {quote(new)}"
    others = f", or {old}:PATH for a file as it was there" if new is not None else ""
    return f"{old}: no such file, but a git revision: type `pricecheck diff --against {quote(old)}{more}`{others}"


def _path_of(name: str, stdin_filename: str | None) -> str:
    if name == files.STDIN:
        return stdin_filename or name
    return name if os.path.exists(name) or ":" not in name else name.partition(":")[2]


def _side(name: str, stdin_filename: str | None) -> SourceText:
    """Read a file, or `REF:PATH` (`:PATH` is what is staged); a file of that very name wins."""
    if name == files.STDIN:
        return text_of(stdin_filename or "<stdin>", files.read_bytes(name))
    if os.path.exists(name) or ":" not in name:
        return text_of(name, files.read_bytes(name))
    ref, _, path = name.partition(":")
    repository = find_repository(path)
    content = repository.read(ref or ":", path)
    if content is None:
        raise InputError(f"{name}: {path} is not {f'in {ref}' if ref else 'staged'}")
    return text_of(name, content)


class _Manner(NamedTuple):
    """How the pairs are compared; `sides` is None for two files, `logs` weight the changes."""

    sides: Against | None
    policies: Policies
    variables: Environment
    logs: LogArguments
    partial: bool


def _diff(pairs: list[_Pair], manner: _Manner) -> PriceDiff:
    from pricecheck.report.price_diff import PriceDiff

    return PriceDiff([_compared(pair, manner) for pair in pairs])


def _compared(pair: _Pair, manner: _Manner) -> FileDiff:
    from pricecheck.engine import load_config
    from pricecheck.findings import SourceText
    from pricecheck.prices.table import price_table

    nothing = SourceText("nothing", _NO_ROUTES)
    sides, policies, variables, logs, partial = manner
    policy, folder = policies.of(sides, pair.folder)
    source, new_source = pair.old or nothing, pair.new or nothing
    new: Config = old_config(nothing, variables)
    if pair.new:
        new = load_config(new_source, variables, partial=partial)
    deployed = Deployed(
        sides.ref if sides else source.path, source, old_config(source, variables), policy, policies.approves(folder)
    )
    compared = ComparedConfigs(deployed, price_table(new), new_source.path)
    weighed = weigh(compared, policies.of(None, pair.folder)[0], logs) if logs.logs else None
    found = file_diff(compared, source, new_source)
    if weighed is not None:
        weights = weighed.weights
        lines = [
            line._replace(requests=weights.requests(judged.change), effect=weights.effect(judged.change), weighed=True)
            for line, judged in zip(found.changes, compared.changes, strict=True)
        ]
        effect = weighed.effect._replace(notes=(*weighed.effect.notes, *weights.notes))
        found = found._replace(changes=lines, traffic=effect)
    if pair.old and pair.new:
        return found._replace(note=pair.note)
    # A whole config that is new or gone is said once, not in every part.
    return found._replace(
        old=pair.old.path if pair.old else None,
        new=pair.new.path if pair.new else None,
        note=pair.note,
        structure=[],
    )


def file_diff(compared: ComparedConfigs, old: SourceText, new: SourceText) -> FileDiff:
    """Give the diff of two versions of a config, as every format shows it."""
    from pricecheck.report.price_diff import FileDiff

    places = _Places(old, new)
    lines = [_line(judged, compared, places) for judged in compared.changes]
    return FileDiff(old.path, new.path, None, lines, list(_structure(compared, new)))


class _Places(NamedTuple):
    old: SourceText
    new: SourceText


def _structure(compared: ComparedConfigs, source: SourceText) -> Iterator[StructureLine]:
    from pricecheck.prices.places import field_at
    from pricecheck.report.price_diff import StructureLine

    for change in compared.structure:
        field = field_at(compared.new.config, change.path)
        start = source.position(field.key_span.start) if field else None
        yield StructureLine(source.path, change.topic.value, change.message, change.path, start)


def _line(judged: JudgedChange, compared: ComparedConfigs, places: _Places) -> ChangeLine:
    from pricecheck.prices.bounds import percent, ratio_text
    from pricecheck.prices.model_ids import base_model
    from pricecheck.report.price_diff import ChangeLine

    change = judged.change
    model = change.selector.removeprefix("model:") if change.selector.startswith("model:") else None
    example, ratio = change.example, change.ratio
    bound = compared.bound_of(ratio)
    return ChangeLine(
        file=places.new.path,
        old_file=places.old.path,
        route=change.route,
        selector=change.selector,
        family=base_model(model) if model else "",
        kind=change.kind.value,
        before=_price(change.before, places.old),
        after=_price(change.after, places.new),
        ratio=ratio,
        ratio_text=ratio_text(ratio),
        delta=percent(ratio, bound),
        verdict=judged.verdict.value,
        bound=bound,
        rules=tuple(breach.value for breach in judged.breaches),
        silent=change.silent,
        first_mapped=change.first_mapped,
        example=example.as_record() if example else None,
    )


def _price(row: PriceRow | None, source: SourceText) -> PriceSide | None:
    if row is None:
        return None
    from pricecheck.report.price_diff import PriceSide

    start: Position | None = source.position(row.span.start) if row.span else None
    return PriceSide(
        row.route, row.selector, row.amount, row.dollars, row.asset, row.price, row.source, row.unknown_reason, start
    )


def _rendered(name: str, diff: PriceDiff, arguments: DiffArguments, *, to_terminal: bool) -> str:
    from pricecheck.report import price_diff

    if name == "json":
        return price_diff.as_json(diff)
    if name == "markdown":
        from pricecheck.report.price_diff_markdown import as_markdown

        return as_markdown(diff, every=arguments.every)
    if name == "github":
        from pricecheck.cli.output import repository_root
        from pricecheck.report.price_diff_github import as_github

        return as_github(diff, root=repository_root(os.getcwd()))
    from pricecheck.report.price_diff_text import as_text

    color = to_terminal and wants_color(arguments.color)
    return as_text(diff, width=terminal_width(), color=color, every=arguments.every)
