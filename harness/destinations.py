"""Where deliveries go: a real pod by its address, or the emulator of this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from contracts import Contract, EvidenceClass, Profile, load, written_ids
from harness.settings import PodSettings
from interfaces.emulator import ABOUT, Clock, Emulator, Faults, Setup, setup_of
from interfaces.emulator.hdl import load as load_hdl
from interfaces.emulator.imports import JOBS
from interfaces.fusion import Access, Basic, Client, Limits, LostReply, NotThere, Session, access_from_environment

EMULATOR = "emulator"
"""Environment of what the emulator of this process answered."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ASKED = Limits(attempts=3, first_pause=0.2)
"""How an emulator is asked about itself: shortly, because it is near, or not there."""

Parameters = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True)
class Destination:
    """A pod, real or emulated, and how it is asked."""

    environment: str  # host of the pod, or EMULATOR
    evidence_class: EvidenceClass
    client: Client
    parameters: Parameters  # setting of a contract's job parameter -> text, or value of the payload -> text
    budget_seconds: float  # of waiting for one delivery
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    lasting: bool = True  # False: what was sent is gone when this process ends
    knows: Callable[[Contract], bool] = lambda contract: True

    def refusal(self, contract: Contract) -> str:
        """Return why payloads of the contract cannot be sent there, "" where they can."""
        if contract.direction != "inbound":
            return f"{contract.id} is an extract"
        if contract.channel == "fbdi":
            missing = [name for name in ("ucm_account", "interface_option", "job") if not contract.oracle.get(name)]
            if missing:
                return f"{contract.id} does not say its {', '.join(missing)}"
        elif contract.channel != "hdl":
            return f"channel {contract.channel} is not sent"
        return "" if self.knows(contract) else f"the emulator does not know the import of {contract.id}"


@contextmanager
def pod(url: str, settings: PodSettings, environ: Mapping[str, str]) -> Iterator[Destination]:
    """Give the pod at ``url``; credentials come from ``environ`` alone (HARNESS_POD_*).

    What a pod on this machine answers counts as simulated: only the emulator listens there. It tells its ids and
    the speed of its time itself.
    Raises FusionError for an address, a certificate file or credentials that are none, and where no emulator runs.
    """
    with connection(url, settings, environ) as session:
        parts = urlsplit(session.url)
        local = (parts.hostname or "") in _LOOPBACK
        told = _told_by(url, session.access, settings.ca_file) if local else {}
        speed = told.get("speed", 1.0)
        yield Destination(
            environment=parts.netloc.rpartition("@")[2],
            evidence_class="simulated" if local else "acceptance",
            client=Client(session),
            parameters={
                "accounting_date": f"{datetime.now(UTC):%Y-%m-%d}",
                **told.get("parameters", {}),
                **settings.parameters,
            },
            budget_seconds=settings.budget_minutes * 60,
            sleep=lambda seconds: time.sleep(seconds / speed),
            clock=lambda: time.monotonic() * speed,
        )


def connection(url: str, settings: PodSettings, environ: Mapping[str, str]) -> Session:
    """Return a connection to the pod at ``url`` as the settings have it; credentials come from ``environ`` alone.

    Raises FusionError for an address, a certificate file or credentials that are none.
    """
    return Session(
        url,
        access_from_environment(environ, settings.token_url, settings.token_scope),
        ca_file=settings.ca_file,
        timeouts=httpx.Timeout(settings.timeout_seconds, connect=20.0),
        limits=Limits(reply_bytes=settings.reply_mb * 1024**2),
    )


def _told_by(url: str, access: Access, ca_file: Path | None) -> dict[str, Any]:
    """What the emulator at ``url`` tells of itself; nothing if another service listens there.

    Raises NotSent or Refused where nobody listens, or does not let us in: before anything is checked.
    """
    try:
        with Session(url, access, ca_file=ca_file, limits=_ASKED) as session:
            return session.get(ABOUT).json()
    except (NotThere, LostReply):
        return {}


@contextmanager
def in_process(profile: Profile, *, settings: PodSettings | None = None) -> Iterator[Destination]:
    """Give a fresh emulator of this process, set up with the lists of the profile's contracts."""
    with emulated(setup_of_profile(profile), settings=settings) as destination:
        yield destination


@contextmanager
def emulated(
    setup: Setup, *, settings: PodSettings | None = None, faults: Faults | None = None
) -> Iterator[Destination]:
    """Give a fresh emulator of this process with that set-up. It keeps a time of its own, so nothing waits."""
    emulator = Emulator(setup, JOBS, hdl=load_hdl, faults=faults)
    with reached(emulator, settings=settings) as destination:
        yield destination


@contextmanager
def reached(emulator: Emulator, *, settings: PodSettings | None = None) -> Iterator[Destination]:
    """Give a way to an emulator of this process."""
    chosen, clock = settings or PodSettings(), emulator.clock
    session = Session(
        "https://emulator.invalid", Basic(EMULATOR, EMULATOR), transport=emulator.transport(), sleep=clock.sleep,
        limits=Limits(reply_bytes=chosen.reply_mb * 1024**2),
    )  # fmt: skip
    with session:
        yield Destination(
            environment=EMULATOR,
            evidence_class="simulated",
            client=Client(session),
            parameters=emulator.parameters(),
            budget_seconds=chosen.budget_minutes * 60,
            sleep=clock.sleep,
            clock=clock.now,
            lasting=False,
            knows=lambda contract: contract.channel == "hdl" or emulator.knows(contract.oracle.get("job", "")),
        )


def emulator_of(
    profile: Profile, *, clock: Clock | None = None, faults: Faults | None = None, **switches: bool
) -> Emulator:
    """Return an emulated pod with the lists of the profile; ``switches`` are those of its set-up."""
    return Emulator(setup_of_profile(profile, **switches), JOBS, hdl=load_hdl, clock=clock, faults=faults)


def setup_of_profile(profile: Profile, **switches: bool) -> Setup:
    """Return the set-up of a pod that has the profile's lists; of the bare library the samples of its contracts.

    A list is bound by what the profile writes itself, so only that is read.
    """
    contracts = (load(identity, profile, sample=profile.path is None) for identity in written_ids(profile))
    return setup_of(contracts, **{"load_all_or_nothing": profile.load_all_or_nothing, **switches})
