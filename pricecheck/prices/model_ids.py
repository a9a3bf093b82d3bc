"""What a model's name tells: whose it is, and which model it is a variant of. The grammar is the table `FORMS`.

The gateway matches exactly; a base model is a reason to compare or suggest a price, never a match. Names are read in
steps: each form takes one layer off (a prefix, a date, a fine-tune's suffix), and what is left is read again, so that
`azure/gpt-35-turbo-0613.ft-b044` ends at `gpt-3.5-turbo`.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.default_table import DEFAULT_TABLE, REAL_IDS
from pricecheck.prices.usage import LONGEST_ID

if TYPE_CHECKING:
    from collections.abc import Container, Mapping


class IdKind(Enum):
    """What kind of name it is.

    `DEPLOYMENT` is a name its owner chose, or a number: it tells nothing of the model behind. `VARIANT` is a model of
    its own that is named after another. `SPELLING` is the same model as another provider writes it.
    """

    FINE_TUNE = "fine-tune"
    DEPLOYMENT = "deployment"
    VARIANT = "variant"
    SNAPSHOT = "snapshot"
    SPELLING = "spelling"
    PLAIN = "plain"


class Form(NamedTuple):
    """One form of names: `pattern` must fit the whole name, `base` says how the name of the layer below is made of it.

    `base` is a template for `re.Match.expand`, None where the name does not tell. `needs` is a text that every such
    name holds, to skip the pattern quickly. `source` is where the provider documents it. `guess` marks a form that
    other names may have by chance, `fold` one that is read in lower case. What forms after a `final` one see in a name
    is chance, as after a fine-tune's.
    """

    provider: str
    kind: IdKind
    pattern: re.Pattern[str]
    base: str | None
    needs: str
    source: str
    guess: bool = False
    fold: bool = False
    final: bool = False


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


_OPENAI = "https://platform.openai.com/docs/api-reference/fine-tuning/checkpoint-object"
_OPENAI_LEGACY = "https://platform.openai.com/docs/guides/legacy-fine-tuning"
_AZURE = "https://learn.microsoft.com/azure/ai-services/openai/how-to/fine-tuning"
_AZURE_MODELS = "https://learn.microsoft.com/azure/ai-services/openai/concepts/models"
_BEDROCK = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-ids.html"
_BEDROCK_PROFILES = "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html"
_BEDROCK_ARNS = "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html"
_BEDROCK_CUSTOM = "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetCustomModel.html"
_VERTEX = "https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude"
_VERTEX_ENDPOINTS = "https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints"
_MISTRAL = "https://docs.mistral.ai/capabilities/finetuning/"
_TOGETHER = "https://docs.together.ai/reference/post-fine-tunes"
_FIREWORKS = "https://docs.fireworks.ai/getting-started/concepts"
_OPENROUTER = "https://openrouter.ai/docs/guides/routing/model-variants/overview"
_OPENROUTER_MODELS = "https://openrouter.ai/docs/guides/overview/models"
_LITELLM = "https://docs.litellm.ai/docs/providers"
_OPENAI_MODELS = "https://platform.openai.com/docs/models"
_GOOGLE_MODELS = "https://ai.google.dev/gemini-api/docs/models"
_MISTRAL_MODELS = "https://docs.mistral.ai/getting-started/models/models_overview/"
_ANTHROPIC_MODELS = "https://docs.anthropic.com/en/docs/about-claude/models/overview"
_LLAMA = "https://huggingface.co/meta-llama"

_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_DATE = f"20[0-9]{{2}}{_MONTH}{_DAY}"
_ARN = "arn:aws[^:]*:bedrock:[^:]*:[^:]*:"
_GEOGRAPHY = "(?:us-gov|us|eu|apac|jp|au|ca|global)"
_BEDROCK_VENDORS = (
    "(?:ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen"
    "|stability|twelvelabs|writer)"
)
_LITELLM_PREFIXES = (
    "(?:azure|azure_ai|bedrock|bedrock_converse|cerebras|cohere_chat|databricks|deepinfra|fireworks_ai|gemini|groq"
    "|huggingface|ollama|openrouter|replicate|sagemaker|together_ai|vertex_ai|vertex_ai_beta|watsonx)"
)
_GOOGLE = (
    "(?:(?:gemini|imagen|veo)-[0-9a-z]|(?:text|chat|code|codechat)-(?:bison|gecko|unicorn)|textembedding-gecko"
    "|multimodalembedding|imagegeneration|imagetext)"
)

FORMS: tuple[Form, ...] = (
    Form("mistral", IdKind.FINE_TUNE, _re(r"ft:([^:]+):[0-9a-f]{8}:[0-9]{8}:[0-9a-f]{8}"), r"\1", "ft:", _MISTRAL),
    # ft:BASE:ORG:[SUFFIX]:ID[:ckpt-step-N]; configs shorten it (ft:gpt-4o:acme-support-v2).
    Form("openai", IdKind.FINE_TUNE, _re(r"ft:([^:]+)(?::.*)?"), r"\1", "ft:", _OPENAI),
    Form("openai", IdKind.FINE_TUNE, _re(r"ft:(?::.*)?"), None, "ft:", _OPENAI),
    # curie:ft-personal-2023-03-20-21-12-12
    Form("openai", IdKind.FINE_TUNE, _re(r"([^:/]+):ft-.+"), r"\1", ":ft-", _OPENAI_LEGACY),
    # gpt-4.1-2025-04-14.ft-b044a9d3…; a deployment of one has any name.
    Form("azure", IdKind.FINE_TUNE, _re(r"([^:/]+)\.ft-[^/]+"), r"\1", ".ft-", _AZURE),
    Form("azure", IdKind.SPELLING, _re(r"gpt-35((?:-.*)?)"), r"gpt-3.5\1", "gpt-35", _AZURE_MODELS),
    # A custom model may name its base: …:custom-model/amazon.nova-lite-v1:0:300k/cm00001
    Form("bedrock", IdKind.FINE_TUNE, _re(_ARN + r"custom-model/([^/]+\.[^/]+)/[^/]+"), r"\1", "arn:", _BEDROCK_CUSTOM),
    Form(
        "bedrock",
        IdKind.FINE_TUNE,
        _re(_ARN + r"(?:custom-model|custom-model-deployment|imported-model)/.+"),
        None,
        "arn:",
        _BEDROCK_ARNS,
    ),
    Form(
        "bedrock",
        IdKind.SPELLING,
        _re(_ARN + r"(?:foundation-model|inference-profile)/([^/]+)"),
        r"\1",
        "arn:",
        _BEDROCK_ARNS,
    ),
    Form("bedrock", IdKind.DEPLOYMENT, _re(r"arn:.*"), None, "arn:", _BEDROCK_ARNS),
    Form(
        "bedrock",
        IdKind.SPELLING,
        _re(_GEOGRAPHY + r"\.(" + _BEDROCK_VENDORS + r"\..+)"),
        r"\1",
        ".",
        _BEDROCK_PROFILES,
    ),
    Form(
        "bedrock",
        IdKind.SPELLING,
        _re(_BEDROCK_VENDORS + r"\.([^:/]+?)(?:-v?[0-9]+)?(?::[0-9]+)?(?::[0-9]+k|:mm)?"),
        r"\1",
        ".",
        _BEDROCK,
    ),
    Form("bedrock", IdKind.SPELLING, _re(r"llama([0-9])-([0-9])-(.+)"), r"llama-\1.\2-\3", "llama", _BEDROCK),
    Form("vertex", IdKind.DEPLOYMENT, _re(r"[0-9]{10,}"), None, "", _VERTEX_ENDPOINTS),
    Form(
        "vertex",
        IdKind.DEPLOYMENT,
        _re(r"projects/[^/]+/locations/[^/]+/(?:endpoints|models)/.+"),
        None,
        "projects/",
        _VERTEX_ENDPOINTS,
    ),
    Form(
        "vertex",
        IdKind.SPELLING,
        _re(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/[^/]+/models/(.+)"),
        r"\1",
        "publishers/",
        _VERTEX,
    ),
    Form("vertex", IdKind.SPELLING, _re(r"([^@:]+)@([0-9]{8}|[0-9]{3}|latest)"), r"\1-\2", "@", _VERTEX),
    Form(
        "fireworks", IdKind.SPELLING, _re(r"accounts/fireworks/models/([^#]+)(?:#.*)?"), r"\1", "accounts/", _FIREWORKS
    ),
    Form("fireworks", IdKind.FINE_TUNE, _re(r"accounts/[^/]+/models/.+"), None, "accounts/", _FIREWORKS),
    Form("fireworks", IdKind.DEPLOYMENT, _re(r"accounts/.+"), None, "accounts/", _FIREWORKS),
    # llama-v3p1-8b-instruct
    Form("fireworks", IdKind.SPELLING, _re(r"([^/:]*-)v([0-9]+)p([0-9]+)(|-[^/:]*)"), r"\g<1>\2.\3\4", "p", _FIREWORKS),
    Form("litellm", IdKind.SPELLING, _re(_LITELLM_PREFIXES + r"/(.+)"), r"\1", "/", _LITELLM, final=True),
    # NAMESPACE/BASE[-SUFFIX]-ID; eight digits that are a date are a snapshot's.
    Form(
        "together",
        IdKind.FINE_TUNE,
        _re(rf"[^/:]+/([^:]+)-Reference(?:-[^/:]+)?-(?!{_DATE}\Z)[0-9a-f]{{8}}"),
        r"\1",
        "-Reference",
        _TOGETHER,
        guess=True,
    ),
    Form(
        "together",
        IdKind.FINE_TUNE,
        _re(rf"[^/:]+/([^:]+)-(?!{_DATE}\Z)[0-9a-f]{{8}}"),
        r"\1",
        "/",
        _TOGETHER,
        guess=True,
    ),
    Form("openrouter", IdKind.SPELLING, _re(r"(.+):(?:nitro|floor|exacto)"), r"\1", ":", _OPENROUTER),
    # Searching the web is charged on top, the others are entries of the catalogue: models of their own.
    Form(
        "openrouter",
        IdKind.VARIANT,
        _re(r"[^/:]+:(?:free|thinking|extended|batch|online)"),
        None,
        ":",
        _OPENROUTER,
    ),
    Form("openrouter", IdKind.SPELLING, _re(r"~?[A-Za-z0-9_.-]+/(.+)"), r"\1", "/", _OPENROUTER_MODELS),
    Form("openrouter", IdKind.SPELLING, _re(r"(claude-.*[0-9])\.([0-9].*)"), r"\1-\2", "claude-", _OPENROUTER_MODELS),
    Form("openai", IdKind.SNAPSHOT, _re(rf"([^:/]+)-20[0-9]{{2}}-{_MONTH}-{_DAY}"), r"\1", "-20", _OPENAI_MODELS),
    Form("openai", IdKind.SNAPSHOT, _re(rf"([^:/]+)-{_MONTH}{_DAY}"), r"\1", "-", _OPENAI_MODELS),
    Form("anthropic", IdKind.SNAPSHOT, _re(rf"([^:/]+)-{_DATE}"), r"\1", "-20", _ANTHROPIC_MODELS),
    Form("anthropic", IdKind.SNAPSHOT, _re(r"([^:/]+)-latest"), r"\1", "-latest", _ANTHROPIC_MODELS),
    # Only Google numbers its snapshots: davinci-002, whisper-001 and text-embedding-ada-002 are models of their own.
    Form("google", IdKind.SNAPSHOT, _re(rf"({_GOOGLE}[^:/]*)-0[0-9]{{2}}"), r"\1", "-0", _GOOGLE_MODELS),
    # mistral-large-2411 is of November 2024.
    Form("mistral", IdKind.SNAPSHOT, _re(rf"([^:/]+)-2[3-9]{_MONTH}"), r"\1", "-2", _MISTRAL_MODELS),
    Form("meta", IdKind.SPELLING, _re(r"meta-(llama-[^:/]+)"), r"\1", "lama-", _LLAMA, guess=True, fold=True),
    # One suffix after the other: a price for the instruct model is nearer than one for its base.
    Form(
        "meta",
        IdKind.SPELLING,
        _re(r"((?:meta-)?llama-[0-9][^:/]*)-(?:instruct|chat|hf|turbo|lite|fp8)"),
        r"\1",
        "lama-",
        _LLAMA,
        guess=True,
        fold=True,
    ),
)
"""Every form, in the order they are tried. The source of a snapshot's form is one provider that dates that way."""


