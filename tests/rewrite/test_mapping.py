"""Prices for unmapped models are written as the author would have, or not at all."""

from __future__ import annotations

import json

import pytest

from pricecheck.findings import SourceText
from pricecheck.rewrite.mapping import Mapped, NewPrice, map_models
from pricecheck.rewrite.proof import ProofError

CHAT = "POST /chat"
HEAD = """\
wallets: {base: "0xabc"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
"""
TUNED = NewPrice(CHAT, "ft:gpt-4o:acme::1", "$0.075", 75_000)
PLAIN = NewPrice(CHAT, "our-model", "$0.01", 10_000)


ROUTE = "routes:\n  POST /chat:\n    upstream: openai\n    type: token-based\n"
FLOW = "      \"ft:gpt-4o:acme::1\": '$0.075',\n      our-model: '$0.01',\n"
BLOCK = '      "ft:gpt-4o:acme::1": "$0.075" # why\n      our-model: "$0.01"\n'


def mapped(routes: str, *prices: NewPrice) -> Mapped:
    return map_models(SourceText("tollbooth.yaml", f"{HEAD}{routes}"), prices or (TUNED,), None)


def routes_after(routes: str, *prices: NewPrice) -> str:
    found = mapped(routes, *prices)
    assert found.skipped == ()
    return found.source.text.removeprefix(HEAD)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('    models:\n      a: "$1.00" # x\n\n', f'    models:\n      a: "$1.00" # x\n{BLOCK}\n'),
        ("", f"    models:\n{BLOCK}"),
        ("    models: {}\n", '    models: {"ft:gpt-4o:acme::1": "$0.075", our-model: "$0.01"}\n'),
        (
            "    models: {\n      a: '$1.00',\n    }\n",
            "    models: {\n      a: '$1.00',\n    }\n".replace("    }", f"{FLOW}    }}"),
        ),
    ],
)
def test_lines_are_written_in_the_style_of_the_file(before: str, after: str) -> None:
    found = routes_after(f"{ROUTE}{before}", TUNED._replace(comment="why"), PLAIN)
    assert found == f"{ROUTE}{after}"


def test_a_route_in_brackets_gets_its_models_there() -> None:
    found = routes_after("routes:\n  POST /chat: {upstream: openai, type: token-based}\n", TUNED, PLAIN)
    models = '{"ft:gpt-4o:acme::1": "$0.075", our-model: "$0.01"}'
    assert found == f"routes:\n  POST /chat: {{upstream: openai, type: token-based, models: {models}}}\n"


def test_line_endings_and_indentation_stay() -> None:
    before = f"{HEAD}{ROUTE}".replace("  ", "    ").replace("\n", "\r\n")
    found = map_models(SourceText("tollbooth.yaml", before), [TUNED], None)
    added = '        models:\r\n            "ft:gpt-4o:acme::1": "$0.075"\r\n'
    assert found.source.text == before + added


def test_json_stays_json() -> None:
    config = {
        "wallets": {"base": "0xabc"},
        "accepts": [{"asset": "USDC", "network": "base"}],
        "upstreams": {"openai": {"url": "https://api.openai.com"}},
        "routes": {CHAT: {"upstream": "openai", "type": "token-based"}},
    }
    found = map_models(
        SourceText("tollbooth.json", json.dumps(config, indent=2)), [TUNED._replace(comment="why")], None
    )
    assert json.loads(found.source.text)["routes"][CHAT]["models"] == {TUNED.model: TUNED.price}


def test_several_routes_are_written_at_once() -> None:
    routes = "".join(f"  POST /{name}:\n    upstream: openai\n    type: token-based\n" for name in "ab")
    prices = [TUNED._replace(route=f"POST /{name}") for name in "ab"]
    assert routes_after(f"routes:\n{routes}", *prices).count('"ft:gpt-4o:acme::1": "$0.075"') == 2


SHARED = "its place is shared with another route by an alias"
OTHER = "  POST /b:\n    upstream: openai\n    type: token-based\n"


@pytest.mark.parametrize(
    ("routes", "why"),
    [
        (f"{ROUTE}    models: &m {{a: '$1.00'}}\n{OTHER}    models: *m\n", SHARED),
        (f"routes:\n{OTHER}    models: &m {{a: '$1.00'}}\n{ROUTE.removeprefix('routes:')[1:]}    models: *m\n", SHARED),
        ("routes:\n  POST /b: &r\n    upstream: openai\n    type: token-based\n  POST /chat: *r\n", SHARED),
        (f'{ROUTE}    models:\n      "ft:gpt-4o:acme::1": ""\n', "`models` has a line for it, without a price"),
    ],
)
def test_what_has_no_safe_place_is_left_out_with_the_reason(routes: str, why: str) -> None:
    found = mapped(routes)
    assert found.skipped == ((TUNED, why),)
    assert found.written == ()
    assert found.source.text == f"{HEAD}{routes}"


@pytest.mark.parametrize("model", ["a\nb", "evil\x1b[31m", "\u202ename", ""])
def test_a_name_that_is_no_line_is_left_out_and_the_others_are_written(model: str) -> None:
    routes = ROUTE
    found = mapped(routes, TUNED._replace(model=model), PLAIN)
    assert [why for _, why in found.skipped] == ["its name can't be written on a line"]
    assert found.written == (PLAIN,)


@pytest.mark.parametrize(
    "model", ["a: b", "# x", "'", '"', "{x}", "- a", "*x", "&x", "?", "true", "4965075652664360960", "é😀", "x" * 900]
)
def test_a_name_means_itself_however_it_must_be_quoted(model: str) -> None:
    routes = ROUTE
    assert mapped(routes, PLAIN._replace(model=model)).written == (PLAIN._replace(model=model),)


def test_a_price_that_would_charge_something_else_is_not_written() -> None:
    routes = ROUTE
    with pytest.raises(ProofError, match="nothing written"):
        mapped(routes, TUNED._replace(amount=5))


def test_a_thousand_lines_take_no_longer_than_the_proof() -> None:
    routes = f"{ROUTE}    models:\n      a: '$1.00'\n"
    prices = [PLAIN._replace(model=f"ft:gpt-4o:acme::{number}") for number in range(1000)]
    assert len(mapped(routes, *prices).written) == 1000


def test_a_price_for_a_route_the_config_has_not_is_skipped_and_said() -> None:
    gone = TUNED._replace(route="/chat")
    found = mapped(ROUTE, gone, PLAIN)
    assert found.skipped == ((gone, "the config has no such route"),)
    assert found.written == (PLAIN,)
