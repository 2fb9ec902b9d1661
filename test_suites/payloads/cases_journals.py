"""Cases of finance.gl_journals: what is in the file, and how the file is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from harness import load
from interfaces.fbdi import Dialect
from test_suites.payloads.cases_making import (
    DRAGGED,
    FAULTY,
    FINE,
    REFUSED,
    WHOLE,
    Build,
    Case,
    Findings,
    edited,
    members_of,
    packed,
    sent,
)
from test_suites.payloads.journals import line
from test_suites.payloads.sources import PROFILE, Records, Row, spoil

GL = "finance.gl_journals"
MEMBER = "GlInterface.csv"
ZIP = "GlInterface.zip"
_case = partial(Case, contract=GL, file=ZIP)
_WHEN = date(2026, 11, 18)
_SUPPLIES = ("2", "5110", "801", "411", "304", "000", "00")
_CASH = ("2", "1110", "000", "000", "304", "000", "00")
_CLOSED_SITE = ("2", "5110", "801", "411", "471", "000", "00")  # its combinations ended on 30 June 2026
_ENDED_PROGRAM = ("1", "5110", "029", "131", "304", "000", "00")  # PRC 029 ended on 30 June 2026
_ACCRUED = ("1", "2110", "000", "000", "304", "000", "00")


def journal(
    name: str, cost: tuple[str, ...] = _SUPPLIES, paid: tuple[str, ...] = _CASH, **more: str | None
) -> list[Row]:
    """Two lines that balance: a cost and what it is paid from."""
    head: Row = {"REFERENCE1": "PAY 2026-11", "GROUP_ID": "26111801", **more}
    debit = line(cost, _WHEN, name, "Classroom supplies", ENTERED_DR="125.40", **head)
    return [debit, line(paid, _WHEN, name, "Paid from cash", ENTERED_CR="125.40", **head)]


def two_journals() -> Records:
    """Lines 1 and 2 are journal J-1, lines 3 and 4 journal J-2."""
    return {"gl": [*journal("J-1"), *journal("J-2")]}


def label(name: str, day: str = "2026/11/18", group: str = "26111801", ledger: str = "District Ledger / ") -> str:
    """Name of the accept unit of a journal."""
    return f"{ledger}Payroll / Payroll / USD / {day} / A / {group} / PAY 2026-11 / {name}"


J1, J2 = label("J-1"), label("J-2")
BOTH_FINE = {J1: FINE, J2: FINE}


def spoilt_journals(*numbers: int, **changes: str | None) -> Build:
    records = two_journals()
    for number in numbers:
        spoil(records, "gl", number, **changes)
    return sent(GL, records)


def edited_journals(edit: Callable[[list[list[str]]], object]) -> Build:
    return packed(lambda: edited(MEMBER, edit, members_of(GL, two_journals())))


def on_lines(rows: list[int], *rules: str) -> Findings:
    return {rule: {"gl": rows} for rule in rules}


def _drop_second_field(rows: list[list[str]]) -> None:
    for row in rows[:2]:
        del row[1]
        row.append("")


def _old_template(rows: list[list[str]]) -> None:
    for row in rows:
        row[118:] = ["END"]


def _header_row(rows: list[list[str]]) -> None:
    """The names of the columns that the sender fills, as an export to a spreadsheet begins."""
    names = load(GL, PROFILE).files["gl"].columns
    rows.insert(0, [name if any(row[at] for row in rows) else "" for at, name in enumerate(names)])


def _latin(name: str) -> Build:
    records = two_journals()
    spoil(records, "gl", 2, REFERENCE10="Caf\u00e9 supplies")
    return packed(lambda: {m: data.decode().encode(name) for m, data in members_of(GL, records).items()})


_FOUR_BYTES = "\U0001f4da" * 5  # 5 characters, 20 bytes

_VALID = (
    _case("balanced_journals", "Two journals as the writer sends them: the plainest valid payload.", sent(GL, two_journals()), BOTH_FINE),
    _case("byte_order_mark", "A UTF-8 byte-order mark is tolerated; it is no part of the first value.",
          sent(GL, two_journals(), Dialect(bom=True)), BOTH_FINE),
    _case("every_value_quoted_and_crlf", "Oracle's loader takes quoted fields and CRLF as well as bare ones and LF.",
          sent(GL, two_journals(), Dialect(quoting="all", newline="\r\n")), BOTH_FINE),
    _case("end_behind_the_last_field", "END at position n+1 is what Oracle's macro writes; the loader ignores it.",
          sent(GL, two_journals(), Dialect(end=True)), BOTH_FINE),
    _case("delimiter_and_quotes_in_a_description", "A quoted value may hold delimiters and doubled quotes.",
          spoilt_journals(1, REFERENCE10='Paper, "A4" for the copy room'), BOTH_FINE),
    _case("four_byte_characters_at_the_limit", "240 characters are 255 bytes here: neither the column nor the loader's buffer overflows.",
          spoilt_journals(1, REFERENCE10="b" * 235 + _FOUR_BYTES), BOTH_FINE),
)  # fmt: skip

_TYPES_OF_SHIFTED = [f"gl.{name}.type" for name in ("LEDGER_ID", "ACCOUNTING_DATE", "DATE_CREATED", "ACCOUNTED_CR")]
_VALUES_OF_SHIFTED = [
    "gl.USER_JE_CATEGORY_NAME.list", "gl.CURRENCY_CODE.list", "gl.ACTUAL_FLAG.one_of", "gl.REFERENCE9.one_of",
    *(f"gl.SEGMENT{number}.list@NCGL" for number in (1, 2, 4, 5, 6)),
    *(f"gl.{name}.required@NCGL" for name in ("SEGMENT7", "REFERENCE1", "REFERENCE4")),
    "gl.GROUP_ID.required",
    *(f"gl.{name}.unlisted@NCGL" for name in ("REFERENCE3", "ORIGINATING_BAL_SEG_VALUE", "JGZZ_RECON_REF")),
]  # fmt: skip
_TYPES_OF_HEADER = [
    f"gl.{name}.type" for name in ("ACCOUNTING_DATE", "DATE_CREATED", "ENTERED_DR", "ENTERED_CR", "GROUP_ID")
]
_VALUES_OF_HEADER = [
    "gl.STATUS.one_of", "gl.ACTUAL_FLAG.one_of", "gl.ACTUAL_FLAG.length", "GL-040",
    *(f"gl.{name}.list" for name in ("USER_JE_SOURCE_NAME", "USER_JE_CATEGORY_NAME", "CURRENCY_CODE", "LEDGER_NAME")),
    *(f"gl.SEGMENT{number}.list@NCGL" for number in range(1, 8)),
]  # fmt: skip
_HEADER_UNIT = (
    "LEDGER_NAME / USER_JE_SOURCE_NAME / USER_JE_CATEGORY_NAME / CURRENCY_CODE / ACCOUNTING_DATE / ACTUAL_FLAG / GROUP_ID"
    " / REFERENCE1 / REFERENCE4"
)

_SHAPES = (
    _case("one_field_short", "148 of 149 fields in every record: Fusion nulls the missing one in silence.",
          sent(GL, two_journals(), Dialect(widths={"gl": 148})), BOTH_FINE, {"gl.shape.short": {"gl": WHOLE}}),
    _case("ragged_records", "Records of different widths in one file load; the harm, if any, is found elsewhere.",
          edited_journals(lambda rows: rows[2].pop()), BOTH_FINE, {"gl.shape.ragged": {"gl": WHOLE}}),
    _case("surplus_fields", "Fields beyond the layout are ignored by the loader in silence.",
          edited_journals(lambda rows: rows[1].extend(["", "X"])), BOTH_FINE, on_lines([2], "gl.shape.surplus")),
    # field 119 is GLOBAL_ATTRIBUTE_CATEGORY today, which the district leaves blank
    _case("template_before_the_global_columns", "118 fields and END: the old template's END stands inside today's layout.",
          edited_journals(_old_template), {J1: FAULTY, J2: FAULTY},
          {**on_lines([1, 2, 3, 4], "gl.shape.shifted", "gl.GLOBAL_ATTRIBUTE_CATEGORY.unlisted@NCGL"), "gl.shape.short": {"gl": WHOLE}}),
    # LEDGER_ID, blank, is left out of the first journal: everything behind it moves one column to the left
    _case("middle_column_dropped", "A generator that omits a middle column shifts everything behind it without an error of its own.",
          edited_journals(_drop_second_field), {"2026/11/18 / Payroll / USD / 2026/11/18 / Payroll / 2": REFUSED, J2: DRAGGED},
          {**on_lines([1, 2], "gl.shape.shifted", *_TYPES_OF_SHIFTED, *_VALUES_OF_SHIFTED), **on_lines([1], "gl.SEGMENT3.list@NCGL", "gl.SEGMENT30.unlisted@NCGL")}),
    _case("header_row", "FBDI files have no header: its names are taken for a record that the loader refuses.",
          edited_journals(_header_row), {_HEADER_UNIT: REFUSED, J1: DRAGGED, J2: DRAGGED}, on_lines([1], *_TYPES_OF_HEADER, *_VALUES_OF_HEADER, "NCGL-100")),
    _case("latin_1_bytes", "Bytes that are no UTF-8 cannot be decoded by the loader.",
          _latin("latin-1"), {J1: REFUSED, J2: DRAGGED}, on_lines([2], "gl.shape.unreadable")),
)  # fmt: skip

_VALUES = (
    _case("value_of_256_bytes", "241 characters, 256 bytes: one more than the loader's default buffer takes, so nothing is loaded.",
          spoilt_journals(1, REFERENCE10="b" * 236 + _FOUR_BYTES), {J1: REFUSED, J2: DRAGGED}, on_lines([1], "gl.REFERENCE10.length")),
    _case("value_longer_than_its_column", "241 characters fit the loader's buffer, not the column; what Fusion does is not known.",
          spoilt_journals(1, REFERENCE10="b" * 241), {J1: FAULTY, J2: FINE}, on_lines([1], "gl.REFERENCE10.length")),
    _case("date_created_blank", "A blank DATE_CREATED failed a whole load on a pod.",
          spoilt_journals(1, DATE_CREATED=None), {J1: REFUSED, J2: DRAGGED}, on_lines([1], "gl.DATE_CREATED.required")),
    _case("text_in_an_amount", "Text in a NUMBER column: ORA-01722, nothing is loaded. Whether the journal balances is unknown.",
          spoilt_journals(3, ENTERED_DR="see memo"), {J1: DRAGGED, J2: REFUSED}, on_lines([3], "gl.ENTERED_DR.type")),
    _case("thirtieth_of_february", "A date that no calendar has is refused by the loader.",
          spoilt_journals(1, 2, ACCOUNTING_DATE="2026/02/30"), {label("J-1", "2026/02/30"): REFUSED, J2: DRAGGED}, on_lines([1, 2], "gl.ACCOUNTING_DATE.type")),
    # written by hand: the writer would turn an ISO date into Oracle's
    _case("iso_dates", "2026-11-18 breaks the contract, but Oracle's to_date is lenient about punctuation: no refusal is predicted.",
          edited_journals(lambda rows: [row.__setitem__(2, "2026-11-18") for row in rows[:2]]), {label("J-1", "2026-11-18"): FAULTY, J2: FINE},
          on_lines([1, 2], "gl.ACCOUNTING_DATE.type")),
    _case("two_groups_in_one_file", "The job imports one group; the other stays behind although the job succeeds.",
          spoilt_journals(3, 4, GROUP_ID="26111802"), {J1: FAULTY, label("J-2", group="26111802"): FAULTY}, on_lines([1, 2, 3, 4], "NCGL-060")),
    _case("period_not_open", "Accounting date in a period that is not open: EP01, that journal only.",
          spoilt_journals(1, 2, ACCOUNTING_DATE="2027-07-15", DATE_CREATED="2027-07-15", PERIOD_NAME="Jul-27"),
          {label("J-1", "2027/07/15"): REFUSED, J2: FINE}, on_lines([1, 2], "GL-070")),
    _case("unbalanced_journal", "Debits are not credits: EU02 for this journal, the other one is imported.",
          spoilt_journals(1, ENTERED_DR="125.04"), {J1: REFUSED, J2: FINE}, on_lines([1, 2], "GL-100")),
    _case("closed_account_combination", "Every segment exists, their combination ended with the site: EF01.",
          sent(GL, {"gl": [*journal("J-1", _CLOSED_SITE), *journal("J-2")]}), {J1: REFUSED, J2: FINE}, on_lines([1], "NCGL-105")),
    _case("expired_program_report_code", "The State closed PRC 029 on 30 June: grant and combination are no longer valid.",
          sent(GL, {"gl": [*journal("J-1", _ENDED_PROGRAM, _ACCRUED), *journal("J-2")]}), {J1: REFUSED, J2: FINE},
          on_lines([1], "NCGL-030", "NCGL-105")),
    _case("lost_leading_zero_of_a_segment", "Fund 2, school 304, use 000 written as 0 by a spreadsheet: no such value, no such combination.",
          spoilt_journals(3, SEGMENT6="0"), {J1: FINE, J2: REFUSED}, on_lines([3], "gl.SEGMENT6.list@NCGL", "NCGL-100")),
)  # fmt: skip

JOURNALS: tuple[Case, ...] = (*_VALID, *_SHAPES, *_VALUES)
