"""SQL*Loader control files: the columns that take a field, in order, with what the loader is told of them."""

# ruff: noqa: E501 - control files read better in one line

from __future__ import annotations

from pathlib import Path

import pytest
from templates import control_file

from harness.drafting.reading import read_source
from harness.drafting.source import Source, SourceColumn
from harness.errors import UsageError

COLUMNS = """
   FOO_ID          "fun_load_interface_utils_pkg.replace_decimal_char(:FOO_ID)",
   FOO_NAME        CHAR(360) "TRIM(REPLACE(:FOO_NAME,'\\\\n',CHR(10)))",  -- a comment, with (brackets and "quotes
   FOO_DATE        "to_date(:FOO_DATE, 'YYYY/MM/DD')",
   CHECKED         "decode(:CHECKED,'$null$',to_date('4712/12/31','YYYY/MM/DD'),to_date(:CHECKED,'YYYY/MM/DD'))",
   SEEN            TIMESTAMP "YYYY/MM/DD HH24:MI:SS:FF",
   SPARE           FILLER,
   QUANTITY        DECIMAL EXTERNAL NULLIF QUANTITY=BLANKS,
   CURRENCY        "decode(:CURRENCY,'CURRENCY',null,:CURRENCY)",
   "LANGUAGE"
"""


def read(folder: Path, text: str, name: str = "FooInterface.ctl") -> Source:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def test_columns_come_in_the_order_of_the_file_with_type_mask_and_buffer(tmp_path: Path) -> None:
    file = read(tmp_path, control_file("FOO_INTERFACE", COLUMNS)).files[0]
    assert [(c.name, c.type, c.length, c.mask) for c in file.columns] == [
        ("FOO_ID", "NUMBER", None, ""),
        ("FOO_NAME", "VARCHAR2", 360, ""),
        ("FOO_DATE", "DATE", None, "YYYY/MM/DD"),
        ("CHECKED", "DATE", None, "YYYY/MM/DD"),
        ("SEEN", "TIMESTAMP", None, "YYYY/MM/DD HH24:MI:SS:FF"),
        ("SPARE", "", None, ""),
        ("QUANTITY", "NUMBER", None, ""),
        ("CURRENCY", "", None, ""),
        ("LANGUAGE", "", None, ""),
    ]
    assert (file.stem, file.table, file.name) == ("FooInterface", "FOO_INTERFACE", "FooInterface.csv")


def test_what_the_loader_computes_takes_no_field(tmp_path: Path) -> None:
    computed = "A, B SEQUENCE(MAX,1), C RECNUM, D SYSDATE, E CONSTANT 'x, (y', F EXPRESSION \"nvl(:A,'a,b')\", G \"nvl(:G,:A)\""
    assert read(tmp_path, control_file("FOO", computed)).files[0].names == ("A", "G")


def test_notes_say_what_the_control_file_said(tmp_path: Path) -> None:
    columns = {column.name: column for column in read(tmp_path, control_file("FOO", COLUMNS)).files[0].columns}
    assert columns["FOO_NAME"].notes == "type from ctl; ctl CHAR(360)"
    assert columns["CURRENCY"].notes == "ctl gives no type; ctl gives no CHAR(n)"
    assert "FILLER" in columns["SPARE"].notes
    assert {column.certainty for column in columns.values()} == {"known"}


def test_character_set_and_length_semantics_are_told(tmp_path: Path) -> None:
    file = read(
        tmp_path, control_file("FOO", "A", head="CHARACTERSET AL32UTF8\nBYTEORDERMARK CHECK\nLENGTH SEMANTICS CHAR")
    ).files[0]
    assert file.remarks == ("the loader counts characters (LENGTH SEMANTICS CHAR)", "character set AL32UTF8")


def test_another_delimiter_is_a_wire_fact(tmp_path: Path) -> None:
    text = control_file("FOO", "A, B").replace("terminated by ','", "terminated by '|'")
    assert read(tmp_path, text).files[0].csv == {"delimiter": "|"}
    assert read(tmp_path, control_file("FOO", "A, B")).files[0].csv is None


