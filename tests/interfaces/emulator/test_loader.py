"""The emulated SQL*Loader: which records it takes, what it makes of them, and why it rejects."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import Layout, LayoutColumn, layout_in_force
from contracts.model import Type
from interfaces.emulator import loader
from interfaces.emulator.loader import Loaded, Rejected, load
from interfaces.emulator.oracle_dates import DateError, iso

TYPES = ("text(300)", "number(5,2)", "date(YYYY/MM/DD)", "text", "timestamp(YYYY/MM/DD HH24:MI:SS:FF)", "integer(4)")


def layout(name: str = "Test", notes: Mapping[str, str] | None = None) -> Layout:
    """Columns TEXT300, NUMBER, DAY, TEXT, MOMENT, WHOLE."""
    names = ("TEXT300", "NUMBER", "DAY", "TEXT", "MOMENT", "WHOLE")
    columns = {
        column: LayoutColumn(at, column, "", Type.parse(kind), "", (notes or {}).get(column, ""), "known", False)
        for at, (column, kind) in enumerate(zip(names, TYPES, strict=True), start=1)
    }
    return Layout(name, "26C", columns)


def loaded(data: str | bytes, name: str = "Test", notes: Mapping[str, str] | None = None) -> Loaded:
    content = data.encode() if isinstance(data, str) else data
    return load(f"{name}.csv", content, layout(name, notes), "TEST_INT", 7)


def values(data: str | bytes, name: str = "Test", notes: Mapping[str, str] | None = None) -> Mapping[str, str]:
    result = loaded(data, name, notes)
    assert result.rejected == []
    return result.rows[0].values


def refusal(data: str | bytes, name: str = "Test", notes: Mapping[str, str] | None = None) -> tuple[str, str]:
    result = loaded(data, name, notes)
    assert len(result.rejected) == 1
    return result.rejected[0].column, result.rejected[0].message


# --- records and fields


@pytest.mark.parametrize(
    "data",
    [
        "a,1,2026/11/20\n",
        "a,1,2026/11/20\r\n",
        "a,1,2026/11/20",
        '"a","1","2026/11/20"',
        b"\xef\xbb\xbfa,1,2026/11/20",
        "  a, 1,\t2026/11/20",
        "a,1,2026/11/20,,,,surplus,END\n",
        'a,1,2026/11/20,,,,"never closed\n',
        '"a" ,1,2026/11/20',
    ],
)
def test_what_oracle_reads_the_same_is_the_same_row(data: str | bytes) -> None:
    assert values(data) == {"TEXT300": "a", "NUMBER": "1", "DAY": "2026-11-20"}


def test_quotes_are_enclosures_at_the_start_of_a_field_only() -> None:
    assert values('"12"" ""pipe"", long",1,,12" pipe') == {
        "TEXT300": '12" "pipe", long',
        "NUMBER": "1",
        "TEXT": '12" pipe',
    }


def test_enclosed_blanks_stay_and_bare_leading_ones_go() -> None:
    assert values('"  a ",,,  b ') == {"TEXT300": "  a ", "TEXT": "b "}


def test_empty_lines_and_records_without_values_are_discarded_and_counted() -> None:
    result = loaded("\na\n,,,\n \nb\n")
    assert [(row.record, row.get("TEXT300"), row.load) for row in result.rows] == [(2, "a", 7), (5, "b", 7)]
    assert "  3 Rows not loaded because all fields were null." in result.log
    assert "Total logical records read:             5" in result.log


@pytest.mark.parametrize("rest", ["", "closed,1\n"])
def test_an_open_quote_ends_with_its_line(rest: str) -> None:
    assert refusal('a,1,,"open\n' + rest) == ("TEXT", "second enclosure string not present")


def test_text_behind_a_closing_quote_is_an_error() -> None:
    assert refusal('"12" pipe",1') == ("TEXT300", "no terminator found after TERMINATED and ENCLOSED field")


def test_bytes_that_are_no_utf8_reject_their_record_alone() -> None:
    result = loaded(b"a,1,,caf\xe9\nb,2\n")
    assert result.rejected == [Rejected(1, "TEXT", "Multibyte character error.")]
    assert [row.get("TEXT300") for row in result.rows] == ["b"]


# --- lengths


def test_a_field_longer_than_the_buffer_is_refused() -> None:
    too_long = "Field in data file exceeds maximum length"
    assert values(f"x,,,{'y' * 255}")["TEXT"] == "y" * 255
    assert refusal(f"x,,,{'y' * 256}") == ("TEXT", too_long)
    assert refusal("y" * 301) == ("TEXT300", too_long)
    assert refusal("y" * 256, notes={"TEXT300": "ctl gives no CHAR(n): SQL*Loader default field limit 255 bytes"})
    assert len(values(f"x,,,{'y' * 400}", notes={"TEXT": "ctl field buffer CHAR(400)"})["TEXT"]) == 400


def test_the_buffer_counts_bytes_except_in_poz_and_po_header_files() -> None:
    text = "x,,," + "é" * 200
    assert refusal(text) == ("TEXT", "Field in data file exceeds maximum length")
    assert refusal(text, "PoLinesInterfaceOrder")[0] == "TEXT"
    assert values(text, "PozSuppliersInt")["TEXT"] == "é" * 200
    assert values(text, "PoHeadersInterfaceOrder")["TEXT"] == "é" * 200


def test_a_value_longer_than_its_column_is_refused_in_characters() -> None:
    columns = {**layout().columns}
    columns["TEXT"] = LayoutColumn(4, "TEXT", "", Type("text", 5), "", "", "known", False)
    result = load("T.csv", "x,,,ééééé\nx,,,abcdef\n".encode(), Layout("T", "26C", columns), "TEST_INT", 7)
    message = 'ORA-12899: value too large for column "FUSION"."TEST_INT"."TEXT" (actual: 6, maximum: 5)'
    assert result.rejected == [Rejected(2, "TEXT", message)]


# --- numbers, dates, tokens


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        ("+1.50", "1.5"),
        ('"1,5"', "1.5"),
        (".5", "0.5"),
        ("007", "7"),
        ("-0", "0"),
        ("1e2", "100"),
        ("1.005", "1.01"),  # more decimals than the column are rounded
        ("999.99", "999.99"),
    ],
)
def test_numbers_become_plain_decimals(text: str, value: str) -> None:
    assert values(f"x,{text}")["NUMBER"] == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", "ORA-01722"),
        ('"1,000.00"', "ORA-01722"),
        ("$5", "ORA-01722"),
        ('" "', "ORA-01722"),
        ("1000", "ORA-01438"),
        ("999.999", "ORA-01438"),
        ("1e200", "ORA-01426"),
        ("٣", "ORA-01722"),
    ],
)
def test_what_is_no_number_of_the_column_is_refused(text: str, code: str) -> None:
    column, message = refusal(f"x,{text}")
    assert (column, message[:9]) == ("NUMBER", code)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026/11/20", "2026-11-20"),
        ("2026-11-20", "2026-11-20"),
        ("20261120", "2026-11-20"),
        ("2026/1/2", "2026-01-02"),
        ("2026/NOV/20", "2026-11-20"),
        ("2026 November 20", "2026-11-20"),
        ("26/11/20", "0026-11-20"),  # YYYY of two digits is the year 26
    ],
)
def test_dates_are_read_as_leniently_as_to_date_does(text: str, value: str) -> None:
    assert values(f"x,,{text}")["DAY"] == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("11/20/2026", "ORA-01843"),
        ("2026/13/45", "ORA-01843"),
        ("2026/Foo/01", "ORA-01843"),
        ("2026/11/45", "ORA-01847"),
        ("2026/02/30", "ORA-01839"),
        ("tomorrow", "ORA-01841"),
        ("0000/01/01", "ORA-01841"),
        ("20-NOV-2026", "ORA-01830"),
        ("2026/11/20 00:00:00", "ORA-01830"),
        ("2026//11/20", "ORA-01861"),
        ("2026/11", "ORA-01840"),
        ("2026/11/xx", "ORA-01858"),
    ],
)
def test_what_is_no_date_is_refused_in_oracles_words(text: str, code: str) -> None:
    column, message = refusal(f"x,,{text}")
    assert (column, message[:9]) == ("DAY", code)


def test_timestamps_need_no_time_of_day_and_no_fraction() -> None:
    read = [values(f"x,,,,{text}")["MOMENT"] for text in ("2026/11/20 06:40:01:5", "2026/11/20 06:40", "2026/11/20")]
    assert read == ["2026-11-20 06:40:01", "2026-11-20 06:40:00", "2026-11-20 00:00:00"]
    assert refusal("x,,,,2026/11/20 25:00:00")[1].startswith("ORA-01850")
    assert iso("11/20/2026", "MM/DD/YYYY") == "2026-11-20"


def test_tokens_pass_in_every_column_and_stay() -> None:
    assert values("#NULL,$null$,#NULL") == {"TEXT300": "#NULL", "NUMBER": "$null$", "DAY": "#NULL"}


def test_what_the_control_file_does_to_a_value_stands_in_the_notes() -> None:
    notes = {
        "TEXT300": "ctl trims (fa_util_pvt.faxtrim)",
        "DAY": "format YYYY/MM/DD; ctl also nulls the value END",
        "TEXT": "ctl turns literal backslash-n into a line feed",
    }
    assert values(r'" a ",,END,one\ntwo', notes=notes) == {"TEXT300": "a", "TEXT": "one\ntwo"}
    assert values(r"a\nb")["TEXT300"] == r"a\nb"


def test_only_the_two_columns_known_to_be_not_null_must_be_filled() -> None:
    journals = layout_in_force("GlInterface", "26C")
    result = load("GlInterface.csv", b"NEW,,2026/11/20\n,,,,,,2026/11/20\n", journals, "GL_INTERFACE", 1)
    message = 'ORA-01400: cannot insert NULL into ("FUSION"."GL_INTERFACE"."DATE_CREATED")'
    assert result.rejected == [Rejected(1, "DATE_CREATED", message)]
    lines = layout_in_force("PorReqLinesInterfaceAll", "26C")
    at = list(lines.columns).index("NEED_BY_DATE")
    bad = ("L1" + "," * at + "soon\nL2\n").encode()
    result = load("PorReqLinesInterfaceAll.csv", bad, lines, "POR_REQ_LINES_INTERFACE_ALL", 1)
    assert [one.message[:9] for one in result.rejected] == ["ORA-01841", "ORA-01400"]


def test_a_file_of_an_older_narrower_template_loses_its_last_columns_only() -> None:
    assert loaded("a,1\nb\n").rejected == []


def test_a_header_row_is_rejected_as_data() -> None:
    assert refusal("TEXT300,NUMBER,DAY\na,1,2026/11/20\n")[1] == "ORA-01722: invalid number"


# --- the log


def test_the_log_is_written_as_sql_loader_writes_it() -> None:
    result = loaded("a,1\nb,x\nc,3\n")
    assert result.log == (
        "SQL*Loader: Release 19.0.0.0.0 - Production on Thu Jan 01 00:00:00 1970\n"
        "Control File:   Test.ctl\n"
        "Data File:      Test.csv\n"
        "\n"
        "Table TEST_INT, loaded from every logical record.\n"
        "Insert option in effect for this table: APPEND\n"
        "TRAILING NULLCOLS option in effect\n"
        "\n"
        "Record 2: Rejected - Error on table TEST_INT, column NUMBER.\n"
        "ORA-01722: invalid number\n"
        "\n"
        "Table TEST_INT:\n"
        "  2 Rows successfully loaded.\n"
        "  1 Row not loaded due to data errors.\n"
        "  0 Rows not loaded because all WHEN clauses were failed.\n"
        "  0 Rows not loaded because all fields were null.\n"
        "\n"
        "Total logical records skipped:          0\n"
        "Total logical records read:             3\n"
        "Total logical records rejected:         1\n"
        "Total logical records discarded:        0\n"
    )


# --- against a simple expectation

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=60)
DAYS = st.dates(min_value=date(1, 1, 1))
NUMBERS = st.decimals(min_value=-999, max_value=999, places=2)


@given(st.lists(st.tuples(TEXTS, NUMBERS, DAYS, TEXTS), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_whatever_a_csv_writer_writes_is_loaded_as_it_was(
    records: list[tuple[str, Decimal, date, str]], end: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows(
        [text, f"{number:f}", day.isoformat().replace("-", "/"), more] for text, number, day, more in records
    )
    result = loaded(out.getvalue())
    assert result.rejected == []
    assert len(result.rows) == len(records)
    for row, (text, number, day, more) in zip(result.rows, records, strict=True):
        assert (row.get("TEXT300"), row.get("DAY"), row.get("TEXT")) == (text, day.isoformat(), more)
        assert Decimal(row.get("NUMBER")) == number
        assert "E" not in row.get("NUMBER")


@given(st.text('a", \t', max_size=30))
def test_the_quick_ways_to_split_a_line_agree_with_the_slow_one(line: str) -> None:
    def split(way: Callable[[str], Iterable[str]]) -> list[str]:
        fields = []
        try:
            for field in way(line):
                fields.append(field)
        except loader._FieldError as error:
            fields.append(f"{error.field} {error}")
        return fields

    assert split(loader._fields) == split(loader._one_by_one)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_loader_and_every_line_is_accounted_for(data: bytes) -> None:
    data = b"x" + data  # an empty file has no line
    result = loaded(data)
    discarded = int(result.log.rsplit(":", 1)[1])
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    assert len(result.rows) + len(result.rejected) + discarded == lines


@given(st.text(max_size=25), st.sampled_from(["YYYY/MM/DD", "MM/DD/YYYY", "YYYY/MM/DD HH24:MI:SS:FF"]))
def test_a_text_is_a_date_or_has_an_oracle_error(text: str, mask: str) -> None:
    try:
        read = iso(text, mask)
    except DateError as error:
        read = str(error)
    assert re.match(r"ORA-01\d{3}: |\d{4}-\d{2}-\d{2}", read)
