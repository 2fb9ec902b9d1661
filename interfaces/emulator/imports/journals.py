"""Import Journals: which lines of GL_INTERFACE it takes, which journals it refuses, and what it says of them.

Unconfirmed: a journal is refused whole for one bad line while the others of its group are taken; lines of one name
and several dates make several journals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from contracts.codes import code_table
from interfaces.emulator.imports.journal_lines import SEGMENTS, Books, Line, codes
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.journal_import import JournalReport
from interfaces.emulator.tables import Row

EVIDENCE: Mapping[str, str] = {
    "EP01": "known", "EP02": "known", "EF01": "known", "EF04": "known", "EC01": "known", "EC02": "known",
    "EC03": "known", "EC08": "known", "EC10": "known", "EC11": "known", "EC12": "known", "EE01": "known",
    "EE02": "known", "EE03": "known", "EU02": "known", "WU01": "known", "WF02": "known", "EB05": "likely",
    "EB06": "likely", "EM01": "likely", "EM03": "likely", "EM04": "likely", "EM05": "likely", "EM07": "likely",
    "EM25": "likely", "ER01": "likely",
}  # fmt: skip
"""Codes that this import gives, and how sure it is that Fusion gives them, too: known, or likely (unconfirmed)."""

_KEY = (
    "USER_JE_SOURCE_NAME", "USER_JE_CATEGORY_NAME", "CURRENCY_CODE", "ACCOUNTING_DATE", "ACTUAL_FLAG", "GROUP_ID",
    "REFERENCE1", "REFERENCE4",
)  # fmt: skip

_CODE = re.compile("[A-Z0-9]{4}")  # the table has rows without a code, too


@dataclass(slots=True)
class _Journal:
    lines: list[Line] = field(default_factory=list)
    imported: bool = False

    @property
    def head(self) -> Row:
        return self.lines[0].row

    @property
    def group(self) -> tuple[str, str]:
        """Source and group id."""
        return self.head.get("USER_JE_SOURCE_NAME"), self.head.get("GROUP_ID")

    def total(self, column: str) -> Decimal:
        with localcontext(prec=60):  # Oracle's NUMBER has 38 digits; a rounded sum would balance anything
            return sum((Decimal(line.row.get(column) or 0) for line in self.lines), Decimal(0))

    @property
    def unbalanced(self) -> bool:
        """True for an actual journal of money whose debits are not its credits."""
        if self.head.get("ACTUAL_FLAG") != "A" or self.head.get("CURRENCY_CODE") == "STAT":
            return False
        return self.total("ENTERED_DR") != self.total("ENTERED_CR")


def _run(call: Call) -> Done:
    books = Books(call.setup)
    lines = list(_selected(call, books))
    for line in lines:
        line.codes.extend(codes(line, books))
    journals = _journals(lines)
    _judge(journals, call)
    for number, journal in enumerate(journals):
        if journal.imported:
            call.tables.base["journals"][(call.request, number)] = _name(journal)
    return _done(call, journals, books)


def _selected(call: Call, books: Books) -> Iterator[Line]:
    """Lines of the source, ledger and group that the job was given; a blank argument takes all.

    Refused lines of earlier loads that nobody purged are among them, imported ones are not.
    """
    source, ledger, group = call.argument(2), call.argument(3), call.argument(4)
    for row in call.tables.interface["GL_INTERFACE"]:
        if row.status == "P" or source not in ("", row.get("USER_JE_SOURCE_NAME")):
            continue
        if group in ("", row.get("GROUP_ID")) and books.selects(row, ledger):
            yield Line(row, books.ledger(row))


def _journals(lines: Iterable[Line]) -> list[_Journal]:
    journals: dict[tuple[str, ...], _Journal] = {}
    for line in lines:
        key = (line.ledger, *map(line.row.get, _KEY))
        journals.setdefault(key, _Journal()).lines.append(line)
    return list(journals.values())


def _judge(journals: Sequence[_Journal], call: Call) -> None:
    """Balance the journals, decide which are imported, and set the status of every line."""
    for journal in journals:
        if journal.unbalanced:
            for line in journal.lines:
                line.codes.append("WU01" if call.setup.suspense_posting else "EU02")
        if call.setup.suspense_posting and call.argument(5) == "Y":  # that it takes both is unconfirmed
            for line in journal.lines:
                line.codes = ["WF02" if code.startswith("EF") else code for code in line.codes]
        journal.imported = not any(line.refused for line in journal.lines)
    if call.setup.refuse_groups:
        refused = {journal.group for journal in journals if not journal.imported}
        for journal in journals:
            journal.imported = journal.group not in refused
    for journal in journals:
        for line in journal.lines:  # a good line of a refused journal stays as it was: NEW
            line.row.status = "P" if journal.imported else ",".join(line.codes) if line.refused else "NEW"


def _name(journal: _Journal) -> str:
    """REFERENCE4, blank where the payload has none: the name that Fusion then makes up is unconfirmed."""
    return journal.head.get("REFERENCE4")


def _done(call: Call, journals: Sequence[_Journal], books: Books) -> Done:
    """The launcher and its child; the child's WARNING is all that the states tell of refused lines."""
    child, refused = call.new_request(), sum(not journal.imported for journal in journals)
    report = JournalReport(
        child,
        batches=list(dict.fromkeys(_batch(journal, books, call.request) for journal in journals if journal.imported)),
        unbalanced=[_unbalanced(one, books) for one in journals if "EU02" in one.lines[0].codes],
        errors=[_error(line) for one in journals for line in one.lines if line.refused],
        totals=_totals(journals),
        key={
            code.code: code.meaning for code in code_table("gl_journal_import").values() if _CODE.fullmatch(code.code)
        },
    )
    return Done(
        log=f"Import Journals: Child job request_id: {child} has been submitted.\n",
        children=(
            Done(
                state="WARNING" if refused else "SUCCEEDED",
                log=f"Journals imported: {len(journals) - refused}\nJournals refused: {refused}\n",
                outputs={"txt": report.text()},
                name="Import Journals: Child",
                request=child,
            ),
        ),
    )