class ModelId(NamedTuple):
    """A name read. `candidates` are the base models it may have, the nearest first; empty where it tells none.

    `furthest` is the one with every layer off, None where there is none. `provider` and `source` are those of the
    outermost form, empty for a plain name. `guess` says that a step on the way is one that other names may fit by
    chance.
    """

    name: str
    kind: IdKind
    provider: str = ""
    source: str = ""
    candidates: tuple[str, ...] = ()
    furthest: str | None = None
    guess: bool = False


class Base(NamedTuple):
    """The base model found for a name: whether it is one that `known` holds, and the alias that led to it."""

    model: str
    known: bool
    alias: str | None = None


_MOST_CANDIDATES = 16
_MARKS = (":", "/", ".", "@", "lama", "p")
_DATES_END_IN = frozenset("0123456789t")
_KINDS = tuple(IdKind)
_RANK = {kind: rank for rank, kind in enumerate(_KINDS)}


def read_model_id(name: str) -> ModelId:
    """Read a name by the forms of all providers; some 4 µs for one never seen before."""
    found = _layers(name)
    if not found:
        return ModelId(name, IdKind.PLAIN)
    rank, guess = _RANK[IdKind.PLAIN], False
    candidates: dict[str, None] = {}
    waiting = [found]
    # Nearest first. A hostile name has hundreds of layers, a real one four.
    while waiting and len(candidates) < _MOST_CANDIDATES:
        for form, base in waiting.pop(0):
            rank = min(rank, _RANK[form.kind])
            if base is not None and base not in candidates:
                guess = guess or form.guess
                candidates[base] = None
                waiting.append(_inner_layers(base))
    first, below = found[0]
    furthest = None if below is None else _furthest(below)
    return ModelId(name, _KINDS[rank], first.provider, first.source, tuple(candidates), furthest, guess)


