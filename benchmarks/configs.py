"""Configs of any size to measure with, their policy, and what traffic on them looks like."""

from __future__ import annotations

ROUTE = "POST /v1/chat/completions"
HEAD = """\
wallets:
  base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
accepts:
  - {asset: USDC, network: base}
upstreams:
  openai:
    url: "https://api.openai.com"
"""
POLICY = """\
[bounds]
max-increase = "15%"
max-decrease = "10%"

[[family]]
name = "gpt-4o-mini"
models = ["gpt-4o-mini*", "ft:gpt-4o-mini*"]
floor = "$0.0005"
ceiling = "$0.20"

[[family]]
name = "gpt-4o"
models = ["gpt-4o*", "ft:gpt-4o*"]
floor = "$0.004"
ceiling = "$0.20"

[models]
allow = ["gpt-*", "ft:*", "chatgpt-*", "o*", "text-*"]
deny = ["grok-*"]

[routes."POST /v1/chat/completions"]
allow = ["gpt-*", "ft:*", "chatgpt-*", "o*", "text-*"]

[aliases]
support-prod = "gpt-4o"

[fallback]
percentile = 100
"""


def config(models: int, step: int = 0) -> str:
    """Give a clean config with that many models on one token-based route; another `step` has some other prices."""
    table = "".join(
        f"      ft:gpt-4o-mini-2024-07-18:acme-{number:05d}:team::9wc{number:05d}:"
        f' "$0.0{number % 9 + 1}{step if number % 100 == 0 else 0}"\n'
        for number in range(models)
    )
    return f"""\
{HEAD}routes:
  "{ROUTE}":
    upstream: openai
    type: token-based
    models:
      gpt-4o: "$0.05"
{table}    fallback: "$0.09"
"""
