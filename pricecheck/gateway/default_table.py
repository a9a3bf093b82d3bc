"""The gateway's built-in price table, the same in every version from 0.4.0 to 1.1.0 (gateway.md §4)."""

from __future__ import annotations

DEFAULT_TABLE = {
    "gpt-4o": "0.01",
    "gpt-4o-mini": "0.001",
    "gpt-4-turbo": "0.03",
    "gpt-4": "0.06",
    "gpt-3.5-turbo": "0.002",
    "o1": "0.06",
    "o1-mini": "0.012",
    "o1-pro": "0.60",
    "o3": "0.10",
    "o3-mini": "0.012",
    "o4-mini": "0.012",
    "claude-opus-4-5-20250514": "0.075",
    "claude-sonnet-4-5-20250514": "0.015",
    "claude-haiku-3-5-20241022": "0.004",
    "gemini-2.5-pro": "0.015",
    "gemini-2.5-flash": "0.003",
    "gemini-2.0-flash": "0.001",
    "llama-3.3-70b": "0.003",
    "llama-3.1-405b": "0.015",
    "llama-3.1-70b": "0.003",
    "llama-3.1-8b": "0.0005",
    "mistral-large-latest": "0.008",
    "mistral-small-latest": "0.002",
    "deepseek-chat": "0.002",
    "deepseek-reasoner": "0.008",
}
"""Model to price text, in US dollars a request."""

REAL_IDS = {
    "claude-opus-4-5-20250514": "claude-opus-4-5-20251101",
    "claude-sonnet-4-5-20250514": "claude-sonnet-4-5-20250929",
    "claude-haiku-3-5-20241022": "claude-3-5-haiku-20241022",
}
"""Dated IDs of the table that no provider uses, and the provider's real ones, which the table does not price (§6)."""
