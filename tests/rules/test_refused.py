"""What the gateway refuses is said once: no rule goes on as if it had been read."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS = "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
PAYMENT = {"asset": "USDC", "network": "base"}
CONFIG: dict[str, Any] = {
    "gateway": {"port": 3000, "metrics": {"enabled": True}},
    "wallets": {"base": ADDRESS},
    "accepts": [PAYMENT],
    "defaults": {"price": "$0.01", "timeout": 60, "rateLimit": {"requests": 10, "window": "1m"}},
    "upstreams": {
        "up": {"url": "https://api.example.com", "headers": {"a": "b"}, "openapi": "./x.json", "defaultPrice": "$0.01"}
    },
    "facilitator": {"default": "https://f.example.com", "chains": {"base/USDC": "https://g.example.com"}},
    "routes": {
        "GET /flat": {"upstream": "up", "price": "$0.01", "path": "/y", "payTo": ADDRESS},
        "GET /rules": {
            "upstream": "up",
            "match": [
                {"where": {"query.a": "b"}, "price": "$0.02"},
                {"where": {"query.b": "c"}, "price": "$0.03"},
            ],
            "fallback": "$0.03",
        },
        "GET /time": {"upstream": "up", "pricing": {"model": "time", "duration": "1h", "price": "$0.01"}},
        "POST /chat": {
            "upstream": "up",
            "type": "token-based",
            "models": {"gpt-4o": "$0.05", "o1": "$0.05"},
            "fallback": "$0.05",
            "accepts": [PAYMENT],
        },
    },
}
ABOUT_NAMES = {"PC201", "PC208", "PC225"}
"""Rules that speak of keys, which are there whatever their values are."""

Path = tuple[str | int, ...]


def found(config: dict[str, Any]) -> set[tuple[str, str]]:
    text = json.dumps(config).replace("Infinity", ".inf")
    return {(one.rule, one.finding.message) for one in check_source(SourceText("tollbooth.yaml", text), Options())}


def places(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield from places(item, (*path, key))


@pytest.mark.parametrize("value", [None, 5, True, "", [], ["a"], {}, {"a": None}, float("inf"), -1], ids=repr)
def test_a_refused_value_is_not_taken_for_something_else(value: object) -> None:
    before = found(CONFIG)
    for path in places(CONFIG):
        config = copy.deepcopy(CONFIG)
        holder: Any = config
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
        after = found(config)
        if any(rule.startswith("PC0") for rule, _ in after):
            more = {one for one in after - before if not one[0].startswith("PC0") and one[0] not in ABOUT_NAMES}
            assert not more, path


def test_a_rule_without_conditions_takes_nothing() -> None:
    config = copy.deepcopy(CONFIG)
    del config["routes"]["GET /rules"]["match"][0]["where"]
    assert {rule for rule, _ in found(config) - found(CONFIG)} == {"PC010"}
