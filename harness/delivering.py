"""Delivery: a checked payload sent to a pod, followed to its end, and what became of each accept unit."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from contracts import ANSWER_COLUMNS, FINAL, CheckResult, Contract, Delivered, Records
from harness.checking import check
from harness.comparing import compared, explained
from harness.destinations import Destination
from harness.errors import UsageError
from harness.running import Checked, Sent, Unsent
from interfaces import Payload, read
from interfaces.fusion import (
    Entry,
    FusionError,
    JobNode,
    Order,
    failed,
    fetch,
    follow,
    follow_data_set,
    parameter_sets,
    send,
    send_import,
    worst,
)
from interfaces.fusion.outcomes import Outcomes, Report, assign, parse_data_set
from interfaces.fusion.outcomes import read as read_reports

if TYPE_CHECKING:
    from raid_log import DeliveryEntry, Store, StoreError

JobsListener = Callable[[Sequence[JobNode]], None]
TroubleListener = Callable[[FusionError], None]
_BEFORE_ANY_CALL = frozenset({"intended", "uploading", "uploaded"})
"""Steps of a delivery that has set nothing off."""
GONE = "the emulator of that process is gone"


@dataclass
class Scratch:
    """The journal of a delivery that nobody has to find again: generated payloads, sent to the emulator."""

    step: str = "intended"
    facts: dict[str, str] = field(default_factory=dict)

    def note(self, step: str, /, **facts: str) -> None:
        """Remember a step."""
        self.step = step
        self.facts |= facts


def document_name(interface: str, path: Path, identity: str) -> str:
    """Return the payload's name at the pod: ``<interface>_<part of the delivery's id><suffix>``, found again by it."""
    return f"{interface}_{identity.replace('-', '')[:16]}{path.suffix or '.zip'}"


def deliver(
    path: Path,
    payload: Payload,
    contract: Contract,
    result: CheckResult,
    destination: Destination,
    entry: Entry,
    *,
    document: str,
    sent_at: datetime | None = None,
    resend_unknown: bool = False,
    on_jobs: JobsListener | None = None,
    on_trouble: TroubleListener | None = None,
) -> Delivered:
    """Send the payload unless the entry says that it was sent, and return what became of its units.

    Can be called again with the same entry after any end. Of what was sent and could not be followed to its end the
    units are pending, of what may or may not have been sent unknown; ``on_trouble`` is told why. ``sent_at``: of a
    delivery taken up again, the moment it was first sent. Raises FusionError where nothing was sent.
    """
    watch = on_jobs or (lambda _: None)
    sent_at = sent_at or destination.now()
    try:
        orders = _orders(path, payload, contract, destination, document)
        request = send(destination.client, orders[0], entry, resend_unknown=resend_unknown, sleep=destination.sleep)
        reports, load_failed, unread = _followed(orders, request, entry, destination, watch, resend_unknown)
    except FusionError as error:
        if not _outcome_without_reports(entry):
            raise
        if on_trouble:
            on_trouble(error)
        if entry.step == "read":  # it was not recorded, and is to be read again
            entry.note("ended")
        return _undecided(result, _outcome_without_reports(entry), "S1", sent_at, entry.facts.get("request", ""))
    records = Records(contract, payload.frames)
    outcomes = assign(contract, records, reports, ended=True, load_failed=load_failed, held=payload.held)
    entry.note("read", unread=str(len(unread)))
    times = {"sent_at": sent_at, "ended_at": destination.now()}
    return decided(contract, result, outcomes, request=request, **times, remarks=unread)


def _outcome_without_reports(entry: Entry) -> str:
    """What is to be said of the units as long as no report is read: pending, unknown, or "" of what was not sent."""
    if entry.step in ("submitting", "unknown"):
        return "unknown"
    return "pending" if entry.facts.get("request") else ""


def decided(
    contract: Contract,
    result: CheckResult,
    outcomes: Outcomes,
    *,
    request: str,
    sent_at: datetime,
    ended_at: datetime,
    remarks: Sequence[str] = (),
) -> Delivered:
    """Return the outcomes with their comparison, the answers with their rules, and all remarks."""
    table = compared(result, outcomes.units)
    final = table["outcome"].is_in(list(FINAL)).all()
    answers = explained(result, outcomes.answers, contract)
    return Delivered(request, sent_at, ended_at if final else None, table, answers, (*remarks, *outcomes.unmatched))


def _orders(path: Path, payload: Payload, contract: Contract, destination: Destination, document: str) -> list[Order]:
    """One order per import that the payload needs; the first one loads it."""
    if refusal := destination.refusal(contract):
        raise UsageError(f"not delivered: {refusal}", where=str(path), todo="check it only, by --no-deliver")
    content = path.read_bytes()
    if contract.channel == "hdl":
        return [Order("hdl", contract.id, document, content)]
    oracle: Mapping[str, str] = contract.oracle
    sets = parameter_sets(contract, payload.frames, destination.parameters)
    return [
        Order(
            "fbdi", contract.id, document, content, account=oracle["ucm_account"], option=oracle["interface_option"],
            job=oracle["job"], parameters=parameters,
        )
        for parameters in sets
    ]  # fmt: skip


def _followed(
    orders: Sequence[Order],
    request: str,
    entry: Entry,
    destination: Destination,
    watch: JobsListener,
    resend_unknown: bool,
) -> tuple[list[Report], bool, list[str]]:
    """Reports of what was sent, whether its load failed, and what of its documents could not be read."""
    client, sleep, clock = destination.client, destination.sleep, destination.clock
    budget = {"budget_seconds": destination.budget_seconds, "sleep": sleep, "clock": clock}
    if orders[0].channel == "hdl":
        status = follow_data_set(client, request, **budget)  # type: ignore[arg-type]
        entry.note("ended", state=str(status.get("DataSetStatusCode", "")))
        return [parse_data_set(status, client.hdl_messages(request))], False, []
    tree = follow(client, request, on_tree=watch, **budget)  # type: ignore[arg-type]
    load_failed = bool(tree) and failed(tree[0].state)
    for number, order in enumerate(orders[1:] if not load_failed else (), start=2):
        another = send_import(client, order, entry, number=number, resend_unknown=resend_unknown, sleep=sleep)
        tree = [*tree, *follow(client, another, on_tree=watch, **budget)]  # type: ignore[arg-type]
    missing: list[str] = []
    documents = fetch(client, tree, on_missing=lambda number, error: missing.append(f"request {number}: {error.what}"))
    entry.note("ended", state=worst(tree))
    reports, strange = read_reports(documents)
    return reports, load_failed, [*missing, *strange]


def _undecided(result: CheckResult, outcome: str, stage: str, sent_at: datetime, request: str = "") -> Delivered:
    count = result.units.height
    table = pl.DataFrame({"outcome": [outcome] * count, "stage": [stage] * count})
    return Delivered(request, sent_at, None, compared(result, table), pl.DataFrame(schema=dict(ANSWER_COLUMNS)))


def simulate(path: Path, contract: Contract, destination: Destination) -> tuple[CheckResult, Delivered]:
    """Return what the contract and what the destination say of a payload; nothing is noted or recorded.

    For payloads that nobody would miss: generated ones, sent to an emulator. Raises as ``deliver`` does.
    """
    payload = read(path, contract)
    result = check(payload, contract)
    document = document_name(contract.id.rpartition(".")[2], path, str(uuid.uuid4()))
    return result, deliver(path, payload, contract, result, destination, Scratch(), document=document)


def by_hand(pod: str) -> Callable[[Checked], Sent]:
    """Return what books payloads as sent to the pod by a person: pending until their reports are imported."""

    def booked(checked: Checked) -> Sent:
        now = datetime.now(UTC)
        return Sent(_undecided(checked.result, "pending", "S1", now), "acceptance", pod)

    return booked


class Journaled:
    """An entry of the store's journal as the client writes it: every step is on the disk when ``note`` returns."""

    def __init__(self, entry: DeliveryEntry, now: Callable[[], datetime]) -> None:
        self._entry, self._now = entry, now

    @property
    def step(self) -> str:
        """The step noted last."""
        return self._entry.step

    @property
    def facts(self) -> Mapping[str, str]:
        """All facts noted so far."""
        return {name: str(value) for name, value in self._entry.facts.items()}

    def note(self, step: str, /, **facts: str) -> None:
        """Write a step and its facts. Raises StoreError if another process has taken the delivery up meanwhile."""
        self._entry.claim(step, self._now(), **facts)


