"""The layouts of a release, from a folder of templates and control files: what is new, changed, same, missing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from contracts import ContractError, layout_in_force, layout_releases, names_in_force
from harness.drafting.filing import file_all
from harness.drafting.isolated import read_isolated
from harness.drafting.layout_files import LayoutFile, layout_file
from harness.drafting.source import Source, SourceColumn, SourceFile
from harness.drafting.starting import layout_texts
from harness.errors import UsageError

SUFFIXES = (".xlsm", ".xlsx", ".ctl")
_READERS = 4  # files that are read at a time, at most


@dataclass(frozen=True)
class Line:
    """What became of one layout, or why a part of a source gave none."""

    layout: str  # stem; "" where nothing was understood
    status: str  # new | changed | same | conflict | not understood | skipped | only before
    columns: int
    detail: str
    source: str  # file and part of it


@dataclass(frozen=True)
class Added:
    """All of a folder, line by line, and the files that were written."""

    lines: Sequence[Line]
    written: Sequence[Path]

    @property
    def complete(self) -> bool:
        """True if everything that may hold columns was understood, and nothing contradicts what is there."""
        return not any(line.status in ("not understood", "conflict") for line in self.lines)


def add_layouts(release: str, folder: Path, root: Path, advance: Callable[[], None] = lambda: None) -> Added:
    """Write the layouts of ``release`` that a folder's sources give and that differ from those in force below ``root``.

    Each source is read in a process of its own; ``advance`` hears of each. A file that a control file and a template
    describe takes names and order from the first and is completed by the second. Nothing that is there is
    overwritten: a layout of the release itself that differs is a conflict. Raises UsageError for a folder that cannot
    be read or holds no sources, and if a layout cannot be written.
    """
    paths = source_paths(folder)
    lines: list[Line] = []
    sources: list[Source] = []
    with ThreadPoolExecutor(min(_READERS, os.cpu_count() or 1)) as pool:
        for path, told in zip(paths, pool.map(_read, paths), strict=True):
            if isinstance(told, Source):
                sources.append(told)
                lines += _unread(told)
            else:
                lines.append(Line("", "not understood", 0, told.what, path.name))
            advance()
    found = [layout_file(file, source, release, root) for file, source in _united(sources, root)]
    new = [one for one in found if one.status in ("new", "changed")]
    texts, grown = layout_texts(new, root)
    if texts:
        file_all(texts, grown)
        layout_releases.cache_clear()
    lines = [*map(_line, sorted(found, key=lambda one: one.stem)), *lines, *_only_before(found, release, root)]
    return Added(lines, [*texts, *grown])


def source_paths(folder: Path) -> list[Path]:
    """Return the templates and control files in a folder and below it, sorted. Raises UsageError if there are none."""
    if not folder.is_dir():
        raise UsageError("no such folder", where=str(folder), todo="name the folder with the templates of the release")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and _is_source(path))
    if not found:
        todo = f"put the templates ({', '.join(SUFFIXES)}) of the release there"
        raise UsageError("no template and no control file", where=str(folder), todo=todo)
    return found


def _is_source(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(("~$", "."))  # what Excel leaves beside an open workbook


def _read(path: Path) -> Source | UsageError:
    try:
        return read_isolated(path)
    except UsageError as error:
        return error


def _unread(source: Source) -> Iterator[Line]:
    for note in source.unread:
        yield Line("", "not understood", 0, note.why, f"{source.name}, {note.where}")
    for note in source.skipped:
        yield Line("", "skipped", 0, note.why, f"{source.name}, {note.where}")


def _united(sources: Sequence[Source], root: Path) -> list[tuple[SourceFile, Source]]:
    """Each file once: a control file's columns, completed by the template that describes the same file."""
    found: dict[str, tuple[SourceFile, Source]] = {}
    for source in sorted(sources, key=lambda one: (one.kind != "control file", one.name)):
        for file in source.files:
            stem = file.stem.lower()
            if stem not in found:
                found[stem] = (file, source)
                continue
            first, other = found[stem]
            names, hashes = f"{other.name} and {source.name}", f"{other.sha256} and {source.sha256}"
            found[stem] = (_completed(first, file), replace(other, name=names, sha256=hashes))
    return list(found.values())


def _completed(first: SourceFile, second: SourceFile) -> SourceFile:
    """The first file with what only the second says of its columns: label, type, what is required."""
    known = {column.name: column for column in second.columns}
    differ = set(first.names) ^ set(second.names)
    remark = (f"{len(differ)} columns stand in one of both sources only",) if differ else ()
    columns = tuple(_both(column, known.get(column.name)) for column in first.columns)
    return replace(first, columns=columns, kind=first.kind or second.kind, remarks=(*first.remarks, *remark))


def _both(column: SourceColumn, other: SourceColumn | None) -> SourceColumn:
    if other is None:
        return column
    typed = other if other.type and (not column.type or column.type == other.type) else column
    return replace(
        column, label=column.label or other.label, type=typed.type, required=other.required or column.required,
        length=typed.length or column.length, scale=typed.scale, mask=column.mask or other.mask,
        notes="; ".join(dict.fromkeys(part for part in (column.notes, other.notes) if part)),
    )  # fmt: skip


def _line(one: LayoutFile) -> Line:
    detail = "; ".join((*(change.what for change in one.changes), *one.file.remarks))
    status = f"changed ({one.changed_columns})" if one.status == "changed" else one.status
    before = f", {one.former.release} before" if one.former and one.status != "new" else ""
    told = one.source["source"].partition(", sha256")[0]
    return Line(one.stem, status, len(one.rows), detail, f"{told}{before}")


def _only_before(found: Sequence[LayoutFile], release: str, root: Path) -> Iterator[Line]:
    """Layouts in force for the release that no source of the folder gave: they stay in force."""
    given = {one.stem for one in found}
    for stem in names_in_force(release, root):
        if stem not in given:
            try:
                layout = layout_in_force(stem, release, root)
            except ContractError as error:
                yield Line(stem, "not understood", 0, error.what, error.where)
                continue
            yield Line(
                stem, "only before", len(layout.columns), "no source gave it; it stays in force", f"{layout.release}"
            )
