from decimal import Decimal
from fractions import Fraction

import pytest

from pricecheck.findings import Severity
from pricecheck.policy.errors import PolicyError
from pricecheck.policy.model import Bounds, Dollars, Family, Percentage, Policy, RoutePolicy
from pricecheck.policy.reading import parse_policy
from tests.policy.words import VOCABULARY

FULL = """\
gateway-version = "1.0.1"
[bounds]
max-increase = "12.5%"
max-decrease = "5%"
additions = "enforce"
[[family]]
name = "mini"
models = ["gpt-4o-mini*", "ft:gpt-4o-mini*"]
floor = "$0.004"
ceiling = "$5"
[[family]]
name = "rest"
models = ["*"]
[models]
allow = ["gpt-*"]
deny = ["gpt-3.5-turbo*"]
[routes."post /v1/chat/completions"]
high-risk = true
allow = ["gpt-4o"]
[aliases]
support-prod = "gpt-4o"
[fallback]
percentile = 90
[traffic]
fine-tune-factor = "2"
max-unmapped-rate = "1%"
max-fallback-rate = "0.5%"
[traffic.fields]
requested_model = "request.model"
[lint]
select = ["PC1", "missing-fallback"]
ignore = ["PC208"]
[lint.severity]
PC302 = "error"
raw-unit-price = "info"
"""


def refusal(text: str, label: str = "pricecheck.toml") -> str:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, label, VOCABULARY)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_everything_a_policy_says_is_read() -> None:
    policy = parse_policy(FULL, "pricecheck.toml", VOCABULARY)
    assert policy.origin == "pricecheck.toml"
    assert policy.gateway_version == "1.0.1"
    assert policy.bounds == Bounds(Percentage("12.5%"), Percentage("5%"), "enforce")
    assert policy.families == (
        Family("mini", ("gpt-4o-mini*", "ft:gpt-4o-mini*"), Dollars("$0.004"), Dollars("$5")),
        Family("rest", ("*",), None, None),
    )
    assert (policy.allow, policy.deny) == (("gpt-*",), ("gpt-3.5-turbo*",))
    assert policy.aliases == {"support-prod": "gpt-4o"}
    assert policy.fallback_percentile == 90
    assert policy.traffic.fine_tune_factor == 2
    assert policy.traffic.max_unmapped_rate.fraction == Fraction(1, 100)
    assert policy.traffic.max_fallback_rate.fraction == Fraction(1, 200)
    assert policy.traffic.fields == {"requested_model": "request.model"}
    assert policy.lint.select == ("PC1", "missing-fallback")
    assert policy.lint.ignore == ("PC208",)
    assert policy.lint.severity == {"PC302": Severity.ERROR, "PC101": Severity.INFO}


def test_five_dollars_are_five_dollars_and_not_five_units() -> None:
    policy = parse_policy(FULL, "pricecheck.toml", VOCABULARY)
    ceiling = policy.families[0].ceiling
    assert ceiling is not None
    assert ceiling.amount == Decimal(5)


def test_percentages_are_exact() -> None:
    assert Percentage("12.5%").fraction == Fraction(1, 8)
    assert Percentage("0.000000001%").fraction == Fraction(1, 10**11)


def test_a_route_is_found_however_the_config_spells_its_method() -> None:
    policy = parse_policy(FULL, "pricecheck.toml", VOCABULARY)
    assert policy.route("POST /v1/chat/completions") == RoutePolicy(high_risk=True, allow=("gpt-4o",))
    assert policy.route("Post /v1/chat/completions").high_risk
    assert policy.route("GET /v1/chat/completions") == RoutePolicy()


def test_an_empty_file_says_what_no_file_says() -> None:
    assert parse_policy("", "pricecheck.toml", VOCABULARY)._replace(origin=None) == Policy()


def test_without_a_file_the_bounds_of_the_playbook_hold() -> None:
    assert Policy().bounds.max_increase.fraction == Fraction(15, 100)
    assert Policy().bounds.max_decrease.fraction == Fraction(10, 100)


