"""Exploring a promise: how often, by which seed, and what comes back when it does not hold."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from harness.exploring import EFFORTS, Broken, explore

NUMBERS = st.integers(0, 10_000)


def test_a_promise_that_holds_is_tried_as_often_as_asked() -> None:
    drawn: list[int] = []
    assert explore(NUMBERS, drawn.append, examples=EFFORTS["dev"], seed=0) is None
    assert len(drawn) == EFFORTS["dev"]


def test_the_same_seed_draws_the_same_and_another_one_something_else() -> None:
    runs: list[list[int]] = []
    for seed in (7, 7, 8):
        drawn: list[int] = []
        explore(NUMBERS, drawn.append, examples=30, seed=seed)
        runs.append(drawn)
    assert runs[0] == runs[1] != runs[2]


def test_a_broken_promise_comes_back_with_its_least_counter_example() -> None:
    def promise(number: int) -> None:
        assert number < 100, f"{number} is too much"

    assert explore(NUMBERS, promise, examples=50, seed=0) == Broken("100 is too much", 100)


def test_an_accident_is_no_broken_promise_and_is_not_shrunk() -> None:
    calls = []

    def promise(number: int) -> None:
        calls.append(number)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        explore(NUMBERS, promise, examples=50, seed=0)
    assert len(calls) == 1
