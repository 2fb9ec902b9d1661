"""Later attempts against a model in plain Python: any history of deliveries, cut into windows anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from copies import empty_store
from hypothesis import given, settings
from hypothesis import strategies as st
from raid_runs import NOON, profile, result, run, submission
from raid_runs import told as said

from contracts.results import Submission
from raid_log import Rate, Window
from raid_log.weekly import window_figures

HOUR = timedelta(hours=1)
LIMIT = timedelta(hours=24)
HOURS = st.integers(0, 120)


@dataclass(frozen=True)
class Sent:
    """A payload of some keys that was sent at an hour and answered some hours later, a letter per unit."""

    at: int
    keys: str
    outcomes: str
    took: int
    cycle: str
    pod: str

    @property
    def moment(self) -> datetime:
        return NOON + self.at * HOUR

    @property
    def ended(self) -> datetime:
        return self.moment + self.took * HOUR

    @property
    def in_time(self) -> bool:
        return self.ended <= self.moment + LIMIT

    @property
    def end(self) -> datetime:
        """Of a first attempt."""
        return min(self.ended, self.moment + LIMIT)

    def submission(self) -> Submission:
        checked = result([letter == "A" for letter in self.outcomes])
        return submission(
            self.keys, checked=checked, at=self.moment, cycle=self.cycle, evidence_class="acceptance",
            environment=self.pod, delivered=said(self.outcomes, ended=self.ended),
        )  # fmt: skip


@st.composite
def sendings(draw: st.DrawFn) -> Sent:
    keys = draw(st.text("abc", min_size=1, max_size=3))
    outcomes = draw(st.text("AR", min_size=len(keys), max_size=len(keys)))
    place = (draw(st.sampled_from(["", "SIT2"])), draw(st.sampled_from(["pod-1", "pod-2"])))
    return Sent(draw(HOURS), keys, outcomes, draw(st.integers(1, 40)), *place)


@dataclass(frozen=True)
class Model:
    """What the figures of a window must be, worked out unit by unit."""

    first: Rate
    final: Rate
    clean: Rate

    @classmethod
    def of(cls, history: Sequence[Sent], start: datetime, until: datetime) -> Model:
        attempts: dict[tuple[str, str, str], list[tuple[int, Sent, str]]] = defaultdict(list)
        for number, one in sorted(enumerate(history), key=lambda pair: (pair[1].moment, pair[0])):
            for key, letter in zip(one.keys, one.outcomes, strict=True):
                attempts[one.cycle, one.pod, key].append((number, one, letter))
        ends: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
        units = first = final = 0
        for tried in attempts.values():
            number, one, letter = tried[0]
            accepted = letter == "A" and one.in_time
            ends[number].append((one.end, accepted))
            if start <= one.end <= until:
                units += 1
                first += accepted
                final += any(again == "A" and other.ended <= until for _, other, again in tried)
        over = [pairs for pairs in ends.values() if start <= max(end for end, _ in pairs) <= until]
        return cls(
            Rate(units, first), Rate(units, final), Rate(len(over), sum(all(ok for _, ok in one) for one in over))
        )


def shown(history: Iterable[Sent], cuts: Sequence[datetime]) -> list[Model]:
    found = []
    with empty_store() as store:
        for number, one in enumerate(history):
            store.record(run(f"r{number}", one.submission()), profile())
        for start, end in pairwise(cuts):
            window = Window(start, end, "a window")
            one_class = window_figures(store, profile(), as_of=cuts[-1], window=window).classes["acceptance"]
            found.append(Model(one_class.first_pass.rate, one_class.final, one_class.clean))
    return found


def agree(history: list[Sent], middle: list[int]) -> None:
    cuts = [NOON + hour * HOUR for hour in (-1, *sorted(middle), 200)]
    expected = [Model.of(history, start, end - timedelta(microseconds=1)) for start, end in pairwise(cuts)]
    found = shown(history, cuts)
    assert found == expected
    whole = Model.of(history, cuts[0], cuts[-1])
    assert Rate.total(one.first for one in found) == whole.first  # no unit is lost between two windows
    assert Rate.total(one.clean for one in found) == whole.clean
    assert all(one.first.accepted <= one.final.accepted <= one.final.submitted for one in found)


HISTORIES = st.lists(sendings(), min_size=1, max_size=6)
CUTS = st.lists(HOURS, max_size=2, unique=True)


@given(HISTORIES, CUTS)
@settings(max_examples=15, deadline=None)
def test_first_pass_final_and_clean_are_those_of_the_model_in_any_window(
    history: list[Sent], middle: list[int]
) -> None:
    agree(history, middle)


@pytest.mark.slow
@given(HISTORIES, CUTS)
@settings(max_examples=200, deadline=None)
def test_many_more_histories_agree_with_the_model(history: list[Sent], middle: list[int]) -> None:
    agree(history, middle)
