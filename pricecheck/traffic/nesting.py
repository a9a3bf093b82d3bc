"""Fields within objects, declared as the types of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Tree = dict[str, "Tree | str"]


def column_types(
    leaves: Mapping[tuple[str, ...], str],
    struct: Callable[[Mapping[str, str]], str],
) -> dict[str, str]:
    """Give the columns to declare, name to SQL type, for these ways to fields and the types there.

    `struct` writes the type of an object with these fields, as a dialect of SQL does.

    Raises:
        InputError: a way leads through a field that is a value itself, or two names differ only in case.
    """
    tree: Tree = {}
    for way, leaf in leaves.items():
        _plant(tree, way, leaf)
    return {name: _type(branch, struct) for name, branch in tree.items()}


def _plant(tree: Tree, way: tuple[str, ...], leaf: str) -> None:
    *steps, last = way
    for step in steps:
        _refuse_other_case(tree, step)
        branch = tree.setdefault(step, {})
        if isinstance(branch, str):
            raise InputError(f"[traffic.fields] says that {step!r} is a value and that {'.'.join(way)!r} is in it")
        tree = branch
    _refuse_other_case(tree, last)
    if isinstance(tree.setdefault(last, leaf), dict):
        raise InputError(f"[traffic.fields] says that {'.'.join(way)!r} is a value and that others are in it")


def _refuse_other_case(tree: Tree, name: str) -> None:
    """Refuse what the engines can't tell apart: to them names of columns have no case."""
    other = next((one for one in tree if one != name and one.lower() == name.lower()), None)
    if other is not None:
        raise InputError(f"[traffic.fields]: {other!r} and {name!r} differ only in case, and can't be read together")


def _type(branch: Tree | str, struct: Callable[[Mapping[str, str]], str]) -> str:
    return branch if isinstance(branch, str) else struct({name: _type(below, struct) for name, below in branch.items()})
