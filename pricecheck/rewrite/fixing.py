"""Apply the fixes of a text in rounds, each proven, until none is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.errors import PricecheckError
from pricecheck.findings import SourceText
from pricecheck.rewrite.cascades import Shown
from pricecheck.rewrite.choosing import choose
from pricecheck.rewrite.proof import ProofError, prove
from pricecheck.rewrite.splice import splice
from pricecheck.source.yaml_parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pricecheck.findings import StampedFinding
    from pricecheck.gateway.environment import Environment
    from pricecheck.rewrite.choosing import Skip

MAX_ROUNDS = 100
"""No text needs more: fixes that overlap need a round each, and real ones overlap once or twice."""


class Fixed(NamedTuple):
    """A text after its fixes: `applied` are the findings mended, `skipped` those that could not be, with reasons.

    `remaining` are all findings on the text as it is now.
    """

    source: SourceText
    applied: tuple[StampedFinding, ...]
    skipped: tuple[Skip, ...]
    remaining: tuple[StampedFinding, ...]

    def differs_from(self, source: SourceText) -> bool:
        """Say whether anything of `source`, the text as it was, has been changed."""
        return self.source.text != source.text


def fix_source(
    source: SourceText,
    check: Callable[[SourceText], Sequence[StampedFinding]],
    *,
    unsafe: bool,
    cascade: bool = False,
    environment: Environment = None,
    partial: bool = False,
) -> Fixed:
    """Apply the fixes that `check` offers, safe ones first, in rounds until none is left.

    An unsafe fix that only exists since another was applied is skipped, unless `cascade` is set: what changes a price
    is for a person to have read before.

    Raises:
        ProofError: a round could not be proven, or the fixes never end; the text as a whole must then stay as it was.
    """
    document = parse(source, is_json=source.path.endswith(".json"))
    applied: list[StampedFinding] = []
    seen = {source.text}
    findings = tuple(check(source))
    shown = None if cascade else Shown(findings)
    for _ in range(MAX_ROUNDS):
        choice = choose(findings, document, unsafe=unsafe, shown=shown)
        if not choice.chosen:
            return Fixed(source, tuple(applied), choice.skipped, findings)
        codes = ", ".join(sorted({found.rule for found in choice.chosen}))
        source = SourceText(source.path, splice(source.text, choice.edits))
        if source.text in seen:
            raise ProofError(f"{source.path}: nothing written: the fixes of {codes} undo each other")
        seen.add(source.text)
        try:
            document = prove(document, source, choice.edits, safe=choice.safe, environment=environment, partial=partial)
        except PricecheckError as error:
            raise ProofError(f"{error} (fixes of {codes}; --ignore leaves a rule out)") from None
        applied += choice.chosen
        if shown is not None:
            shown.move(choice.edits)
        findings = tuple(check(source))
    raise ProofError(f"{source.path}: nothing written: the fixes did not end after {MAX_ROUNDS} rounds")
