"""What each version of the gateway first knew, as gateway.md §7 lists it."""

from itertools import pairwise

import pytest

from pricecheck.gateway.versions import NOVELTIES, VERSIONS, is_older, too_new_for


def test_the_versions_stand_in_their_order() -> None:
    assert all(is_older(one, other) for one, other in pairwise(VERSIONS))
    assert not is_older("1.1.0", "1.1.0")


@pytest.mark.parametrize(("one", "other"), [("0.4.4", "0.4.10"), ("0.9.0", "0.10.0"), ("1.1.0", "10.0.0")])
def test_versions_compare_as_numbers(one: str, other: str) -> None:
    assert is_older(one, other)
    assert not is_older(other, one)


def test_the_newest_version_knows_everything() -> None:
    assert too_new_for(VERSIONS[-1]) == []


def test_every_novelty_came_with_a_known_version() -> None:
    assert {novelty.since for novelty in NOVELTIES} <= set(VERSIONS)


@pytest.mark.parametrize(
    ("version", "path", "value"),
    [
        ("1.0.1", ("settlement", "methods"), None),
        ("1.0.1", ("settlement", "strategy"), "mpp"),
        ("0.4.4", ("settlement", "strategy"), "nanopayments"),
        ("0.4.3", ("stores",), None),
        ("0.4.1", ("routes", "*", "pricing"), None),
        ("0.4.0", ("routes", "*", "type"), "token-based"),
        ("0.2.0", ("routes", "*", "models"), None),
        ("0.1.0", ("facilitator",), None),
    ],
)
def test_what_a_version_does_not_know_yet(version: str, path: tuple[str, ...], value: str | None) -> None:
    assert (path, value) in {(novelty.path, novelty.value) for novelty in too_new_for(version)}
    first = next(novelty.since for novelty in NOVELTIES if (novelty.path, novelty.value) == (path, value))
    assert (path, value) not in {(novelty.path, novelty.value) for novelty in too_new_for(first)}


def test_of_an_unknown_section_only_the_section_is_named() -> None:
    paths = [novelty.path for novelty in too_new_for("0.4.1")]
    assert ("settlement",) in paths
    assert all(len(path) == 1 for path in paths if path[0] == "settlement")