def base_model(name: str) -> str:
    """Give the name of the model that a name is a variant of, as far down as is sure; itself where it is none."""
    return _furthest(name, guessing=False)


def find_base(read: ModelId, known: Container[str], aliases: Mapping[str, str]) -> Base | None:
    """Give the base model of a name: the nearest candidate that is known.

    `known` are the models with a price; `aliases` give the base model behind a deployment's name, which wins over what
    the name itself tells. Of what the built-in table has under a dated ID, the family's name and the provider's own ID
    are other names.

    Returns:
        Where none is known, the furthest candidate; None where the name tells none.
    """
    for name in (read.name, *read.candidates):
        target = aliases.get(name)
        if target is not None:
            behind = find_base(read_model_id(target), known, {})
            usable = target if target in known or behind is None or not behind.known else behind.model
            return Base(usable, usable in known, name)
    for name in read.candidates:
        if name in known:
            return Base(name, known=True)
    for name in (read.name, *read.candidates):
        listed = _built_in_ids().get(name)
        if listed is not None and listed in known:
            return Base(listed, known=True)
    return Base(read.furthest, known=False) if read.furthest else None


@cache
def _built_in_ids() -> dict[str, str]:
    """Give the table's dated ID for every other name of its model: the family's, and the provider's own ID."""
    dated = {base_model(listed): listed for listed in DEFAULT_TABLE if base_model(listed) != listed}
    real = {name: listed for listed, own in REAL_IDS.items() for name in (own, base_model(own))}
    return {**dated, **real}


