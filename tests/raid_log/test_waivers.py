"""Waivers: asked for by one, approved by another, for 30 days at most; they end by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from people import actor, district
from raid_runs import NOON, content, failing, run

from raid_log import (
    Store,
    StoreError,
    Waiver,
    add,
    apply_waiver,
    approve_waiver,
    ask_for_waiver,
    edit,
    item,
    items,
    pending,
    read_waiver,
    readiness,
    triage,
    withdraw_waiver,
)
from raid_log.events import EventLog
from raid_log.states import REJECTION_ASKED

ASKED = Waiver("the fix comes in January", "keyed by hand", "daily reconciliation", "2026-12-20")
FILE = """\
id: W-001
defects: [RAID-0001]
reason: the fix comes in January
workaround: keyed by hand
control: daily reconciliation
requested_by: olga
approved_by: anna
approved_on: 2026-11-24
until: 2026-12-20
"""


@pytest.fixture
def defect(store: Store) -> str:
    store.record(run("r1", failing()), district())
    return "RAID-0001"


def refused(store: Store, do: Callable[[], object], words: str) -> None:
    before = content(store)
    with pytest.raises(StoreError, match=words):
        do()
    assert content(store) == before


def waived(store: Store, defect: str, by: str = "anna") -> None:
    ask_for_waiver(store, actor("olga"), defect, ASKED)
    approve_waiver(store, actor(by), defect)


def test_a_request_alone_changes_no_state(store: Store, defect: str) -> None:
    asked = ask_for_waiver(store, actor("rita"), defect, ASKED)
    assert (asked.status, asked.open) == ("new", True)
    request = pending(asked)
    assert request is not None
    assert request.by == "rita"


def test_a_waiver_leaves_the_defects_own_workaround_alone(store: Store, defect: str) -> None:
    edit(store, actor("tess"), defect, {"workaround": "resend on Monday"})
    asked = ask_for_waiver(store, actor("rita"), defect, ASKED)
    done = approve_waiver(store, actor("anna"), defect)
    assert {asked.fields["workaround"], done.fields["workaround"]} == {"resend on Monday"}
    assert done.history[-1].detail["workaround"] == "keyed by hand"


def test_an_entry_tells_who_waits_for_an_answer(store: Store, defect: str) -> None:
    asked = ask_for_waiver(store, actor("rita"), defect, ASKED)
    assert asked.standing.asked == {"waiver": "rita"}
    assert triage(store, actor("tess"), defect).standing.asked == {"waiver": "rita"}
    assert approve_waiver(store, actor("anna"), defect).standing.asked == {}


def test_a_change_of_state_answers_a_request_for_a_rejection(store: Store, defect: str) -> None:
    with store.writing() as connection:
        log = EventLog(connection)
        log.note(1, REJECTION_ASKED, "new", actor("olga").reporter(reason="not ours"), {})
        log.close()
    assert item(store, defect).standing.asked == {"rejection": "olga"}
    assert triage(store, actor("tess"), defect).standing.asked == {}


def test_another_person_with_the_role_approves(store: Store, defect: str) -> None:
    refused(store, lambda: approve_waiver(store, actor("anna"), defect), "nobody has asked")
    ask_for_waiver(store, actor("anna"), defect, ASKED)
    refused(store, lambda: approve_waiver(store, actor("anna"), defect), "anna asked for the waiver")
    refused(store, lambda: approve_waiver(store, actor("tess"), defect), "refused to tess")
    done = approve_waiver(store, actor("stan"), defect)
    assert (done.status, done.open, done.standing.waiver["role"]) == ("waived", False, "sponsor")
    assert pending(done) is None


def test_a_critical_defect_is_waived_by_the_sponsor_alone(store: Store, defect: str) -> None:
    edit(store, actor("tess"), defect, {"severity": "critical"})
    ask_for_waiver(store, actor("olga"), defect, ASKED)
    refused(store, lambda: approve_waiver(store, actor("anna"), defect), "the sponsor's alone")
    assert approve_waiver(store, actor("stan"), defect).status == "waived"


def test_a_critical_defect_waived_before_it_became_critical_still_blocks(store: Store, defect: str) -> None:
    waived(store, defect)
    edit(store, actor("tess"), defect, {"severity": "critical"})
    gates = {gate.id: gate for gate in readiness(store, district(), as_of=NOON).gates}
    assert gates["G4"].verdict == "failed"


@pytest.mark.parametrize(
    ("until", "words"), [("2026-11-23", "ended on"), ("2026-12-25", "too long"), ("soon", "no date"), ("", "no date")]
)
def test_a_waiver_ends_within_30_days_and_not_in_the_past(store: Store, defect: str, until: str, words: str) -> None:
    refused(store, lambda: ask_for_waiver(store, actor("olga"), defect, replace(ASKED, until=until)), words)


def test_the_thirtieth_day_is_taken(store: Store, defect: str) -> None:
    ask_for_waiver(store, actor("olga"), defect, replace(ASKED, until="2026-12-24"))


@pytest.mark.parametrize("name", ["reason", "workaround", "control"])
def test_a_request_without_reason_workaround_or_control_is_refused(store: Store, defect: str, name: str) -> None:
    refused(store, lambda: ask_for_waiver(store, actor("olga"), defect, replace(ASKED, **{name: " "})), "is blank")


def test_a_waiver_ends_at_midnight_of_the_district(store: Store, defect: str) -> None:
    edit(store, actor("tess"), defect, {"workaround": "by hand"})
    waived(store, defect)
    midnight = datetime(2026, 12, 21, 5, 0, tzinfo=UTC)  # New York
    second_before = items(store, as_of=midnight - timedelta(seconds=1))[0]
    after = items(store, as_of=midnight)[0]
    assert (second_before.status, after.status, after.open) == ("waived", "new", True)


def test_the_next_writer_notes_that_the_waiver_ended_at_its_moment(store: Store, defect: str) -> None:
    waived(store, defect)
    later = datetime(2027, 1, 4, 15, 0, tzinfo=UTC)
    edit(store, actor("tess", later), defect, {"priority": "1"})
    ended = [event for event in item(store, defect).history if event.kind == "waiver_ended"]
    assert [(event.by, event.source, event.at) for event in ended] == [
        ("machine", "clock", datetime(2026, 12, 21, 5, 0, tzinfo=UTC))
    ]
    assert store.broken_link() is None


def test_a_run_after_the_end_notes_it_too(store: Store, defect: str) -> None:
    waived(store, defect)
    later = datetime(2027, 1, 4, 15, 0, tzinfo=UTC)
    store.record(run("r2", failing(at=later)), district())
    assert [event.kind for event in item(store, defect).history][-1] == "waiver_ended"


def test_a_waiver_is_not_extended_only_asked_for_anew(store: Store, defect: str) -> None:
    waived(store, defect)
    refused(store, lambda: ask_for_waiver(store, actor("olga"), defect, ASKED), "no open defect")
    refused(store, lambda: approve_waiver(store, actor("stan"), defect), "nobody has asked")


def test_an_old_request_is_not_approved_after_its_waiver_has_ended(store: Store, defect: str) -> None:
    waived(store, defect)
    withdraw_waiver(store, actor("anna"), defect, reason="harm has grown")
    refused(store, lambda: approve_waiver(store, actor("stan"), defect), "nobody has asked")


def test_a_waiver_that_is_withdrawn_gives_the_state_before_back(store: Store, defect: str) -> None:
    waived(store, defect)
    refused(store, lambda: withdraw_waiver(store, actor("tess"), defect, reason="x"), "refused to tess")
    assert withdraw_waiver(store, actor("anna"), defect, reason="harm has grown").status == "new"


# --- files


def written(folder: Path, text: str = FILE, name: str = "w.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_reviewed_file_waives_its_defects_once(store: Store, defect: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    assert apply_waiver(store, read_waiver(path), actor("")).waived == (defect,)
    before = content(store)
    assert apply_waiver(store, read_waiver(path), actor("")).waived == ()
    assert content(store) == before
    done = item(store, defect)
    assert (done.status, done.history[-1].by, done.history[-1].source) == ("waived", "anna", "file")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("approved_by: anna", "approved_by: olga", "olga asked for the waiver"),
        ("approved_by: anna", "approved_by: tess", "refused to tess"),
        ("approved_by: anna", "approved_by: ghost", "ghost is not listed"),
        ("requested_by: olga", "requested_by: ghost", "ghost is not listed"),
        ("until: 2026-12-20", "until: 2026-11-20", "no span"),
        ("until: 2026-12-20", "until: 2026-12-25", "no span"),
        ("approved_on: 2026-11-24", "approved_on: 2026-11-25", "a day to come"),
        ("[RAID-0001]", "[RAID-0001, RAID-0077]", "no entry RAID-0077"),
        ("[RAID-0001]", "RAID-0001", "no list of ids"),
        ("control: daily reconciliation\n", "", "control is blank"),
        ("id: W-001", "id: W-001\nstatus: approved", "unknown: status"),
        (FILE, "- a list", "is a mapping"),
        (FILE, "{", "cannot be read"),
    ],
)
def test_a_file_that_does_not_hold_changes_nothing(
    store: Store, defect: str, tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in FILE
    refused(
        store, lambda: apply_waiver(store, read_waiver(written(tmp_path, FILE.replace(old, new))), actor("")), words
    )


def test_a_defect_that_a_file_names_in_two_spellings_is_waived_once(store: Store, defect: str, tmp_path: Path) -> None:
    path = written(tmp_path, FILE.replace("[RAID-0001]", "[RAID-0001, raid-1]"))
    assert apply_waiver(store, read_waiver(path), actor("")).waived == (defect,)
    assert [event.kind for event in item(store, defect).history] == ["opened", "waived"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FILE + "until: 2026-12-21\n", "until stands twice"),
        ("id: " + "[" * 3000, "nested too deep"),
        (FILE.replace("id: W-001", r'id: "W\e[2J"'), "a character is refused"),
        (FILE.replace("by hand", r"by\0hand").replace("keyed", '"keyed').replace("hand\n", 'hand"\n'), "a character"),
    ],
)
def test_a_file_that_hides_something_from_its_reviewer_is_refused(
    store: Store, defect: str, tmp_path: Path, text: str, words: str
) -> None:
    refused(store, lambda: apply_waiver(store, read_waiver(written(tmp_path, text)), actor("")), words)


def test_an_id_that_was_used_waives_no_other_defect(store: Store, defect: str, tmp_path: Path) -> None:
    other = add(store, actor("rita"), "issue", "Seen", {"severity": "minor"}).id
    apply_waiver(store, read_waiver(written(tmp_path)), actor(""))
    changed = written(tmp_path, FILE.replace("RAID-0001", other))
    refused(store, lambda: apply_waiver(store, read_waiver(changed), actor("")), "changed after it came into force")


def test_a_file_does_not_bring_a_waiver_back_that_was_withdrawn(store: Store, defect: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    apply_waiver(store, read_waiver(path), actor(""))
    withdraw_waiver(store, actor("anna"), defect, reason="harm has grown")
    refused(store, lambda: apply_waiver(store, read_waiver(path), actor("")), "W-001 of RAID-0001 has ended")


def test_what_is_refused_of_a_file_names_the_file(store: Store, defect: str, tmp_path: Path) -> None:
    path = written(tmp_path, FILE.replace("approved_by: anna", "approved_by: olga"))
    with pytest.raises(StoreError) as told:
        apply_waiver(store, read_waiver(path), actor(""))
    assert told.value.where == str(path)


def test_an_expired_file_is_refused(store: Store, defect: str, tmp_path: Path) -> None:
    late = datetime(2026, 12, 21, 17, 0, tzinfo=UTC)
    refused(store, lambda: apply_waiver(store, read_waiver(written(tmp_path)), actor("", late)), "ended on 2026-12-20")


def test_a_file_that_was_changed_after_it_came_into_force_is_refused(store: Store, defect: str, tmp_path: Path) -> None:
    apply_waiver(store, read_waiver(written(tmp_path)), actor(""))
    changed = written(tmp_path, FILE.replace("2026-12-20", "2026-12-24"))
    refused(store, lambda: apply_waiver(store, read_waiver(changed), actor("")), "changed after it came into force")
