"""Prices are changed where they stand, by as much as was asked for and no more than is allowed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pricecheck.errors import UsageError
from pricecheck.findings import SourceText
from pricecheck.gateway.money import read_price
from pricecheck.prices.bounds import Limits, is_beyond
from pricecheck.rewrite.price_orders import Order, RemovePrice, RenameModel, SetPrice
from pricecheck.rewrite.price_steps import Stepping, Wish, scale, toward
from pricecheck.rewrite.price_style import restyled, rounded
from pricecheck.rewrite.repricing import open_config, reprice

BOUNDS = Limits()
HEAD = 'wallets: {base: "0x1"}\naccepts: [{asset: USDC, network: base}]\nupstreams: {u: {url: "https://x.example"}}\n'


def no_limits(_model: str, _decimals: int) -> tuple[int | None, int | None]:
    return None, None


def config(routes: str) -> SourceText:
    return SourceText("tollbooth.yaml", f"{HEAD}routes:\n{routes}")


def carried_out(routes: str, *orders: Order) -> str:
    source = config(routes)
    return reprice(open_config(source, None), orders, None).source.text.removeprefix(f"{HEAD}routes:\n")


amounts = st.integers(min_value=1, max_value=10**12)
styles = st.sampled_from(["$0.05", "$0.0500", "0.5", "$1.000000", "50000", "$5", "$1.00"])


@given(amounts, styles, st.sampled_from([6, 18]))
def test_a_price_is_read_as_what_was_written_in_the_authors_style(amount: int, style: str, decimals: int) -> None:
    text = restyled(amount, decimals, style)
    assert read_price(text, decimals).amount == amount
    assert text.startswith("$") == style.startswith("$")
    assert read_price(text, decimals).raw_units == read_price(style, decimals).raw_units
    if "." in style:
        assert len(text.partition(".")[2]) >= min(len(style.partition(".")[2]), decimals)


@given(st.fractions(min_value=1, max_value=10**12), st.integers(1, 8), st.integers(1, 10**12), st.integers(0, 10**12))
def test_rounding_never_passes_a_limit(exact: Fraction, digits: int, least: int, more: int) -> None:
    found = rounded(exact, digits, least, least + more)
    assert least <= found <= least + more
    free = rounded(exact, digits, None, None)
    assert abs(free - exact) * 2 <= max(10 ** max(len(str(int(exact))) - digits, 0), 1)


@given(amounts, st.fractions(min_value=Fraction(-1, 10), max_value=Fraction(15, 100)), st.integers(1, 6))
def test_scaling_stays_within_the_bounds(amount: int, share: Fraction, digits: int) -> None:
    opened = open_config(config(f'  "GET /a": {{upstream: u, price: "{amount}"}}\n'), None)
    wish = scale(opened, share, lambda _: True, Stepping(BOUNDS, no_limits, digits))
    for order in wish.orders:
        assert not is_beyond(amount, int(order.price), BOUNDS)
    assert len(wish.orders) + len(wish.left_out) == 1


@given(amounts, st.fractions(min_value=Fraction(-1, 10), max_value=Fraction(15, 100)), st.integers(1, 6))
def test_a_rise_never_lowers_and_no_step_is_more_than_double_what_was_asked(
    amount: int, share: Fraction, digits: int
) -> None:
    opened = open_config(config(f'  "GET /a": {{upstream: u, price: "{amount}"}}\n'), None)
    for order in scale(opened, share, lambda _: True, Stepping(BOUNDS, no_limits, digits)).orders:
        moved = (int(order.price) - amount) / (amount * share)
        assert 0 < moved <= 2


@given(
    amounts,
    st.fractions(min_value=Fraction(-1, 10), max_value=Fraction(15, 100)),
    st.integers(1, 10**12),
    st.integers(0, 10**12),
)
def test_scaling_never_passes_a_floor_or_ceiling(amount: int, share: Fraction, floor: int, room: int) -> None:
    routes = f'  "POST /c": {{upstream: u, type: token-based, models: {{a: "{amount}"}}}}\n'
    ceiling = floor + room
    stepping = Stepping(BOUNDS, lambda _model, _decimals: (floor, ceiling), 3)
    for order in scale(open_config(config(routes), None), share, lambda _: True, stepping).orders:
        price = int(order.price)
        assert price >= floor if amount >= floor else price > amount or share < 0
        assert price <= ceiling if amount <= ceiling else price < amount or share > 0


def steps(now: int, aim: int, digits: int) -> Wish:
    here, there = (config(f'  "GET /a": {{upstream: u, price: "{amount}"}}\n') for amount in (now, aim))
    return toward(open_config(here, None), open_config(there, None).config, Stepping(BOUNDS, no_limits, digits))


@given(st.integers(100, 10**9), st.integers(100, 10**9), st.integers(3, 12))
def test_every_step_is_within_the_bounds_and_the_last_is_the_target(now: int, aim: int, digits: int) -> None:
    wish = steps(now, aim, digits)
    if now == aim:
        assert wish == Wish((), (), ())
        return
    (step,) = wish.steps
    assert step.amounts[0] == now
    assert step.amounts[-1] == aim
    for before, after in zip(step.amounts, step.amounts[1:], strict=False):
        assert not is_beyond(before, after, BOUNDS)
        assert (after > before) == (aim > now)
    assert [order.price for order in wish.orders] == [str(step.amounts[1])]


@given(st.integers(100, 10**9), st.integers(100, 10**9), st.integers(1, 18))
def test_no_way_takes_fewer_deploys_however_it_is_rounded(now: int, aim: int, digits: int) -> None:
    assume(now != aim)
    (step,) = steps(now, aim, digits).steps
    fewest, here = 0, now
    while here != aim:
        furthest = here * 115 // 100 if aim > here else -(-here * 90 // 100)
        here = min(aim, furthest) if aim > here else max(aim, furthest)
        fewest += 1
    assert step.deploys == fewest


def test_a_price_too_small_to_move_within_the_bounds_says_so() -> None:
    wish = steps(5, 20, 3)
    assert wish.orders == ()
    assert wish.left_out == (
        ("GET /a#price", "one smallest unit from $0.000005 is beyond the bounds, so $0.00002 is out of reach"),
    )


def test_a_ceiling_on_the_way_is_where_it_ends() -> None:
    here, there = (
        config(f'  "POST /c": {{upstream: u, type: token-based, models: {{a: "{amount}"}}}}\n')
        for amount in (50000, 80000)
    )
    stepping = Stepping(BOUNDS, lambda _model, _decimals: (None, 60000), 3)
    wish = toward(open_config(here, None), open_config(there, None).config, stepping)
    assert [step.amounts for step in wish.steps] == [(50000, 57500, 60000)]
    assert wish.left_out == (("POST /c#model:a", "a ceiling keeps it from $0.08"),)


def test_the_way_of_the_playbook() -> None:
    (step,) = steps(50000, 80000, 3).steps
    assert step.schedule() == "$0.05 → $0.0575 → $0.0661 → $0.076 → $0.08"


CHAT = """\
  "POST /c": # chat
    upstream: u
    type: token-based
    models:
      gpt-4o:      "$0.050"   # reviewed
      gpt-4o-mini: '$0.005'
    fallback: $0.05
