"""The execution report of Journal Import: codes per line, unbalanced journals, totals, and not the legend."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.fusion.outcomes import Report, ReportError
from interfaces.fusion.outcomes.journal_import import parse

TITLE = "Journal Import Execution Report                                  Request ID: 1006\n"
BATCHES = """
Batches Created
Batch Name                                        Period Name
------------------------------------------------  ---------------
PAY 2025-09 Payroll 1005: A 7                     Sep-25
"""
UNBALANCED = """
Unbalanced Journal Entries
Source         Journal Entry Name                 Period Name      Currency   Debit         Credit
-------------  ---------------------------------  ---------------  ---------  ------------  ------------
Payroll        PAY-0902                           Sep-25           USD        100.00        90.00
"""
ERRORS = """
Error Lines
Error Code     Source         Accounting Date  Currency   Entered Debit  Entered Credit  Account
-------------  -------------  ---------------  ---------  -------------  --------------  -------------------------
EF04,EP01      Payroll        2025-09-01       USD        100.00                         1-5110-036-121-304-000-00
EU02           Payroll        2025-09-01       USD                       90.00           1-2110-036-121-304-000-00
"""
TOTALS = """
Totals
Source         Group ID       Error Lines    Warning Lines  Success Lines
-------------  -------------  -------------  -------------  -------------
Payroll        7              2              0              4
Total: 1 group id(s)
"""
KEY = """
Error Key
EF04  This account combination isn't valid for the accounting date, or detail posting isn't allowed.
EP01  This date isn't in an open or future-enterable period.
EU02  This journal entry is unbalanced and suspense posting isn't allowed in this ledger.
WU01  Warning: this journal entry is unbalanced.
"""
REPORT = TITLE + BATCHES + UNBALANCED + ERRORS + TOTALS + KEY
LINE = {
    "USER_JE_SOURCE_NAME": "Payroll", "ACCOUNTING_DATE": "2025-09-01", "CURRENCY_CODE": "USD", "ENTERED_DR": "100.00",
    "ENTERED_CR": "", "ACCOUNT": "1-5110-036-121-304-000-00",
}  # fmt: skip


def read(text: str) -> Report:
    return parse("1007.txt", text.encode())


def said(report: Report) -> list[tuple[int, str]]:
    return [(answer.entry, answer.said) for answer in report.answers]


def test_every_code_of_an_error_line_is_an_answer_about_the_same_line() -> None:
    report = read(TITLE + ERRORS + TOTALS + KEY)
    assert said(report) == [(1, "EF04"), (1, "EP01"), (2, "EU02")]
    assert report.answers[0].keys == report.answers[1].keys == LINE


def test_an_unbalanced_journal_is_an_answer_with_its_name() -> None:
    answer = read(REPORT).answers[-1]
    assert (answer.entry, answer.said, answer.warning) == (3, "EU02", False)
    assert (answer.keys["REFERENCE4"], answer.keys["CURRENCY_CODE"]) == ("PAY-0902", "USD")
    assert (answer.keys["ENTERED_DR"], answer.keys["ENTERED_CR"]) == ("100.00", "90.00")


def test_totals_count_lines_over_all_sources_and_groups() -> None:
    second = "Payroll        8              1              0              1,200\n"
    report = read(REPORT.replace("Total: 1", second + "Total: 2"))
    assert (report.accepted, report.rejected, report.selected, report.counted) == (1204, 3, None, "lines")


def test_a_group_below_its_source_may_leave_the_source_blank() -> None:
    second = "               8              1              0              6\n"
    assert read(REPORT.replace("Total: 1", second + "Total: 2")).accepted == 10


def test_a_sum_below_the_totals_is_not_counted_again() -> None:
    assert (
        read(
            REPORT.replace("Total: 1", "Total                         2              0              4\nTotal: 1")
        ).accepted
        == 4
    )


def test_the_legend_gives_no_code() -> None:
    report = read(TITLE + TOTALS.replace(" 2  ", " 0  ") + KEY)
    assert report.answers == ()


@pytest.mark.parametrize("heading", ["Error Key", "ERROR KEY:", "  Error  Key  ", "Error Key Legend"])
def test_the_legend_is_cut_however_it_is_headed(heading: str) -> None:
    assert read(TITLE + TOTALS + KEY.replace("Error Key", heading) + "\nEF04  EP01  EU02\n").answers == ()


def test_no_group_selected_is_zero_lines_looked_at() -> None:
    report = read(TITLE + "\nTotals\n\nTotal: 0 group id(s)\n" + KEY)
    assert (report.selected, report.accepted, report.rejected) == (0, 0, 0)


def test_sections_may_come_in_any_order_with_extra_blank_lines() -> None:
    shuffled = TITLE + KEY + TOTALS + ERRORS.replace("\nEU02", "\n\n\nEU02") + UNBALANCED + BATCHES
    assert read(shuffled) == read(REPORT)


def test_a_page_break_repeats_heads_and_loses_no_line() -> None:
    head, first, second = ERRORS.rpartition("EU02")
    repeated = "\f" + TITLE.strip() + "   Page 2\n\n" + "\n".join(head.split("\n")[1:4]) + "\n"
    assert read(TITLE + UNBALANCED + head + repeated + first + second + TOTALS) == read(
        TITLE + UNBALANCED + ERRORS + TOTALS
    )


def test_a_page_break_without_the_heading_loses_no_line_either() -> None:
    head, first, second = ERRORS.rpartition("EU02")
    repeated = "\f" + "\n".join(head.split("\n")[2:4]) + "\n"
    assert said(read(TITLE + head + repeated + first + second)) == [(1, "EF04"), (1, "EP01"), (2, "EU02")]


def test_wrapped_cells_are_put_together() -> None:
    whole = next(line for line in ERRORS.split("\n") if line.startswith("EF04"))
    account = whole.index("1-5110")
    wrapped = whole[: account + 11] + "\n" + " " * account + whole[account + 11 :]
    assert read(REPORT.replace(whole, wrapped)) == read(REPORT)


def test_a_wrapped_list_of_codes_is_one_list() -> None:
    text = ERRORS.replace("EF04,EP01      P", "EF04,          P").replace("\nEU02", "\nEP01\nEU02")
    assert said(read(TITLE + text)) == [(1, "EF04"), (1, "EP01"), (2, "EU02")]


def test_columns_may_be_more_and_in_another_order() -> None:
    text = """
