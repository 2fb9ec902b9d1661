"""Closed weeks: written once, never changed; what comes later is told where it became known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from people import actor, district
from pydantic import TypeAdapter
from raid_runs import NOON, failing, result, rule, run, sent, submission
from sqlalchemy import select, update

from contracts.profiles import Goal
from raid_log import (
    Copy,
    Snapshot,
    Store,
    StoreError,
    Waiver,
    Week,
    approve_waiver,
    ask_for_waiver,
    close_weeks,
    closed_figures,
    edit,
    export_week,
    import_log,
    note_total,
    tell_week,
    triage,
)
from raid_log.closing import MOST_WEEKS, Restated
from raid_log.exchange import Cell, Row
from raid_log.integrity import check
from raid_log.tables import ClosedWeek

W47, W48, W49, W50 = (Week(2026, number) for number in (47, 48, 49, 50))
POD = {"evidence_class": "acceptance", "environment": "pod-1"}
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)  # W48 is over
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


def send(store: Store, outcomes: str, name: str, at: datetime = NOON) -> str:
    id_ = f"{name} {at}"
    store.record(run(id_, sent(outcomes, at=at, ended=at + HOUR, prefix=name, **POD)), district())
    return f"{id_}/1"


def closed(store: Store, at: datetime = MONDAY, last: Week = W48) -> list[str]:
    return close_weeks(store, district(), last, at=at)


def told(store: Store, week: Week = W48, as_of: datetime = MONDAY) -> Snapshot:
    return tell_week(store, district(), week, as_of=as_of)


def test_an_empty_store_has_no_week_to_close_and_tells_of_no_evidence(store: Store) -> None:
    assert closed(store) == []
    one = told(store)
    assert one.figures.classes["acceptance"].first_pass.text == "no evidence"
    assert one.readiness.text == "NO EVIDENCE"
    assert one.no_evidence == ("FIN-01", "FIN-02")


def test_weeks_are_closed_in_order_from_the_first_submission_to_the_last_that_is_over(store: Store) -> None:
    send(store, "AR", "u", NOON - WEEK)
    assert closed(store, MONDAY - timedelta(days=1)) == ["2026-W47"]  # W48 goes on
    assert closed(store, MONDAY + 2 * WEEK, W49) == ["2026-W48", "2026-W49"]
    assert closed(store, MONDAY + 2 * WEEK, W49) == []
    assert [one.window.label[:8] for one in closed_figures(store, W49)] == ["2026-W47", "2026-W48"]


@pytest.mark.slow
def test_no_more_weeks_are_closed_than_a_report_looks_back_on(store: Store) -> None:
    send(store, "A", "u", NOON - 70 * WEEK)
    assert len(closed(store)) == MOST_WEEKS


def test_the_week_53_of_2026_is_closed_between_its_neighbours(store: Store) -> None:
    send(store, "A", "u", datetime(2026, 12, 22, 12, tzinfo=UTC))
    names = closed(store, datetime(2027, 1, 12, tzinfo=UTC), Week(2027, 1))
    assert names == ["2026-W52", "2026-W53", "2027-W01"]


def test_a_closed_week_reads_as_it_was_written_whatever_comes_later(store: Store) -> None:
    failed = failing(2, at=NOON)
    store.record(run("r1", failed), district())
    first = send(store, "ARP", "u")
    triage(store, actor("tess"), "RAID-0001", root_cause="mapping")
    waiver = Waiver("late", "by hand", "list", "2026-12-05")
    ask_for_waiver(store, actor("rita"), "RAID-0001", waiver)
    approve_waiver(store, actor("anna"), "RAID-0001")
    open_ = tell_week(store, district(), W48, as_of=W48.window(district().time_zone).end)
    closed(store)
    assert told(store) == open_
    send(store, "RRRR", "late", NOON + HOUR)
    edit(store, actor("tess", MONDAY), "RAID-0001", {"workaround": "another"})
    assert first
    assert told(store) == open_
    assert closed(store) == []


def test_every_part_of_a_week_comes_back_from_json_as_it_went(store: Store) -> None:
    store.record(run("r1", failing(2, at=NOON)), district())
    send(store, "AR", "u")
    adapter = TypeAdapter(Snapshot)
    one = told(store)
    assert one.causes
    assert one.rules
    assert one.changes
    assert one.submissions
    assert adapter.validate_json(adapter.dump_json(one)) == one


def test_what_is_recorded_late_is_told_once_in_the_week_in_which_it_became_known(store: Store) -> None:
    send(store, "AR", "u")
    closed(store)
    send(store, "AAR", "late", NOON + HOUR)
    restated = (Restated("2026-W48", "acceptance", 3, 2),)
    told_open = told(store, W49, MONDAY + timedelta(days=1)).restated
    assert [one for one in told_open if one.evidence_class == "acceptance"] == list(restated)
    closed(store, MONDAY + WEEK, W49)
    assert told(store, W49).restated == told_open
    assert told(store, W50, MONDAY + WEEK + HOUR).restated == ()
    assert told(store).figures.classes["acceptance"].first_pass.rate.submitted == 2


def test_a_closed_week_that_was_changed_by_hand_is_a_fault_of_the_store(store: Store, url: str) -> None:
    send(store, "AR", "u")
    closed(store)
    assert check(url) == []
    with store.writing() as connection:
        content = connection.execute(select(ClosedWeek.content)).scalar_one()
        connection.execute(update(ClosedWeek).values(content=content.replace("FIN-01", "FIN-02")))
    assert [fault.where for fault in check(url)] == ["table closed_week, 2026-W48"]


def test_a_closed_week_that_cannot_be_read_is_refused_in_words(store: Store) -> None:
    send(store, "AR", "u")
    closed(store)
    with store.writing() as connection:
        connection.execute(update(ClosedWeek).values(content='{"week": 7}'))
    with pytest.raises(StoreError, match="closed week 2026-W48 cannot be read"):
        told(store)


def test_goals_are_kept_as_the_profile_had_them(store: Store) -> None:
    wanted = replace(district(), goals=(Goal("rate", "acceptance_rate", 0.0, 99.5),))
    send(store, "AR", "u")
    close_weeks(store, wanted, W48, at=MONDAY)
    assert told(store).goals == wanted.goals


def test_how_far_units_came_is_told_by_interface_class_stage_and_outcome(store: Store) -> None:
    send(store, "AARP", "u")
    found = [(one.interface, one.evidence_class, one.stage, one.outcome, one.units) for one in told(store).stages]
    assert found == [
        ("FIN-01", "acceptance", "S2", "", 1),
        ("FIN-01", "acceptance", "S2", "rejected", 1),
        ("FIN-01", "acceptance", "S3", "accepted", 2),
    ]
    early = told(store, as_of=NOON + HOUR / 2).stages  # the answers came an hour after the sending
    assert sum(one.units for one in early if one.outcome) == 0


def test_a_rule_that_was_not_checked_is_told_with_its_reason_and_what_it_found_is_added_up(store: Store) -> None:
    unbound = replace(rule("GL-200", status="not_checked", units=0, findings=0), reason="list x is not bound")
    for name in ("r1", "r2"):
        checked = result([False, True], rules=[rule(units=1, findings=3), unbound])
        store.record(run(name, submission(["a", "b"], checked=checked)), district())
    first, second = told(store).rules
    assert (first.rule, first.statuses, first.findings, first.units) == ("GL-100", {"failed": 2}, 6, 2)
    assert (first.severity, first.code, first.classes) == ("significant", "EF04", ("conformance",))
    assert (second.reasons, second.ran) == ({"not_checked": "list x is not bound"}, False)


def test_control_totals_of_the_week_are_told_as_they_stood_then(store: Store) -> None:
    id_ = send(store, "AAR", "u")
    note_total(store, actor("rita", NOON + 2 * HOUR), id_, units=1, evidence="report")
    note_total(store, actor("rita", MONDAY), id_, units=2, evidence="report")
    (one,) = told(store).totals
    assert (one.interface, one.units_agree, one.amounts_agree) == ("FIN-01", False, None)
    assert one.text == "1 units in Fusion; 2 units accepted"


def test_a_week_is_exported_as_it_was_and_its_copy_can_be_edited_and_imported(store: Store) -> None:
    store.record(run("r1", failing(2, at=NOON)), district())
    ask_for_waiver(store, actor("rita"), "RAID-0001", Waiver("late", "by hand", "list", "2026-12-05"))
    closed(store)
    before = export_week(told(store))
    edit(store, actor("tess", MONDAY), "RAID-0001", {"workaround": "another"})
    assert export_week(told(store)) == before
    issues, waivers = (next(table for table in before.tables if table.type == name) for name in ("issue", "waiver"))
    assert "fingerprints" not in [column.name for column in issues.columns]
    assert [row["state"] for row in waivers.rows] == ["asked"]
    cells = {name: Cell(text, f"A.{name}") for name, text in issues.rows[0].items()}
    changed = Row("issue", "row 2", {**cells, "workaround": Cell("mine", "B2"), "owner": Cell("olga", "C2")})
    done = import_log(store, actor("tess", MONDAY), Copy("xlsx", before.mark, (changed,)))
    assert [(one.column, one.after) for one in done.changed] == [("owner", "olga")]
    assert [(one.column, one.now) for one in done.conflicts] == [("workaround", "another")]


def test_a_week_that_an_earlier_version_closed_is_told_without_what_it_did_not_keep(store: Store) -> None:
    store.record(run("r1", failing(2, at=NOON)), district())
    closed(store)
    newer = {"stages", "totals", "waivers", "signers", "mark", "recorded"}
    with store.writing() as connection:
        held = json.loads(connection.execute(select(ClosedWeek.content)).scalar_one())
        old = {name: value for name, value in held.items() if name not in newer}
        old["rules"] = [{key: one[key] for key in ("interface", "contract", "version", "rule", "title", "statuses")}
                        for one in held["rules"]]  # fmt: skip
        connection.execute(update(ClosedWeek).values(content=json.dumps(old)))
    one = told(store)
    assert (one.stages, one.mark, one.rules[0].severity) == ((), "", "")
    assert [row["id"] for table in export_week(one).tables for row in table.rows] == ["RAID-0001"]
