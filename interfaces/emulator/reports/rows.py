"""The rows report: the interface rows of a load joined with their errors.

That such an extract comes out of the import job itself is unconfirmed; on a pod a person may have to export it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from interfaces.emulator.reports.xml import HEAD, branch, leaf


def rows_report(rows: Iterable[Mapping[str, str]], totals: Mapping[str, str] | None = None) -> bytes:
    """Return the XML: one G_ROWS per mapping, its elements in the mapping's order, named by its keys.

    A row with several errors is given once per error, a good row once. ``totals`` stand before the rows.
    """
    lines = (branch("G_ROWS", (leaf(name, value) for name, value in row.items())) for row in rows)
    counted = [leaf(name, value) for name, value in (totals or {}).items()]
    return (HEAD + branch("DATA_DS", [*counted, branch("LIST_G_ROWS", lines)]) + "\n").encode()
