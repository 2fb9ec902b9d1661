"""The writers of the emulated pod's reports, whatever stands in the values."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from interfaces.emulator.reports.journal_import import JournalReport
from interfaces.emulator.reports.payables import Refused, payables_report
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.tables import Row

VALUES = st.text(st.characters(exclude_categories=["Cs"]))
PRINTED = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(st.lists(st.fixed_dictionaries({"TABLE_NAME": PRINTED, "STATUS": PRINTED})))
def test_a_rows_report_holds_one_element_per_row_in_its_order(rows: list[dict[str, str]]) -> None:
    found = fromstring(rows_report(rows)).findall("LIST_G_ROWS/G_ROWS")
    allowed = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})
    assert [[(leaf.tag, leaf.text or "") for leaf in row] for row in found] == [
        [(name, value.translate(allowed)) for name, value in row.items()] for row in rows
    ]


@given(VALUES)
def test_no_value_breaks_an_xml_report(value: str) -> None:
    fromstring(rows_report([{"A": value}]))
    fromstring(payables_report(1, [Refused(Row(1, 1, {"INVOICE_NUM": value}), [(value, value)])]))


def test_a_carriage_return_stays_one() -> None:
    assert fromstring(rows_report([{"A": "a\rb"}])).findtext(".//A") == "a\rb"


def test_a_character_that_xml_forbids_is_shown_as_one_that_is_missing() -> None:
    assert fromstring(rows_report([{"A": "a\x01b"}])).findtext(".//A") == "a\ufffdb"


@given(st.lists(st.tuples(VALUES.map("A{}".format), VALUES), min_size=1))
def test_every_row_of_a_section_is_one_line_under_its_columns(batches: list[tuple[str, str]]) -> None:
    text = JournalReport(1, batches, [], [], [], {}).text().decode()
    _, columns, dashes, *rows = text.split("\n\n")[1].split("\n")
    assert len(rows) == len(batches)
    second = dashes.index("  ") + 2
    assert columns[second:] == "Period Name"
    assert [row[second:] for row in rows] == [" ".join(period.splitlines()).rstrip() for _, period in batches]


def test_sections_without_rows_keep_their_columns_and_the_key_comes_last() -> None:
    text = JournalReport(9, [], [], [], [], {"EF04": "Not valid"}).text().decode()
    assert text.splitlines()[0].endswith("Request ID: 9")
    titles = (
        "Batches Created",
        "Unbalanced Journal Entries",
        "Error Lines",
        "Totals",
        "Total: 0 group id(s)",
        "Error Key",
    )
    places = [text.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)
    assert text.endswith("\nError Key\nEF04  Not valid\n")
