"""FBDI templates: whatever row holds what, columns come out with name, type, label and what is required."""

# ruff: noqa: E501 - rows and tables read better in one line

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from templates import columns_of, rich, thin, workbook

from harness.drafting.layout_files import layout_file
from harness.drafting.oracle_types import oracle_type
from harness.drafting.reading import read_source
from harness.drafting.source import Source
from harness.drafting.template import stem_of, understood
from harness.drafting.workbook import Tab
from harness.errors import UsageError

FOO = [
    {"column": "FOO_ID", "label": "*Foo Id", "type": "NUMBER", "length": "18", "required": "Y"},
    {"column": "FOO_NAME", "label": "Foo Name*", "type": "VARCHAR2", "length": "240", "required": "Y"},
    {"column": "AMOUNT", "label": "Amount", "type": "NUMBER", "length": "18", "scale": "4"},
    {"column": "DUE_DATE", "label": "**Due Date", "type": "DATE", "required": "C"},
]
FACTS = [
    ("FOO_ID", "*Foo Id", "NUMBER", 18, None, "Y"),
    ("FOO_NAME", "Foo Name*", "VARCHAR2", 240, None, "Y"),
    ("AMOUNT", "Amount", "NUMBER", 18, 4, ""),
    ("DUE_DATE", "**Due Date", "DATE", None, None, "C"),
]


def facts(source: Source, at: int = 0) -> list[tuple[object, ...]]:
    return [(c.name, c.label, c.type, c.length, c.scale, c.required) for c in source.files[at].columns]


