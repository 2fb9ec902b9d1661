"""Further cases of finance.gl_journals: what real loads of journals are known to break on, and what they take."""

from __future__ import annotations

from functools import partial

from test_suites.payloads.cases_journals import (
    BOTH_FINE,
    GL,
    J1,
    J2,
    MEMBER,
    ZIP,
    edited_journals,
    journal,
    label,
    on_lines,
    spoilt_journals,
    two_journals,
)
from test_suites.payloads.cases_making import (
    DRAGGED,
    FAULTY,
    FINE,
    REFUSED,
    SECOND,
    THIRD,
    Build,
    Case,
    Members,
    members_of,
    packed,
    sent,
)
from test_suites.payloads.sources import Records, Row, spoil

_case = partial(Case, contract=GL, file=ZIP, since=SECOND)
_J1_FAULTY, _J1_REFUSED, _J1_LOST = {J1: FAULTY, J2: FINE}, {J1: REFUSED, J2: FINE}, {J1: REFUSED, J2: DRAGGED}
_LOST_PRC = ("1", "5110", "1", "121", "304", "000", "00")  # PRC 001 after a visit to a spreadsheet
_ACCRUED = ("1", "2110", "000", "000", "304", "000", "00")
_UNKNOWN = ("2", "9999", "801", "411", "304", "000", "00")


def _dated(text: str) -> dict[str, tuple[bool, str]]:
    return {label("J-1", text): REFUSED, J2: DRAGGED}


def _typed(column: int, *texts: str) -> Build:
    """Values as the sender types them: the writer would turn a date into Oracle's."""

    def edit(rows: list[list[str]]) -> None:
        for row, text in zip(rows, texts, strict=False):
            row[column - 1] = text

    return edited_journals(edit)


def _first_with(changes: Row) -> Records:
    """Two journals, both lines of the first one with these values."""
    return {"gl": [*({**row, **changes} for row in journal("J-1")), *journal("J-2")]}


def _with_currency(currency: str, **more: str | None) -> Records:
    return _first_with({"CURRENCY_CODE": currency, **more})


def _named(currency: str) -> str:
    return J1.replace(" / USD / ", f" / {currency} / ")


def _flagged(flag: str, **more: str | None) -> tuple[Records, str]:
    """Journal J-1 with another actual flag, and its label."""
    return _first_with({"ACTUAL_FLAG": flag, **more}), J1.replace(" / A / ", f" / {flag} / ")


def _sent_twice() -> Records:
    records = two_journals()
    records["gl"][2:2] = [dict(row) for row in records["gl"][:2]]
    return records


def _unquoted_comma() -> Members:
    records = two_journals()
    spoil(records, "gl", 1, REFERENCE1="PAY; 2026-11")
    return {MEMBER: members_of(GL, records)[MEMBER].replace(b"PAY; 2026-11", b"PAY, 2026-11")}


_ENCUMBERED, _E1 = _flagged("E", ENCUMBRANCE_TYPE_ID="1000")
_UNTYPED, _ = _flagged("E")
_BLANK_GROUP = "District Ledger / Payroll / Payroll / USD / 2026/11/18 / A / PAY 2026-11 / "

