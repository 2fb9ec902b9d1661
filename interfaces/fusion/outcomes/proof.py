"""Which units the reports prove to be taken: by rows that end well, or by counts that leave no room for a loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from contracts import Contract, Records
from interfaces.fusion.outcomes import journal_import, payables
from interfaces.fusion.outcomes.answers import Report
from interfaces.fusion.outcomes.matching import file_of
from interfaces.fusion.outcomes.said import Doubt, Said, size


def accepted(contract: Contract, records: Records, imports: Sequence[Report], load: Said, said: Said) -> set[int]:
    """Units that the reports prove to be taken."""
    found = set(said.taken)
    for kind in ("journals", "payables", "hdl"):
        reports = [report for report in imports if report.kind == kind and counts(report)]
        if reports and records.unit_count:
            weights = _weights(contract, records, load, kind)
            if _proven(kind, reports, weights, said):
                found |= {unit for unit, weight in weights.items() if weight}
    return found


def _weights(contract: Contract, records: Records, load: Said, kind: str) -> dict[int, int]:
    """What the import can count of each unit: its loaded lines, or 1 if its header was loaded."""
    if kind == "hdl":
        return dict.fromkeys(range(size(records)), 1)
    file = counted_file(contract, kind)
    if file not in records.ready:
        return {}
    held = Counter(records.unit(file).to_list())
    lost = load.hits.filter(pl.col("file") == file)
    for unit, answer in lost.select("unit", "answer").iter_rows():
        held[unit] = 0 if load.answers[answer].whole else held[unit] - 1
    return {unit: max(count, 0) if kind == "journals" else min(max(count, 0), 1) for unit, count in held.items()}


def _proven(kind: str, reports: Sequence[Report], weights: Mapping[int, int], said: Said) -> bool:
    """True if the counts say that everything was taken which the refusals leave.

    The import cannot take more than that; so if it took as much, no unit was lost in silence.
    """
    refused = said.refused
    left = sum(weight for unit, weight in weights.items() if unit not in refused)
    left -= _refused_of_doubtful(weights, said.doubts, refused)
    if _total(report.accepted for report in reports) != left:
        return False
    if kind != "payables":
        return True
    whole = sum(weights.values())
    selected, rejected = _total(one.selected for one in reports), _total(one.rejected for one in reports)
    return (selected, rejected) == (whole, whole - left)


def _refused_of_doubtful(weights: Mapping[int, int], doubts: Iterable[Doubt], refused: set[int]) -> int:
    """The least that the refusals among doubtful units come to; none where a refused unit may be the one meant."""
    used = set(refused)
    least = 0
    for doubt in doubts:
        if used.isdisjoint(doubt.units):
            used |= doubt.units
            least += sum(sorted(weights.get(unit, 0) for unit in doubt.units)[: doubt.at_least])
    return least


def _total(numbers: Iterable[int | None]) -> int | None:
    known = list(numbers)
    return None if None in known else sum(number or 0 for number in known)


def counted_file(contract: Contract, kind: str) -> str:
    """Id of the file whose records such a report counts, "" where the contract has none."""
    return file_of(contract, journal_import.TABLE if kind == "journals" else payables.TABLE)


def counts(report: Report) -> bool:
    """True for a report that counts what was imported; a file of failed lines counts nothing."""
    return report.kind != "hdl" or report.counted == "objects"
