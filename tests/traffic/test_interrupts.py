"""Ctrl-C while a log is read: put off where it must not come, and told from an error where a library makes it one."""

from __future__ import annotations

import signal
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from pricecheck.traffic.duck import DuckEngine
from pricecheck.traffic.interrupts import InterruptsLater
from pricecheck.traffic.line_counts import LineCounts
from pricecheck.traffic.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(name="usual", autouse=True)
def fixture_usual() -> Iterator[object]:
    """Let an interrupt be a KeyboardInterrupt, as in a program that a person starts; give the handler that does it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_comes_when_the_block_is_over(usual: object) -> None:
    reached = []

    def block() -> None:
        with InterruptsLater():
            signal.raise_signal(signal.SIGINT)
            reached.append("end of block")
        reached.append("after it")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert reached == ["end of block"]
    assert signal.getsignal(signal.SIGINT) is usual


def test_a_block_without_an_interrupt_changes_nothing_after_it(usual: object) -> None:
    with InterruptsLater():
        assert signal.getsignal(signal.SIGINT) is not usual
    assert signal.getsignal(signal.SIGINT) is usual
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_comes_even_where_the_block_fails(usual: object) -> None:
    def block() -> None:
        with InterruptsLater():
            signal.raise_signal(signal.SIGINT)
            raise ValueError

    with pytest.raises(KeyboardInterrupt):
        block()
    assert signal.getsignal(signal.SIGINT) is usual


def test_a_program_that_ignores_interrupts_goes_on_ignoring_them() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with InterruptsLater():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_in_another_thread_it_changes_nothing(usual: object) -> None:
    seen: list[object] = []

    def block() -> None:
        with InterruptsLater():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = Thread(target=block)
    thread.start()
    thread.join()
    assert seen == [usual]
    assert signal.getsignal(signal.SIGINT) is usual


def test_a_task_gives_its_result() -> None:
    assert Task(lambda: 42).result() == 42


def test_a_result_is_waited_for() -> None:
    go = Event()

    class EndsWhenWaitedFor(Task[bool]):
        def wait(self, seconds: float | None = None) -> bool:
            go.set()
            return super().wait(seconds)

    assert EndsWhenWaitedFor(lambda: go.wait(60)).result()


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_a_task_raises_what_its_call_raised(error: BaseException) -> None:
    def call() -> None:
        raise error

    task = Task(call)
    with pytest.raises(type(error)) as caught:
        task.result()
    assert caught.value is error
    assert task.wait(0)


def test_a_task_says_whether_it_is_over() -> None:
    go = Event()
    task = Task(lambda: go.wait(60))
    assert not task.wait(0)
    go.set()
    assert task.wait(60)
    assert task.result()


def test_what_the_database_makes_of_an_interrupt_is_one_again(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        LineCounts(()) as counts,
        DuckEngine(str(tmp_path), None, counts),
    ):
        raise RuntimeError("Query interrupted")


@pytest.mark.parametrize("error", [RuntimeError("another"), ValueError("Query interrupted")])
def test_any_other_error_stays_what_it_is(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as caught, LineCounts(()) as counts, DuckEngine(str(tmp_path), None, counts):
        raise error
    assert caught.value is error