_VALID = (
    _case("ledger_by_its_id", "LEDGER_ID may stand for the ledger's name.",
          spoilt_journals(1, 2, LEDGER_NAME=None, LEDGER_ID="300000001"), {label("J-1", ledger="").replace("Payroll", "300000001 / Payroll", 1): FINE, J2: FINE}),
    _case("statistical_journal_of_one_side", "A journal in STAT counts things and need not balance.",
          sent(GL, {"gl": [journal("J-1", CURRENCY_CODE="STAT")[0], *journal("J-2")]}), {_named("STAT"): FINE, J2: FINE}),
    _case("encumbrance_with_its_type", "Flag E is used in the field, with the encumbrance type filled.", sent(GL, _ENCUMBERED), {_E1: FINE, J2: FINE}),
    _case("backslash_n_in_a_description", "A line break travels as backslash and n: two characters that the loader keeps or turns back.",
          spoilt_journals(1, REFERENCE10="Paper\\nfor the copy room"), BOTH_FINE),
    _case("foreign_journal_with_its_rate", "Another currency with type User, date and rate.",
          sent(GL, _with_currency("EUR", USER_CURRENCY_CONVERSION_TYPE="User", CURRENCY_CONVERSION_DATE="2026-11-18", CURRENCY_CONVERSION_RATE="1.1")),
          {_named("EUR"): FINE, J2: FINE}),
    _case("null_token_in_a_flexfield", "$null$ in a flexfield column stands for no value.",
          spoilt_journals(1, ATTRIBUTE_NUMBER1="$null$", ATTRIBUTE_DATE1="$null$"), BOTH_FINE),
    _case("decimal_comma", "The loader takes a comma as the decimal sign, as it takes a dot.", spoilt_journals(1, 3, ENTERED_DR="125,40"), BOTH_FINE),
)  # fmt: skip

_WRITTEN = (
    _case("american_dates", "11/18/2026 does not read as year, month, day: the loader refuses it, and with it the file.",
          _typed(3, "11/18/2026", "11/18/2026"), _dated("11/18/2026"), on_lines([1, 2], "gl.ACCOUNTING_DATE.type")),
    _case("time_behind_a_date", "A date column takes no time of day.",
          _typed(3, "2026/11/18 00:00:00", "2026/11/18 00:00:00"), _dated("2026/11/18 00:00:00"), on_lines([1, 2], "gl.ACCOUNTING_DATE.type")),
    _case("thousands_separator", "Numbers are plain: 1,125.40 is no number to the loader.",
          spoilt_journals(3, ENTERED_DR="1,125.40"), {J1: DRAGGED, J2: REFUSED}, on_lines([3], "gl.ENTERED_DR.type")),
    _case("group_in_letters", "GROUP_ID is a number: text there loses the whole load.",
          spoilt_journals(1, 2, 3, 4, GROUP_ID="NOV18"), {label("J-1", group="NOV18"): REFUSED, label("J-2", group="NOV18"): REFUSED},
          on_lines([1, 2, 3, 4], "gl.GROUP_ID.type")),
    _case("comma_in_an_unquoted_value", "A comma in a value without quotes moves everything behind it one column to the right.",
          packed(_unquoted_comma), {"Payroll / Payroll / USD / 2026/11/18 / A / PAY": REFUSED, J1: REFUSED, J2: DRAGGED},
          {**on_lines([1], "gl.shape.surplus", "gl.ENCUMBRANCE_TYPE_ID.type", "gl.ATTRIBUTE_CATEGORY.one_of@NCGL", "gl.GROUP_ID.required",
                      "gl.REFERENCE4.required@NCGL", "gl.REFERENCE18.unlisted@NCGL", "GL-010"), **on_lines([1, 2], "GL-100")}),
    _case("line_break_inside_quotes", "Somebody pressed Enter in a description: the loader takes every line for a record, whatever the quotes say.",
          spoilt_journals(1, REFERENCE10='Paper, "A4"\nfor the copy room'), {J1: REFUSED, J2: DRAGGED}, on_lines([1], "gl.shape.line_break"), since=THIRD),
    _case("too_many_bytes_of_few_characters", "The loader reads 255 bytes of a field: 70 characters of four bytes are too many for it.",
          spoilt_journals(1, REFERENCE10="\U0001f68c" * 70), {J1: REFUSED, J2: DRAGGED}, on_lines([1], "gl.REFERENCE10.length"), since=THIRD),
    # the last field tells a shifted record, not a word somewhere inside
    _case("end_as_a_description", "END inside a record that goes on behind it is a word like any other: no record is shifted.",
          spoilt_journals(1, REFERENCE10="END"), BOTH_FINE, on_lines([1], "NCGL-050")),
)  # fmt: skip

