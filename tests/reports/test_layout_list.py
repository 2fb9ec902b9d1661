"""The list of layout changes: a page and a workbook that people sign."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from contracts import Change, Contract, LayoutRow, load
from reports.layout_changes import COLUMNS, DECIDED, LayoutReport, layout_page, layout_workbook


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load("finance.ap_invoices")


@pytest.fixture
def report(contract: Contract) -> LayoutReport:
    rows = [
        LayoutRow("X", Change("X.A.added", "appended", "=HYPERLINK(1) added at the end"), contract, "<b>short</b>"),
        LayoutRow("X", Change("X.B.length", "loosened", "B is text(9) instead of text(5)"), contract, "B is listed"),
        LayoutRow("Y", Change("Y.file.added", "rewritten", "no layout is known for 25B")),
    ]
    return LayoutReport("25B", "26C", "2026-11-30", "oracle", rows, 12)


def test_the_workbook_has_a_heading_a_row_per_change_and_empty_columns(report: LayoutReport) -> None:
    sheet = load_workbook(io.BytesIO(layout_workbook(report))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[:2] for row in rows[:5]] == [
        ("Layout changes from release 25B to 26C", None),
        ("as of", "2026-11-30"),
        ("profile", "oracle"),
        ("found", "3 changes: 1 breaking, 1 compatible, 1 of files that no contract uses"),
        ("the same", "12 files"),
    ]
    assert rows[6] == (*COLUMNS, *DECIDED)
    assert [(row[0], row[3], row[6]) for row in rows[7:]] == [
        ("finance.ap_invoices", "ADDED", "breaking"),
        ("finance.ap_invoices", "LENGTH", "compatible"),
        ("(no contract)", "FILE ADDED", "-"),
    ]
    assert {row[7:] for row in rows[7:]} == {(None, None, None)}


def test_no_text_becomes_a_formula_or_a_tag(report: LayoutReport) -> None:
    cell = load_workbook(io.BytesIO(layout_workbook(report))).worksheets[0]["E8"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1) added at the end")
    assert "&lt;b&gt;short&lt;/b&gt;" in layout_page(report)


def test_the_same_list_gives_the_same_bytes(report: LayoutReport) -> None:
    assert layout_workbook(report) == layout_workbook(report)
    assert layout_page(report) == layout_page(report)


def test_a_list_without_changes_says_so(report: LayoutReport) -> None:
    empty = replace(report, rows=[])
    assert "No change. 12 files have the same layout in both releases." in layout_page(empty)
    assert load_workbook(io.BytesIO(layout_workbook(empty))).worksheets[0]["B4"].value == "no change"


def test_a_month_stands_as_it_is_where_no_day_is_known(report: LayoutReport) -> None:
    assert "As of Mon 30 Nov 2026." in layout_page(report)
    assert "As of 2026-11." in layout_page(replace(report, as_of="2026-11"))


def test_the_list_says_whether_the_contract_is_tested_against_the_release(report: LayoutReport) -> None:
    assert [row[1] for row in report.cells] == ["yes", "yes", "-"]
    assert [row[1] for row in replace(report, new="27A").cells] == ["no", "no", "-"]
