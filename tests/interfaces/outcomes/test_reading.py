"""Documents told apart by what they hold, and archives of them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.fusion.outcomes import ReportError, read, unpacked

LOAD = b"SQL*Loader: Release 19.0.0.0.0\nTable GL_INTERFACE:\n  2 Rows successfully loaded.\n"
JOURNALS = b"Journal Import Execution Report    Request ID: 7\n\nTotals\nTotal: 0 group id(s)\n"
PAYABLES = b"<DATA_DS><C_INVOICES_FETCHED>0</C_INVOICES_FETCHED></DATA_DS>"
ROWS = b"<DATA_DS><LIST_G_ROWS/></DATA_DS>"
CSV = b"TABLE_NAME;STATUS\nPOZ_SUPPLIERS_INT;PROCESSED\n"
DATA_SET = {"RequestId": 1, "DataSetStatusCode": "ORA_IN_ERROR", "ObjectTotalCount": 2, "ObjectSuccessCount": 1}
MESSAGE = {"MessageText": "Wrong.", "MessageTypeCode": "ERROR", "SourceSystemId": "P-1"}
FAILED = b"METADATA|Job|SourceSystemId\nCOMMENT Wrong.\nMERGE|Job|J-1\n"


def page(*items: object) -> bytes:
    return json.dumps({"items": items, "count": len(items), "hasMore": False}).encode()


@pytest.mark.parametrize(
    ("data", "kind"),
    [(LOAD, "load"), (JOURNALS, "journals"), (PAYABLES, "payables"), (ROWS, "rows"), (CSV, "rows"), (FAILED, "hdl")],
)
def test_a_report_is_known_by_what_it_holds(data: bytes, kind: str) -> None:
    reports, strange = read({"whatever.bin": data})
    assert [(report.kind, report.source) for report in reports] == [(kind, "whatever.bin")]
    assert strange == []


def test_a_data_set_and_the_pages_of_its_messages_are_one_report() -> None:
    documents = {"p1": page(MESSAGE), "set": json.dumps(DATA_SET).encode(), "p2": page(MESSAGE, MESSAGE), "p3": page()}
    (report,), strange = read(documents)
    assert (len(report.answers), report.accepted, strange) == (3, 1, [])


def test_messages_inside_of_a_data_set_or_alone_are_read() -> None:
    inside = json.dumps(DATA_SET | {"messages": {"items": [MESSAGE]}}).encode()
    assert len(read({"a": inside})[0][0].answers) == 1
    assert len(read({"a": json.dumps([MESSAGE]).encode()})[0][0].answers) == 1


def test_replies_of_several_data_sets_are_not_mixed() -> None:
    documents = {str(number): json.dumps(DATA_SET | {"RequestId": number}).encode() for number in (1, 2)}
    reports, strange = read(documents)
    assert reports == []
    assert "several data sets" in strange[0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("1.log", b"Submitted."),
        ("1.txt", b"Import Journals: Child job request_id: 7 has been submitted."),
        ("1.pdf", b"%PDF-1.4 x"),
    ],
)
def test_what_holds_no_verdict_is_passed_over(name: str, data: bytes) -> None:
    assert read({name: data}) == ([], [])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b" \r\n", "it is empty"),
        (b"<!doctype html><p>Sign in", "an HTML page"),
        (b"<DATA_DS><X/></DATA_DS>", "XML of no report that is known"),
        (b"<DATA_DS><C_INV", "no well-formed XML"),
        (b"PK\x03\x04....", "an archive"),
        (b"{}", "JSON of no reply that is known"),
        (b'{"a": ', "no report that is known"),
        (b"Hello.", "no report that is known"),
        (FAILED.replace(b"COMMENT Wrong.", b""), "no failed lines"),
    ],
)
def test_a_document_of_unknown_shape_is_named_with_the_reason(data: bytes, reason: str) -> None:
    reports, (said,) = read({"a.out": data})
    assert reports == []
    assert said.startswith(f"a.out: {reason}")


def test_one_bad_document_does_not_hide_the_others() -> None:
    reports, strange = read({"a": b"Hello.", "b": LOAD, "c": PAYABLES})
    assert ([report.source for report in reports], len(strange)) == (["b", "c"], 1)


@given(
    st.dictionaries(
        st.text(max_size=5), st.binary(max_size=200) | st.sampled_from([b"[[[", b"[1]", b"null", b"[" * 9999])
    )
)
def test_any_bytes_are_read_or_named(documents: dict[str, bytes]) -> None:
    reports, strange = read(documents)
    assert len(reports) + len(strange) <= len(documents)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_an_archive_is_unpacked_beside_plain_files(tmp_path: Path) -> None:
    (tmp_path / "1.zip").write_bytes(zipped({"1.log": LOAD, "1.xml": PAYABLES}))
    (tmp_path / "2.log").write_bytes(LOAD)
    found = unpacked([tmp_path / "1.zip", tmp_path / "2.log"])
    assert found == {"1.zip/1.log": LOAD, "1.zip/1.xml": PAYABLES, "2.log": LOAD}


def test_files_of_one_name_in_two_folders_are_both_kept(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.log").write_bytes(LOAD)
    assert len(unpacked([tmp_path / "a" / "1.log", tmp_path / "b" / "1.log"])) == 2


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04broken", zipped({}), zipped({"../1.log": LOAD}), zipped({"1.zip": zipped({"1.log": LOAD})})],
    ids=["nothing", "broken", "empty", "outside", "zip in a zip"],  # a zip holds the time at which it was made
)
def test_a_damaged_or_unsafe_archive_is_refused_with_what_to_do(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "1.zip"
    path.write_bytes(data)
    with pytest.raises(ReportError) as error:
        unpacked([path])
    assert "1.zip" in error.value.where
    assert error.value.todo


def test_a_missing_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReportError) as error:
        unpacked([tmp_path / "none.zip"])
    assert "report" in error.value.what
    assert "none.zip" in error.value.where
