"""Errors for the person at the terminal: each becomes one line on stderr and exit code 2."""

from __future__ import annotations


class PricecheckError(Exception):
    """The job can't be done; the text is one plain line that says what is wrong and what to do."""


class UsageError(PricecheckError):
    """The command line asks for something that does not exist or does not go together."""


class InputError(PricecheckError):
    """A file can't be read, or is not what it should be."""