def _batch(journal: _Journal, books: Books, request: int) -> tuple[str, str]:
    source, group = journal.group
    parts = (journal.head.get("REFERENCE1"), source, f"{request}:", journal.head.get("ACTUAL_FLAG"), group)
    return " ".join(filter(None, parts)), _period_name(journal, books)


def _period_name(journal: _Journal, books: Books) -> str:
    day = journal.head.get("ACCOUNTING_DATE")
    return books.periods.name(journal.lines[0].ledger, day) or journal.head.get("PERIOD_NAME")


def _unbalanced(journal: _Journal, books: Books) -> tuple[str, ...]:
    debit, credit = (_money(f"{journal.total(column):f}") for column in ("ENTERED_DR", "ENTERED_CR"))
    source, currency = journal.group[0], journal.head.get("CURRENCY_CODE")
    return source, _name(journal), _period_name(journal, books), currency, debit, credit


def _error(line: Line) -> tuple[str, ...]:
    get = line.row.get
    return (
        ",".join(line.codes),
        *map(get, ("USER_JE_SOURCE_NAME", "ACCOUNTING_DATE", "CURRENCY_CODE")),
        *(_money(get(column)) for column in ("ENTERED_DR", "ENTERED_CR")),
        "-".join(filter(None, map(get, SEGMENTS))),
    )


def _money(amount: str) -> str:
    """The amount with two decimals at least, "" where it is blank."""
    whole, _, decimals = amount.partition(".")
    return f"{whole}.{decimals:0<2}" if amount else ""


def _totals(journals: Iterable[_Journal]) -> list[tuple[str, ...]]:
    """Per source and group: lines with an error, with a warning, and lines imported."""
    groups: dict[tuple[str, str], Counter[str]] = {}
    for journal in journals:
        counts = groups.setdefault(journal.group, Counter())
        counts["errors"] += sum(line.refused for line in journal.lines)
        counts["warnings"] += sum(bool(line.codes) and not line.refused for line in journal.lines)
        counts["imported"] += len(journal.lines) if journal.imported else 0
    return [
        (*group, *(str(counts[name]) for name in ("errors", "warnings", "imported")))
        for group, counts in groups.items()
    ]


JOB = ImportJob(
    package="/oracle/apps/ess/financials/generalLedger/programs/common",
    definition="JournalImportLauncher",
    name="Import Journals",
    option="15",
    account="fin/generalLedger/import",
    files={"GlInterface": ("GlInterface", "GL_INTERFACE")},
    run=_run,
)