"""


@pytest.mark.parametrize(
    ("order", "old", "new"),
    [
        (SetPrice("POST /c", "model:gpt-4o", "$0.055"), '"$0.050"', '"$0.055"'),
        (SetPrice("POST /c", "model:gpt-4o-mini", "5500"), "'$0.005'", "'5500'"),
        (SetPrice("POST /c", "fallback", "$0.06"), "fallback: $0.05", "fallback: $0.06"),
        (
            SetPrice("POST /c", "model:o1", "$0.10"),
            "      gpt-4o-mini: '$0.005'\n",
            "      gpt-4o-mini: '$0.005'\n      o1:          '$0.10'\n",
        ),
        (RemovePrice("POST /c", "model:gpt-4o"), '      gpt-4o:      "$0.050"   # reviewed\n', ""),
        (RemovePrice("POST /c", "fallback"), "    fallback: $0.05\n", ""),
        (RenameModel("gpt-4o", "gpt-4o-2024-08-06"), "gpt-4o:      ", "gpt-4o-2024-08-06: "),
    ],
)
def test_only_what_was_ordered_changes(order: Order, old: str, new: str) -> None:
    assert CHAT.count(old) == 1
    expected = CHAT.replace(old, new)
    found = carried_out(CHAT, order)
    if isinstance(order, SetPrice) and order.selector == "model:o1":
        assert found.replace('"$0.10"', "'$0.10'") == expected
    else:
        assert found == expected


COLUMNS = """\
  "POST /c":
    upstream: u
    type: token-based
    models:
      gpt-4o:      "$0.05"     # reviewed
      gpt-4o-mini: "$0.005"    # cheap
      o1:          "$0.999999" # dear
    fallback: "$0.05"  # two blanks, and no column
