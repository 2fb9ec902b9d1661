"""Logs of SQL*Loader: which records were refused and why, and how many rows were loaded."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.fusion.outcomes import Answer, Report, ReportError
from interfaces.fusion.outcomes.load_log import LOAD_FAILED, parse

HEAD = """SQL*Loader: Release 19.0.0.0.0 - Production on Fri Nov 20 06:40:00 2026
Control File:   GlInterface.ctl
Data File:      GlInterface.csv

Table GL_INTERFACE, loaded from every logical record.
Insert option in effect for this table: APPEND
TRAILING NULLCOLS option in effect

"""
BAD_DATE = """Record 3: Rejected - Error on table GL_INTERFACE, column ACCOUNTING_DATE.
ORA-01841: (full) year must be between -4713 and +9999, and not be 0

"""
TAIL = """Table GL_INTERFACE:
  2 Rows successfully loaded.
  1 Row not loaded due to data errors.
  0 Rows not loaded because all WHEN clauses were failed.
  0 Rows not loaded because all fields were null.

Total logical records skipped:          0
Total logical records read:             3
Total logical records rejected:         1
Total logical records discarded:        0
"""
LOG = HEAD + BAD_DATE + TAIL


def read(text: str) -> Report:
    return parse("1001.log", text.encode())


def only(text: str) -> Answer:
    (answer,) = read(text).answers
    return answer


def test_a_refused_record_is_told_with_its_number_column_and_ora_code() -> None:
    answer = only(LOG)
    assert (answer.said, answer.record, answer.attribute) == ("ORA-01841", 3, "ACCOUNTING_DATE")
    assert answer.table == "GL_INTERFACE"
    assert answer.text.startswith("ORA-01841: (full) year")


def test_the_log_counts_lines_read_loaded_and_refused() -> None:
    report = read(LOG)
    assert (report.selected, report.accepted, report.rejected, report.counted) == (3, 2, 1, "lines")
    assert report.table == "GL_INTERFACE"


def test_a_load_without_errors_has_no_answers() -> None:
    assert read(HEAD + TAIL).answers == ()


@pytest.mark.parametrize("reason", ["Field in data file exceeds maximum length", "second enclosure string not present"])
def test_a_reason_without_ora_code_is_said_as_it_stands(reason: str) -> None:
    log = LOG.replace("ORA-01841: (full) year must be between -4713 and +9999, and not be 0", reason)
    assert only(log).said == reason


def test_counts_and_record_numbers_may_have_separators_of_thousands() -> None:
    log = (
        LOG.replace("Record 3:", "Record 12,003:")
        .replace("2 Rows", "12,345 Rows")
        .replace("read:             3", "read: 1,012,346")
    )
    report = read(log)
    assert (report.answers[0].record, report.accepted, report.selected) == (12003, 12345, 1012346)


def test_wrapped_lines_are_one() -> None:
    log = LOG.replace("table GL_INTERFACE, column", "table GL_INTERFACE,\n  column").replace(
        "between -4713", "between\n-4713"
    )
    assert only(log).attribute == "ACCOUNTING_DATE"
    assert only(log).text.endswith("between -4713 and +9999, and not be 0")


def test_a_table_is_named_without_owner_and_quotes() -> None:
    assert only(LOG.replace("table GL_INTERFACE,", 'table "FUSION"."GL_INTERFACE",')).table == "GL_INTERFACE"


def test_several_records_in_a_row_keep_their_own_reasons() -> None:
    second = BAD_DATE.replace("Record 3", "Record 4").replace(
        "ORA-01841: (full) year must be", "ORA-01722: invalid number"
    )
    log = LOG.replace(BAD_DATE, BAD_DATE.rstrip("\n") + "\n" + second)
    assert [(answer.record, answer.said) for answer in read(log).answers] == [(3, "ORA-01841"), (4, "ORA-01722")]


def test_a_discarded_record_is_not_loaded_either() -> None:
    assert only(LOG.replace(BAD_DATE, "Record 2: Discarded - all columns null.\n\n")).record == 2


def test_the_line_that_all_rows_were_deleted_refuses_every_file() -> None:
    report = read(LOG + "All rows of the load were deleted because of load errors.\n")
    assert report.answers[-1] == Answer(LOAD_FAILED, whole=True)
    assert report.accepted == 0


def test_a_message_of_the_loader_itself_refuses_the_file() -> None:
    answer = only(HEAD + "SQL*Loader-510: Physical record in data file is longer than the maximum(1048576)\n")
    assert (answer.said, answer.whole, answer.table) == ("SQL*Loader-510", True, "GL_INTERFACE")


def test_a_warning_of_the_loader_refuses_nothing() -> None:
    assert only(HEAD + "SQL*Loader-281: Warning: ROWS parameter ignored in this mode.\n" + TAIL).warning


def test_a_log_that_is_cut_off_gives_what_it_has_and_no_counts() -> None:
    report = read(HEAD + BAD_DATE[:70])
    assert report.answers[0].record == 3
    assert (report.selected, report.accepted, report.rejected) == (None, None, None)


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\f\n"])
def test_line_ends_of_other_systems_are_read(ends: str) -> None:
    assert read(LOG.replace("\n", ends)).answers[0].said == "ORA-01841"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(encoding: str) -> None:
    text = LOG.replace("GlInterface.csv", "Überleitung.csv")
    assert parse("1.log", text.encode(encoding)) == parse("1.log", text.encode())


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no log of SQL*Loader"),
        (b"Child job request_id: 7 has been submitted.", "no log of SQL*Loader"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "an HTML page, no load log"),
        (b"\x00\xff\xfe\x80", "no log of SQL*Loader"),
    ],
)
def test_another_document_is_refused_with_what_to_do(data: bytes, what: str) -> None:
    with pytest.raises(ReportError) as error:
        parse("x.log", data)
    assert (error.value.what, error.value.where) == (what, "x.log")
    assert error.value.todo


def cut(text: str) -> st.SearchStrategy[bytes]:
    """A log with a part taken out, or other bytes put in."""
    at = st.integers(0, len(text))
    return st.tuples(at, at, st.binary(max_size=8)).map(
        lambda part: text[: min(part[:2])].encode() + part[2] + text[max(part[:2]) :].encode()
    )


@given(st.binary(max_size=300) | cut(LOG))
def test_any_bytes_end_in_a_report_or_a_report_error(data: bytes) -> None:
    with suppress(ReportError):
        assert parse("x", data).kind == "load"
