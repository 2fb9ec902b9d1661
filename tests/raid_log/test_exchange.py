"""The log that goes out as a file and comes back edited: what is merged, what is a conflict, what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from people import actor, district
from raid_runs import NOON, content, failing, run

from raid_log import Store, StoreError, add, approve_waiver, ask_for_waiver, assign, edit, fix, item, items, open_store
from raid_log.actions import add_entry
from raid_log.events import EventLog
from raid_log.exchange import WAIVER, Cell, Copy, Export, Row, clean, columns, export_log, read_mark, read_table
from raid_log.importing import REJECTION_ASKED, Imported, import_log
from raid_log.waivers import Waiver

LATER = NOON + timedelta(hours=1)
Edits = Mapping[str, Mapping[str, str]]
WAIVED = {"until": "2026-12-20", "reason": "next release", "workaround": "by hand", "control": "daily look"}


@pytest.fixture
def defect(store: Store) -> str:
    """A new significant defect, RAID-0001."""
    store.record(run("r1", failing()), district())
    return "RAID-0001"


@pytest.fixture(scope="module")
def unmoved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with a new significant defect, for what is refused and so changes nothing."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('unmoved') / 'store.db'}") as opened:
        opened.record(run("r1", failing()), district())
        yield opened


def exported(store: Store, at: datetime = NOON) -> Export:
    return export_log(store, district(), as_of=at)


def copy(export: Export, edits: Edits | None = None, *new: tuple[str, Mapping[str, str]], source: str = "xlsx") -> Copy:
    """A copy in which some cells of some ids say something else, with new rows."""
    rows = [(table.type, row) for table in export.tables for row in table.rows]
    edited = [(type_, {**row, **(edits or {}).get(row["id"], {})} if type_ != WAIVER else row) for type_, row in rows]
    return Copy(source, export.mark, tuple(made(type_, row) for type_, row in (*edited, *new)))


def made(type_: str, texts: Mapping[str, str]) -> Row:
    where = f"{type_} {texts.get('id') or 'new'}"
    return Row(type_, where, {name: Cell(text, f"{where}.{name}") for name, text in texts.items()})


def taken(store: Store, who: str, given: Copy, **how: bool) -> Imported:
    return import_log(store, actor(who, LATER), given, **how)


def only(done: Imported) -> str:
    """Where and why the one cell or row was refused; nothing else was done."""
    (problem,) = done.refused
    assert [done.added, done.changed, done.requested, done.conflicts] == [[], [], [], []]
    return f"{problem.where}: {problem.what}"


# --- what is exported


def test_an_export_holds_every_entry_with_its_version_and_its_facts(store: Store, defect: str) -> None:
    add(store, actor("rita"), "risk", "Bank answers late", {"probability": "4", "impact": "5"})
    tables = {table.type: table for table in exported(store).tables}
    (issue,), (risk,) = tables["issue"].rows, tables["risk"].rows
    assert (issue["id"], issue["version"], issue["status"], issue["severity"]) == (defect, "1", "new", "significant")
    assert (issue["cause"], issue["times_seen"], issue["first_seen"]) == ("GL-100", "1", "2026-11-24")
    assert (issue["evidence_class"], issue["fingerprints"][:4]) == ("conformance", "fp1:")
    assert (risk["exposure"], risk["title"]) == ("20 extreme", "Bank answers late")
    for table in tables.values():
        assert all(row.keys() == {column.name for column in table.columns} for row in table.rows)
    assert exported(store).counts == (("risk", "", "open", 1), ("issue", "significant", "new", 1))


def test_the_same_store_and_moment_give_the_same_export(store: Store, defect: str) -> None:
    before = exported(store)
    edit(store, actor("tess", LATER), defect, {"workaround": "by hand"})
    assert exported(store) == before
    assert exported(store, LATER) != before


# --- the merge


def test_an_export_that_nobody_edited_changes_nothing(store: Store, defect: str) -> None:
    add(
        store,
        actor("rita"),
        "dependency",
        "Legends",
        {"on_whom": "State", "direction": "in", "needed_by": "2026-12-10"},
    )
    given, before = copy(exported(store)), content(store)
    assert taken(store, "rita", given) == Imported(dry_run=False)
    assert content(store) == before


def test_cells_that_changed_are_taken_and_say_where_from(store: Store, defect: str) -> None:
    given = copy(exported(store), {defect: {"owner": "olga", "workaround": " by hand\r\n"}})
    done = taken(store, "tess", given)
    assert {(one.column, one.before, one.after) for one in done.changed} == {
        ("owner", "", "olga"),
        ("workaround", "", "by hand"),
    }
    last = item(store, defect).history[-1]
    assert (last.kind, last.by, last.source) == ("edited", "tess", "xlsx")
    before = content(store)
    assert not taken(store, "tess", given).changed
    assert content(store) == before
    assert store.broken_link() is None


def test_every_case_of_the_three_way_merge(store: Store) -> None:
    """base, now and file of one cell, each of three texts: taken, kept or a conflict."""
    cases = list(product(("", "a", "b"), repeat=3))
    ids = []
    for base, *_ in cases:
        values = {"severity": "minor"} | ({"workaround": base} if base else {})
        ids.append(add(store, actor("rita"), "issue", "Seen", values).id)
    export = exported(store)
    for id_, (base, now, _) in zip(ids, cases, strict=True):
        if now != base:
            edit(store, actor("tess"), id_, {"workaround": now})
    done = taken(store, "tess", copy(export, {i: {"workaround": case[2]} for i, case in zip(ids, cases, strict=True)}))
    conflicts = {one.id: (one.base, one.now, one.file) for one in done.conflicts}
    for id_, (base, now, file) in zip(ids, cases, strict=True):
        torn = len({base, now, file}) == 3
        assert (id_ in conflicts) is torn
        assert item(store, id_).fields.get("workaround", "") == (file if now == base else now)
    assert set(conflicts.values()) == {case for case in cases if len(set(case)) == 3}


def test_two_copies_are_merged_and_one_cell_of_both_is_a_conflict(store: Store, defect: str) -> None:
    export = exported(store)
    taken(store, "tess", copy(export, {defect: {"owner": "olga", "root_cause": "mapping"}}))
    done = taken(store, "tom", copy(export, {defect: {"owner": "oscar", "workaround": "by hand"}}))
    (conflict,) = done.conflicts
    assert (conflict.where, conflict.base, conflict.now, conflict.file) == (
        "issue RAID-0001.owner",
        "",
        "olga",
        "oscar",
    )
    fields = item(store, defect).fields
    assert (fields["owner"], fields["root_cause"], fields["workaround"]) == ("olga", "mapping", "by hand")


def test_rows_and_columns_that_were_deleted_delete_nothing(store: Store, defect: str) -> None:
    edit(store, actor("tess"), defect, {"workaround": "by hand"})
    before, export = content(store), exported(store)
    row = {name: text for name, text in export.tables[2].rows[0].items() if name != "workaround"}
    for rows in ((), (made("issue", row),)):
        assert taken(store, "tess", Copy("file", export.mark, rows)) == Imported(dry_run=False)
    assert content(store) == before


def test_the_base_is_what_the_export_knew_though_older_moments_are_written_later(store: Store, defect: str) -> None:
    export = exported(store, LATER)
    store.record(run("r2", failing(severity="critical", prefix="v", at=NOON + timedelta(minutes=1))), district())
    assert item(store, defect).severity == "critical"
    done = taken(store, "tess", copy(export, {defect: {"workaround": "by hand"}}))
    assert [one.column for one in done.changed] == ["workaround"]
    assert item(store, defect).severity == "critical"


def test_a_promise_that_time_made_late_is_no_edit(store: Store) -> None:
    facts = {"on_whom": "State", "direction": "in", "needed_by": "2026-12-10", "promised_on": "2026-11-24"}
    owed = add(store, actor("rita"), "dependency", "Legends", facts).id
    export = exported(store)
    done = import_log(store, actor("tess", NOON + timedelta(days=2)), copy(export, {owed: {"agreed": "yes"}}))
    assert ([one.column for one in done.changed], done.refused) == (["agreed"], [])
    assert item(store, owed).status == "late"


# --- states


def test_a_file_moves_a_defect_by_the_rules_of_the_commands(store: Store, defect: str) -> None:
    taken(store, "tess", copy(exported(store), {defect: {"status": "triaged", "root_cause": "mapping"}}))
    assert item(store, defect).status == "triaged"
    taken(store, "tess", copy(exported(store, LATER), {defect: {"status": "in_progress", "owner": "olga"}}))
    assert (item(store, defect).status, item(store, defect).standing.due) == ("in_progress", "2026-12-01")
    mended = {"status": "fixed", "fix": "CHG-7", "fixed_in": "26C"}
    done = taken(store, "olga", copy(exported(store, LATER), {defect: mended}))
    assert {one.column for one in done.changed} == {"status", "fix", "fixed_in"}
    assert (item(store, defect).status, item(store, defect).fields["fixed_in"]) == ("fixed", "26C")


def test_an_owner_takes_a_new_defect_for_himself(store: Store, defect: str) -> None:
    taken(store, "olga", copy(exported(store), {defect: {"status": "in_progress", "owner": "olga"}}))
    assert (item(store, defect).owner, item(store, defect).history[-1].role) == ("olga", "owner")


@pytest.mark.parametrize(
    ("who", "cells", "said"),
    [
        ("tess", {"status": "verified"}, "cannot set the state 'verified'"),
        ("tess", {"status": "reopened"}, "cannot set the state 'reopened'"),
        ("tess", {"status": "duplicate"}, "cannot set the state 'duplicate'"),
        ("stan", {"status": "waived"}, "cannot set the state 'waived'"),
        ("tess", {"status": "done"}, "cannot set the state 'done'"),
        ("tess", {"status": ""}, "cannot set the state ''"),
        ("tess", {"status": "Fixed"}, "cannot set the state 'Fixed'"),
        ("tess", {"status": "in_progress"}, "status: the owner is blank"),
        ("tess", {"status": "fixed"}, "status: the reference is blank"),
        ("tess", {"status": "fixed", "fix": "CHG-7", "fixed_in": "soon"}, "neither release nor"),
        ("tess", {"fix": "CHG-7"}, "fix: fix goes with the status fixed"),
        ("rita", {"status": "triaged"}, "'triaged' is refused to rita"),
        ("rita", {"workaround": "x"}, "workaround: 'edited' is refused to rita"),
        ("tess", {"status": "rejected"}, "the reason is blank"),
        ("tess", {"severity": "minor"}, "reason for a lower severity is blank"),
        ("tess", {"severity": "minor", "reason": "small"}, "takes a second person"),
        ("tess", {"severity": ""}, "severity cannot be blank"),
        ("tess", {"owner": "nobody"}, "owner: 'nobody' is refused"),
        ("tess", {"due": "24.12.2026"}, "due: no date"),
        ("tess", {"workaround": "=1+1"}, "workaround: a formula is refused: =1+1"),
        ("tess", {"workaround": "@SUM(A1)"}, "a formula is refused"),
        ("tess", {"priority": "-5"}, "a formula is refused"),
        ("tess", {"interface": "FIN-02"}, "interface is not changed by a file"),
        ("tess", {"cause": "GL-999"}, "cause is not changed by a file"),
        ("tess", {"title": "Other", "owner": "olga"}, "title is not changed by a file"),
        ("tess", {"version": "7", "owner": "olga"}, "edited hidden columns"),
        ("tess", {"version": "", "owner": "olga"}, "edited hidden columns"),
    ],
)
def test_what_is_refused_names_its_cell_and_changes_nothing(
    unmoved: Store, who: str, cells: dict[str, str], said: str
) -> None:
    given, before = copy(exported(unmoved), {"RAID-0001": cells}), content(unmoved)
    told = only(taken(unmoved, who, given))
    assert said in told
    assert "RAID-0001" in told
    assert content(unmoved) == before


def test_a_state_that_needs_a_cell_in_conflict_is_not_set(store: Store, defect: str) -> None:
    export = exported(store)
    edit(store, actor("tess"), defect, {"owner": "oscar"})
    done = taken(store, "tess", copy(export, {defect: {"status": "in_progress", "owner": "olga"}}))
    assert (len(done.conflicts), done.refused[0].what) == (1, "the state in_progress needs owner, which was not taken")
    assert (item(store, defect).status, item(store, defect).owner) == ("new", "oscar")


def test_no_refusal_advises_the_state_that_it_refuses(store: Store, defect: str) -> None:
    taken(store, "tess", copy(exported(store), {defect: {"status": "triaged"}}))
    (problem,) = taken(store, "tess", copy(exported(store, LATER), {defect: {"status": "new"}})).refused
    assert problem.todo == "use one of triaged, in_progress, fixed"


def test_a_fixed_defect_is_not_led_back(store: Store, defect: str) -> None:
    assign(store, actor("tess"), defect, "olga")
    fix(store, actor("olga"), defect, reference="CHG-7", fixed_in="26C")
    given = copy(exported(store), {defect: {"status": "in_progress"}})
    assert "no file leads from fixed to in_progress" in only(taken(store, "tess", given))


def test_states_of_other_entries_are_changed_by_commands(store: Store) -> None:
    risk = add(store, actor("tess"), "risk", "Late", {"probability": "4", "impact": "5"}).id
    assert "status is not changed" in only(taken(store, "tess", copy(exported(store), {risk: {"status": "closed"}})))


def test_a_lower_severity_is_taken_with_its_reason(store: Store) -> None:
    id_ = add(store, actor("rita"), "issue", "Seen", {"severity": "significant"}).id
    taken(store, "tess", copy(exported(store), {id_: {"severity": "minor", "reason": "one file", "owner": "olga"}}))
    assert (item(store, id_).severity, item(store, id_).owner) == ("minor", "olga")
    assert {event.reason for event in item(store, id_).history[1:]} == {"one file"}


def test_a_rejection_is_a_request_that_changes_no_state(store: Store, defect: str) -> None:
    given = copy(exported(store), {defect: {"status": "rejected", "reason": "a test file"}})
    assert taken(store, "rita", given).requested == [(defect, "rejection")]
    last = item(store, defect).history[-1]
    assert (last.kind, last.reason, last.after, last.role) == (REJECTION_ASKED, "a test file", "new", "reporter")
    assert taken(store, "rita", given) == Imported(dry_run=False)


def test_a_reason_that_is_a_formula_is_none(store: Store, defect: str) -> None:
    done = taken(store, "rita", copy(exported(store), {defect: {"status": "rejected", "reason": "=now()"}}))
    assert [one.where for one in done.refused] == ["issue RAID-0001.reason", "issue RAID-0001.status"]
    assert (done.requested, len(item(store, defect).history)) == ([], 1)


# --- waivers


def test_a_row_of_the_waivers_asks_and_never_approves(store: Store, defect: str) -> None:
    row = (WAIVER, {"id": defect, **WAIVED, "state": "in force", "approved_by": "stan"})
    given = copy(exported(store), {defect: {"status": "waived"}}, row)
    assert taken(store, "stan", given).requested == [(defect, "waiver")]
    assert (item(store, defect).status, item(store, defect).history[-1].kind) == ("new", "waiver_requested")
    assert taken(store, "stan", given) == Imported(dry_run=False)
    (asked,) = exported(store, LATER).tables[-1].rows
    assert (asked["id"], asked["state"], asked["until"], asked["requested_by"]) == (
        defect,
        "asked",
        "2026-12-20",
        "stan",
    )
    approve_waiver(store, actor("anna", LATER), defect)
    assert taken(store, "stan", given) == Imported(dry_run=False)
    (waived,) = exported(store, LATER).tables[-1].rows
    assert (waived["state"], waived["approved_by"], waived["reason"]) == ("in force", "anna", "next release")
    assert taken(store, "rita", copy(exported(store, LATER))) == Imported(dry_run=False)


def test_a_row_of_the_waivers_without_some_columns_says_nothing_of_them(store: Store, defect: str) -> None:
    asked = Waiver("- next release", "by hand", "daily look", "2026-12-01", evidence="mail")
    ask_for_waiver(store, actor("olga"), defect, asked)
    export, before = exported(store), content(store)
    (row,) = export.tables[-1].rows
    some = {name: row[name] for name in ("id", "until", "reason")}
    assert taken(store, "rita", Copy("file", export.mark, (made(WAIVER, some),))) == Imported(dry_run=False)
    assert content(store) == before
    longer = made(WAIVER, {**some, "until": "2026-12-10"})
    assert taken(store, "rita", Copy("file", export.mark, (longer,))).requested == [(defect, "waiver")]
    (now,) = exported(store, LATER).tables[-1].rows
    assert (now["until"], now["reason"], now["evidence"]) == ("2026-12-10", "- next release", "mail")


def test_a_request_that_somebody_made_since_is_not_replaced(store: Store, defect: str) -> None:
    export = exported(store)
    ask_for_waiver(store, actor("olga"), defect, Waiver("other", "other", "other", "2026-12-01"))
    done = taken(store, "rita", copy(export, None, (WAIVER, {"id": defect, **WAIVED})))
    assert (done.requested, done.conflicts[0].column, "other" in done.conflicts[0].now) == ([], "waiver", True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"until": "2027-12-20"}, "is too long"),
        ({"until": "soon"}, "no date"),
        ({"workaround": ""}, "the workaround is blank"),
        ({"reason": "=now()"}, "a formula is refused"),
        ({"id": "RAID-0099"}, "no entry 'RAID-0099'"),
        ({"id": ""}, "no entry ''"),
    ],
)
def test_a_request_that_is_not_whole_is_refused(unmoved: Store, change: dict[str, str], said: str) -> None:
    given = copy(exported(unmoved), None, (WAIVER, {"id": "RAID-0001", **WAIVED, **change}))
    assert said in only(taken(unmoved, "rita", given))


# --- new rows


def test_a_row_without_an_id_becomes_an_entry_once(store: Store, defect: str) -> None:
    new = ("risk", {"id": "", "title": "Bank answers late", "probability": "4", "impact": "5", "owner": "olga"})
    given = copy(exported(store), None, new, new, source="file")
    assert taken(store, "rita", given).added == ["RAID-0002"]
    risk = item(store, "RAID-0002")
    assert (risk.title, risk.owner, risk.status, risk.source) == ("Bank answers late", "olga", "open", "file")
    before = content(store)
    assert taken(store, "rita", given) == Imported(dry_run=False)
    assert content(store) == before
    assert len(items(store)) == 2


def test_a_new_row_that_was_changed_after_its_import_is_no_second_entry(store: Store) -> None:
    export, row = exported(store), {"title": "Late", "probability": "4", "impact": "5"}
    taken(store, "rita", copy(export, None, ("risk", row)))
    told = only(taken(store, "rita", copy(export, None, ("risk", {**row, "impact": "1"}))))
    assert "'Late' was added as RAID-0001 by an import of this export" in told


@pytest.mark.parametrize(
    ("type_", "change", "said"),
    [
        ("risk", {"impact": ""}, "needs impact"),
        ("risk", {"title": ""}, "the title is blank"),
        ("risk", {"title": "=cmd|x"}, "new.title: a formula is refused"),
        ("risk", {"impact": "9"}, "'9' is refused"),
        ("risk", {"version": "1"}, "a new row has no version"),
        ("risk", {"status": "closed"}, "begins as open"),
        ("issue", {"severity": "minor", "interface": "FIN-01"}, "a new row has no interface"),
        ("issue", {"severity": "minor", "status": "fixed"}, "begins as new"),
    ],
)
def test_a_new_row_that_is_not_whole_is_refused(unmoved: Store, type_: str, change: dict[str, str], said: str) -> None:
    row = {"title": "Late"} | ({"probability": "4", "impact": "5"} if type_ == "risk" else {}) | change
    given, before = copy(exported(unmoved), None, (type_, row)), content(unmoved)
    assert said in only(taken(unmoved, "rita", given))
    assert content(unmoved) == before


def test_an_id_that_the_log_does_not_know_or_that_is_elsewhere_is_refused(store: Store, defect: str) -> None:
    export = exported(store)
    for rows, said in (
        ((("issue", {"id": "RAID-0099", "owner": "olga"}),), "no entry 'RAID-0099'"),
        ((("issue", {"id": f"{defect}\u200b", "owner": "olga"}),), r"no entry 'RAID-0001\u200b'"),
        ((("risk", {"id": defect, "owner": "olga"}),), "RAID-0001 is an issue, not a risk"),
    ):
        given = Copy("xlsx", export.mark, tuple(made(*row) for row in rows))
        assert said in only(taken(store, "tess", given))
    twice = Copy("xlsx", export.mark, (made("issue", export.tables[2].rows[0]),) * 2)
    assert [one.what for one in taken(store, "tess", twice).refused] == ["RAID-0001 stands 2 times"] * 2


# --- the whole file


def test_a_file_of_another_store_is_refused(store: Store, defect: str) -> None:
    given, before = copy(exported(store), {defect: {"owner": "olga"}}), content(store)
    for mark in (replace(given.mark, hash="f" * 64), replace(given.mark, event=99), replace(given.mark, event=0)):
        with pytest.raises(StoreError, match="export of another store"):
            taken(store, "tess", replace(given, mark=mark))
    with pytest.raises(StoreError, match="ghost is not listed"):
        taken(store, "ghost", given)
    assert content(store) == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1 abc",
        "x abc 2026-11-24T17:00:00+00:00",
        "1 abc 2026-11-24T17:00:00",
        f"{2**70} abc 2026-11-24T17:00:00+00:00",
        "1 abc 0001-01-01T00:00:00+14:00",
    ],
)
def test_a_mark_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="which export it is"):
        read_mark(text, "a.xlsx")


def test_a_dry_run_tells_the_same_and_changes_nothing(store: Store, defect: str) -> None:
    new = ("risk", {"title": "Late", "probability": "4", "impact": "5"})
    given, before = copy(exported(store), {defect: {"status": "triaged", "severity": "minor"}}, new), content(store)
    dry = taken(store, "tess", given, dry_run=True)
    assert content(store) == before
    assert replace(taken(store, "tess", given), dry_run=True) == dry
    assert (len(dry.added), len(dry.changed), len(dry.refused)) == (1, 1, 1)


@pytest.mark.parametrize(("open_", "moved", "stops"), [(25, 5, False), (25, 6, True), (40, 8, False), (40, 9, True)])
def test_a_mass_change_of_states_stops_until_it_was_checked(store: Store, open_: int, moved: int, stops: bool) -> None:
    _many(store, open_)
    ids = [f"RAID-{number:04d}" for number in range(1, moved + 1)]
    given, before = copy(exported(store), {id_: {"status": "triaged"} for id_ in ids}), content(store)
    if stops:
        with pytest.raises(StoreError, match=f"state of {moved} entries, {open_} are open"):
            taken(store, "tess", given)
        assert content(store) == before
    assert len(taken(store, "tess", given, checked=stops).changed) == moved


def _many(store: Store, count: int) -> None:
    with store.writing() as connection:
        log = EventLog(connection)
        for number in range(count):
            add_entry(log, actor("rita"), "issue", f"Seen {number}", {"severity": "minor"})
        log.close()


def test_two_thousand_rows_of_two_people_are_merged(store: Store) -> None:
    _many(store, 2_000)
    export = exported(store)
    ids = [row["id"] for row in export.tables[2].rows]
    assert len(taken(store, "tess", copy(export, {id_: {"owner": "olga"} for id_ in ids[:300]})).changed) == 300
    done = taken(store, "tom", copy(export, {id_: {"owner": "oscar"} for id_ in ids[200:400]}))
    assert (len(done.changed), len(done.conflicts)) == (100, 100)
    assert store.broken_link() is None


# --- reading a table


def line(number: int, *texts: str) -> tuple[str, list[Cell]]:
    return f"row {number}", [Cell(text, f"{at}{number}") for at, text in zip("ABCDEF", texts, strict=False)]


def test_blank_rows_are_left_out_and_strange_columns_are_told(store: Store) -> None:
    lines = [
        line(1, "id", "title", "Mine"),
        line(2, "", " "),
        line(3, "", "Late", "note", "beside"),
        line(4, "", "", "x"),
    ]
    rows, strange = read_table("risk", "Risks", lines)
    assert [(row.where, row.text("title"), row.text("owner")) for row in rows] == [("row 3", "Late", "")]
    assert [(one.where, one.what) for one in strange] == [
        ("C3", "no column of the log: Mine"),
        ("D3", "no column of the log: without a name"),
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line(1, "title")], "no column 'id'"),
        ([line(1, "id", "owner", "owner")], "'owner' stands twice"),
        ([], "no heading"),
    ],
)
def test_a_table_whose_heading_cannot_be_trusted_is_refused(lines: list[tuple[str, list[Cell]]], said: str) -> None:
    with pytest.raises(StoreError, match=said):
        read_table("risk", "Risks", lines)


def test_text_is_compared_as_a_cell_can_hold_it() -> None:
    assert clean(" a\x00b\r\nc\rd\ud800 ") == "ab\nc\nd"
    assert len(clean("x" * 50_000)) == 32_000


def test_every_column_stands_once() -> None:
    for type_ in ("risk", "assumption", "issue", "dependency", WAIVER):
        names = [column.name for column in columns(type_)]
        assert len(set(names)) == len(names)