"""


@pytest.mark.parametrize(
    ("order", "old", "new"),
    [
        (SetPrice("POST /c", "model:gpt-4o", "$0.0575"), '"$0.05"     # r', '"$0.0575"   # r'),
        (SetPrice("POST /c", "model:o1", "$1.00"), '"$0.999999" #', '"$1.00"     #'),
        (SetPrice("POST /c", "model:gpt-4o-mini", "$0.0051234"), '"$0.005"    #', '"$0.0051234" #'),
        (SetPrice("POST /c", "fallback", "$0.0575"), '"$0.05"  #', '"$0.0575"  #'),
        (RenameModel("o1", "o1-mini"), 'o1:          "', 'o1-mini:     "'),
        (RenameModel("gpt-4o-mini", "gpt-4.1-mini"), 'gpt-4o-mini: "', 'gpt-4.1-mini: "'),
    ],
)
def test_columns_stay_where_there_are_some(order: Order, old: str, new: str) -> None:
    assert COLUMNS.count(old) == 1
    routes, price = COLUMNS, getattr(order, "price", "")
    if price == "$0.0051234":  # seven digits: only an asset of 18 decimals takes them
        source = config(routes)
        dai = SourceText(source.path, source.text.replace("USDC", "DAI"))
        assert reprice(open_config(dai, None), [order], None).source.text == dai.text.replace(old, new)
        return
    assert carried_out(routes, order) == routes.replace(old, new)


def test_several_models_and_a_fallback_are_added_at_one_place() -> None:
    route = '  "POST /c":\n    upstream: u\n    type: token-based\n'
    new = [SetPrice("POST /c", name, "$0.05") for name in ("fallback", "model:a", "model:b")]
    assert carried_out(f'{route}    models:\n      x: "$0.05"\n', *new) == (
        f'{route}    models:\n      x: "$0.05"\n      a: "$0.05"\n      b: "$0.05"\n    fallback: "$0.05"\n'
    )
    assert carried_out(f"{route}    models: {{}}\n", *new[1:]) == f'{route}    models: {{a: "$0.05", b: "$0.05"}}\n'
    assert carried_out(route, *new[1:]) == f'{route}    models:\n      a: "$0.05"\n      b: "$0.05"\n'


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_endings_and_mark_stay(ending: str, bom: str) -> None:
    text = bom + f"{HEAD}routes:\n{CHAT}".replace("\n", ending)
    done = reprice(open_config(SourceText("t.yaml", text), None), [SetPrice("POST /c", "model:gpt-4o", "$0.055")], None)
    assert done.source.text == text.replace('"$0.050"', '"$0.055"')


def test_the_last_model_takes_its_table_along() -> None:
    one = CHAT.replace("      gpt-4o-mini: '$0.005'\n", "")
    assert carried_out(one, RemovePrice("POST /c", "model:gpt-4o")) == (
        '  "POST /c": # chat\n    upstream: u\n    type: token-based\n    fallback: $0.05\n'
    )


def test_a_rule_is_removed_and_another_set() -> None:
    rules = (
        '  "POST /m":\n    upstream: u\n    match:\n      - where: {body.model: "a"}\n        price: "$0.01"\n'
        '      - where: {body.model: "b"}\n        price: "$0.02"\n'
    )
    done = carried_out(rules, SetPrice("POST /m", "match:1", "$0.021"))
    assert done == rules.replace("$0.02", "$0.021")
    assert carried_out(rules, RemovePrice("POST /m", "match:0")) == (
        '  "POST /m":\n    upstream: u\n    match:\n      - where: {body.model: "b"}\n        price: "$0.02"\n'
    )
    assert carried_out(rules, RenameModel("b", "c")) == rules.replace('"b"', '"c"')


ODD_KEYS = ("null", "1", "0x10", "1.5", "1e3", "true", "2026-11-23", "~5", "0o17", ".inf", "1_000", "yes")
RULES = """\
  "POST /m":
    upstream: u
    match:
      - where: {body.model: "a"}
        price: "$0.01"
      - where: {body.model: "b"}
        price: "$0.02"
    price: "$0.03"
