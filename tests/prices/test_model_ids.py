"""Names of models, read as their providers write them: the examples of docs/traffic.md and the tricky ones."""

import time

import pytest

from pricecheck.gateway.default_table import DEFAULT_TABLE
from pricecheck.prices.model_ids import FORMS, Base, IdKind, base_model, find_base, read_model_id
from pricecheck.prices.usage import LONGEST_ID

FINE, DEPLOYED, VARIANT = IdKind.FINE_TUNE, IdKind.DEPLOYMENT, IdKind.VARIANT
SNAPSHOT, SPELLING, PLAIN = IdKind.SNAPSHOT, IdKind.SPELLING, IdKind.PLAIN
ARN = "arn:aws:bedrock:us-east-1:123456789012:"

NAMES: list[tuple[str, str, IdKind, str | None]] = [
    # OpenAI
    ("ft:gpt-4o-mini-2024-07-18:personal::9wcAcylo", "openai", FINE, "gpt-4o-mini"),
    ("ft:gpt-4o-mini:openai:custom-model-name:7p4lURel", "openai", FINE, "gpt-4o-mini"),
    ("ft:gpt-3.5-turbo-0125:my-org::AmcYzhuG:ckpt-step-285", "openai", FINE, "gpt-3.5-turbo"),
    ("ft:gpt-4o-mini-2024-07-18:my-org:custom_suffix:9ABel2dg:ckpt-step-88", "openai", FINE, "gpt-4o-mini"),
    ("ft:gpt-4o:acme-support-v2", "openai", FINE, "gpt-4o"),
    ("ft:gpt-4o:acme:a:b:c:7p4lURel", "openai", FINE, "gpt-4o"),
    ("ft:gpt-4o", "openai", FINE, "gpt-4o"),
    ("ft:gpt-4o::::", "openai", FINE, "gpt-4o"),
    ("ft::acme::9wcAcylo", "openai", FINE, None),
    ("ft:", "openai", FINE, None),
    ("curie:ft-personal-2023-03-20-21-12-12", "openai", FINE, "curie"),
    ("davinci:ft-acme:our name-2023-03-20-21-12-12", "openai", FINE, "davinci"),
    # Azure
    ("gpt-4.1-2025-04-14.ft-b044a9d3cf9c4228b5d393567f693b83", "azure", FINE, "gpt-4.1"),
    ("gpt-35-turbo-0613.ft-9ae4a8d2", "azure", FINE, "gpt-3.5-turbo"),
    ("gpt-35-turbo", "azure", SPELLING, "gpt-3.5-turbo"),
    ("gpt-35-turbo-ft", "azure", SPELLING, "gpt-3.5-turbo-ft"),
    ("gpt-350", "", PLAIN, None),
    # Bedrock
    ("us.anthropic.claude-opus-4-5-20251101-v1:0", "bedrock", SNAPSHOT, "claude-opus-4-5"),
    ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock", SNAPSHOT, "claude-sonnet-4-5"),
    ("apac.amazon.nova-pro-v1:0", "bedrock", SPELLING, "nova-pro"),
    ("openai.gpt-oss-120b-1:0", "bedrock", SPELLING, "gpt-oss-120b"),
    ("meta.llama3-1-8b-instruct-v1:0", "bedrock", SPELLING, "llama-3.1-8b"),
    (f"{ARN}custom-model/amazon.nova-lite-v1:0:300k/cm00001", "bedrock", FINE, "nova-lite"),
    (f"{ARN}custom-model/cm00001", "bedrock", FINE, None),
    (f"{ARN}custom-model-deployment/a1b2c3", "bedrock", FINE, None),
    (f"{ARN}provisioned-model/a1b2c3", "bedrock", DEPLOYED, None),
    (f"{ARN}application-inference-profile/a1b2c3", "bedrock", DEPLOYED, None),
    (f"{ARN}inference-profile/us.amazon.nova-pro-v1:0", "bedrock", SPELLING, "nova-pro"),
    (
        "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
        "bedrock",
        SNAPSHOT,
        "claude-3-haiku",
    ),
    # Vertex AI
    ("4965075652664360960", "vertex", DEPLOYED, None),
    ("vertex_ai/4965075652664360960", "litellm", DEPLOYED, "4965075652664360960"),
    ("projects/p/locations/us-central1/endpoints/4965075652664360960", "vertex", DEPLOYED, None),
    ("publishers/google/models/gemini-2.5-pro", "vertex", SPELLING, "gemini-2.5-pro"),
    ("claude-opus-4@20250514", "vertex", SNAPSHOT, "claude-opus-4"),
    # Mistral
    ("ft:open-mistral-7b:587a6b29:20240514:7e773925", "mistral", FINE, "open-mistral-7b"),
    # Together
    ("mynamespace/meta-llama/Llama-2-7b-hf-32162631", "together", FINE, "llama-2-7b"),
    ("acme/Meta-Llama-3.1-8B-Instruct-Reference-our-suffix-8b12a3ff", "together", FINE, "llama-3.1-8b"),
    ("anthropic/claude-opus-4-20250514", "openrouter", SNAPSHOT, "claude-opus-4"),
    # Fireworks
    ("accounts/fireworks/models/llama-v3p1-8b-instruct", "fireworks", SPELLING, "llama-3.1-8b"),
    (
        "accounts/fireworks/models/llama-v3p1-8b-instruct#accounts/a/deployments/d",
        "fireworks",
        SPELLING,
        "llama-3.1-8b",
    ),
    ("accounts/acme/models/support", "fireworks", FINE, None),
    ("accounts/acme/deployments/d", "fireworks", DEPLOYED, None),
    # OpenRouter
    ("openai/gpt-4o:nitro", "openrouter", SPELLING, "gpt-4o"),
    ("openai/gpt-4o-2024-08-06:floor", "openrouter", SNAPSHOT, "gpt-4o"),
    ("meta-llama/llama-3.2-3b-instruct:free", "openrouter", VARIANT, "llama-3.2-3b-instruct:free"),
    ("openai/gpt-4o:extended", "openrouter", VARIANT, "gpt-4o:extended"),
    ("anthropic/claude-3.5-sonnet", "openrouter", SPELLING, "claude-3-5-sonnet"),
    # LiteLLM
    ("azure/chatgpt-v-2", "litellm", SPELLING, "chatgpt-v-2"),
    ("bedrock/cohere.command-text-v14", "litellm", SPELLING, "command-text"),
    ("azure/gpt-35-turbo-0613.ft-9ae4a8d2", "litellm", FINE, "gpt-3.5-turbo"),
    ("openrouter/openai/gpt-4o:nitro", "litellm", SPELLING, "gpt-4o"),
    ("openai/ft:gpt-4o-2024-08-06:acme::9wcAcylo", "openrouter", FINE, "gpt-4o"),
    # snapshots
    ("gpt-4o-2024-08-06", "openai", SNAPSHOT, "gpt-4o"),
    ("claude-3-5-haiku-20241022", "anthropic", SNAPSHOT, "claude-3-5-haiku"),
    ("gpt-4-1106", "openai", SNAPSHOT, "gpt-4"),
    ("gpt-4-1399", "", PLAIN, None),
    ("claude-3-5-sonnet-latest", "anthropic", SNAPSHOT, "claude-3-5-sonnet"),
    ("gemini-2.0-flash-001", "google", SNAPSHOT, "gemini-2.0-flash"),
    ("text-bison@002", "vertex", SNAPSHOT, "text-bison"),
    ("textembedding-gecko-003", "google", SNAPSHOT, "textembedding-gecko"),
    ("imagen-3.0-generate-002", "google", SNAPSHOT, "imagen-3.0-generate"),
    ("mistral-large-2411", "mistral", SNAPSHOT, "mistral-large"),
    # Llama, in whatever case
    ("LLAMA-3.1-8B-INSTRUCT", "meta", SPELLING, "llama-3.1-8b"),
    ("Meta-Llama-3.1-8B-Instruct-Turbo", "meta", SPELLING, "llama-3.1-8b"),
    # What is no variant of anything
    ("o1", "", PLAIN, None),
    ("gpt-4.1", "", PLAIN, None),
    ("llama-3.1-405b", "", PLAIN, None),
    ("phi3.5-mini", "", PLAIN, None),
    *(
        (name, "", PLAIN, None)
        for name in ("davinci-002", "babbage-002", "whisper-001", "text-embedding-ada-002", "text-embedding-004")
    ),
    ("our model", "", PLAIN, None),
    ("", "", PLAIN, None),
]


