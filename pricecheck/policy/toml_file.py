"""Strict reading of a TOML file: every complaint is one line with the place it is about."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pricecheck.findings import SourceText
from pricecheck.nearest import suggestion
from pricecheck.patterns import late
from pricecheck.policy.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pricecheck.findings import ConfigPath, Span
    from pricecheck.policy.positions import Places

_BYTE_ORDER_MARK = "\ufeff"
_POSITION = late(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlFile:
    """A TOML text and its values. `label` is how messages name it: a path, or `REF:path`."""

    def __init__(self, text: str, label: str) -> None:
        """Parse `text`.

        Raises:
            PolicyError: it is not TOML.
        """
        # Some editors begin a file with the mark and none counts it as a column; TOML does not know it.
        self.source = SourceText(label, text.removeprefix(_BYTE_ORDER_MARK))
        self.root = self._parse()

    def _parse(self) -> dict[str, Any]:
        import tomllib

        try:
            return tomllib.loads(self.source.text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(str(error)) from None
        except RecursionError:
            raise PolicyError(f"{self.source.path}: nested too deeply") from None
        except ValueError as error:
            # An integer of thousands of digits, which Python refuses to read.
            raise PolicyError(f"{self.source.path}: not TOML: {error}") from None

    def _syntax_error(self, message: str) -> PolicyError:
        # Until Python 3.14 the position is only in the text.
        found = _POSITION.search(message)
        what = message[: found.start()] if found else message
        if found and found[1]:
            line, column = int(found[1]), int(found[2])
        else:
            line, column, _ = self.source.position(len(self.source.text))
        return PolicyError(f"{self.source.path}:{line}:{column}: not TOML: {what[:1].lower()}{what[1:]}")

    def span(self, path: ConfigPath, *, key: bool = False) -> Span:
        """Give the place of the value (or the key) at `path`, or of the nearest table that holds it."""
        return self._places.find(path)[0 if key else 1]

    @cached_property
    def _places(self) -> Places:
        from pricecheck.policy.positions import Places

        return Places(self.source.text)

    def error(self, path: ConfigPath, message: str, *, key: bool = False) -> PolicyError:
        """Make the error about the value (or the key) at `path`."""
        line, column, _ = self.source.position(self.span(path, key=key).start)
        return PolicyError(f"{self.source.path}:{line}:{column}: {message}")


class Section:
    """One table of a TOML file, read key by key; each method gives None for an absent key."""

    def __init__(self, file: TomlFile, values: dict[str, Any], path: ConfigPath) -> None:
        self.file = file
        self.values = values
        self.path = path

    def only(self, known: Sequence[str]) -> None:
        """Refuse a key that is not known.

        Raises:
            PolicyError: there is one.
        """
        for key in self.values:
            if key not in known:
                hint = suggestion(key, known) or f" (known here: {', '.join(known)})"
                raise self.key_error(key, f"unknown key {key!r}{hint}")

    def error(self, key: str | int, message: str, *deeper: str | int) -> PolicyError:
        """Make the error about the value of `key`, or what lies `deeper` in it."""
        return self.file.error((*self.path, key, *deeper), message)

    def key_error(self, key: str, message: str) -> PolicyError:
        """Make the error about `key` itself."""
        return self.file.error((*self.path, key), message, key=True)

    def text(self, key: str) -> str | None:
        """Give a string that is more than white space.

        Raises:
            PolicyError: it is something else.
        """
        value = self.any_text(key)
        if value is not None and not value.strip():
            raise self.error(key, f"{key!r} is empty")
        return value

    def any_text(self, key: str) -> str | None:
        """Give a string, perhaps empty.

        Raises:
            PolicyError: it is something else.
        """
        value: str | None = self._typed(key, str, "a string in quotes")
        return value

    def given_text(self, key: str, what: str) -> str:
        """Give a string that must be there; `what` explains it.

        Raises:
            PolicyError: it is absent, or something else.
        """
        value = self.text(key)
        if value is None:
            raise self.missing(key, what)
        return value

    def missing(self, key: str, what: str) -> PolicyError:
        """Make the error about a key that should be in this table; `what` explains it."""
        return self.file.error(self.path, f"{key!r} is missing: {what}", key=True)

    def boolean(self, key: str) -> bool | None:
        """Give `true` or `false`.

        Raises:
            PolicyError: it is something else.
        """
        value: bool | None = self._typed(key, bool, "true or false")
        return value

    def integer(self, key: str) -> int | None:
        """Give a whole number.

        Raises:
            PolicyError: it is something else.
        """
        value: int | None = self._typed(key, int, "a whole number")
        return value

    def day(self, key: str) -> date | None:
        """Give a date without a time.

        Raises:
            PolicyError: it is something else.
        """
        value: date | None = self._typed(key, date, "a date without quotes, as in 2027-01-31")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Give a list of strings, none of them empty.

        Raises:
            PolicyError: it is something else.
        """
        values = self._typed(key, list, "a list of strings")
        if values is None:
            return None
        for number, value in enumerate(values):
            if not isinstance(value, str):
                raise self.error(key, f"{key!r} takes strings, not {_kind(value)}", number)
            if not value.strip():
                raise self.error(key, f"{key!r} holds an empty string", number)
        return tuple(values)

    def table(self, key: str) -> Section | None:
        """Give the table `[key]`.

        Raises:
            PolicyError: it is something else.
        """
        values = self._typed(key, dict, "a table")
        return None if values is None else Section(self.file, values, (*self.path, key))

    def subtables(self) -> list[tuple[str, Section]]:
        """Give every key of this table with the table it holds.

        Raises:
            PolicyError: a key holds something else.
        """
        found = [(key, self.table(key)) for key in self.values]
        return [(key, section) for key, section in found if section is not None]

    def tables(self, key: str) -> list[Section]:
        """Give the tables `[[key]]`, none where the key is absent.

        Raises:
            PolicyError: it is something else.
        """
        values = self._typed(key, list, f"a list of tables, each begun by [[{key}]]")
        for number, value in enumerate(values or ()):
            if not isinstance(value, dict):
                raise self.error(key, f"{key!r} takes tables, not {_kind(value)}", number)
        return [Section(self.file, value, (*self.path, key, number)) for number, value in enumerate(values or ())]

    def _typed(self, key: str, kind: type, expected: str) -> Any:  # noqa: ANN401 - a value of `kind`; callers name it
        value = self.values.get(key)
        # Exactly the type: to Python a boolean is an integer, and a moment is a date.
        if value is None or type(value) is kind:
            return value
        raise self.error(key, f"{key!r} takes {expected}, not {_kind(value)}")


def _kind(value: object) -> str:
    kinds = {
        str: "a string",
        bool: "true or false",
        int: "a number",
        float: "a number with a decimal point",
        list: "a list",
        dict: "a table",
        date: "a date",
        datetime: "a date with a time",
    }
    return kinds.get(type(value), "a time")
