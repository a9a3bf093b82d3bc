"""The job of `reprice`: from wishes to a changed file, held to the bounds of one deploy."""

from __future__ import annotations

import os
import re
import sys
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pricecheck import files
from pricecheck.cli.comparing import Policies
from pricecheck.cli.jobs.reprice_added import added_models, refuse_slips, say_added
from pricecheck.cli.jobs.reprice_words import say_left_out, say_refused, say_schedule
from pricecheck.cli.shell import CLEAN, FOUND, say, terminal_width, wants_color
from pricecheck.errors import UsageError
from pricecheck.files import APPROVALS_NAME
from pricecheck.prices.bounds import Verdict
from pricecheck.rewrite.price_orders import RemovePrice, RenameModel, SetPrice
from pricecheck.rewrite.repricing import open_config, reprice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pricecheck.cli.jobs.approve import Answer
    from pricecheck.gateway.environment import Environment
    from pricecheck.policy.approvals import ApprovalRequest
    from pricecheck.policy.model import Policy
    from pricecheck.prices.table import PriceTable
    from pricecheck.rewrite.price_fields import PriceField
    from pricecheck.rewrite.price_orders import Order
    from pricecheck.rewrite.price_steps import Stepping, Wish
    from pricecheck.rewrite.repricing import Opened, Repriced
    from pricecheck.rules.comparison import ComparedConfigs
    from pricecheck.rules.limit_breaches import LimitBreach

_SHARE = re.compile(r"([+-])([0-9]+(?:\.[0-9]+)?)%")
_MOST_DIGITS = 18


class RepriceArguments(NamedTuple):
    """The command line of `reprice`, as typed; the defaults are those of the command."""

    config: str
    sets: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    renames: tuple[str, ...] = ()
    scale: str | None = None
    models: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    toward: str | None = None
    digits: int = 3
    add: bool = False
    beyond_bounds: str | None = None
    approver: str | None = None
    expires: str | None = None
    dry_run: bool = False
    policy: str | None = None
    isolated: bool = False
    env: bool = False
    env_file: tuple[str, ...] = ()
    color: str = "auto"
    partial: bool = False


def run_reprice(arguments: RepriceArguments) -> int:
    """Change the file and show the effective diff; exit 1 and change nothing where that is beyond a bound or limit.

    Raises:
        UsageError: flags that do not go together, or an order that can't be carried out.
        InputError: a file can't be read or written.
        ProofError: it could not be proven that nothing else changes; nothing was written.
    """
    from pricecheck.cli.values import environment, refuse_other_colors
    from pricecheck.engine import read_source

    _refuse_combinations(arguments)
    refuse_other_colors(arguments.color)
    variables = environment(arguments.env, arguments.env_file)
    opened = open_config(read_source(arguments.config), variables, partial=arguments.partial)
    policies = Policies(isolated=arguments.isolated, policy=arguments.policy)
    policy, folder = policies.of(None, os.path.dirname(os.path.abspath(arguments.config)))
    wish = _wish(arguments, opened, policy, variables)
    asked = _orders(arguments)
    added = added_models(opened, asked)
    if not arguments.add:
        refuse_slips(opened, added)
    orders = [*asked, *(wish.orders if wish else ())]
    if wish:
        say_left_out(wish)
    if not orders:
        say("nothing to change")
        return CLEAN
    done = reprice(opened, orders, variables)
    job = _Job(arguments, opened, done, policy, policies, folder)
    if not job.is_allowed():
        return FOUND
    job.write()
    if wish:
        say_schedule(wish.steps)
    say_added(added, job.compared, dry_run=arguments.dry_run)
    job.show()
    return CLEAN


