"""What the rules about changed prices say: loaded only where there is something to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Label, Severity, Span
from pricecheck.gateway.pricing import Source
from pricecheck.prices.bounds import Breach, percent, unit_slip
from pricecheck.prices.changes import ChangeKind
from pricecheck.prices.places import nearest_field
from pricecheck.rules.approving import approval_advice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import ConfigPath
    from pricecheck.prices.changes import PriceChange
    from pricecheck.prices.table import PriceRow
    from pricecheck.rules.comparison import ComparedConfigs
    from pricecheck.rules.model import Context

_THROWS = "throws: "
_LISTED = Source.MODELS.value
_BUILT_IN = Source.DEFAULT_TABLE.value
_MEANT = "if it is meant, say so in the pull request"
_WITHIN = "write a price within the bound, or "


def raised(context: Context) -> Iterator[Finding]:
    """Say which prices rise beyond the bound, and, where an older deploy was named, which did in total since."""
    yield from _over(context, Breach.RAISED)


def lowered(context: Context) -> Iterator[Finding]:
    """Say which prices fall beyond the bound, and, where an older deploy was named, which did in total since."""
    yield from _over(context, Breach.LOWERED)


def _over(context: Context, breach: Breach) -> Iterator[Finding]:
    said = set()
    for change, compared in _breaking(context, breach):
        said.add((change.route, change.selector, change.before and change.before.amount))
        message = f"{_subject(change)} goes from {_step(change)}, {_beyond(compared, change)}"
        yield _finding(context, compared, change, message, _advice(compared, breach, change))
    anchored = context.compared.anchored if context.compared else None
    for judged in anchored.changes if anchored else ():
        change = judged.change
        same = (change.route, change.selector, change.before and change.before.amount) in said
        if anchored is not None and breach in judged.open_breaches and not same:
            total = f"in total since {anchored.deployed.ref}, {_beyond(anchored, change)}"
            message = f"{_subject(change)} goes from {_step(change)} {total}"
            yield _finding(context, anchored, change, message, _advice(anchored, breach, change))


def _advice(compared: ComparedConfigs, breach: Breach, change: PriceChange, otherwise: str = _WITHIN) -> str:
    return otherwise + approval_advice([compared.request(breach, change)], compared.deployed.against)


def free_or_paid(context: Context) -> Iterator[Finding]:
    """Say which requests become free, or stop being free."""
    for change, compared in _breaking(context, Breach.FREE_OR_PAID):
        freed = change.kind is ChangeKind.FREED
        what = "becomes free: the gateway proxies it without payment" if freed else "is no longer free"
        advice = _advice(compared, Breach.FREE_OR_PAID, change)
        yield _finding(context, compared, change, f"{_subject(change)} {what} ({_step(change)})", advice)


def silent(context: Context) -> Iterator[Finding]:
    """Say which prices change although their line did not: one finding for each place that now charges."""
    compared = context.compared
    if compared is None:
        return
    groups: dict[tuple[Span, ConfigPath], list[PriceChange]] = {}
    for judged in compared.changes:
        if judged.change.silent:
            groups.setdefault(_place(context, judged.change), []).append(judged.change)
    for changes in groups.values():
        first = changes[0]
        others = f" (and {len(changes) - 1} more priced here)" if len(changes) > 1 else ""
        message = f"{_subject(first)} changes from {_step(first)}{others} although its line did not: {_cause(first)}"
        if (what := _what_happened_to_line(context, first)) is not None:
            now = f"{_charger(first.after)} now charges {_amount(first.after)} (before {_amount(first.before)})"
            message = f"{_subject(first)}{others}: its line {what}; {now}"
        yield _finding(context, compared, first, message, _MEANT)
    yield from _sessions(context, compared)


def _what_happened_to_line(context: Context, change: PriceChange) -> str | None:
    """Say what became of the line in `models` that charged a model; None where there was none or it still charges."""
    before, after = change.before, change.after
    if before is None or after is None or before.route != after.route or before.source != _LISTED:
        return None
    if after.source == _LISTED or _is_other_asset(before, after):
        return None
    model = change.selector.removeprefix("model:")
    route = next((one for one in context.config.routes if one.key == after.route), None)
    field = route.models_field() if route else None
    if route is None or field is None or not isinstance(field.value, dict) or model not in field.value:
        return "was removed"
    return "has no price any more" if route.token_based else "in `models` counts on token-based routes only"


def _charger(row: PriceRow | None) -> str:
    source = row.source if row else ""
    return "the built-in table" if source == _BUILT_IN else f"`{source}`"


def _sessions(context: Context, compared: ComparedConfigs) -> Iterator[Finding]:
    """Say where a payment lasts longer or shorter than before, whatever it costs."""
    from pricecheck.prices.sessions import session_changes

    for change in session_changes(compared.old, compared.new):
        field, old = nearest_field(context.config, change.path), nearest_field(compared.old.config, change.old_path)
        before = (Label(old.key_span, f"{change.before.words} until now", compared.deployed.source),) if old else ()
        message = f"one payment on `{change.route}` now buys {change.after.words} (before: {change.before.words})"
        yield Finding(message, field.key_span if field else Span(0, 0), change.path, before, _MEANT)


def unit_slips(context: Context) -> Iterator[Finding]:
    """Say which prices change by a power of ten."""
    for change, compared in _breaking(context, Breach.UNIT_SLIP):
        amounts = change.amounts
        factor = unit_slip(*amounts) if amounts else None
        times = "as much" if change.kind is ChangeKind.RAISED else "less"
        step = f"goes from {_step(change)}, {factor:,} times {times}"
        message = f"{_subject(change)} {step}, which looks like a slip of the unit"
        meant = "check the decimal point; a price in dollars has one. If it is meant, "
        yield _finding(context, compared, change, message, _advice(compared, Breach.UNIT_SLIP, change, meant))


def unknown(context: Context) -> Iterator[Finding]:
    """Say which prices can't be read any more."""
    for change, compared in _breaking(context, Breach.UNKNOWN):
        now = f"and is not known any more: {_amount(change.after)}"
        message = f"{_subject(change)} was charged {_amount(change.before)} {now}"
        known = "keep the price in the config, or check with --env-file, or "
        yield _finding(context, compared, change, message, _advice(compared, Breach.UNKNOWN, change, known))


