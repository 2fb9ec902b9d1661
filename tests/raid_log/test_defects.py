"""Defects: one per fingerprint, raised under a stated rule, in a log that shows tampering."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raid_runs import NOON, failing, finding, profile, result, rule, run, submission
from sqlalchemy import text

from raid_log import Author, Store, StoreError, change, fingerprint, item, items


def test_a_failed_rule_opens_one_defect_with_its_occurrence(store: Store) -> None:
    assert store.record(run("r1", failing(5, 2)), profile()).opened == ("RAID-0001",)
    defect = item(store, "RAID-0001")
    assert (defect.type, defect.status, defect.severity, defect.open) == ("issue", "new", "significant", True)
    assert (defect.interface, defect.contract, defect.cause) == ("FIN-01", "finance.gl", "GL-100")
    assert defect.field == "lines.AMOUNT"
    assert defect.fingerprints == (fingerprint("FIN-01", "finance.gl", "GL-100", "lines.AMOUNT"),)
    (seen,) = defect.occurrences
    assert (seen.run, seen.submission, seen.stage, seen.evidence_class) == ("r1", "r1/1", "S1", "conformance")
    assert (seen.units, seen.records, seen.amount, seen.comparison) == (2, 2, None, "")
    assert [event.kind for event in defect.history] == ["opened"]
    assert defect.first_seen == defect.last_seen == NOON


def test_a_further_failure_is_an_occurrence_and_no_second_defect(store: Store) -> None:
    store.record(run("r1", failing()), profile())
    again = store.record(run("r2", failing(at=NOON + timedelta(days=1))), profile())
    assert (again.opened, again.recurred) == ((), ("RAID-0001",))
    assert [one.run for one in item(store, "RAID-0001").occurrences] == ["r1", "r2"]


def test_the_same_fault_with_other_words_values_order_and_class_is_the_same_defect(store: Store) -> None:
    store.record(run("r1", failing(3, 1)), profile())
    other = failing(
        4, 3, value="8", message="other words", version="2.0.0", severity="critical", evidence_class="simulated",
        environment="emulator", prefix="x", at=NOON + timedelta(hours=1),
    )  # fmt: skip
    store.record(run("r2", other), profile())
    (defect,) = items(store)
    assert defect.evidence_class == "simulated"
    assert defect.severity == "critical"  # the rule's own severity has risen


def test_another_interface_contract_rule_or_field_is_another_defect() -> None:
    marks = {
        fingerprint("A", "c", "r", "f"),
        fingerprint("B", "c", "r", "f"),
        fingerprint("A", "d", "r", "f"),
        fingerprint("A", "c", "s", "f"),
        fingerprint("A", "c", "r", ""),
        fingerprint("A", "c", "rf", ""),
    }
    assert len(marks) == 6
    assert all(mark.startswith("fp1:") and len(mark) == 68 for mark in marks)


@given(st.tuples(*[st.text(max_size=3)] * 4), st.tuples(*[st.text(max_size=3)] * 4))
def test_fingerprints_are_equal_only_if_every_part_is(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


@pytest.mark.parametrize(
    "quiet",
    [
        failing(severity="moderate"),
        failing(severity="minor"),
        failing(status="draft"),
        failing(status="retired"),
        failing(negative=True),
        failing(evidence_class="generated"),
    ],
)
def test_nothing_opens_for_mild_rules_drafts_negative_and_generated_payloads(store: Store, quiet: object) -> None:
    store.record(run("r1", quiet), profile())
    assert items(store) == []


@pytest.mark.parametrize(("status", "findings", "opens"), [("stale", 1, 1), ("stale", 0, 0), ("not_checked", 0, 0)])
def test_a_stale_rule_opens_a_defect_only_with_a_finding(store: Store, status: str, findings: int, opens: int) -> None:
    checked = result([True], rules=[rule(status=status, findings=findings, units=findings)])
    store.record(run("r1", submission(checked=checked)), profile())
    assert len(items(store)) == opens


@pytest.mark.parametrize(("units", "severity"), [(19, "significant"), (20, "critical")])
def test_a_low_share_raises_from_20_units_on(store: Store, units: int, severity: str) -> None:
    recorded = store.record(run("r1", failing(units, 2)), profile())
    assert item(store, "RAID-0001").severity == severity
    assert recorded.raised == (("RAID-0001",) if severity == "critical" else ())


def test_a_share_of_exactly_95_percent_raises_nothing(store: Store) -> None:
    store.record(run("r1", failing(20, 1)), profile())
    assert item(store, "RAID-0001").severity == "significant"


@pytest.mark.parametrize(("units", "severity"), [(19, "significant"), (20, "critical")])
def test_a_pay_affecting_interface_raises_from_20_units_on(store: Store, units: int, severity: str) -> None:
    store.record(run("r1", failing(units, 1, interface="PAY-01")), profile())
    assert item(store, "RAID-0001").severity == severity


def test_the_units_of_all_submissions_of_the_interface_in_the_run_count_for_the_raise(store: Store) -> None:
    parts = [failing(10, 1, prefix=name) for name in "xy"]
    store.record(run("r1", *parts), profile())
    defect = item(store, "RAID-0001")
    assert defect.severity == "critical"
    assert [event.kind for event in defect.history] == ["opened", "graded"]
    assert defect.history[1].reason == "18 of 20 units of the run came through: below 95 %"


def test_a_raise_is_one_step_and_is_made_once(store: Store) -> None:
    for number in range(3):
        store.record(
            run(f"r{number}", failing(30, 9, interface="PAY-01", at=NOON + timedelta(hours=number))), profile()
        )
    assert [event.kind for event in item(store, "RAID-0001").history] == ["opened", "graded"]


def test_the_amount_of_an_occurrence_is_known_where_every_unit_is_hit(store: Store) -> None:
    checked = result(
        [False, False],
        rules=[rule(units=2)],
        findings=[finding("GL-100", 1)],
        amounts=[Decimal("1.10"), Decimal("2.20")],
    )
    store.record(run("r1", submission(["a", "b"], checked=checked)), profile())
    assert item(store, "RAID-0001").occurrences[0].amount == Decimal("3.30")


def test_items_are_filtered_by_type_status_severity_and_interface(store: Store) -> None:
    store.record(run("r1", failing(), failing(interface="FIN-02", severity="critical")), profile())
    assert [one.id for one in items(store)] == ["RAID-0001", "RAID-0002"]
    assert [one.id for one in items(store, interface="FIN-02")] == ["RAID-0002"]
    assert [one.id for one in items(store, severity="significant")] == ["RAID-0001"]
    assert [one.id for one in items(store, status="open")] == ["RAID-0001", "RAID-0002"]
    assert items(store, status="verified") == []
    assert items(store, type="risk") == []
    assert items(store, as_of=NOON - timedelta(seconds=1)) == []


@pytest.mark.parametrize("wrong", [{"type": "idea"}, {"status": "done"}, {"type": "risk", "status": "new"}])
def test_a_filter_that_names_nothing_is_refused(store: Store, wrong: dict[str, str]) -> None:
    with pytest.raises(StoreError, match="is no"):
        items(store, **wrong)


@pytest.mark.parametrize("wrong", ["RAID-0007", "raid-7", "RAID-x", "7", "RAID-²", "RAID-99999999999999999999"])
def test_an_unknown_id_is_refused(store: Store, wrong: str) -> None:
    with pytest.raises(StoreError):
        item(store, wrong)


def test_a_rejected_defect_that_fails_again_stays_rejected(store: Store) -> None:
    store.record(run("r1", failing()), profile())
    change(store, "RAID-0001", "rejected", Author("A. Triager", "triager", NOON, reason="test data"))
    store.record(run("r2", failing(at=NOON + timedelta(hours=1))), profile())
    defect = item(store, "RAID-0001")
    assert (defect.status, len(defect.occurrences)) == ("rejected", 2)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE event SET reason = 'never mind' WHERE number = 2",
        "DELETE FROM event WHERE number = 2",
        "DELETE FROM event WHERE number = 3",
        "UPDATE event SET number = 9 WHERE number = 3",
    ],
)
def test_the_chain_of_events_shows_what_was_changed_or_cut_off(store: Store, tampering: str) -> None:
    store.record(run("r1", failing(20, 2), failing(interface="FIN-02")), profile())
    assert store.broken_link() is None
    with store.writing() as connection:
        connection.execute(text(tampering))
    assert store.broken_link() in (2, 3)
