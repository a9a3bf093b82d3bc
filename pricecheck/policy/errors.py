"""What can be wrong with the operators' own files: always one line that begins with the file."""

from __future__ import annotations

from pricecheck.errors import InputError


class PolicyError(InputError):
    """A policy or approvals file that can't be used: `path:line:column: message`, or `path: message`."""


class BaselineError(InputError):
    """A baseline file that can't be used: `path:line:column: message`, or `path: message`."""
