"""Seeded faults: every operator does what its accident says, and a score counts each fault once and shows no value."""

# ruff: noqa: E501 - a row of a table reads better in one line

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from contracts import Contract, Score, load
from harness import Composer, write
from harness.mutation.operators import CATALOGUE
from harness.mutation.payload_faults import seeded_faults
from harness.mutation.spots import Spot, on_bytes, on_value
from interfaces import Records

NAMED = {operator.name: operator for operator in CATALOGUE}
Lines = list[str]

LEDGER = {"LEDGER_NAME": "District Ledger", "CURRENCY_CODE": "USD", "ACTUAL_FLAG": "A"}
DEBIT = {**LEDGER, "REFERENCE4": "J-1", "ENTERED_DR": "100.00"}
CREDIT = {**LEDGER, "REFERENCE4": "J-1", "ENTERED_CR": "100.00"}
OTHER = {**LEDGER, "REFERENCE4": "J-2", "ENTERED_DR": "7.00"}
JOURNALS = {"gl": [DEBIT, CREDIT, OTHER]}

INVOICE = {"INVOICE_ID": "1", "INVOICE_NUM": "A-1"}
SECOND = {"INVOICE_ID": "2", "INVOICE_NUM": "A-2"}
ITEM = {"INVOICE_ID": "1", "LINE_NUMBER": "1", "AMOUNT": "9.00"}
FREIGHT = {"INVOICE_ID": "1", "LINE_NUMBER": "2", "AMOUNT": "1.00"}
RENT = {"INVOICE_ID": "2", "LINE_NUMBER": "1", "AMOUNT": "5.00"}
INVOICES = {"headers": [INVOICE, SECOND], "lines": [ITEM, FREIGHT, RENT]}

WORKER = {"SourceSystemOwner": "DEMO", "SourceSystemId": "W1"}
TERMS = {"SourceSystemOwner": "DEMO", "SourceSystemId": "T1", "EffectiveSequence": "1"}
FIRST = {**TERMS, "EffectiveStartDate": "2025-01-01", "EffectiveEndDate": "2025-06-30"}
THEN = {**TERMS, "EffectiveStartDate": "2025-07-01", "EffectiveEndDate": "4712-12-31"}
AGAIN = {**THEN, "EffectiveSequence": "2"}
HISTORY = {"worker": [WORKER], "terms": [FIRST, THEN, AGAIN]}