Error Lines
Source   Ledger       Currency  Accounting Date  Line  Entered Credit  Entered Debit  Error Code  Account
-------  -----------  --------  ---------------  ----  --------------  -------------  ----------  -----------------
Payroll  Demo Ledger  USD       2025-09-01       12                           100.00  EF04,EP01   1-5110-036-121-
                                                                                                  304-000-00
"""
    report = read(TITLE + text)
    assert said(report) == [(1, "EF04"), (1, "EP01")]
    assert report.answers[0].keys == LINE


def test_columns_without_dashes_are_told_by_where_words_stand() -> None:
    lines = [line for line in REPORT.split("\n") if not line.startswith("---")]
    assert read("\n".join(lines)) == read(REPORT)


def test_warnings_are_no_refusals() -> None:
    codes = ERRORS.replace("EF04,EP01", "WF01,ECW1").replace("EU02", "WU01")
    assert all(answer.warning for answer in read(TITLE + UNBALANCED + codes).answers)


def test_a_code_that_nobody_knows_is_kept() -> None:
    assert said(read(TITLE + ERRORS.replace("EF04,EP01", "EZ99     ")))[0] == (1, "EZ99")


def test_a_sentence_instead_of_lines_is_no_line() -> None:
    assert read(TITLE + "\nError Lines\n*** No error lines ***\n" + TOTALS).answers == ()


def test_a_report_that_is_cut_off_counts_nothing() -> None:
    for end in ("Payroll        7              2", "Totals", "Error Lines"):
        report = read(REPORT[: REPORT.index(end) + len(end)])
        assert report.accepted is None


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(ends: str) -> None:
    assert read(REPORT.replace("\n", ends)) == read(REPORT)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><head><title>Sign in</title></head></html>",
        b"Import Journals: Child job request_id: 1007 has been submitted.\n",
        b"%PDF-1.7",
    ],
)
def test_another_document_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(ReportError) as error:
        parse("1006.log", data)
    assert error.value.where == "1006.log"
    assert error.value.todo


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    first, last = sorted((draw(st.integers(0, len(REPORT))), draw(st.integers(0, len(REPORT)))))
    return REPORT[:first].encode() + draw(st.binary(max_size=20)) + REPORT[last:].encode()


@given(st.binary(max_size=300) | damaged())
def test_any_bytes_end_in_a_report_or_a_report_error(data: bytes) -> None:
    with suppress(ReportError):
        assert parse("x", data).kind == "journals"
