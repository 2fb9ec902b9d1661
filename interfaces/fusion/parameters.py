"""The ParameterList of an import job, filled from the contract, the payload and the pod's settings."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from contracts import Contract
from interfaces.fusion.errors import FusionError

NULL = "#NULL"
SETTINGS = "[pod.parameters] of harness.toml"
ANY = "*"
"""In the table of a setting: every other value of the payload."""
MOST = 100
"""Imports of one payload."""


def parameter_list(
    parameters: Sequence[str | Mapping[str, Any]],
    frames: Mapping[str, pl.DataFrame],
    settings: Mapping[str, Any],
    *,
    job: str = "",
) -> list[str]:
    """Return one text per slot of ``job``, "" for an empty one.

    ``parameters`` stand in the contract (``oracle.parameters``), ``frames`` are the payload's, of text, ``settings``
    are the pod's ``parameters``: texts, or tables from a value of the payload to a text. Dates stay as the payload
    writes them.
    Raises FusionError for a slot that nothing tells, and for a column of several values.
    """
    return [_slot({"name": slot} if isinstance(slot, str) else slot, frames, settings, job) for slot in parameters]


def parameter_sets(
    contract: Contract, frames: Mapping[str, pl.DataFrame], settings: Mapping[str, Any]
) -> list[list[str]]:
    """Return the ``parameter_list`` of every import that the payload's rows need, in file order; most need one.

    There is one per combination of values in the columns that the slots name. A row that leaves a column blank which
    others fill, or for whose value the settings tell nothing while they do for others, is in none: a pod that imports
    by these parameters does not select it either.
    Raises FusionError if no list can be filled, or more than 100 imports would be needed.
    """
    slots: Sequence[str | Mapping[str, Any]] = contract.oracle.get("parameters", ())
    job = str(contract.oracle.get("job", "")).rpartition(",")[2]
    parts = {file: _parts(frames[file], columns) for file, columns in _asked(slots).items() if file in frames}
    if math.prod(map(len, parts.values())) > MOST:
        what = f"the payload needs more than {MOST} imports, one for each of its values in {', '.join(parts)}"
        raise FusionError(what, where=contract.id, todo="send one payload per value")
    filled: dict[tuple[str, ...], None] = {}
    failures: list[FusionError] = []
    for chosen in itertools.product(*parts.values()):
        part = {**frames, **dict(zip(parts, chosen, strict=True))}
        try:
            filled[tuple(parameter_list(slots, part, settings, job=job))] = None
        except FusionError as error:
            failures.append(error)
    if not filled:
        raise failures[0]
    return [list(values) for values in filled]


def _asked(slots: Sequence[str | Mapping[str, Any]]) -> dict[str, list[list[str]]]:
    """File -> its columns that the slots name, each with the one that stands in for it where it is blank."""
    columns: dict[str, list[list[str]]] = {}
    for slot in slots:
        places = [] if isinstance(slot, str) else [slot[key] for key in ("from", "by", "or") if slot.get(key)]
        if places:
            file = places[0].partition(".")[0]
            columns.setdefault(file, []).append([place.partition(".")[2] for place in places])
    return columns


def _parts(frame: pl.DataFrame, columns: Sequence[Sequence[str]]) -> list[pl.DataFrame]:
    """One row per combination of values of the columns that are filled anywhere; the frame itself if there is none."""
    asked = [[name for name in names if name in frame.columns] for names in columns]
    values = frame.select(pl.col(list({name: None for names in asked for name in names})).replace("", None))
    for first, *others in filter(None, asked):
        values = values.with_columns(pl.when(pl.col(first).is_null()).then(pl.col(others)))
    filled = [column.name for column in values if column.null_count() < column.len()]
    told = [pl.any_horizontal(pl.col(names).is_not_null()) for names in asked if {*names} & {*filled}]
    distinct = values.filter(told).select(filled).unique(maintain_order=True)
    return [distinct.slice(at, 1) for at in range(min(distinct.height, MOST + 1))] or [frame]


def joined(parameters: Sequence[str]) -> str:
    """Return the slots as the calls want them: commas between, a value with a comma in double quotes.

    An empty last slot is written #NULL: empty slots at the end may get lost on the way and shift others.
    """
    slots = [_quoted(value) for value in parameters]
    if slots and not slots[-1]:
        slots[-1] = NULL
    return ",".join(slots)


def _quoted(value: str) -> str:
    if "," not in value and '"' not in value:
        return value
    return '"' + value.replace('"', '""') + '"'  # how a quote itself is written is unconfirmed


def _slot(slot: Mapping[str, Any], frames: Mapping[str, pl.DataFrame], settings: Mapping[str, Any], job: str) -> str:
    name = str(slot["name"])
    where = f"parameter {name!r} of job {job}" if job else f"parameter {name!r}"
    if "value" in slot:
        return str(slot["value"])
    if "from" in slot:
        return _value(str(slot["from"]), frames, where)
    key = str(slot.get("setting", name))
    if key not in settings:
        why = "" if "setting" in slot else ": the contract knows only its name"
        raise FusionError(f"{where} is not told{why}", where=SETTINGS, todo=f"set {key!r} there")
    setting = settings[key]
    return _chosen(setting, slot, frames, where) if isinstance(setting, Mapping) else str(setting)


def _chosen(setting: Mapping[str, Any], slot: Mapping[str, Any], frames: Mapping[str, pl.DataFrame], where: str) -> str:
    if "by" not in slot:
        what = f"{where} has one value, but its setting is a table"
        raise FusionError(what, where=SETTINGS, todo=f"write one text for {slot.get('setting')}")
    value = _value(str(slot["by"]), frames, where)
    if not value and "or" in slot and (instead := _value(str(slot["or"]), frames, where)):
        return instead
    if value not in setting and ANY not in setting:
        what = f"{where} is not told for {slot['by']} = {value!r}"
        raise FusionError(what, where=SETTINGS, todo=f"add it to the table {slot.get('setting')}")
    return str(setting.get(value, setting.get(ANY)))


def _value(place: str, frames: Mapping[str, pl.DataFrame], where: str) -> str:
    """The one value of a column, "" where the payload leaves it blank."""
    file, _, column = place.partition(".")
    frame = frames.get(file)
    if frame is None or column not in frame.columns:
        return ""
    values = frame[column].drop_nulls().unique()
    values = values.filter(values != "")
    if values.len() > 1:
        what = f"{where} takes the one value of {place}, but the payload has {values.len():,} values there"
        raise FusionError(what, where=place, todo="send one payload per value")
    return str(values[0]) if values.len() else ""
