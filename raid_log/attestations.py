"""Attestations: what a named person vouches for, where no figure can. They stand in the audit trail, and expire."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from raid_log.changes import needed
from raid_log.clock import catch_up
from raid_log.errors import StoreError
from raid_log.events import EventLog, item_id, standings
from raid_log.gates import Gate, GateVerdict
from raid_log.items import Entry, Item, current_item
from raid_log.rates import NO_EVIDENCE
from raid_log.roles import Actor, listed
from raid_log.states import Standing
from raid_log.store import Store
from raid_log.tables import ItemRow

ATTESTED_GATES = ("G9", "G11", "G15")
"""Gates for which a person vouches."""
SUITE_GATE = "G7"
"""The gate for which a run of the property suite is evidence, among others."""
VALID_DAYS = 14
_AGAIN = "run `harness suite --junitxml FILE`, and name its file"


@dataclass(frozen=True)
class SuiteRun:
    """A run of the property suite, as its file tells of it."""

    file: str  # name
    sha256: str
    ran_at: datetime  # aware
    contracts: Mapping[str, tuple[int, int]]  # by id: tests that passed, tests that failed


def attest(store: Store, actor: Actor, gate: str, *, evidence: str, met: bool = True, reason: str = "") -> Item:
    """Note that the person vouches for the gate (``met``), or says that it is not met, with a link to the evidence.

    The last word counts, for 14 days. One entry of type ``attestation`` per gate holds all of them. Raises StoreError
    for a gate that is computed, without evidence, and for somebody who may not.
    """
    if gate not in ATTESTED_GATES:
        raise StoreError(f"{gate!r} is not attested", todo=f"use one of {', '.join(ATTESTED_GATES)}")
    detail = {"evidence": needed(evidence, "the evidence"), "met": "yes" if met else "no"}
    return _attest(store, actor, gate, detail, reason)


def attest_suite(store: Store, actor: Actor, suite: SuiteRun, *, reason: str = "") -> Item:
    """Note what a run of the property suite showed: evidence of coverage for G7, and nothing else.

    The last word counts, for 14 days from the run. Raises StoreError for a run to come, for one that is too old, for
    one without any test, and for somebody who may not.
    """
    if suite.ran_at > actor.at:
        raise StoreError(f"the suite says it ran at {suite.ran_at.isoformat()}, in the future", suite.file, _AGAIN)
    if actor.at - suite.ran_at > timedelta(days=VALID_DAYS):
        raise StoreError(f"the suite ran more than {VALID_DAYS} days ago", suite.file, _AGAIN)
    if not suite.contracts:
        raise StoreError("no test of the property suite on a contract of this profile", suite.file, _AGAIN)
    detail = {
        "evidence": suite.file,
        "met": "no" if any(failed for _, failed in suite.contracts.values()) else "yes",
        "sha256": suite.sha256,
        "ran_at": suite.ran_at.isoformat(),
        "contracts": json.dumps(suite.contracts, sort_keys=True),
    }
    return _attest(store, actor, SUITE_GATE, detail, reason)


def _attest(store: Store, actor: Actor, gate: str, detail: Mapping[str, str], reason: str) -> Item:
    listed(actor.profile, actor.id)
    with store.writing() as connection:
        log = EventLog(connection)
        catch_up(connection, log, actor.at)
        own = select(ItemRow.number).where(ItemRow.type == "attestation", ItemRow.cause == gate)
        number = connection.execute(own).scalar()
        if number is not None:
            standing = standings(connection, [number])[number]
            author = actor.author("attestation", standing, "attested", reason=reason)
            log.apply(number, "attestation", standing, "attested", author, detail)
        else:
            author = actor.author("attestation", Standing(), "opened", reason=reason)
            number = log.open_item("attestation", author, detail, title=f"Attestation of gate {gate}", cause=gate)
        log.close()
        return current_item(connection, item_id(number), actor.at)


def attested(id: str, title: str, required: str, log: Sequence[Entry], as_of: datetime) -> Gate:
    """Return the gate as the last attestation has it: none, or one that is too old, is no evidence; "not met" fails."""
    last = _last_word(log, id)
    source = "attested"
    if last is None:
        return Gate(
            id, title, required, NO_EVIDENCE, "no_evidence", source, (f"harness attest {id} --by ... --evidence ...",)
        )
    said = "met" if last.fields["met"] == "yes" else "not met"
    told = f"{said}, {last.changed_by} ({last.changed_role}) on {last.changed_at:%Y-%m-%d}: {last.fields['evidence']}"
    if as_of - last.changed_at > timedelta(days=VALID_DAYS):
        return Gate(
            id, title, required, NO_EVIDENCE, "no_evidence", source, (f"expired after {VALID_DAYS} days: {told}",)
        )
    return Gate(id, title, required, said, "met" if said == "met" else "failed", source, (told,))


def property_suite(log: Sequence[Entry], contracts: Iterable[str], as_of: datetime) -> tuple[GateVerdict, list[str]]:
    """Return what the last run of the property suite says of the contracts, and the details behind it.

    A test that failed and a contract without a test fail; no run, or one that is too old, is no evidence.
    """
    last = _last_word(log, SUITE_GATE)
    if last is None:
        return "no_evidence", [f"property suite: {NO_EVIDENCE} (harness attest {SUITE_GATE} --by ... --evidence FILE)"]
    ran_at, counts = datetime.fromisoformat(last.fields["ran_at"]), json.loads(last.fields["contracts"])
    told = f"{last.fields['evidence']} of {ran_at:%Y-%m-%d}, {last.changed_by} ({last.changed_role})"
    if as_of - ran_at > timedelta(days=VALID_DAYS):
        return "no_evidence", [f"property suite: expired after {VALID_DAYS} days: {told}"]
    wanted = sorted(contracts)
    failing = [
        f"{one}: {counts[one][1]} tests of the property suite failed" for one in wanted if counts.get(one, (0, 0))[1]
    ]
    untested = [f"{one}: not tested by the property suite" for one in wanted if not sum(counts.get(one, ()))]
    passed = sum(counts[one][0] for one in wanted if one in counts)
    faults = failing + untested
    return "failed" if faults else "met", [*faults, f"property suite: {passed} tests passed, {told}"]


def _last_word(log: Sequence[Entry], gate: str) -> Entry | None:
    return next((one for one in log if one.type == "attestation" and one.cause == gate), None)
