"""No input makes the program fail otherwise than with an exit code and a line: a fixed budget of bad ones, each run."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.fuzzing import KINDS, Kind, attack, mutated
from tools.fuzzing_git import attack_repository

if TYPE_CHECKING:
    from random import Random

PAST = sorted((Path(__file__).parents[2] / "fixtures" / "fuzz").glob("*-*"))
BUDGET = {"config": 40, "log": 12, "hook": 30}
LEAST = 20


@cache
def seeds(kind: Kind) -> list[bytes]:
    return kind.seeds()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_bad_input_ends_in_an_exit_code_and_a_line(kind: Kind) -> None:
    @settings(max_examples=BUDGET.get(kind.name, LEAST), suppress_health_check=list(HealthCheck), database=None)
    @given(st.randoms(use_true_random=False))
    def run(random: Random) -> None:
        attack(kind, mutated(random, seeds(kind)))

    run()


@settings(max_examples=LEAST, suppress_health_check=list(HealthCheck), database=None)
@given(st.randoms(use_true_random=False))
def test_no_state_of_a_repository_is_more_than_a_line(random: Random) -> None:
    attack_repository(random)


@pytest.mark.parametrize("path", PAST, ids=lambda path: path.name)
def test_what_once_broke_it_does_no_more(path: Path) -> None:
    kind = next(kind for kind in KINDS if path.name.startswith(f"{kind.name}-"))
    attack(kind, path.read_bytes())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xff\xfe", b"\n" * 1000, b"a" * 100_000, "\ud800".encode("utf-8", "surrogatepass")]
)
def test_the_shortest_and_the_emptiest(kind: Kind, data: bytes) -> None:
    attack(kind, data)
