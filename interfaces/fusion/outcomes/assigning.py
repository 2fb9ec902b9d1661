"""What reports say, given to the accept units of the payload: refused, taken, waiting, or not known.

Taken is only what a report proves: rows that end well, or counts that leave no room for another silent loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import polars as pl

from contracts import Contract, Records, code_table
from interfaces.fusion.outcomes import journal_import, matching, payables
from interfaces.fusion.outcomes.answers import Answer, Report, Taken
from interfaces.fusion.outcomes.load_log import LOAD_FAILED
from interfaces.fusion.outcomes.matching import Named, file_of, files_of
from interfaces.fusion.outcomes.proof import accepted, counted_file, counts
from interfaces.fusion.outcomes.said import Doubt, Said, refuse_all, settle, size
from interfaces.fusion.outcomes.telling import answers_frame, unmatched, worded

_LOAD = "load"
"""Table of load errors, and the code that contracts predict for any of them."""
_NONE_HELD: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True)
class Outcomes:
    """What became of each accept unit, in the numbering of ``Records.unit``; one unit where the payload has none."""

    units: pl.DataFrame  # outcome, stage of OUTCOME_COLUMNS
    answers: pl.DataFrame  # ANSWER_COLUMNS; ``rule`` is left blank
    unmatched: tuple[str, ...] = ()  # refusals that name no unit, and reports of other interfaces, without values


def assign(
    contract: Contract,
    records: Records,
    reports: Sequence[Report],
    *,
    ended: bool,
    load_failed: bool = False,
    held: Mapping[str, Sequence[str]] = _NONE_HELD,
) -> Outcomes:
    """Return the outcome of every accept unit and the answers behind the refusals.

    ``ended``: nothing more will be reported, so what no report tells is unknown instead of pending. ``load_failed``:
    the load request ended in ERROR, or a log says that all rows were deleted; then every unit is refused by the load.
    ``held`` is that of the payload: what the members of other names than the contract's hold.
    Stages are what a unit reached: S1 refused by the load, S2 by the import or not yet imported, S3 accepted.
    """
    loads = [report for report in reports if report.kind == "load"]
    load = _loaded(contract, records, loads)
    if load_failed or any(answer.said == LOAD_FAILED for report in loads for answer in report.answers):
        return _all_refused(contract, records, load)
    imports = [report for report in reports if report.kind != "load" and _concerns(contract, report)]
    said = _imported(contract, records, imports, held)
    outcomes = _silent(records, loads, imports, ended)
    for unit in accepted(contract, records, imports, load, said) - said.doubtful:
        outcomes[unit] = ("accepted", "S3")
    explained = load.explained | said.explained
    for unit in said.doubtful:
        outcomes[unit] = ("unknown" if ended else "pending", "S2")
    for stage, refused in (("S2", said.refused), ("S1", load.refused)):
        for unit in refused:
            outcomes[unit] = ("rejected" if unit in explained else "rejected_unexplained", stage)
    strange = [report for report in reports if report.kind != "load" and report not in imports]
    notes = [f"a report of kind {report.kind} is of another interface" for report in strange]
    told = [worded(contract, records, load, code_table(_LOAD)), worded(contract, records, said, contract.codes)]
    return _outcomes(outcomes, told, [*notes, *unmatched([*load.missing, *said.missing])])


def _outcomes(outcomes: Sequence[tuple[str, str]], told: Sequence[pl.DataFrame], notes: Iterable[str]) -> Outcomes:
    units = pl.DataFrame(outcomes, schema={"outcome": pl.String, "stage": pl.String}, orient="row")
    answers = pl.concat(told).unique(maintain_order=True).sort("unit", maintain_order=True)
    return Outcomes(units, answers, tuple(notes))


def _all_refused(contract: Contract, records: Records, load: Said) -> Outcomes:
    """All rows of the load were deleted: units with an error of their own carry it, the others that the load failed."""
    others = sorted(set(range(size(records))) - load.explained)
    deleted = answers_frame(pl.DataFrame({"unit": others}, schema={"unit": pl.UInt32}), said=LOAD_FAILED, code=_LOAD)
    told = [worded(contract, records, load, code_table(_LOAD)), deleted]
    return _outcomes([("rejected", "S1")] * size(records), told, unmatched(load.missing))


def _silent(records: Records, loads: Sequence[Report], imports: Sequence[Report], ended: bool) -> list[tuple[str, str]]:
    """What is said of units of which no report speaks."""
    stage = "S2" if imports or any(report.accepted for report in loads) else "S1"
    waits = not ended or (imports and (_nothing_selected(imports) or all(report.kind == "rows" for report in imports)))
    return [("pending" if waits else "unknown", stage)] * size(records)


def _nothing_selected(imports: Sequence[Report]) -> bool:
    """True if the imports looked at no row: they succeed all the same."""
    counting = [report for report in imports if counts(report)]
    return bool(counting) and all(report.selected == 0 for report in counting)


# --- the load


def _loaded(contract: Contract, records: Records, reports: Sequence[Report]) -> Said:
    """Records, or whole files, that the loader refused."""
    said = Said()
    answers = [
        answer for report in reports for answer in report.answers if not answer.warning and answer.said != LOAD_FAILED
    ]
    single = [answer for answer in answers if not answer.whole]
    if records.unit_count:
        settle(said, single, matching.load_records(contract, records, single))
    else:
        refuse_all(said, single, records)
    for answer in answers:
        if answer.whole:
            file = file_of(contract, answer.table)
            if answer.table and file not in records.ready and records.unit_count:
                said.missing.append(answer)
            else:
                refuse_all(said, [answer], records, file)
    return said


# --- the import


def _concerns(contract: Contract, report: Report) -> bool:
    """True if the report is of the kind that answers this interface."""
    own = {file.table.upper() for file in contract.files.values()}
    match report.kind:
        case "journals":
            return journal_import.TABLE in own
        case "payables":
            return payables.TABLE in own
        case "hdl":
            return contract.channel == "hdl"
    tables = {*(one.table for one in report.answers), *(one.table for one in (*report.taken, *report.waiting))}
    return bool(tables & own) or (not tables and contract.channel != "hdl")


def _imported(
    contract: Contract, records: Records, reports: Sequence[Report], held: Mapping[str, Sequence[str]]
) -> Said:
    """Objects that the import refused, and those that rows reports show as taken."""
    said = Said()
    for kind in dict.fromkeys(report.kind for report in reports):
        of_kind = [report for report in reports if report.kind == kind]
        answers = _renumbered(of_kind)
        whole = [answer for answer in answers if answer.whole]
        refuse_all(said, whole, records)
        answers = [answer for answer in answers if not answer.whole]
        if not records.unit_count:
            refuse_all(said, answers, records)
        elif kind == "rows":
            _rows(said, contract, records, of_kind)
        elif kind == "hdl":
            of_files = [answer for answer in answers if answer.table and not answer.line and not answer.keys]
            for answer in of_files:
                files = matching.files_of(contract, answer.table) or held.get(answer.table, ())
                there = [file for file in files if file in records.ready]
                for file in there:
                    refuse_all(said, [answer], records, file)
                if not there:
                    said.missing.append(answer)
            answers = [answer for answer in answers if answer not in of_files]
            settle(said, answers, matching.objects(contract, records, answers))
        elif (file := counted_file(contract, kind)) in records.ready:
            by = matching.journal_lines if kind == "journals" else matching.invoices
            settle(said, answers, by(records, contract.files[file], answers))
        else:
            said.missing += answers
    return said


def _renumbered(reports: Sequence[Report]) -> list[Answer]:
    """The refusals of several reports as if they were one: entries are numbered on."""
    found: list[Answer] = []
    first = 0
    for report in reports:
        refusals = [answer for answer in report.answers if not answer.warning]
        found += [
            replace(answer, entry=answer.entry + first) if answer.entry and first else answer for answer in refusals
        ]
        first += max((answer.entry for answer in refusals), default=0)
    return found


def _rows(said: Said, contract: Contract, records: Records, reports: Sequence[Report]) -> None:
    """Rows by table: a bad row refuses its unit; a unit is taken if all its rows in the tables told of are good."""
    seen: set[int] = set()
    bad: set[int] = set()
    for table, answers, good, waiting in _tables(reports):
        files = [file for file in files_of(contract, table) if file in records.ready]
        if not files:
            said.missing += answers
            continue
        named = matching.interface_rows(records, [contract.files[file] for file in files], [*answers, *good, *waiting])
        found = _with_rows(named, len(answers), len(answers) + len(good))
        _refuse_rows(said, answers, named, found)
        fine = found.filter((pl.col("taken") >= pl.col("records").sum().over("group")) & (pl.col("others") == 0))
        for file in files:
            seen |= set(records.unit(file).to_list())
            bad |= _short(records.unit(file), fine.filter(pl.col("file") == file))
    said.taken = frozenset(seen - bad)


def _tables(reports: Sequence[Report]) -> Iterator[tuple[str, list[Answer], list[Taken], list[Taken]]]:
    """Refusals, taken rows and waiting rows of each interface table. What waited for another import waits no more."""
    answers = [one for report in reports for one in report.answers if not one.warning]
    taken = [one for report in reports for one in report.taken]
    settled = [{*map(_row, report.answers), *map(_row, report.taken)} for report in reports]
    waiting = [
        one
        for at, report in enumerate(reports)
        for one in report.waiting
        if not any(_row(one) in others for others in (*settled[:at], *settled[at + 1 :]))
    ]
    for table in dict.fromkeys([*(one.table for one in answers), *(one.table for one in (*taken, *waiting))]):
        yield (
            table,
            [one for one in answers if one.table == table],
            [one for one in taken if one.table == table],
            [one for one in waiting if one.table == table],
        )


def _row(one: Answer | Taken) -> tuple[str, frozenset[tuple[str, str]]]:
    """What names a row in every report that tells of it."""
    return one.table, frozenset(one.keys.items())


def _with_rows(named: Named, refused: int, told: int) -> pl.DataFrame:
    """What groups may mean, with how often each is refused, taken, and anything but taken."""
    asked, group = pl.col("asked"), named.asked.group_by("group")
    counted = group.agg(
        (asked < refused).sum().alias("refused"),
        ((asked >= refused) & (asked < told)).sum().alias("taken"),
        ((asked < refused) | (asked >= told)).sum().alias("others"),
        (asked >= refused).sum().alias("not_refused"),
    )
    return named.found.join(counted, on="group", how="inner", maintain_order="left")


def _refuse_rows(said: Said, answers: Sequence[Answer], named: Named, found: pl.DataFrame) -> None:
    """Refuse the units of bad rows; where several units have rows of one key, not all bad, they are doubtful."""
    found = found.filter(pl.col("refused") > 0)
    split = (pl.col("unit").n_unique().over("group") > 1) & (pl.col("not_refused") > 0)
    for units in found.filter(split).group_by("group", maintain_order=True).agg("unit")["unit"]:
        said.doubts.append(Doubt(frozenset(units.to_list()), 1))
    asked = named.asked.filter(pl.col("asked") < len(answers))
    pairs = found.filter(~split).join(asked, on="group", how="inner", maintain_order="left")
    said.missing += [answers[at] for at in named.missing if at < len(answers)]
    said.add(answers, pairs.select("unit", "file", pl.col("asked").alias("answer")).unique(maintain_order=True))


def _short(units: pl.Series, fine: pl.DataFrame) -> set[int]:
    """Units with more records in the file than the report shows as good."""
    held = units.alias("unit").to_frame().group_by("unit").len("held")
    shown = fine.group_by("unit").agg(pl.col("records").sum())
    both = held.join(shown, on="unit", how="left")
    return set(both.filter(pl.col("records").fill_null(0) < pl.col("held"))["unit"].to_list())
