"""From a wish to orders: scale prices by a share, or take one bounded step towards a target table."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.matching import Facts
from pricecheck.gateway.money import dollars, read_price
from pricecheck.prices.table import price_table
from pricecheck.rewrite.price_fields import PriceFields
from pricecheck.rewrite.price_orders import SetPrice
from pricecheck.rewrite.price_style import restyled, rewritten_price, rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pricecheck.gateway.config import Config, Route
    from pricecheck.prices.bounds import Limits
    from pricecheck.prices.table import PriceTable
    from pricecheck.rewrite.price_fields import PriceField
    from pricecheck.rewrite.repricing import Opened

MOST_DEPLOYS = 1000
"""A target further away than this is a mistake."""

_MODEL = "model:"
_ALL_DIGITS = 40


class Stepping(NamedTuple):
    """How far a price may go in one step.

    `bounds` are those of the policy, None for none. `family` gives the least and greatest amount that a model's floor
    and ceiling allow, in units of that many digits. `digits` are the significant digits of a new price.
    """

    bounds: Limits | None
    family: Callable[[str, int], tuple[int | None, int | None]]
    digits: int

    def reach(self, amount: int, decimals: int, model: str | None) -> tuple[int | None, int | None]:
        """Give the least and greatest amount that may come after `amount`; None for no limit."""
        least, greatest = self.family(model, decimals) if model is not None else (None, None)
        # A price that is beyond its family's limits already is not moved further away, nor held where it is.
        least = None if least is not None and amount < least else least
        greatest = None if greatest is not None and amount > greatest else greatest
        if self.bounds is not None:
            up, down = self.bounds.increase, self.bounds.decrease
            low = -(-amount * (down.denominator - down.numerator) // down.denominator)
            high = amount * (up.denominator + up.numerator) // up.denominator
            least = low if least is None else max(least, low)
            greatest = high if greatest is None else min(greatest, high)
        return least, greatest


class Step(NamedTuple):
    """One price on its way: every amount from now to the target, in units of `decimals` digits."""

    name: str
    amounts: tuple[int, ...]
    decimals: int

    @property
    def deploys(self) -> int:
        """How many deploys it takes, this one included."""
        return len(self.amounts) - 1

    def schedule(self) -> str:
        """Write the way: `$0.05 → $0.0575 → … → $0.08`."""
        shown = [dollars(amount, self.decimals) for amount in self.amounts]
        return " → ".join(shown if len(shown) <= _SHOWN else [*shown[: _SHOWN - 2], "…", shown[-1]])


_SHOWN = 7


class Wish(NamedTuple):
    """What a wish comes to: orders, the way each price takes, and what was left out, with the reason."""

    orders: tuple[SetPrice, ...]
    steps: tuple[Step, ...]
    left_out: tuple[tuple[str, str], ...]


def scale(opened: Opened, share: Fraction, chosen: Callable[[PriceField], bool], stepping: Stepping) -> Wish:
    """Change every chosen price by a share (1/20 for +5 %), rounded, and never past a bound, floor or ceiling."""
    orders: list[SetPrice] = []
    left_out: list[tuple[str, str]] = []
    for field in opened.fields.all:
        if not chosen(field):
            continue
        why = _why_not(opened.fields, field)
        if why is not None or field.amount is None or field.decimals is None:
            left_out.append((field.name, why or "its price is not known here"))
            continue
        amount = _scaled(
            field.amount, share, stepping.reach(field.amount, field.decimals, field.model), stepping.digits
        )
        if amount == field.amount:
            left_out.append((field.name, "a limit holds it, or the step is too small for so few digits (--digits)"))
            continue
        orders.append(SetPrice(field.route, field.selector, restyled(amount, field.decimals, field.text)))
    return Wish(tuple(orders), (), tuple(left_out))


def toward(opened: Opened, target: Config, stepping: Stepping) -> Wish:
    """Take one step towards the prices of another config, and say how many deploys remain.

    A model that only the target names is added, on its way from what it is charged now. What only this config has is
    left alone.
    """
    wanted = PriceFields(target)
    same_rules = _same_rules(opened.config, target)
    orders: list[SetPrice] = []
    steps: list[Step] = []
    left_out = [
        (field.name, "the target has no such price") for field in opened.fields.all if field.name not in wanted.by_name
    ]
    table = price_table(opened.config)
    for goal in wanted.all:
        field = opened.fields.by_name.get(goal.name)
        if goal.selector.startswith("match:") and goal.route not in same_rules:
            left_out.append((goal.name, "the rules of the target have other conditions"))
            continue
        now, decimals, style = _now(table, field, goal)
        why = _why_not(opened.fields, field) if field is not None else None
        if why is not None or now is None or decimals is None:
            left_out.append((goal.name, why or "it is not here, or its price is not known"))
            continue
        aim = read_price(goal.text, decimals).amount
        if aim is None or (aim == now and field is not None):
            continue
        if min(aim, now) <= 0:
            left_out.append((goal.name, "no step leads from or to a price that is free"))
            continue
        model = goal.model if goal.selector.startswith(_MODEL) else None
        amounts = _way(now, aim, decimals, model, stepping)
        if amounts[-1] != aim:
            left_out.append((goal.name, _why_short(amounts[-1], aim, decimals, model, stepping)))
        if len(amounts) > 1 or field is None:
            steps.append(Step(goal.name, amounts, decimals))
            orders.append(
                SetPrice(goal.route, goal.selector, restyled(amounts[min(1, len(amounts) - 1)], decimals, style))
            )
    return Wish(tuple(orders), tuple(steps), tuple(left_out))


def _why_not(fields: PriceFields, field: PriceField) -> str | None:
    if fields.variable(field) is not None:
        return "it is set by a variable: change that where it is set"
    if field.scalar is None or rewritten_price(field.scalar, field.text) is None:
        return "it is no text on one line: write it in quotes first"
    if field.amount is None:
        return "the gateway can't read it as a price"
    if field.amount <= 0:
        return "it is free, and stays so"
    if fields.is_alias(field) or len(fields.sharing(field)) > 1:
        return "it is shared by an alias: write the price out first"
    return None


def _scaled(amount: int, share: Fraction, reach: tuple[int | None, int | None], digits: int) -> int:
    exact = amount * (1 + share)
    # Rounding may leave a price where it is or double the step, but never turn a rise into a cut.
    ends = sorted((Fraction(amount), 2 * exact - amount))
    least, greatest = -(-ends[0] // 1), ends[1] // 1
    low, high = reach
    return rounded(
        exact, digits, least if low is None else max(least, low), greatest if high is None else min(greatest, high)
    )


def _way(now: int, aim: int, decimals: int, model: str | None, stepping: Stepping) -> tuple[int, ...]:
    """Give every amount from now to the target, rounded, in as few deploys as the limits allow."""
    fewest = _walk(now, aim, decimals, model, stepping._replace(digits=_ALL_DIGITS))
    for digits in range(stepping.digits, len(str(max(now, aim)))):
        way = _walk(now, aim, decimals, model, stepping._replace(digits=digits))
        if way[-1] == fewest[-1] and len(way) == len(fewest):
            return way
    return fewest


def _walk(now: int, aim: int, decimals: int, model: str | None, stepping: Stepping) -> tuple[int, ...]:
    """Go as far as one step may, again and again; the last amount is not the target where a limit is in between."""
    amounts = [now]
    while now != aim and len(amounts) <= MOST_DEPLOYS:
        least, greatest = stepping.reach(now, decimals, model)
        edge = greatest if aim > now else least
        if edge is None or (aim <= edge if aim > now else aim >= edge):
            step = aim
        elif edge == now:
            break
        else:
            span = (now + 1, edge) if aim > now else (edge, now - 1)
            step = rounded(Fraction(edge), stepping.digits, *span)
        amounts.append(step)
        now = step
    return tuple(amounts)


def _why_short(last: int, aim: int, decimals: int, model: str | None, stepping: Stepping) -> str:
    least, greatest = stepping.family(model, decimals) if model is not None else (None, None)
    goal = dollars(aim, decimals)
    if (least is not None and aim < least) or (greatest is not None and aim > greatest):
        return f"a {'floor' if aim < last else 'ceiling'} keeps it from {goal}"
    if stepping.reach(last, decimals, model)[aim > last] == last:
        return f"one smallest unit from {dollars(last, decimals)} is beyond the bounds, so {goal} is out of reach"
    return f"{goal} is more than {MOST_DEPLOYS} deploys away"


def _now(table: PriceTable, field: PriceField | None, goal: PriceField) -> tuple[int | None, int | None, str]:
    """Give what is charged now, the digits of its unit, and a text whose style to write in."""
    if field is not None:
        return field.amount, field.decimals, field.text
    route = next((route for route in table.config.routes if route.key == goal.route), None)
    if route is None or not route.token_based or not goal.selector.startswith(_MODEL):
        return None, None, goal.text
    row = table.row_for(goal.route, Facts({"model": goal.model}))
    return (None, None, goal.text) if row is None else (row.amount, row.decimals, goal.text)


def _same_rules(one: Config, other: Config) -> set[str]:
    def conditions(route: Route) -> Sequence[object]:
        return [rule.conditions for rule in route.match]

    theirs = {route.key: conditions(route) for route in other.routes}
    return {route.key for route in one.routes if theirs.get(route.key) == conditions(route)}
