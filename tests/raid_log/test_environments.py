"""A pod in trouble is one issue of its own: no defect of the product, no figure of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from raid_runs import NOON, content, profile, run, sent, submission, whole

from contracts.results import Submission
from raid_log import Item, Recorded, Store, figures, items, readiness
from raid_log.weekly import window_figures

POD = "pod-1"
HOUR = timedelta(hours=1)


def unsent(name: str = "j1", *, at: datetime = NOON, trouble: str = "no connection") -> Submission:
    return replace(submission([name], at=at), outage=POD, trouble=trouble)


def worked(at: datetime) -> Submission:
    return sent("A", at=at, evidence_class="acceptance", environment=POD)


def recorded(store: Store, id_: str, *submissions: Submission) -> Recorded:
    last = max(one.submitted_at for one in submissions) + timedelta(minutes=5)
    return store.record(run(id_, *submissions, finished=last), profile())


def issue(store: Store) -> Item:
    (one,) = whole(store)
    return one


def test_trouble_opens_one_issue_for_the_pod_however_many_payloads_it_hit(store: Store) -> None:
    assert recorded(store, "r1", unsent("a"), unsent("b")).opened == ("RAID-0001",)
    recorded(store, "r2", unsent("c", at=NOON + HOUR, trouble="HTTP 503"))
    one = issue(store)
    assert (one.cause, one.field, one.interface, one.status) == ("environment", POD, "", "new")
    assert [event.kind for event in one.history] == ["opened", "seen_again"]
    assert [event.reason for event in one.history] == ["2 payloads: no connection", "1 payloads: HTTP 503"]
    assert one.occurrences == ()


def test_the_same_run_again_notes_nothing(store: Store) -> None:
    recorded(store, "r1", unsent())
    before = content(store)
    recorded(store, "r1", unsent())
    assert content(store) == before


def test_each_pod_has_its_own_issue(store: Store) -> None:
    recorded(store, "r1", unsent("a"), replace(unsent("b"), outage="pod-2"))
    assert [one.field for one in items(store)] == [POD, "pod-2"]


def test_what_was_sent_and_could_not_be_followed_is_trouble_too(store: Store) -> None:
    recorded(store, "r1", replace(sent("P", evidence_class="acceptance", environment=POD), trouble="time-out"))
    assert issue(store).field == POD


def test_no_figure_and_no_gate_of_the_product_counts_it(store: Store) -> None:
    recorded(store, "r1", unsent())
    moment = NOON + HOUR
    assert figures(store, profile(), as_of=moment).open_significant.count == 0
    gates = {gate.id: gate.verdict for gate in readiness(store, profile(), as_of=moment).gates}
    assert gates["G5"] == "met"
    told = window_figures(store, profile(), as_of=moment)
    assert told.defects.environments == ("RAID-0001",)
    assert (told.defects.open["significant"].count, told.defects.flow["all"].open_at_end) == (0, 0)
    assert {name: (rate.accepted, rate.submitted) for name, rate in told.availability.items()} == {POD: (0, 1)}


def test_a_payload_that_could_not_be_sent_uses_up_no_attempt_there(store: Store) -> None:
    recorded(store, "r1", unsent("j1"))
    recorded(store, "r2", sent("A", prefix="j1", at=NOON + HOUR, evidence_class="acceptance", environment=POD))
    rate = figures(store, profile(), as_of=NOON + 3 * HOUR).rates["acceptance"].pooled
    assert (rate.accepted, rate.submitted) == (1, 1)


def test_two_runs_that_worked_verify_it_and_trouble_opens_it_again(store: Store) -> None:
    recorded(store, "r1", unsent())
    assert recorded(store, "r2", worked(NOON + HOUR)).verified == ()
    assert recorded(store, "r3", worked(NOON + 2 * HOUR)).verified == ("RAID-0001",)
    assert issue(store).history[-1].detail == {"runs": "r2 r3"}
    assert recorded(store, "r4", unsent(at=NOON + 3 * HOUR)).reopened == ("RAID-0001",)


def test_trouble_between_two_runs_that_worked_starts_the_count_anew(store: Store) -> None:
    recorded(store, "r1", unsent())
    recorded(store, "r2", worked(NOON + HOUR))
    recorded(store, "r3", unsent(at=NOON + 2 * HOUR))
    recorded(store, "r4", worked(NOON + 3 * HOUR))
    assert issue(store).status == "new"


def test_a_run_that_sent_nothing_there_verifies_nothing(store: Store) -> None:
    recorded(store, "r1", unsent())
    for number in range(2, 5):
        recorded(store, f"r{number}", submission([f"k{number}"], at=NOON + number * HOUR))
    assert issue(store).status == "new"
