"""Layouts out of sources: their rows, completed by what is known already, and what they change. Contract format, 4."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

from contracts import Change, ContractError, Layout, layout_changes, layout_in_force, mask_fault, names_in_force
from harness.drafting.source import Source, SourceColumn, SourceFile, distinct

COLUMNS = ("position", "column", "label", "type", "length", "scale", "required", "notes", "mask", "certainty")
KEYS = ("key_role", "foreign_key")  # of HDL components
SOURCES = "_sources.csv"
_SOURCES_COLUMNS = ("layout", "release_seen", "certainty", "complete", "source")
_FACTS = ("type", "length", "scale", "required", "mask")
_ORDER = ("memory", "likely", "known")
_BUFFER = re.compile(r"CHAR\((\d+)\)")

Row = dict[str, str]


@dataclass(frozen=True)
class LayoutFile:
    """A layout as a source gives it, beside the one in force so far."""

    file: SourceFile
    stem: str  # as the layouts write it
    folder: str  # release, or "hdl"
    rows: tuple[Row, ...]
    columns: tuple[SourceColumn, ...]  # beside each row, what the source says of it
    former: Layout | None  # in force for the release so far
    changes: tuple[Change, ...]  # from the former one
    source: Row  # of _sources.csv

    @property
    def status(self) -> str:
        """What became of it: new, changed, same, or conflict where its own folder holds something else already."""
        if self.former is None:
            return "new"
        if not self.changes:
            return "same"
        return "conflict" if self.former.release == self.folder else "changed"

    @property
    def changed_columns(self) -> int:
        """How many columns the changes are about."""
        return len({name for change in self.changes for name in change.columns})

    @property
    def names(self) -> list[str]:
        """Names of the columns that a contract may use: of a component that has a layout already those it knows."""
        known = self.former.columns if self.folder == "hdl" and self.former else None
        return [row["column"] for row in self.rows if known is None or row["column"] in known]

    @property
    def place(self) -> str:
        """Where it will stand below the folder of layouts."""
        return f"{self.folder}/{self.stem}.csv"

    def text(self) -> str:
        """The layout as CSV."""
        return csv_text((*COLUMNS, *(KEYS if self.folder == "hdl" else ())), self.rows)


def layout_file(file: SourceFile, source: Source, release: str, root: Path) -> LayoutFile:
    """Return the layout that a file of a source gives for ``release``, held against those below ``root``.

    What the source does not say is taken from the layout in force. Raises ContractError for one that cannot be read.
    """
    hdl = "/" in file.stem
    folder, stem = ("hdl", file.stem) if hdl else (release, _known_stem(file.stem, root))
    former = _in_force(stem, release, root)
    old = read_rows(root / former.release / f"{stem}.csv") if former else []
    columns = _named(file.columns, old) if file.kind == "thin" and old else file.columns
    if hdl and old:
        columns = tuple(replace(column, question="") for column in columns)  # the layout knows what a name suggests
    known = {row["column"]: row for row in old}
    rows = tuple(
        _completed(_row(column, at, file), known.get(column.name), speaks=bool(file.kind))
        for at, column in enumerate(columns, start=1)
    )
    weakest = min((row["certainty"] for row in rows), key=_ORDER.index)
    told = f"{source.name}, {file.where}, sha256 {source.sha256}" + ("; completed by the layout before" if old else "")
    sources = dict(
        zip(_SOURCES_COLUMNS, (stem, "" if hdl else release, weakest, "no" if hdl else "yes", told), strict=True)
    )
    found = LayoutFile(file, stem, folder, rows, tuple(columns), former, (), sources)
    if former is None or hdl:  # no list of attributes is complete: one that is not here says nothing
        return found
    return replace(found, changes=tuple(layout_changes(former, _loaded(found))))


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]], *, header: bool = True) -> str:
    """Return rows as the shipped tables write them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", restval="")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def sources_text(path: Path, rows: Sequence[Row]) -> str:
    """Return the ``_sources.csv`` at ``path`` with further rows behind those it has; they are left as they are."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    text += "\n" if text and not text.endswith("\n") else ""
    return text + csv_text(_SOURCES_COLUMNS, rows, header=not text)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a table of the layouts."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _known_stem(stem: str, root: Path) -> str:
    """The stem as a known layout spells it: a tab's name tells no capitals."""
    return {known.lower(): known for known in names_in_force("99D", root)}.get(stem.lower(), stem)


