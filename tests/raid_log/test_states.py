"""The life of items: every row of the tables works, everything else is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace

import pytest
from raid_runs import NOON, failing, profile, run

from raid_log import STATES, TRANSITIONS, Author, Standing, Store, StoreError, change, item, items
from raid_log.events import EventLog
from raid_log.states import fold, resulting

# From and to of section "States and transitions", written out a second time on purpose.
ISSUE = {
    "new": {"triaged", "in_progress", "fixed", "verified", "rejected", "duplicate", "waived"},
    "triaged": {"in_progress", "fixed", "verified", "rejected", "duplicate", "waived"},
    "in_progress": {"in_progress", "fixed", "verified", "rejected", "duplicate", "waived"},
    "fixed": {"fixed", "reopened", "verified", "rejected", "duplicate", "waived"},
    "reopened": {"triaged", "in_progress", "fixed", "verified", "rejected", "duplicate", "waived"},
    "waived": {"waived", "new", "verified"},  # new stands for the state before
    "verified": {"reopened"},
    "rejected": {"reopened"},
    "duplicate": {"reopened"},
}
OTHERS = {
    "risk": {("open", "closed"), ("closed", "open")},
    "assumption": {("open", "confirmed"), ("open", "false"), ("confirmed", "open"), ("false", "open")},
    "dependency": {
        ("on_track", "delivered"), ("at_risk", "delivered"), ("late", "delivered"),
        ("on_track", "late"), ("at_risk", "late"), ("delivered", "on_track"), ("on_track", "at_risk"),
        ("at_risk", "on_track"),
    },
    "attestation": {("attested", "attested")},
}  # fmt: skip
ALLOWED = {"issue": {(a, b) for a, after in ISSUE.items() for b in after}, **OTHERS}
ROLES = ("machine", "reporter", "owner", "triager", "approver", "sponsor", "validator")


def reached(type_: str, state: str) -> set[str]:
    """States that any event of any role leads to from ``state``."""
    found = set()
    for kind, role in product({row.kind for row in TRANSITIONS[type_]}, ROLES):
        try:
            found.add(resulting(type_, Standing(status=state, behind="new"), kind, role))
        except StoreError:
            continue
    return found


@pytest.mark.parametrize("type_", sorted(STATES))
def test_only_the_pairs_of_the_table_are_allowed_and_all_others_refused(type_: str) -> None:
    pairs = set(product(STATES[type_], repeat=2))
    allowed = {(before, after) for before, after in pairs if after in reached(type_, before)}
    assert allowed == ALLOWED[type_]


@pytest.mark.parametrize(
    ("type_", "row"), [(type_, row) for type_, rows in sorted(TRANSITIONS.items()) for row in rows]
)  # fmt: skip
def test_a_row_is_refused_to_every_role_it_does_not_name(type_: str, row: object) -> None:
    named = {role for other in TRANSITIONS[type_] if other.kind == row.kind for role in other.who}
    for state, role in product(row.before, set(ROLES) - named):
        with pytest.raises(StoreError, match="refused to the role"):
            resulting(type_, Standing(status=state), row.kind, role)


def test_a_defect_cannot_be_closed(store: Store) -> None:
    store.record(run("r1", failing()), profile())
    with pytest.raises(StoreError, match="'closed' is refused: this issue is new") as error:
        change(store, "RAID-0001", "closed", Author("A", "triager", NOON))
    assert "triaged" in error.value.todo
    assert len(item(store, "RAID-0001").history) == 1


def test_a_defect_goes_its_way_and_its_history_tells_it(store: Store) -> None:
    store.record(run("r1", failing()), profile())
    triager, owner = Author("T. Riager", "triager", NOON), Author("O. Wner", "owner", NOON)
    change(store, "RAID-0001", "triaged", triager, severity="moderate")
    change(store, "RAID-0001", "assigned", triager, owner="O. Wner", due="2026-12-01")
    change(store, "RAID-0001", "fixed", owner)
    defect = change(store, "RAID-0001", "verified", triager)
    assert (defect.status, defect.severity, defect.owner, defect.open) == ("verified", "moderate", "O. Wner", False)
    assert (defect.standing.due, defect.standing.severity_by) == ("2026-12-01", "T. Riager")
    assert [event.after for event in defect.history] == ["new", "triaged", "in_progress", "fixed", "verified"]
    assert change(store, "RAID-0001", "failed_again", Author("machine", "machine", NOON)).status == "reopened"
    assert store.broken_link() is None


def test_a_waiver_that_ends_gives_back_the_state_before(store: Store) -> None:
    store.record(run("r1", failing()), profile())
    change(store, "RAID-0001", "triaged", Author("T", "triager", NOON))
    waived = change(store, "RAID-0001", "waived", Author("S", "sponsor", NOON), until="2026-12-20")
    assert (waived.open, waived.standing.waiver) == (
        False,
        {"by": "S", "role": "sponsor", "until": "2026-12-20", "ends_at": ""},
    )
    ended = change(store, "RAID-0001", "waiver_ended", Author("machine", "machine", NOON))
    assert (ended.status, ended.standing.waiver) == ("triaged", {})


def test_a_fix_noted_on_a_waived_defect_becomes_its_state_after_the_waiver(store: Store) -> None:
    store.record(run("r1", failing()), profile())
    change(store, "RAID-0001", "waived", Author("S", "sponsor", NOON), until="2026-12-20")
    assert change(store, "RAID-0001", "fixed", Author("O", "owner", NOON)).status == "waived"
    assert change(store, "RAID-0001", "waiver_ended", Author("machine", "machine", NOON)).status == "fixed"


def test_other_types_share_log_and_numbers(store: Store) -> None:
    with store.writing() as connection:
        log = EventLog(connection)
        author = Author("R. Eporter", "reporter", NOON)
        for type_ in ("risk", "assumption", "dependency"):
            log.open_item(type_, author, {"owner": "PMO"}, title=f"A {type_}")
        log.close()
    assert [(one.id, one.status, one.owner) for one in items(store)] == [
        ("RAID-0001", "open", "PMO"), ("RAID-0002", "open", "PMO"), ("RAID-0003", "on_track", "PMO"),
    ]  # fmt: skip
    assert change(store, "RAID-0001", "closed", Author("PMO", "owner", NOON)).open is False
    assert len(items(store, status="open")) == 2


def test_the_fold_of_no_event_is_no_state() -> None:
    assert fold([]) == Standing()
    moved = SimpleNamespace(kind="opened", before="", after="new", by="machine", role="machine", detail={})
    assert fold([moved]).status == "new"


def test_an_event_needs_a_time_zone(store: Store) -> None:
    store.record(run("r1", failing()), profile())
    naive = datetime(2026, 11, 24, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(StoreError, match="has no time zone"):
        change(store, "RAID-0001", "triaged", Author("T", "triager", naive))
    assert len(item(store, "RAID-0001").history) == 1