VALUES = [
    ("decimal point moved", "gl.ENTERED_DR", "120.50", {"1205.0", "12.050"}),
    ("decimal point lost", "gl.ENTERED_DR", "120.50", {"12050"}),
    ("sign changed", "gl.ENTERED_DR", "120.50", {"-120.50"}),
    ("rounded to whole units", "gl.ENTERED_DR", "120.75", {"121"}),
    ("thousands separator in a number", "gl.ENTERED_DR", "1200.50", {"1,200.50"}),
    ("currency sign before a number", "gl.ENTERED_DR", "120.50", {"$120.50"}),
    ("negative number in parentheses", "gl.ENTERED_DR", "-120.50", {"(120.50)"}),
    ("scientific notation", "gl.REFERENCE4", "239000000000", {"2.39E+11"}),
    ("two digits transposed", "gl.REFERENCE4", "J-45", {"J-54"}),
    ("leading zero dropped", "gl.SEGMENT3", "036", {"36"}),
    ("leading zero added", "gl.SEGMENT2", "5110", {"05110"}),
    ("leading blank", "gl.REFERENCE10", "Books", {" Books"}),
    ("trailing blank", "gl.REFERENCE10", "Books", {"Books "}),
    ("small and capital letters exchanged", "gl.REFERENCE10", "Books", {"bOOKS"}),
    ("look-alike character", "gl.REFERENCE4", "J-0", {"J-O"}),
    ("non-breaking space", "gl.REFERENCE10", "Two books", {"Two\u00a0books"}),
    ("UTF-8 read as Latin-1", "gl.REFERENCE10", "Réunion", {"RÃ©union"}),
    ("question mark for a letter", "gl.REFERENCE10", "Réunion", {"R?union"}),
    ("typeset quotes and dashes", "gl.REFERENCE10", "Bob's 9-1", {"Bob’s 9–1"}),
    ("cut at 255 bytes", "headers.IMAGE_DOCUMENT_URI", "é" * 200, {"é" * 127}),
    ("last character lost", "gl.REFERENCE4", "J-45", {"J-4"}),
    ("longer than the column", "headers.DESCRIPTION", "a" * 240, {"a" * 241}),
    ("line break inside a value", "gl.REFERENCE10", "Two old books", {"Two\r\nold books"}),
    ("the word NULL for nothing", "gl.REFERENCE10", "Books", {"NULL"}),
    ("required value blanked", "gl.STATUS", "NEW", {None}),
    ("optional value blanked", "gl.REFERENCE10", "Books", {None}),
    ("another code of the list", "gl.ACTUAL_FLAG", "A", {"B", "E"}),
    ("code that is on no list", "gl.ACTUAL_FLAG", "A", {"ZZ9"}),
    ("date off by a year", "gl.ACCOUNTING_DATE", "2024-02-29", {"2025-02-28", "2023-02-28"}),
    ("date off by a month", "gl.ACCOUNTING_DATE", "2025-01-31", {"2025-02-28", "2024-12-28"}),
    ("date off by a day", "gl.ACCOUNTING_DATE", "2025-03-01", {"2025-02-28"}),
    ("day and month exchanged", "gl.ACCOUNTING_DATE", "2025-09-03", {"2025-03-09"}),
    ("day that does not exist", "gl.ACCOUNTING_DATE", "2025-09-03", {"2025/02/30"}),
    ("two-digit year", "gl.ACCOUNTING_DATE", "2025-09-03", {"25/09/03"}),
    ("date in US order", "gl.ACCOUNTING_DATE", "2025-09-03", {"09/03/2025"}),
    ("date with the month in letters", "gl.ACCOUNTING_DATE", "2025-09-03", {"03-SEP-2025"}),
    ("date as a serial number", "gl.ACCOUNTING_DATE", "2025-09-01", {"45901"}),
    ("time of day behind a date", "gl.ACCOUNTING_DATE", "2025-09-03", {"2025/09/03 00:00:00"}),
]

RECORDS = [
    (
        "two neighbouring columns exchanged",
        INVOICES,
        "headers.INVOICE_ID 0",
        {"headers": [{"INVOICE_ID": "A-1", "INVOICE_NUM": "1"}, {"INVOICE_ID": "A-2", "INVOICE_NUM": "2"}]},
    ),
    ("debit and credit exchanged", JOURNALS, "gl 0", {"gl": [CREDIT, DEBIT, {**LEDGER, "REFERENCE4": "J-2", "ENTERED_CR": "7.00"}]}),
    ("debit and credit of one line exchanged", JOURNALS, "gl 1", {"gl": [DEBIT, DEBIT, OTHER]}),
    ("line sent twice", JOURNALS, "gl 1", {"gl": [DEBIT, CREDIT, CREDIT, OTHER]}),
    ("line lost", JOURNALS, "gl 1", {"gl": [DEBIT, OTHER]}),
    ("unit sent twice", INVOICES, "headers 1", {"headers": [INVOICE, SECOND, SECOND], "lines": [ITEM, FREIGHT, RENT, RENT]}),
    ("unit lost", INVOICES, "headers 0", {"headers": [SECOND], "lines": [RENT]}),
    ("line moved to another unit", INVOICES, "lines 1", {"lines": [ITEM, {**FREIGHT, "INVOICE_ID": "2"}, RENT]}),
    ("line without its document", INVOICES, "lines 1", {"lines": [ITEM, {**FREIGHT, "INVOICE_ID": "1909"}, RENT]}),
    ("all lines of a document lost", INVOICES, "lines 1", {"lines": [RENT]}),
    ("component left out", HISTORY, "worker 0", {"worker": None}),
    ("effective dates overlap", HISTORY, "terms 0", {"terms": [{**FIRST, "EffectiveEndDate": "2025-07-01"}, THEN, AGAIN]}),
    ("gap between effective dates", HISTORY, "terms 0", {"terms": [{**FIRST, "EffectiveEndDate": "2025-06-29"}, THEN, AGAIN]}),
    ("two rows of a history on one day", HISTORY, "terms 0", {"terms": [FIRST, {**THEN, "EffectiveStartDate": "2025-01-01"}, AGAIN]}),
    ("sequence repeated", HISTORY, "terms 1", {"terms": [FIRST, THEN, THEN]}),
]  # fmt: skip

