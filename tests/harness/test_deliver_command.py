"""``harness deliver`` and ``run`` with a pod: what is sent, what is taken up again, what is said of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import httpx
import pytest
from real_pod import URL, RealPod, only, operation
from told import JOURNALS, SPOILED, WORKERS, Desk

from harness.console import WIDTH

TWO_SOURCES = "FIN-01c/GlInterface_20261119_transport.zip"
UNITS = 18
"""Journals of the payloads JOURNALS and SPOILED."""


def untouched(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return answer


def interrupted(looks: int) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    """Somebody presses Ctrl-C after some looks at the job tree."""
    left = [looks]

    def press(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return answer

    return only("ESSExecutionDetailsRF", press)


# The end of a delivery


@pytest.mark.parametrize("payload", [JOURNALS, TWO_SOURCES, WORKERS])
def test_a_payload_that_is_taken_whole_exits_0_and_is_recorded_as_acceptance(
    desk: Desk, pod: RealPod, payload: str
) -> None:
    assert desk.deliver(desk.payload(payload)).code == 0
    ((kind, outcome),) = desk.outcomes()
    assert (kind, outcome, desk.step(), pod.loads()) == ("acceptance", "accepted", "read, closed", 1)


def test_a_refused_unit_exits_1_and_is_told_in_oracles_words_with_its_rule(desk: Desk, pod: RealPod) -> None:
    told = desk.deliver(desk.payload(SPOILED))
    assert told.code == 1
    assert desk.outcomes()["acceptance", "rejected"] == 1
    assert f"  FIN-01a {SPOILED.partition('/')[2]}: 1 unit: " in told.out


def test_what_does_not_conform_can_be_held_back(desk: Desk, pod: RealPod) -> None:
    told = desk.deliver("--hold-back", desk.payload(JOURNALS), desk.payload(SPOILED))
    assert told.code == 1, "not all is accepted"
    assert (pod.loads(), [row.payload for row in desk.journal()]) == (1, [JOURNALS.partition("/")[2]])
    assert {kind for kind, _ in desk.outcomes()} == {"acceptance", "conformance"}


def test_a_run_that_delivers_nothing_is_of_class_conformance_only(desk: Desk, pod: RealPod) -> None:
    assert desk("run", "--no-deliver", desk.payload()).code == 0
    assert (desk.outcomes(), desk.journal(), pod.calls) == ({("conformance", ""): UNITS}, [], [])


def test_a_run_without_a_pod_is_simulated_and_a_run_with_one_is_not(desk: Desk, pod: RealPod) -> None:
    payload = desk.payload()
    desk("run", payload)
    assert set(desk.outcomes()) == {("simulated", "accepted")}
    desk("run", payload, pod=URL)
    assert set(desk.outcomes()) == {("simulated", "accepted"), ("acceptance", "accepted")}
    assert [(row.environment, row.evidence_class) for row in desk.journal()] == [
        ("emulator", "simulated"),
        ("pod.example.com", "acceptance"),
    ]


# Taken up again


def test_a_budget_that_is_spent_leaves_it_pending_and_later_the_outcome_is_booked(desk: Desk, pod: RealPod) -> None:
    payload = desk.payload(SPOILED)
    desk.settings("[pod]\nbudget_minutes = 0.05")
    told = desk.deliver(payload)
    assert told.code == 1
    assert "has not ended within 3 s" in told.err
    assert "goes on by `harness deliver --resume`" in told.err
    assert (desk.step(), desk.outcomes()) == ("submitted, open", {("acceptance", "pending"): UNITS})
    again = desk("run", payload, pod=URL)
    assert (again.code, pod.loads()) == (2, 1)
    assert "is on its way to pod.example.com since" in again.err
    assert desk.deliver("--resume").code == 1, "it still has not ended"
    desk.settings("")
    resumed = desk.deliver("--resume")
    assert (resumed.code, pod.loads(), desk.step()) == (0, 1, "read, closed")
    assert "submitted -> read" in resumed.out
    assert desk.outcomes()["acceptance", "rejected"] == 1
    assert ("acceptance", "pending") not in desk.outcomes()


@pytest.mark.parametrize("command", ["run", "deliver"])
def test_what_is_interrupted_is_not_recorded_and_is_resumed(desk: Desk, pod: RealPod, command: str) -> None:
    pod.spoil = interrupted(2)
    told = desk(command, desk.payload(), pod=URL)
    assert told.code == 130
    assert (desk.step(), desk.outcomes()) == ("submitted, open", {})
    pod.spoil = untouched
    assert desk.deliver("--resume").code == 0
    assert (pod.loads(), desk.step(), desk.outcomes()) == (1, "read, closed", {("acceptance", "accepted"): UNITS})


def test_a_payload_that_was_moved_is_asked_for_and_the_others_go_on(desk: Desk, pod: RealPod) -> None:
    pod.spoil = interrupted(0)
    moved, other = desk.payload(), desk.payload(WORKERS)
    desk.deliver(moved)
    pod.spoil = untouched
    desk.settings("[pod]\nbudget_minutes = 0.01")
    desk.deliver(other)
    desk.settings("")
    (desk.folder / "archive").mkdir()
    shutil.move(moved, desk.folder / "archive" / "renamed.zip")
    told = desk.deliver("--resume")
    assert told.code == 2
    assert f"error: the payload {moved.name} is not where it was sent from" in told.err
    assert str(moved) in told.err
    assert "do: name the file, or the folder that it is in now" in told.err
    assert [row.open for row in desk.journal()] == [True, False]
    assert desk.deliver("--resume", desk.folder / "archive").code == 0
    assert ([row.open for row in desk.journal()], pod.loads()) == ([False, False], 2)


def test_a_delivery_to_another_pod_is_left_alone(desk: Desk, pod: RealPod) -> None:
    pod.spoil = interrupted(0)
    desk.deliver(desk.payload())
    pod.spoil = untouched
    told = desk.deliver("--resume", pod="https://other.example.com")
    assert (told.code, "0 deliveries taken up" in told.out, desk.step()) == (0, True, "submitted, open")


def test_of_two_processes_at_the_same_delivery_one_alone_sends(desk: Desk, pod: RealPod) -> None:
    others = []

    def resumed_elsewhere(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not others:
            others.append(None)  # the other process stores the file, too
            others.append(desk.deliver("--resume").code)
        return answer

    pod.spoil = only("uploadFile", resumed_elsewhere)
    told = desk.deliver(desk.payload(WORKERS))
    assert (others[1], told.code, pod.loads(), desk.step()) == (0, 2, 1, "read, closed")
    assert "error: another process goes on with the delivery" in told.err


def test_resume_needs_the_pod_because_an_emulator_of_a_process_is_gone_with_it(desk: Desk) -> None:
    desk.settings("")
    told = desk("deliver", "--resume")
    assert told.code == 2
    assert "do: name the --pod that they went to" in told.err


# What is said


def test_the_tables_fit_and_the_journal_lists_every_delivery(desk: Desk, pod: RealPod) -> None:
    told = desk.deliver(desk.payload(SPOILED), desk.payload(TWO_SOURCES))
    listed = desk("deliver", "--list")
    for text in (told.out, listed.out):
        table = [line for line in text.splitlines() if not line.startswith("  ")]
        assert max(map(len, table)) <= WIDTH
    assert listed.out.splitlines()[-1] == "2 deliveries, 0 not ended"
    for row in desk.journal():
        assert row.id[:8] in told.out
        assert row.id[:8] in listed.out


def test_the_json_tells_outcomes_and_answers_of_every_submission(desk: Desk, pod: RealPod) -> None:
    told = desk.deliver(desk.payload(SPOILED), "--json", "-")
    (one,) = json.loads(told.out)
    assert list(one) == [
        *("submission", "delivery", "interface", "payload", "evidence_class", "environment", "request"),
        *("units", "outcomes", "answers", "remarks"),
    ]
    assert one["outcomes"] == {"accepted": 17, "rejected": 1, "rejected_unexplained": 0, "pending": 0, "unknown": 0}
    assert set(one["answers"][0]) == {"unit", "file", "column", "code", "said", "rule", "counts"}
    (listed,) = json.loads(desk("deliver", "--list", "--json", "-").out)
    assert (listed["id"], listed["step"], listed["open"]) == (one["delivery"], "read", False)


def test_the_journal_of_a_resumed_delivery_is_told_as_json(desk: Desk, pod: RealPod) -> None:
    pod.spoil = interrupted(0)
    desk.deliver(desk.payload())
    pod.spoil = untouched
    (one,) = json.loads(desk.deliver("--resume", "--json", "-").out)
    assert (one["step"], one["changed"], one["interface"]) == ("read", UNITS, "FIN-01a")


def test_the_document_at_the_pod_is_named_after_interface_and_delivery(desk: Desk, pod: RealPod) -> None:
    names = []

    def name(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if operation(request) == "importBulkData":
            names.append(json.loads(request.content)["FileName"])
        return answer

    pod.spoil = name
    desk.deliver(desk.payload())
    assert names == [row.document for row in desk.journal()]
    assert names[0].startswith("FIN-01a_")