def branched(*whens: str) -> str:
    tables = [
        control_file("PJC_STAGE", f"KIND FILLER POSITION(1), A{number}, B", when=f"WHEN {when}")
        for number, when in enumerate(whens)
    ]
    first, *rest = tables
    return first + "".join(table[table.index("INTO TABLE") :] for table in rest)


@pytest.mark.parametrize("form", ["KIND = '{}'", "(KIND='{}')", "(1:5) = '{}'"])
def test_each_branch_of_when_is_a_layout_of_its_own(tmp_path: Path, form: str) -> None:
    text = branched(form.format("LABOR"), form.format("NON-LABOR"))
    source = read(tmp_path, text, "PjcStage.ctl")
    assert [file.stem for file in source.files] == ["PjcStage@LABOR", "PjcStage@NON_LABOR"]
    assert [file.record_type for file in source.files] == [(1, "LABOR"), (1, "NON-LABOR")]
    assert [file.names for file in source.files] == [("KIND", "A0", "B"), ("KIND", "A1", "B")]
    assert {file.name for file in source.files} == {"PjcStage.csv"}


def test_a_branch_that_is_not_understood_is_told(tmp_path: Path) -> None:
    source = read(tmp_path, branched("KIND = 'LABOR'", "KIND = 'X' AND A0 <> 'Y'"), "PjcStage.ctl")
    assert [file.stem for file in source.files] == ["PjcStage@LABOR"]
    assert "KIND = 'X' AND A0 < > 'Y'" in source.unread[0].why


def test_a_single_when_and_a_second_table_are_told(tmp_path: Path) -> None:
    one = control_file("FOO", "A, B", when="WHEN A <> 'HEADER'")
    assert read(tmp_path, one).files[0].remarks == ("only records are loaded WHEN A < > 'HEADER'",)
    plain = control_file("FOO", "A, B")
    source = read(tmp_path, plain + plain[plain.index("INTO TABLE") :].replace("FOO", "BAR"))
    assert [file.table for file in source.files] == ["FOO"]
    assert source.unread[0].where == "table BAR"


def test_a_control_file_is_told_by_its_words_whatever_it_is_called(tmp_path: Path) -> None:
    assert read(tmp_path, control_file("FOO", "A"), "foo.txt").kind == "control file"


def test_comments_in_another_encoding_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "Foo.ctl").write_bytes("-- Größe\n".encode("latin-1") + control_file("FOO", "A").encode())
    assert read_source(tmp_path / "Foo.ctl").files[0].names == ("A",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("LOAD DATA", "without INTO TABLE"),
        ("LOAD DATA INTO TABLE FOO", "no list of columns"),
        ("LOAD DATA INTO TABLE FOO (A, B", "not closed"),
        ("LOAD DATA INTO TABLE FOO (A CHAR(", "not closed"),
        ("LOAD DATA INTO TABLE FOO ()", "no column takes a field"),
        ("LOAD DATA INTO TABLE FOO (A CONSTANT 'x')", "no column takes a field"),
        ("LOAD DATA INTO TABLE FOO (A POSITION(1:5), B POSITION(6:9))", "fixed positions"),
        ("-- LOAD DATA INTO TABLE FOO (A)", "without INTO TABLE"),
    ],
)
def test_what_is_no_whole_control_file_is_refused_with_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert words in caught.value.what
    assert caught.value.todo


def test_nothing_but_ascii_signs_in_brackets_and_quotes_makes_a_traceback(tmp_path: Path) -> None:
    for text in ('LOAD DATA INTO TABLE "', "LOAD DATA INTO TABLE F (A '", 'LOAD DATA INTO TABLE F (A "x)', "LOAD DATA INTO TABLE (((", "LOAD DATA INTO TABLE F WHEN (1:"):  # fmt: skip
        try:
            source = read(tmp_path, text)
        except UsageError:
            continue
        assert all(isinstance(column, SourceColumn) for file in source.files for column in file.columns)
