"""Configs built for rules to judge: the smallest that load, as text."""

import json
from collections.abc import Mapping

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText, StampedFinding
from pricecheck.gateway.config import Config, read_config
from pricecheck.gateway.loading import load
from pricecheck.rules.model import Rule, Settings
from pricecheck.source.yaml_parser import parse


def with_routes(routes: Mapping[str, object], **sections: object) -> str:
    """Give a config with these routes as JSON text; a route without `upstream` gets one that is there."""
    config = {
        "wallets": {"base": "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"},
        "accepts": [{"asset": "USDC", "network": "base"}],
        "upstreams": {"openai": {"url": "https://api.openai.com"}},
        "routes": {
            key: {"upstream": "openai", **route} if isinstance(route, dict) else route for key, route in routes.items()
        },
    }
    return json.dumps({**config, **sections}, ensure_ascii=False)


def findings(rule: Rule, text: str, *, path: str = "tollbooth.json", partial: bool = False) -> list[StampedFinding]:
    """Give one rule's findings on a text."""
    return check_source(SourceText(path, text), Options(rules=(rule,), settings=Settings(partial=partial)))


def reported_routes(rule: Rule, text: str) -> set[str]:
    """Give the keys of the routes that a rule reports."""
    return {str(found.finding.path[1]) for found in findings(rule, text)}


def config_of(text: str) -> Config:
    """Read a JSON config, which must be one that the gateway takes."""
    loaded = load(parse(SourceText("tollbooth.json", text), is_json=True))
    assert loaded.refusals == ()
    return read_config(loaded)


def messages(rule: Rule, text: str, path: str = "tollbooth.yaml") -> list[str]:
    """Give what one rule says about a fragment of a config."""
    return [found.finding.message for found in findings(rule, text, path=path, partial=True)]
