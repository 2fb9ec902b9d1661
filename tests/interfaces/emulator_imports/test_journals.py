"""Import Journals of the emulated pod: what it takes, what it refuses with which code, and what its report says."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from finance_pod import Pod, Values, patched
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import code_table
from interfaces.emulator.imports.journals import EVIDENCE, JOB
from interfaces.emulator.jobs import Done
from interfaces.emulator.setup import FIRST_ID, Setup

LISTS = {
    "ledgers": ({"name": "Main", "currency": "USD"}, {"name": "Second", "currency": "USD"}),
    "open_period": ({"ledger": "Main", "name": "Sep-25", "start": "2025-09-01", "end": "2025-09-30"},),
    "je_category": ({"name": "Payroll"},),
    "currency": ({"code": "USD"}, {"code": "EUR"}, {"code": "STAT"}),
    "rate_type": ({"name": "Corporate"}, {"name": "User"}),
    "encumbrance_type": ({"id": "1000"},),
    "account_combination": (
        {"fund": "1", "object": "121", "valid_from": "2025-07-01", "valid_to": ""},
        {"fund": "1", "object": "000", "valid_from": "2025-07-01", "valid_to": ""},
        {"fund": "1", "object": "131", "valid_from": "2025-07-01", "valid_to": "2025-08-31"},
    ),
}
DEBIT: Values = {
    "LEDGER_NAME": "Main", "USER_JE_SOURCE_NAME": "Payroll", "USER_JE_CATEGORY_NAME": "Payroll", "CURRENCY_CODE": "USD",
    "ACCOUNTING_DATE": "2025-09-01", "ACTUAL_FLAG": "A", "GROUP_ID": "7", "REFERENCE1": "PAY 2025-09",
    "REFERENCE4": "PAY-0901", "SEGMENT1": "1", "SEGMENT2": "121", "ENTERED_DR": "100",
}  # fmt: skip
CREDIT = patched(DEBIT, SEGMENT2="000", ENTERED_DR=None, ENTERED_CR="100")
STAT = {"CURRENCY_CODE": "STAT"}
EUR = {"CURRENCY_CODE": "EUR", "USER_CURRENCY_CONVERSION_TYPE": "Corporate", "CURRENCY_CONVERSION_DATE": "2025-09-01"}
ENCUMBRANCE = {"ACTUAL_FLAG": "E", "ENCUMBRANCE_TYPE_ID": "1000"}
BUDGET = {"ACTUAL_FLAG": "B", "PERIOD_NAME": "Jul-25", "ACCOUNTING_DATE": "2025-07-15"}


def pod(**switches: bool) -> Pod:
    return Pod(Setup(LISTS, **switches))


def named(name: str, **patch: str | None) -> list[Values]:
    """A balanced journal of two lines; the patch goes to its debit alone."""
    return [patched(DEBIT, REFERENCE4=name, **patch), patched(CREDIT, REFERENCE4=name)]


def imported(used: Pod, lines: Iterable[Values], *arguments: str) -> list[str]:
    """Load lines, import them, and return the status of every line of the table."""
    used.load(GL_INTERFACE=lines)
    used.run(JOB, *arguments)
    return used.statuses("GL_INTERFACE")


def report(done: Done) -> str:
    return done.children[0].outputs["txt"].decode()


def section(done: Done, title: str) -> list[list[str]]:
    """The rows of a section of the report, cut where its columns begin."""
    lines = report(done).split(f"\n{title}\n")[1].split("\n\n")[0].splitlines()
    starts = [at for at, sign in enumerate(lines[1]) if sign == "-" and lines[1][at - 1 : at] != "-"]
    ends = [*starts[1:], None]
    return [[line[start:end].strip() for start, end in zip(starts, ends, strict=True)] for line in lines[2:]]


def test_a_good_journal_is_imported() -> None:
    used = pod()
    assert imported(used, [DEBIT, CREDIT]) == ["P", "P"]
    assert list(used.tables.base["journals"].values()) == ["PAY-0901"]


@pytest.mark.parametrize(
    ("code", "patch"),
    [
        ("EP01", {"ACCOUNTING_DATE": "2025-10-01"}),
        ("EP02", {"LEDGER_NAME": "Second"}),
        ("EF04", {"SEGMENT2": "999"}),
        ("EF04", {"SEGMENT2": "21"}),
        ("EF04", {"SEGMENT1": None, "SEGMENT2": None}),
        ("EF01", {"SEGMENT2": "131"}),
        ("EC01", {**EUR, "USER_CURRENCY_CONVERSION_TYPE": "User"}),
        ("EC02", {**EUR, "CURRENCY_CONVERSION_DATE": None}),
        ("EC03", {"CURRENCY_CODE": "EUR"}),
        ("EC08", {**EUR, "CURRENCY_CODE": "XXX"}),
        ("EC10", {**EUR, **ENCUMBRANCE}),
        ("EC11", {**EUR, "USER_CURRENCY_CONVERSION_TYPE": "Moon"}),
        ("EC12", {"ACCOUNTED_DR": "99.99"}),
        ("EC12", {**STAT, "ACCOUNTED_CR": "1"}),
        ("EM01", {"USER_JE_CATEGORY_NAME": "Pay"}),
        ("EM03", {"LEDGER_NAME": "Third"}),
        ("EM03", {"LEDGER_NAME": None}),
        ("EM04", {"ACTUAL_FLAG": "X"}),
        ("EM05", {"ENCUMBRANCE_TYPE_ID": "1000"}),
        ("EM07", {**STAT, "STAT_AMOUNT": "5"}),
        ("EM25", {"AVERAGE_JOURNAL_FLAG": "X"}),
        ("EE01", {"ACTUAL_FLAG": "E"}),
        ("EE02", {**ENCUMBRANCE, "ENCUMBRANCE_TYPE_ID": "2000"}),
        ("EE03", {**ENCUMBRANCE, **STAT}),
        ("EB05", {**BUDGET, "ENCUMBRANCE_TYPE_ID": "1000"}),
        ("EB06", {**BUDGET, "PERIOD_NAME": None}),
        ("ER01", {"REFERENCE7": "Y"}),
    ],
)
def test_each_fault_of_a_line_has_its_code_and_leaves_the_journal_beside_it_alone(
    code: str, patch: dict[str, str | None]
) -> None:
    bad = [patched(line, REFERENCE4="BAD", **patch) for line in (DEBIT, CREDIT)]
    if "SEGMENT2" in patch or "ACCOUNTED_DR" in patch:  # its account or amount is wrong on the debit alone
        bad[1] = patched(CREDIT, REFERENCE4="BAD")
    found = imported(pod(), [*named("GOOD"), *bad])
    assert found[:2] == ["P", "P"]
    assert found[2] == code


@pytest.mark.parametrize(
    "patch",
    [
        {**EUR},
        {**EUR, "USER_CURRENCY_CONVERSION_TYPE": "User", "CURRENCY_CONVERSION_RATE": "1.1"},
        {"CURRENCY_CODE": "EUR", "ACCOUNTED_DR": "110", "ACCOUNTED_CR": "110"},
        {"ACCOUNTED_DR": "100.00"},
        {**STAT},
        {**ENCUMBRANCE},
        {**BUDGET},
        {"REFERENCE7": "Y", "REFERENCE8": "Oct-25"},
        {"REFERENCE7": "N"},
        {"AVERAGE_JOURNAL_FLAG": "N"},
        {"LEDGER_NAME": None, "LEDGER_ID": str(FIRST_ID)},
        {"LEDGER_NAME": None, "LEDGER_ID": "300000001"},
    ],
)
def test_what_is_only_unusual_is_imported(patch: dict[str, str | None]) -> None:
    lines = [patched(DEBIT, **patch), patched(CREDIT, **{**patch, "ACCOUNTED_DR": None})]
    assert imported(pod(), lines) == ["P", "P"]


def test_a_line_has_all_its_codes_and_a_good_line_beside_it_none() -> None:
    used = pod()
    bad = named("BAD", SEGMENT2="999", AVERAGE_JOURNAL_FLAG="X")
    assert imported(used, bad) == ["EF04,EM25", "NEW"]
    assert not used.tables.base["journals"]


def test_an_unbalanced_journal_is_refused_on_every_line() -> None:
    assert imported(pod(), [*named("GOOD"), *named("BAD", ENTERED_DR="100.01")]) == ["P", "P", "EU02", "EU02"]


@pytest.mark.parametrize("patch", [STAT, ENCUMBRANCE, BUDGET])
def test_only_actual_money_must_balance(patch: dict[str, str]) -> None:
    assert imported(pod(), [patched(DEBIT, **patch)]) == ["P"]


@pytest.mark.parametrize(
    "column",
    ["USER_JE_SOURCE_NAME", "CURRENCY_CODE", "ACCOUNTING_DATE", "GROUP_ID", "REFERENCE1", "REFERENCE4"],
)
def test_a_journal_is_made_by_every_column_of_its_key(column: str) -> None:
    other = {"CURRENCY_CODE": "EUR", "ACCOUNTING_DATE": "2025-09-02"}.get(column, "Other")
    accounted = {"ACCOUNTED_CR": "100"} if column == "CURRENCY_CODE" else {}
    assert imported(pod(), [DEBIT, patched(CREDIT, **{column: other}, **accounted)]) == ["EU02", "EU02"]


def test_amounts_of_38_digits_are_not_rounded_when_a_journal_is_added_up() -> None:
    large = "12345678901234567890123456789012345.01"
    lines = [patched(DEBIT, ENTERED_DR=large), patched(CREDIT, ENTERED_CR=large[:-1])]
    assert imported(pod(), lines) == ["EU02", "EU02"]


@given(st.lists(st.decimals("0.01", "999999999.99", places=2), min_size=1, max_size=6))
def test_a_journal_with_one_credit_of_all_its_debits_balances(debits: list[object]) -> None:
    lines = [patched(DEBIT, ENTERED_DR=str(amount)) for amount in debits]
    assert set(imported(pod(), [*lines, patched(CREDIT, ENTERED_CR=str(sum(debits)))])) == {"P"}  # type: ignore[call-overload]


def test_with_suspense_posting_an_unbalanced_journal_is_taken_with_a_warning() -> None:
    used = pod(suspense_posting=True)
    used.load(GL_INTERFACE=[DEBIT])
    done = used.run(JOB)
    assert used.statuses("GL_INTERFACE") == ["P"]
    assert done.children[0].state == "SUCCEEDED"
    assert section(done, "Totals")[0] == ["Payroll", "7", "0", "1", "1"]
    assert not section(done, "Unbalanced Journal Entries")


def test_a_wrong_account_goes_to_suspense_where_the_job_asks_for_it() -> None:
    lines = named("BAD", SEGMENT2="999")
    assert imported(pod(suspense_posting=True), lines, "", "", "", "", "Y") == ["P", "P"]
    assert imported(pod(suspense_posting=True), lines, "", "", "", "", "N") == ["EF04", "NEW"]
    assert imported(pod(), lines, "", "", "", "", "Y") == ["EF04", "NEW"]


def test_one_refused_journal_refuses_its_group_where_the_pod_is_so() -> None:
    elsewhere = [patched(line, GROUP_ID="8") for line in (DEBIT, CREDIT)]
    used = pod(refuse_groups=True)
    found = imported(used, [*named("GOOD"), *named("BAD", SEGMENT2="999"), *elsewhere])
    assert found == ["NEW", "NEW", "EF04", "NEW", "P", "P"]


@pytest.mark.parametrize(
    ("arguments", "taken"),
    [
        (("", "", "", ""), True),
        (("1", "Payroll", str(FIRST_ID), "7"), True),
        (("1", "Payroll", "Main", "7"), True),
        (("1", "Spreadsheet", str(FIRST_ID), "7"), False),
        (("1", "Payroll", str(FIRST_ID + 1), "7"), False),
        (("1", "Payroll", str(FIRST_ID), "8"), False),
    ],
)
def test_the_parameters_select_and_nothing_selected_still_succeeds(arguments: tuple[str, ...], taken: bool) -> None:
    used = pod()
    used.load(GL_INTERFACE=[DEBIT, CREDIT])
    done = used.run(JOB, *arguments)
    assert used.statuses("GL_INTERFACE") == (["P", "P"] if taken else ["NEW", "NEW"])
    assert (done.state, done.children[0].state) == ("SUCCEEDED", "SUCCEEDED")
    assert f"Total: {taken:d} group id(s)" in report(done).splitlines()


def test_a_list_that_the_set_up_does_not_have_decides_nothing() -> None:
    odd = {"LEDGER_NAME": "Any", "USER_JE_CATEGORY_NAME": "Any", "CURRENCY_CODE": "XXX", "SEGMENT1": "?"}
    used = Pod()
    assert imported(used, [patched(line, **odd) for line in (DEBIT, CREDIT)], "", "", "123") == ["P", "P"]


def test_without_combinations_the_lists_of_the_segments_decide() -> None:
    used = Pod(Setup({"fund": ({"code": "1"},), "purpose": ({"code": "121"}, {"code": "000"})}))
    assert imported(used, [*named("GOOD"), *named("BAD", SEGMENT1="01")]) == ["P", "P", "EF04", "NEW"]


def test_what_was_refused_and_not_purged_spoils_the_journal_that_is_sent_again() -> None:
    used = pod()
    assert imported(used, named("PAY", SEGMENT2="999")) == ["EF04", "NEW"]
    assert imported(used, named("PAY")) == ["EF04", "NEW", "NEW", "NEW"]
    used.tables.purge(1001)
    used.run(JOB)
    assert used.statuses("GL_INTERFACE") == ["P", "P"]


def test_an_imported_journal_that_is_sent_again_is_imported_twice() -> None:
    used = pod()
    imported(used, [DEBIT, CREDIT])
    assert imported(used, [DEBIT, CREDIT]) == ["P"] * 4
    assert list(used.tables.base["journals"].values()) == ["PAY-0901", "PAY-0901"]


def test_the_report_tells_batches_unbalanced_journals_error_lines_and_totals() -> None:
    used = pod()
    lines = [*named("GOOD"), *named("ODD", ENTERED_DR="90"), *named("BAD", SEGMENT2="999", AVERAGE_JOURNAL_FLAG="X")]
    used.load(GL_INTERFACE=lines)
    done = used.run(JOB, "1", "Payroll", "", "7")
    (child,) = done.children
    assert done.log == f"Import Journals: Child job request_id: {child.request} has been submitted.\n"
    assert (done.state, child.state, child.name) == ("SUCCEEDED", "WARNING", "Import Journals: Child")
    assert report(done).startswith("Journal Import Execution Report")
    assert section(done, "Batches Created") == [[f"PAY 2025-09 Payroll {child.request - 1}: A 7", "Sep-25"]]
    assert section(done, "Unbalanced Journal Entries") == [["Payroll", "ODD", "Sep-25", "USD", "90.00", "100.00"]]
    assert section(done, "Error Lines") == [
        ["EU02", "Payroll", "2025-09-01", "USD", "90.00", "", "1-121"],
        ["EU02", "Payroll", "2025-09-01", "USD", "", "100.00", "1-000"],
        ["EF04,EM25", "Payroll", "2025-09-01", "USD", "100.00", "", "1-999"],
    ]
    assert section(done, "Totals")[:-1] == [["Payroll", "7", "3", "0", "2"]]


def test_a_sum_of_nothing_is_printed_as_an_amount() -> None:
    used = pod()
    used.load(GL_INTERFACE=[patched(DEBIT, ENTERED_CR="0.0000000")])
    assert section(used.run(JOB), "Unbalanced Journal Entries")[0][4:] == ["100.00", "0.0000000"]


def test_the_error_key_names_codes_that_no_line_got() -> None:
    used = pod()
    used.load(GL_INTERFACE=[DEBIT, CREDIT])
    done = used.run(JOB)
    told, key = report(done).split("Error Key")
    assert all(f"\n{code}  " in key for code in EVIDENCE)
    assert not any(code in told for code in EVIDENCE)


def test_a_name_with_a_break_inside_stays_on_its_line() -> None:
    used = pod()
    used.load(GL_INTERFACE=[patched(DEBIT, REFERENCE4="two\nlines")])
    assert section(used.run(JOB), "Unbalanced Journal Entries")[0][1] == "two lines"


def test_the_evidence_of_every_code_is_that_of_the_code_table() -> None:
    assert {code: code_table("gl_journal_import")[code].certainty for code in EVIDENCE} == EVIDENCE