def _in_force(stem: str, release: str, root: Path) -> Layout | None:
    try:
        return layout_in_force(stem, release, root)
    except ContractError:
        return None


def _loaded(found: LayoutFile) -> Layout:
    """The layout as it is read once it stands in its folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / found.place
        path.parent.mkdir(parents=True)
        path.write_text(found.text(), encoding="utf-8")
        return layout_in_force(found.stem, found.folder, Path(folder))


def _row(column: SourceColumn, position: int, file: SourceFile) -> Row:
    mask, notes = column.mask, [column.notes] if column.notes else []
    if mask and mask_fault(mask):
        mask, notes = "", [*notes, f"mask {mask} is not understood"]
    row = {
        "position": str(position),
        "column": column.name,
        "label": column.label,
        "type": "VARCHAR2" if column.type == "BOOLEAN" else column.type,
        "length": str(column.length or ""),
        "scale": str(column.scale) if column.length and column.scale is not None else "",
        "required": column.required,
        "notes": "; ".join(notes),
        "mask": mask,
        "certainty": column.certainty,
    }
    return row | _key(column.name, file) if "/" in file.stem else row


def _key(attribute: str, file: SourceFile) -> Row:
    """What an HDL attribute's name tells of keys."""
    role, foreign = "none", ""
    if attribute in ("SourceSystemOwner", "SourceSystemId"):
        role = "source_key"
    elif attribute == "GUID":
        role = "surrogate"
    elif attribute.endswith("(SourceSystemId)"):
        role, component = "parent", attribute.partition("(")[0].removesuffix("Id")
        foreign = f"{component}.SourceSystemId" if component != file.stem.rpartition("/")[2] else ""
    return {"key_role": role, "foreign_key": foreign}


def _completed(row: Row, old: Row | None, *, speaks: bool) -> Row:
    """The row with what the source does not say from the layout before; ``speaks``: it says what is required."""
    if old is None:
        return row
    found = {**row, "label": row["label"] or old["label"]}
    buffer = _BUFFER.search(row["notes"])
    if not row["type"]:
        found |= {name: old[name] for name in ("type", "length", "scale", "mask")}
    elif row["type"] == old["type"]:
        found["mask"] = row["mask"] or old["mask"]
        if not row["length"] or (buffer and int(old["length"] or 0) < int(row["length"])):
            found |= {name: old[name] for name in ("length", "scale")}  # a loader's buffer may be wider than its column
    found["required"] = _required(row["required"], old, speaks=speaks)
    same = all(found[name] == old.get(name, "") for name in _FACTS)
    if same and (not buffer or buffer[0] in old["notes"]):
        return {**found, "notes": old["notes"], "certainty": old["certainty"]}
    return {**found, "notes": "; ".join(part for part in (row["notes"], old["notes"]) if part)}


def _required(mark: str, old: Row, *, speaks: bool) -> str:
    """The new mark, unless the layout before knows better: a condition behind the star, a reason besides it."""
    label = old["label"].strip()
    starred = label.startswith("*") or label.endswith("*")
    if not mark:
        return old["required"] if not speaks or old["required"] == "C" or not starred else ""
    return "C" if mark == "Y" and old["required"] == "C" and starred else mark


def _named(columns: Sequence[SourceColumn], old: Sequence[Row]) -> Sequence[SourceColumn]:
    """Columns that have labels alone, with the technical names that the layout before has for those labels.

    A label that changed between others that did not keeps the name; others are named after themselves.
    """
    labels = [_plain(column.label) for column in columns]
    known = [_plain(row["label"]) or _plain(row["column"]) for row in old]
    # a label may also be spelled as the technical name
    spelled = {_plain(row["column"]): at for at, row in enumerate(old)}
    labels = [known[spelled[label]] if label not in known and label in spelled else label for label in labels]
    found = list(columns)
    for verb, first, last, from_, to in SequenceMatcher(None, known, labels, autojunk=False).get_opcodes():
        if verb == "equal" or (verb == "replace" and last - first == to - from_):
            for place, row in zip(range(from_, to), old[first:last], strict=True):
                question = f"Is the column {columns[place].label!r} still {row['column']}?" if verb == "replace" else ""
                notes = f"label before: {row['label']}" if question else ""
                found[place] = replace(
                    columns[place], name=row["column"], certainty="likely", notes=notes, question=question
                )
    return distinct(found)[0]


def _plain(label: str) -> str:
    return re.sub(r"[\W_]+", "", label).casefold()
