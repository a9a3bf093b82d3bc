"""What a request is charged, for a person and as JSON lines."""

from __future__ import annotations

import json
from typing import NamedTuple

from pricecheck.report.visible import visible

FORMATS = ("text", "json-lines")
_OUTCOMES = {
    "payment": "payment required",
    "free": "free, proxied without payment",
    "builtin": "answered by the gateway itself",
    "missing_model": "400, no model",
    "not_found": "404, no route",
    "error": "fails",
    "dynamic": "not known before the gateway runs",
}


class AnswerLine(NamedTuple):
    """An answer of the gateway to `request` (method and path, or where a line stands); `amount` in smallest units."""

    request: str
    outcome: str
    route: str | None
    amount: int | None
    asset: str | None
    network: str | None
    pay_to: str | None
    source: str | None
    trace: tuple[str, ...]


def as_json_line(answer: AnswerLine) -> str:
    """Give the contract's object (schemas/quote.schema.json) on one line; the amount is a decimal string."""
    fields = {
        "outcome": answer.outcome,
        "route": answer.route,
        "amount": None if answer.amount is None else str(answer.amount),
        "asset": answer.asset,
        "network": answer.network,
        "payTo": answer.pay_to,
        "source": answer.source,
        "trace": answer.trace,
    }
    return json.dumps(fields) + "\n"


def as_text(answer: AnswerLine) -> str:
    """Give the request, the outcome and the steps that led to it, one a line."""
    lines = [f"{visible(answer.request)}: {_OUTCOMES[answer.outcome]}"]
    lines += [f"  {'→ ' if number else ''}{visible(step)}" for number, step in enumerate(answer.trace)]
    if answer.pay_to is not None and answer.outcome in {"payment", "dynamic"}:
        lines.append(f"  paid to {visible(answer.pay_to)} on {visible(answer.network or '')}")
    return "\n".join(lines) + "\n"
