"""A price diff as every format gets it, its summary, and its JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.report.json_text import listed
from pricecheck.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from pricecheck.findings import Position

FORMATS = ("text", "json", "markdown", "github")


class PriceSide(NamedTuple):
    """One side of a change. `amount` is in smallest units of `asset`, None where `reason` says why it is unknown.

    `dollars` is the amount as a price text, `price` the text as written, `start` where it stands (None for what the
    gateway brings itself).
    """

    route: str
    selector: str
    amount: int | None
    dollars: str | None
    asset: str
    price: str | None
    source: str
    reason: str | None
    start: Position | None


class ChangeLine(NamedTuple):
    """One change. `family` is the base model, to group by; `bound` the bound it is held to, as text.

    `ratio` is exact, to sort and group by; `ratio_text` is the contract's (`0.1500`), `delta` a person's (`+15.00 %`).
    `rules` are the codes of the bounds it breaks, approved or not; `example` a request that shows it, as
    `quote --requests` reads it. With a traffic log (`weighed`), `requests` is how many of its requests the change is
    about, and `effect` by how many dollars it moves what they bring in; None where that can't be told.
    """

    file: str
    old_file: str
    route: str
    selector: str
    family: str
    kind: str
    before: PriceSide | None
    after: PriceSide | None
    ratio: Fraction | None
    ratio_text: str | None
    delta: str
    verdict: str
    bound: str | None
    rules: tuple[str, ...]
    silent: bool
    first_mapped: bool
    example: Mapping[str, object] | None
    requests: int | None = None
    effect: Decimal | None = None
    weighed: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the gate refuses it."""
        return self.verdict == "over"

    @property
    def is_beyond(self) -> bool:
        """Whether it is a model's first price, beyond the bound: the gate warns and does not refuse it (PC409)."""
        return self.verdict == "unbounded" and self.first_mapped and bool(self.rules)


class StructureLine(NamedTuple):
    """A change that is not one of a price; `start` is where it stands in the new file, None if it is gone."""

    file: str
    topic: str
    message: str
    path: tuple[str | int, ...]
    start: Position | None

    @property
    def is_of_recipient(self) -> bool:
        """Whether it says that somebody else is paid."""
        return self.topic == "recipients"


class TrafficEffect(NamedTuple):
    """What a traffic sample brings in under both versions, in dollars, over the requests of which both are known.

    `undecided` are the others; `logs` names the sample, `notes` say what a reader must know of its numbers.
    """

    logs: str
    requests: int
    undecided: int
    before: Decimal
    after: Decimal
    notes: Sequence[str] = ()

    @property
    def effect(self) -> Decimal:
        """The change in dollars."""
        return self.after - self.before


class FileDiff(NamedTuple):
    """Two versions of one config, by their labels; None where there is none. `note` says what a reader must know."""

    old: str | None
    new: str | None
    note: str | None
    changes: Sequence[ChangeLine]
    structure: Sequence[StructureLine]
    traffic: TrafficEffect | None = None

    @property
    def title(self) -> str:
        """The heading of the file: `main:a.yaml → a.yaml`; its name alone where it is compared with itself."""
        if self.old is not None and self.old == self.new:
            return self.old
        return f"{self.old or 'nothing'} → {self.new or 'nothing'}"


class PriceDiff(NamedTuple):
    """The diff of one or several configs."""

    files: Sequence[FileDiff]

    @property
    def changes(self) -> list[ChangeLine]:
        """All changes, as `in_order` puts them."""
        return in_order([line for file in self.files for line in file.changes])

    @property
    def traffic(self) -> TrafficEffect | None:
        """What a traffic sample brings in, where one was given: a log is of one config."""
        return next((file.traffic for file in self.files if file.traffic), None)

    @property
    def structure(self) -> list[StructureLine]:
        """All structural changes."""
        return [line for file in self.files for line in file.structure]


