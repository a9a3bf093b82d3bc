"""PC230: models that a line names as nobody else does, so that it prices nothing (gateway.md §4)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Fix, Impact, Safety
from pricecheck.gateway.default_table import DEFAULT_TABLE, REAL_IDS
from pricecheck.gateway.money import dollars
from pricecheck.gateway.pricing import Source, decimals_for, quote_model
from pricecheck.patterns import late
from pricecheck.prices.vendors import are_names_chosen, may_serve, only_vendor, vendor_of
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.writing import rewrite_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import Span
    from pricecheck.gateway.config import Config, ModelPrice, Route

_DATED_ALIASES = {"claude-opus-4-5", "claude-sonnet-4-5"}
"""Names that Anthropic has for the newest of its dated IDs."""

_ANTHROPIC = "anthropic"
_MANY_SPELLINGS = "meta"
"""Open weights have no name that all who serve them agree in: `llama3.1-8b` is Cerebras's."""

_LEAST_ODD = 3
"""How many spellings of one name are looked at, the best first: a hostile table has thousands."""

_WRITES_DOTS = {"openai", "google"}
_DASHED_VERSION = late(r"[0-9]-[0-9](?![0-9])")


@rule(
    "PC230",
    "misspelt-model",
    Impact.IGNORED,
    "A `models` key that is another spelling of a known model's name",
    fixability=Fixability.SOMETIMES,
)
def misspelt_model(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a name in the `models` table of a token-based route that differs from a known model's only in capitals, `-`,
    `_`, `.` and blanks, where the table has no line for that model itself. Known are the models of the gateway's
    built-in table (under the IDs that providers really use), and those that another route of the same config names
    better.

    Names that may well be right are left alone: fine-tunes, IDs with a vendor in front, other providers' spellings
    (Azure's `gpt-35-turbo`; `claude-opus-4.5`, but for `api.anthropic.com`, which has it with a dash), Llama models,
    and all that the policy's `[aliases]` names. So are all names where the operator chooses them: on Azure, and on
    hosts of one's own, such as `http://litellm:4000`.

    ## Why is this bad?
    The names in `models` are compared exactly, capitals included. A line for `gpt4o` prices no request for `gpt-4o`,
    which is charged by the built-in table, or by the route's `price` or `fallback`.

    ## Example
    ```yaml
    upstreams:
      openai:
        url: "https://api.openai.com"
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt4o: "$0.05"
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    upstreams:
      openai:
        url: "https://api.openai.com"
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
        fallback: "$0.05"
    ```

    ## Fix safety
    The key is renamed. The fix is unsafe: the model is charged the line's price afterwards. Of two lines that mean one
    model, only the first has a fix.
    """
    seen: set[Span] = set()
    elsewhere = _named_elsewhere(context.config)
    for route in context.config.routes:
        if not route.token_based or route.key in context.misread_routes:
            continue
        mended: set[str] = set()
        for model, real in _meant(context, route, elsewhere):
            if model.entry.key.span not in seen:
                seen.add(model.entry.key.span)
                yield _misspelt(context.config, route, model, real, mend=real not in mended)
                mended.add(real)


def _meant(context: Context, route: Route, elsewhere: dict[str, list[str]]) -> Iterator[tuple[ModelPrice, str]]:
    """Give the lines whose names are certainly other spellings of models, each with the model's name."""
    listed = {name for name, _, _ in route.models}
    url, known = _written_url(context.config, route), _known()
    for model in route.models:
        name, bare = model.name, _bare(model.name)
        if (bare not in known and bare not in elsewhere) or name in DEFAULT_TABLE or name != name.strip():
            continue
        better = (one for one in elsewhere.get(bare, ())[:_LEAST_ODD] if _oddness(one) < _oddness(name))
        real = known.get(bare) or next((one for one in better if may_serve(url, one)), None)
        if real is None or real in listed or not may_serve(url, real) or _may_be_right(context, url, name, real):
            continue
        if (*route.models_path, name) in context.charged:
            yield model, real


def _may_be_right(context: Context, url: str | None, name: str, real: str) -> bool:
    from pricecheck.prices.model_ids import IdKind, read_model_id

    vendor = vendor_of(real)
    if vendor is None or vendor == _MANY_SPELLINGS or are_names_chosen(url):
        return True
    if context.policy is not None and name in context.policy.aliases:
        return True
    if vendor == _ANTHROPIC and "." in name:
        return only_vendor(url) != _ANTHROPIC
    return read_model_id(name).kind not in {IdKind.PLAIN, IdKind.SNAPSHOT}


def _oddness(name: str) -> int:
    """Count what no provider does in a name: of two spellings in one config, the odder one is the mistake."""
    vendor = vendor_of(name)
    dashed = vendor in _WRITES_DOTS and _DASHED_VERSION.search(name) is not None
    return (vendor is None) + (name != name.lower()) + ("_" in name or " " in name) + dashed


def _named_elsewhere(config: Config) -> dict[str, list[str]]:
    """Give the names that the config has more than one spelling of, under what they have in common."""
    tables = {id(route.models[0].entry): route.models for route in config.routes if route.token_based and route.models}
    if len(tables) == 1:
        return {}
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for models in tables.values() for name, _, _ in models):
        found.setdefault(_bare(name), []).append(name)
    return {bare: sorted(names, key=_oddness) for bare, names in found.items() if len(names) > 1}


@cache
def _known() -> dict[str, str]:
    """Give the models of the built-in table by their names without marks; of its unreal IDs, the real ones."""
    unreal = {_bare(name): real for name, real in REAL_IDS.items()}
    real = [*REAL_IDS.values(), *_DATED_ALIASES, *(name for name in DEFAULT_TABLE if name not in REAL_IDS)]
    return {**unreal, **{_bare(name): name for name in real}}


def _bare(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(".", "").replace(" ", "")


def _written_url(config: Config, route: Route) -> str | None:
    """Give the upstream's URL, also with a `${NAME}` in it: its host may still tell whose it is."""
    name = route.field.text_of("upstream")
    upstream = config.upstreams.get(name.text or "") if name else None
    return upstream.url.text if upstream and upstream.url else None


def _misspelt(config: Config, route: Route, model: ModelPrice, real: str, *, mend: bool) -> Finding:
    edit = rewrite_scalar(model.entry.key, real) if mend else None
    return Finding(
        f'"{model.name}" is compared exactly: requests for `{real}` are not charged this price',
        model.entry.key.span,
        (*route.models_path, model.name),
        help=f'write "{real}", which is charged {_today(config, route, real)} today',
        fix=Fix(f"write {real}", Safety.UNSAFE, (edit,)) if edit else None,
    )


def _today(config: Config, route: Route, real: str) -> str:
    decimals = decimals_for(config, route)
    quote = quote_model(config, route, real, decimals, None)
    source = "the built-in table" if quote.source is Source.DEFAULT_TABLE else f"`{quote.source.value}`"
    if quote.amount is None or decimals is None:
        return f"by {source}"
    return f"{dollars(quote.amount, decimals)} by {source}"
