"""Results of outside test providers: a source of their own, in no rate. A test that fails may open an issue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Self

from sqlalchemy import Connection, insert, select

from contracts.results import SEVERITIES
from raid_log.clock import catch_up
from raid_log.defects import fingerprint
from raid_log.errors import StoreError
from raid_log.events import SEEN_AGAIN, Author, EventLog, item_id, standings
from raid_log.rates import Rate
from raid_log.roles import Actor
from raid_log.store import Store
from raid_log.tables import Fingerprint, OutsideImport, OutsideResult

SOURCE = "taas"
"""Source of the events that an import of outside results causes."""
AHEAD = timedelta(minutes=5)
"""By how much a provider's clock may be fast."""
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST = 255  # characters of a name
_MOST = 999_999_999


@dataclass(frozen=True)
class SuiteCounts:
    """Tests of a run, and the defects that the provider has raised by severity. Neither is counted by the harness."""

    planned: int = 0
    executed: int = 0  # passed and failed
    passed: int = 0
    failed: int = 0
    blocked: int = 0  # could not be executed
    critical: int = 0
    significant: int = 0
    moderate: int = 0
    minor: int = 0

    @classmethod
    def total(cls, counts: Iterable[Self]) -> Self:
        """Return the sums."""
        rows = list(counts)
        return cls(*(sum(getattr(row, field.name) for row in rows) for field in fields(cls)))

    @property
    def rate(self) -> Rate:
        """Passed of executed tests: the provider's word, no acceptance rate."""
        return Rate(self.executed, self.passed)

    @property
    def defects(self) -> dict[str, int]:
        """The provider's defects by severity."""
        return {severity: getattr(self, severity) for severity in SEVERITIES}

    @property
    def fault(self) -> str:
        """What does not add up; blank if everything does."""
        for name, count in asdict(self).items():
            if not 0 <= count <= _MOST:
                return f"{name} is {count:,}"
        if self.executed != self.passed + self.failed:
            return f"executed is {self.executed:,}, but passed and failed are {self.passed:,} + {self.failed:,}"
        if self.planned < self.executed + self.blocked:
            return f"planned is {self.planned:,}, less than executed and blocked: {self.executed:,} + {self.blocked:,}"
        return ""


@dataclass(frozen=True)
class ProviderRun:
    """One run of one suite as a file tells it. ``interface`` is blank where it is not told."""

    suite: str
    run: str
    ended_at: datetime  # aware
    counts: SuiteCounts
    interface: str = ""
    place: str = ""  # in the file, for errors


@dataclass(frozen=True)
class FailedTest:
    """A test that failed. Its message is left out: it may hold personal data."""

    test: str  # what tells it from others of the provider
    title: str
    severity: str
    run: str
    interface: str = ""
    failure: str = ""  # type of the failure


@dataclass(frozen=True)
class OutsideFile:
    """A file of a provider, read. ``failed`` holds the tests that are to open issues."""

    provider: str
    name: str
    format: str  # junit | allure | csv | xlsx
    sha256: str
    results: tuple[ProviderRun, ...]
    failed: tuple[FailedTest, ...] = ()


@dataclass(frozen=True)
class OutsideRecorded:
    """What an import did. ``repeated``: the same file was there already, nothing was changed."""

    repeated: bool
    results: int  # runs of suites
    corrected: int  # of them: runs that an earlier file had told otherwise, or the same
    opened: tuple[str, ...]  # ids of issues
    seen_again: tuple[str, ...]  # ids of issues that were there


@dataclass(frozen=True)
class OutsideRun:
    """One run of one suite as its last import counts it."""

    provider: str
    suite: str
    run: str
    interface: str
    ended_at: datetime
    counts: SuiteCounts
    corrected: bool  # an earlier import had counted it, too
    file: str
    imported_at: datetime
    by: str


@dataclass(frozen=True)
class ProviderTotal:
    """The runs of one provider together."""

    provider: str
    suites: int
    runs: int  # of suites
    counts: SuiteCounts


