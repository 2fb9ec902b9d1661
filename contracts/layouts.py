"""Layouts: Oracle's column facts of one file, one CSV per file and release. Rules: contract format, section 4."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
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
_DAY = re.compile(r"\b20\d\d-[01]\d(?:-[0-3]\d)?\b")


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


def in_force(name: str, release: str, root: Path = SHIPPED) -> Layout:
    """Return the layout of file stem ``name`` for ``release``: of the newest release folder not later than it.

    HDL components (``Worker/PersonName``) have no release. Raises ContractError if no folder has the file.
    """
    if "/" in name:
        return _read(name, "hdl", root)
    known = [folder for folder in releases(root) if (root / folder / f"{name}.csv").is_file()]
    folders = [folder for folder in known if folder <= release]
    if not folders:
        todo = f"the first release with it is {known[0]}" if known else undated(name, root)
        todo = todo or "`harness layouts list` names all; `harness layouts add` takes Oracle's own"
        raise ContractError(f"no layout {name} in force for release {release}", where=str(name), todo=todo)
    return _read(name, folders[-1], root)


@cache
def releases(root: Path = SHIPPED) -> tuple[str, ...]:
    """Release folders, oldest first."""
    return tuple(sorted(path.name for path in root.glob("*") if _RELEASE.fullmatch(path.name)))


def names_in_force(release: str, root: Path = SHIPPED) -> list[str]:
    """File stems that have a layout in force for a release, sorted."""
    folders = [root / folder for folder in releases(root) if folder <= release]
    return sorted({path.stem for folder in folders for path in folder.glob("*.csv")} - {"_sources"})


def undated(name: str, root: Path = SHIPPED) -> str:
    """Return what to do with a layout that is there for no stated release, "" where there is none of that name."""
    if not (root / "other" / f"{name}.csv").is_file():
        return ""
    return f"of no known release: move layouts/other/{name}.csv to layouts/<release>, its row of _sources.csv too"


def newest_source(layouts: Iterable[Layout], root: Path = SHIPPED) -> str:
    """Return the newest day or month that the sources of layouts name, YYYY-MM-DD or YYYY-MM; "" where none does."""
    found: set[str] = set()
    for layout in layouts:
        path = root / layout.release / "_sources.csv"
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()
        found |= {day for row in rows if row["layout"] == layout.name for day in _DAY.findall(row["source"])}
    return max(found, default="")


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
def _read(name: str, folder: str, root: Path) -> Layout:
    path = root / folder / f"{name}.csv"
    if not path.is_file():
        raise ContractError(f"no layout {name}", where=f"layouts/{folder}", todo="see the folder contracts/layouts")
    in_bytes = folder != "hdl" and not _CHARACTERS.match(name)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            columns = {row["column"]: replace(_column(row), in_bytes=in_bytes) for row in csv.DictReader(file)}
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        where = f"layouts/{folder}/{name}.csv"
        raise ContractError("the layout cannot be read", where=where, todo="correct its columns") from error
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
