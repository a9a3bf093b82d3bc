"""What is installed along with pricecheck stands in docs/licences.md, under the licence it states itself."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from importlib.metadata import Distribution

PAGE = Path(__file__).parents[1] / "docs" / "licences.md"
LISTED = dict(
    re.findall(
        r"^\| (?!distribution)([a-z0-9-]+) \| ([A-Za-z0-9.-]+) \| [^|]+ \|$",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)
SAID = {"MIT License": "MIT", "ISC License": "ISC", "ISC License (ISCL)": "ISC"}


def brought_along() -> dict[str, Distribution]:
    """Give every distribution that an installation without extras needs, by its canonical name."""
    found: dict[str, Distribution] = {}
    waiting = ["tollbooth-pricecheck"]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found[name] = distribution(name)
            wanted = map(Requirement, found[name].requires or ())
            waiting += [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def licence(one: Distribution) -> str:
    """Give the licence a distribution states, as its SPDX name."""

    def stated(field: str) -> list[str]:
        return one.metadata.get_all(field) or []

    classifiers = [text.rpartition(" :: ")[2] for text in stated("Classifier") if "License" in text]
    said = ", ".join(stated("License-Expression") or stated("License") or classifiers)
    return SAID.get(said, said)


def test_everything_installed_is_listed_with_its_licence() -> None:
    installed = {name: licence(one) for name, one in brought_along().items() if name != "tollbooth-pricecheck"}
    assert len(installed) > 20
    assert installed == {name: LISTED.get(name, "not listed") for name in installed}


def test_nothing_is_listed_that_is_not_needed() -> None:
    only_elsewhere = {"backports-zstd", "typing-extensions"}  # with another version of Python
    assert set(LISTED) - set(brought_along()) <= only_elsewhere
