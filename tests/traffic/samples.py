"""What the files of fixtures/traffic hold: one sample, in every format."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from pricecheck.prices.usage import UsageRow
from pricecheck.traffic import ReadOptions

FIXTURES = Path(__file__).parents[2] / "fixtures" / "traffic"
ANY = ReadOptions(max_bad=Decimal(1))

CHAT, COMPLETIONS = "POST /v1/chat/completions", "POST /v1/completions"
TUNED = "ft:gpt-4o-mini-2024-07-18:acme:support:9wcAcylo"
ROWS = (
    UsageRow(CHAT, "gpt-4o", "route.models", Decimal("0.05"), 9),
    UsageRow(CHAT, "gpt-4o-mini", "route.models", Decimal("0.02"), 7),
    UsageRow(CHAT, TUNED, "fallback", Decimal("0.09"), 6),
    UsageRow("GET /search", None, None, Decimal("0.001"), 4),
    UsageRow(CHAT, "gpt-4.1-mini", "default-table", Decimal("0.012"), 4),
    UsageRow(COMPLETIONS, "ft:gpt-4o:acme:legal:7p4lURel:ckpt-step-285", "fallback", Decimal("0.09"), 3),
    UsageRow(COMPLETIONS, "support-prod", "fallback", Decimal("0.09"), 2),
)
RENAMED = {
    "timestamp": "time",
    "route": "http.route",
    "requested_model": "request.model",
    "resolved_price": "billing.price",
    "pricing_source": "billing.source",
}