def first_mappings(context: Context) -> Iterator[Finding]:
    """Say which models are mapped for the first time, far from what they were charged."""
    for change, compared in _breaking(context, Breach.FIRST_MAPPED):
        message = (
            f"{_subject(change)} is mapped for the first time, which moves it from {_step(change)}"
            f" ({_beyond(compared, change)}); until now `{change.before.source if change.before else ''}` charged it"
        )
        found = _finding(context, compared, change, message, _advice(compared, Breach.FIRST_MAPPED, change))
        yield Finding(
            found.message,
            found.span,
            found.path,
            found.related,
            found.help,
            severity=Severity.ERROR if compared.limits.enforce_additions else None,
        )


def _breaking(context: Context, breach: Breach) -> Iterator[tuple[PriceChange, ComparedConfigs]]:
    compared = context.compared
    for judged in compared.changes if compared else ():
        if breach in judged.open_breaches and compared is not None:
            yield judged.change, compared


def _beyond(compared: ComparedConfigs, change: PriceChange) -> str:
    bound = compared.bound(change)
    if bound is None:
        return "and no bound allows a negative price"
    return f"{percent(change.ratio, bound)}, beyond the bound of {bound}"


def _finding(context: Context, compared: ComparedConfigs, change: PriceChange, message: str, advice: str) -> Finding:
    span, path = _place(context, change)
    before = change.before
    related: tuple[Label, ...] = ()
    if before is not None and before.span is not None:
        related = (Label(before.span, f"{_amount(before)} until now", compared.deployed.source),)
    return Finding(message, span, path, related, advice)


def _place(context: Context, change: PriceChange) -> tuple[Span, ConfigPath]:
    after = change.after
    if after is not None and after.span is not None and after.path is not None:
        return after.span, after.path
    # The gateway brings the price itself: point to where a price could have been written.
    path = ("routes", change.route, "models") if change.selector.startswith("model:") else ("routes", change.route)
    field = nearest_field(context.config, path)
    return (field.key_span, field.path) if field else (Span(0, 0), ())


def _subject(change: PriceChange) -> str:
    kind, _, name = change.selector.partition(":")
    what = {"model": f"model {name}", "match": f"match rule {name}"}.get(kind, "every other request")
    flat = kind == "other" and change.after is not None and change.after.source == "price"
    return f"`{change.route}`" if flat else f"{what} on `{change.route}`"


def _step(change: PriceChange) -> str:
    before, after = change.before, change.after
    if before is None or after is None or not _is_other_asset(before, after):
        return f"{_amount(before)} to {_amount(after)}"
    sides = (_amount(row) if row.amount is None else f"{_amount(row)} in {row.asset}" for row in (before, after))
    return " to ".join(sides)


def _is_other_asset(before: PriceRow, after: PriceRow) -> bool:
    """Whether both sides name an asset, and not the same; the gateway takes its name in upper case."""
    return bool(before.asset and after.asset) and before.asset.upper() != after.asset.upper()


def _amount(row: PriceRow | None) -> str:
    if row is None:
        return "nothing"
    if row.amount is None:
        reason = row.unknown_reason or "an unknown price"
        return f"an error ({reason.removeprefix(_THROWS)})" if reason.startswith(_THROWS) else reason
    return "free" if row.amount == 0 else f"{row.dollars}"


def _cause(change: PriceChange) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        return "another route takes these requests"
    if before.route != after.route:
        return f"these requests were taken by `{before.route}`"
    if before.asset and not after.asset:
        return "no payment is accepted any more"
    return _cause_of_rows(before, after)


def _cause_of_rows(before: PriceRow, after: PriceRow) -> str:
    if _is_other_asset(before, after):
        return f"it is now paid in {after.asset} instead of {before.asset}"
    if before.selector != after.selector:
        return f"these requests were taken by {before.selector}"
    return f"`{after.source}` charges it"
