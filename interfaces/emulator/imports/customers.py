"""Bulk import of customers: parties, their sites and the uses of these, out of three interface tables.

A row ends as S (created), E (refused) or W (held, because what it belongs to is not there). Errors are kept per batch;
that the report gives them to their rows is unconfirmed. Not decided: duplicates within a batch, locations, site uses
that are there already, dates, and flags other than I and U. Tables whose names are not known are named as their files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, evidence_of, offers
from interfaces.emulator.imports.single_rows import Verdicts, log_of, of_batch, reported
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

PARTIES, SITES, USES = "HZ_IMP_PARTIES_T", "HzImpPartySitesT", "HzImpPartySiteUsesT"
CREATED, HELD, REFUSED = "S", "W", "E"

PARTY, SITE = (
    ("PARTY_ORIG_SYSTEM", "PARTY_ORIG_SYSTEM_REFERENCE"),
    ("SITE_ORIG_SYSTEM", "SITE_ORIG_SYSTEM_REFERENCE"),
)
"""Columns that name a party, and a site."""

ORIG_SYSTEM = {
    column: Refusal(column, "HZ_INVALID_ORIG_SYSTEM", "known")
    for column in ("PARTY_ORIG_SYSTEM", "SITE_ORIG_SYSTEM", "LOCATION_ORIG_SYSTEM")
}
PARTY_TYPE = Refusal("PARTY_TYPE", "HZ_IMP_PARTY_TYPE_ERROR", "known")
PARTY_NAME = Refusal("", "HZ_IMP_PARTY_NAME_ERROR", "known")
USAGE = Refusal("PARTY_USAGE_CODE", "HZ_PRTY_PUA_INVALID_TYPE", "known")
LOOKUP = Refusal("SITE_USE_TYPE", "HZ_API_INVALID_LOOKUP", "known")
MISMATCH = Refusal(
    "INSERT_UPDATE_FLAG",
    "HZ_IMP_ACTION_MISMATCH",
    f"{UNCONFIRMED}the code was seen, what I and U stand for is not known",
)

EVIDENCE = evidence_of(*ORIG_SYSTEM.values(), PARTY_TYPE, PARTY_NAME, USAGE, LOOKUP, MISMATCH)

_KEYS = {
    PARTIES: ("BATCH_ID", *PARTY, "PARTY_TYPE", "PARTY_NUMBER"),
    SITES: ("BATCH_ID", *PARTY, *SITE, "PARTY_SITE_NUMBER"),
    USES: ("BATCH_ID", *PARTY, *SITE, "SITE_USE_TYPE"),
}
_WORDS = {CREATED: "PROCESSED", HELD: "HELD", REFUSED: "ERROR"}
"""Status of a row -> the word that the report has for it."""


class _Registry(NamedTuple):
    """Objects of one kind: those of the pod, and those that this run has refused or held."""

    name: tuple[str, ...]  # columns of the reference
    listed: bool  # the set-up tells which there are
    there: set[tuple[str, ...]]
    out: set[tuple[str, ...]]

    def of(self, row: Row) -> tuple[str, ...]:
        return tuple(map(row.get, self.name))

    def mismatch(self, row: Row) -> bool:
        """True if the flag of the row contradicts what is there."""
        here, flag = self.of(row) in self.there, row.get("INSERT_UPDATE_FLAG")
        return (flag == "I" and here) or (flag == "U" and self.listed and not here)


def _run(call: Call) -> Done:
    """The rows of the batch that the job was given, parents first; without a batch name it fails (unconfirmed how)."""
    if not call.argument(2):
        return Done(state="ERROR", log="The batch name is missing.\n")
    parties, sites = _registry(call, "parties", PARTY), _registry(call, "party_sites", SITE)
    found: dict[Row, list[Refusal]] = {}
    for table, own, above in ((PARTIES, parties, None), (SITES, sites, parties), (USES, None, sites)):
        for row in _selected(call, table):
            found[row] = list(_judge(table, row, own, call.setup))
            held = not found[row] and above is not None and above.of(row) in above.out
            row.status = REFUSED if found[row] else HELD if held else CREATED
            if own is not None:
                (own.there if row.status == CREATED else own.out).add(own.of(row))
    for name, registry in (("parties", parties), ("party_sites", sites)):
        call.tables.base[name].update(dict.fromkeys(registry.there, True))
    lines = [line for table, keys in _KEYS.items() for line in _reported(call, table, keys, found)]
    return Done(log=log_of(JOB.name, found), outputs={"xml": rows_report(lines)})


def _registry(call: Call, name: str, columns: tuple[str, ...]) -> _Registry:
    listed = {tuple(row.get(column, "") for column in columns) for row in call.setup.rows(name)}
    return _Registry(columns, call.setup.knows(name), listed | set(call.tables.base[name]), set())  # type: ignore[arg-type]


def _selected(call: Call, table: str) -> list[Row]:
    rows = call.tables.interface[table]
    return [row for row in rows if row.status == "NEW" and call.argument(1) and of_batch(row, call.argument(1))]


def _judge(table: str, row: Row, own: _Registry | None, setup: Setup) -> Iterator[Refusal]:
    for column, refusal in ORIG_SYSTEM.items():
        if not offers(setup, "source_system", "code", row.get(column)):
            yield refusal
    if table == PARTIES:
        yield from _party(row, setup)
    if table == USES and not offers(setup, "site_use_type", "code", row.get("SITE_USE_TYPE")):
        yield LOOKUP
    if own is not None and own.mismatch(row):
        yield MISMATCH


def _party(row: Row, setup: Setup) -> Iterator[Refusal]:
    kind, usage = row.get("PARTY_TYPE"), row.get("PARTY_USAGE_CODE")
    if kind not in ("", "ORGANIZATION", "PERSON"):
        yield PARTY_TYPE
        return
    names = {"ORGANIZATION": ("ORGANIZATION_NAME",), "PERSON": ("PERSON_FIRST_NAME", "PERSON_LAST_NAME")}.get(kind, ())
    if names and not any(map(row.get, names)):
        yield PARTY_NAME
    usages = {(one.get("usage", ""), one.get("party_type", "")) for one in setup.rows("party_usage")}
    if kind and usage and setup.knows("party_usage") and (usage, kind) not in usages:
        yield USAGE


def _reported(call: Call, table: str, keys: tuple[str, ...], verdicts: Verdicts) -> Iterator[Mapping[str, str]]:
    for line in reported(call, table, keys, verdicts):
        state = line["STATUS"]
        yield line | {"STATUS": _WORDS.get(state, state), "IMPORT_STATUS_CODE": state if state in _WORDS else ""}


JOB = ImportJob(
    package="/oracle/apps/ess/cdm/foundation/bulkImport",
    definition="CDMAutoBulkImportJob",
    name="Import Customers",
    option="4",
    account="fin/receivables/import",
    files={
        "HzImpPartiesT": ("HzImpPartiesT", PARTIES),
        "HzImpPartySitesT": ("HzImpPartySitesT", SITES),
        "HzImpPartySiteUsesT": ("HzImpPartySiteUsesT", USES),
    },
    run=_run,
)
