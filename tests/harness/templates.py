"""Workbooks in the shapes of FBDI templates, control files and other sources, made for the tests of ``harness new``."""

# ruff: noqa: E501 - rows read better in one line

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from contracts import layout_in_force

Sheet = Sequence[Sequence[str]]
Columns = Sequence[Mapping[str, str]]
TAGS = ("Name", "Description", "Data Type", "Required or Optional", "Column name of the Table {table}")
REQUIRED = {"Y": "Required", "C": "Conditionally required"}


def workbook(
    path: Path, tabs: Mapping[str, Sheet], *, hidden: Iterable[str] = (), parts: Mapping[str, bytes] | None = None
) -> Path:
    """Write a workbook with these rows per tab; ``parts`` replace or add members of its archive."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tabs.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    data = io.BytesIO()
    book.save(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(with_parts(with_parts(data.getvalue(), shared_strings(data.getvalue())), parts or {}))
    return path


def shared_strings(data: bytes) -> dict[str, bytes]:
    """The members of a workbook as Excel writes them: texts stand once, in a part of their own, and cells point there."""
    texts: dict[str, int] = {}

    def pointer(cell: re.Match[str]) -> str:
        return f't="s"><v>{texts.setdefault(cell[1], len(texts))}</v>'

    with ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for name in [name for name in parts if name.startswith("xl/worksheets/")]:
        parts[name] = re.sub(r't="inlineStr"><is>(<t.*?</t>)</is>', pointer, parts[name], flags=re.DOTALL)
    items = "".join(f"<si>{text}</si>" for text in texts)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}" count="{len(texts)}">{items}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    for name, end, line in (
        ("[Content_Types].xml", "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>'),
        ("xl/_rels/workbook.xml.rels", "</Relationships>", '<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>'),
    ):  # fmt: skip
        parts[name] = parts[name].replace(end, line + end) if line not in parts[name] else parts[name]
    return {name: text.encode() for name, text in parts.items()}


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return an archive with some members replaced or added."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        kept = {name: old.read(name) for name in old.namelist()}
        for name, content in {**kept, **parts}.items():
            new.writestr(name, content)
    return out.getvalue()


def rich(columns: Columns, *, at: int = 1, table: str = "X_INTERFACE", tagged: bool = True) -> list[list[str]]:
    """Rows of a rich tab, its row of technical names at row ``at`` + 4: label, description, type, required, name."""
    rows = [
        [column.get("label") or column["column"].title().replace("_", " ") for column in columns],
        [f"What {column['column']} is good for." for column in columns],
        [type_of(column) for column in columns],
        [REQUIRED.get(column.get("required", ""), "Optional") for column in columns],
        [column["column"] for column in columns],
    ]
    tags = [tag.format(table=table) for tag in TAGS]
    lines = [[tag, *row] for tag, row in zip(tags, rows, strict=True)] if tagged else rows
    return [[] for _ in range(at - 1)] + lines


def thin(labels: Sequence[str], *, at: int = 4) -> list[list[str]]:
    """Rows of a thin tab: a title, a legend, and labels in row ``at``."""
    return [["Journal Import"], ["* Required"], *([] for _ in range(at - 3)), list(labels)]


def type_of(column: Mapping[str, str]) -> str:
    """A type as templates write it."""
    kind, length, scale = (column.get(key, "") for key in ("type", "length", "scale"))
    if not length:
        return kind
    return (
        f"{kind}({length},{scale})"
        if scale
        else f"{kind}({length} CHAR)"
        if kind == "VARCHAR2"
        else f"{kind}({length})"
    )


def columns_of(stem: str, release: str) -> list[dict[str, str]]:
    """The rows of a shipped layout in force."""
    from harness.drafting.layout_files import read_rows

    layout = layout_in_force(stem, release)
    import contracts

    return read_rows(Path(contracts.__file__).parent / layout.path)


def control_file(table: str, columns: str, *, head: str = "", when: str = "") -> str:
    """A control file in the shape of Oracle's: header comment, one table, computed columns behind those of the file."""
    return f"""-- +=====================================================================+
-- $Header: fusionapps/fin/x/bin/{table}.ctl /st_fusionapps 2021/01/19 "it's" (so) $
LOAD DATA
{head}
APPEND
INTO TABLE {table}
{when}
fields terminated by ',' optionally enclosed by '"'
trailing nullcols
(
{columns},
LOAD_REQUEST_ID CONSTANT '#LOADREQUESTID#',
CREATION_DATE EXPRESSION "SYSTIMESTAMP",
CREATED_BY CONSTANT '#CREATEDBY#',
OBJECT_VERSION_NUMBER CONSTANT 1
)
"""


def description(
    resource: str, attributes: Sequence[Mapping[str, object]], children: Mapping[str, object] | None = None
) -> str:
    """A REST description of one resource."""
    return json.dumps({"Resources": {resource: {"attributes": list(attributes), "children": dict(children or {})}}})