@dataclass
class JournaledDeliverer:
    """Delivers the checked payloads of a run, each noted in the store's journal before it is sent.

    ``recorded`` names the delivery of each submission, for ``Store.record``; ``failures`` what was not sent, and why;
    ``troubles`` what was sent, or may have been, and could not be followed to its end.
    """

    destination: Destination
    store: Store
    resend_unknown: bool = False
    hold_back: bool = False  # what does not conform is not sent
    on_jobs: Callable[[Checked, Sequence[JobNode]], None] | None = None
    recorded: dict[str, str] = field(default_factory=dict)
    failures: list[tuple[Checked, FusionError | UsageError | StoreError]] = field(default_factory=list)
    troubles: list[tuple[Checked, FusionError]] = field(default_factory=list)

    def __call__(self, checked: Checked) -> Sent | Unsent | None:
        """Send the payload. Where it was not, a note stands among ``failures``; None where no pod is to blame."""
        from raid_log import StoreError

        if self.destination.refusal(checked.contract) or (self.hold_back and checked.result.blocking):
            return None
        try:
            return self.resumed(checked, self._entry(checked))
        except (FusionError, UsageError, StoreError) as error:
            self.failures.append((checked, error))
            environmental = isinstance(error, FusionError) and error.environmental
            return Unsent(self.destination.environment, error.what) if environmental else None

    def resumed(self, checked: Checked, entry: DeliveryEntry) -> Sent:
        """Go on with a delivery from the step it came to. Raises FusionError where nothing was sent."""
        watch = self.on_jobs
        troubles: list[FusionError] = []
        try:
            delivered = deliver(
                checked.delivery.path,
                checked.payload,
                checked.contract,
                checked.result,
                self.destination,
                Journaled(entry, self.destination.now),
                document=entry.row.document,
                sent_at=entry.row.opened_at,
                resend_unknown=self.resend_unknown,
                on_jobs=(lambda jobs: watch(checked, jobs)) if watch else None,
                on_trouble=troubles.append,
            )
        except (FusionError, UsageError) as error:
            if entry.step in _BEFORE_ANY_CALL:
                entry.note("not_sent", self.destination.now(), reason=error.what)
            raise
        self.troubles += [(checked, error) for error in troubles]
        self.recorded[checked.submission] = entry.id
        trouble = next((error.what for error in troubles if error.environmental), "")
        return Sent(delivered, self.destination.evidence_class, self.destination.environment, trouble)

    def _entry(self, checked: Checked) -> DeliveryEntry:
        """The journal's entry of the payload: one that a killed run left behind, or a new one."""
        from raid_log import Intent

        place = self.destination
        open_ = self.store.same_intent(
            interface=checked.delivery.interface.id, cycle=checked.cycle, environment=place.environment,
            sha256=checked.payload.sha256,
        )  # fmt: skip
        if open_ and not place.lasting:
            self.store.delivery(open_.id).note("not_sent", place.now(), reason=GONE)
        elif open_ and open_.run:
            raise UsageError(
                f"{open_.payload} is on its way to {open_.environment} since {open_.opened_at:%Y-%m-%d %H:%M} UTC",
                where=f"delivery {open_.id}", todo="take it up again by `harness deliver --resume`",
            )  # fmt: skip
        elif open_:
            return self.store.delivery(open_.id)
        intent = Intent(
            interface=checked.delivery.interface.id,
            contract=checked.contract.id,
            version=checked.contract.version,
            payload=checked.payload.name,
            sha256=checked.payload.sha256,
            environment=place.environment,
            evidence_class=place.evidence_class,
            document=document_name(checked.delivery.interface.id, checked.delivery.path, str(uuid.uuid4())),
            cycle=checked.cycle,
        )
        return self.store.open_delivery(intent, place.now(), path=str(checked.delivery.path.resolve()))
