"""From the text of a policy file to a `Policy`; what is unknown, unclear or contradictory is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pricecheck.findings import Severity
from pricecheck.patterns import late
from pricecheck.policy.hiding import REJECTED
from pricecheck.policy.model import (
    DEFAULT_GATEWAY_VERSION,
    TRAFFIC_FIELDS,
    Additions,
    Bounds,
    Dollars,
    Family,
    LintPolicy,
    Percentage,
    Policy,
    RoutePolicy,
    TrafficPolicy,
    route_key,
)
from pricecheck.policy.toml_file import Section, TomlFile

if TYPE_CHECKING:
    from pricecheck.policy.vocabulary import Vocabulary

PYPROJECT = "pyproject.toml"

# Bounded lengths, so that no number takes Python long to read.
_PERCENTAGE = late(r"[0-9]{1,9}(\.[0-9]{1,9})?%")
_DOLLARS = late(r"\$[0-9]{1,12}(\.[0-9]{1,18})?")
_FACTOR = late(r"[0-9]*[1-9][0-9]*(\.[0-9]+)?|0+\.[0-9]*[1-9][0-9]*")
_FACTOR_LENGTH = 16
_VERSION = late(r"[0-9]+\.[0-9]+\.[0-9]+")
_ROUTE = late(r"[A-Za-z]+ /\S*")
_NOT_GLOB = late(r"[?\[\]{}()|^$\\\s]")


def parse_policy(text: str, label: str, vocabulary: Vocabulary) -> Policy:
    """Read a policy from its text. `label` names it in messages; one that ends in `pyproject.toml` has it in a table.

    That table is `[tool.pricecheck]`.

    Raises:
        PolicyError: the text is not TOML, or says something that is unknown, unclear or contradictory.
    """
    file = TomlFile(text, label)
    root = Section(file, file.root, ())
    if label.endswith(PYPROJECT):
        tool = root.table("tool")
        table = tool and tool.table("pricecheck")
        if table is None:
            raise file.error((), "has no table [tool.pricecheck]")
        root = table
    return _Reader(vocabulary).policy(root)


class _Reader:
    """Reads the sections of one policy; `vocabulary` says which rules and versions exist."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def policy(self, root: Section) -> Policy:
        root.only(("gateway-version", "bounds", "family", "models", "routes", "aliases", "fallback", "traffic", "lint"))
        models = root.table("models")
        allow: tuple[str, ...] = ()
        deny: tuple[str, ...] = ()
        if models is not None:
            models.only(("allow", "deny"))
            allow, deny = _globs(models, "allow"), _globs(models, "deny")
        return Policy(
            origin=root.file.source.path,
            gateway_version=self._gateway_version(root),
            bounds=_bounds(root.table("bounds")),
            families=_families(root),
            allow=allow,
            deny=deny,
            routes=_routes(root.table("routes")),
            aliases=_aliases(root.table("aliases")),
            fallback_percentile=_fallback_percentile(root.table("fallback")),
            traffic=_traffic(root.table("traffic")),
            lint=self._lint(root.table("lint")),
        )

    def _gateway_version(self, root: Section) -> str:
        version = root.text("gateway-version")
        if version is None:
            return DEFAULT_GATEWAY_VERSION
        known = self._vocabulary.versions
        if not _VERSION.fullmatch(version) or version not in known:
            raise root.error("gateway-version", f"unknown gateway version {version!r} (known: {', '.join(known)})")
        return version

    def _lint(self, table: Section | None) -> LintPolicy:
        if table is None:
            return LintPolicy()
        table.only(("select", "ignore", "severity"))
        select = self._selectors(table, "select")
        ignore = self._selectors(table, "ignore") or ()
        if select == ():
            raise table.error("select", "'select' is empty and selects no rule; leave it out to select all")
        for number, selector in enumerate(ignore):
            if self._vocabulary.selects(selector) <= self._vocabulary.rejects:
                raise table.error("ignore", f"{selector} can't be ignored: {REJECTED}", number)
        return LintPolicy(select or ("ALL",), ignore, self._severities(table.table("severity")))

    def _selectors(self, table: Section, key: str) -> tuple[str, ...] | None:
        selectors = table.texts(key)
        for number, selector in enumerate(selectors or ()):
            if not self._vocabulary.selects(selector):
                raise table.error(key, self._no_rule(selector), number)
        return selectors

    def _severities(self, table: Section | None) -> dict[str, Severity]:
        if table is None:
            return {}
        levels = {severity.value: severity for severity in Severity}
        severities: dict[str, Severity] = {}
        for word in table.values:
            code = self._vocabulary.code_of(word)
            if code is None:
                raise table.key_error(word, self._no_rule(word))
            if code in self._vocabulary.rejects:
                raise table.key_error(word, f"{code} is always an error: {REJECTED}")
            if code in severities:
                raise table.key_error(word, f"the severity of {code} is set twice, by code and by name")
            level = table.given_text(word, "the severity")
            if level not in levels:
                raise table.error(word, f"unknown severity {level!r} (known: {', '.join(levels)})")
            severities[code] = levels[level]
        return severities

    def _no_rule(self, word: str) -> str:
        return f"there is no rule {word!r}{self._vocabulary.suggestion(word)}"


