"""Attestations: what a named person vouches for, where no figure can. They stand in the audit trail, and expire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from raid_log.changes import needed
from raid_log.clock import catch_up
from raid_log.errors import StoreError
from raid_log.events import EventLog, item_id, standings
from raid_log.gates import Gate
from raid_log.items import Item, read_item
from raid_log.rates import NO_EVIDENCE
from raid_log.roles import Actor, listed
from raid_log.states import Standing
from raid_log.store import Store
from raid_log.tables import ItemRow

ATTESTED_GATES = ("G9", "G11", "G15")
"""Gates for which a person vouches."""
VALID_DAYS = 14


def attest(store: Store, actor: Actor, gate: str, *, evidence: str, met: bool = True, reason: str = "") -> Item:
    """Note that the person vouches for the gate (``met``), or says that it is not met, with a link to the evidence.

    The last word counts, for 14 days. One entry of type ``attestation`` per gate holds all of them. Raises StoreError
    for a gate that is computed, without evidence, and for somebody who may not.
    """
    if gate not in ATTESTED_GATES:
        raise StoreError(f"{gate!r} is not attested", todo=f"use one of {', '.join(ATTESTED_GATES)}")
    detail = {"evidence": needed(evidence, "the evidence"), "met": "yes" if met else "no"}
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
        return read_item(connection, item_id(number), actor.at)


def attested(id: str, title: str, required: str, log: Sequence[Item], as_of: datetime) -> Gate:
    """Return the gate as the last attestation has it: none, or one that is too old, is no evidence; "not met" fails."""
    held = [one for one in log if one.type == "attestation" and one.cause == id]
    source = "attested"
    if not held:
        return Gate(
            id, title, required, NO_EVIDENCE, "no_evidence", source, (f"harness attest {id} --by ... --evidence ...",)
        )
    last = held[0].history[-1]
    said = "met" if last.detail["met"] == "yes" else "not met"
    told = f"{said}, {last.by} ({last.role}) on {last.at:%Y-%m-%d}: {last.detail['evidence']}"
    if as_of - last.at > timedelta(days=VALID_DAYS):
        return Gate(
            id, title, required, NO_EVIDENCE, "no_evidence", source, (f"expired after {VALID_DAYS} days: {told}",)
        )
    return Gate(id, title, required, said, "met" if said == "met" else "failed", source, (told,))
