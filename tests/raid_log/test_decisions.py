"""Decisions that wait for people: what, who, until when."""

from __future__ import annotations

from datetime import timedelta

from people import actor, district
from raid_runs import NOON, failing, run

from raid_log import Gate, Store, Waiver, add, approve_waiver, ask_for_waiver, assign, items, triage
from raid_log.decisions import DecisionNeeded, decisions_needed


def waiting(store: Store, *gates: Gate, days: int = 0) -> list[DecisionNeeded]:
    moment = NOON + timedelta(days=days)
    return decisions_needed(district(), items(store, ended=False, as_of=moment), gates, moment)


def test_a_grave_defect_without_an_owner_waits_for_a_triager(store: Store) -> None:
    store.record(run("r1", failing()), district())
    assert waiting(store) == [DecisionNeeded("name an owner", "Tess or Tom", "", "RAID-0001", "Journals balance")]


def test_a_moderate_defect_without_an_owner_waits_for_nobody(store: Store) -> None:
    store.record(run("r1", failing(severity="moderate")), district())
    assert waiting(store) == []


def test_an_overdue_defect_waits_for_its_owner(store: Store) -> None:
    store.record(run("r1", failing()), district())
    triage(store, actor("tess"), "RAID-0001", root_cause="mapping")
    assign(store, actor("tess"), "RAID-0001", owner="olga", due="2026-11-25")
    assert waiting(store) == []
    (one,) = waiting(store, days=2)
    assert (one.what, one.who, one.by) == ("overdue: mend it, or agree on another day", "Olga", "2026-11-25")


def test_a_waiver_that_is_asked_for_waits_for_an_approver_and_then_for_its_end(store: Store) -> None:
    store.record(run("r1", failing()), district())
    triage(store, actor("tess"), "RAID-0001", root_cause="mapping", owner="olga")
    ask_for_waiver(store, actor("rita"), "RAID-0001", Waiver("late", "by hand", "list", "2026-12-15"))
    assert [(one.what, one.who) for one in waiting(store)] == [
        ("answer Rita, who asks for its waiver", "Anna or Stan"),
    ]
    approve_waiver(store, actor("anna"), "RAID-0001")
    assert waiting(store) == []
    (one,) = waiting(store, days=15)
    assert (one.who, one.by) == ("Olga", "2026-12-15")
    assert one.what.startswith("the waiver ends")


def test_an_assumption_waits_for_its_validator_a_week_before_its_day(store: Store) -> None:
    add(store, actor("tess"), "assumption", "One ledger", {"validate_by": "2026-12-08", "validator": "oscar"})
    assert waiting(store) == []
    (one,) = waiting(store, days=7)
    assert (one.what, one.who, one.by) == ("say whether it is true", "Oscar", "2026-12-08")


def test_a_late_dependency_and_an_extreme_risk_without_response_wait(store: Store) -> None:
    owed = {"on_whom": "the bank", "direction": "in", "needed_by": "2026-12-01", "promised_on": "2026-11-25"}
    add(store, actor("tess"), "dependency", "Test keys", owed)
    add(store, actor("tess"), "risk", "No pod", {"probability": "5", "impact": "5"})
    assert [(one.what, one.by) for one in waiting(store, days=3)] == [
        ("late: agree on it with the bank", "2026-12-01"),
        ("agree on a response and on who does it", ""),
    ]


def test_an_attested_gate_without_evidence_waits_for_those_who_may_attest(store: Store) -> None:
    gates = [
        Gate("G9", "Pay", "twice", "no evidence", "no_evidence", "attested"),
        Gate("G11", "Errors", "shown", "yes", "met", "attested"),
        Gate("G1", "Rate", "99.5 %", "no evidence", "no_evidence", "computed"),
    ]
    assert [one.what for one in waiting(store, *gates)] == ["attest gate G9 Pay: twice"]
