"""Spellings that the published docs show and the gateway refuses: the **drift** of gateway.md §2, and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import ConfigPath, Edit, Fix, Safety, Span
from pricecheck.gateway.field import Field
from pricecheck.gateway.loading import Refusal, RefusalKind
from pricecheck.source.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pricecheck.source.document import Document

_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"))
_CORS_NAMES = {"origin": "allowedOrigins", "methods": "allowedMethods", "headers": "allowedHeaders"}


class Documented(NamedTuple):
    """A refusal that names the docs' spelling, and the paths of which nothing else need be said."""

    refusal: Refusal
    covers: tuple[ConfigPath, ...]


def documented_spellings(document: Document, value: object) -> Iterator[Documented]:
    """Yield each place that is written as the published docs show it."""
    if document.root is None:
        return
    root = Field(value, document.root, ())
    writer = _Writer(document)
    yield from _cors(root.at("gateway", "cors"), writer)
    yield from _metrics(root.at("gateway", "metrics"), writer)
    yield from _redis(root.at("stores", "redis"), writer)
    owners = [root.get("defaults")]
    routes = root.get("routes")
    owners += [route for _, route in routes.entries()] if routes else []
    for owner in owners:
        if owner is not None:
            yield from _rate_limit(owner.get("rateLimit"), writer)


class _Writer:
    """Writes keys and texts as the document's format wants them."""

    def __init__(self, document: Document) -> None:
        self.text = document.source.text
        self.json = document.is_json

    def key(self, name: str) -> str:
        return f'"{name}"' if self.json else name

    def source(self, field: Field) -> str:
        return self.text[field.span.start : field.span.end]

    def rename(self, field: Field, name: str) -> Edit | None:
        quote = {"double": '"', "single": "'"}.get(field.key.style, "") if isinstance(field.key, Scalar) else None
        return None if quote is None else Edit(field.key_span, f"{quote}{name}{quote}")


def _cors(cors: Field | None, writer: _Writer) -> Iterator[Documented]:
    if cors is None:
        return
    if isinstance(cors.value, bool):
        new = "{" + f'{writer.key("allowedOrigins")}: ["*"]' + "}"
        fix = _fix(f"write {new}", [Edit(cors.span, new)]) if cors.value and not cors.is_alias else None
        yield _whole(
            cors,
            f"`cors: {writer.source(cors)}`",
            f"write `cors: {new}`, or the origins you trust"
            if cors.value
            else "remove it: without it there is no CORS",
            fix,
        )
        return
    for old, new in _CORS_NAMES.items():
        field = cors.get(old)
        if field is not None:
            listed = isinstance(field.value, list)
            edits = [writer.rename(field, new)]
            if not listed:
                edits.append(None if field.is_alias else Edit(field.span, f"[{writer.source(field)}]"))
            advice = f"write `{new}`" if listed else f"write `{new}: [{writer.source(field)}]`"
            yield _key(field, new, f"`{old}` in `cors`", advice, _fix(advice, edits))


def _metrics(metrics: Field | None, writer: _Writer) -> Iterator[Documented]:
    if metrics is not None and isinstance(metrics.value, bool):
        new = "{" + f"{writer.key('enabled')}: {str(metrics.value).lower()}" + "}"
        fix = None if metrics.is_alias else _fix(f"write {new}", [Edit(metrics.span, new)])
        yield _whole(metrics, f"`metrics: {writer.source(metrics)}`", f"write `metrics: {new}`", fix)


def _redis(redis: Field | None, writer: _Writer) -> Iterator[Documented]:
    if redis is not None and redis.text is not None:
        new = "{" + f"{writer.key('url')}: {writer.source(redis)}" + "}"
        quoted = isinstance(redis.node, Scalar) and redis.node.style in {"double", "single"}
        fix = _fix(f"write {new}", [Edit(redis.span, new)]) if quoted else None
        yield _whole(redis, f"`redis: {writer.source(redis)}`", f"write `redis: {new}`", fix)


def _rate_limit(limit: Field | None, writer: _Writer) -> Iterator[Documented]:
    if limit is None:
        return
    window, most = limit.get("windowMs"), limit.get("max")
    if window is not None:
        duration = _duration(window.value)
        edits = [writer.rename(window, "window"), Edit(window.span, f'"{duration}"') if duration else None]
        advice = f'write `window: "{duration or "1m"}"`'
        yield _key(window, "window", "`windowMs` in `rateLimit`", advice, _fix(advice, edits))
    if most is not None:
        advice = "write `requests`"
        yield _key(most, "requests", "`max` in `rateLimit`", advice, _fix(advice, [writer.rename(most, "requests")]))


def _duration(milliseconds: object) -> str | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int) or milliseconds <= 0:
        return None
    for size, unit in _UNITS:
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return None


def _whole(field: Field, what: str, advice: str, fix: Fix | None) -> Documented:
    """Say that a whole value is of the docs' shape."""
    return Documented(_refusal(what, field.span, field.path, advice, fix), (field.path,))


def _key(field: Field, instead: str, what: str, advice: str, fix: Fix | None) -> Documented:
    """Say that a key has the docs' name; that it is unknown and its real name missing need not be said too."""
    real = (*field.path[:-1], instead)
    return Documented(_refusal(what, field.key_span, real, advice, fix), (field.path, real))


def _refusal(what: str, span: Span, path: ConfigPath, advice: str, fix: Fix | None) -> Refusal:
    message = f"{what} is how the published docs show it, but the gateway refuses it"
    return Refusal(RefusalKind.DOCUMENTED_SPELLING, message, span, path, help=advice, fix=fix)


def _fix(title: str, edits: Sequence[Edit | None]) -> Fix | None:
    made = [edit for edit in edits if edit is not None]
    return Fix(title.replace("`", ""), Safety.UNSAFE, tuple(made)) if len(made) == len(edits) else None