LINE = {
    "gl": [{"STATUS": "NEW", "ACCOUNTING_DATE": "2025-09-01", "CURRENCY_CODE": "USD", "REFERENCE10": "Green books"}]
}
DAT = {"worker": [{**WORKER, "EffectiveStartDate": "2025-09-01"}]}


def _swapped(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


CONTENTS: list[tuple[str, Records, Callable[[str], str]]] = [
    ("ISO dates instead of the file's mask", LINE, _swapped("2025/09/01", "2025-09-01")),
    ("delimiter inside a text, not protected", LINE, _swapped("Green books", "Green,books")),
    ("line broken in two", LINE, _swapped("Green books", "Green\nbooks")),
    ("another delimiter", LINE, lambda text: text.replace(",", ";")),
    ("END on a line of its own", LINE, lambda text: text + "END\n"),
    ("END one column too early", LINE, lambda text: text.removesuffix(",\n") + ",END\n"),
    ("last line cut off", LINE, lambda text: text[: (len(text) - 1) // 2]),
    ("empty member", LINE, lambda text: ""),
    ("attribute missing in METADATA", DAT, _swapped("|EffectiveStartDate\n", "\n")),
    ("attribute misspelt in METADATA", DAT, _swapped("|EffectiveStartDate\n", "|EffectiveStartDates\n")),
    ("METADATA line missing", DAT, lambda text: "\n".join(line for line in text.split("\n") if "METADATA" not in line)),
    ("component misspelt", DAT, lambda text: text.replace("|Worker|", "|WORKER|")),
]

SHAPES: list[tuple[str, Callable[[bytes, bytes], bool]]] = [
    ("middle column left out", lambda before, after: after.count(b",") == before.count(b",") - 1),
    ("surplus column", lambda before, after: after.count(b",") == before.count(b",") + 1),
    ("header row added", lambda before, after: after.startswith(b"STATUS,") and after.endswith(before)),
    ("quote never closed", lambda before, after: after.replace(b'"', b"") == before and after.count(b'"') == 1),
    ("letter in Latin-1", lambda before, after: b"\xe9" in after and len(after) == len(before)),
    ("file in UTF-16", lambda before, after: after.decode("utf-16") == before.decode()),
]

NAMES = [
    ("member renamed in case", ["glinterface.csv"]),
    ("member with a date in its name", ["GlInterface_20251101.csv"]),
    ("member in a folder", ["export/GlInterface.csv"]),
    ("member missing", []),
]

ELSEWHERE = {"byte order mark in the middle", "archive cut off"}  # tests of their own


def _contract(records: Records) -> Contract:
    if "gl" in records:
        return load("finance.gl_journals", "nc_district")
    return load("finance.ap_invoices" if "headers" in records else "hr.workers", "nc_district")


def _spot(folder: Path, records: Records, at: str) -> Spot:
    """The spot at ``file[.column] row`` of a payload."""
    place, _, row = at.partition(" ")
    name, _, column = place.partition(".")
    contract = _contract(records)
    path = folder / "payload.zip"
    write(path, contract, records)
    file = contract.files[name]
    chosen = file.columns[column] if column else None
    return Spot(contract, records, path.read_bytes(), file, Random(7), int(row or 0), chosen)


def _content(archive: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(opened.namelist()[0])


def _planted(name: str, spot: Spot) -> bytes:
    fault = NAMED[name].plant(spot)
    assert isinstance(fault, bytes)
    return fault


def test_the_catalogue_has_many_operators_each_with_a_name_and_an_accident_of_its_own() -> None:
    assert len(CATALOGUE) >= 25
    assert len(NAMED) == len(CATALOGUE)
    assert all(operator.accident.endswith(".") for operator in CATALOGUE)


def test_every_operator_has_an_example_here() -> None:
    shown = [row[0] for table in (VALUES, RECORDS, CONTENTS, SHAPES, NAMES) for row in table]
    assert {*shown, *ELSEWHERE} == set(NAMED)


@pytest.mark.parametrize(("name", "place", "before", "after"), VALUES, ids=[row[0] for row in VALUES])
def test_a_fault_in_a_value(tmp_path: Path, name: str, place: str, before: str, after: set[str | None]) -> None:
    file, _, column = place.partition(".")
    fault = NAMED[name].plant(_spot(tmp_path, {file: [{column: before}]}, place))
    assert isinstance(fault, dict)
    assert fault[file][0][column] in after


@pytest.mark.parametrize(("name", "records", "at", "changed"), RECORDS, ids=[row[0] for row in RECORDS])
def test_a_fault_in_records(
    tmp_path: Path, name: str, records: Records, at: str, changed: dict[str, Sequence[dict[str, str]] | None]
) -> None:
    fault = NAMED[name].plant(_spot(tmp_path, records, at))
    wanted = {file: rows for file, rows in {**records, **changed}.items() if rows is not None}
    assert isinstance(fault, dict)
    assert {file: [_filled(row) for row in rows] for file, rows in fault.items()} == wanted


def _filled(row: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}


@pytest.mark.parametrize(("name", "records", "change"), CONTENTS, ids=[row[0] for row in CONTENTS])
def test_a_fault_in_a_file(tmp_path: Path, name: str, records: Records, change: Callable[[str], str]) -> None:
    spot = _spot(tmp_path, records, next(iter(records)))
    before = _content(spot.archive).decode()
    after = _content(_planted(name, spot)).decode()
    assert after != before
    assert after == change(before)


@pytest.mark.parametrize(("name", "holds"), SHAPES, ids=[row[0] for row in SHAPES])
def test_a_fault_in_the_shape_of_a_file(tmp_path: Path, name: str, holds: Callable[[bytes, bytes], bool]) -> None:
    spot = _spot(tmp_path, LINE, "gl")
    assert holds(_content(spot.archive), _content(_planted(name, spot)))


@pytest.mark.parametrize(("name", "members"), NAMES, ids=[row[0] for row in NAMES])
def test_a_fault_in_the_name_of_a_member(tmp_path: Path, name: str, members: Sequence[str]) -> None:
    with zipfile.ZipFile(io.BytesIO(_planted(name, _spot(tmp_path, LINE, "gl")))) as opened:
        assert opened.namelist() == members


def test_a_byte_order_mark_stands_before_a_line_that_is_not_the_first(tmp_path: Path) -> None:
    after = _content(_planted("byte order mark in the middle", _spot(tmp_path, JOURNALS, "gl")))
    assert after.count(b"\n\xef\xbb\xbf") == 1


def test_an_archive_that_is_cut_off_is_no_zip_any_more(tmp_path: Path) -> None:
    cut = _planted("archive cut off", _spot(tmp_path, JOURNALS, "gl"))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(cut))


def test_a_blank_is_no_value_to_work_on(tmp_path: Path) -> None:
    spot = _spot(tmp_path, JOURNALS, "gl.REFERENCE10")
    assert [one.name for one in CATALOGUE if one.grain == "value" and one.plant(spot) is not None] == []


def test_an_operator_that_finds_nothing_to_work_on_has_no_score() -> None:
    assert seeded_faults(_contract(LINE), payloads=[]) == []
    histories = [NAMED["gap between effective dates"], NAMED["METADATA line missing"], NAMED["line lost"]]
    assert seeded_faults(_contract(LINE), payloads=[LINE], operators=histories) == []


def test_a_fault_that_changes_nothing_that_is_read_is_not_counted(journals: Records) -> None:
    @on_bytes("packed again")
    def packed_again(spot: Spot) -> bytes:
        """A tool packs the files a second time."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("GlInterface.csv", _content(spot.archive))
        return out.getvalue()

    assert seeded_faults(_contract(journals), payloads=[journals], operators=[packed_again]) == []


def test_the_same_fault_of_two_operators_counts_once() -> None:
    twin = on_value("another name for it", of="number")(lambda value, spot: f"-{value}")
    twins = [NAMED["sign changed"], twin]
    scores = seeded_faults(_contract(JOURNALS), payloads=[JOURNALS], operators=twins, per_operator=10)
    assert [(score.operator, score.total) for score in scores] == [("sign changed", 3)]


def test_only_what_the_payload_did_not_show_before_counts_as_noticed(journals: Records) -> None:
    known = {"gl": [{**row, "STATUS": "OLD"} for row in journals["gl"]]}
    worse = on_value("another wrong status")(lambda value, spot: "BAD" if spot.place == "gl.STATUS" else None)
    (score,) = seeded_faults(_contract(known), payloads=[known], operators=[worse], per_operator=1)
    assert (score.caught, score.total) == (0, 1)


def _sample(seed: int) -> list[Score]:
    contract = load("finance.gl_journals", "nc_district")
    loose = ("two digits transposed", "optional value blanked", "date off by a day", "line lost", "surplus column")
    return seeded_faults(contract, seed=seed, per_operator=1, operators=[NAMED[name] for name in loose])


@pytest.mark.slow
def test_the_same_seed_plants_the_same_faults_in_any_process() -> None:
    here = repr(_sample(5))
    command = [sys.executable, "-c", "from tests.harness.test_payload_faults import _sample; print(repr(_sample(5)))"]
    salted = {**os.environ, "PYTHONHASHSEED": "1"}
    elsewhere = subprocess.run(command, env=salted, capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == here
    assert repr(_sample(6)) != here


@pytest.mark.parametrize("identity", ["procurement.suppliers", pytest.param("hr.workers", marks=pytest.mark.slow)])
def test_no_masked_value_is_told(identity: str) -> None:
    contract = load(identity, "nc_district")
    composer = Composer(contract)
    payloads = [composer.compose(Random(number)) for number in range(12)]
    masked = {
        value
        for records in payloads
        for name, rows in records.items()
        for columns in [contract.files[name].columns]
        for row in rows
        for column, value in row.items()
        if value and column in columns and columns[column].masked
    }
    blurred = [NAMED[name] for name in ("last character lost", "question mark for a letter")]
    scores = seeded_faults(contract, payloads=payloads, operators=blurred, per_operator=8)
    told = [text for score in scores for text in score.missed]
    assert told
    assert masked
    assert not [value for value in masked for text in told if len(value) > 3 and value in text]


@pytest.mark.slow
def test_which_operators_get_through_in_nutrition_journals(journals: Records) -> None:
    scores = seeded_faults(_contract(journals), payloads=[journals], per_operator=1)
    beyond = {score.operator for score in scores if score.explained}
    missed = {score.operator for score in scores if score.missed} - beyond
    assert beyond == {
        "small and capital letters exchanged", "optional value blanked", "date off by a month",
        "debit and credit exchanged", "unit lost",
    }  # fmt: skip
    assert missed == {
        "UTF-8 read as Latin-1", "question mark for a letter", "typeset quotes and dashes", "date off by a year",
    }  # fmt: skip
    assert len(scores) - len(beyond) - len(missed) == 54


def test_the_document_lists_every_operator_and_all_that_no_contract_can_catch() -> None:
    text = (Path(__file__).parents[2] / "docs" / "seeded-faults.md").read_text(encoding="utf-8")
    rows = [f"| {one.name} | {one.accident} | {one.works_on} |" for one in CATALOGUE]
    beyond = [f"| {one.beyond.where} | {one.beyond.reason} |" for one in CATALOGUE if one.beyond]
    assert [row for row in (*rows, *beyond) if row not in text] == []
    assert text.partition("## Catalogue")[2].count("\n| ") == len(CATALOGUE) + 1  # and its head
