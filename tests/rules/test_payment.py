"""PC214, PC215 and PC220: near misses that the fixtures have no room for."""

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText
from pricecheck.rewrite.splice import splice
from pricecheck.rules import payment
from pricecheck.rules.model import Rule, Settings

EVM = "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
EVM_2 = "0x9C1d5A2b8E7f60314253647586979a8b7c6d5e4f"
SOLANA = "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU"


def messages(rule: Rule, text: str) -> list[str]:
    options = Options(rules=(rule,), settings=Settings(partial=True))
    return [found.finding.message for found in check_source(SourceText("tollbooth.yaml", text), options)]


def wallets(wallets: dict[str, str], networks: list[str], routes: str = "") -> list[str]:
    text = "wallets: {" + ", ".join(f'{name}: "{address}"' for name, address in wallets.items()) + "}\n"
    text += "accepts: [" + ", ".join(f"{{ asset: USDC, network: {network} }}" for network in networks) + "]\n"
    return messages(payment.no_wallet_for_network, text + (f"routes:\n{routes}" if routes else ""))


def test_the_first_wallet_is_paid_for_a_network_without_one() -> None:
    assert wallets({"base": EVM}, ["base"]) == []
    (message,) = wallets({"base": EVM}, ["base-sepolia"])
    assert message == '`wallets` has no "base-sepolia": payments go to the first wallet, "base"'
    (message,) = wallets({"solana": SOLANA}, ["base"])
    assert message.endswith('"solana", a Solana address')


def test_further_networks_share_the_address_of_the_first() -> None:
    assert wallets({"base": EVM, "base-sepolia": EVM}, ["base", "base-sepolia"]) == []
    (message,) = wallets({"base": EVM, "base-sepolia": EVM_2}, ["base", "base-sepolia"])
    assert message == (
        'all accepted payments share one address: the payment on "base-sepolia" goes to the wallet of "base"'
    )
    (message,) = wallets({"base": EVM}, ["base", "base-sepolia"])
    assert message == '`wallets` has no "base-sepolia": the payment on "base-sepolia" goes to the wallet of "base"'
    (message,) = wallets({"base": EVM, "solana": SOLANA}, ["base", "solana"])
    assert message.endswith("an EVM address")


def test_wallets_from_the_environment_are_not_compared() -> None:
    assert wallets({"base": "${A}", "base-sepolia": "${B}"}, ["base", "base-sepolia"]) == []
    assert wallets({"base": "${A}"}, ["base"]) == []
    assert len(wallets({"base": "${A}"}, ["base-sepolia"])) == 1, "that it has none is known all the same"


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ('{ upstream: a, price: "$0.01" }', 1),
        (f'{{ upstream: a, price: "$0.01", payTo: "{EVM}" }}', 0),
        ('{ upstream: a, price: "$0" }', 0),
        ('{ upstream: a, price: "$0.01", accepts: [{ asset: USDC, network: base }] }', 0),
        (f'{{ upstream: a, match: [{{ where: {{}}, price: "$0.1", payTo: "{EVM}" }}], price: "$1.00" }}', 0),
        (f'{{ upstream: a, match: [{{ where: {{ query.a: b }}, price: "$0.1", payTo: "{EVM}" }}] }}', 1),
        (f'{{ upstream: a, type: token-based, match: [{{ where: {{}}, price: "$0.1", payTo: "{EVM}" }}] }}', 1),
    ],
)
def test_only_routes_that_pay_a_wallet_count(route: str, expected: int) -> None:
    assert len(wallets({"base": EVM}, ["base-sepolia"], f'  "POST /x": {route}\n')) == expected


def test_the_roots_accepts_are_reported_once() -> None:
    routes = "".join(f'  "GET /{name}": {{ upstream: a, price: "$0.01" }}\n' for name in "abc")
    assert len(wallets({"base": EVM}, ["base-sepolia"], routes)) == 1


def split(*recipients: str) -> list[str]:
    text = 'routes:\n  "GET /x":\n    upstream: a\n    price: "$0.01"\n    payTo: [' + ", ".join(recipients) + "]\n"
    return messages(payment.split_not_applied, text)


def test_shares_are_added_exactly() -> None:
    one = [f"{{ address: A, share: {share} }}" for share in ("0.1", "0.2", "0.7")]
    assert split(*one) == []
    assert split("{ address: A, share: 0.9999999 }") != []
    assert "sum to 0.9" in split("{ address: A, share: 0.9 }")[0]


def test_a_list_that_gives_all_to_the_first_is_as_written() -> None:
    assert split("{ address: A, share: 1 }", "{ address: B, share: 0 }") == []
    assert len(split("{ address: A, share: 0 }", "{ address: B, share: 1 }")) == 1
    assert len(split("{ address: A, share: 1 }", "{ address: B, share: 0.2 }")) == 1


def accept(asset: str, network: str, top: str = "") -> str:
    return f"{top}accepts:\n  - asset: {asset}\n    network: {network}\n"


@pytest.mark.parametrize(
    ("asset", "network", "mended"),
    [
        ("usdc", "base", ("USDC", "base")),
        ("USDC", "Base", ("USDC", "base")),
        ('"Usdc"', "'base_sepolia'", ('"USDC"', "'base-sepolia'")),
        ("USDC", "eip155:8453", ("USDC", "base")),
        ("EURC", "base", None),
        ("USDC", "solana", None),
        ('"${ASSET}"', "Base", None),
    ],
)
def test_a_token_is_respelt_where_only_the_spelling_is_wrong(
    asset: str, network: str, mended: tuple[str, str] | None
) -> None:
    text = accept(asset, network)
    options = Options(rules=(payment.unknown_token,), settings=Settings(partial=True))
    (found,) = check_source(SourceText("tollbooth.yaml", text), options)
    fix = found.finding.fix
    assert (splice(text, list(fix.edits)) if fix else None) == (accept(*mended) if mended else None)


def test_known_tokens_and_unknown_values_are_silent() -> None:
    for asset, network in (("USDC", "base"), ("USDC", "base-sepolia"), ('"${A}"', "base"), ("USDC", '"${N}"')):
        assert messages(payment.unknown_token, accept(asset, network)) == []


def test_under_another_strategy_it_is_a_warning() -> None:
    text = accept("USDC", "solana", "settlement: { strategy: custom, module: acme-settlement }\n")
    options = Options(rules=(payment.unknown_token,), settings=Settings(partial=True))
    assert [found.severity.value for found in check_source(SourceText("t.yaml", text), options)] == ["warning"]