def in_order(lines: Sequence[ChangeLine]) -> list[ChangeLine]:
    """Put those over a bound first, then first prices beyond one; then what was approved, then the silent ones.

    With a traffic log, the third thing is by how much each moves the revenue. Otherwise they stay as they come.
    """

    def weight(line: ChangeLine) -> tuple[bool, bool, Decimal, int]:
        return not line.is_over, not line.is_beyond, -moved(line), -(line.requests or 0)

    if any(line.weighed for line in lines):
        return sorted(lines, key=weight)
    return sorted(
        lines, key=lambda line: (not line.is_over, not line.is_beyond, line.verdict != "approved", not line.silent)
    )


class Section(NamedTuple):
    """Changes that belong below one heading. `stands_out`: it is never folded away."""

    title: str
    lines: Sequence[ChangeLine]
    stands_out: bool


def sections(lines: Sequence[ChangeLine]) -> list[Section]:
    """Part the changes of a file by what a reviewer has to look at; those without any are left out."""
    ordered = in_order(lines)
    over = [line for line in ordered if line.is_over]
    beyond = [line for line in ordered if line.is_beyond]
    others = [line for line in ordered if not line.is_over and not line.is_beyond]
    found = [
        Section("over bound", over, stands_out=True),
        Section("first mapped, beyond the bound of a change", beyond, stands_out=True),
        Section(title_of_others(others), others, stands_out=False),
    ]
    return [section for section in found if section.lines]


def moved(line: ChangeLine) -> Decimal:
    """Give how many dollars a change moves, whichever way; 0 where it is not known."""
    return abs(line.effect) if line.effect is not None else Decimal(0)


KINDS = ("raised", "lowered", "freed", "unfreed", "added", "removed", "unknown")
_WORDS = {"freed": "made free", "unfreed": "no longer free", "unknown": "not comparable"}


def counts(diff: PriceDiff) -> dict[str, int]:
    """Count the changes by kind, and those that are silent, over a bound, approved; of the structure, recipients."""
    lines = diff.changes
    return {
        **{kind: sum(line.kind == kind for line in lines) for kind in KINDS},
        "silent": sum(line.silent for line in lines),
        "over": sum(line.is_over for line in lines),
        "approved": sum(line.verdict == "approved" for line in lines),
        "structure": len(diff.structure),
        "recipients": sum(line.is_of_recipient for line in diff.structure),
    }


def summary(diff: PriceDiff) -> str:
    """Give the first line: `1 recipient changed; 3 raised, 1 lowered, 1 of these silently; 1 over bound`."""
    alarm = alarm_of(diff)
    numbers = counts(diff)
    parts = [f"{numbers[kind]} {_WORDS.get(kind, kind)}" for kind in KINDS if numbers[kind]]
    if numbers["silent"]:
        parts.append(f"{numbers['silent']} of these silently")
    beyond = sum(line.is_beyond for line in diff.changes)
    verdict = [f"{numbers['over']} over bound"] if numbers["over"] else ["none over bound"] if beyond else []
    if beyond:
        verdict.append(f"{beyond} first mapped beyond it")
    if numbers["approved"]:
        verdict.append(f"{numbers['approved']} approved")
    prices = f"{', '.join(parts)}; {', '.join(verdict) or 'none over bound'}" if parts else "no effective price change"
    others = numbers["structure"] - numbers["recipients"]
    more = [f"{others} config change{'s' if others > 1 else ''}"] if others else []
    return "; ".join([*([alarm] if alarm else []), prices, *more])


def alarm_of(diff: PriceDiff) -> str:
    """Give how the first line begins where somebody else is paid, whatever is charged; nothing where nobody is."""
    number = counts(diff)["recipients"]
    return f"{number} recipient{'s' if number > 1 else ''} changed" if number else ""


def title_of_others(lines: Sequence[ChangeLine]) -> str:
    """Give the heading over what is not over a bound: why it is not."""
    words = {"within": "within bounds", "approved": "approved", "unbounded": "held to no bound"}
    verdicts = {line.verdict for line in lines}
    return ", ".join(word for verdict, word in words.items() if verdict in verdicts)


