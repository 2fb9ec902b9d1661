"""Documents of several interface tables: rows tied by interface keys, taken or refused as a whole.

Interface keys are looked up within one load; whether rows that an earlier load left behind are tied in, too, is
unconfirmed. A row whose parent is not there, or is not picked up, stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from interfaces.emulator.imports.accounts import Accounts
from interfaces.emulator.imports.refusal import Refusal
from interfaces.emulator.jobs import Call, Done
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.tables import Row, Tables


@dataclass(frozen=True)
class Level:
    """One table of the document. ``parent``: the column that holds the key of the row above, which is one of the level
    before, or of the table ``under``."""

    table: str
    key: str
    parent: str = ""
    under: str = ""


@dataclass(frozen=True)
class Part:
    """A row of a document with the rows below it."""

    table: str
    row: Row
    above: Row | None
    parts: Sequence[Part]

    def walk(self) -> Iterator[Part]:
        """Yield the part and all below it, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Words:
    """How the interface tables name what became of a row."""

    column: str  # of the status in the report
    taken: str
    refused: str  # for its own error
    failed: str  # for that of another row of its document


Judge = Callable[[Part], Iterable[tuple[Row, Refusal]]]
"""Gives the errors of a whole document, each with the row that it is about."""


def run_documents(
    call: Call, name: str, levels: Sequence[Level], words: Words, headers: Sequence[Row], judge: Judge
) -> Done:
    """Judge the documents of these headers one after the other, set the status of their rows, and report.

    ``judge`` takes a document into the base tables itself, where it finds no error.
    """
    errors: dict[Row, list[Refusal]] = {}
    refused = 0
    for document in _documents(call.tables, levels, headers):
        found: defaultdict[Row, list[Refusal]] = defaultdict(list)
        for row, refusal in judge(document):
            found[row].append(refusal)
        for part in document.walk():
            errors[part.row] = found[part.row]
            part.row.status = words.refused if found[part.row] else words.failed if any(found.values()) else words.taken
        refused += any(found.values())
    log = f"{name}: {len(headers)} documents selected, {len(headers) - refused} imported, {refused} refused.\n"
    return Done(log=log, outputs={"xml": rows_report(_reported(call, levels, words, errors))})


def account_refused(row: Row, accounts: Accounts, today: str, *, completed: bool = False) -> bool:
    """True if CHARGE_ACCOUNT_SEGMENT1.. of a row form no account that is valid on its BUDGET_DATE, or today.

    A row without any segment passes, as Fusion derives its account; an incomplete one, too, if it is ``completed``.
    """
    segments = [row.get(f"CHARGE_ACCOUNT_SEGMENT{at}") for at in range(1, 31)]
    if not any(segments) or (completed and not all(segments[: accounts.segments])):
        return False
    day = row.get("BUDGET_DATE").replace("/", "-")[:10] or today  # the column of requisitions is text
    return accounts.state(segments, day) != "valid"


def _documents(tables: Tables, levels: Sequence[Level], headers: Sequence[Row]) -> list[Part]:
    loads = {row.load for row in headers}
    below: defaultdict[str, list[tuple[Level, dict[tuple[int, str], list[Row]]]]] = defaultdict(list)
    for before, level in pairwise(levels):
        children: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
        for row in tables.interface[level.table]:
            if row.load in loads and row.status == "NEW":
                children[row.load, row.get(level.parent)].append(row)
        below[level.under or before.table].append((level, children))

    def part(level: Level, row: Row, above: Row | None) -> Part:
        # of two rows with the same key the first has the children
        key = (row.load, row.get(level.key))
        found = [(lower, children.pop(key, [])) for lower, children in below[level.table]] if key[1] else []
        return Part(level.table, row, above, [part(lower, child, row) for lower, rows in found for child in rows])

    return [part(levels[0], row, None) for row in headers]


def _reported(
    call: Call, levels: Sequence[Level], words: Words, errors: Mapping[Row, Sequence[Refusal]]
) -> Iterator[dict[str, str]]:
    """The rows of the load that were judged or still wait; of an import without a load those that it judged."""
    for level in levels:
        rows = call.tables.interface[level.table]
        shown = [row for row in rows if row in errors or row.status == "NEW"]
        for row in (row for row in shown if (row.load == call.load if call.load else row in errors)):
            for error in errors.get(row) or [Refusal("", "", "")]:
                yield {
                    "TABLE_NAME": level.table,
                    **{key: row.get(key) for key in (level.key, level.parent) if key},
                    words.column: "" if row.status == "NEW" else row.status,
                    "COLUMN_NAME": error.attribute,
                    "COLUMN_VALUE": row.get(error.attribute),
                    "ERROR_MESSAGE": error.text,
                }
