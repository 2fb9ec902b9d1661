"""The log as a workbook, CSV and JSON: what people may edit in it comes back as it was, what is unsafe is not read."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from raid_log import StoreError
from raid_log.exchange import TYPES, Copy, Export, Mark, Table, clean, columns
from reports import text_files, workbook

MARK = Mark(7, "a" * 64, datetime(2026, 11, 24, 17, 0, tzinfo=UTC))
Save = Callable[..., Path]


def export(*issues: Mapping[str, str]) -> Export:
    """An export with these issues; what is not named is blank."""
    tables = []
    for type_ in TYPES:
        names = columns(type_, ("olga", "tess"))
        rows = [{**{column.name: "" for column in names}, **row} for row in (issues if type_ == "issue" else ())]
        tables.append(Table(type_, names, tuple(rows)))
    return Export(MARK, tuple(tables), (("issue", "minor", "new", len(issues)),))


ISSUE = {"id": "RAID-0001", "version": "3", "status": "new", "title": "Seen", "severity": "minor", "due": "2026-12-01"}


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def save(data: bytes, name: str = "log.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return save


def edited(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The workbook after somebody worked in it."""
    book, out = load_workbook(io.BytesIO(data)), io.BytesIO()
    change(book)
    book.save(out)
    return out.getvalue()


def texts(copy: Copy) -> list[dict[str, str]]:
    return [{name: row.text(name) for name in row.cells if row.text(name)} for row in copy.rows]


def letter(name: str) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter([column.name for column in columns("issue")].index(name) + 1)


# --- the workbook


def test_what_is_written_is_read_back_and_the_bytes_are_the_same_each_time(save: Save) -> None:
    data = workbook.write_workbook(export(ISSUE))
    copy = workbook.read_workbook(save(data))
    assert (copy.source, copy.mark, texts(copy), copy.strange) == ("xlsx", MARK, [ISSUE], ())
    assert (copy.rows[0].where, copy.rows[0].place("title")) == ("Issues row 2", f"Issues!{letter('title')}2")
    assert workbook.write_workbook(export(ISSUE)) == data


def test_people_see_sheets_that_let_them_edit_what_may_be_edited() -> None:
    book = load_workbook(io.BytesIO(workbook.write_workbook(export(ISSUE))))
    assert book.sheetnames == ["Summary", "Risks", "Assumptions", "Issues", "Dependencies", "Waivers", "Lists"]
    assert book["Lists"].sheet_state == "hidden"
    assert [cell.value for cell in book["Summary"][9]] == ["issue", "minor", "new", 1]
    sheet = book["Issues"]
    assert (sheet.protection.sheet, sheet.protection.password, sheet.freeze_panes) == (True, None, "E2")
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.column_dimensions[letter("version")].hidden
    locked = {name: sheet[f"{letter(name)}2"].protection.locked for name in ("id", "title", "status", "owner", "cause")}
    assert locked == {"id": True, "title": True, "status": False, "owner": False, "cause": True}
    assert not sheet.column_dimensions[letter("title")].protection.locked  # for rows that are added
    assert sheet[f"{letter('due')}2"].number_format == "@"
    choices, hints = {}, {}
    for rule in sheet.data_validations.dataValidation:
        hints[str(rule.sqref).split("2:")[0]] = rule.prompt if rule.showInputMessage else ""
        if rule.type != "list":
            continue
        first, last = (part.replace("$", "") for part in rule.formula1.removeprefix("Lists!").split(":"))
        choices[str(rule.sqref).split("2:")[0]] = [row[0].value for row in book["Lists"][first:last]]
    assert choices[letter("owner")] == ["olga", "tess"]
    assert choices[letter("status")] == ["new", "triaged", "in_progress", "fixed", "rejected"]
    assert choices[letter("severity")][0] == "critical"
    assert letter("title") not in choices
    assert hints[letter("due")] == "When it is to be done, YYYY-MM-DD"
    assert hints[letter("severity")] == "Harm (needed)"
    assert letter("cause") not in hints