@pytest.mark.parametrize(("name", "provider", "kind", "base"), NAMES, ids=[name[0] or "empty" for name in NAMES])
def test_a_name_is_read(name: str, provider: str, kind: IdKind, base: str | None) -> None:
    read = read_model_id(name)
    assert (read.provider, read.kind, read.furthest) == (provider, kind, base)
    assert bool(read.source.startswith("https://")) == bool(provider)


def test_every_form_is_shown_by_an_example() -> None:
    layers = [name for name, *_ in NAMES]
    for name in [*layers]:
        layers += read_model_id(name).candidates
    for form in FORMS:
        assert any(form.pattern.fullmatch(name.lower() if form.fold else name) for name in layers), form


def test_a_form_that_needs_a_text_never_fits_without_it() -> None:
    for form in FORMS:
        fitting = [name for name, *_ in NAMES if form.pattern.fullmatch(name.lower() if form.fold else name)]
        assert all(form.needs in (name.lower() if form.fold else name) for name in fitting), form


def test_the_nearest_known_model_is_the_base() -> None:
    read = read_model_id("azure/gpt-4o-2024-08-06.ft-b044")
    assert find_base(read, {"gpt-4o", "gpt-4o-2024-08-06"}, {}) == Base("gpt-4o-2024-08-06", known=True)
    assert find_base(read, {"gpt-4o"}, {}) == Base("gpt-4o", known=True)
    assert find_base(read, set(), {}) == Base("gpt-4o", known=False)


