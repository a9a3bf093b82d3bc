"""`check --against`: the same job, with every config held to what was deployed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.cli.comparing import Against, Policies, against, baseline_of
from pricecheck.cli.shell import say
from pricecheck.errors import UsageError
from pricecheck.revisions import INDEX, find_repository

if TYPE_CHECKING:
    from pricecheck.cli.checking import CheckArguments
    from pricecheck.engine import Options
    from pricecheck.findings import SourceText
    from pricecheck.rules.comparison import Baseline


def held_to_the_past(arguments: CheckArguments, options: Options) -> tuple[Options, tuple[str, ...]]:
    """Give the options and paths of a check that compares with git revisions, or reads what is staged.

    Raises:
        UsageError: flags that do not go together.
        InputError: there is no repository, or a revision is missing.
    """
    if arguments.against is None and (arguments.anchor is not None or arguments.merge_base):
        raise UsageError("--anchor and --merge-base go with --against REF")
    where = next((path for path in arguments.paths if path != "-"), ".")
    if arguments.against is None:
        sides = Against(find_repository(where), "", "", INDEX)
    else:
        sides = against(arguments.against, where, staged=arguments.staged, merge_base=arguments.merge_base)
        options = options._replace(baseline_for=_Baselines(arguments, options, sides, where))
    if not arguments.staged:
        return options, arguments.paths
    staged = arguments.paths or tuple(path for path in sides.configs() if sides.exists(path))
    return options._replace(read=sides.read_new), staged


class _Baselines:
    """Finds what each config is held to; says where there was none, since nobody should take that for a pass."""

    def __init__(self, arguments: CheckArguments, options: Options, sides: Against, where: str) -> None:
        self._sides = sides
        self._anchor = against(arguments.anchor, where, staged=arguments.staged) if arguments.anchor else None
        self._environment = options.environment
        self._policies = Policies()

    def __call__(self, source: SourceText) -> Baseline | None:
        if source.path.startswith("<"):
            raise UsageError("--against and - (standard input): say which file it is with --stdin-filename")
        found = baseline_of(self._sides, source.path, self._policies, self._environment, self._anchor)
        if found is None:
            say(f"{source.path}: not in {self._sides.ref}: a first deploy, no bounds apply")
        return found
