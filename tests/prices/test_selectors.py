"""Selectors as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.prices.selectors import Selector, SelectorKind, parse_selector


@given(st.text(min_size=1))
def test_any_model_name_survives(name: str) -> None:
    selector = parse_selector(f"model:{name}")
    assert selector == Selector(SelectorKind.MODEL, model=name)
    assert str(selector) == f"model:{name}"


@pytest.mark.parametrize(
    "text", ["match:0", "match:12", "other", "price", "fallback", "defaults.price", "model:ft:a:b"]
)
def test_selectors_read_back_as_written(text: str) -> None:
    assert str(parse_selector(text)) == text


@pytest.mark.parametrize(
    "text", ["", "model:", "model", "match:", "match:-1", "match:01", "match:x", "Other", "other:x"]
)
def test_everything_else_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(ValueError, match="write model:NAME, match:N"):
        parse_selector(text)
