"""Extracts of interface rows beside their errors, as XML and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.fusion.outcomes import Report, ReportError
from interfaces.fusion.outcomes.rows import parse

SUPPLIERS = [
    {"TABLE_NAME": "POZ_SUPPLIERS_INT", "VENDOR_NAME": "Amberline Paper Supply LLC", "STATUS": "PROCESSED"},
    {"TABLE_NAME": "POZ_SUPPLIERS_INT", "VENDOR_NAME": "Brightfold Fuel", "STATUS": "REJECTED", "ATTRIBUTE": "COUNTRY",
     "VALUE": "XX", "REJECT_LOOKUP_CODE": "A value is required."},
]  # fmt: skip
ORDERS = [
    {"TABLE_NAME": "PO_HEADERS_INTERFACE", "INTERFACE_HEADER_KEY": "H1", "PROCESS_CODE": "FAILED"},
    {"TABLE_NAME": "PO_LINES_INTERFACE", "INTERFACE_LINE_KEY": "L1", "PROCESS_CODE": "REJECTED",
     "COLUMN_NAME": "ACTION", "COLUMN_VALUE": "ORIGINAL", "ERROR_MESSAGE": "The value of the attribute isn't valid."},
]  # fmt: skip


def xml(rows: Sequence[Mapping[str, str]]) -> bytes:
    cells = ["".join(f"<{name}>{value}</{name}>" for name, value in row.items()) for row in rows]
    body = "\n".join(f"<G_ROWS>{one}</G_ROWS>" for one in cells)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<DATA_DS><LIST_G_ROWS>{body}</LIST_G_ROWS></DATA_DS>'.encode()


def delimited(rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def keys(report: Report) -> list[str]:
    return [value for one in (*report.taken, *report.waiting) for value in one.keys.values() if value]


def test_a_good_row_is_taken_and_a_bad_one_is_an_answer() -> None:
    report = parse("1010.xml", xml(SUPPLIERS))
    (taken,), (answer,) = report.taken, report.answers
    assert (taken.table, taken.keys) == ("POZ_SUPPLIERS_INT", {"VENDOR_NAME": "Amberline Paper Supply LLC"})
    assert (answer.said, answer.attribute, answer.table) == ("A value is required.", "COUNTRY", "POZ_SUPPLIERS_INT")
    assert (answer.keys, answer.value) == ({"VENDOR_NAME": "Brightfold Fuel"}, "XX")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_says_the_same_as_xml(delimiter: str) -> None:
    told = parse("x.csv", delimited(SUPPLIERS, delimiter).encode("utf-8-sig"))
    assert (told.taken[0].table, told.answers[0].said) == ("POZ_SUPPLIERS_INT", "A value is required.")
    assert told.answers[0].keys == {"VENDOR_NAME": "Brightfold Fuel"}


def test_a_refusal_without_an_error_of_its_own_has_no_words() -> None:
    header, line = parse("x", xml(ORDERS)).answers
    assert (header.said, header.keys) == ("", {"INTERFACE_HEADER_KEY": "H1"})
    assert (line.said, line.attribute) == ("The value of the attribute isn't valid.", "ACTION")


@pytest.mark.parametrize(
    ("table", "column", "status", "place"),
    [
        ("POZ_SUPPLIERS_INT", "STATUS", "PROCESSED", "taken"),
        ("PO_HEADERS_INTERFACE", "PROCESS_CODE", "ACCEPTED", "taken"),
        ("POR_REQ_HEADERS_INTERFACE_ALL", "PROCESS_FLAG", "PROCESSED", "taken"),
        ("POR_REQ_HEADERS_INTERFACE_ALL", "PROCESS_FLAG", "", "waiting"),
        ("POR_REQ_HEADERS_INTERFACE_ALL", "PROCESS_FLAG", "FAILED", "answers"),
        ("FA_MASS_ADDITIONS", "POSTING_STATUS", "POSTED", "taken"),
        ("FA_MASS_ADDITIONS", "POSTING_STATUS", "POST", "waiting"),
        ("FA_MASS_ADDITIONS", "POSTING_STATUS", "ON HOLD", "waiting"),
        ("FA_MASS_ADDITIONS", "POSTING_STATUS", "ERROR", "answers"),
        ("GL_BUDGET_INTERFACE", "STATUS", "ERROR", "answers"),
        ("GL_BUDGET_INTERFACE", "STATUS", "Processed", "taken"),
        ("POZ_SUPPLIERS_INT", "STATUS", "SOMETHING NEW", "waiting"),
    ],
)
def test_each_family_of_tables_has_its_own_status(table: str, column: str, status: str, place: str) -> None:
    report = parse("x", xml([{"TABLE_NAME": table, "KEY": "1", column: status}]))
    found = {"taken": report.taken, "waiting": report.waiting, "answers": report.answers}
    assert [name for name, ones in found.items() if ones] == [place]


def test_an_error_beside_a_good_status_is_a_warning() -> None:
    report = parse("x", xml([SUPPLIERS[1] | {"STATUS": "PROCESSED"}]))
    assert report.answers[0].warning
    assert len(report.taken) == 1


def test_header_words_may_be_written_otherwise_and_blank_columns_stay_blank() -> None:
    text = "\n\nTable Name ;Vendor Name;Spare;Status\nPOZ_SUPPLIERS_INT; Amberline ;;processed\n;;;\n"
    report = parse("x", text.encode())
    assert report.taken[0].keys == {"VENDOR_NAME": "Amberline", "SPARE": ""}


def test_a_repeated_header_and_short_lines_are_read() -> None:
    header, first, second = delimited(SUPPLIERS).strip().split("\n")
    report = parse("x", "\r\n".join([header, first, header, second, '"POZ_SUPPLIERS_INT","Short"']).encode())
    assert (len(report.taken), len(report.answers), len(report.waiting)) == (1, 1, 1)


def test_a_sentence_may_hold_delimiters_quotes_and_line_ends() -> None:
    said = 'Give "site", city;\nand country.'
    (answer,) = parse("x", delimited([SUPPLIERS[1] | {"REJECT_LOOKUP_CODE": said}]).encode()).answers
    assert answer.said == said


def test_an_extract_without_rows_has_looked_at_nothing() -> None:
    assert parse("x", xml([])).selected == 0
    assert parse("x", delimited(SUPPLIERS).split("\n")[0].encode()).selected == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"VENDOR_NAME,STATUS\nAmberline,PROCESSED\n",
        b"<DATA_DS><G_ROWS><STATUS>PROCESSED</STATUS></G_ROWS></DATA_DS>",
        b"<html><body>TABLE_NAME, Sign in</body></html>",
        xml(SUPPLIERS)[:150],
        b"TABLE_NAME,A\n" + b"x" * 200_000,
    ],
)
def test_another_document_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(ReportError) as error:
        parse("x.csv", data)
    assert error.value.where.startswith("x.csv")
    assert error.value.todo


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=8), min_size=1, max_size=5
    )
)
def test_every_row_of_a_csv_is_told(names: list[str]) -> None:
    rows = [{"TABLE_NAME": "POZ_SUPPLIERS_INT", "VENDOR_NAME": name, "STATUS": "PROCESSED"} for name in names]
    assert keys(parse("x", delimited(rows).encode())) == names


CSV = delimited(SUPPLIERS + ORDERS).encode()
XML = xml(SUPPLIERS + ORDERS)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from([CSV, XML]))
    first, last = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
    return data[:first] + draw(st.binary(max_size=20)) + data[last:]


@given(st.binary(max_size=300) | damaged())
def test_any_bytes_end_in_a_report_or_a_report_error(data: bytes) -> None:
    with suppress(ReportError):
        assert parse("x", data).kind == "rows"
