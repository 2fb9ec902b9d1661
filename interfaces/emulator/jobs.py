"""What an import job of the emulated pod is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Tables


@dataclass(frozen=True)
class Call:
    """One run of an import job."""

    request: int  # id of the import's own request
    load: int  # LOAD_REQUEST_ID of the load it follows, 0 where it was submitted by itself
    arguments: Sequence[str]  # of the ParameterList; "" for an empty slot and for #NULL
    tables: Tables
    setup: Setup
    new_request: Callable[[], int]  # gives the id of a child or of a report job

    def argument(self, slot: int) -> str:
        """The argument in a slot, counted from 1; "" where there is none."""
        return self.arguments[slot - 1] if slot <= len(self.arguments) else ""


@dataclass(frozen=True)
class Done:
    """How a request ended and what it leaves behind. ``request`` is 0 for the import itself."""

    state: str = "SUCCEEDED"  # ESS state: SUCCEEDED, WARNING, ERROR
    log: str = ""
    outputs: Mapping[str, bytes] = field(default_factory=dict)  # suffix ("txt", "xml") -> content of <request>.<suffix>
    name: str = ""  # of a child or report job, as the execution details show it
    request: int = 0
    children: Sequence[Done] = ()
    report: Done | None = None  # the report job, which has no parent


@dataclass(frozen=True)
class ImportJob:
    """An import that the emulator understands."""

    package: str  # /oracle/apps/ess/financials/generalLedger/programs/common
    definition: str  # JournalImportLauncher
    name: str  # Import Journals
    option: str  # interface option id
    account: str  # UCM account, fin/generalLedger/import
    files: Mapping[str, tuple[str | Mapping[str, str], str]]
    """Stem of a CSV member -> (layout, interface table). Where the control file has branches, the layouts by the first
    field of the record."""
    run: Callable[[Call], Done]
    purges: bool = False  # its accepted interface rows are gone after the import
    then: ImportJob | None = None  # what the pod's own schedule runs after it, with its first argument


@dataclass(frozen=True)
class HdlResult:
    """What a load of an HDL zip came to. Lines count at the import, logical objects at the load."""

    lines_total: int = 0
    lines_ok: int = 0
    lines_error: int = 0
    objects_total: int = 0
    objects_ok: int = 0
    objects_error: int = 0
    messages: Sequence[Mapping[str, object]] = ()  # items of child/messages, fields as the service names them
    failed_lines: bytes = b""  # what generateFailedLinesFile gives


HdlLoad = Callable[[bytes, str, Tables, Setup], HdlResult]
"""Loads an HDL zip: content, file name, tables, set-up."""
