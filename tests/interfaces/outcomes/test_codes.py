"""Which row of a code table an answer is, and sentences without values."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import code_table, tables
from interfaces.fusion.outcomes import Answer, identify, normalised


def code(table: str, said: str, attribute: str = "", text: str = "", at: str = "") -> str:
    found = identify(Answer(said, text, attribute, table=at), code_table(table))
    return found.id if found else ""


@pytest.mark.parametrize(
    ("table", "said", "found"),
    [
        ("gl_journal_import", "EF04", "EF04"),
        ("gl_journal_import", "ef04", "EF04"),
        ("gl_journal_import", "EF99", ""),
        ("ap_import", "INVALID SUPPLIER", "INVALID_SUPPLIER"),
        ("ap_import", " Invalid  supplier ", "INVALID_SUPPLIER"),
        ("ap_import", "INVALID_SUPPLIER", "INVALID_SUPPLIER"),
        ("ap_import", "INVALID", ""),
        ("load", "ORA-01722", "ORA_01722"),
        ("load", "ORA-01861", "ORA_01843_01861_01830"),
        ("load", "ORA-00942", ""),
        ("load", "Field in data file exceeds maximum length", "field_too_long"),
        ("po_import", "PO_PDOI_INVALID_ACTION", "PO_PDOI_INVALID_ACTION"),
        ("po_import", "PO_PDOI_INVALID_ACTION: the action isn't valid", "PO_PDOI_INVALID_ACTION"),
        ("hdl", "HRX_US_AE02 The street isn't found.", "HRX_US_AE02"),
        ("requisition_import", "The UOM isn’t valid (UOM_CODE=ZZ)", "uom_invalid"),
        ("assets", "Enter a valid category combination.", "category_invalid"),
    ],
)
def test_a_code_or_a_sentence_finds_its_row(table: str, said: str, found: str) -> None:
    assert code(table, said) == found


@pytest.mark.parametrize(
    ("attribute", "found"),
    [
        ("COUNTRY", "country_required"),
        ("VENDOR_ID", "vendor_id_required"),
        ("country", "country_required"),
        ("CITY", ""),
        ("", ""),
    ],
)
def test_the_attribute_decides_between_rows_with_one_sentence(attribute: str, found: str) -> None:
    assert code("supplier_import", "A value is required.", attribute) == found


def test_a_row_without_attribute_fits_any() -> None:
    said = "The attribute must be blank when the action is create."
    assert code("supplier_import", said, "PARTY_SITE_NAME_NEW") == "blank_on_create"


def test_a_sentence_about_another_attribute_is_another_reason() -> None:
    assert code("supplier_import", "You must provide a valid value.", "CITY") == ""


def test_a_sentence_is_completed_by_its_table_and_column() -> None:
    said = "The value of the attribute isn't valid."
    assert code("po_import", said, "ACTION", at="PO_LINES_INTERFACE") == "line_action_invalid"
    assert code("po_import", said, "ACTION", at="PO_HEADERS_INTERFACE") == ""


def test_the_attribute_decides_between_rows_with_one_code() -> None:
    assert code("ap_import", "INVALID LOCATION CODE") in ("INVALID_LOCATION_CODE", "INVALID_LOCATION_CODE_LINE")


def test_the_text_beside_an_unknown_code_is_looked_at_too() -> None:
    assert code("hdl", "X", text="You must enter a valid value for the ActionCode field.") == "action_code_invalid"


@pytest.mark.parametrize("table", tables())
def test_every_row_of_every_table_is_found_by_its_own_code(table: str) -> None:
    rows = code_table(table)
    for row in rows.values():
        found = identify(Answer(row.code, attribute=row.attribute), rows)
        assert found is not None
        assert found.code == row.code


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("EF04", "EF04"),
        ("INVALID SUPPLIER", "INVALID SUPPLIER"),
        ("ORA-01722: invalid number", "ORA-01722: invalid number"),
        ("JBO-27035: Attribute DirRepCardId is required", "JBO-27035: Attribute DirRepCardId is required"),
        ("You can't use it.", "You can't use it."),
        (
            "The supplier 'Amber Co' isn't valid (id=3) for PO-25001 on 2025-09-01.",
            "The supplier … isn't valid … for … on ….",
        ),
        ("Value &VALUE of {0} is <X> and [Y], say “Z”.", "Value … of … is … and …, say …."),
        ("Mail person.210001@example.org now", "Mail … now"),
        ("Amount 1,234.50 USD exceeds 99%", "Amount … USD exceeds …%"),
        ("  two\n lines ", "two lines"),
    ],
)
def test_values_are_taken_out_of_sentences(text: str, kept: str) -> None:
    assert normalised(text) == kept


def test_the_values_of_the_record_are_taken_out_wherever_they_stand() -> None:
    text = "Supplier Amberline Paper is inactive; amberline was closed by US."
    assert normalised(text, ["Amberline", "Amberline Paper", "US", ""]) == "Supplier … is inactive; … was closed by US."


def test_a_long_sentence_is_cut_at_200_characters() -> None:
    assert len(normalised("word " * 100)) == 200


words = (
    st.text("abcdefgHIJ XYZ.-_äß", min_size=3, max_size=12)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: len(text) > 2)
)


@given(
    st.lists(words, min_size=1, max_size=4), st.lists(st.sampled_from(["The", "value", "isn't", "valid."]), max_size=4)
)
def test_no_value_survives_as_a_word(values: list[str], sentence: list[str]) -> None:
    said = normalised(" ".join([*sentence, *values, *sentence]), values)
    for value in values:
        if value.lower() not in " ".join(sentence).lower():
            assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", said)


@given(st.text(max_size=400))
def test_no_digit_survives_but_in_a_code(text: str) -> None:
    said = normalised(text)
    assert len(said) <= 200
    assert normalised(said) == said
    assert not re.search(r"[0-9]", re.sub(r"(?:ORA|JBO|FND|FUN)[-_][0-9]{1,6}|^[A-Z]{1,4}[0-9]{1,3}$", "", said))