def test_each_suffix_of_a_llama_is_a_layer_of_its_own() -> None:
    read = read_model_id("Meta-Llama-3.1-8B-Instruct")
    priced = {"llama-3.1-8b-instruct", "llama-3.1-8b"}
    assert find_base(read, priced, {}) == Base("llama-3.1-8b-instruct", known=True)
    assert find_base(read, {"llama-3.1-8b"}, {}) == Base("llama-3.1-8b", known=True)
    assert find_base(read_model_id("meta-llama/llama-3.1-8b-instruct-turbo"), priced, {}) == Base(
        "llama-3.1-8b-instruct", known=True
    )


def test_an_alias_wins_over_what_the_name_tells_and_is_read_on() -> None:
    aliases = {"support-prod": "gpt-4o-2024-08-06", "4965075652664360960": "gemini-2.5-pro"}
    assert find_base(read_model_id("azure/support-prod"), {"gpt-4o"}, aliases) == Base(
        "gpt-4o", known=True, alias="support-prod"
    )
    found = find_base(read_model_id("vertex_ai/4965075652664360960"), DEFAULT_TABLE, aliases)
    assert found == Base("gemini-2.5-pro", known=True, alias="4965075652664360960")
    assert find_base(read_model_id("support-prod"), set(), aliases) == Base(
        "gpt-4o-2024-08-06", known=False, alias="support-prod"
    )


def test_an_alias_of_itself_ends() -> None:
    assert find_base(read_model_id("a"), {"b"}, {"a": "a"}) == Base("a", known=False, alias="a")


def test_a_providers_real_id_is_known_by_the_name_the_gateways_table_has_for_it() -> None:
    for real in ("claude-opus-4-5-20251101", "us.anthropic.claude-opus-4-5-20251101-v1:0"):
        assert find_base(read_model_id(real), DEFAULT_TABLE, {}) == Base("claude-opus-4-5-20250514", known=True)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("claude-opus-4-5", "claude-opus-4-5-20250514"),
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250514"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5-20250514"),
        ("openrouter/anthropic/claude-opus-4.5", "claude-opus-4-5-20250514"),
        ("claude-3-5-haiku-latest", "claude-haiku-3-5-20241022"),
        ("mistral-large", "mistral-large-latest"),
    ],
)
def test_the_name_of_a_family_is_another_name_of_what_the_table_has_of_it(name: str, listed: str) -> None:
    assert find_base(read_model_id(name), DEFAULT_TABLE, {}) == Base(listed, known=True)


def test_a_price_of_the_familys_name_is_nearer_than_the_tables() -> None:
    known = {"claude-opus-4-5", *DEFAULT_TABLE}
    assert find_base(read_model_id("claude-opus-4-5-20251101"), known, {}) == Base("claude-opus-4-5", known=True)


def test_another_version_of_a_family_is_not_the_tables() -> None:
    for name in ("claude-opus-4@20250514", "claude-opus-4-1-20250805", "claude-opus-4", "anthropic/claude-opus-4.1"):
        found = find_base(read_model_id(name), DEFAULT_TABLE, {})
        assert found is None or not found.known


def test_what_tells_nothing_has_no_base() -> None:
    assert find_base(read_model_id("4965075652664360960"), DEFAULT_TABLE, {}) is None
    assert find_base(read_model_id("our-model"), DEFAULT_TABLE, {}) is None


@pytest.mark.parametrize(
    "name", ["mynamespace/meta-llama/Llama-2-7b-hf-32162631", "accounts/fireworks/models/llama-v3p1-8b-instruct"]
)
def test_a_guess_is_said_to_be_one(name: str) -> None:
    assert read_model_id(name).guess
    assert not read_model_id("ft:gpt-4o:acme::1").guess


def test_models_are_grouped_by_what_is_sure() -> None:
    assert base_model("azure/gpt-35-turbo-0613.ft-b044") == "gpt-3.5-turbo"
    assert base_model("mynamespace/meta-llama/Llama-2-7b-hf-32162631") == (
        "mynamespace/meta-llama/Llama-2-7b-hf-32162631"
    )
    assert base_model("gpt-4o") == "gpt-4o"


@pytest.mark.parametrize(
    "name",
    [
        *(
            part * (LONGEST_ID // len(part))
            for part in ("-", "a/", "1-", ":", "a-v1p1", "anthropic.", "accounts/", "\n", "x@")
        ),
        *("ft:" * 400_000, "a" * 1_000_000, "llama-1" + "-instruct" * 110, "claude-" + "1." * 496),
    ],
    ids=lambda name: f"{name[:8]!r} x {len(name)}",
)
def test_a_hostile_name_costs_no_time(name: str) -> None:
    start = time.process_time()
    assert len(read_model_id(name).candidates) <= 16 + len(FORMS)
    base_model(name)
    assert time.process_time() - start < 0.5
