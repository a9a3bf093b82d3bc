"""Hundreds of changes as rows a person can read: identical ratios and families become one row."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.price_diff import signed_dollars
from pricecheck.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from pricecheck.report.price_diff import ChangeLine, PriceSide

_FEW = 40
"""So many changes are shown one by one."""

_SMALLEST_GROUP = 3


class Row(NamedTuple):
    """A row to print: the changes it stands for, and its cells."""

    lines: tuple[ChangeLine, ...]
    selector: str
    old: str
    new: str
    delta: str
    bound: str
    source: str
    places: str
    requests: str
    effect: str

    @property
    def first(self) -> ChangeLine:
        """The change that stands for all."""
        return self.lines[0]


def rows(lines: Sequence[ChangeLine], *, every: bool) -> list[Row]:
    """Give the rows of some changes, in their order; `every` groups nothing."""
    groups = [(line,) for line in lines]
    if every or len(lines) <= _FEW:
        return _by_effect([_row(group) for group in groups])
    by_ratio = _grouped(groups, lambda line: (_same(line), line.delta or _both(line)))
    if len(by_ratio) > _FEW:
        by_ratio = _grouped(by_ratio, lambda line: (_same(line), line.family))
    return _by_effect([_row(group) for group in by_ratio])


def _by_effect(found: list[Row]) -> list[Row]:
    """Put what moves the revenue most first, where a traffic log was given."""
    if not found or not found[0].first.weighed:
        return found
    return sorted(found, key=lambda row: -abs(sum((line.effect or Decimal(0) for line in row.lines), Decimal(0))))


def _same(line: ChangeLine) -> Hashable:
    return (line.file, line.route, line.verdict, line.kind, line.silent, line.first_mapped, _assets(line))


def _both(line: ChangeLine) -> Hashable:
    return (_charged(line, line.before), _charged(line, line.after), line.after.source if line.after else None)


def _assets(line: ChangeLine) -> tuple[str, str] | None:
    """Give the assets of both sides where they are not the same one; the gateway takes the name in capitals."""
    before, after = (side.asset if side else "" for side in (line.before, line.after))
    return (before, after) if before and after and before.upper() != after.upper() else None


def _grouped(
    groups: Iterable[tuple[ChangeLine, ...]], key: Callable[[ChangeLine], Hashable]
) -> list[tuple[ChangeLine, ...]]:
    found: dict[Hashable, list[tuple[ChangeLine, ...]]] = {}
    for group in groups:
        found.setdefault(key(group[0]), []).append(group)
    result: list[tuple[ChangeLine, ...]] = []
    for members in found.values():
        together = tuple(line for group in members for line in group)
        result += [together] if len(together) >= _SMALLEST_GROUP else members
    return result


def _row(lines: tuple[ChangeLine, ...]) -> Row:
    first = lines[0]
    return Row(
        lines,
        _label(lines),
        _spread(lines, lambda line: line.before),
        _spread(lines, lambda line: line.after),
        _delta(lines),
        _bound(first),
        _source(first),
        _places(lines),
        _requests(lines),
        _effect(lines),
    )


def _label(lines: tuple[ChangeLine, ...]) -> str:
    first = visible(lines[0].selector)
    if len(lines) == 1:
        return f"{first}{_formerly(lines[0])}"
    families = {line.family for line in lines}
    if len(families) == 1 and lines[0].family:
        return f"{len(lines)} variants of {visible(lines[0].family)}"
    return f"{first} and {len(lines) - 1} more"


def _formerly(line: ChangeLine) -> str:
    before = line.before
    if before is None or line.after is None or line.selector.startswith("model:"):
        return ""
    was = [] if before.route == line.route else [visible(before.route)]
    was += [] if before.selector == line.selector else [visible(before.selector)]
    return f" (was {' '.join(was)})" if was else ""


def _spread(lines: tuple[ChangeLine, ...], side: Callable[[ChangeLine], PriceSide | None]) -> str:
    sides = [(line, side(line)) for line in lines]
    texts = list(dict.fromkeys(_charged(*one) for one in sides))
    if len(texts) == 1:
        return texts[0]
    amounts = [(one.amount, number) for number, (_, one) in enumerate(sides) if one and one.amount is not None]
    if not amounts:
        return f"{len(texts)} prices"
    least, greatest = (_charged(*sides[number]) for _, number in (min(amounts), max(amounts)))
    return f"{least} to {greatest}"


def _charged(line: ChangeLine, side: PriceSide | None) -> str:
    """Give what one side of a change charges, with its asset where the other side is paid in another."""
    if side is None:
        return "none"
    if side.amount is None:
        return f"? {visible(side.reason or '')}"
    if side.amount == 0:
        return "free"
    asset = f" {visible(side.asset)}" if _assets(line) else ""
    return f"{side.dollars or side.amount}{asset}"


def _delta(lines: tuple[ChangeLine, ...]) -> str:
    first = lines[0]
    if len({line.delta for line in lines}) == 1:
        known_both = first.before and first.after and None not in (first.before.amount, first.after.amount)
        return first.delta or ("other asset" if first.kind == "unknown" and known_both else first.kind)
    known = sorted((line for line in lines if line.ratio is not None), key=lambda line: line.ratio or 0)
    return f"{known[0].delta} to {known[-1].delta}"


def _bound(line: ChangeLine) -> str:
    limit = f" {line.bound}" if line.bound else ""
    if line.is_beyond:
        return f"BEYOND{limit}"
    if line.verdict == "unbounded":
        return "none"
    return {"over": f"OVER{limit}", "within": "ok", "approved": "approved"}[line.verdict]


def _source(line: ChangeLine) -> str:
    old, new = (side.source if side else None for side in (line.before, line.after))
    shown = new or old or ""
    return f"{old} → {new}" if old and new and old != new else shown


def _requests(lines: tuple[ChangeLine, ...]) -> str:
    known = [line.requests for line in lines if line.requests is not None]
    return f"{sum(known):,}" if len(known) == len(lines) else "?"


def _effect(lines: tuple[ChangeLine, ...]) -> str:
    known = [line.effect for line in lines if line.effect is not None]
    return signed_dollars(sum(known, start=Decimal(0))) if len(known) == len(lines) else "?"


def _places(lines: tuple[ChangeLine, ...]) -> str:
    if len(lines) > 1:
        return ""
    first = lines[0]
    old, new = (str(side.start.line) if side and side.start else "-" for side in (first.before, first.after))
    return f"{old}→{new}" if (old, new) != ("-", "-") else ""