"""


def test_rules_are_named_by_the_numbers_they_have_now() -> None:
    done = carried_out(RULES, RemovePrice("POST /m", "match:0"), SetPrice("POST /m", "match:1", "$0.021"))
    start, end = RULES.index("      - where"), RULES.index("      - where", RULES.index("$0.01"))
    assert done == (RULES[:start] + RULES[end:]).replace("$0.02", "$0.021")


def test_the_last_rule_takes_its_list_along() -> None:
    one = RULES[: RULES.index('      - where: {body.model: "b"}')] + '    price: "$0.03"\n'
    assert carried_out(one, RemovePrice("POST /m", "match:0")) == '  "POST /m":\n    upstream: u\n    price: "$0.03"\n'


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ('defaults:\n  price: "$0.01"\n', ""),
        ('defaults:\n  price: "$0.01" # few\n  timeout: 30\n', "defaults:\n  timeout: 30\n"),
        ('defaults: {price: "$0.01"}\n', "defaults: {}\n"),
    ],
)
def test_the_price_of_everything_else_is_removed(written: str, left: str) -> None:
    source = SourceText("t.yaml", f"{HEAD}{written}routes:\n{CHAT}")
    done = reprice(open_config(source, None), [RemovePrice("", "defaults.price")], None)
    assert done.source.text == f"{HEAD}{left}routes:\n{CHAT}"


def test_keys_that_are_no_strings_stand_in_nobodys_way() -> None:
    odd = CHAT.replace("    models:\n", "    models:\n" + "".join(f'      {key}: "$1.00"\n' for key in ODD_KEYS))
    done = carried_out(odd, SetPrice("POST /c", "model:gpt-4o", "$0.051"))
    assert done == odd.replace('gpt-4o:      "$0.050"', 'gpt-4o:      "$0.051"')


def test_a_model_is_repriced_by_the_name_it_has_now_and_renamed() -> None:
    done = carried_out(CHAT, RenameModel("gpt-4o", "o3"), SetPrice("POST /c", "model:gpt-4o", "$0.051"))
    assert done == CHAT.replace('gpt-4o:      "$0.050"', 'o3:          "$0.051"')


SHARED = """\
  "POST /c": &chat
    upstream: u
    type: token-based
    models: {a: "$0.05"}
  "POST /d": *chat
"""


ODD = """\
  "GET /fn": {upstream: u, price: {fn: ./price.ts}}
  "GET /env": {upstream: u, price: "${PRICE}"}
  "GET /lines":
    upstream: u
    price: |-
      $0.05
  "GET /plain": {upstream: u, price: $0.05}
"""


BARE = """\
  "GET /x": {upstream: u}
  "POST /c": {upstream: u, type: token-based}