def test_text_that_looks_like_a_formula_is_text_and_a_formula_is_told(save: Save) -> None:
    data = workbook.write_workbook(export({**ISSUE, "workaround": "=1+1", "epic": "@x"}))
    assert load_workbook(io.BytesIO(data))["Issues"][f"{letter('workaround')}2"].data_type == "s"
    (row,) = workbook.read_workbook(save(data)).rows
    assert (row.text("workaround"), row.cells["workaround"].formula) == ("=1+1", False)

    def compute(book: Any) -> None:
        book["Issues"][f"{letter('epic')}2"] = '=HYPERLINK("x")'

    (row,) = workbook.read_workbook(save(edited(data, compute))).rows
    assert row.cells["epic"].formula


def test_rows_that_are_added_and_values_that_were_typed_as_numbers_and_dates_are_texts(save: Save) -> None:
    def work(book: Any) -> None:
        sheet = book["Risks"]
        names = [cell.value for cell in sheet[1]]
        for name, value in (("title", "Late"), ("probability", 4), ("impact", 5.0), ("due", datetime(2026, 12, 1))):  # noqa: DTZ001
            sheet.cell(5, names.index(name) + 1, value)
        sheet.cell(1, len(names) + 1, "Mine")
        sheet.cell(5, len(names) + 1, "note")

    copy = workbook.read_workbook(save(edited(workbook.write_workbook(export()), work)))
    assert texts(copy) == [{"title": "Late", "probability": "4", "impact": "5", "due": "2026-12-01"}]
    assert [(one.where[:6], one.what) for one in copy.strange] == [("Risks!", "no column of the log: Mine")]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('t="e"><v>#REF!</v>', ("#REF!", True)),
        ('t="str"><f>B2&amp;1</f><v>x</v>', ("=B2&1", True)),
        ('t="str"><f t="array" ref="A1">B2</f><v>x</v>', ("=", True)),
        ('t="b"><v>1</v>', ("TRUE", False)),
        ("><v>1.1000000000000001</v>", ("1.1", False)),
        ('t="d"><v>2026-11-26T10:30:00</v>', ("2026-11-26 10:30:00", False)),
        ('t="inlineStr"><is><r><t xml:space="preserve">bold </t></r><r><t>plain</t></r></is>', ("bold plain", False)),
        ('t="inlineStr"><is><t>one_x000D_\ntwo _x005F_x0041_</t></is>', ("one\r\ntwo _x0041_", False)),
    ],
)
def test_a_cell_says_what_a_spreadsheet_shows(save: Save, cell: str, said: tuple[str, bool]) -> None:
    """Errors are told like formulas: nobody meant to write them into the log."""
    data = workbook.write_workbook(export({**ISSUE, "workaround": "x"}))
    there = b't="inlineStr"><is><t>x</t></is>'
    path = save(_changed(data, "xl/worksheets/sheet4.xml", there, cell.encode()))
    (row,) = workbook.read_workbook(path).rows
    assert (row.cells["workaround"].text, row.cells["workaround"].formula) == said


def test_text_that_a_spreadsheet_would_decode_is_written_so_that_it_shows_it() -> None:
    data = workbook.write_workbook(export({**ISSUE, "workaround": "a_x0041_b"}))
    assert load_workbook(io.BytesIO(data))["Issues"][f"{letter('workaround')}2"].value == "a_x005F_x0041_b"


def test_a_table_under_another_name_is_told_and_a_persons_own_sheet_is_left_alone(save: Save) -> None:
    def work(book: Any) -> None:
        book["Risks"].title = "Our risks"
        book.copy_worksheet(book["Issues"]).title = "Issues (2)"
        book.create_sheet("Notes")["A1"] = "to be asked"

    copy = workbook.read_workbook(save(edited(workbook.write_workbook(export(ISSUE)), work)))
    assert texts(copy) == [ISSUE]
    assert [(one.where, one.what) for one in copy.strange] == [
        ("Our risks", "no sheet of the log"),
        ("Issues (2)", "no sheet of the log"),
    ]