def _bounds(table: Section | None) -> Bounds:
    if table is None:
        return Bounds()
    table.only(("max-increase", "max-decrease", "additions"))
    default = Bounds()
    additions = table.text("additions") or default.additions
    known: tuple[Additions, ...] = get_args(Additions)
    chosen = next((one for one in known if one == additions), None)
    if chosen is None:
        raise table.error("additions", f"unknown value {additions!r} (known: {', '.join(known)})")
    return Bounds(
        max_increase=_percentage(table, "max-increase") or default.max_increase,
        max_decrease=_percentage(table, "max-decrease", at_most_all=True) or default.max_decrease,
        additions=chosen,
    )


def _families(root: Section) -> tuple[Family, ...]:
    families: list[Family] = []
    for table in root.tables("family"):
        table.only(("name", "models", "floor", "ceiling"))
        name = table.given_text("name", 'every family has one, as in name = "gpt-4o"')
        if any(name == other.name for other in families):
            raise table.error("name", f"a second family is named {name!r}")
        models = _globs(table, "models")
        if not models:
            raise table.error("models", f'the family {name!r} has no models; write globs, as in models = ["gpt-4o*"]')
        floor, ceiling = _dollars(table, "floor"), _dollars(table, "ceiling")
        if floor and ceiling and floor.amount > ceiling.amount:
            raise table.error("floor", f"the floor {floor.text} is above the ceiling {ceiling.text}")
        families.append(Family(name, models, floor, ceiling))
    return tuple(families)


def _routes(table: Section | None) -> dict[str, RoutePolicy]:
    if table is None:
        return {}
    routes: dict[str, RoutePolicy] = {}
    for key, section in table.subtables():
        if not _ROUTE.fullmatch(key):
            raise table.key_error(key, f'{key!r} is not a route; write "METHOD /path" in quotes, as in the config')
        normal = route_key(key)
        if normal in routes:
            raise table.key_error(key, f"the route {normal!r} is here twice")
        section.only(("high-risk", "allow"))
        routes[normal] = RoutePolicy(section.boolean("high-risk") or False, _globs(section, "allow"))
    return routes


def _aliases(table: Section | None) -> dict[str, str]:
    if table is None:
        return {}
    aliases: dict[str, str] = {}
    for name in table.values:
        if not name.strip():
            raise table.key_error(name, "an alias needs a name")
        base = table.given_text(name, "the base model")
        for what, word in (("alias", name), ("base model", base)):
            if "*" in word:
                raise table.key_error(name, f"{what} {word!r}: an alias is one exact name, `*` has no meaning here")
        aliases[name] = base
    return aliases


def _fallback_percentile(table: Section | None) -> int:
    if table is None:
        return 100
    table.only(("percentile",))
    percentile = table.integer("percentile")
    if percentile is None:
        return 100
    if not 1 <= percentile <= 100:  # noqa: PLR2004 - a percentile's own limits
        raise table.error("percentile", f"a percentile is a whole number from 1 to 100, not {percentile}")
    return percentile


def _traffic(table: Section | None) -> TrafficPolicy:
    if table is None:
        return TrafficPolicy()
    table.only(("fine-tune-factor", "max-unmapped-rate", "max-fallback-rate", "fields"))
    default = TrafficPolicy()
    return TrafficPolicy(
        fine_tune_factor_text=_factor(table, "fine-tune-factor") or default.fine_tune_factor_text,
        max_unmapped_rate=_percentage(table, "max-unmapped-rate", at_most_all=True) or default.max_unmapped_rate,
        max_fallback_rate=_percentage(table, "max-fallback-rate", at_most_all=True) or default.max_fallback_rate,
        fields=_fields(table.table("fields")),
    )


def _fields(table: Section | None) -> dict[str, str]:
    if table is None:
        return {}
    table.only(TRAFFIC_FIELDS)
    names: dict[str, str] = {}
    for key in table.values:
        name = table.given_text(key, "the field's name in the log")
        if not all(part.strip() for part in name.split(".")):
            raise table.error(key, f"{name!r} is not a field's name: a part between dots is empty")
        names[key] = name
    return names


def _factor(table: Section, key: str) -> str | None:
    text = table.text(key)
    if text is not None and (len(text) > _FACTOR_LENGTH or not _FACTOR.fullmatch(text)):
        raise table.error(key, f'unclear factor {text!r}; write a number above 0, as in "1.5"')
    return text


def _percentage(table: Section, key: str, *, at_most_all: bool = False) -> Percentage | None:
    text = table.text(key)
    if text is None:
        return None
    if not _PERCENTAGE.fullmatch(text):
        raise table.error(key, f'unclear percentage {text!r}; write a number and a percent sign, as in "12.5%"')
    share = Percentage(text)
    if at_most_all and share.fraction > 1:
        raise table.error(key, f"{key!r} is at most 100%, not {text}")
    return share


def _dollars(table: Section, key: str) -> Dollars | None:
    text = table.text(key)
    if text is None:
        return None
    if not _DOLLARS.fullmatch(text):
        raise table.error(key, f'unclear price {text!r}; write dollars with a dollar sign, as in "$0.004"')
    return Dollars(text)


def _globs(table: Section, key: str) -> tuple[str, ...]:
    globs = table.texts(key) or ()
    for number, glob in enumerate(globs):
        wrong = _NOT_GLOB.search(glob)
        if wrong:
            sign = "white space" if wrong[0].isspace() else f"`{wrong[0]}`"
            message = f"{glob!r} is not a glob of model IDs: {sign} is in no model ID, and only `*` is special"
            raise table.error(key, message, number)
    return globs
