"""Shape and package findings: found by the readers, graded here. Table: contract format, section 2a; the ids of the
HDL grammar are ours and are explained in docs/hdl-findings.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.model import File, Rule
from contracts.results import Severity


@dataclass(frozen=True)
class Shape:
    """One kind of shape or package finding."""

    name: str
    severity: Severity
    title: str
    todo: str
    code: str = ""  # predicted; "load" for SQL*Loader


_ROW_COUNT = Shape(
    "row_count",
    "significant",
    "The number of records is inside the agreed range",
    "send the complete file, or change `rows`",
)
_FILE = (
    Shape("short", "moderate", "Every record has all fields of the layout", "write the trailing fields of the layout in force"),
    Shape("ragged", "moderate", "All records of the file have the same width", "write the same number of fields in every record"),
    Shape("surplus", "moderate", "No record has more fields than the layout", "drop the surplus fields or name the release that has them"),
    Shape("shifted", "critical", "Every value stands in its own column", "put the missing or surplus field right; END belongs at position n+1 only"),
    Shape("unreadable", "critical", "Every record can be split and decoded", "close the quote, write UTF-8", "load"),
    Shape("line_break", "critical", "No value holds a line break", "write a line break as the two characters \\n", "load"),
    _ROW_COUNT,
)  # fmt: skip
_FIXED_FILE = (
    Shape("short", "significant", "Every record is as long as the layout", "fill every record with blanks to its whole length"),
    Shape("ragged", "significant", "All records of one type are equally long", "write every record in its whole length"),
    Shape("surplus", "significant", "No record is longer than the layout", "drop what stands behind the last column"),
    Shape("unreadable", "critical", "Every record can be decoded", "write the file in its encoding"),
    _ROW_COUNT,
)  # fmt: skip
_REST_FILE = (
    Shape("unreadable", "critical", "The body is JSON of objects", "send one object, or a list of objects"),
    Shape("row_count", "significant", "The number of records is inside the agreed range", "send the complete body, or change `rows`"),
)  # fmt: skip
_TYPED_PACKAGE = (
    Shape("record_type", "critical", "Every record is of a known type", "correct the record type, or drop the record"),
)
_HDL_FILE = (
    Shape("values", "significant", "A line has as many values as its METADATA has attributes", "write one value per attribute, escape the delimiter", "value_count"),
    Shape("hint", "significant", "A key hint names a source key or a GUID", "write Attribute(SourceSystemId)", "key_hint_invalid"),
    Shape("unreadable", "critical", "Every line can be decoded", "write UTF-8"),
    _ROW_COUNT,
)  # fmt: skip
_PACKAGE = (
    Shape("member_missing", "critical", "Every file of the contract is in the package", "add the file under Oracle's name"),
    Shape("member_unknown", "significant", "The package holds the contract's files only", "remove or rename the file"),
    Shape("member_case", "moderate", "Member names are spelled as Oracle spells them", "use the exact spelling"),
    Shape("folder", "moderate", "Members lie at the top of the package", "put the files at the root of the zip"),
    Shape("encrypted", "critical", "Members are not encrypted", "send the package to the harness unencrypted"),
    Shape("unsafe", "critical", "The package can be unpacked safely", "no paths outside the archive, no archive in the archive, no size bomb"),
    Shape("unreadable", "critical", "The package can be opened", "make the zip anew", "load"),
)  # fmt: skip
_HDL_PACKAGE = (
    Shape("file_name", "critical", "A .dat is named as a top-level object", "name it as the object, e.g. Worker.dat", "file_name_invalid"),
    Shape("instruction", "critical", "Every line is METADATA, MERGE, DELETE, SET or COMMENT", "write METADATA before the data it governs"),
    Shape("discriminator", "critical", "Every component belongs to the object of its file", "move the lines to the object's own .dat", "discriminator_invalid"),
    Shape("metadata", "critical", "Each component has one METADATA line before its data", "write one METADATA line per component"),
    Shape("set", "moderate", "SET lines are known and stand before the first METADATA", "correct the name or move the line up"),
    Shape("future_changes", "minor", "The file says that later history is retained", "write SET PURGE_FUTURE_CHANGES N for incremental feeds"),
    Shape("notation", "minor", "The file is written as Oracle's guide writes it", "see the detail"),
)  # fmt: skip

_FILES: Mapping[str, tuple[Shape, ...]] = {"hdl": _HDL_FILE, "fixed_width": _FIXED_FILE, "rest": _REST_FILE}
"""Shapes of a file by channel; records of all other channels are delimited."""


def shape_rules(channel: str, files: Mapping[str, File]) -> Iterator[Rule]:
    """Yield the shape and package rules of a contract of ``channel`` with these files."""
    typed = any(file.record_type for file in files.values())
    for shape in (*_PACKAGE, *(_HDL_PACKAGE if channel == "hdl" else ()), *(_TYPED_PACKAGE if typed else ())):
        yield _rule(shape, channel, "package", "")
    for file in files:
        for shape in _FILES.get(channel, _FILE):
            yield _rule(shape, channel, "shape", file)


def shape_todo(rule: Rule, channel: str) -> str:
    """What to do about a finding of a shape or package rule."""
    shapes = (*_PACKAGE, *_HDL_PACKAGE, *_TYPED_PACKAGE) if rule.kind == "package" else _FILES.get(channel, _FILE)
    return next(one.todo for one in shapes if one.name == rule.id.rpartition(".")[2])


def _rule(shape: Shape, channel: str, kind: str, file: str) -> Rule:
    code = shape.code if channel == "fbdi" or (channel == "hdl" and shape.code != "load") else ""
    identity = f"{file}.shape.{shape.name}" if file else f"package.{shape.name}"
    return Rule(id=identity, kind=kind, file=file, title=shape.title, severity=shape.severity, code=code)
