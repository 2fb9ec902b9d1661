"""Parents that are told by where a record stands: by file order, or by nesting in a JSON body.

Readers give every such record a mark of its own (``_id``) and the mark of the record above it (``_of``). From then on
they are keys like any other: links, rules, copies and mutants know nothing of file order. Writers put records in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from contracts.model import ABOVE, OWN, Column, Contract, File, Type

Row = Mapping[str, str | None]
Payload = Mapping[str, Sequence[Row]]

BY_PLACE: Mapping[str, str] = {ABOVE: OWN}
"""How a record names a parent that file order or nesting tells."""


def marked(file: File, name: str) -> File:
    """Return the file with the mark as a further column."""
    if name in file.columns:
        return file
    return replace(file, columns={**file.columns, name: Column(name, Type("text"), listed=False)})


def rows_as_read(contract: Contract, records: Payload, file: str, rows: Sequence[int]) -> tuple[int, ...]:
    """Return which records of a file, from 1, a reader will find where ``rows`` stand among those that are written."""
    if not any(ABOVE in one.columns for one in contract.files.values()):
        return tuple(rows)
    order = [index + 1 for name, index in in_order(contract, records) if name == file]
    return tuple(sorted(order.index(row) + 1 for row in rows))


def line_numbers(contract: Contract, records: Payload) -> dict[str, list[int]]:
    """Return the line of each record by file id, from 1: of record types that share a member, their place in it.

    In a body, where collections stand in their parents, it is the place among all records of the collection.
    """
    found = {name: list(range(1, len(rows) + 1)) for name, rows in records.items()}
    shared = any(file.record_type for file in contract.files.values())
    if shared or any(ABOVE in file.columns for file in contract.files.values()):
        seen: Counter[str] = Counter()
        for name, index in in_order(contract, records):
            seen["" if shared else name] += 1
            found[name][index] = seen["" if shared else name]
    return found


def with_marks(files: Mapping[str, File], records: Payload) -> Payload:
    """Return records with the marks that they leave out: their number in the file; the first record above them.

    An overlay's patches and a generator's copies keep them: a record that is left out or repeated moves no other one.
    """
    return {
        name: [_with_marks(files[name], row, number) for number, row in enumerate(rows, start=1)]
        if name in files and isinstance(rows, list) and files[name].columns.keys() & {OWN, ABOVE}
        else rows
        for name, rows in records.items()
    }


def _with_marks(file: File, row: Row, number: int) -> Row:
    marks = {OWN: str(number), ABOVE: "1"}
    return {**{name: mark for name, mark in marks.items() if name in file.columns}, **row}


def in_order(contract: Contract, records: Payload) -> Iterator[tuple[str, int]]:
    """Yield file id and index of each record in the order of the file: a record, then all below it.

    Files of one parent follow each other as the contract lists them. Records whose parent is not there come first,
    where nothing stands above them.
    """
    below: dict[tuple[str, str | None], list[tuple[str, int]]] = {}
    marks = {
        (file.id, row.get(OWN)) for file in contract.files.values() for row in records.get(file.id, ()) if row.get(OWN)
    }
    top: list[tuple[str, int]] = []
    orphans: list[tuple[str, int]] = []
    for file in contract.files.values():
        for index, row in enumerate(records.get(file.id, ())):
            if file.parent is None or ABOVE not in file.columns:
                top.append((file.id, index))
            elif (above := (file.parent.file, row.get(ABOVE))) in marks:
                below.setdefault(above, []).append((file.id, index))
            else:
                orphans.append((file.id, index))
    pending = [*orphans, *top][::-1]
    while pending:
        name, index = pending.pop()
        yield name, index
        own = records[name][index].get(OWN) if OWN in contract.files[name].columns else None
        pending += below.pop((name, own), [])[::-1] if own else []