def signed_dollars(effect: Decimal) -> str:
    """Give a difference in dollars, exactly: `+$12.50`, `-$0.0005`, `$0.00`."""
    exponent = effect.normalize().as_tuple().exponent
    digits = max(-exponent if isinstance(exponent, int) else 0, _CENTS)
    sign = "" if not effect else "-" if effect < 0 else "+"
    return f"{sign}${abs(effect):,.{digits}f}"


def revenue(traffic: TrafficEffect) -> str:
    """Give the sentence about revenue: `at prod.jsonl (5,000 requests): $250.00 → $275.00, +$25.00 (+10.00 %)`.

    Where most of the requests can't be told, that comes first: the others say little of the whole.
    """
    if traffic.undecided and not traffic.requests:
        return f"at {traffic.logs}: {counted(traffic.undecided, 'request')}, of which the effect can't be told"
    before, after = (signed_dollars(amount).removeprefix("+") for amount in (traffic.before, traffic.after))
    share = f" ({traffic.effect * 100 / traffic.before:+.2f} %)" if traffic.before > 0 else ""
    effect = f"{before} → {after}, {signed_dollars(traffic.effect)}{share}"
    if traffic.undecided > traffic.requests:
        whole = counted(traffic.requests + traffic.undecided, "request")
        told = f"the other {traffic.requests:,}"
        return f"at {traffic.logs}: {traffic.undecided:,} of {whole} can't be told; {told}: {effect}"
    left = f"; {traffic.undecided:,} more can't be told" if traffic.undecided else ""
    return f"at {traffic.logs} ({counted(traffic.requests, 'request')}): {effect}{left}"


_CENTS = 2


def as_json(diff: PriceDiff) -> str:
    """Give the contract's JSON (schemas/diff.schema.json); amounts and ratios are decimal strings."""
    import json

    parts = {
        "schema_version": "1",
        "files": listed([{"old": file.old, "new": file.new, "note": file.note} for file in diff.files]),
        "changes": listed([_record(line) for line in diff.changes]),
        "structure": listed(
            [
                {
                    "file": line.file,
                    "topic": line.topic,
                    "message": line.message,
                    "path": list(line.path),
                    "start": line.start._asdict() if line.start else None,
                }
                for line in diff.structure
            ]
        ),
        "summary": json.dumps(counts(diff)),
    }
    if diff.traffic is not None:
        parts["traffic"] = json.dumps(_traffic(diff.traffic))
    return "{\n" + ",\n".join(f'  "{name}": {text}' for name, text in parts.items()) + "\n}\n"


def _traffic(traffic: TrafficEffect) -> dict[str, object]:
    return {
        "logs": traffic.logs,
        "requests": traffic.requests,
        "undecided": traffic.undecided,
        "before": f"{traffic.before:f}",
        "after": f"{traffic.after:f}",
        "effect": f"{traffic.effect:f}",
        "notes": list(traffic.notes),
    }


def _record(line: ChangeLine) -> dict[str, object]:
    return {**_change(line), **_weight(line)} if line.weighed else _change(line)


def _weight(line: ChangeLine) -> dict[str, object]:
    return {"requests": line.requests, "effect": None if line.effect is None else f"{line.effect:f}"}


def _change(line: ChangeLine) -> dict[str, object]:
    return {
        "file": line.file,
        "route": line.route,
        "selector": line.selector,
        "kind": line.kind,
        "before": _side(line.before),
        "after": _side(line.after),
        "ratio": line.ratio_text,
        "verdict": line.verdict,
        "bound": line.bound,
        "rules": list(line.rules),
        "silent": line.silent,
        "first_mapped": line.first_mapped,
        "example": line.example,
    }


def _side(side: PriceSide | None) -> dict[str, object] | None:
    if side is None:
        return None
    return {
        "amount": None if side.amount is None else str(side.amount),
        "price": side.price,
        "source": side.source,
        "asset": side.asset or None,
        "route": side.route,
        "selector": side.selector,
        "reason": side.reason,
        "start": side.start._asdict() if side.start else None,
    }
