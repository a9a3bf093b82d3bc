"""What a credential looks like: the shapes that providers document, and text too random to be anything else.

A price of a false alarm is a distrusted rule, so that what people write in place of a key is no key (`sk-your-key`,
`changeme`, `<token>`), and neither is what is public: `${NAME}`, wallet addresses, dates, versions, model names.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from typing import NamedTuple

from pricecheck.patterns import late


class Shape(NamedTuple):
    """A documented shape: whose it is, and a pattern for it anywhere in a value."""

    name: str
    pattern: re.Pattern[str]


def _shape(name: str, pattern: str) -> Shape:
    return Shape(name, late(rf"(?<![A-Za-z0-9])(?:{pattern})"))


USER_PASSWORD = "a password"  # noqa: S105 - what one is called, not one
PRIVATE_KEY = "a private key"

SHAPES = (
    _shape("an Anthropic key", r"sk-ant-[A-Za-z0-9_-]{20,}"),
    _shape("an OpenRouter key", r"sk-or-[A-Za-z0-9_-]{20,}"),
    _shape("an OpenAI key", r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}"),
    _shape("a Google key", r"AIza[0-9A-Za-z_-]{35}"),
    _shape("an xAI key", r"xai-[A-Za-z0-9]{20,}"),
    _shape("a Groq key", r"gsk_[A-Za-z0-9]{20,}"),
    _shape("a Hugging Face token", r"hf_[A-Za-z0-9]{20,}"),
    _shape("a Replicate token", r"r8_[A-Za-z0-9]{20,}"),
    _shape("a Perplexity key", r"pplx-[A-Za-z0-9]{20,}"),
    _shape("a Fireworks key", r"fw_[A-Za-z0-9]{20,}"),
    _shape("a Stripe key", r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"),
    _shape("an AWS access key", r"(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _shape("a GitHub token", r"gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{30,}"),
    _shape("a Slack token", r"xox[abprs]-[A-Za-z0-9-]{10,}"),
    _shape("a signed token (JWT)", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    _shape(PRIVATE_KEY, r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    _shape(PRIVATE_KEY, r"0x[0-9a-fA-F]{64}(?![0-9a-fA-F])"),
)

_REFERENCE = late(r"\$\{[^}]*\}")
_SCHEME = late(r"(?i)(bearer|basic|token|key|apikey|api-key|[a-z]+-auth-key)\s+")
_STAND_IN = late(r"(?i)your|example|placeholder|change[-_]?me|dummy|redacted|x{4}|\*{3}|\.{3}|…|<|>|insert|replace")
_CAMEL = late(r"(?<=[a-z])(?=[A-Z])")
_USER_INFO = late(r"[a-z][a-z0-9+.-]*://[^/@:?#]*:([^/@?#]+)@", re.IGNORECASE)
_HOST = late(r"\A([a-z][a-z0-9+.-]*://(?:[^/@?#]*@)?)[^/?#]*", re.IGNORECASE)
_SECRET_NAME = late(
    r"(?i)\A(?:proxy-)?authorization\Z|\Acookie\Z|(?:\A|[-_])(?:api-?key|key|token|secret|password|auth)\Z|\Aapikey\Z"
)
_TOKEN = late(r"[A-Za-z0-9_\-+/=.~]{16,}")
_LONG_TOKEN = late(r"[A-Za-z0-9_\-+/=]{32,}")
_ADDRESS = late(r"0x[0-9a-fA-F]{40}")
_RANDOM = 3.0
_VERY_RANDOM = 4.0


def secret_in(name: str, value: str) -> str | None:
    """Say what credential a field called `name` holds, as `an OpenAI key`; None where it holds none in plain text."""
    text = _REFERENCE.sub("", value).strip()
    found = next((shape.name for shape in SHAPES if _is_real(shape.pattern.search(text))), None)
    if found is not None:
        return found
    scheme = _SCHEME.match(text)
    token = text[scheme.end() :] if scheme else text
    if _STAND_IN.search(token):
        return None
    if scheme and scheme[1].lower() == "basic":
        return "a user name and password" if _is_basic(token) else None
    if scheme or _SECRET_NAME.search(name):
        return "a token" if _TOKEN.fullmatch(token) and _entropy(token) >= _RANDOM and _is_mixed(token) else None
    return "a token" if _is_very_random(token) else None


def password_in(url: str) -> str | None:
    """Say that a URL holds a password in plain text; None where it does not."""
    found = _USER_INFO.match(_REFERENCE.sub("", url))
    return USER_PASSWORD if found and not _STAND_IN.search(found[1]) else None


def secret_in_url(url: str) -> str | None:
    """Say what credential a URL holds: a password, a key of a documented shape, a token in a parameter of the query."""
    text = _REFERENCE.sub("", url)
    found = password_in(text) or next((shape.name for shape in SHAPES if _is_key_in_url(shape, text)), None)
    if found is not None:
        return found
    query = text.partition("#")[0].partition("?")[2]
    if not query:
        return None
    from urllib.parse import parse_qsl

    given = (secret_in(_CAMEL.sub("_", name), value) for name, value in parse_qsl(query))
    return next(filter(None, given), None)


def is_stand_in(text: str) -> bool:
    """Say whether a text stands for a secret and is none: a reference, a placeholder, or nothing."""
    return not _REFERENCE.sub("", text).strip() or bool(_STAND_IN.search(text))


def _is_real(found: re.Match[str] | None) -> bool:
    return found is not None and not _STAND_IN.search(found[0]) and (_entropy(found[0]) >= _RANDOM or "KEY" in found[0])


def _is_key_in_url(shape: Shape, url: str) -> bool:
    """Say whether a URL holds such a key. 64 hexadecimal digits in a path are a hash, `sk-` may begin a word there.

    A host's name is no secret, and `my-sk-learn-models` may be a part of one.
    """
    found = shape.pattern.search(_HOST.sub(r"\1", url))
    return found is not None and shape.name != PRIVATE_KEY and _is_real(found) and _is_mixed(found[0])


def _is_basic(token: str) -> bool:
    try:
        decoded = base64.b64decode(token, validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    return ":" in decoded and decoded.isprintable() and not _STAND_IN.search(decoded)


def _is_mixed(token: str) -> bool:
    return any(one.isdigit() for one in token) and any(one.isalpha() for one in token)


def _is_very_random(token: str) -> bool:
    cases = any(one.isupper() for one in token) and any(one.islower() for one in token)
    return (
        bool(_LONG_TOKEN.fullmatch(token))
        and not _ADDRESS.fullmatch(token)
        and cases
        and _is_mixed(token)
        and _entropy(token) >= _VERY_RANDOM
    )


def _entropy(text: str) -> float:
    """Give the bits of information in each character, judged by how often the text has each."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0