@lru_cache(maxsize=65536)
def _furthest(name: str, *, guessing: bool = True) -> str:
    for _ in range(_MOST_CANDIDATES):
        below = next((base for form, base in _inner_layers(name) if guessing or not form.guess), None)
        if below is None:
            break
        name = below
    return name


def _layers(name: str) -> tuple[tuple[Form, str | None], ...]:
    """Give the forms a name has, each with the name below it; None where that form says that nothing can be told."""
    if len(name) > LONGEST_ID:
        return ()  # a sample cuts such a name, and no provider gives one
    found: list[tuple[Form, str | None]] = []
    lower = name.lower()
    for needs, form in _worth_trying(name, lower):
        read = lower if form.fold else name
        if needs not in read:
            continue
        match = form.pattern.fullmatch(read)
        if match is None:
            continue
        if form.base is None:
            # An earlier one that knew more stands.
            return tuple(found) or ((form, None),)
        found.append((form, match[1] if form.base == r"\1" else match.expand(form.base)))
        if form.final or form.kind is IdKind.FINE_TUNE:
            break
    return tuple(found)


def _worth_trying(name: str, lower: str) -> list[tuple[str, Form]]:
    """Give the forms, each behind its `needs`, that the marks in a name do not rule out: nearly all have one or two."""
    return _forms_with(tuple([mark in lower for mark in _MARKS]), dated=name[-1:] in _DATES_END_IN)


@cache
def _forms_with(marked: tuple[bool, ...], *, dated: bool) -> list[tuple[str, Form]]:
    absent = [mark for mark, present in zip(_MARKS, marked, strict=True) if not present]
    return [
        (form.needs, form)
        for form in FORMS
        if not any(mark in form.needs for mark in absent) and (dated or form.kind is not IdKind.SNAPSHOT)
    ]


# What is below the outermost layer is shared by thousands of names.
_inner_layers = lru_cache(maxsize=65536)(_layers)
