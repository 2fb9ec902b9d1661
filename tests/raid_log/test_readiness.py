"""The decision: four verdicts, their order and their exit codes."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest
from raid_runs import NOON, failing, interface, profile, result, run, settle, submission

import raid_log
from raid_log import DECISION_TEXT, GATE_TEXT, Author, Gate, Readiness, Store, change, readiness
from raid_log.gates import decide

ONE = profile(interface("FIN-01"), interface("OUT-01", scope=False))
POD = {"evidence_class": "acceptance", "environment": "pod-1"}
LAST_WEEK = NOON - timedelta(days=7)


def evidence(store: Store, units: int = 120, days: int = 5, *, version: str = "1.2.0") -> None:
    """Accepted first attempts on consecutive days of last week."""
    for day in range(days):
        names = [f"{day}.{n}" for n in range(units)]
        checked = result([True] * units, version=version)
        sent = submission(names, checked=checked, at=LAST_WEEK + timedelta(days=day - 1), **POD)
        store.record(run(f"r{day}", sent), ONE)
    settle(store)


def gates(found: Readiness) -> dict[str, str]:
    return {gate.id: gate.verdict for gate in found.gates}


def test_an_empty_store_is_no_evidence_and_exits_3(store: Store) -> None:
    found = readiness(store, ONE, as_of=NOON)
    assert set(gates(found).values()) == {"no_evidence"}
    assert (found.text, found.exit_code) == ("NO EVIDENCE", 3)


def test_enough_accepted_units_and_no_defect_are_go(store: Store) -> None:
    evidence(store)
    found = readiness(store, ONE, as_of=NOON)
    assert gates(found) == dict.fromkeys(("G1", "G2", "G3", "G4", "G5"), "met")
    assert (found.text, found.exit_code) == ("GO", 0)
    assert found.gates[0].actual == "100.00 % (600 of 600 units)"


@pytest.mark.parametrize(("units", "days", "short"), [(119, 5, "first attempts"), (300, 4, "submissions")])
def test_less_than_the_minimum_is_no_evidence(store: Store, units: int, days: int, short: str) -> None:
    evidence(store, units, days)
    found = readiness(store, ONE, as_of=NOON)
    assert gates(found) == {"G1": "met", "G2": "met", "G3": "no_evidence", "G4": "met", "G5": "met"}
    assert short in found.gates[2].details[0]
    assert found.exit_code == 3


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
    ("severity", "role", "text", "code"),
    [
        ("significant", "approver", "GO WITH WAIVERS", 0),
        ("critical", "sponsor", "GO WITH WAIVERS", 0),
        ("critical", "approver", "NO-GO", 1),
    ],
)
def test_a_waiver_decides_only_with_the_right_signature(
    store: Store, severity: str, role: str, text: str, code: int
) -> None:
    evidence(store)
    store.record(run("bad", failing(severity=severity, at=LAST_WEEK)), ONE)
    change(store, "RAID-0001", "waived", Author("S. Igner", role, LAST_WEEK), until="2026-12-20")
    found = readiness(store, ONE, as_of=NOON)
    assert (found.text, found.exit_code) == (text, code)
    signed = [line for gate in found.gates for line in gate.details if "waived by" in line]
    assert signed == (["RAID-0001 waived by S. Igner until 2026-12-20"] if code == 0 else [])


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
