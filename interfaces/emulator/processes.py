"""The scheduled processes of the pod: the load of a file into interface tables, and the imports that judge them.

How long they take is made up; the tree of a load and the states are documented. The import is submitted at the moment
its load succeeds, its report job at the moment the import ends (both moments unconfirmed).
"""

from __future__ import annotations

import csv
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from contracts import Layout, layout_in_force
from interfaces.emulator.documents import Document
from interfaces.emulator.ess import WAITS, Ess, Request
from interfaces.emulator.faults import Faults
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.loader import Loaded
from interfaces.emulator.loader import load as load_file
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Tables
from interfaces.package import unzipped

LOADER = ("/oracle/apps/ess/financials/commonModules/shared/common/interfaceLoader", "InterfaceLoaderController")
TAKEN = frozenset({"P", "PROCESSED", "ACCEPTED", "POSTED"})
"""States of interface rows that an import has taken."""

_ROWS_A_SECOND = 5_000
_NO_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)
_DELETED = "All rows of the load were deleted because of load errors."  # wording unconfirmed
_SLOW = 7200.0


@dataclass(frozen=True)
class Chain:
    """What follows a load."""

    job: ImportJob
    arguments: tuple[str, ...]
    purge: bool = False


class Processes:
    """Submits loads and imports, and does their work when its time has come."""

    def __init__(
        self, ess: Ess, tables: Tables, setup: Setup, jobs: Sequence[ImportJob], release: str, faults: Faults
    ) -> None:
        self._ess = ess
        self._tables = tables
        self._setup = setup
        self._jobs = {(job.package, job.definition): job for job in jobs}
        self._faults = faults
        self._files: dict[str, dict[str, tuple[Layout | Mapping[str, Layout], str]]] = {}
        for job in jobs:
            files = self._files.setdefault(job.option, {})
            for stem, (layout, table) in job.files.items():
                files[stem] = _in_force(layout, release), table

    def job(self, package: str, definition: str) -> ImportJob | None:
        """The import of that path, None if the pod has none."""
        return self._jobs.get((package.rstrip("/"), definition))

    # --- load

    def load(self, option: str, document: Document | None, user: str, chain: Chain | None = None) -> Request:
        """Submit the load of a document by the control files of an interface option."""
        package, definition = LOADER
        request = self._new("Load Interface File for Import", definition, package, user)
        request.arguments = (option, document.id if document else "", "N", "N")
        request.document = document.name if document else ""
        return self._ess.start(request, partial(self._load, request, option, document, chain))

    def _load(self, request: Request, option: str, document: Document | None, chain: Chain | None) -> None:
        inner = self._child(request, "Load File to Interface", "InterfaceLoaderAsyncJob")
        transfer = self._child(request, "Transfer File", "Transfer File")  # its definition isn't known
        transfer.ended = transfer.started + 2
        transfer.log = f"File {request.document} transferred.\n"
        loaded, log = self._loaded(request, option, document)
        for one in loaded:
            self._of_file(inner, one)
        rejected, rows = any(one.rejected for one in loaded), any(one.rows for one in loaded)
        failed = not loaded or (rejected and (self._setup.load_all_or_nothing or not rows))
        if not failed:
            for one in loaded:
                self._tables.interface[one.table].extend(one.rows)
        elif rows:
            log.append(_DELETED)
        # that a load of some good rows ends in WARNING where the good ones stay is unconfirmed
        request.final = inner.final = "ERROR" if failed else "WARNING" if rejected else "SUCCEEDED"
        request.log = inner.log = "\n".join(log) + "\n"
        inner.ended = max([transfer.ended, *(child.ended for child in inner.children)]) + 1
        request.ended = inner.ended + 2
        if chain and not failed:
            self._ess.at(request.ended, partial(self._follow, request, chain))

    def _loaded(self, request: Request, option: str, document: Document | None) -> tuple[list[Loaded], list[str]]:
        """What each known file of the document came to, and the lines of the load's own log."""
        log = [f"Load request {request.id}, interface option {option}, document {request.arguments[1]}."]
        files = self._files.get(option, {})
        loaded: list[Loaded] = []
        try:
            members = _members(document)
        except _NO_ZIP:
            return [], [*log, f"The file {request.document} isn't a zip file that can be read."]
        for name, data in members.items():
            stem = name.removesuffix(".csv")
            if stem == name or stem not in files:
                log.append(f"There is no control file for {name}; it was not loaded.")
            else:
                layout, table = files[stem]
                loaded.append(load_file(name, data, layout, table, request.id, self._ess.now))
                log.append(f"{name}: {len(loaded[-1].rows)} loaded, {len(loaded[-1].rejected)} rejected.")
        if not loaded:
            log.append("No file was loaded.")
        return loaded, log

    def _of_file(self, inner: Request, loaded: Loaded) -> None:
        child = self._child(inner, "InterfaceLoaderSqlldrImport", "InterfaceLoaderSqlldrImport")
        child.log = loaded.log
        child.final = "WARNING" if loaded.rejected else "SUCCEEDED"  # the state of a job with rejects: unconfirmed
        child.ended = child.started + 3 + (len(loaded.rows) + len(loaded.rejected)) / _ROWS_A_SECOND

    def _follow(self, load: Request, chain: Chain) -> None:
        request = self.run(chain.job, chain.arguments, load.user, load=load, purge=chain.purge)
        load.follows.append(request)

    # --- import

    def run(
        self, job: ImportJob, arguments: Sequence[str], user: str, *, load: Request | None = None, purge: bool = False
    ) -> Request:
        """Submit an import. Without a load it follows none, and is told load 0."""
        request = self._new(job.name, job.definition, job.package, user)
        if self._faults.strikes("dropped_argument", request.id):
            arguments = _without_a_blank(arguments)
        request.arguments = tuple(arguments)
        request.root = load.id if load else 0
        return self._ess.start(request, partial(self._import, request, job, load, purge))

    def _import(self, request: Request, job: ImportJob, load: Request | None, purge: bool) -> None:
        zero = self._faults.strikes("silent_zero_rows", request.id)
        tables = Tables() if zero else self._tables
        arguments = tuple("" if argument == "#NULL" else argument for argument in request.arguments)
        call = Call(request.id, load.id if load else 0, arguments, tables, self._setup, self._ess.new_id)
        done = job.run(call)
        request.final, request.log, request.outputs = done.state, done.log, done.outputs
        request.ended = self._ess.now + 6 + (_SLOW if self._faults.strikes("slow_import", request.id) else 0)
        self._below(request, done.children)
        if request.children and self._faults.strikes("warning_child", request.id):
            request.children[0].final, request.final = "WARNING", "SUCCEEDED"
        self._ess.at(request.ended, partial(self._after, request, job, done, load, purge))

    def _after(self, request: Request, job: ImportJob, done: Done, load: Request | None, purge: bool) -> None:
        """The report job, what is scheduled behind the import, and the rows that need not stay."""
        following: list[Request] = []
        if done.report:
            following.append(self._ess.add(self._done(done.report, request, self._ess.now + 2, self._ess.now + 6)))
        if job.then:
            following.append(self.run(job.then, request.arguments[:1], request.user, load=load, purge=purge))
        for one in (request, load) if load else (request,):
            one.follows += following
        for _, table in job.files.values() if job.purges else ():
            rows = self._tables.interface[table]
            self._tables.interface[table] = [row for row in rows if row.status not in TAKEN]
        if purge and load and not job.then:
            self._tables.purge(load.id)

    # --- requests

    def _new(self, name: str, definition: str, package: str, user: str) -> Request:
        return Request(self._ess.new_id(), name, definition, package, user, self._ess.now)

    def _child(self, parent: Request, name: str, definition: str) -> Request:
        child = self._new(name, definition, parent.package, parent.user)
        child.parent, child.root, child.started = parent.id, parent.root, self._ess.now + WAITS
        parent.children.append(child)
        return self._ess.add(child)

    def _done(self, done: Done, beside: Request, started: float, ended: float) -> Request:
        """The request of a child or a report that an import has told of."""
        request = Request(done.request, done.name, done.name, beside.package, beside.user, self._ess.now)
        request.started, request.ended, request.final = started, ended, done.state
        request.log, request.outputs = done.log, done.outputs
        self._below(request, done.children)
        return request

    def _below(self, parent: Request, children: Sequence[Done]) -> None:
        for done in children:
            child = self._done(done, parent, parent.started + 1, parent.ended - 1)
            child.parent, child.root = parent.id, parent.root
            parent.children.append(self._ess.add(child))


def _in_force(layout: str | Mapping[str, str], release: str) -> Layout | Mapping[str, Layout]:
    if isinstance(layout, str):
        return layout_in_force(layout, release)
    return {first: layout_in_force(name, release) for first, name in layout.items()}


def _members(document: Document | None) -> Mapping[str, bytes]:
    """The files of an uploaded zip, or the uploaded CSV alone. Raises one of _NO_ZIP."""
    if document is None:
        raise ValueError
    if document.kind == "csv" and not document.content.startswith(b"PK"):
        return {document.name: document.content}
    return {name: data for name, data in unzipped(document.content).items() if not name.endswith("/")}


def arguments_of(text: str) -> tuple[str, ...]:
    """The arguments of a comma list; a value with a comma stands in double quotes."""
    return tuple(next(csv.reader([text], skipinitialspace=True), ())) if text else ()


def _without_a_blank(arguments: Sequence[str]) -> list[str]:
    """The arguments without the last empty one, or without the last."""
    lost = max((at for at, one in enumerate(arguments) if one in ("", "#NULL")), default=len(arguments) - 1)
    return [one for at, one in enumerate(arguments) if at != lost]