def test_merged_cells_are_refused_for_all_but_the_first_were_emptied(save: Save) -> None:
    data = workbook.write_workbook(export({**ISSUE, "owner": "olga"}, {**ISSUE, "id": "RAID-0002", "owner": "olga"}))
    owner = letter("owner")
    merged = edited(data, lambda book: book["Issues"].merge_cells(f"{owner}2:{owner}3"))
    with pytest.raises(StoreError, match="cells are merged") as refused:
        workbook.read_workbook(save(merged))
    assert refused.value.where == f"Issues!{owner}2:{owner}3"


@settings(max_examples=15, deadline=None)
@given(words=st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_any_text_comes_back_as_it_was(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = [{"id": f"RAID-{number:04d}", "workaround": clean(word)} for number, word in enumerate(words)]
    folder = tmp_path_factory.mktemp("words")
    whole = export(*rows)
    (folder / "a.xlsx").write_bytes(workbook.write_workbook(whole))
    (folder / "a.csv").write_bytes(text_files.write_csv(whole, "issue"))
    (folder / "a.json").write_bytes(text_files.write_json(whole))
    wanted = [row["workaround"] for row in rows]
    for copy in (
        workbook.read_workbook(folder / "a.xlsx"),
        text_files.read_csv(folder / "a.csv"),
        text_files.read_json(folder / "a.json"),
    ):
        assert copy.mark == MARK
        assert [row.text("workaround") for row in copy.rows] == wanted


# --- what is not read


@pytest.mark.parametrize(
    "member",
    ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/macrosheets/sheet1.xml", "XL/ActiveX/a.bin"],
)
def test_macros_and_links_are_refused_before_anything_is_read(save: Save, member: str) -> None:
    path = save(workbook.write_workbook(export(ISSUE)))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, "x")
    with pytest.raises(StoreError, match="macros, links and objects are refused"):
        workbook.read_workbook(path)


def test_a_bomb_is_refused_by_its_size(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook.write_workbook(export(ISSUE))
    bomb = _changed(data, "xl/worksheets/sheet4.xml", b"</sheetData>", b"<row/>" * 2**20 + b"</sheetData>")
    with pytest.raises(StoreError, match="it unpacks to"):
        workbook.read_workbook(save(bomb))
    monkeypatch.setattr(workbook, "MOST_BYTES", 5_000)
    with pytest.raises(StoreError, match="it unpacks to"):
        workbook.read_workbook(save(data))


def test_rows_without_end_are_refused_and_a_false_size_is_not_believed(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    def filled(rows: int) -> Callable[[Any], None]:
        return lambda book: [book["Issues"].cell(row, 1, " ") for row in range(2, rows + 1)] and None

    data = workbook.write_workbook(export(ISSUE))
    monkeypatch.setattr(workbook, "MOST_ROWS", 50)
    assert [row.text("title") for row in workbook.read_workbook(save(edited(data, filled(50)))).rows] == ["Seen"]
    with pytest.raises(StoreError, match="more than 50 rows"):
        workbook.read_workbook(save(edited(data, filled(60))))
    beyond = _changed(data, "xl/worksheets/sheet4.xml", b"</sheetData>", b'<row r="1048577"/></sheetData>')
    with pytest.raises(StoreError, match="more than 50 rows"):
        workbook.read_workbook(save(beyond))
    false = b'<dimension ref="A1:XFD1048576"'
    path = save(_changed(data, "xl/worksheets/sheet4.xml", b'<dimension ref="[^"]*"', false))
    assert texts(workbook.read_workbook(path)) == [ISSUE]


def test_rows_that_are_left_out_up_to_the_last_of_a_sheet_are_no_rows(save: Save) -> None:
    """LibreOffice writes such a last row."""
    data = workbook.write_workbook(export(ISSUE))
    row = (
        b'<row r="90000"><c r="A90000" t="inlineStr"><is><t>RAID-0002</t></is></c></row><row r="1048576"/></sheetData>'
    )
    copy = workbook.read_workbook(save(_changed(data, "xl/worksheets/sheet4.xml", b"</sheetData>", row)))
    assert texts(copy) == [ISSUE, {"id": "RAID-0002"}]
    assert copy.rows[1].place("id") == "Issues!A90000"


def _changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in archive.namelist():
            text = archive.read(member)
            if member == name:
                assert re.search(old, text)
                text = re.sub(old, new, text, count=1)
            copy.writestr(member, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        ("xl/worksheets/sheet4.xml", b"</sheetData>", b""),
        ("xl/worksheets/sheet4.xml", b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'),
        ("xl/workbook.xml", b"<sheets>", b"<shoots>"),
        ("[Content_Types].xml", b"<Types", b"<Tips"),
        ("xl/worksheets/sheet4.xml", b't="inlineStr"><is><t>id</t></is>', b't="s"><v>99</v>'),
        ("xl/worksheets/sheet4.xml", b'r="A1"', b'r="1A"'),
    ],
)
def test_a_broken_workbook_is_refused_with_words(save: Save, member: str, old: bytes, new: bytes) -> None:
    data = workbook.write_workbook(export(ISSUE))
    with pytest.raises(StoreError, match="cannot be read"):
        workbook.read_workbook(save(_changed(data, member, old, new)))


def test_a_file_that_is_no_export_is_refused(save: Save, tmp_path: Path) -> None:
    data = workbook.write_workbook(export(ISSUE))
    for what, said in (
        (b"", "no workbook"),
        (b"id,owner", "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it has a password"),
        (data[: len(data) // 2], "no workbook"),
        (edited(data, lambda book: book.remove(book["Lists"])), "hidden sheet Lists is missing"),
        (edited(data, lambda book: book["Lists"].cell(1, 1, "7 x")), "which export it is"),
        (edited(data, lambda book: book["Lists"].delete_rows(1, 99)), "which export it is"),
        (edited(data, lambda book: book["Issues"].cell(1, 1, "ident")), "no column 'id'"),
    ):
        with pytest.raises(StoreError, match=said):
            workbook.read_workbook(save(what))
    with pytest.raises(StoreError, match="no workbook"):
        workbook.read_workbook(tmp_path / "none.xlsx")


# --- csv and json


def test_csv_and_json_come_back_and_are_the_same_each_time(save: Save) -> None:
    whole = export(ISSUE)
    table, everything = text_files.write_csv(whole, "issue"), text_files.write_json(whole)
    assert (table, everything) == (text_files.write_csv(whole, "issue"), text_files.write_json(whole))
    for copy in (text_files.read_csv(save(table, "a.csv")), text_files.read_json(save(everything, "a.json"))):
        assert (copy.source, copy.mark, texts(copy), copy.strange) == ("file", MARK, [ISSUE], ())


def test_a_csv_disarms_what_a_spreadsheet_would_compute(save: Save) -> None:
    words = {"workaround": "=1+1", "epic": "'=x", "links": "-5", "vendor_sr": "'quoted'", "statement": '@x, "y"\nz'}
    data = text_files.write_csv(export({**ISSUE, **words}), "issue")
    for shown in (",'=1+1,", ",''=x,", ",'-5,", ",'quoted',"):
        assert shown in data.decode()
    assert texts(text_files.read_csv(save(data, "a.csv"))) == [{**ISSUE, **words}]


@pytest.mark.parametrize(("separator", "end"), [(";", "\r\n"), ("\t", "\n"), (",", "\r")])
def test_a_csv_is_read_as_the_spreadsheets_of_other_countries_save_it(save: Save, separator: str, end: str) -> None:
    data = text_files.write_csv(export({**ISSUE, "workaround": 'a;b\tc, "d"'}), "issue")
    lines = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(lines)
    copy = text_files.read_csv(save(text.getvalue().encode(), "a.csv"))
    assert texts(copy) == [{**ISSUE, "workaround": 'a;b\tc, "d"'}]


def test_a_csv_without_end_is_refused_before_it_fills_the_memory(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    data = text_files.write_csv(export(ISSUE), "issue")
    monkeypatch.setattr(text_files, "MOST_LINES", 50)
    for more in (b"\n" * 60, b"," * 300):
        with pytest.raises(StoreError, match="more than 50 lines, or 200 cells in line"):
            text_files.read_csv(save(data + more, "a.csv"))


def test_headings_that_would_speak_to_a_terminal_are_told_without_that(save: Save) -> None:
    data = text_files.write_csv(export({**ISSUE, "epic": "Pay"}), "issue").replace(b",epic,", b",\x1b[31mEpic\xc2\x9b,")
    (problem,) = text_files.read_csv(save(data, "a.csv")).strange
    assert (problem.where, problem.what) == ("line 2, [31mEpic", "no column of the log: [31mEpic")
    entry = {"id": "RAID-0001", "\ud800\x1bEpic": "Pay"}
    whole = {"format": text_files.FORMAT, "export": str(MARK), "issue": [entry]}
    (problem,) = text_files.read_json(save(json.dumps(whole).encode(), "a.json")).strange
    assert (problem.where, problem.what) == ("issue[0].Epic", "no column of the log: Epic")


def test_a_table_of_another_name_is_told(save: Save) -> None:
    whole = {"format": text_files.FORMAT, "export": str(MARK), "issues": [{"id": "RAID-0001", "owner": "olga"}]}
    copy = text_files.read_json(save(json.dumps(whole).encode(), "a.json"))
    assert [(one.where, one.what) for one in copy.strange] == [("issues", "no table of the log")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "which export it is"),
        (b"\n\n", "which export it is"),
        (b"id,owner\nRAID-0001,olga", "which export it is"),
        (b"id,export issue 7 x", "which export it is"),
        (b"owner,export issue 7 x 2026-11-24T17:00:00+00:00", "no column 'id'"),
        (b"\xff\xfe", "no UTF-8"),
        (b'id,"x', "no CSV"),
    ],
)
def test_a_csv_that_is_no_export_is_refused(save: Save, data: bytes, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        text_files.read_csv(save(data, "a.csv"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no export of the log"),
        ('{"issue": [{"owner": "olga", "owner": "tess"}]}', "the key 'owner' stands twice"),
        ('{"issue": [], "issue": []}', "the key 'issue' stands twice"),
        ({"format": "other"}, "no export of the log"),
        ({"format": text_files.FORMAT}, "which export it is"),
        ({"format": text_files.FORMAT, "export": str(MARK), "issue": {}}, "no list of entries"),
        ({"format": text_files.FORMAT, "export": str(MARK), "issue": [1]}, "no list of entries"),
        ({"format": text_files.FORMAT, "export": str(MARK), "issue": [{"id": 1}]}, "no text: 1"),
    ],
)
def test_a_json_that_is_no_export_is_refused(save: Save, data: Any, said: str) -> None:
    text = data if isinstance(data, str) else json.dumps(data)
    with pytest.raises(StoreError, match=said):
        text_files.read_json(save(text.encode(), "a.json"))


def test_a_file_that_is_not_there_or_too_large_is_refused(
    save: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        text_files.read_csv(tmp_path / "none.csv")
    with pytest.raises(StoreError, match="no table"):
        text_files.write_csv(export(), "wish")
    monkeypatch.setattr(text_files, "MOST_BYTES", 3)
    with pytest.raises(StoreError, match="more than 3 bytes"):
        text_files.read_json(save(b"[1, 2]", "a.json"))