"""
DEFAULTS = f'{BARE}defaults: {{price: "$0.01"}}\n'


@pytest.mark.parametrize(
    ("routes", "route", "field"),
    [(CHAT, "POST /c", "fallback"), (ODD, "GET /plain", "price"), (RULES, "POST /m", "price")],
)
def test_what_the_price_table_calls_other_is_the_line_that_prices_it(routes: str, route: str, field: str) -> None:
    by_row = carried_out(routes, SetPrice(route, "other", "$0.052"))
    assert by_row == carried_out(routes, SetPrice(route, field, "$0.052")) != routes
    assert carried_out(routes, RemovePrice(route, "other")) == carried_out(routes, RemovePrice(route, field)) != routes


def test_what_a_scale_cannot_reach_is_left_with_the_reason() -> None:
    source = config(f'{ODD}  "GET /free": {{upstream: u, price: "0"}}\n{SHARED}')
    opened = open_config(source, {"PRICE": "$0.05"})
    wish = scale(opened, Fraction(5, 100), lambda _: True, Stepping(BOUNDS, no_limits, 3))
    assert wish.orders == (SetPrice("GET /plain", "price", "$0.0525"),)
    assert wish.left_out == (
        ("GET /env#price", "it is set by a variable: change that where it is set"),
        ("GET /lines#price", "it is no text on one line: write it in quotes first"),
        ("GET /free#price", "it is free, and stays so"),
        ("POST /c#model:a", "it is shared by an alias: write the price out first"),
        ("POST /d#model:a", "it is shared by an alias: write the price out first"),
    )


def test_a_price_without_quotes_gets_them_where_it_needs_them() -> None:
    assert carried_out(ODD, SetPrice("GET /plain", "price", "0.051")) == ODD.replace("price: $0.05}", 'price: "0.051"}')


@pytest.mark.parametrize(
    ("routes", "order", "said"),
    [
        (CHAT, SetPrice("POST /x", "model:a", "$0.01"), "has no route 'POST /x' (did you mean POST /c?)"),
        (
            CHAT,
            SetPrice("POST /c", "fallback", "$0.0500001"),
            "the gateway drops the rest of $0.0500001: write $0.050000",
        ),
        (CHAT, SetPrice("POST /c", "match:0", "$0.01"), "POST /c#match:0 is not there; there are model:gpt-4o"),
        (CHAT, SetPrice("POST /c", "modle:a", "$0.01"), "is no selector"),
        (CHAT, RemovePrice("POST /c", "model:o1"), "POST /c#model:o1 is not there"),
        (CHAT, RenameModel("gpt-5o", "x"), "no price is for 'gpt-5o' (did you mean gpt-4o?)"),
        (CHAT, RenameModel("gpt-4o", "gpt-4o-mini"), "has a price for 'gpt-4o-mini' already"),
        (ODD, SetPrice("GET /fn", "price", "$0.05"), "GET /fn#price is a price function: change it in its module"),
        (
            ODD,
            SetPrice("GET /env", "price", "$0.05"),
            "GET /env#price is ${PRICE}: change the variable where it is set",
        ),
        (ODD, SetPrice("GET /lines", "price", "$0.05"), "GET /lines#price is no text on one line: write it in quotes"),
        (ODD, SetPrice("GET /fn", "other", "$0.05"), "GET /fn#other is priced by a function: change it in its module"),
        (ODD, SetPrice("GET /env", "other", "$0.05"), "GET /env#price is ${PRICE}: change the variable where it is"),
        (BARE, SetPrice("GET /x", "other", "$0.05"), "GET /x#other is priced by no line: give this route a `price`"),
        (BARE, RemovePrice("POST /c", "other"), "POST /c#other is priced by no line: give this route a `fallback`"),
        (
            DEFAULTS,
            SetPrice("GET /x", "other", "$0.05"),
            "GET /x#other is priced by defaults.price, as other routes may be: set #defaults.price for them all",
        ),
        (SHARED, SetPrice("POST /c", "model:a", "$0.06"), "is shared with POST /d#model:a by an alias"),
        (SHARED, SetPrice("POST /d", "model:a", "$0.06"), "is shared with POST /c#model:a by an alias"),
        (SHARED, SetPrice("POST /c", "model:b", "$0.06"), "POST /d#model:b is shared with it by an alias"),
        (SHARED, RemovePrice("POST /c", "model:a"), "POST /d#model:a is shared with it by an alias"),
        (SHARED, RemovePrice("POST /d", "model:a"), "the layout there is too unusual"),
    ],
)
def test_what_cannot_be_done_says_what_can(routes: str, order: Order, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        carried_out(routes, order)
    assert said in str(caught.value)
