"""`check --against`: the same job, with every config held to what was deployed before."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from pricecheck.cli.comparing import Against, Policies, against, deployed_of, text_at_ref
from pricecheck.cli.policies import PolicyOptions
from pricecheck.cli.shell import say
from pricecheck.errors import UsageError
from pricecheck.policy.discovery import PolicyFinder
from pricecheck.revisions import INDEX, NOTHING, find_repository
from pricecheck.rules.vocabulary import vocabulary

if TYPE_CHECKING:
    from pricecheck.cli.exceptions import Exceptions
    from pricecheck.cli.jobs.check import CheckArguments
    from pricecheck.engine import Options
    from pricecheck.findings import SourceText
    from pricecheck.rules.comparison import Deployed


def held_to_the_past(
    arguments: CheckArguments, options: Options, exceptions: Exceptions
) -> tuple[Options, tuple[str, ...]]:
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
        policies = Policies(isolated=arguments.isolated, policy=arguments.policy, exceptions=exceptions)
        options = options._replace(deployed_for=_DeployedConfigs(arguments, options, sides, policies))
        if not arguments.isolated and sides.old != NOTHING:
            options = options._replace(for_folder=_options_of_ref(arguments, exceptions, sides, policies))
    if not arguments.staged:
        return options, arguments.paths
    staged = arguments.paths or tuple(path for path in sides.configs() if sides.exists(path))
    return options._replace(read=sides.read_new), staged


def _options_of_ref(
    arguments: CheckArguments, exceptions: Exceptions, sides: Against, policies: Policies
) -> PolicyOptions:
    """Give which rules run and how loud they are, by the old policy: a change can't switch off what judges it."""
    read = None if sides.new is None else partial(sides.repository.read, sides.new)
    if arguments.policy is not None and text_at_ref(sides, os.path.abspath(arguments.policy)) is None:
        # The change brings the policy: until now the defaults were in force.
        finder = PolicyFinder(vocabulary(), lambda _: None)
        return PolicyOptions(arguments._replace(policy=None), exceptions, finder, read)
    named = None if arguments.policy is None else os.path.abspath(arguments.policy)
    return PolicyOptions(arguments._replace(policy=named), exceptions, policies.finder(sides), read)


class _DeployedConfigs:
    """Finds what each config is held to; says where there was none, since nobody should take that for a pass."""

    def __init__(self, arguments: CheckArguments, options: Options, sides: Against, policies: Policies) -> None:
        self._sides = sides
        self._anchor: Against | None = None
        if arguments.anchor:
            commit = sides.repository.resolve(arguments.anchor)
            self._anchor = Against(sides.repository, arguments.anchor, commit, sides.new)
        self._environment = options.environment
        self._policies = policies

    def __call__(self, source: SourceText) -> Deployed | None:
        if source.path.startswith("<"):
            raise UsageError("--against and - (standard input): say which file it is with --stdin-filename")
        found = deployed_of(self._sides, source.path, self._policies, self._environment, self._anchor)
        if found is None:
            say(f"{source.path}: not in {self._sides.ref}: a first deploy, no bounds apply")
        return found
