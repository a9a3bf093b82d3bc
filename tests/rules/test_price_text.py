"""PC106: what is said of prices from the environment."""

import pytest

from pricecheck.rules import load, price_text
from tests.rules.texts import messages


@pytest.mark.parametrize(
    ("price", "asked", "refused"),
    [
        ("${P}", 1, 0),
        ("${PRICE_GPT-4o}", 1, 0),
        ("${P:-$0.01}", 0, 1),
        ("${P-$0.01}", 0, 1),
        ("${P}${Q:-1}", 0, 1),
    ],
)
def test_a_price_that_nothing_fills_in_is_not_said_to_be(price: str, asked: int, refused: int) -> None:
    text = f"defaults: {{price: '{price}'}}"
    assert len(messages(price_text.unresolved_price, text)) == asked
    assert len(messages(load.unset_environment_variable, text)) == refused