@pytest.mark.parametrize("at", [1, 3, 4, 5, 8])
@pytest.mark.parametrize("tagged", [True, False])
def test_a_rich_tab_is_understood_whatever_row_it_begins_in(tmp_path: Path, at: int, tagged: bool) -> None:
    rows = [["Foo import", "", ""], *rich(FOO, at=at, tagged=tagged)]
    source = read_source(workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": rows}))
    assert facts(source) == FACTS
    assert (source.kind, source.channel, source.files[0].stem) == ("template", "fbdi", "FooInterface")


@pytest.mark.parametrize(("stem", "release"), [("GlInterface", "26C"), ("ApInvoicesInterface", "26C"), ("ApInvoiceLinesInterface", "25B")])  # fmt: skip
def test_a_workbook_made_of_a_layout_gives_it_back(tmp_path: Path, stem: str, release: str) -> None:
    layout = columns_of(stem, release)
    source = read_source(workbook(tmp_path / "T.xlsm", {"X_INTERFACE": rich(layout, at=4)}))
    read = [(c.name, c.type, str(c.length or ""), c.required) for c in source.files[0].columns]
    assert read == [(c["column"], c["type"], c["length"], c["required"]) for c in layout]


def test_tags_say_which_row_is_which_even_in_another_order(tmp_path: Path) -> None:
    rows = rich(FOO, table="FOO_ALL")
    source = read_source(workbook(tmp_path / "Foo.xlsm", {"Foo": [rows[4], rows[2], rows[0], rows[3], rows[1]]}))
    assert facts(source) == FACTS
    assert source.files[0].table == "FOO_ALL"


def test_rows_of_data_below_the_headings_are_no_headings(tmp_path: Path) -> None:
    data = [["NEW", "USD", "STANDARD_TYPE", "Y"], ["", "Acme", "1.5", "2026/11/27"]]
    for rows in (rich(FOO), rich(FOO, tagged=False)):
        tagged = len(rows[0]) > len(FOO)
        lines = [*rows, *([["", *row] for row in data] if tagged else data)]
        assert facts(read_source(workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": lines}))) == FACTS


def test_a_thin_tab_has_labels_alone_and_its_names_are_guesses(tmp_path: Path) -> None:
    labels = ["*Foo Id", "Foo Name *", "Amount", "1099 Type", "Amount"]
    source = read_source(workbook(tmp_path / "Foo.xlsm", {"Foo Lines": thin(labels)}))
    file = source.files[0]
    assert file.names == ("FOO_ID", "FOO_NAME", "AMOUNT", "C_1099_TYPE", "AMOUNT_2")
    assert [column.required for column in file.columns] == ["Y", "Y", "", "", ""]
    assert all(column.certainty == "memory" and column.question for column in file.columns)
    assert (file.kind, file.stem, file.remarks) == ("thin", "FooLines", ("position 5: AMOUNT stands twice, called AMOUNT_2",))  # fmt: skip


@pytest.mark.parametrize("end", ["End of CSV", "END"])
def test_the_cell_that_ends_the_csv_ends_the_columns(tmp_path: Path, end: str) -> None:
    labels = [["*Foo Id", "Amount", end, "Remark", "Checked by"]]
    assert read_source(workbook(tmp_path / "A.xlsm", {"Foo": labels})).files[0].names == ("FOO_ID", "AMOUNT")
    rows = rich(FOO)
    longer = [[*rows[0], end, "Remark"], *rows[1:4], [*rows[4], "", "NO_COLUMN"]]
    assert facts(read_source(workbook(tmp_path / "B.xlsm", {"FOO_INTERFACE": longer}))) == FACTS


def test_byte_order_marks_stars_and_blanks_around_labels_do_no_harm(tmp_path: Path) -> None:
    rows = [["\ufeff*Foo Id\n(number)", "  Foo\u00a0 Name  *", "Amount_x000D_"]]
    file = read_source(workbook(tmp_path / "Foo.xlsm", {"Foo": rows})).files[0]
    assert [column.label for column in file.columns] == ["*Foo Id (number)", "Foo Name *", "Amount"]
    assert [column.required for column in file.columns] == ["Y", "Y", ""]


def test_a_blank_heading_between_columns_keeps_its_position(tmp_path: Path) -> None:
    rows = rich(FOO, tagged=False)
    gap = [[*row[:2], "", *row[2:]] for row in rows]
    file = read_source(workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": gap})).files[0]
    assert file.names == ("FOO_ID", "FOO_NAME", "COLUMN_3", "AMOUNT", "DUE_DATE")
    assert "no heading" in file.columns[2].question


def test_a_cell_that_is_no_technical_name_gives_way_to_the_label(tmp_path: Path) -> None:
    rows = rich(FOO, tagged=False)
    rows[4] = ["FOO_ID", "N/A", "AMOUNT", "DUE_DATE"]
    file = read_source(workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": rows})).files[0]
    assert file.names == ("FOO_ID", "FOO_NAME", "AMOUNT", "DUE_DATE")
    assert [bool(column.question) for column in file.columns] == [False, True, False, False]


def test_a_name_that_stands_twice_is_told_and_asked_about(tmp_path: Path) -> None:
    rows = rich([*FOO, FOO[2]])
    file = read_source(workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": rows})).files[0]
    assert file.names[-1] == "AMOUNT_2"
    assert file.columns[-1].certainty == "memory"
    assert file.remarks == ("position 5: AMOUNT stands twice, called AMOUNT_2",)


def test_every_tab_is_a_file_is_skipped_or_is_told(tmp_path: Path) -> None:
    tabs = {
        "Instructions and CSV Generation": [["*Read", "this*"]],
        "FOO_INTERFACE": rich(FOO),
        "Blank": [],
        "LOV": [["*Country", "Currency"], ["US", "USD"]],
        "Countries": [["Country", "Currency"], ["US", "USD"]],
        "foo_interface ": rich(FOO),
    }
    source = read_source(workbook(tmp_path / "Foo.xlsm", tabs, hidden=["LOV"]))
    assert [file.where for file in source.files] == ["tab FOO_INTERFACE"]
    assert [note.where for note in source.skipped] == ["tab Instructions and CSV Generation", "tab Blank", "tab LOV"]
    assert [note.where for note in source.unread] == ["tab Countries", "tab foo_interface "]
    assert "was read from tab FOO_INTERFACE already" in source.unread[1].why


def test_a_sheet_that_claims_16384_columns_has_those_with_headings(tmp_path: Path) -> None:
    path = workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": rich(FOO)})
    from zipfile import ZipFile

    sheet = ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    claim = sheet.replace('ref="A1:E5"', 'ref="A1:XFD1048576"').replace("</row>", '<c r="XFD1" s="0" /></row>', 1)
    assert claim.count("XFD") == 2
    workbook(path, {"FOO_INTERFACE": rich(FOO)}, parts={"xl/worksheets/sheet1.xml": claim.encode()})
    assert facts(read_source(path)) == FACTS


def test_more_columns_than_are_read_are_told(tmp_path: Path) -> None:
    many = [{"column": f"COLUMN_{n}", "label": f"*Column {n}", "type": "DATE"} for n in range(503)]
    file = read_source(workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": rich(many, tagged=False)})).files[0]
    assert len(file.columns) == 500
    assert "500 columns were read" in file.remarks[0]


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/styles.xml": b"<styleSheet><cellXfs count='99'><broken"},
        {"xl/styles.xml": b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fills><fill><patternFill patternType="nonsense"/></fill></fills></styleSheet>'},
        {"docProps/core.xml": b"\x00\x01"},
    ],
    ids=["cut off", "no such fill", "properties"],
)  # fmt: skip
def test_a_workbook_that_openpyxl_cannot_open_is_read_by_its_cells_alone(
    tmp_path: Path, parts: dict[str, bytes]
) -> None:
    tabs = {"Instructions": [["x"]], "FOO_INTERFACE": rich(FOO, at=4), "LOV": [["*A", "B"]]}
    source = read_source(workbook(tmp_path / "Foo.xlsm", tabs, hidden=["LOV"], parts=parts))
    assert facts(source) == FACTS
    assert [note.why for note in source.skipped] == ["instructions", "hidden: lists of values and the like"]


def test_macros_are_never_looked_at(tmp_path: Path) -> None:
    path = workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": rich(FOO)}, parts={"xl/vbaProject.bin": b"\xff" * 4096})
    assert facts(read_source(path)) == FACTS


@pytest.mark.parametrize("content", [b"PK\x03\x04 cut off", b"PK\x03\x04" + b"\x00" * 500])
def test_a_damaged_workbook_is_refused_with_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "Foo.xlsm").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_source(tmp_path / "Foo.xlsm")
    assert caught.value.todo


def test_entities_in_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    path = workbook(tmp_path / "Foo.xlsm", {"FOO_INTERFACE": rich(FOO)}, parts={"xl/sharedStrings.xml": bomb})
    with pytest.raises(UsageError):
        read_source(path)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("VARCHAR2(5 CHAR)", ("VARCHAR2", 5, None)),
        ("Varchar2(250)", ("VARCHAR2", 250, None)),
        ("VARCHAR2 (30 Bytes)", ("VARCHAR2", 30, None)),
        ("NUMBER(18,4)", ("NUMBER", 18, 4)),
        ("Number (18, 0)", ("NUMBER", 18, 0)),
        ("NUMBER", ("NUMBER", None, None)),
        ("NUMBER(*,2)", ("NUMBER", None, None)),
        ("Integer", ("NUMBER", None, 0)),
        ("Date (YYYY/MM/DD)", ("DATE", None, None)),
        ("TIMESTAMP(6)", ("TIMESTAMP", None, None)),
        ("CLOB", ("CLOB", None, None)),
    ],
)
def test_types_come_in_many_spellings(text: str, read: tuple[object, ...]) -> None:
    found = oracle_type(text)
    assert found is not None
    assert (found.word, found.length, found.scale) == read


@pytest.mark.parametrize("text", ["", "DATE_CREATED", "Datestamp", "Date on which the person was hired by the employer at first", "12"])  # fmt: skip
def test_what_is_no_type_is_none(text: str) -> None:
    assert oracle_type(text) is None


@pytest.mark.parametrize(
    ("tab", "stem"),
    [("GL_INTERFACE", "GlInterface"), ("PozSuppliersInt", "PozSuppliersInt"), ("Journal Lines", "JournalLines"), ("1099s", "Tab1099s")],
)  # fmt: skip
def test_a_tabs_name_suggests_the_files(tab: str, stem: str) -> None:
    assert stem_of(tab) == stem


NAMES = st.from_regex(r"[A-Z]{2,6}_[A-Z]{3,8}[0-9]{0,2}", fullmatch=True)
KINDS = st.one_of(
    st.tuples(st.just("VARCHAR2"), st.integers(1, 4000).map(str), st.just("")),
    st.tuples(st.just("NUMBER"), st.integers(10, 38).map(str), st.sampled_from(["", "0", "4"])),
    st.tuples(st.sampled_from(["DATE", "NUMBER", "CLOB"]), st.just(""), st.just("")),
)


@st.composite
def columns_drawn(draw: st.DrawFn) -> list[dict[str, str]]:
    """Columns as a template may describe them; a star stands where one is required."""
    found = []
    for name in draw(st.lists(NAMES, min_size=2, max_size=12, unique=True)):
        (kind, length, scale), required = draw(KINDS), draw(st.sampled_from(["Y", "C", ""]))
        label = {"Y": "*", "C": "**"}.get(required, "") + name.title().replace("_", " ")
        found.append(
            {"column": name, "label": label, "type": kind, "length": length, "scale": scale, "required": required}
        )
    return found


def described(columns: list[dict[str, str]]) -> list[tuple[object, ...]]:
    return [
        (c["column"], c["label"], c["type"], int(c["length"] or 0) or None, int(c["scale"]) if c["scale"] else None, c["required"])
        for c in columns
    ]  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(columns=columns_drawn(), at=st.sampled_from([1, 3, 4, 5, 8]), tagged=st.booleans())
def test_any_set_of_columns_is_understood(columns: list[dict[str, str]], at: int, tagged: bool) -> None:
    source = Source(
        "T.xlsm", "template", "fbdi", (understood(Tab("X_INTERFACE", False, rich(columns, at=at, tagged=tagged))),)
    )
    assert facts(source) == described(columns)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(columns=columns_drawn(), at=st.sampled_from([1, 3, 4, 5, 8]), tagged=st.booleans(), broken=st.booleans())
def test_any_set_of_columns_survives_the_way_from_workbook_to_layout(
    tmp_path_factory: pytest.TempPathFactory, columns: list[dict[str, str]], at: int, tagged: bool, broken: bool
) -> None:
    path = tmp_path_factory.mktemp("drawn") / "T.xlsm"
    parts = {"xl/styles.xml": b"<broken"} if broken else {}
    source = read_source(workbook(path, {"X_INTERFACE": rich(columns, at=at, tagged=tagged)}, parts=parts))
    assert facts(source) == described(columns)
    made = layout_file(source.files[0], source, "26D", path.parent)
    keys = ("column", "label", "type", "length", "scale", "required")
    assert [[row[key] for key in keys] for row in made.rows] == [[column[key] for key in keys] for column in columns]
