"""The text report of Journal Import. That its sections look like this is partly unconfirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Cells = Sequence[str]


@dataclass(frozen=True)
class JournalReport:
    """What one run tells; every row has as many cells as its section has columns."""

    request: int
    batches: Sequence[Cells]
    unbalanced: Sequence[Cells]
    errors: Sequence[Cells]
    totals: Sequence[Cells]  # one per source and group id
    key: Mapping[str, str]  # code -> meaning: all codes that there are, not only those given

    def text(self) -> bytes:
        """Return the report. Lines and other breaks inside of a value become blanks."""
        return "\n".join(
            (
                f"{'Journal Import Execution Report':<65}Request ID: {self.request}",
                *_section("Batches Created", ("Batch Name", "Period Name"), self.batches),
                *_section("Unbalanced Journal Entries", _UNBALANCED, self.unbalanced),
                *_section("Error Lines", _ERRORS, self.errors),
                *_section("Totals", _TOTALS, self.totals),
                f"Total: {len(self.totals)} group id(s)",
                "",
                "Error Key",
                *(f"{code}  {meaning}" for code, meaning in self.key.items()),
                "",
            )
        ).encode()


_UNBALANCED = ("Source", "Journal Entry Name", "Period Name", "Currency", "Debit", "Credit")
_ERRORS = ("Error Code", "Source", "Accounting Date", "Currency", "Entered Debit", "Entered Credit", "Account")
_TOTALS = ("Source", "Group ID", "Error Lines", "Warning Lines", "Success Lines")


def _section(title: str, columns: Cells, rows: Sequence[Cells]) -> list[str]:
    """A title and a table of fixed width: a column is as wide as its longest value, two blanks between columns."""
    cells = [[" ".join(value.splitlines()) for value in row] for row in (columns, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [cells[0], ["-" * width for width in widths], *cells[1:]]
    return ["", title, *("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)]
