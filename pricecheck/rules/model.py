"""What a rule is: a declaration, one function, and a docstring that is its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Finding, Impact, Severity

if TYPE_CHECKING:
    from pricecheck.gateway.config import Config
    from pricecheck.gateway.loading import Loaded
    from pricecheck.policy.approvals import ApprovalRequest
    from pricecheck.policy.model import Policy
    from pricecheck.prices.charged import ChargedPrices
    from pricecheck.prices.sites import PriceTexts
    from pricecheck.prices.table import PriceTable
    from pricecheck.prices.usage import Sample
    from pricecheck.rules.comparison import ComparedConfigs, Deployed
    from pricecheck.rules.limit_breaches import LimitBreach
    from pricecheck.rules.served import TrafficUsage
    from pricecheck.source.document import Document


_PRICING = frozenset({"type", "price", "match", "fallback", "models", "pricing"})
"""The fields of a route that decide what is charged."""


class Fixability(Enum):
    """Whether the rule's findings carry a fix."""

    NEVER = "never"
    SOMETIMES = "sometimes"
    ALWAYS = "always"


class Settings(NamedTuple):
    """What a run tells the rules. `gateway_version` is the version the config will run on."""

    partial: bool = False
    gateway_version: str = "1.1.0"


class Context:
    """One config as a rule sees it; the costly views are built once, when the first rule asks.

    `policy` is the policy that rules the config, None where there is none: then the defaults of `policy.model` hold.
    `approves` says whether an exception to its limits is approved; None where there are no approvals. `sample` is the
    traffic that the config is held against, None until it is set: it is read as the config and the policy say.
    """

    def __init__(
        self,
        loaded: Loaded,
        settings: Settings,
        deployed: Deployed | None = None,
        policy: Policy | None = None,
        approves: Callable[[ApprovalRequest], bool] | None = None,
    ) -> None:
        self.loaded = loaded
        self.settings = settings
        self.deployed = deployed
        self.policy = policy
        self.approves = approves
        self.sample: Sample | None = None

    @property
    def document(self) -> Document:
        """The located text."""
        return self.loaded.document

    @cached_property
    def config(self) -> Config:
        """The config in the gateway's words; tolerant: what has the wrong shape is simply not there."""
        from pricecheck.gateway.config import read_config

        return read_config(self.loaded)

    @cached_property
    def misread_routes(self) -> frozenset[str]:
        """The keys of the routes with something refused in what prices them.

        It is as if it were not there (see `gateway.config`), so that nothing may be said of what is charged instead.
        """
        refused = [refusal.path for refusal in self.loaded.refusals]
        if any(path in {("defaults",), ("defaults", "price")} for path in refused):
            return frozenset(route.key for route in self.config.routes)
        within = (path for path in refused if path[:1] == ("routes",) and not _PRICING.isdisjoint(path[2:3]))
        return frozenset(str(path[1]) for path in within)

    @cached_property
    def price_texts(self) -> PriceTexts:
        """Every distinct price text with its places."""
        from pricecheck.prices.sites import price_texts

        return price_texts(self.config)

    @cached_property
    def table(self) -> PriceTable:
        """The effective price table."""
        from pricecheck.prices.table import price_table

        return price_table(self.config)

    @cached_property
    def charged(self) -> ChargedPrices:
        """The places of the prices that some request may be charged by."""
        from pricecheck.prices.charged import ChargedPrices

        return ChargedPrices(self.table, unread=self.misread_routes, partial=self.settings.partial)

    @cached_property
    def limit_breaches(self) -> tuple[LimitBreach, ...]:
        """The effective prices outside the limits of the policy's families, without those that are approved."""
        if self.policy is None or not self.policy.families:
            return ()
        from pricecheck.rules.families import Families
        from pricecheck.rules.limit_breaches import limit_breaches

        file = self.document.source.path
        found = limit_breaches(self.table, Families(self.policy.families))
        found = (one for one in found if self.charged.charges(one.route.key))
        return tuple(one for one in found if self.approves is None or not self.approves(one.request(file)))

    @cached_property
    def compared(self) -> ComparedConfigs | None:
        """This config beside the one it replaces; None where nothing is compared, or there was none."""
        if self.deployed is None:
            return None
        from pricecheck.rules.comparison import ComparedConfigs

        return ComparedConfigs(self.deployed, self.table, self.document.source.path)

    @cached_property
    def usage(self) -> TrafficUsage | None:
        """What this config makes of the traffic; None where there is none."""
        if self.sample is None:
            return None
        from pricecheck.policy.model import Policy
        from pricecheck.rules.served import TrafficUsage

        return TrafficUsage(self.table, self.sample, self.policy or Policy())


CheckFunction = Callable[[Context], Iterable[Finding]]


class Rule(NamedTuple):
    """A rule as the registry lists it. `severity` is the default; `page` is the docstring of the check, Markdown.

    `needs_config` is False for the rules that must also speak where the text does not parse. `needs_models` is True for
    those that can judge traffic only where the log names models.
    """

    code: str
    name: str
    impact: Impact
    severity: Severity
    summary: str
    since: str
    fixability: Fixability
    check: CheckFunction
    page: str
    needs_config: bool = True
    needs_models: bool = False


_DEFAULT_SEVERITY = {
    Impact.REJECTS: Severity.ERROR,
    Impact.FAILS: Severity.ERROR,
    Impact.MISCHARGES: Severity.ERROR,
    Impact.IGNORED: Severity.WARNING,
}


def rule(  # noqa: PLR0913 - the declaration of a rule, by keywords
    code: str,
    name: str,
    impact: Impact,
    summary: str,
    *,
    severity: Severity | None = None,
    since: str = "0.1.0",
    fixability: Fixability = Fixability.NEVER,
    needs_config: bool = True,
    needs_models: bool = False,
) -> Callable[[CheckFunction], Rule]:
    """Declare a rule around its check function; impact `RISK` must state its severity.

    Raises:
        ValueError: a rule without a docstring, or a risk without a severity.
    """

    def declare(check: CheckFunction) -> Rule:
        level = severity or _DEFAULT_SEVERITY.get(impact)
        if level is None or not check.__doc__:
            raise ValueError(f"{code}: a rule needs a docstring, and a risk its severity")
        return Rule(
            code, name, impact, level, summary, since, fixability, check, check.__doc__, needs_config, needs_models
        )

    return declare
