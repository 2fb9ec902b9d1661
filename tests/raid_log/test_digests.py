"""What each person is told of by mail: whose it is, why, and each thing once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from people import actor, district
from raid_runs import NOON, failing, run, submission

from contracts.profiles import Profile
from raid_log import (
    Gate,
    Store,
    Waiver,
    add,
    approve_waiver,
    ask_for_waiver,
    assign,
    fix,
    items,
    reopen,
    triage,
    verify,
)
from raid_log.digests import GROUPS, Digest, digests

GRAVE = {"severity": "significant"}


def told(store: Store, *gates: Gate, days: int = 0, profile: Profile | None = None) -> dict[str, Digest]:
    """The digests some days after NOON, by person; "" is nobody."""
    at = NOON + timedelta(days=days)
    found = digests(profile or district(), items(store, ended=False, as_of=at), gates, at)
    return {one.person.id if one.person else "": one for one in found}


def lines(digest: Digest) -> dict[str, list[tuple[str, str, str]]]:
    """Id, day and reason of what is told, without the groups that are empty."""
    return {name: [(n.id, n.day, n.reason) for n in notices] for name, notices in digest.groups.items() if notices}


def mend(store: Store, id: str) -> None:
    """Verify the defect by a run in which it is gone."""
    fix(store, actor("tess"), id, reference="CHG-1", fixed_in="26C")
    store.record(run("good", submission(interface="FIN-02")), district())
    verify(store, actor("tom"), id, run="good")


def without(*people: str) -> Profile:
    who = district()
    return replace(who, people={id: person for id, person in who.people.items() if id not in people})


def test_a_new_entry_is_told_to_its_owner_for_seven_days(store: Store) -> None:
    add(store, actor("tess"), "issue", "Bank file comes late", {**GRAVE, "owner": "olga", "due": "2027-01-15"})
    assert list(told(store)) == ["olga"]
    assert lines(told(store)["olga"]) == {"new": [("RAID-0001", "2027-01-15", "opened today")]}
    assert lines(told(store, days=1)["olga"]) == {"new": [("RAID-0001", "2027-01-15", "opened yesterday")]}
    assert lines(told(store, days=6)["olga"]) == {"new": [("RAID-0001", "2027-01-15", "opened 6 days ago")]}
    assert told(store, days=7) == {}


def test_a_line_has_severity_title_and_interface_and_nothing_of_the_payload(store: Store) -> None:
    store.record(run("r1", failing(value="4711-secret", message="4711-secret is wrong")), district())
    assign(store, actor("tess"), "RAID-0001", owner="olga")
    (notice,) = told(store)["olga"].groups["new"]
    assert (notice.severity, notice.title, notice.interface) == ("significant", "Journals balance", "FIN-01")
    assert "4711" not in str(told(store))


def test_what_nobody_owns_is_told_to_every_triager(store: Store) -> None:
    add(store, actor("tess"), "issue", "Bank file comes late", {"severity": "minor"})
    found = told(store)
    assert list(found) == ["tess", "tom"]
    assert lines(found["tom"]) == {"new": [("RAID-0001", "", "opened today; nobody owns it")]}


def test_what_belongs_to_somebody_who_is_not_listed_any_more_is_told_to_the_triagers(store: Store) -> None:
    add(store, actor("tess"), "issue", "Bank file comes late", {**GRAVE, "owner": "olga", "due": "2026-11-23"})
    found = told(store, profile=without("olga"))
    assert list(found) == ["tess", "tom"]
    reason = "opened today; its owner olga is not listed"
    assert lines(found["tess"])["new"] == [("RAID-0001", "2026-11-23", reason)]
    assert [line[0] for line in lines(found["tess"])["overdue"]] == ["RAID-0001"]
    assert "decisions" not in lines(found["tess"])  # told as the reason of what is overdue


def test_what_reaches_nobody_is_a_digest_of_its_own(store: Store) -> None:
    add(store, actor("tess"), "issue", "Bank file comes late", {"severity": "minor"})
    (digest,) = digests(without("tess", "tom"), items(store), [], NOON)
    assert digest.person is None
    assert lines(digest) == {"new": [("RAID-0001", "", "opened today; nobody owns it")]}


def test_an_overdue_entry_is_told_until_it_ends_and_its_decision_is_the_reason(store: Store) -> None:
    add(store, actor("tess"), "issue", "Grave", {**GRAVE, "owner": "olga", "due": "2026-11-25"})
    add(store, actor("tess"), "issue", "Slight", {"severity": "minor", "owner": "olga", "due": "2026-11-25"})
    assert "overdue" not in lines(told(store, days=1)["olga"])  # on the day itself
    assert lines(told(store, days=10)["olga"]) == {
        "overdue": [
            ("RAID-0001", "2026-11-25", "overdue: mend it, or agree on another day"),
            ("RAID-0002", "2026-11-25", "9 days overdue"),
        ]
    }
    assert lines(told(store, days=2)["olga"])["overdue"][1][2] == "1 day overdue"


def test_assumptions_and_dependencies_are_overdue_by_their_own_days(store: Store) -> None:
    add(store, actor("tess"), "assumption", "One ledger", {"validate_by": "2026-11-20", "owner": "olga"})
    owed = {"on_whom": "the bank", "direction": "in", "needed_by": "2026-11-21", "owner": "oscar"}
    add(store, actor("tess"), "dependency", "Test keys", owed)
    found = told(store)
    assert lines(found["olga"])["overdue"] == [("RAID-0001", "2026-11-20", "say whether it is true")]
    assert lines(found["oscar"])["overdue"] == [("RAID-0002", "2026-11-21", "3 days overdue")]


def test_a_waiver_that_ends_within_a_week_is_told_to_the_owner_and_to_who_signed(store: Store) -> None:
    add(store, actor("tess"), "issue", "Bank file comes late", {**GRAVE, "owner": "olga"})
    ask_for_waiver(store, actor("rita"), "RAID-0001", Waiver("late", "by hand", "list", "2026-12-15"))
    approve_waiver(store, actor("anna"), "RAID-0001")
    assert told(store, days=13) == {}
    found = told(store, days=14)
    assert list(found) == ["olga", "anna"]
    ends = "the waiver ends: have it mended, or ask for another"
    assert lines(found["olga"]) == {"waivers": [("RAID-0001", "2026-12-15", ends)]}
    assert lines(found["anna"]) == {"waivers": [("RAID-0001", "2026-12-15", "the waiver that you signed ends")]}


def test_an_owner_who_signed_himself_is_told_once(store: Store) -> None:
    add(store, actor("tess"), "issue", "Bank file comes late", {**GRAVE, "owner": "anna"})
    ask_for_waiver(store, actor("rita"), "RAID-0001", Waiver("late", "by hand", "list", "2026-11-30"))
    approve_waiver(store, actor("anna"), "RAID-0001")
    assert [line[0] for line in lines(told(store)["anna"])["waivers"]] == ["RAID-0001"]


def test_a_defect_that_was_opened_again_is_told_for_seven_days(store: Store) -> None:
    add(store, actor("tess"), "issue", "Bank file comes late", {**GRAVE, "owner": "olga", "due": "2027-01-15"})
    mend(store, "RAID-0001")
    later = NOON + timedelta(days=20)
    assert told(store, days=20) == {}
    reopen(store, actor("tess", later), "RAID-0001", reason="late again", run="good")
    assert lines(told(store, days=22)["olga"]) == {"reopened": [("RAID-0001", "2027-01-15", "opened again 2 days ago")]}
    assert told(store, days=27) == {}


def test_an_entry_that_has_ended_is_not_told(store: Store) -> None:
    add(store, actor("tess"), "risk", "No pod", {"probability": "1", "impact": "1", "owner": "olga"})
    assert list(told(store)) == ["olga"]
    store.record(run("r1", failing()), district())
    triage(store, actor("tess"), "RAID-0002", root_cause="mapping", owner="oscar")
    assert list(told(store)) == ["olga", "oscar"]
    mend(store, "RAID-0002")
    assert list(told(store)) == ["olga"]


def test_a_decision_is_told_to_each_person_whom_it_names(store: Store) -> None:
    store.record(run("r1", failing()), district())
    triage(store, actor("tess"), "RAID-0001", root_cause="mapping", owner="olga")
    ask_for_waiver(store, actor("rita"), "RAID-0001", Waiver("late", "by hand", "list", "2026-12-15"))
    gate = Gate("G9", "Pay", "twice", "no evidence", "no_evidence", "attested")
    found = told(store, gate)
    assert set(found) == {"olga", "anna", "stan"}
    asked, attest = found["anna"].groups["decisions"]
    assert (asked.id, asked.severity, asked.reason) == (
        "RAID-0001", "significant", "answer Rita, who asks for its waiver",
    )  # fmt: skip
    assert (attest.id, attest.title, attest.reason) == ("", "", "attest gate G9 Pay: twice")
    assert found["stan"].groups == found["anna"].groups


def test_a_decision_for_a_role_that_nobody_has_goes_to_the_triagers(store: Store) -> None:
    gate = Gate("G9", "Pay", "twice", "no evidence", "no_evidence", "attested")
    assert list(told(store, gate, profile=without("anna", "stan"))) == ["tess", "tom"]


def test_two_people_of_one_name_are_both_told_what_waits_for_that_name(store: Store) -> None:
    who = district()
    people = {**who.people, "oscar": replace(who.people["oscar"], name="Olga")}
    add(store, actor("tess"), "assumption", "One ledger", {"validate_by": "2026-11-26", "validator": "olga"})
    found = told(store, profile=replace(who, people=people))
    assert [line[0] for line in lines(found["oscar"])["decisions"]] == ["RAID-0001"]
    assert [line[0] for line in lines(found["olga"])["decisions"]] == ["RAID-0001"]


def test_the_gravest_stands_first_then_the_earliest_day(store: Store) -> None:
    for title, severity, due in (
        ("a", "minor", "2026-12-01"),
        ("b", "significant", ""),
        ("c", "significant", "2026-12-09"),
        ("d", "significant", "2026-12-02"),
        ("e", "critical", "2026-12-20"),
    ):
        add(store, actor("tess"), "issue", title, {"severity": severity, "owner": "olga", "due": due})
    add(store, actor("tess"), "risk", "f", {"probability": "1", "impact": "1", "owner": "olga"})
    assert [one.title for one in told(store)["olga"].groups["new"]] == ["e", "d", "c", "b", "a", "f"]


def test_decisions_stand_by_their_day_then_the_gravest_first(store: Store) -> None:
    for severity, due in (("significant", "2026-11-20"), ("significant", ""), ("critical", ""), ("critical", "")):
        add(store, actor("tess"), "issue", "Late", {"severity": severity, "due": due})
    gate = Gate("G9", "Pay", "twice", "no evidence", "no_evidence", "attested")
    found = told(store, gate, profile=without("anna", "stan"))["tess"].groups["decisions"]
    assert [one.id for one in found] == ["RAID-0003", "RAID-0004", "RAID-0001", "RAID-0002", ""]
    found = told(store)["tess"].groups["overdue"]
    assert [one.id for one in found] == ["RAID-0001"]


def test_groups_stand_in_one_order_and_people_in_that_of_their_list(store: Store) -> None:
    add(store, actor("tess"), "issue", "Bank file comes late", {"severity": "minor"})
    add(store, actor("tess"), "issue", "Bank file is empty", {"severity": "minor", "owner": "olga"})
    found = told(store)
    assert list(found) == ["tess", "tom", "olga"]
    assert all(tuple(one.groups) == GROUPS for one in found.values())
