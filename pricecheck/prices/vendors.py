"""Whose model a name is, and which hosts serve one vendor's models only.

A price that no request can reach is no mistake: `api.anthropic.com` serves no `gpt-4o`, whatever a table says of it.
Both lists name what is certain and nothing else; what they do not know is taken to be possible.
"""

from __future__ import annotations

import re

from pricecheck.patterns import late

ONE_VENDOR_HOSTS = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "google",
    "api.mistral.ai": "mistral",
    "api.deepseek.com": "deepseek",
}
"""Host names of vendors that serve their own models only."""

_VENDORS = (
    (
        "openai",
        late(r"(?:ft:)?(?:chat)?gpt-|(?:ft:)?o[1-9](?:-|\*|\Z)|text-embedding-|davinci|babbage|dall-e|whisper"),
    ),
    ("anthropic", late(r"claude-")),
    ("google", late(r"gemini-|gemma-")),
    ("mistral", late(r"(?:ft:)?(?:open-)?mi[sx]tral-|ministral-|codestral-|pixtral-|magistral-")),
    ("deepseek", late(r"deepseek-")),
    ("meta", late(r"llama-")),
)


# What it does not take is a host that is in no list; urllib would take 2 ms of every start-up to say the same.
_HOST = late(r"https?://(?:[^/?#\\@]*@)?([^/?#\\@:]+)", re.IGNORECASE)


# Azure's deployments have any name; so have the models of a LiteLLM, a vLLM, an Ollama in one's own network. Poe has
# capitals and spellings of its own.
_CHOSEN = late(
    r".*\.azure\.com|.*\.azure\.us|.*\.azure\.cn|.*\.azure-api\.net|api\.poe\.com"
    r"|[^.]+|[0-9.]+|.*\.(?:internal|lan|local|localhost|svc|test|invalid)"
)


def vendor_of(model: str) -> str | None:
    """Give whose model this is, by the beginning of its name (or of a glob of names); None where that does not tell."""
    return next((vendor for vendor, beginning in _VENDORS if beginning.match(model)), None)


def may_serve(url: str | None, model: str) -> bool:
    """Say whether an upstream at `url` may serve a model, or some model of a glob: False only where that is certain."""
    only = only_vendor(url)
    vendor = vendor_of(model) if only else None
    return vendor is None or vendor == only


def only_vendor(url: str | None) -> str | None:
    """Give the vendor whose models alone an upstream at `url` serves; None where it may serve others'."""
    return ONE_VENDOR_HOSTS.get(_host(url)) if url else None


def are_names_chosen(url: str | None) -> bool:
    """Say whether models go by names of the operator's own choice at `url`, or by a spelling of the host's own."""
    host = _host(url) if url else ""
    return _CHOSEN.fullmatch(host) is not None


def _host(url: str) -> str:
    found = _HOST.match(url)
    return found[1].lower() if found else ""
