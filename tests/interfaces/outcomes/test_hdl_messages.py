"""Data sets of HCM loads: messages, counts of objects, failed lines."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.fusion.outcomes import ReportError, parse_data_set, parse_failed_lines

DATA_SET = {
    "RequestId": 70001, "DataSetStatusCode": "ORA_IN_ERROR", "TransferStatusCode": "SUCCESS",
    "ImportStatusCode": "SUCCESS", "LoadStatusCode": "ERROR", "FileLineTotalCount": 23,
    "FileLineImportSuccessCount": 23, "FileLineImportErrorCount": 0, "ObjectTotalCount": 3, "ObjectSuccessCount": 2,
    "ObjectLoadErrorCount": 1, "ObjectRollbackErrorCount": 0, "ObjectUnprocessedCount": 0,
}  # fmt: skip
NOTHING = DATA_SET | {
    "FileLineImportSuccessCount": 0, "FileLineTotalCount": 0, "ObjectTotalCount": 0, "ObjectSuccessCount": 0,
    "ObjectLoadErrorCount": 0, "ImportStatusCode": "ERROR",
}  # fmt: skip
LOAD_ERROR = {
    "MessageTypeCode": "ERROR", "MessageText": "You must enter a valid value for the ActionCode field.",
    "DatFileName": "Worker.dat", "BusinessObjectDiscriminator": "Worker", "FileLine": None,
    "SourceSystemOwner": "LEGACY", "SourceSystemId": "P-210001",
    "ReportedAgainstCode": "ORA_LOGICAL_OBJECT", "OriginatingProcessCode": "LOAD",
}  # fmt: skip
IMPORT_ERROR = LOAD_ERROR | {
    "FileLine": 12, "SourceSystemOwner": None, "SourceSystemId": None, "OriginatingProcessCode": "IMPORT",
    "MessageText": "You must enter the date for the DateOfBirth attribute in YYYY/MM/DD format.",
}  # fmt: skip
FILE_ERROR = IMPORT_ERROR | {"FileLine": None, "MessageText": "Your file can't be processed as it has critical errors."}


def test_counts_are_of_objects_and_never_of_lines() -> None:
    report = parse_data_set(DATA_SET, [])
    assert (report.selected, report.accepted, report.rejected, report.counted) == (3, 2, 1, "objects")


def test_rolled_back_and_unprocessed_objects_are_refused() -> None:
    counts = {"ObjectLoadErrorCount": "1", "ObjectRollbackErrorCount": 2, "ObjectUnprocessedCount": "1,003"}
    assert parse_data_set(DATA_SET | counts, []).rejected == 1006


def test_a_load_error_names_its_object_by_source_key() -> None:
    (answer,) = parse_data_set(DATA_SET, [LOAD_ERROR]).answers
    assert (answer.said, answer.component, answer.line) == (LOAD_ERROR["MessageText"], "Worker", 0)
    assert answer.keys == {"SourceSystemOwner": "LEGACY", "SourceSystemId": "P-210001"}


def test_an_import_error_names_its_line() -> None:
    (answer,) = parse_data_set(DATA_SET, [IMPORT_ERROR]).answers
    assert (answer.table, answer.line, answer.whole) == ("Worker.dat", 12, False)


def test_a_warning_refuses_nothing() -> None:
    (answer,) = parse_data_set(DATA_SET, [LOAD_ERROR | {"MessageTypeCode": "WARNING"}]).answers
    assert answer.warning


def test_messages_refuse_the_whole_file_if_nothing_was_imported_or_loaded() -> None:
    report = parse_data_set(NOTHING, [FILE_ERROR, IMPORT_ERROR])
    assert [answer.whole for answer in report.answers] == [True, True]


@pytest.mark.parametrize("data_set", [DATA_SET, {}, NOTHING | {"DataSetStatusCode": "ORA_IN_PROGRESS"}])
def test_a_message_without_line_and_key_refuses_nothing_whole_while_objects_are_counted(data_set: Any) -> None:
    assert not parse_data_set(data_set, [FILE_ERROR]).answers[0].whole


def test_counts_that_are_missing_are_not_told() -> None:
    report = parse_data_set({"DataSetStatusCode": "ORA_IN_PROGRESS"}, [])
    assert (report.selected, report.accepted, report.rejected) == (None, None, None)


def test_what_is_no_json_object_is_refused() -> None:
    with pytest.raises(ReportError, match="no JSON object"):
        parse_data_set([], [])  # type: ignore[arg-type]
    with pytest.raises(ReportError, match="no JSON object"):
        parse_data_set({}, ["x"])  # type: ignore[list-item]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(sorted(DATA_SET)), json),
    st.lists(st.dictionaries(st.sampled_from(sorted(LOAD_ERROR)), json)),
)
def test_any_values_of_the_fields_end_in_a_report(data_set: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    assert len(parse_data_set(data_set, messages).answers) == len(messages)


FAILED = """METADATA|Worker|SourceSystemOwner|SourceSystemId|PersonNumber|EffectiveStartDate
COMMENT You must enter a valid value for the ActionCode field.
MERGE|Worker|LEGACY|P-210001|210001|2026/08/03
MERGE|Worker|LEGACY|P-210002||2026/08/03
"""


def test_failed_lines_are_refusals_named_by_their_values() -> None:
    first, second = parse_failed_lines("70002_ERRFILE", FAILED.encode()).answers
    assert first.said == "You must enter a valid value for the ActionCode field."
    assert first.keys["PersonNumber"] == "210001"
    assert (second.said, second.keys["SourceSystemId"], second.component) == ("", "P-210002", "Worker")


def test_a_failed_line_without_metadata_is_a_refusal_that_names_nothing() -> None:
    text = FAILED + "COMMENT No metadata.\nMERGE|PersonName|LEGACY|P-210001\n"
    last = parse_failed_lines("70002_ERRFILE", text.encode()).answers[-1]
    assert (last.said, last.component, last.keys) == ("No metadata.", "PersonName", {})


def test_several_messages_above_a_line_are_all_its_own() -> None:
    text = FAILED.replace("COMMENT You", "COMMENT First.\nCOMMENT You")
    assert [(one.said[:5], one.entry) for one in parse_failed_lines("x", text.encode()).answers] == [
        ("First", 1),
        ("You m", 1),
        ("", 2),
    ]


@pytest.mark.parametrize(
    "text", ["", "METADATA|Worker|A\n", FAILED.replace("COMMENT You", "SET X"), "<html><body/></html>", "a,b,c"]
)
def test_a_payload_or_another_document_is_no_file_of_failed_lines(text: str) -> None:
    with pytest.raises(ReportError) as error:
        parse_failed_lines("Worker.dat", text.encode())
    assert error.value.todo


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    first, last = sorted((draw(st.integers(0, len(FAILED))), draw(st.integers(0, len(FAILED)))))
    return FAILED[:first].encode() + draw(st.binary(max_size=20)) + FAILED[last:].encode()


@given(st.binary(max_size=300) | damaged())
def test_any_bytes_end_in_a_report_or_a_report_error(data: bytes) -> None:
    with suppress(ReportError):
        assert parse_failed_lines("x", data).kind == "hdl"


def test_a_load_that_ended_in_error_with_nothing_counted_is_refused_even_without_a_message() -> None:
    (answer,) = parse_data_set(NOTHING, []).answers
    assert (answer.said, answer.whole) == ("", True)
    assert parse_data_set(NOTHING | {"DataSetStatusCode": "ORA_SUCCESS"}, []).answers == ()


def test_lines_that_failed_the_import_one_by_one_are_no_refusal_of_the_file() -> None:
    counts = NOTHING | {"FileLineImportErrorCount": 3}
    assert not any(answer.whole for answer in parse_data_set(counts, [IMPORT_ERROR]).answers)
