"""What people do with entries: who may, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from people import actor, district
from raid_runs import NOON, content, failing, result, rule, run, submission

from raid_log import (
    Store,
    StoreError,
    add,
    assign,
    close,
    edit,
    fix,
    item,
    items,
    merge,
    move,
    reject,
    reopen,
    triage,
    verify,
)


@pytest.fixture
def defect(store: Store) -> str:
    """A new significant defect, RAID-0001."""
    store.record(run("r1", failing()), district())
    return "RAID-0001"


def other(cause: str = "GL-200", *, severity: str = "critical", units: int = 1) -> Any:
    failed = rule(cause, severity=severity, units=units, findings=units, title="Dates are open")
    return submission(["z"], checked=result([False], rules=[failed]))


def refused(store: Store, do: Callable[[], object], words: str) -> None:
    before = content(store)
    with pytest.raises(StoreError, match=words):
        do()
    assert content(store) == before


# --- the way of a defect


def test_a_defect_goes_its_way_from_new_to_verified(store: Store, defect: str) -> None:
    judged = triage(store, actor("tess"), defect, root_cause="mapping", owner="olga")
    assert (judged.status, judged.owner, judged.fields["root_cause"]) == ("triaged", "olga", "mapping")
    assert assign(store, actor("tess"), defect, "olga").status == "in_progress"
    mended = fix(store, actor("olga"), defect, reference="CHG-7", fixed_in="1.2.1")
    assert (mended.status, mended.open, mended.fields["fixed_in"]) == ("fixed", True, "1.2.1")
    store.record(run("r2", submission(["b"])), district())
    assert verify(store, actor("tess"), defect, run="r2").status == "verified"
    assert store.broken_link() is None


@pytest.mark.parametrize(
    ("severity", "due"),
    [("critical", "2026-11-26"), ("significant", "2026-12-01"), ("moderate", "2026-12-15"), ("minor", "2027-01-05")],
)
def test_a_defect_is_due_after_the_working_days_of_its_severity(store: Store, severity: str, due: str) -> None:
    number = add(store, actor("rita"), "issue", "Seen", {"severity": severity}).id
    assert assign(store, actor("tess"), number, "olga").standing.due == due


def test_an_owner_takes_a_new_defect_for_himself_and_gives_none_away(store: Store, defect: str) -> None:
    refused(store, lambda: assign(store, actor("olga"), defect, "oscar"), "'assigned' is refused to olga")
    assert assign(store, actor("olga"), defect, "olga").owner == "olga"
    refused(store, lambda: assign(store, actor("oscar"), defect, "oscar"), "'assigned' is refused to oscar")


def test_only_the_defects_own_owner_sets_it_fixed(store: Store, defect: str) -> None:
    assign(store, actor("tess"), defect, "olga")
    refused(store, lambda: fix(store, actor("oscar"), defect, reference="x", fixed_in="26C"), "refused to oscar")
    assert fix(store, actor("olga"), defect, reference="x", fixed_in="26C").status == "fixed"


def test_a_fix_names_a_release_or_a_contract_version(store: Store, defect: str) -> None:
    refused(store, lambda: fix(store, actor("tess"), defect, reference="x", fixed_in="soon"), "neither release nor")


def test_who_set_it_fixed_does_not_verify_it(store: Store, defect: str) -> None:
    fix(store, actor("tess"), defect, reference="x", fixed_in="26C")
    refused(store, lambda: verify(store, actor("tess"), defect, run="r1"), "tess set RAID-0001 fixed")
    store.record(run("r2", submission(["b"])), district())
    assert verify(store, actor("tom"), defect, run="r2").status == "verified"


def test_a_defect_is_verified_by_a_run_that_is_recorded(store: Store, defect: str) -> None:
    fix(store, actor("tom"), defect, reference="x", fixed_in="26C")
    refused(store, lambda: verify(store, actor("tess"), defect, run="r9"), "no run 'r9' is recorded")


def test_a_run_that_shows_a_defect_does_not_verify_it(store: Store, defect: str) -> None:
    fix(store, actor("tom"), defect, reference="x", fixed_in="26C")
    refused(store, lambda: verify(store, actor("tess"), defect, run="r1"), "RAID-0001 occurs in run r1")


@pytest.mark.parametrize("version", [f"1.{'9' * 3990}", "1.\u0662", "\u0662\u0666C"])
def test_a_fix_in_a_version_that_nobody_can_count_to_is_refused(store: Store, defect: str, version: str) -> None:
    refused(store, lambda: fix(store, actor("tess"), defect, reference="x", fixed_in=version), "neither release nor")


@pytest.mark.parametrize("due", ["20261130", "2026-W49-1", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_a_day_is_written_in_one_way_and_lies_in_the_time_of_a_programme(store: Store, defect: str, due: str) -> None:
    refused(store, lambda: assign(store, actor("tess"), defect, "olga", due=due), "no da(te|y of a programme)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\x1b[2Jb", r"a character is refused: '\\x1b'"),
        ("a\x00b", "a character is refused"),
        ("a\udcffb", r"a character is refused: '\\udcff'"),
        ("x" * 4001, "4,001 characters, 4,000 are taken"),
    ],
)
def test_a_text_that_no_screen_should_get_is_refused_wherever_it_is_given(
    store: Store, defect: str, text: str, words: str
) -> None:
    minor = {"severity": "minor"}
    for do in (
        lambda: add(store, actor("rita"), "issue", "Late", {**minor, "workaround": text}),
        lambda: edit(store, actor("tess"), defect, {"workaround": "by hand"}, reason=text),
        lambda: fix(store, actor("tess"), defect, reference=text, fixed_in="26C"),
        lambda: reject(store, actor("tess"), defect, reason=text, second="anna"),
    ):
        refused(store, do, words)


@pytest.mark.parametrize(("title", "words"), [("a\nb", "a character"), ("x" * 251, "251 characters")])
def test_a_title_is_one_line_that_a_list_can_show(store: Store, title: str, words: str) -> None:
    refused(store, lambda: add(store, actor("rita"), "issue", title, {"severity": "minor"}), words)


def test_a_statement_may_have_several_lines(store: Store) -> None:
    added = add(store, actor("rita"), "issue", "Late", {"severity": "minor", "statement": "one\r\ntwo"})
    assert added.statement == "one\ntwo"


@pytest.mark.parametrize(
    ("who", "words"), [("nobody", "nobody is not listed"), ("", "is not listed"), ("machine", "is not listed")]
)
def test_somebody_who_is_not_listed_does_nothing(store: Store, defect: str, who: str, words: str) -> None:
    refused(store, lambda: triage(store, actor(who), defect), words)


def test_an_unknown_id_changes_nothing(store: Store, defect: str) -> None:
    for unknown in ("RAID-0099", "7", "raid", "RAID-1e3"):
        refused(store, lambda unknown=unknown: triage(store, actor("tess"), unknown), "RAID-0099|no id")  # type: ignore[misc]


# --- severity


def test_a_person_raises_a_severity_without_a_word(store: Store, defect: str) -> None:
    assert edit(store, actor("tess"), defect, {"severity": "critical"}).severity == "critical"


def test_a_lower_severity_takes_a_reason_and_below_the_rules_own_a_second_person(store: Store, defect: str) -> None:
    edit(store, actor("tess"), defect, {"severity": "critical"})
    refused(store, lambda: edit(store, actor("tess"), defect, {"severity": "significant"}), "reason .* is blank")
    assert edit(store, actor("tess"), defect, {"severity": "significant"}, reason="no money").severity == "significant"
    for second, words in (("", "takes a second person"), ("tess", "tess is the first"), ("olga", "is not olga's")):
        refused(
            store,
            lambda second=second: edit(  # type: ignore[misc]
                store, actor("tess"), defect, {"severity": "minor"}, reason="x", second=second
            ),
            words,
        )
    lowered = edit(store, actor("tess"), defect, {"severity": "minor"}, reason="cosmetic", second="tom")
    assert (lowered.severity, lowered.history[-1].detail["second"]) == ("minor", "tom")


def test_a_severity_that_a_person_lowered_is_not_raised_again_by_the_same_failure(store: Store, defect: str) -> None:
    edit(store, actor("tess"), defect, {"severity": "minor"}, reason="cosmetic", second="tom")
    store.record(run("r2", failing(at=NOON + timedelta(hours=1))), district())
    assert item(store, defect).severity == "minor"


def test_a_severity_that_a_person_lowered_is_raised_by_harm_that_was_not_seen_before(store: Store, defect: str) -> None:
    edit(store, actor("tess"), defect, {"severity": "minor"}, reason="cosmetic", second="tom")
    store.record(run("r2", failing(20, 20, prefix="w", at=NOON + timedelta(hours=1))), district())
    assert item(store, defect).severity == "critical"


# --- reject, reopen, merge


def test_a_significant_defect_is_rejected_by_two(store: Store, defect: str) -> None:
    refused(store, lambda: reject(store, actor("tess"), defect, reason="not ours"), "takes a second person")
    refused(store, lambda: reject(store, actor("tess"), defect, reason="x", second="tom"), "is not tom's")
    rejected = reject(store, actor("tess"), defect, reason="the list was old", second="anna")
    assert (rejected.status, rejected.open) == ("rejected", False)


def test_a_moderate_defect_is_rejected_by_one(store: Store) -> None:
    number = add(store, actor("rita"), "issue", "Typo", {"severity": "moderate"}).id
    assert reject(store, actor("tess"), number, reason="as wanted").status == "rejected"
    refused(store, lambda: reject(store, actor("tess"), number, reason="again"), "this issue is rejected")


def test_a_rejected_defect_is_opened_again_with_the_run_that_shows_it(store: Store, defect: str) -> None:
    reject(store, actor("tess"), defect, reason="x", second="anna")
    refused(store, lambda: reopen(store, actor("tess"), defect, reason="it is one"), "no run ''")
    assert reopen(store, actor("tess"), defect, reason="it is one", run="r1").status == "reopened"


def test_a_merge_moves_fingerprints_and_occurrences_and_keeps_the_higher_severity(store: Store, defect: str) -> None:
    store.record(run("r2", other()), district())
    told = merge(store, actor("tess"), "RAID-0002", defect, dry_run=True)
    assert item(store, "RAID-0002").status == "new"
    assert merge(store, actor("tess"), "RAID-0002", defect) == told
    assert (told.occurrences, told.severity, len(told.fingerprints)) == (1, "critical", 1)
    stays = item(store, defect)
    assert (stays.severity, len(stays.occurrences), len(stays.fingerprints)) == ("critical", 2, 2)
    assert (item(store, "RAID-0002").status, item(store, "RAID-0002").occurrences) == ("duplicate", ())


def test_a_failure_of_a_merged_defect_is_booked_on_the_other_one(store: Store, defect: str) -> None:
    store.record(run("r2", other()), district())
    merge(store, actor("tess"), "RAID-0002", defect)
    store.record(run("r3", other()), district())
    assert len(item(store, defect).occurrences) == 3
    assert len(items(store)) == 2


def test_one_submission_that_shows_both_is_one_occurrence_after_a_merge(store: Store) -> None:
    failed = [rule("GL-100", units=2, findings=2), rule("GL-200", units=1)]
    store.record(run("r1", submission(["a", "b"], checked=result([False, False], rules=failed))), district())
    merge(store, actor("tess"), "RAID-0002", "RAID-0001")
    assert [one.units for one in item(store, "RAID-0001").occurrences] == [2]


def test_a_merged_defect_that_is_opened_again_gets_its_fingerprints_back(store: Store, defect: str) -> None:
    store.record(run("r2", other()), district())
    marks = item(store, "RAID-0002").fingerprints
    merge(store, actor("tess"), "RAID-0002", defect)
    reopen(store, actor("tess"), "RAID-0002", reason="two faults after all", run="r2")
    store.record(run("r3", other()), district())
    assert item(store, "RAID-0002").fingerprints == marks
    assert len(item(store, "RAID-0002").occurrences) == 1


def test_each_defect_of_a_chain_of_merges_keeps_what_it_got_back(store: Store, defect: str) -> None:
    for number, cause in ((2, "GL-200"), (3, "GL-300")):
        store.record(run(f"r{number}", other(cause)), district())
    own = {one: item(store, one).fingerprints for one in (defect, "RAID-0002")}
    merge(store, actor("tess"), defect, "RAID-0002")
    merge(store, actor("tess"), "RAID-0002", "RAID-0003")
    for one in own:
        reopen(store, actor("tess"), one, reason="another fault", run="r1")
    assert {one: item(store, one).fingerprints for one in own} == own


def test_a_split_is_shown_before_it_is_done(store: Store, defect: str) -> None:
    store.record(run("r2", other()), district())
    merge(store, actor("tess"), "RAID-0002", defect)
    before = content(store)
    told = reopen(store, actor("tess"), "RAID-0002", reason="two faults", run="r2", dry_run=True)
    assert content(store) == before
    done = reopen(store, actor("tess"), "RAID-0002", reason="two faults", run="r2")
    assert (told.status, told.fingerprints) == (done.status, done.fingerprints)


def test_an_open_defect_does_not_vanish_on_one_that_is_rejected(store: Store, defect: str) -> None:
    store.record(run("r2", other()), district())
    reject(store, actor("tess"), defect, reason="x", second="anna")
    refused(store, lambda: merge(store, actor("tess"), "RAID-0002", defect), "cannot be merged")


def test_a_risk_is_merged_into_nothing(store: Store, defect: str) -> None:
    risk = add(store, actor("rita"), "risk", "Late", {"probability": "2", "impact": "3"}).id
    refused(store, lambda: merge(store, actor("tess"), risk, defect), "'merged' is refused: this risk is open")


def test_a_defect_is_not_merged_into_itself_a_duplicate_or_a_risk(store: Store, defect: str) -> None:
    store.record(run("r2", other()), district())
    risk = add(store, actor("rita"), "risk", "Late", {"probability": "2", "impact": "3"}).id
    for target in (defect, risk):
        refused(store, lambda target=target: merge(store, actor("tess"), defect, target), "cannot be merged")  # type: ignore[misc]
    merge(store, actor("tess"), "RAID-0002", defect)
    refused(store, lambda: merge(store, actor("tess"), defect, "RAID-0002"), "cannot be merged")


# --- risks, assumptions, dependencies


def test_a_risk_is_added_with_its_fields_and_ended_by_its_owner(store: Store) -> None:
    fields = {"probability": "4", "impact": "5", "response": "reduce", "owner": "olga"}
    risk = add(store, actor("rita"), "risk", "Bank answers late", fields)
    assert (risk.status, risk.owner) == ("open", "olga")
    refused(store, lambda: close(store, actor("oscar"), risk.id, reason="gone"), "refused to oscar")
    left = {"residual_probability": "1", "residual_impact": "5"}
    ended, opened = close(store, actor("olga"), risk.id, reason="file arrives early", values=left)
    assert (ended.status, ended.fields["residual_impact"], opened) == ("closed", "5", None)
    assert reopen(store, actor("olga"), risk.id, reason="late again").status == "open"


def test_a_false_assumption_opens_a_risk_or_an_issue(store: Store) -> None:
    fields = {"validate_by": "2026-12-01", "validator": "rita", "statement": "The bank takes NACHA"}
    held = add(store, actor("rita"), "assumption", "Bank format", fields)
    refused(store, lambda: close(store, actor("rita"), held.id, reason="x"), "confirmed or false")
    refused(
        store, lambda: close(store, actor("rita"), held.id, reason="x", confirmed=False), "opens a risk or an issue"
    )
    refused(
        store,
        lambda: close(store, actor("rita"), held.id, reason="x", confirmed=False, opens="issue"),
        "needs severity",
    )
    ended, opened = close(
        store, actor("rita"), held.id, reason="asked the bank", confirmed=False, opens="issue",
        values={"severity": "critical"},
    )  # fmt: skip
    assert opened is not None
    assert (ended.status, opened.status, opened.severity, opened.fields["links"]) == (
        "false",
        "new",
        "critical",
        held.id,
    )
    assert opened.statement == "The bank takes NACHA"


def test_a_confirmed_assumption_opens_nothing(store: Store) -> None:
    held = add(store, actor("rita"), "assumption", "Bank format", {"validate_by": "2026-12-01"})
    refused(store, lambda: close(store, actor("olga"), held.id, reason="x", confirmed=True), "refused to olga")
    ended, opened = close(store, actor("tess"), held.id, reason="asked the bank", confirmed=True)
    assert (ended.status, opened, len(items(store))) == ("confirmed", None, 1)


def test_a_dependency_is_at_risk_on_track_again_and_delivered(store: Store) -> None:
    fields = {"on_whom": "State", "direction": "in", "needed_by": "2026-12-10", "owner": "olga"}
    owed = add(store, actor("rita"), "dependency", "Edit legends", fields).id
    assert move(store, actor("olga"), owed, "at_risk").status == "at_risk"
    assert move(store, actor("olga"), owed, "on_track").status == "on_track"
    assert close(store, actor("olga"), owed, reason="arrived, see mail")[0].status == "delivered"


def test_a_defect_is_not_closed(store: Store, defect: str) -> None:
    refused(store, lambda: close(store, actor("tess"), defect, reason="done"), "issues are not closed")


def test_an_edit_that_changes_nothing_is_no_event(store: Store, defect: str) -> None:
    edit(store, actor("tess"), defect, {"workaround": "by hand"})
    before = content(store)
    edit(store, actor("tess"), defect, {"workaround": "by hand", "severity": "significant"})
    assert content(store) == before


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "needs probability, impact"),
        ({"probability": "6", "impact": "1"}, "'6' is refused"),
        ({"probability": "1", "impact": "1", "due": "1.12.2026"}, "no date"),
        ({"probability": "1", "impact": "1", "owner": "nobody"}, "'nobody' is refused"),
        ({"probability": "1", "impact": "1", "interfaces": "FIN-01 FIN-99"}, "no interface FIN-99"),
        ({"probability": "1", "impact": "1", "severity": "minor"}, "risk is called 'severity'"),
        ({"probability": "1", "impact": "1", "effect": "x" * 4001}, "4,001 characters"),
    ],
)
def test_a_risk_with_a_wrong_field_is_not_added(store: Store, values: dict[str, str], words: str) -> None:
    refused(store, lambda: add(store, actor("rita"), "risk", "Late", values), words)


def test_an_entry_of_an_unknown_type_or_without_a_title_is_not_added(store: Store) -> None:
    refused(store, lambda: add(store, actor("rita"), "wish", "x", {}), "no type of entry")
    refused(store, lambda: add(store, actor("rita"), "issue", " ", {"severity": "minor"}), "title is blank")