def record_outside(store: Store, actor: Actor, file: OutsideFile) -> OutsideRecorded:
    """Take in a provider's file whole, once; the same (provider, suite, run) of an earlier file is corrected by it.

    Each failed test opens an issue, or is noted on the one that it opened before, whose state stays. Raises
    StoreError, and changes nothing, for somebody who is not listed, for counts that do not add up, a blank or doubled
    name, an interface that the register does not have, and a moment to come.
    """
    author = replace(actor, source=SOURCE).reporter(reason=f"fails in tests of {file.provider}")
    _refuse_unfit(file, actor)
    with store.writing() as connection:
        log = EventLog(connection)
        if connection.execute(select(OutsideImport.sha256).where(OutsideImport.sha256 == file.sha256)).first():
            return OutsideRecorded(True, len(file.results), 0, (), ())
        catch_up(connection, log, actor.at)
        corrected = _known(connection, file.provider) & {(one.suite, one.run) for one in file.results}
        _write(connection, file, author)
        opened, seen = _book(connection, log, author, file)
        log.close()
    return OutsideRecorded(False, len(file.results), len(corrected), opened, seen)


def outside_results(store: Store, as_of: datetime) -> list[OutsideRun]:
    """Return the runs that were imported up to ``as_of``, each as its last import counts it.

    By provider, suite, end and run. Raises StoreError.
    """
    rows = _rows(store, as_of)
    named = sorted(rows, key=lambda row: (row["provider"], row["suite"], row["run"], row["number"]))
    grouped = [list(own) for _, own in groupby(named, key=lambda row: (row["provider"], row["suite"], row["run"]))]
    found = [_run(own[-1], corrected=len(own) > 1) for own in grouped]
    return sorted(found, key=lambda one: (one.provider, one.suite, one.ended_at, one.run))


def outside_totals(results: Iterable[OutsideRun]) -> list[ProviderTotal]:
    """Return the sums over all runs by provider. A suite that ran twice counts twice."""
    by_provider = sorted(results, key=lambda one: one.provider)
    grouped = [(name, list(own)) for name, own in groupby(by_provider, key=lambda one: one.provider)]
    return [
        ProviderTotal(name, len({one.suite for one in own}), len(own), SuiteCounts.total(one.counts for one in own))
        for name, own in grouped
    ]


def _refuse_unfit(file: OutsideFile, actor: Actor) -> None:
    if not file.results:
        raise StoreError("no result of a test is in it", file.name, "ask the provider for the results")
    _refuse_name("provider", file.provider, file.name)
    seen: set[tuple[str, str]] = set()
    for one in file.results:
        where = f"{file.name}, {one.place}" if one.place else file.name
        _refuse_name("suite", one.suite, where)
        _refuse_name("run", one.run, where)
        if (one.suite, one.run) in seen:
            raise StoreError(f"suite {one.suite}, run {one.run} stands twice", where, "keep one of them")
        seen.add((one.suite, one.run))
        if fault := one.counts.fault:
            raise StoreError(f"the counts do not add up: {fault}", where, "ask the provider for a corrected file")
        if not _EARLIEST <= one.ended_at <= actor.at + AHEAD:
            what = "before the year 2000" if one.ended_at < _EARLIEST else "in the future"
            todo = "correct the date, or say its format and time zone in the mapping file"
            raise StoreError(f"it ended {what}: {one.ended_at.isoformat()}", where, todo)
    _refuse_unknown({one.interface for one in file.results} | {one.interface for one in file.failed}, file, actor)


def _refuse_name(what: str, name: str, where: str) -> None:
    if not name.strip():
        raise StoreError(f"the {what} is blank", where, f"name the {what}")
    if len(name) > _LONGEST:
        raise StoreError(f"the name of the {what} has {len(name):,} characters", where, f"use {_LONGEST} at most")


def _refuse_unknown(interfaces: set[str], file: OutsideFile, actor: Actor) -> None:
    if unknown := sorted(interfaces - {""} - set(actor.profile.register)):
        raise StoreError(f"no interface {', '.join(unknown)}", file.name, "use ids of the register")