class _Job:
    """A repriced config, held against the one it was."""

    def __init__(
        self,
        arguments: RepriceArguments,
        opened: Opened,
        done: Repriced,
        policy: Policy,
        policies: Policies,
        folder: str,
    ) -> None:
        from pricecheck.prices.table import price_table
        from pricecheck.rules.comparison import ComparedConfigs, Deployed

        self._arguments = arguments
        self._opened = opened
        self._done = done
        self._approves = policies.approves(folder)
        self._approvals = os.path.relpath(os.path.join(folder, APPROVALS_NAME))
        deployed = Deployed("now", opened.source, opened.config, policy, self._approves)
        self.compared: ComparedConfigs = ComparedConfigs(deployed, price_table(done.after), opened.source.path)
        self._over = [judged for judged in self.compared.changes if judged.verdict is Verdict.OVER]
        self._limits = list(self._new_breaches(policy))

    def is_allowed(self) -> bool:
        """Say whether this may be written; if not, say why on stderr, with the largest step that may."""
        if self._arguments.beyond_bounds is not None or not (self._over or self._limits):
            return True
        say_refused(self.compared, self._over, self._limits)
        return False

    def write(self) -> None:
        """Write the file, and with it approvals for what is beyond a bound; in a dry run, only say so."""
        from pricecheck.cli.jobs.approve import announce, record
        from pricecheck.cli.patch import print_diff
        from pricecheck.rewrite.atomic import Change, remove_stale, write_all

        before, after, path = self._opened.source.text, self._done.source.text, self._opened.source.path
        answer = self._answer()
        if self._arguments.dry_run:
            print_diff(path, before, after)
            if answer is not None:
                announce(self._approvals, self._requests(), answer)
            return
        remove_stale(path)
        change = Change(path, before.encode(), after.encode())
        if answer is None:
            write_all([change])
        else:
            record(self._approvals, self._requests(), answer, along=[change])

    def _requests(self) -> list[ApprovalRequest]:
        """Give what this change needs an approval for and has none."""
        bounds = [
            self.compared.request(breach, judged.change) for judged in self._over for breach in judged.open_breaches
        ]
        return [*bounds, *(one.request(self._opened.source.path) for one in self._limits)]

    def _answer(self) -> Answer | None:
        """Give who answers for going beyond a bound, asked before anything is written; None where nobody needs to."""
        from pricecheck.cli.jobs.approve import Answer, git_user, last_day

        reason = self._arguments.beyond_bounds
        if reason is None or not (self._over or self._limits):
            return None
        return Answer(reason, self._arguments.approver or git_user(), last_day(self._arguments.expires))

    def show(self) -> None:
        """Print what callers pay differently."""
        from pricecheck.cli.jobs.diff import file_diff
        from pricecheck.report.price_diff import PriceDiff
        from pricecheck.report.price_diff_text import as_text

        diff = PriceDiff([file_diff(self.compared, self._opened.source, self._done.source)])
        color = wants_color(self._arguments.color)
        sys.stdout.write(as_text(diff, width=terminal_width(), color=color, every=False))

    def _new_breaches(self, policy: Policy) -> Iterable[LimitBreach]:
        """Give the floors and ceilings that are broken now and were not, or were by another price."""
        if not policy.families:
            return
        from pricecheck.rules.families import Families
        from pricecheck.rules.limit_breaches import limit_breaches

        def found(table: PriceTable) -> dict[tuple[object, ...], LimitBreach]:
            held = limit_breaches(table, Families(policy.families))
            return {(one.code, one.route.key, one.row.selector, one.model, one.row.amount): one for one in held}

        old = found(self.compared.old)
        for key, breach in found(self.compared.new).items():
            if key not in old and not self._approves(breach.request(self._opened.source.path)):
                yield breach


def _refuse_combinations(arguments: RepriceArguments) -> None:
    if arguments.config == files.STDIN:
        raise UsageError("-: reprice changes a file in place; give its path")
    if not (arguments.sets or arguments.removes or arguments.renames or arguments.scale or arguments.toward):
        raise UsageError("say what to change: --set, --remove, --rename-model, --scale or --toward")
    if arguments.scale and arguments.toward:
        raise UsageError("--scale and --toward: give one")
    if (arguments.models or arguments.families) and not arguments.scale:
        raise UsageError("--models and --family go with --scale")
    if not 1 <= arguments.digits <= _MOST_DIGITS:
        raise UsageError(f"--digits {arguments.digits}: from 1 to {_MOST_DIGITS}")
    if arguments.beyond_bounds is not None and not arguments.beyond_bounds.strip():
        raise UsageError("--beyond-bounds: say why")


