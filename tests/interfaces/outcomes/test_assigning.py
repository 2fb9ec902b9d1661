"""What reports say, given to accept units: refused, accepted with proof, pending, unknown."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interfaces
from contracts import ANSWER_COLUMNS, Contract, Records, frames, load, valid_examples
from interfaces.fusion.outcomes import Answer, Outcomes, Report, Taken, assign

Rows = Mapping[str, Sequence[Mapping[str, str | None]]]
WRITTEN = load("finance.gl_journals")
LINE = valid_examples(WRITTEN)["balanced_journal"].records["gl"]


@cache
def contract(id_: str) -> Contract:
    return load(id_)


def records(id_: str, rows: Rows) -> Records:
    return Records(contract(id_), frames(contract(id_), rows))


def example(id_: str, name: str) -> Rows:
    return valid_examples(contract(id_))[name].records


def judged(id_: str, rows: Rows | Records, *reports: Report, ended: bool = True, load_failed: bool = False) -> Outcomes:
    ready = rows if isinstance(rows, Records) else records(id_, rows)
    return assign(contract(id_), ready, reports, ended=ended, load_failed=load_failed)


def states(outcomes: Outcomes) -> list[str]:
    return outcomes.units["outcome"].to_list()


def stages(outcomes: Outcomes) -> list[str]:
    return outcomes.units["stage"].to_list()


def codes(outcomes: Outcomes) -> list[tuple[int, str]]:
    return outcomes.answers.select("unit", "code").rows()


# --- journals

GL = "finance.gl_journals"


def journal(name: str, *amounts: tuple[str | None, str | None], **columns: str) -> list[dict[str, str | None]]:
    base = {**LINE[0], "REFERENCE4": name, **columns}
    return [{**base, "ENTERED_DR": debit, "ENTERED_CR": credit} for debit, credit in amounts]


def journals(*named: str) -> Rows:
    """Journals of two lines; each has its own amount."""
    lines = [journal(name, (f"{at}00.00", None), (None, f"{at}00.00")) for at, name in enumerate(named, start=1)]
    return {"gl": [line for pair in lines for line in pair]}


def error(entry: int, code: str, debit: str, credit: str = "", **keys: str) -> Answer:
    printed = {
        "USER_JE_SOURCE_NAME": "Payroll", "ACCOUNTING_DATE": "2025-09-01", "CURRENCY_CODE": "USD", "ENTERED_DR": debit,
        "ENTERED_CR": credit, "ACCOUNT": "01-5110",
    }  # fmt: skip
    return Answer(code, keys=printed | keys, table="GL_INTERFACE", entry=entry)


def unbalanced(entry: int, name: str, debit: str, credit: str) -> Answer:
    keys = {
        "USER_JE_SOURCE_NAME": "Payroll",
        "REFERENCE4": name,
        "CURRENCY_CODE": "USD",
        "ENTERED_DR": debit,
        "ENTERED_CR": credit,
    }
    return Answer("EU02", keys=keys, table="GL_INTERFACE", entry=entry)


def imported(*answers: Answer, success: int | None, selected: int | None = None) -> Report:
    rejected = len({answer.entry for answer in answers})
    return Report(
        "journals", "1007.txt", answers, counted="lines", selected=selected, accepted=success, rejected=rejected
    )


def test_one_bad_line_refuses_its_journal_and_the_others_are_accepted_by_the_counts() -> None:
    outcomes = judged(GL, journals("A", "B", "C"), imported(error(1, "EF04", "200.00"), success=4))
    assert states(outcomes) == ["accepted", "rejected", "accepted"]
    assert stages(outcomes) == ["S3", "S2", "S3"]
    assert codes(outcomes) == [(1, "EF04")]
    assert outcomes.unmatched == ()


def test_answers_have_the_promised_columns() -> None:
    answers = judged(GL, journals("A"), imported(error(1, "EC08", "100.00"), success=0)).answers
    assert dict(answers.schema) == {name: kind() for name, kind in ANSWER_COLUMNS.items()}
    assert answers.rows() == [(0, "gl", "CURRENCY_CODE", "EC08", "EC08", "", True)]


def test_several_codes_of_one_line_are_several_answers_and_one_line() -> None:
    report = imported(error(1, "EF04", "200.00"), error(1, "EP01", "200.00"), success=2)
    outcomes = judged(GL, journals("A", "B"), report)
    assert states(outcomes) == ["accepted", "rejected"]
    assert codes(outcomes) == [(1, "EF04"), (1, "EP01")]


@pytest.mark.parametrize("success", [3, 6, 0, None])
def test_nothing_is_accepted_if_the_counts_leave_room_for_another_loss(success: int | None) -> None:
    outcomes = judged(GL, journals("A", "B", "C"), imported(error(1, "EF04", "200.00"), success=success))
    assert states(outcomes) == ["unknown", "rejected", "unknown"]
    assert stages(outcomes) == ["S2", "S2", "S2"]


def test_what_is_unknown_is_pending_while_more_may_be_reported() -> None:
    report = imported(error(1, "EF04", "200.00"), success=3)
    assert states(judged(GL, journals("A", "B"), report, ended=False)) == ["pending", "rejected"]


def test_a_warning_refuses_nothing() -> None:
    warning = replace(error(1, "WU01", "200.00"), warning=True)
    assert states(judged(GL, journals("A", "B"), imported(warning, success=4))) == ["accepted", "accepted"]


def test_a_run_that_selected_nothing_leaves_all_pending_although_it_succeeded() -> None:
    outcomes = judged(GL, journals("A", "B"), imported(success=0, selected=0))
    assert (states(outcomes), stages(outcomes)) == (["pending", "pending"], ["S2", "S2"])


@pytest.mark.parametrize(
    "spelled",
    [
        {"ENTERED_DR": "200"}, {"ENTERED_DR": "200.000"}, {"ENTERED_CR": "0.00"}, {"ACCOUNTING_DATE": "01-SEP-2025"},
        {"ACCOUNTING_DATE": "2025/09/01"}, {"ACCOUNTING_DATE": "2025-09-01T00:00:00.000+00:00"}, {"ACCOUNT": "01.5110"},
        {"USER_JE_SOURCE_NAME": " Payroll "},
    ],
)  # fmt: skip
def test_values_are_known_again_however_the_report_spells_them(spelled: dict[str, str]) -> None:
    report = imported(error(1, "EF04", "200.00", **spelled), success=2)
    assert states(judged(GL, journals("A", "B"), report)) == ["accepted", "rejected"]


def test_amounts_may_have_separators_of_thousands() -> None:
    rows = {"gl": journal("A", ("1234.5", None), (None, "1234.50"))}
    assert states(judged(GL, rows, imported(error(1, "EF04", "1,234.50"), success=0))) == ["rejected"]


def test_a_zero_beside_the_amount_is_as_good_as_blank() -> None:
    rows = {"gl": journal("A", ("100.00", "0"), ("0", "100.00"))}
    assert states(judged(GL, rows, imported(error(1, "EF04", "100.00"), success=0))) == ["rejected"]


def test_a_column_that_the_report_does_not_print_is_not_asked_for() -> None:
    answer = error(1, "EF04", "200.00")
    short = replace(answer, keys={name: value for name, value in answer.keys.items() if name != "ACCOUNT"})
    assert states(judged(GL, journals("A", "B"), imported(short, success=2))) == ["accepted", "rejected"]


def twins(*named: str) -> Rows:
    """Journals whose lines are the same, line for line."""
    return {"gl": [line for name in named for line in journal(name, ("100.00", None), (None, "100.00"))]}


def test_identical_lines_that_all_are_in_error_refuse_all_their_journals() -> None:
    report = imported(error(1, "EF04", "100.00"), error(2, "EF04", "100.00"), success=0)
    assert states(judged(GL, twins("A", "B"), report)) == ["rejected", "rejected"]


def test_journals_that_cannot_be_told_apart_are_unknown_and_the_rest_is_accepted_by_the_counts() -> None:
    rows = {"gl": [*twins("A", "B")["gl"], *journal("C", ("7.00", None), (None, "7.00"))]}
    outcomes = judged(GL, rows, imported(error(1, "EF04", "100.00"), success=4))
    assert states(outcomes) == ["unknown", "unknown", "accepted"]
    assert outcomes.answers.is_empty()
    assert states(judged(GL, rows, imported(error(1, "EF04", "100.00"), success=2))) == ["unknown"] * 3


def test_another_error_line_of_one_of_them_settles_it() -> None:
    rows = {"gl": [*twins("A", "B")["gl"], *journal("B", ("7.00", None), (None, "7.00"))]}
    report = imported(error(1, "EF04", "7.00"), error(2, "EF04", "100.00"), success=2)
    assert states(judged(GL, rows, report)) == ["accepted", "rejected"]


def test_the_list_of_unbalanced_journals_settles_it() -> None:
    rows = {"gl": [*twins("A", "B")["gl"], *journal("B", ("7.00", None))]}
    lines = [error(1, "EU02", "100.00"), error(2, "EU02", "", "100.00"), error(3, "EU02", "7.00")]
    outcomes = judged(GL, rows, imported(*lines, unbalanced(4, "B", "107.00", "100.00"), success=2))
    assert states(outcomes) == ["accepted", "rejected"]
    only = judged(GL, rows, imported(*lines[:2], unbalanced(3, "B", "107", "100"), success=2))
    assert states(only) == ["accepted", "rejected"]


def test_totals_of_unbalanced_journals_tell_two_of_one_name_apart() -> None:
    first = journal("A", ("7.00", None), REFERENCE1="One")
    second = journal("A", ("8.00", None), (None, "8.00"), REFERENCE1="Two")
    assert states(judged(GL, {"gl": [*first, *second]}, imported(unbalanced(1, "A", "7.00", ""), success=2))) == [
        "rejected",
        "accepted",
    ]


def test_an_error_of_no_line_is_named_without_its_values() -> None:
    outcomes = judged(GL, journals("A"), imported(error(1, "EF04", "999.00"), error(2, "EF04", "998.00"), success=0))
    assert states(outcomes) == ["unknown"]
    assert outcomes.unmatched == ("EF04: of no record of the payload, 2 times",)


def test_a_line_of_another_payload_takes_no_acceptance_away_if_the_counts_still_agree() -> None:
    assert states(judged(GL, journals("A"), imported(error(1, "EF04", "999.00"), success=2))) == ["accepted"]


def test_the_reports_of_several_groups_count_together() -> None:
    first = imported(error(1, "EF04", "200.00"), success=2)
    second = imported(error(1, "EF04", "400.00"), success=2)
    assert states(judged(GL, journals("A", "B", "C", "D"), first, second)) == ["accepted", "rejected"] * 2


def test_the_report_of_another_interface_proves_nothing() -> None:
    foreign = Report("payables", "x", selected=1, accepted=2, rejected=0)
    outcomes = judged(GL, journals("A", "B"), foreign)
    assert states(outcomes) == ["unknown", "unknown"]
    assert outcomes.unmatched == ("a report of kind payables is of another interface",)


# --- the load


def loaded(*answers: Answer, rows: int | None = 2) -> Report:
    return Report(
        "load", "1002.log", answers, counted="lines", accepted=rows, rejected=len(answers), table="GL_INTERFACE"
    )


def bad_record(number: int, said: str = "ORA-01722", column: str = "ENTERED_DR", table: str = "GL_INTERFACE") -> Answer:
    return Answer(said, f"{said}: invalid number", column, table=table, record=number)


def test_without_any_report_all_is_pending_or_in_the_end_unknown() -> None:
    assert judged(GL, journals("A", "B"), ended=False).units.rows() == [("pending", "S1")] * 2
    assert judged(GL, journals("A", "B")).units.rows() == [("unknown", "S1")] * 2
    assert judged(GL, journals("A", "B"), loaded()).units.rows() == [("unknown", "S2")] * 2
    assert judged(GL, journals("A", "B"), loaded(rows=0)).units.rows() == [("unknown", "S1")] * 2


def test_a_failed_load_refuses_every_unit_and_only_the_guilty_carry_an_error_of_their_own() -> None:
    outcomes = judged(GL, journals("A", "B"), loaded(bad_record(3), rows=0), load_failed=True)
    assert outcomes.units.rows() == [("rejected", "S1")] * 2
    assert outcomes.answers.rows() == [
        (0, "", "", "load", "load failed", "", True),
        (1, "gl", "ENTERED_DR", "ORA_01722", "ORA-01722", "", True),
    ]


def test_a_log_that_says_so_is_a_failed_load() -> None:
    outcomes = judged(GL, journals("A", "B"), loaded(Answer("load failed", whole=True)))
    assert outcomes.units.rows() == [("rejected", "S1")] * 2
    assert outcomes.answers["said"].to_list() == ["load failed"] * 2


def test_a_load_error_of_no_table_has_no_code() -> None:
    outcomes = judged(GL, journals("A"), loaded(bad_record(1, "ORA-00942")), load_failed=True)
    assert outcomes.answers.select("code", "said").rows() == [("", "ORA-00942")]


def test_if_the_load_went_on_only_the_units_of_refused_records_are_refused() -> None:
    outcomes = judged(
        GL, journals("A", "B"), loaded(bad_record(3)), imported(error(1, "EU02", "", "200.00"), success=2)
    )
    assert outcomes.units.rows() == [("accepted", "S3"), ("rejected", "S1")]
    assert codes(outcomes) == [(1, "ORA_01722"), (1, "EU02")]
    assert states(judged(GL, journals("A", "B"), loaded(bad_record(3)), ended=False)) == ["pending", "rejected"]


def test_lines_of_a_refused_unit_that_were_imported_all_the_same_are_counted() -> None:
    assert states(judged(GL, journals("A", "B"), loaded(bad_record(3)), imported(success=3))) == [
        "accepted",
        "rejected",
    ]
    assert states(judged(GL, journals("A", "B"), loaded(bad_record(3)), imported(success=2))) == ["unknown", "rejected"]


def test_a_file_that_the_loader_refused_refuses_all_units_in_it() -> None:
    fatal = Answer("SQL*Loader-510", "Physical record is longer than the maximum", table="GL_INTERFACE", whole=True)
    outcomes = judged(GL, journals("A", "B"), loaded(fatal, rows=0))
    assert outcomes.units.rows() == [("rejected", "S1")] * 2
    assert outcomes.answers["said"].to_list() == ["SQL*Loader-510"] * 2


def test_the_log_of_another_table_is_named() -> None:
    outcomes = judged(GL, journals("A"), loaded(bad_record(1, table="RA_INTERFACE_LINES_ALL")))
    assert states(outcomes) == ["unknown"]
    assert outcomes.unmatched == ("ORA-01722: of no record of the payload",)


def test_a_payload_without_records_is_one_unit_that_is_never_accepted() -> None:
    nothing = Records(contract(GL), {})
    assert judged(GL, nothing, imported(success=0)).units.rows() == [("unknown", "S2")]
    assert judged(GL, nothing, loaded(bad_record(1))).units.rows() == [("rejected", "S1")]
    assert judged(GL, nothing, load_failed=True).units.rows() == [("rejected", "S1")]
    assert judged(GL, nothing, imported(error(1, "EF04", "1"), success=0)).units.rows() == [("rejected", "S2")]


# --- invoices

AP = "finance.ap_invoices"


def invoices(*numbers: str) -> Rows:
    found = example(AP, next(iter(valid_examples(contract(AP)))))
    header, line = found["headers"][0], found["lines"][0]
    ids = [str(1001 + at) for at in range(len(numbers))]
    return {
        "headers": [
            {**header, "INVOICE_ID": id_, "INVOICE_NUM": number} for id_, number in zip(ids, numbers, strict=True)
        ],
        "lines": [{**line, "INVOICE_ID": id_} for id_ in ids],
    }


def rejection(entry: int, said: str = "INVALID SUPPLIER", text: str = "", **keys: str) -> Answer:
    return Answer(said, text, keys=keys, table="AP_INVOICES_INTERFACE", entry=entry)


def payables(*answers: Answer, fetched: int | None, created: int | None, rejected: int | None) -> Report:
    return Report("payables", "1009.xml", answers, selected=fetched, accepted=created, rejected=rejected)


def supplier(rows: Rows) -> dict[str, str]:
    header = rows["headers"][0]
    return {name: header.get(name) or "" for name in ("VENDOR_NAME", "VENDOR_NUM")}


def test_an_invoice_is_refused_by_id_and_number_and_the_others_are_accepted_by_the_counts() -> None:
    report = payables(rejection(1, INVOICE_ID="1002", INVOICE_NUM="INV-2"), fetched=3, created=2, rejected=1)
    outcomes = judged(AP, invoices("INV-1", "INV-2", "INV-3"), report)
    assert states(outcomes) == ["accepted", "rejected", "accepted"]
    assert outcomes.answers.rows() == [(1, "headers", "", "INVALID_SUPPLIER", "INVALID SUPPLIER", "", True)]


def test_a_reason_about_a_line_names_the_file_of_the_column() -> None:
    answer = rejection(1, "INVALID DISTRIBUTION ACCT", INVOICE_ID="1001", INVOICE_NUM="INV-1")
    outcomes = judged(AP, invoices("INV-1"), payables(answer, fetched=1, created=0, rejected=1))
    assert outcomes.answers.select("file", "column").rows() == [("lines", "DIST_CODE_CONCATENATED")]


def test_a_duplicate_rightly_refused_does_not_count() -> None:
    answer = rejection(1, "DUPLICATE INVOICE NUMBER", INVOICE_ID="1001", INVOICE_NUM="INV-1")
    outcomes = judged(AP, invoices("INV-1"), payables(answer, fetched=1, created=0, rejected=1))
    assert outcomes.answers.select("column", "counts").rows() == [("INVOICE_NUM", False)]


@pytest.mark.parametrize("with_", ["VENDOR_NAME", "VENDOR_NUM"])
def test_an_id_of_fusions_own_does_not_hinder_number_and_supplier(with_: str) -> None:
    rows = invoices("INV-1", "INV-2")
    rows["headers"][1]["VENDOR_NUM"] = rows["headers"][0]["VENDOR_NUM"] = "0001001"  # type: ignore[index]
    answer = rejection(1, INVOICE_ID="300000047", INVOICE_NUM=" INV-2", **{with_: supplier(rows)[with_]})
    assert states(judged(AP, rows, payables(answer, fetched=2, created=1, rejected=1))) == ["accepted", "rejected"]


def test_an_id_that_fits_beside_a_number_that_does_not_is_another_payloads() -> None:
    answer = rejection(1, INVOICE_ID="1001", INVOICE_NUM="ELSEWHERE", VENDOR_NAME="Nobody")
    outcomes = judged(AP, invoices("INV-1"), payables(answer, fetched=1, created=0, rejected=1))
    assert states(outcomes) == ["unknown"]
    assert outcomes.unmatched == ("INVALID SUPPLIER: of no record of the payload",)


def test_an_invoice_without_number_is_found_by_its_id() -> None:
    rows = invoices("", "INV-2")
    answer = rejection(1, "NO INVOICE NUMBER", INVOICE_ID="1001", INVOICE_NUM="")
    assert states(judged(AP, rows, payables(answer, fetched=2, created=1, rejected=1))) == ["rejected", "accepted"]


@pytest.mark.parametrize(
    ("fetched", "created", "rejected"), [(3, 3, 0), (1, 1, 0), (2, 1, 1), (2, 2, None), (None, 2, 0)]
)
def test_invoices_are_not_accepted_if_one_count_does_not_agree(
    fetched: int | None, created: int, rejected: int | None
) -> None:
    report = payables(fetched=fetched, created=created, rejected=rejected)
    assert states(judged(AP, invoices("INV-1", "INV-2"), report)) == ["unknown", "unknown"]


def test_no_invoice_fetched_leaves_all_pending() -> None:
    assert judged(AP, invoices("INV-1"), payables(fetched=0, created=0, rejected=0)).units.rows() == [("pending", "S2")]


def test_a_refusal_without_words_is_unexplained() -> None:
    answer = rejection(1, "", INVOICE_ID="1001", INVOICE_NUM="INV-1")
    outcomes = judged(AP, invoices("INV-1"), payables(answer, fetched=1, created=0, rejected=1))
    assert outcomes.units.rows() == [("rejected_unexplained", "S2")]
    assert outcomes.answers.is_empty()


def test_a_sentence_that_no_table_knows_is_said_without_the_values_of_the_invoice() -> None:
    rows = invoices("INV-1")
    name = supplier(rows)["VENDOR_NAME"]
    said = f"{name} has no site {rows['headers'][0]['VENDOR_SITE_CODE']} for INV-1."
    answer = rejection(1, said, INVOICE_ID="1001", INVOICE_NUM="INV-1")
    outcomes = judged(AP, rows, payables(answer, fetched=1, created=0, rejected=1))
    assert outcomes.answers["said"].to_list() == ["… has no site … for …."]


def test_lines_without_a_header_are_never_accepted() -> None:
    rows = invoices("INV-1")
    lines = [*rows["lines"], {**rows["lines"][0], "INVOICE_ID": "9"}]
    report = payables(fetched=1, created=1, rejected=0)
    assert states(judged(AP, {**rows, "lines": lines}, report)) == ["accepted", "unknown"]


def test_an_invoice_that_lost_a_line_in_the_load_is_refused_though_it_was_created() -> None:
    lost = loaded(bad_record(2, column="AMOUNT", table="AP_INVOICE_LINES_INTERFACE"))
    both = payables(fetched=2, created=2, rejected=0)
    assert judged(AP, invoices("INV-1", "INV-2"), lost, both).units.rows() == [("accepted", "S3"), ("rejected", "S1")]
    header = loaded(bad_record(2, table="AP_INVOICES_INTERFACE"))
    one = payables(fetched=1, created=1, rejected=0)
    assert states(judged(AP, invoices("INV-1", "INV-2"), header, one)) == ["accepted", "rejected"]


# --- rows of suppliers and orders

SUP, PO = "procurement.suppliers", "procurement.purchase_orders"


def suppliers(*names: str) -> Rows:
    first = example(SUP, next(iter(valid_examples(contract(SUP)))))["suppliers"][0]
    return {"suppliers": [{**first, "VENDOR_NAME": name} for name in names]}


def extract(*rows: Answer | Taken, waiting: Sequence[Taken] = ()) -> Report:
    answers = tuple(row for row in rows if isinstance(row, Answer))
    taken = tuple(row for row in rows if isinstance(row, Taken))
    return Report(
        "rows", "1010.xml", answers, taken, tuple(waiting), counted="lines", selected=len(rows) + len(waiting)
    )


def good(table: str, **keys: str) -> Taken:
    return Taken(table, keys)


def bad(table: str, said: str = "", attribute: str = "", **keys: str) -> Answer:
    return Answer(said, attribute=attribute, keys=keys, table=table)


def test_suppliers_are_accepted_row_by_row() -> None:
    said = "You must provide a valid tax organization type."
    report = extract(
        good("POZ_SUPPLIERS_INT", VENDOR_NAME="Alpha"),
        bad("POZ_SUPPLIERS_INT", said, "ORGANIZATION_TYPE_LOOKUP_CODE", VENDOR_NAME="Beta"),
    )
    outcomes = judged(SUP, suppliers("Alpha", "Beta", "Gamma"), report)
    assert outcomes.units.rows() == [("accepted", "S3"), ("rejected", "S2"), ("pending", "S2")]
    assert outcomes.answers.select("unit", "file", "column", "code", "said").rows() == [
        (1, "suppliers", "ORGANIZATION_TYPE_LOOKUP_CODE", "tax_organization_type_invalid", said)
    ]


def test_a_row_that_was_never_picked_up_is_pending() -> None:
    report = extract(waiting=[good("POZ_SUPPLIERS_INT", VENDOR_NAME="Alpha")])
    assert judged(SUP, suppliers("Alpha"), report).units.rows() == [("pending", "S2")]


def test_a_row_that_waited_for_another_import_is_what_that_one_says() -> None:
    rows = [good("POZ_SUPPLIERS_INT", VENDOR_NAME=name) for name in ("Alpha", "Beta", "Gamma")]
    reports = extract(rows[0], waiting=rows[1:]), extract(rows[1], waiting=rows[2:])
    assert states(judged(SUP, suppliers("Alpha", "Beta", "Gamma"), *reports)) == ["accepted", "accepted", "pending"]


def test_an_extract_without_rows_leaves_all_pending() -> None:
    assert judged(SUP, suppliers("Alpha"), extract()).units.rows() == [("pending", "S2")]


def test_two_rows_of_one_key_need_two_good_rows() -> None:
    one = good("POZ_SUPPLIERS_INT", VENDOR_NAME="Alpha")
    assert states(judged(SUP, suppliers("Alpha", "Alpha"), extract(one))) == ["pending"]
    assert states(judged(SUP, suppliers("Alpha", "Alpha"), extract(one, one))) == ["accepted"]


ORDER_ROWS = (
    good("PO_HEADERS_INTERFACE", INTERFACE_HEADER_KEY="H1"), good("PO_HEADERS_INTERFACE", INTERFACE_HEADER_KEY="H2"),
    good("PO_LINES_INTERFACE", INTERFACE_LINE_KEY="L1"), good("PO_LINES_INTERFACE", INTERFACE_LINE_KEY="L2"),
    good("PO_LINE_LOCATIONS_INTERFACE", INTERFACE_LINE_LOCATION_KEY="S1"),
    good("PO_LINE_LOCATIONS_INTERFACE", INTERFACE_LINE_LOCATION_KEY="S2"),
)  # fmt: skip


def test_a_bad_line_refuses_its_order_and_the_siblings_need_no_words() -> None:
    said = "The value of the attribute isn't valid."
    report = extract(
        *ORDER_ROWS[:1], *ORDER_ROWS[2:3], *ORDER_ROWS[4:],
        bad("PO_HEADERS_INTERFACE", INTERFACE_HEADER_KEY="H2"),
        bad("PO_LINES_INTERFACE", said, "ACTION", INTERFACE_LINE_KEY="L2"),
    )  # fmt: skip
    outcomes = judged(PO, example(PO, "two_orders"), report)
    assert states(outcomes) == ["accepted", "rejected"]
    assert outcomes.answers.select("unit", "file", "column", "code").rows() == [
        (1, "lines", "ACTION", "line_action_invalid")
    ]


def test_a_failed_order_without_any_error_is_unexplained() -> None:
    report = extract(*ORDER_ROWS[:1], bad("PO_HEADERS_INTERFACE", INTERFACE_HEADER_KEY="H2"))
    assert states(judged(PO, example(PO, "two_orders"), report)) == ["accepted", "rejected_unexplained"]


def test_an_order_that_lacks_a_row_is_not_accepted() -> None:
    assert states(judged(PO, example(PO, "two_orders"), extract(*ORDER_ROWS))) == ["accepted", "accepted"]
    assert states(judged(PO, example(PO, "two_orders"), extract(*ORDER_ROWS[:-1]))) == ["accepted", "pending"]


def test_rows_of_one_key_in_two_orders_that_end_differently_are_doubtful() -> None:
    rows = example(PO, "two_orders")
    twice = {"headers": rows["headers"], "lines": [{**line, "INTERFACE_LINE_KEY": "L1"} for line in rows["lines"]]}
    lines = [
        good("PO_LINES_INTERFACE", INTERFACE_LINE_KEY="L1"),
        bad("PO_LINES_INTERFACE", "Bad.", INTERFACE_LINE_KEY="L1"),
    ]
    assert states(judged(PO, twice, extract(*ORDER_ROWS[:2], *lines))) == ["unknown", "unknown"]


def test_a_row_of_no_record_is_named() -> None:
    report = extract(
        bad("POZ_SUPPLIERS_INT", "Zeta isn't known.", VENDOR_NAME="Zeta"), bad("PO_HEADERS_INTERFACE", "No.")
    )
    outcomes = judged(SUP, suppliers("Alpha"), report)
    assert states(outcomes) == ["pending"]
    assert outcomes.unmatched == ("… isn't known.: of no record of the payload", "No.: of no record of the payload")


# --- HCM objects

HR = "hr.workers"


def hdl(*answers: Answer, success: int | None) -> Report:
    return Report("hdl", "70001", answers, selected=None, accepted=success, rejected=len(answers))


def message(said: str, **where: object) -> Answer:
    keys = {
        name: str(where.pop(name))
        for name in ("SourceSystemOwner", "SourceSystemId", "ConcatenatedUserKey")
        if name in where
    }
    return Answer(said, keys=keys, **where)  # type: ignore[arg-type]


ACTION = "You must enter a valid value for the ActionCode field."


@pytest.mark.parametrize(
    "where",
    [
        {"component": "Worker", "SourceSystemOwner": "LEGACY", "SourceSystemId": "P-210002"},
        {"component": "Assignment", "SourceSystemOwner": "LEGACY", "SourceSystemId": "AS-210002"},
        {"component": "Worker", "SourceSystemOwner": "LEGACY", "SourceSystemId": "AS-210002"},
        {"SourceSystemId": "NM-210002"},
        {"ConcatenatedUserKey": "210002"},
        {"ConcatenatedUserKey": "C210002|x"},
        {"table": "Worker.dat", "line": 2, "component": "Worker", "SourceSystemId": "P-210002"},
    ],
)
def test_a_message_finds_its_worker_by_source_key_or_user_key(where: dict[str, object]) -> None:
    outcomes = judged(HR, example(HR, "two_workers"), hdl(message(ACTION, **where), success=1))
    assert states(outcomes) == ["accepted", "rejected"]
    assert codes(outcomes) == [(1, "action_code_invalid")]
    assert outcomes.unmatched == ()


@pytest.mark.parametrize(
    "where",
    [
        {"SourceSystemOwner": "OTHER", "SourceSystemId": "P-210002"}, {"ConcatenatedUserKey": "999"}, {},
        {"table": "Salary.dat", "line": 2},
    ],
)  # fmt: skip
def test_a_message_of_no_worker_leaves_acceptance_to_the_counts(where: dict[str, object]) -> None:
    answer = message(ACTION, **where)
    assert states(judged(HR, example(HR, "two_workers"), hdl(answer, success=1))) == ["unknown", "unknown"]
    assert states(judged(HR, example(HR, "two_workers"), hdl(answer, success=2))) == ["accepted", "accepted"]
    assert judged(HR, example(HR, "two_workers"), hdl(answer, success=2)).unmatched


def test_a_message_finds_its_worker_by_the_line_of_the_dat_file(tmp_path: Path) -> None:
    path = tmp_path / "Worker.zip"
    interfaces.write(path, contract(HR), example(HR, "two_workers"))
    ready = Records(contract(HR), interfaces.read(path, contract(HR)).frames)
    frame = ready.ready["name"].frame
    line = frame.filter(pl.col("_unit") == 1)["_line"][0]
    said = "You must enter the date for the EffectiveStartDate attribute in YYYY/MM/DD format."
    for member in ("Worker.dat", "WORKER.DAT", ""):
        outcomes = judged(HR, ready, hdl(message(said, table=member, line=line, component="PersonName"), success=1))
        assert states(outcomes) == ["accepted", "rejected"]
        assert outcomes.answers.select("file", "column", "code").rows() == [
            ("name", "EffectiveStartDate", "date_invalid")
        ]


def test_a_file_level_refusal_refuses_every_worker() -> None:
    answer = replace(message("Your file can't be processed as it has critical errors."), whole=True)
    outcomes = judged(HR, example(HR, "two_workers"), hdl(answer, success=0))
    assert states(outcomes) == ["rejected", "rejected"]
    assert codes(outcomes) == [(0, "file_critical_errors"), (1, "file_critical_errors")]


BALANCES = "hr.balance_initialization"
FILE_NAME = (
    "The Payload file name isn't valid. You need to use the name of a top-level supported business object as the "
    "file name."
)


def test_a_refused_dat_refuses_the_objects_that_were_read_from_it_whatever_its_name() -> None:
    ready = records(BALANCES, example(BALANCES, "one_batch"))
    said = hdl(message(FILE_NAME, table="Payload.dat"), success=2)
    outcomes = assign(contract(BALANCES), ready, [said], ended=True, held={"Payload.dat": ["batch"]})
    assert codes(outcomes) == [(0, "file_name_invalid")]
    assert states(outcomes)[0] == "rejected"
    assert "rejected" not in states(outcomes)[1:]


def test_a_refused_dat_of_which_nothing_was_read_is_told_and_refuses_nobody() -> None:
    said = hdl(message(FILE_NAME, table="Strange.dat"), success=1)
    outcomes = judged(BALANCES, example(BALANCES, "one_batch"), said)
    assert "rejected" not in states(outcomes)
    assert outcomes.unmatched


def test_the_value_in_a_sentence_of_a_known_code_is_not_kept() -> None:
    said = (
        "The Secretvalue value for the LegislationCode attribute is invalid and doesn't exist in the X list of values."
    )
    outcomes = judged(
        HR,
        example(HR, "two_workers"),
        hdl(message(said, component="PersonName", SourceSystemId="NM-210001"), success=1),
    )
    assert outcomes.answers.select("file", "column", "code").rows() == [("name", "LegislationCode", "lookup_invalid")]
    assert "Secretvalue" not in json.dumps(outcomes.answers.rows())


def test_failed_lines_refuse_and_count_nothing() -> None:
    failed = replace(hdl(message(ACTION, SourceSystemId="P-210002"), success=None), counted="lines")
    assert states(judged(HR, example(HR, "two_workers"), failed)) == ["unknown", "rejected"]
    assert states(judged(HR, example(HR, "two_workers"), failed, hdl(success=1))) == ["accepted", "rejected"]


# --- properties and volume


@given(st.lists(st.integers(1, 3), min_size=1, max_size=8), st.randoms(use_true_random=False), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_a_report_of_the_truth_never_says_accepted_of_a_refused_journal(
    amounts: list[int], rand: random.Random, lost: int
) -> None:
    """Journals with lines that often are the same; some are refused, some lost in silence."""
    fates = [rand.choice(["taken", "refused"]) for _ in amounts]
    for _ in range(lost):
        fates[rand.randrange(len(fates))] = "lost"
    rows = {
        "gl": [
            line
            for at, amount in enumerate(amounts)
            for line in journal(f"J{at}", (f"{amount}.00", None), (None, f"{amount}.00"))
        ]
    }
    refused = [amount for amount, fate in zip(amounts, fates, strict=True) if fate == "refused"]
    answers = [error(entry, "EF04", f"{amount}") for entry, amount in enumerate(refused, start=1)]
    outcomes = judged(GL, rows, imported(*answers, success=2 * fates.count("taken")))
    for state, fate in zip(states(outcomes), fates, strict=True):
        assert (
            state
            in {"taken": ("accepted", "unknown"), "lost": ("unknown", "rejected"), "refused": ("rejected", "unknown")}[
                fate
            ]
        )
    if "lost" not in fates and len(set(amounts)) == len(amounts):
        assert "unknown" not in states(outcomes)


def many(journals: int, lines: int, *, same: bool = False) -> Records:
    """Records of many journals without plain Python for each line; ``same``: all lines are alike."""
    number = pl.int_range(journals * lines, eager=True)
    side = pl.when((pl.col("n") % 2 == 0) | same)
    amount = pl.lit("1.00") if same else (pl.col("n") // lines // 2 + 1).cast(pl.String) + ".00"
    constant = {
        name: value
        for name, value in LINE[0].items()
        if name not in ("ENTERED_DR", "REFERENCE4", "ACCOUNTING_DATE", "DATE_CREATED")
    }
    frame = pl.DataFrame({"n": number}).select(
        *[pl.lit(str(value)).alias(name) for name, value in constant.items()],
        pl.lit("2025/09/01").alias("ACCOUNTING_DATE"), pl.lit("2025/09/02").alias("DATE_CREATED"),
        ("J" + (pl.col("n") // lines).cast(pl.String)).alias("REFERENCE4"),
        side.then(amount).alias("ENTERED_DR"), side.then(None).otherwise(amount).alias("ENTERED_CR"),
    )  # fmt: skip
    return Records(contract(GL), {"gl": frame})


@pytest.mark.slow
def test_twenty_thousand_journals_of_a_hundred_thousand_lines_all_in_error() -> None:
    ready = many(20_000, 5)
    frame = ready.ready["gl"].frame
    pairs = frame.select(pl.col("ENTERED_DR").fill_null(""), pl.col("ENTERED_CR").fill_null("")).rows()
    report = imported(*(error(entry, "EP01", *pair) for entry, pair in enumerate(pairs, start=1)), success=0)
    outcomes = judged(GL, ready, report)
    assert set(states(outcomes)) == {"rejected"}
    assert outcomes.answers.height == 20_000


def test_a_hundred_thousand_identical_lines_do_not_multiply() -> None:
    ready = many(20_000, 5, same=True)
    report = imported(*(error(entry, "EP01", "1.00") for entry in range(1, 50_001)), success=50_000)
    assert set(states(judged(GL, ready, report))) == {"unknown"}
