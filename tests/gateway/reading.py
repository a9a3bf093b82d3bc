"""What the tests of this room share: texts to configs and gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import SourceText
from pricecheck.gateway.config import Config, Route, read_config
from pricecheck.gateway.loading import load
from pricecheck.gateway.resolution import Gateway
from pricecheck.source.yaml_parser import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = """\
wallets: { base: "0xbase" }
accepts: [{ asset: USDC, network: base }]
upstreams: { up: { url: "https://api.example.com" } }
"""


def config_of(text: str, environment: Mapping[str, str] | None = None) -> Config:
    """Read a config text, whatever the gateway would think of it."""
    return read_config(load(parse(SourceText("tollbooth.yaml", text)), environment, partial=True))


def gateway_of(text: str, environment: Mapping[str, str] | None = None) -> Gateway:
    """Make a gateway of a config text."""
    return Gateway(config_of(text, environment))


def route_of(text: str) -> Route:
    """Read the one route of a text that holds what is below `"POST /x":` in flow style."""
    return config_of(f'{HEAD}routes: {{ "POST /x": {text} }}').routes[0]