_SAID = (
    _case("group_blank", "Without a group the import has nothing to select the lines by.",
          spoilt_journals(1, 2, 3, 4, GROUP_ID=None), {f"{_BLANK_GROUP}J-1": FAULTY, f"{_BLANK_GROUP}J-2": FAULTY}, on_lines([1, 2, 3, 4], "gl.GROUP_ID.required", "NCGL-060")),
    _case("status_of_imported_lines", "Lines come in with status NEW; P is what the import leaves behind.",
          spoilt_journals(1, 2, STATUS="P"), _J1_FAULTY, on_lines([1, 2], "gl.STATUS.one_of")),
    _case("source_unknown", "Journals of a source that the pod does not have are never selected, and the job succeeds.",
          spoilt_journals(1, 2, USER_JE_SOURCE_NAME="Lawson"), {J1.replace("Payroll", "Lawson", 1): FAULTY, J2: FINE}, on_lines([1, 2], "gl.USER_JE_SOURCE_NAME.list")),
    _case("category_unknown", "A category that the pod does not have: EM01.",
          spoilt_journals(1, 2, USER_JE_CATEGORY_NAME="Pay"), {J1.replace("/ Payroll / USD", "/ Pay / USD"): REFUSED, J2: FINE}, on_lines([1, 2], "gl.USER_JE_CATEGORY_NAME.list")),
    _case("amounts_on_both_sides", "A line is a debit or a credit; here one is both, although the journal balances.",
          spoilt_journals(1, ENTERED_DR="130.40", ENTERED_CR="5.00"), _J1_FAULTY, on_lines([1], "GL-020")),
    _case("foreign_line_without_conversion", "Another currency with neither a conversion type nor an accounted amount: EC03.",
          sent(GL, _with_currency("EUR")), {_named("EUR"): REFUSED, J2: FINE}, on_lines([1, 2], "GL-040")),
    _case("rate_type_user_without_rate", "Conversion type User asks for the rate: EC01.",
          sent(GL, _with_currency("EUR", USER_CURRENCY_CONVERSION_TYPE="User", CURRENCY_CONVERSION_DATE="2026-11-18")),
          {_named("EUR"): REFUSED, J2: FINE}, on_lines([1, 2], "GL-050")),
    _case("reversal_without_its_period", "A line that is to be reversed names the period: ER01.",
          spoilt_journals(1, 2, REFERENCE7="Y"), _J1_REFUSED, on_lines([1, 2], "GL-110")),
    _case("encumbrance_without_type", "An encumbrance asks for its type: EE01.", sent(GL, _UNTYPED), {_E1: REFUSED, J2: FINE}, on_lines([1, 2], "GL-120")),
    _case("closed_fiscal_year", "A feeder sends lines of June of last year: the year is closed, and the combinations were not there yet.",
          spoilt_journals(1, 2, ACCOUNTING_DATE="2025-06-30", PERIOD_NAME="Jun-25"), {label("J-1", "2025/06/30"): REFUSED, J2: FINE}, on_lines([1, 2], "GL-070", "NCGL-105")),
    _case("account_value_unknown", "A value that its set does not have: EF04 names segment, set and value.",
          sent(GL, {"gl": [*journal("J-1", _UNKNOWN), *journal("J-2")]}), _J1_REFUSED, on_lines([1], "gl.SEGMENT2.list@NCGL", "NCGL-100")),
    _case("program_report_code_without_its_zeros", "PRC 001 came back from a spreadsheet as 1: no such program, no such combination.",
          sent(GL, {"gl": [*journal("J-1", _LOST_PRC, _ACCRUED), *journal("J-2")]}), _J1_REFUSED, on_lines([1], "gl.SEGMENT3.list@NCGL", "NCGL-030", "NCGL-100")),
    _case("journal_sent_twice_in_one_file", "A feeder wrote its lines twice: the journal still balances, and doubles.",
          sent(GL, _sent_twice()), _J1_FAULTY, on_lines([3, 4], "NCGL-070")),
)  # fmt: skip

JOURNAL_QUIRKS: tuple[Case, ...] = (*_VALID, *_WRITTEN, *_SAID)
