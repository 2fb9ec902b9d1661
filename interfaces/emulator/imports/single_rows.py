"""Interface rows that are judged one by one, and how they stand in the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from interfaces.emulator.imports.refusal import Refusal
from interfaces.emulator.jobs import Call
from interfaces.emulator.tables import Row

Verdicts = Mapping[Row, Sequence[Refusal]]
"""Row that was judged -> why it was refused, nothing for one that was taken."""


def judged(
    rows: Iterable[Row], judge: Callable[[Row], Iterable[Refusal]], *, taken: str = "PROCESSED", refused: str = "ERROR"
) -> Verdicts:
    """Return the verdicts on the rows, and set their status."""
    verdicts = {row: list(judge(row)) for row in rows}
    for row, found in verdicts.items():
        row.status = refused if found else taken
    return verdicts


def reported(call: Call, table: str, keys: Sequence[str], verdicts: Verdicts) -> Iterator[dict[str, str]]:
    """Yield the lines of the report, one per reason: ``keys`` are the columns that name a row.

    They are those of the load that were judged or still wait; of an import without a load those that it judged.
    """
    shown = [row for row in call.tables.interface[table] if row in verdicts or row.status == "NEW"]
    for row in (row for row in shown if (row.load == call.load if call.load else row in verdicts)):
        for refusal in verdicts.get(row) or [Refusal("", "", "")]:
            yield {
                "TABLE_NAME": table,
                **{key: row.get(key) for key in keys},
                "STATUS": row.status,
                "ATTRIBUTE": refusal.attribute,
                "VALUE": row.get(refusal.attribute),
                "ERROR_MESSAGE": refusal.text,
            }


def of_batch(row: Row, batch: str) -> bool:
    """Return True for a row whose BATCH_ID, a number, is the argument of the job, which is text; a blank takes all."""
    try:
        return not batch or Decimal(row.get("BATCH_ID")) == Decimal(batch)
    except InvalidOperation:
        return False


def log_of(name: str, verdicts: Verdicts) -> str:
    """Return the log of an import that judged these rows."""
    bad = sum(bool(found) for found in verdicts.values())
    return f"{name}: {len(verdicts)} rows selected, {len(verdicts) - bad} processed, {bad} rejected.\n"