def _known(connection: Connection, provider: str) -> set[tuple[str, str]]:
    query = select(OutsideResult.suite, OutsideResult.run).join(
        OutsideImport, OutsideImport.sha256 == OutsideResult.source
    )
    return {(row.suite, row.run) for row in connection.execute(query.where(OutsideImport.provider == provider))}


def _write(connection: Connection, file: OutsideFile, author: Author) -> None:
    head = {"sha256": file.sha256, "provider": file.provider, "file": file.name, "format": file.format}
    connection.execute(insert(OutsideImport), {**head, "at": author.at, "by": author.name})
    rows = [
        {"source": file.sha256, "suite": one.suite, "run": one.run, "interface": one.interface,
         "ended_at": one.ended_at, **asdict(one.counts)}
        for one in file.results
    ]  # fmt: skip
    connection.execute(insert(OutsideResult), rows)


def _book(
    connection: Connection, log: EventLog, author: Author, file: OutsideFile
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Open an issue for each failed test that has none, note the others once; return the ids of both."""
    marked: dict[str, FailedTest] = {}
    for test in file.failed:
        marked.setdefault(fingerprint(test.interface, _contract(file), test.test, ""), test)
    known = _items(connection, marked)
    opened = {mark: _open(log, author, file, test) for mark, test in marked.items() if mark not in known}
    if opened:
        rows = [{"fingerprint": mark, "item": number} for mark, number in opened.items()]
        connection.execute(insert(Fingerprint), rows)
    tests = {known[mark]: test for mark, test in reversed(marked.items()) if mark in known}  # of several: the first
    held = standings(connection, sorted(tests))
    for number in sorted(tests):
        log.note(number, SEEN_AGAIN, held[number].status, author, _noted(file, tests[number]))
    return tuple(map(item_id, opened.values())), tuple(map(item_id, sorted(tests)))


def _contract(file: OutsideFile) -> str:
    """What stands in the place of a contract: no contract promises what an outside test looks at."""
    return f"{SOURCE}:{file.provider}"


def _items(connection: Connection, marks: Collection[str]) -> dict[str, int]:
    """The items that the fingerprints are booked on; those that others were merged into included."""
    rows = connection.execute(select(Fingerprint.fingerprint, Fingerprint.item))
    return {row.fingerprint: row.item for row in rows if row.fingerprint in marks}


def _open(log: EventLog, author: Author, file: OutsideFile, test: FailedTest) -> int:
    return log.open_item(
        "issue",
        author,
        {"severity": test.severity, **_noted(file, test)},
        title=test.title,
        statement=f"Test {test.test} of {file.provider} fails.",
        interface=test.interface,
        contract=_contract(file),
        cause=test.test,
    )


def _noted(file: OutsideFile, test: FailedTest) -> Mapping[str, str]:
    """Names of their own: ``file`` and ``runs`` of a waiver or of a verification must stay what they are."""
    noted = {"outside_file": file.name, "outside_run": test.run, "failure": test.failure}
    return {name: value for name, value in noted.items() if value}


_COUNTS: Sequence[str] = tuple(field.name for field in fields(SuiteCounts))


def _rows(store: Store, as_of: datetime) -> list[Any]:
    query = (
        select(
            OutsideResult.__table__,
            OutsideImport.provider,
            OutsideImport.file,
            OutsideImport.at.label("imported_at"),
            OutsideImport.by,
        )
        .join(OutsideImport, OutsideImport.sha256 == OutsideResult.source)
        .where(OutsideImport.at <= as_of)
    )
    with store.reading() as connection:
        return list(connection.execute(query).mappings())


def _run(row: Any, *, corrected: bool) -> OutsideRun:
    own = ("provider", "suite", "run", "interface", "ended_at", "file", "imported_at", "by")
    counts = SuiteCounts(**{name: row[name] for name in _COUNTS})
    return OutsideRun(**{name: row[name] for name in own}, counts=counts, corrected=corrected)