def test_a_byte_order_mark_moves_no_column() -> None:
    assert parse_policy("\ufeff" + FULL, "p.toml", VOCABULARY) == parse_policy(FULL, "p.toml", VOCABULARY)
    assert refusal("\ufeffnonsense = 1", "p.toml").startswith("p.toml:1:1: ")


def test_windows_line_ends_give_the_same_places() -> None:
    text = '[bounds]\r\n# é\r\nmax-increase = "15"\r\n'
    assert refusal(text).startswith("pricecheck.toml:3:16: ")


def test_pyproject_holds_the_policy_in_its_table() -> None:
    text = '[project]\nname = "shop"\n[tool.pricecheck.bounds]\nmax-increase = "20%"\n'
    policy = parse_policy(text, "main:pyproject.toml", VOCABULARY)
    assert policy.bounds.max_increase == Percentage("20%")
    assert refusal(text.replace("20%", "20"), "pyproject.toml").startswith("pyproject.toml:4:16: unclear percentage")


def test_pyproject_without_the_table_is_refused_where_it_is_asked_for() -> None:
    assert refusal('[project]\nname = "shop"\n', "pyproject.toml") == (
        "pyproject.toml:1:1: has no table [tool.pricecheck]"
    )


REFUSED = [
    ('[bounds]\nmax_increase = "15%"', "2:1: unknown key 'max_increase' (did you mean max-increase?)"),
    ("[bound]", "1:2: unknown key 'bound' (did you mean bounds?)"),
    (
        '[bounds]\nmax-increase = "15"',
        "2:16: unclear percentage '15'; write a number and a percent sign, as in \"12.5%\"",
    ),
    ("[bounds]\nmax-increase = 15", "2:16: 'max-increase' takes a string in quotes, not a number"),
    ("[bounds]\nmax-increase = 0.15", "2:16: 'max-increase' takes a string in quotes, not a number"),
    ('[bounds]\nmax-increase = "+15%"', "2:16: unclear percentage '+15%'; "),
    ('[bounds]\nmax-decrease = "100.5%"', "2:16: 'max-decrease' is at most 100%, not 100.5%"),
    ('[bounds]\nadditions = "warning"', "2:13: unknown value 'warning' (known: warn, enforce)"),
    ("bounds = 15", "1:10: 'bounds' takes a table, not a number"),
    ('gateway-version = "9.9.9"', "1:19: unknown gateway version '9.9.9' (known: 1.0.1, 1.1.0)"),
    ("gateway-version = 1.1", "1:19: 'gateway-version' takes a string in quotes, not a number"),
    ('[[family]]\nmodels = ["a"]', "1:3: 'name' is missing: every family has one"),
    ('[[family]]\nname = "a"', "1:3: the family 'a' has no models"),
    ('[[family]]\nname = "a"\nmodels = []', "3:10: the family 'a' has no models"),
    ('[[family]]\nname = " "\nmodels = ["a"]', "2:8: 'name' is empty"),
    ('[family]\nname = "a"', "1:2: 'family' takes a list of tables, each begun by [[family]], not a table"),
    ('family = ["a"]', "1:11: 'family' takes tables, not a string"),
    (
        '[[family]]\nname = "a"\nmodels = ["x"]\nfloor = "$0.2"\nceiling = "$0.1"',
        "4:9: the floor $0.2 is above the ceiling $0.1",
    ),
    (
        '[[family]]\nname = "a"\nmodels = ["x"]\n[[family]]\nname = "a"\nmodels = ["y"]',
        "5:8: a second family is named 'a'",
    ),
    *(
        (f'[[family]]\nname = "a"\nmodels = ["x"]\nfloor = "{price}"', f"4:9: unclear price '{price}'; write dollars")
        for price in (
            "5",
            "0.004",
            "5 cents",
            "$.5",
            "$5.",
            "$1,000",
            "$-1",
            " $5",
            "$5 ",
            "5$",
            "$1e-3",
            "$\u0665",
            "€5",
        )
    ),
    ('[[family]]\nname = "a"\nmodels = ["x"]\nfloor = 5', "4:9: 'floor' takes a string in quotes, not a number"),
    ('[models]\nallow = ["a", "b"]\ndeny = ["a", "gpt-?"]', "3:14: 'gpt-?' is not a glob of model IDs: `?` is in no"),
    ('[models]\ndeny = ["gpt-[34]*"]', "2:9: 'gpt-[34]*' is not a glob of model IDs: `[` is in no model ID"),
    ('[models]\ndeny = ["^gpt.*$"]', "2:9: '^gpt.*$' is not a glob of model IDs: `^` is in no model ID"),
    ('[models]\ndeny = ["gpt 4"]', "2:9: 'gpt 4' is not a glob of model IDs: white space is in no model ID"),
    ('[models]\ndeny = [\n  "a",\n  "", # none\n]', "4:3: 'deny' holds an empty string"),
    ('[models]\ndeny = "a"', "2:8: 'deny' takes a list of strings, not a string"),
    ("[models]\ndeny = [1]", "2:9: 'deny' takes strings, not a number"),
    ('[routes."/v1"]\nhigh-risk = true', "1:9: '/v1' is not a route; write \"METHOD /path\" in quotes"),
    ('[routes."GET /v1"]\nhigh-risk = "yes"', "2:13: 'high-risk' takes true or false, not a string"),
    ('[routes."GET /v1"]\n[routes."get /v1"]', "2:9: the route 'GET /v1' is here twice"),
    ('[routes]\n"GET /v1" = true', "2:13: 'GET /v1' takes a table, not true or false"),
    ('[aliases]\nprod.eu = "gpt-4o"', "2:11: 'prod' takes a string in quotes, not a table"),
    ('[aliases]\n"prod-*" = "gpt-4o"', "2:1: alias 'prod-*': an alias is one exact name"),
    ('[aliases]\nprod = ""', "2:8: 'prod' is empty"),
    ('[aliases]\n"" = "gpt-4o"', "2:1: an alias needs a name"),
    ("[fallback]\npercentile = 0", "2:14: a percentile is a whole number from 1 to 100, not 0"),
    ("[fallback]\npercentile = true", "2:14: 'percentile' takes a whole number, not true or false"),
    ("[fallback]\npercentile = 90.0", "2:14: 'percentile' takes a whole number, not a number with a decimal point"),
    ('[traffic]\nfine-tune-factor = "0.00"', "2:20: unclear factor '0.00'; write a number above 0"),
    ("[traffic]\nfine-tune-factor = 1979-05-27", "2:20: 'fine-tune-factor' takes a string in quotes, not a date"),
    ('[traffic.fields]\nmodel = "m"', "2:1: unknown key 'model'"),
    ('[traffic.fields]\nroute = "a..b"', "2:9: 'a..b' is not a field's name: a part between dots is empty"),
    ('[lint]\nselect = ["PC1", "PC7"]', "2:18: there is no rule 'PC7'"),
    ('[lint]\nignore = ["raw-unit-prize"]', "2:11: there is no rule 'raw-unit-prize' (did you mean raw-unit-price?)"),
    ("[lint]\nselect = []", "2:10: 'select' is empty and selects no rule"),
    ('[lint]\nignore = ["PC0"]', "2:11: PC0 can't be ignored: the gateway does not start"),
    ('[lint.severity]\nPC010 = "info"', "2:1: PC010 is always an error"),
    ('[lint.severity]\nPC101 = "eror"', "2:9: unknown severity 'eror' (known: error, warning, info)"),
    ('[lint.severity]\nPC1O1 = "error"', "2:1: there is no rule 'PC1O1' (did you mean PC101?)"),
    (
        '[lint.severity]\nPC101 = "info"\nraw-unit-price = "error"',
        "3:1: the severity of PC101 is set twice, by code and by name",
    ),
    ("[bounds", "1:8: not TOML: expected ']' at the end of a table declaration"),
    ("[bounds]\n[bounds]", "2:8: not TOML: cannot declare ('bounds',) twice"),
    ('a = "', "1:6: not TOML: unterminated string"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_unclear_is_refused_in_one_line_with_its_place(text: str, message: str) -> None:
    assert refusal(text).startswith(f"pricecheck.toml:{message}")


@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, "x = " + "9" * 5_000], ids=["deep", "long-number"])
def test_what_python_cannot_read_is_refused_in_one_line(text: str) -> None:
    assert refusal(text).startswith("pricecheck.toml")