def _orders(arguments: RepriceArguments) -> list[Order]:
    orders: list[Order] = []
    for text in arguments.sets:
        place, equals, price = text.rpartition("=")
        if not equals:
            raise UsageError(f"--set {text!r}: write ROUTE#SELECTOR=PRICE, as in 'POST /x#model:gpt-4o=$0.05'")
        orders.append(SetPrice(*_place("--set", place), _price(price)))
    orders += [RemovePrice(*_place("--remove", text)) for text in arguments.removes]
    for text in arguments.renames:
        old, _, new = text.partition("=")
        if not old or not new or old == new or not new.isprintable():
            raise UsageError(f"--rename-model {text!r}: write OLD=NEW")
        orders.append(RenameModel(old, new))
    if len(set(orders)) < len(orders):
        raise UsageError("the same order is given twice")
    return orders


def _place(flag: str, text: str) -> tuple[str, str]:
    route, hash_, selector = text.partition("#")
    if not hash_ or not selector:
        raise UsageError(f"{flag} {text!r}: write ROUTE#SELECTOR, as in 'POST /x#model:gpt-4o'")
    return route, selector


def _price(text: str) -> str:
    """Take a price as typed, if it can be meant only one way."""
    if re.fullmatch(r"\$[0-9]+", text):
        raise UsageError(
            f"{text}: the gateway reads a price without a point as smallest units; write {text}.00 for dollars,"
            f" or {text[1:]} for units"
        )
    if not re.fullmatch(r"\$?[0-9]+\.[0-9]+|[0-9]+", text):
        raise UsageError(f"{text!r} is no price: write dollars with a point, $0.05, or smallest units, 50000")
    return text


def _wish(arguments: RepriceArguments, opened: Opened, policy: Policy, variables: Environment) -> Wish | None:
    if not arguments.scale and not arguments.toward:
        return None
    from pricecheck.rewrite.price_steps import Stepping, scale, toward
    from pricecheck.rules.comparison import limits_of
    from pricecheck.rules.families import Families, limits_in_units

    families = Families(policy.families)

    def of_family(model: str, decimals: int) -> tuple[int | None, int | None]:
        found = families.of(model)
        return limits_in_units(found, decimals) if found else (None, None)

    beyond = arguments.beyond_bounds is not None
    stepping: Stepping = Stepping(
        None if beyond else limits_of(policy), (lambda *_: (None, None)) if beyond else of_family, arguments.digits
    )
    if arguments.toward:
        from pricecheck.engine import read_source

        target = open_config(read_source(arguments.toward), variables, partial=arguments.partial)
        return toward(opened, target.config, stepping)
    share = _share(arguments.scale or "")
    bounds = stepping.bounds
    if bounds is not None and not -bounds.decrease <= share <= bounds.increase:
        largest = policy.bounds.max_increase.text if share > 0 else policy.bounds.max_decrease.text
        sign = "+" if share > 0 else "-"
        raise UsageError(
            f"--scale {arguments.scale}: beyond the bounds of one deploy, {sign}{largest} is the largest; "
            "--beyond-bounds REASON goes further"
        )
    chosen = _chosen(arguments, families.of, policy)
    if not any(map(chosen, opened.fields.all)):
        asked = ", ".join(
            [*(f"--models {one}" for one in arguments.models), *(f"--family {one}" for one in arguments.families)]
        )
        raise UsageError(f"{opened.source.path}: no price is for a model of {asked}")
    return scale(opened, share, chosen, stepping)


def _chosen(
    arguments: RepriceArguments, family_of: Callable[[str], object], policy: Policy
) -> Callable[[PriceField], bool]:
    from pricecheck.gateway.matching import glob

    known = {family.name: family for family in policy.families}
    for name in arguments.families:
        if name not in known:
            from pricecheck.nearest import suggestion

            raise UsageError(f"--family {name!r}: the policy has no such family{suggestion(name, known)}")
    wanted = [known[name] for name in arguments.families]
    patterns = [glob(pattern) for pattern in arguments.models]

    def chosen(field: PriceField) -> bool:
        if not patterns and not wanted:
            return True
        if field.model is None:
            return False
        named = not patterns or any(pattern.fullmatch(field.model) for pattern in patterns)
        return named and (not wanted or family_of(field.model) in wanted)

    return chosen


def _share(text: str) -> Fraction:
    found = _SHARE.fullmatch(text)
    if found is None:
        raise UsageError(f"--scale {text!r}: write a sign and a percentage, +5% or -2.5%")
    share = Fraction(Decimal(found[2])) / 100
    return share if found[1] == "+" else -share
