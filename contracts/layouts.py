"""Layouts: Oracle's column facts of one file, one CSV per file and release. Rules: contract format, section 4."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from contracts.errors import ContractError
from contracts.model import Type

SHIPPED = Path(__file__).parent / "layouts"
LOADER_BUFFER = 255
"""Bytes that SQL*Loader reads of a field unless its control file says more."""

_CHAR = re.compile(r"CHAR\((\d+)\)")
_CHARACTERS = re.compile(r"Poz|PoHeaders")  # their control files state LENGTH SEMANTICS CHAR
_RELEASE = re.compile(r"\d{2}[A-D]")


@dataclass(frozen=True)
class LayoutColumn:
    """One row of a layout."""

    position: int
    name: str
    label: str
    type: Type
    required: str  # Y | C | N | ""
    notes: str
    certainty: str  # known | likely | memory
    length_remembered: bool  # only the length is from memory; the rest stands firmer
    key_role: str = ""
    foreign_key: str = ""
    in_bytes: bool = False  # SQL*Loader measures the field in bytes, as it does unless the control file says otherwise

    @property
    def facts(self) -> str:
        """Certainty of everything but the length."""
        return "known" if self.length_remembered else self.certainty

    @property
    def buffer(self) -> int:
        """What SQL*Loader reads of the field: CHAR(n) of its control file, else 255, or its length if that is more."""
        stated = _CHAR.search(self.notes)
        return int(stated[1]) if stated else max(LOADER_BUFFER, self.type.size or 0)


@dataclass(frozen=True)
class Layout:
    """The columns of one file in one release, in file order."""

    name: str
    release: str  # folder it stands in; "hdl" for HDL components
    columns: Mapping[str, LayoutColumn]

    @property
    def path(self) -> str:
        """Where its facts stand, relative to the contracts folder."""
        return f"layouts/{self.release}/{self.name}.csv"


def in_force(name: str, release: str) -> Layout:
    """Return the layout of file stem ``name`` for ``release``: of the newest release folder not later than it.

    HDL components (``Worker/PersonName``) have no release. Raises ContractError if no folder has the file.
    """
    if "/" in name:
        return _read(name, "hdl")
    folders = [folder for folder in releases() if folder <= release and (SHIPPED / folder / f"{name}.csv").is_file()]
    if not folders:
        known = [folder for folder in releases() if (SHIPPED / folder / f"{name}.csv").is_file()]
        todo = f"the first release with it is {known[0]}" if known else "see the folder contracts/layouts"
        raise ContractError(f"no layout {name} in force for release {release}", where=str(name), todo=todo)
    return _read(name, folders[-1])


@cache
def releases() -> tuple[str, ...]:
    """Release folders, oldest first."""
    return tuple(sorted(path.name for path in SHIPPED.iterdir() if _RELEASE.fullmatch(path.name)))


@cache
def variants(name: str) -> dict[int, str]:
    """Every known width of the file stem ``name``: number of fields -> name of the layout that has it."""
    found: dict[int, str] = {}
    for folder in (*releases(), "other"):
        for path in sorted((SHIPPED / folder).glob(f"{name}*.csv")):
            if path.stem == name or path.stem.startswith(f"{name}@"):
                width = path.read_bytes().count(b"\n") - 1
                found.setdefault(width, path.stem if folder == "other" else f"{path.stem} {folder}")
    return found


@cache
def _read(name: str, folder: str) -> Layout:
    path = SHIPPED / folder / f"{name}.csv"
    if not path.is_file():
        raise ContractError(f"no layout {name}", where=f"layouts/{folder}", todo="see the folder contracts/layouts")
    with path.open(encoding="utf-8", newline="") as file:
        in_bytes = folder != "hdl" and not _CHARACTERS.match(name)
        columns = {row["column"]: replace(_column(row), in_bytes=in_bytes) for row in csv.DictReader(file)}
    return Layout(name, folder, columns)


def _column(row: Mapping[str, str]) -> LayoutColumn:
    notes = row["notes"]
    return LayoutColumn(
        position=int(row["position"]),
        name=row["column"],
        label=row["label"],
        type=_type(row),
        required=row["required"],
        notes=notes,
        certainty=row["certainty"],
        # any other memory mark (src:MEM) speaks of the name or the type, and then caps everything
        length_remembered="len:MEM" in notes and "src:MEM" not in notes,
        key_role=row.get("key_role", ""),
        foreign_key=row.get("foreign_key", ""),
    )


def _type(row: Mapping[str, str]) -> Type:
    kind, length, scale = row["type"], row["length"], row["scale"]
    size = int(length) if length else None
    if kind in ("DATE", "TIMESTAMP"):
        return Type(kind.lower(), mask=row["mask"])
    if kind == "FLAG":
        return Type("flag")
    if kind != "NUMBER":
        return Type("text", size if kind == "VARCHAR2" else None)
    if size and scale == "0":
        return Type("integer", size)
    return Type("number", size, int(scale) if scale else None)
