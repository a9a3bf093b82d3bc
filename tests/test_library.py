"""What `import pricecheck` gives a program."""

from pathlib import Path

import pytest

import pricecheck

CLEAN = Path(__file__).parents[1] / "fixtures" / "clean.yaml"


@pytest.mark.parametrize("name", sorted({*pricecheck.__all__} - {"__version__"}))
def test_every_public_name_is_there(name: str) -> None:
    assert name in dir(pricecheck)
    assert vars(pricecheck)["__getattr__"](name) is getattr(pricecheck, name)


def test_no_other_name_is() -> None:
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        pricecheck.chekc  # type: ignore[attr-defined]  # noqa: B018


def test_a_text_is_checked_and_priced() -> None:
    source = pricecheck.SourceText("tollbooth.yaml", CLEAN.read_text(encoding="utf-8"))
    assert pricecheck.check_source(source, pricecheck.Options()) == []
    table = pricecheck.price_table(pricecheck.load_config(source))
    assert {row.asset for row in table.rows} == {"USDC"}
    broken = pricecheck.SourceText("tollbooth.yaml", source.text.replace("wallets:", "walets:"))
    found = pricecheck.check_source(broken, pricecheck.Options())
    assert pricecheck.Impact.REJECTS in {one.impact for one in found}
    with pytest.raises(pricecheck.PricecheckError, match="would not start"):
        pricecheck.load_config(broken)
