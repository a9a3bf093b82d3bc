"""Which policy rules a config, and what it decides about the check."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pricecheck.cli.shell import say
from pricecheck.engine import FileOptions
from pricecheck.policy.discovery import PolicyFinder
from pricecheck.rules.model import Settings
from pricecheck.rules.registry import RULES
from pricecheck.rules.selection import select_rules
from pricecheck.rules.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from pricecheck.cli.exceptions import Exceptions
    from pricecheck.cli.jobs.check import CheckArguments
    from pricecheck.policy.model import Policy


class PolicyOptions:
    """Gives what the policy of a folder decides; each policy is read once. The command line wins over every policy."""

    def __init__(
        self,
        arguments: CheckArguments,
        exceptions: Exceptions,
        finder: PolicyFinder | None = None,
        read: Callable[[str], bytes | None] | None = None,
    ) -> None:
        """`finder` knows where policies are read, and `read` approvals: on disk without them."""
        self._arguments = arguments
        self._exceptions = exceptions
        self._finder = finder or PolicyFinder(vocabulary())
        self._read = read
        self._made: dict[str | None, FileOptions] = {}

    def __call__(self, folder: str) -> FileOptions:
        """Give the options for the configs in `folder`.

        Raises:
            PolicyError: the policy can't be used.
        """
        path = self._arguments.policy or self._finder.find(folder)
        if path not in self._made:
            policy = None if path is None else self._finder.policy_at(path)
            self._made[path] = self._with_exceptions(self._options(policy), os.path.dirname(path or "") or ".")
            if policy is not None and policy.families:
                _say_what_is_never_reached(policy)
            if path is not None and self._arguments.verbose:
                say(f"policy: {path}")
        return self._made[path]

    def _with_exceptions(self, options: FileOptions, folder: str) -> FileOptions:
        self._exceptions.judged_by(folder, options.rules, options.severities)
        return options._replace(
            approves=self._exceptions.approves(folder, self._read), hide=self._exceptions.hide(folder)
        )

    def _options(self, policy: Policy | None) -> FileOptions:
        # Without a policy, the usual case, the module that describes one need not be imported.
        arguments = self._arguments
        select, ignore = (policy.lint.select, policy.lint.ignore) if policy else (("ALL",), ())
        settings = Settings(arguments.partial)
        version = arguments.gateway_version or (policy.gateway_version if policy else settings.gateway_version)
        return FileOptions(
            select_rules(RULES, arguments.select or select, (*ignore, *arguments.ignore), arguments.extend_select),
            policy.lint.severity if policy else {},
            settings._replace(gateway_version=version),
            policy,
        )


def _say_what_is_never_reached(policy: Policy) -> None:
    from pricecheck.rules.families import never_reached

    for family, pattern, earlier, wider in never_reached(policy.families):
        say(
            f"{policy.origin}: `{pattern}` of family {family.name!r} fits no model: `{wider}` of {earlier.name!r}"
            f" stands before it and takes them all; put {family.name!r} first"
        )
