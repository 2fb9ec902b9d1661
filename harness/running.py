"""The main job: every payload of a delivery read, checked and made a submission of its interface."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from contracts import CheckResult, Contract, Delivered, EvidenceClass, Interface, Profile, RunResult, Submission, load
from harness.checkers import Checking, in_turn
from harness.choosing import choose
from harness.errors import UsageError
from harness.version import __version__
from interfaces import Limits, Payload


@dataclass(frozen=True)
class Delivery:
    """A payload file and the interface it belongs to."""

    path: Path
    interface: Interface
    contract: str


@dataclass(frozen=True)
class Checked:
    """A payload of a run with its verdicts, on the way to be delivered."""

    delivery: Delivery
    payload: Payload
    contract: Contract
    result: CheckResult
    submission: str  # id it will have
    cycle: str


@dataclass(frozen=True)
class Sent:
    """What a payload's delivery brought, and where it went."""

    delivered: Delivered
    evidence_class: EvidenceClass
    environment: str
    trouble: str = ""  # why it could not be followed to its end, where the environment is to blame


@dataclass(frozen=True)
class Unsent:
    """A payload that could not be sent, and what was wrong with the environment."""

    environment: str
    trouble: str


Deliverer = Callable[[Checked], Sent | Unsent | None]
"""Sends a payload; None where it was only checked."""


@dataclass(frozen=True)
class RunStarted:
    """A run begins with these deliveries."""

    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True)
class PayloadChecked:
    """One payload has its verdicts."""

    submission: Submission


@dataclass(frozen=True)
class RunFinished:
    """All payloads are done; nothing is recorded yet."""

    result: RunResult


Event = RunStarted | PayloadChecked | RunFinished
Listener = Callable[[Event], None]


def deliveries(paths: Iterable[Path], profile: Profile, *, interface: str = "", contract: str = "") -> list[Delivery]:
    """Return the payloads under ``paths`` (default: the profile's ``payloads/<interface>/*``) in name order.

    A payload's interface is the one named, else its folder's name, else the only row of the register with its
    contract. Raises UsageError where that tells none.
    """
    found = list(files(paths)) or list(files([profile.path / "payloads"] if profile.path else []))
    if not found:
        raise UsageError("no payloads", where=str(profile.path or "no profile"), todo="name files or folders")
    if not profile.register:
        raise UsageError(f"profile {profile.name} has no register of interfaces", todo="choose a profile that has one")
    return [_delivery(path, profile, interface, contract) for path in found]


def run(
    items: Iterable[Delivery],
    profile: Profile,
    *,
    started_at: datetime,
    now: Callable[[], datetime],
    cycle: str = "",
    sample: int = 100,
    limits: Limits | None = None,
    listeners: Iterable[Listener] = (),
    deliverer: Deliverer | None = None,
    jobs: int = 1,
    in_parts_above: int | None = None,
) -> RunResult:
    """Return the run over the deliveries, each checked and, with a deliverer, sent; nothing is recorded here.

    Lists are aged at ``started_at`` in the profile's time zone; each submission's time is the moment at which its
    payload had its verdicts and its turn, or was sent. Times are aware. Up to ``jobs`` payloads are checked side by
    side; sent, told and raised is all in the order of the deliveries, whatever their number. A payload of more than
    ``in_parts_above`` records is checked part by part and reaches the deliverer without them: None if one needs them.
    """
    told = list(listeners)
    run_id = str(uuid.uuid4())
    todo = tuple(items)
    _tell(told, RunStarted(todo))
    promised = cache(lambda identity: load(identity, profile))
    as_of = started_at.astimezone(profile.time_zone).date()
    checking = Checking(as_of, sample, profile.load_all_or_nothing, limits, in_parts_above)
    submissions = []
    with closing(in_turn([(one.path, one.contract) for one in todo], promised, checking, jobs)) as judged:
        for number, (delivery, one) in enumerate(zip(todo, judged, strict=True), start=1):
            identity, contract = f"{run_id}/{number}", promised(delivery.contract)
            submission = _submitted(
                Checked(delivery, one.payload, contract, one.result, identity, cycle), now(), deliverer
            )
            submissions.append(submission)
            _tell(told, PayloadChecked(submission))
    finished = RunResult(run_id, started_at, now(), profile.name, __version__, tuple(submissions))
    _tell(told, RunFinished(finished))
    return finished


def unit_hashes(interface: str, result: CheckResult) -> tuple[bytes, ...]:
    """Return 16 bytes per accept unit: a hash of interface and business key, never the values.

    A unit whose key is wholly blank is known by its place in its payload (acceptance definitions, section 4.3).
    """
    keys, rows = result.units["key"].to_list(), result.units["row"].to_list()
    texts = (
        key if key is not None else f"{result.sha256}/{row}/{at}"
        for at, (key, row) in enumerate(zip(keys, rows, strict=True))
    )
    return tuple(
        hashlib.blake2b(f"{len(interface)}:{interface}|{text}".encode(), digest_size=16).digest() for text in texts
    )


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files at and under the paths, by name, hidden ones left out. Raises UsageError for a missing path."""
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            raise UsageError("no such file or folder", where=str(path), todo="correct the path")


def _submitted(checked: Checked, read_at: datetime, deliverer: Deliverer | None) -> Submission:
    """The payload as a submission, sent where there is a deliverer."""
    answer = deliverer(checked) if deliverer else None
    sent = answer if isinstance(answer, Sent) else None
    interface, result = checked.delivery.interface.id, checked.result
    return Submission(
        id=checked.submission,
        interface=interface,
        submitted_at=sent.delivered.sent_at if sent else read_at,
        result=result,
        unit_hashes=unit_hashes(interface, result),
        cycle=checked.cycle,
        evidence_class=sent.evidence_class if sent else "conformance",
        environment=sent.environment if sent else "",
        delivered=sent.delivered if sent else None,
        outage=answer.environment if isinstance(answer, Unsent) else "",
        trouble=answer.trouble if answer else "",
    )


def _delivery(path: Path, profile: Profile, interface: str, contract: str) -> Delivery:
    row = _row(path, profile.register, interface)
    if row is None:
        chosen = contract or choose(path, profile)
        serving = profile.serving(chosen)
        if len(serving) != 1:
            ids = ", ".join(one.id for one in serving) or "no row has this contract"
            raise UsageError(
                f"the interface of this {chosen} payload is not told", where=str(path),
                todo=f"say --interface, or put it into a folder named after it ({ids})",
            )  # fmt: skip
        return Delivery(path, serving[0], chosen)
    return Delivery(path, row, contract or _contract_of(path, profile, row))


def _row(path: Path, register: Mapping[str, Interface], named: str) -> Interface | None:
    if named:
        if named not in register:
            raise UsageError(
                f"no interface {named} in the register", where=str(path), todo=f"use one of: {', '.join(register)}"
            )
        return register[named]
    return register.get(path.resolve().parent.name)


def _contract_of(path: Path, profile: Profile, row: Interface) -> str:
    if len(row.contracts) == 1:
        return row.contracts[0]
    if not row.contracts:
        raise UsageError(
            f"interface {row.id} has no contract yet", where=str(path), todo="add its contract to the register"
        )
    return choose(path, profile, among=row.contracts)


def _tell(listeners: Iterable[Listener], event: Event) -> None:
    for listener in listeners:
        listener(event)
