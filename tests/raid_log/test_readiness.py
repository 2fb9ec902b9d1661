"""The decision: four verdicts, their order and their exit codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from people import actor, district
from raid_runs import JOURNALS, NOON, failing, interface, profile, result, rule, run, sent, settle, submission

import raid_log
from contracts.profiles import Profile
from raid_log import (
    ATTESTED_GATES,
    DECISION_TEXT,
    GATE_TEXT,
    Actor,
    Author,
    EndingWaiver,
    Gate,
    Readiness,
    Store,
    StoreError,
    SuiteRun,
    add,
    attest,
    attest_suite,
    change,
    edit,
    fix,
    items,
    note_total,
    readiness,
    reject,
    reopen,
    sent_submissions,
)
from raid_log.gates import decide

FIN_01 = replace(interface("FIN-01"), peak_records=200, window_minutes=60)
ONE = profile(FIN_01, interface("OUT-01", scope=False))
POD = {"evidence_class": "acceptance", "environment": "pod-1"}
LAST_WEEK = NOON - timedelta(days=7)
RAN = rule("GL-001", status="passed", units=0, findings=0)


def evidence(store: Store, units: int = 120, days: int = 5, *, version: str = "1.2.0") -> None:
    """Accepted first attempts on days of the last two weeks."""
    for day in range(days):
        names = [f"{day}.{n}" for n in range(units)]
        checked = result([True] * units, rules=[RAN], version=version)
        load = submission(names, checked=checked, at=LAST_WEEK + timedelta(days=2 * day - 5), **POD)
        store.record(run(f"r{day}", load), ONE)
    settle(store)


FIGURES = ("G1", "G2", "G3", "G4", "G5")
SUITE = SuiteRun("suite.xml", "0" * 64, LAST_WEEK - timedelta(hours=1), {JOURNALS: (11, 0)})


def gates(found: Readiness) -> dict[str, str]:
    return {gate.id: gate.verdict for gate in found.gates}


def the(gate: str, found: Readiness) -> Gate:
    return next(one for one in found.gates if one.id == gate)


def vouched(store: Store) -> None:
    """People vouch for what no figure decides, the property suite ran, and every submission was counted in Fusion."""
    for gate in ATTESTED_GATES:
        attest(store, actor("stan", LAST_WEEK), gate, evidence="https://example.org/minutes")
    attest_suite(store, actor("stan", LAST_WEEK), SUITE)
    for one in sent_submissions(store):
        note_total(store, actor("rita"), one.id, units=one.units, evidence="report 7")


def test_an_empty_store_is_no_evidence_and_exits_3(store: Store) -> None:
    found = readiness(store, ONE, as_of=NOON)
    assert set(gates(found).values()) == {"no_evidence"}
    assert (found.text, found.exit_code) == ("NO EVIDENCE", 3)


def test_all_fifteen_gates_stand_in_their_order(store: Store) -> None:
    assert list(gates(readiness(store, ONE, as_of=NOON))) == [f"G{number}" for number in range(1, 16)]


def test_enough_accepted_units_no_defect_and_all_vouched_for_are_go(store: Store) -> None:
    evidence(store)
    vouched(store)
    found = readiness(store, ONE, as_of=NOON)
    assert set(gates(found).values()) == {"met"}
    assert (found.text, found.exit_code) == ("GO", 0)
    assert found.gates[0].actual == "100.00 % (600 of 600 units)"


def test_the_lower_bound_is_shown_beside_the_evidence(store: Store) -> None:
    evidence(store, 400)
    shown = readiness(store, ONE, as_of=NOON).gates[2]
    assert shown.details == ("lower bound 99.74 % of 0 rejects in 2000 units: PROVED",)


@pytest.mark.parametrize(
    ("units", "days", "short"),
    [(119, 5, "first attempts: 595 of 598"), (300, 4, "submissions: 4 of 5"), (300, 2, "weeks in a row: 1 of 2")],
)
def test_less_than_the_minimum_is_no_evidence(store: Store, units: int, days: int, short: str) -> None:
    evidence(store, units, days)
    found = readiness(store, ONE, as_of=NOON)
    assert [gates(found)[gate] for gate in FIGURES] == ["met", "met", "no_evidence", "met", "met"]
    assert short in found.gates[2].details


def test_conformance_decides_nothing_and_stands_beside(store: Store) -> None:
    store.record(run("r1", submission(["a"], at=LAST_WEEK)), ONE)
    found = readiness(store, ONE, as_of=NOON)
    assert gates(found)["G1"] == "no_evidence"
    assert found.gates[0].details == ("conformance rate 100.00 % of 1 units (decides nothing)",)


def test_an_interface_below_target_fails_even_where_the_pool_is_above(store: Store) -> None:
    both = profile(interface("FIN-01"), interface("FIN-02"), interface("FIN-03"))
    evidence(store, 300)
    small = submission(["a", "b"], interface="FIN-02", at=LAST_WEEK, **POD)
    store.record(run("small", small), both)
    found = readiness(store, both, as_of=NOON)
    assert gates(found)["G1"] == "met"
    assert gates(found)["G2"] == "failed"
    assert found.gates[1].actual == "1 of 3 interfaces at target, 1 below, 1 without evidence"
    assert found.gates[1].details == ("FIN-02: 0.00 % (0 of 2 units)", "FIN-03: no evidence")
    assert found.text == "NO-GO"


@pytest.mark.parametrize(("severity", "gate"), [("critical", "G4"), ("significant", "G5")])
def test_an_open_defect_of_any_class_is_no_go_and_exits_1(store: Store, severity: str, gate: str) -> None:
    evidence(store)
    store.record(run("bad", failing(severity=severity, at=LAST_WEEK)), ONE)
    found = readiness(store, ONE, as_of=NOON)
    assert gates(found)[gate] == "failed"
    assert next(one for one in found.gates if one.id == gate).actual == "1 (1 conformance)"
    assert (found.text, found.exit_code) == ("NO-GO", 1)


@pytest.mark.parametrize(
    ("severity", "role", "decision"),
    [
        ("significant", "approver", "go_with_waivers"),
        ("critical", "sponsor", "go_with_waivers"),
        ("critical", "approver", "no_go"),
    ],
)
def test_a_waiver_decides_only_with_the_right_signature(store: Store, severity: str, role: str, decision: str) -> None:
    evidence(store)
    vouched(store)
    store.record(run("bad", failing(severity=severity, at=LAST_WEEK)), ONE)
    defect = items(store, type="issue")[0].id
    change(store, defect, "waived", Author("S. Igner", role, LAST_WEEK), until="2026-12-20")
    found = readiness(store, ONE, as_of=NOON)
    assert found.verdict == decision
    signed = [line for gate in found.gates for line in gate.details if "waived by" in line]
    assert signed == ([f"{defect} waived by S. Igner until 2026-12-20"] if decision != "no_go" else [])


def test_the_past_is_judged_as_it_stood(store: Store) -> None:
    evidence(store)
    before = readiness(store, ONE, as_of=NOON)
    store.record(run("bad", failing(at=NOON + timedelta(hours=1))), ONE)
    assert readiness(store, ONE, as_of=NOON) == before
    assert readiness(store, ONE, as_of=NOON + timedelta(hours=1)).text == "NO-GO"


@pytest.mark.parametrize(("version", "verdict"), [("1.2.9", "met"), ("1.3.0", "no_evidence")])
def test_only_the_current_contract_version_counts_and_a_patch_is_the_same(
    store: Store, version: str, verdict: str
) -> None:
    evidence(store)
    store.record(run("new", submission(["n"], checked=result([True], version=version), **POD)), ONE)
    assert gates(readiness(store, ONE, as_of=NOON))["G1"] == verdict


# --- the gates from the RAID log, coverage, freshness, attestations


def verdict(store: Store, id: str, as_of: datetime = NOON) -> str:
    return gates(readiness(store, ONE, as_of=as_of))[id]


def test_a_fix_that_nobody_verified_and_a_reopened_defect_fail_the_gate_of_regressions(store: Store) -> None:
    store.record(run("bad", failing(severity="moderate", at=LAST_WEEK)), district())
    defect = add(store, actor("rita"), "issue", "Seen", {"severity": "moderate"}).id
    assert verdict(store, "G6") == "met"
    fix(store, actor("tess"), defect, reference="x", fixed_in="26C")
    assert verdict(store, "G6") == "failed"
    reject(store, actor("tess"), defect, reason="no defect")
    assert verdict(store, "G6") == "met"
    reopen(store, actor("tess"), defect, reason="one after all", run="bad")
    assert verdict(store, "G6") == "failed"
    assert verdict(store, "G6", NOON + timedelta(days=14)) == "met"


@pytest.mark.parametrize(
    ("status", "verdict_"),
    [("passed", "met"), ("failed", "failed"), ("not_applied", "failed"), ("not_checked", "failed")],
)
def test_a_rule_that_never_ran_fails_coverage(store: Store, status: str, verdict_: str) -> None:
    ran = rule("GL-100", status="passed", findings=0, units=0)
    other = rule("GL-200", status=status, findings=0, units=0)
    checked = result([True], rules=[ran, other] if status != "failed" else [replace(ran, status="stale")])
    store.record(run("r", submission(["a"], checked=checked, at=LAST_WEEK)), ONE)
    attest_suite(store, actor("stan", LAST_WEEK), SUITE)
    assert verdict(store, "G7") == verdict_


def test_an_interface_in_scope_without_a_delivery_fails_coverage(store: Store) -> None:
    two = profile(interface("FIN-01"), interface("FIN-02"))
    store.record(run("r", submission(["a"], checked=result([True], rules=[RAN]), at=LAST_WEEK)), two)
    found = next(gate for gate in readiness(store, two, as_of=NOON).gates if gate.id == "G7")
    assert (found.verdict, found.details[0]) == ("failed", "FIN-02: no delivery under its contract")


def test_a_result_older_than_a_week_is_stale_and_none_is_no_evidence(store: Store) -> None:
    assert verdict(store, "G10") == "no_evidence"
    evidence(store, 1)  # last on Friday, three days on
    assert verdict(store, "G10", LAST_WEEK + timedelta(days=10)) == "met"
    assert verdict(store, "G10", LAST_WEEK + timedelta(days=10, seconds=1)) == "failed"


def test_a_late_promise_to_us_and_an_assumption_past_its_day_fail(store: Store) -> None:
    store.record(run("r", submission(["a"], at=LAST_WEEK)), ONE)
    owed = {"on_whom": "State", "needed_by": "2026-11-30", "promised_on": "2026-11-24"}
    add(store, actor("rita"), "dependency", "Ours to give", {**owed, "direction": "out"})
    midnight = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    assert verdict(store, "G13", midnight) == "met"
    add(store, actor("rita"), "dependency", "Legends", {**owed, "direction": "in"})
    assert (verdict(store, "G13"), verdict(store, "G13", midnight)) == ("met", "failed")


def test_an_assumption_is_past_its_day_on_the_next_one(store: Store) -> None:
    store.record(run("r", submission(["a"], at=LAST_WEEK)), ONE)
    add(store, actor("rita"), "assumption", "Format", {"validate_by": "2026-11-24"})
    assert (verdict(store, "G13"), verdict(store, "G13", NOON + timedelta(days=1))) == ("met", "failed")


def test_an_extreme_risk_needs_a_response_and_somebody_who_does_it(store: Store) -> None:
    store.record(run("r", submission(["a"], at=LAST_WEEK)), ONE)
    add(store, actor("rita"), "risk", "High, not extreme", {"probability": "3", "impact": "5"})
    assert verdict(store, "G14") == "met"
    risk = add(store, actor("rita"), "risk", "Extreme", {"probability": "4", "impact": "4", "owner": "olga"}).id
    edit(store, actor("olga"), risk, {"response": "reduce"})
    assert verdict(store, "G14") == "failed"
    edit(store, actor("olga"), risk, {"response_owner": "oscar"})
    assert verdict(store, "G14") == "met"


def test_an_attestation_holds_for_14_days_and_the_last_word_counts(store: Store) -> None:
    attest(store, actor("stan"), "G9", evidence="parallel run 2")
    assert [verdict(store, "G9", NOON + timedelta(days=days)) for days in (0, 14, 15)] == ["met", "met", "no_evidence"]
    attest(store, actor("anna", NOON + timedelta(hours=1)), "G9", evidence="parallel run 3", met=False)
    assert (verdict(store, "G9"), verdict(store, "G9", NOON + timedelta(hours=1))) == ("met", "failed")
    assert len(items(store)) == 1


@pytest.mark.parametrize(
    ("gate_", "who", "evidence_", "words"),
    [
        ("G1", "stan", "x", "not attested"),
        ("G9", "olga", "x", "refused to olga"),
        ("G9", "ghost", "x", "not listed"),
        ("G9", "stan", " ", "evidence is blank"),
    ],
)
def test_an_attestation_that_does_not_hold_is_refused(
    store: Store, gate_: str, who: str, evidence_: str, words: str
) -> None:
    with pytest.raises(StoreError, match=words):
        attest(store, actor(who), gate_, evidence=evidence_)
    assert items(store) == []


# --- the property suite as evidence of coverage


def covered(store: Store, suite: SuiteRun | None, as_of: datetime = NOON) -> Gate:
    store.record(run("r", submission(["a"], checked=result([True], rules=[RAN]), at=LAST_WEEK)), ONE)
    if suite:
        attest_suite(store, actor("stan", suite.ran_at + timedelta(hours=1)), suite)
    return the("G7", readiness(store, ONE, as_of=as_of))


def test_without_a_run_of_the_property_suite_coverage_has_no_evidence(store: Store) -> None:
    found = covered(store, None)
    assert found.verdict == "no_evidence"
    assert found.details[0].startswith("property suite: no evidence")
    assert found.actual == "1 of 1 interfaces, 1 of 1 rules"


@pytest.mark.parametrize(
    ("contracts", "verdict_", "detail"),
    [
        (
            {"finance.gl_journals": (11, 0)},
            "met",
            "property suite: 11 tests passed, suite.xml of 2026-11-17, stan (sponsor)",
        ),
        ({JOURNALS: (10, 1)}, "failed", "finance.gl_journals: 1 tests of the property suite failed"),
        ({"hr.workers": (11, 0)}, "failed", "finance.gl_journals: not tested by the property suite"),
        (
            {"finance.gl_journals": (11, 0), "hr.workers": (0, 9)},
            "met",
            "property suite: 11 tests passed, suite.xml of",
        ),
    ],
)
def test_the_property_suite_must_have_passed_on_each_contract_of_an_interface_in_scope(
    store: Store, contracts: dict[str, tuple[int, int]], verdict_: str, detail: str
) -> None:
    found = covered(store, replace(SUITE, contracts=contracts))
    assert (found.verdict, found.details[0][: len(detail)]) == (verdict_, detail)


def test_a_run_of_the_property_suite_holds_for_14_days_from_the_run(store: Store) -> None:
    covered(store, SUITE)
    last = SUITE.ran_at + timedelta(days=14)
    assert verdict(store, "G7", last) == "met"
    expired = the("G7", readiness(store, ONE, as_of=last + timedelta(seconds=1)))
    assert (expired.verdict, expired.details[0][:38]) == ("no_evidence", "property suite: expired after 14 days:")


def test_a_failing_property_suite_fails_coverage_even_where_nothing_was_delivered(store: Store) -> None:
    attest_suite(store, actor("stan", LAST_WEEK), replace(SUITE, contracts={JOURNALS: (0, 1)}))
    assert verdict(store, "G7") == "failed"


@pytest.mark.parametrize(
    ("suite", "who", "words"),
    [
        (replace(SUITE, ran_at=NOON + timedelta(seconds=1)), "stan", "in the future"),
        (replace(SUITE, ran_at=NOON - timedelta(days=15)), "stan", "more than 14 days ago"),
        (replace(SUITE, contracts={}), "stan", "no test of the property suite"),
        (SUITE, "rita", "refused to rita"),
        (SUITE, "ghost", "not listed"),
    ],
)
def test_a_run_of_the_suite_that_proves_nothing_is_refused(store: Store, suite: SuiteRun, who: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        attest_suite(store, actor(who), suite)
    assert items(store) == []


# --- peak volume, census, time


def peaked(peak: int | None, minutes: int | None = None, units: int | None = None) -> Profile:
    row = replace(interface("FIN-01"), peak_records=peak, window_minutes=minutes, census_units=units)
    return profile(row, replace(interface("FIN-02", scope=False), peak_records=2))


@pytest.mark.parametrize(
    ("peak", "verdict_", "detail"),
    [
        (240, "met", ""),
        (241, "no_evidence", "peak volume: not seen"),
        (None, "no_evidence", "peak volume: not declared"),
    ],
)
def test_one_submission_must_have_the_peak_volume_of_its_interface(
    store: Store, peak: int | None, verdict_: str, detail: str
) -> None:
    evidence(store)
    found = the("G3", readiness(store, peaked(peak), as_of=NOON))
    assert found.verdict == verdict_
    assert [one for one in found.details if one.startswith("peak")] == ([detail] if detail else [])


def test_a_peak_that_was_only_checked_or_of_an_interface_out_of_scope_is_not_seen(store: Store) -> None:
    evidence(store, 120)
    both = peaked(400)
    store.record(run("check", submission([f"c{n}" for n in range(300)], at=LAST_WEEK)), both)
    other = submission([f"o{n}" for n in range(300)], interface="FIN-02", at=LAST_WEEK, **POD)
    store.record(run("other", other), both)
    assert "peak volume: not seen" in the("G3", readiness(store, both, as_of=NOON)).details


@pytest.mark.parametrize(("there_are", "verdict_"), [(50, "met"), (51, "no_evidence")])
def test_a_full_census_needs_no_598_first_attempts(store: Store, there_are: int, verdict_: str) -> None:
    evidence(store, 10)
    found = the("G3", readiness(store, peaked(20, units=there_are), as_of=NOON))
    assert found.verdict == verdict_
    assert ("FIN-01: full census, 50 units" in found.details) == (verdict_ == "met")


def test_two_halves_of_two_cycles_are_no_census(store: Store) -> None:
    for cycle in ("MOCK1", "MOCK2"):
        load = submission([f"u{n}" for n in range(25)], cycle=cycle, at=LAST_WEEK, **POD)
        store.record(run(cycle, load), ONE)
    settle(store)
    assert "first attempts: 50 of 598" in the("G3", readiness(store, peaked(20, units=50), as_of=NOON)).details


def test_the_598_are_asked_as_long_as_one_interface_has_no_census(store: Store) -> None:
    evidence(store, 10)
    store.record(run("other", submission(["o"], interface="FIN-02", at=LAST_WEEK, **POD)), peaked(20))
    settle(store)
    assert "first attempts: 51 of 598" in the("G3", readiness(store, peaked(20, units=50), as_of=NOON)).details


@pytest.mark.parametrize(
    ("peak", "minutes", "verdict_", "detail"),
    [
        (240, 60, "met", None),
        (240, 59, "failed", "FIN-01 r0/1: 60 minutes, the window is 59 minutes"),
        (241, 60, "no_evidence", "FIN-01: no submission at peak volume is through"),
        (240, None, "no_evidence", "FIN-01: peak volume or batch window not declared"),
        (None, 60, "no_evidence", "FIN-01: peak volume or batch window not declared"),
    ],
)
def test_the_peak_payload_must_be_through_within_its_batch_window(
    store: Store, peak: int | None, minutes: int | None, verdict_: str, detail: str | None
) -> None:
    evidence(store)
    found = the("G12", readiness(store, peaked(peak, minutes), as_of=NOON))
    assert (found.verdict, next(iter(found.details), None)) == (verdict_, detail)


@pytest.mark.parametrize(("hours", "verdict_"), [(2, "no_evidence"), (3, "failed")])
def test_a_peak_payload_that_is_not_through_fails_once_its_window_has_passed(
    store: Store, hours: int, verdict_: str
) -> None:
    monday = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # the week is over, the window of 150 minutes not yet
    late = submission([f"u{n}" for n in range(10)], at=monday - timedelta(hours=1), **POD)
    store.record(run("late", late), ONE)
    found = the("G12", readiness(store, peaked(20, 150), as_of=monday + timedelta(hours=hours - 1)))
    assert found.verdict == verdict_
    assert ("FIN-01 late/1: not through, the window is 150 minutes" in found.details) == (verdict_ == "failed")


@pytest.mark.parametrize(("answered", "verdict_"), [("AA", "met"), ("AP", "failed"), ("PP", "failed")])
def test_one_unit_without_an_outcome_keeps_the_peak_payload_from_being_through(
    store: Store, answered: str, verdict_: str
) -> None:
    store.record(run("half", sent(answered, at=LAST_WEEK, ended=LAST_WEEK + timedelta(hours=1), **POD)), ONE)
    assert the("G12", readiness(store, peaked(4, 60), as_of=NOON)).verdict == verdict_


def test_an_outcome_that_comes_after_the_moment_is_not_there_yet(store: Store) -> None:
    monday = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    load = sent("AA", at=monday - timedelta(hours=1), ended=monday + timedelta(hours=1), **POD)
    store.record(run("load", load), ONE)
    moments = (monday + timedelta(minutes=59), monday + timedelta(hours=1))
    found = [the("G12", readiness(store, peaked(4, 120), as_of=moment)).verdict for moment in moments]
    assert found == ["no_evidence", "met"]


def test_an_interface_that_declares_no_window_is_told_and_stops_nobody(store: Store) -> None:
    evidence(store)
    both = profile(FIN_01, interface("FIN-02"))
    found = the("G12", readiness(store, both, as_of=NOON))
    assert (found.verdict, found.details) == ("met", ("FIN-02: peak volume or batch window not declared",))


# --- the gates of some interfaces, waivers that end


def test_the_gates_of_some_interfaces_are_the_computed_ones_and_see_nothing_else(store: Store) -> None:
    both = profile(FIN_01, interface("FIN-02"))
    evidence(store)
    vouched(store)
    store.record(run("bad", failing(severity="critical", interface="FIN-02", at=LAST_WEEK)), both)
    good, bad = (readiness(store, both, as_of=NOON, interfaces={one}) for one in ("FIN-01", "FIN-02"))
    assert (good.text, bad.text, readiness(store, both, as_of=NOON).text) == ("GO", "NO-GO", "NO-GO")
    assert list(gates(good)) == [f"G{n}" for n in range(1, 16) if n not in (9, 11, 15)]
    assert set(gates(good).values()) == {"met"}
    store.record(run("other", sent("RRRRR", interface="FIN-02", at=LAST_WEEK, ended=LAST_WEEK, **POD)), both)
    assert readiness(store, both, as_of=NOON, interfaces={"FIN-01"}) == good


def test_an_entry_that_names_no_interface_concerns_every_one(store: Store) -> None:
    two = replace(district(), register={"FIN-01": FIN_01, "FIN-02": interface("FIN-02")})
    evidence(store)
    owed = {"on_whom": "State", "needed_by": "2026-11-30", "promised_on": "2026-11-20", "direction": "in"}
    named = add(store, Actor(two, "rita", NOON), "dependency", "Legends", {**owed, "blocked": "FIN-02"}).id

    def of(one: str) -> str:
        return gates(readiness(store, two, as_of=NOON, interfaces={one}))["G13"]

    assert (of("FIN-01"), named) == ("met", "RAID-0001")
    add(store, actor("rita"), "dependency", "Pod", owed)
    assert of("FIN-01") == "failed"


@pytest.mark.parametrize(("until", "told"), [("2026-12-01", True), ("2026-12-02", False)])
def test_a_waiver_is_told_seven_days_before_it_ends(store: Store, until: str, told: bool) -> None:
    store.record(run("bad", failing(at=LAST_WEEK)), ONE)
    (defect,) = items(store, type="issue")
    change(store, defect.id, "waived", Author("S. Igner", "approver", LAST_WEEK), until=until)
    ending = EndingWaiver(defect.id, "S. Igner", "approver", until)
    assert readiness(store, ONE, as_of=NOON).waivers_ending == ((ending,) if told else ())


def gate(verdict: str) -> Gate:
    return Gate("G0", "", "", "", verdict, "computed")


@pytest.mark.parametrize(
    ("verdicts", "decision"),
    [
        (("met", "failed", "no_evidence", "met_with_waivers"), "no_go"),
        (("met", "no_evidence", "met_with_waivers"), "no_evidence"),
        (("met", "met_with_waivers"), "go_with_waivers"),
        (("met",), "go"),
        ((), "no_evidence"),
    ],
)
def test_a_failed_gate_comes_before_a_missing_one_and_that_before_a_waived_one(
    verdicts: tuple[str, ...], decision: str
) -> None:
    assert decide(map(gate, verdicts)) == decision


def test_every_verdict_has_its_words() -> None:
    assert sorted(DECISION_TEXT.values()) == ["GO", "GO WITH WAIVERS", "NO EVIDENCE", "NO-GO"]
    assert [gate(verdict).text for verdict in GATE_TEXT] == ["met", "met with waivers", "failed", "without evidence"]


def test_the_front_names_all_that_it_shows() -> None:
    shown = {name for name, value in vars(raid_log).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    # a module named like a function it holds (figures) is covered by the function
    assert shown == set(raid_log.__all__)
