"""HDL files as a whole: names, METADATA, SET, escapes, and what refuses a file before any record is read."""

from __future__ import annotations

import pytest
from hdl_files import codes, counts, dat, hire, loaded, merge, packed, pod, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interfaces import unzipped
from interfaces.emulator.hdl import load
from interfaces.emulator.hdl.reading import read
from interfaces.emulator.jobs import HdlResult
from interfaces.emulator.tables import Tables


def plain(data: bytes, name: str = "Worker.dat") -> HdlResult:
    return load(data, name, Tables(), pod())


def values(line: str, *head: str) -> list[str]:
    metadata = "METADATA|PersonName|A|B|C"
    dat = read("Worker.dat", "\n".join([*head, metadata, line]).encode())
    return [dat.lines[0].get(name) for name in "ABC"]


# --- refused whole


def test_a_component_is_no_file_name() -> None:
    result = load(packed(Assignment=dat(hire())), "upload.zip", Tables(), pod())
    assert [code for _, _, code in said(result)] == ["file_name_invalid", "no_valid_data_files", "file_critical_errors"]
    assert counts(result) == ((0, 0), (0, 0))
    assert {message["FileLine"] for message in result.messages} == {None}


def test_a_file_of_another_object_does_not_stop_the_right_one() -> None:
    result = load(packed(Assignment=b"", Worker=dat(hire())), "upload.zip", Tables(), pod())
    assert [code for _, _, code in said(result)] == ["file_name_invalid"]
    assert counts(result) == ((6, 0), (1, 0))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip at all", packed(), packed()[:-5]])
def test_bytes_that_are_no_package_hold_no_valid_file(data: bytes) -> None:
    result = load(data, "upload.zip", Tables(), pod())
    assert [code for _, _, code in said(result)] == ["no_valid_data_files", "file_critical_errors"]


def test_an_unknown_attribute_refuses_the_whole_file() -> None:
    result = loaded([*hire("1"), *hire("2", PersonName={"Colour": "red"})])
    assert [code for _, _, code in said(result)] == ["attribute_unknown", "file_definition_errors"]
    assert counts(result) == ((0, 0), (0, 0))
    text = "the Colour attribute is unknown for V2 version of the PersonName business object."
    assert result.messages[0]["MessageText"] == text


@pytest.mark.parametrize(
    "name",
    [
        "FLEX:PER_PERSON_NAMES_DFF",
        "colour(PER_PERSON_NAMES_DFF=Global Data Elements)",
        "SourceRef001=EMPLID",
        "PersonId(GUID)",
        "PersonId",
        "Title_Display",
    ],
)
def test_flexfields_source_references_and_keys_in_any_form_are_attributes(name: str) -> None:
    assert counts(loaded(hire(PersonName={name: ""}))) == ((6, 0), (1, 0))


def test_a_hint_at_a_user_key_is_refused() -> None:
    result = loaded(hire(PersonName={"PersonId(PersonNumber)": "1"}))
    assert [code for _, _, code in said(result)] == ["key_hint_invalid", "file_definition_errors"]


def test_a_component_of_another_object_refuses_the_file() -> None:
    result = loaded([*hire(), merge("Salary", DateFrom="2026/08/03")])
    assert [code for _, _, code in said(result)] == ["discriminator_invalid", "file_definition_errors"]


def test_a_second_metadata_line_of_a_component_refuses_the_file() -> None:
    result = plain(dat(hire("1")) + dat(hire("2")))
    assert [code for _, _, code in said(result)] == ["file_definition_errors"]


def test_a_file_without_any_line_loads_nothing() -> None:
    assert plain(b"") == HdlResult(messages=[])


# --- lines


def test_a_data_line_of_another_component_or_without_instruction_is_an_import_error_of_its_line() -> None:
    result = plain(dat(hire()) + b"MERGE|Salary|1\nUPDATE|Worker|1\n")
    assert [(message["FileLine"], message["ReportedAgainstCode"]) for message in result.messages] == [
        (14, "ORA_FILE_LINE"),
        (13, "ORA_FILE_LINE"),
    ]
    assert counts(result) == ((6, 2), (1, 0))


def test_a_line_with_a_value_too_many_loses_its_worker_only() -> None:
    lines = dat([*hire("1"), *hire("2")]).split(b"\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(b"MERGE|PersonEmail"))
    lines[at] += b"|more"
    result = plain(b"\n".join(lines))
    assert said(result) == [("IMPORT", "PersonEmail", "value_count")]
    assert result.messages[0]["FileLine"] == at + 1
    assert counts(result) == ((11, 1), (1, 1))


def test_data_lines_above_their_metadata_have_too_many_values() -> None:
    lines = dat(hire()).split(b"\n")
    result = plain(b"\n".join([lines[1], lines[0], *lines[2:]]))
    assert ("IMPORT", "Worker", "value_count") in said(result)


def test_comments_and_blank_lines_are_passed_over() -> None:
    head = "COMMENT made by hand\n|COMMENT with a stray delimiter\n\n   "
    assert counts(loaded(hire(), head=head)) == ((6, 0), (1, 0))


def test_a_byte_order_mark_and_both_line_ends_are_read() -> None:
    assert counts(plain(b"\xef\xbb\xbf" + dat(hire(), ending="\r\n"))) == ((6, 0), (1, 0))


# --- SET and escapes


def test_set_names_the_delimiter() -> None:
    assert counts(loaded(hire(), head="SET FILE_DELIMITER ,", delimiter=",")) == ((6, 0), (1, 0))


def test_a_delimiter_may_have_several_characters() -> None:
    assert counts(loaded(hire(), head="SET FILE_DELIMITER ~~|", delimiter="~~|")) == ((6, 0), (1, 0))


@pytest.mark.parametrize(
    ("line", "expected", "head"),
    [
        (r"MERGE|PersonName|a\|b|c\nd|e\\", ["a|b", "c\nd", "e\\"], ()),
        (r"MERGE|PersonName|a\x|\|", [r"a\x", "|", ""], ()),
        (r"MERGE,PersonName,a\,b,c\newline,d", [], ("SET FILE_DELIMITER ,", "SET FILE_NEWLINE newline")),
        ("MERGE|PersonName|a^|b|^n|c", ["a|b", "\n", "c"], ("SET FILE_ESCAPE ^",)),
        ("MERGE|PersonName|a\\zb|c|", ["a\nb", "c", ""], ("SET FILE_NEW_LINE z",)),
        ("MERGE|PersonName|a\u0085b|c\u2028d|  ", ["a\u0085b", "c\u2028d", ""], ()),
    ],
)
def test_escapes_protect_reserved_signs(line: str, expected: list[str], head: tuple[str, ...]) -> None:
    if expected:
        assert values(line, *head) == expected
    else:
        dat = read("Worker.dat", "\n".join([*head, "METADATA,PersonName,A,B,C", line]).encode())
        assert list(dat.lines[0].values.values()) == ["a,b", "c\n", "d"]


def test_a_set_line_below_metadata_changes_nothing() -> None:
    dat = read("Worker.dat", b"METADATA|PersonName|A\nSET FILE_DELIMITER ,\nMERGE|PersonName|a,b\n")
    assert dat.lines[0].get("A") == "a,b"


# --- counts, failed lines, order of objects


def test_lines_count_at_the_import_and_objects_at_the_load() -> None:
    result = loaded([*hire("1"), *hire("2"), *hire("3", PersonName={"LastName": ""})])
    assert (result.lines_total, *counts(result)) == (18, (18, 0), (2, 1))


def test_failed_lines_are_the_refused_object_with_its_messages_and_can_be_sent_again() -> None:
    result = loaded(
        [*hire("1"), *hire("2", WorkRelationship={"LegalEmployerName": "Nobody"})], head="SET FILE_ESCAPE ^"
    )
    (name, content), *more = unzipped(result.failed_lines).items()
    assert (name, more) == ("Worker.dat", [])
    text = content.decode()
    assert text.startswith("SET FILE_ESCAPE ^\nMETADATA|Worker|")
    assert text.count("MERGE|") == 6
    assert "\nCOMMENT You need to enter a valid value for the LegalEntityId attribute." in text
    assert "|P-1|" not in text
    again = load(
        result.failed_lines, "again.zip", Tables(), pod(legal_employers=codes("name", "Nobody", "Demo Legal Employer"))
    )
    assert counts(again) == ((6, 0), (1, 0))


def test_an_accepted_file_leaves_no_failed_lines() -> None:
    assert loaded(hire()).failed_lines == b""


def test_jobs_of_the_same_zip_are_there_before_its_workers() -> None:
    new_job = merge(
        "Job", SourceSystemOwner="LEGACY", SourceSystemId="J-1", EffectiveStartDate="2020/01/01", JobCode="NURSE",
        SetCode="COMMON", Name="Nurse", ActiveStatus="A",
    )  # fmt: skip
    data = packed(Worker=dat(hire(Assignment={"JobCode": "NURSE"})), Job=dat([new_job]))
    assert counts(load(data, "upload.zip", Tables(), pod())) == ((7, 0), (2, 0))


# --- whatever comes


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=80)
@given(st.binary(max_size=400), st.sampled_from(["Worker.dat", "upload.zip", "Salary.dat", "x", ""]))
def test_any_bytes_end_in_a_result(data: bytes, name: str) -> None:
    assert isinstance(load(data, name, Tables(), pod()), HdlResult)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
@given(st.data())
def test_a_spoilt_hire_ends_in_a_result_that_counts_every_line(data: st.DataObject) -> None:
    lines = dat([*hire("1"), *hire("2")]).decode().split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        values = lines[at].split("|")
        values[data.draw(st.integers(0, len(values) - 1))] = data.draw(
            st.sampled_from(
                [
                    "",
                    "#NULL",
                    "P-2",
                    "LEGACY",
                    "2026/13/45",
                    "DELETE",
                    "Assignment",
                    "MERGE",
                    "\\",
                    "4712/12/31",
                    "é\x00",
                ]
            )
        )
        lines[at] = "|".join(values)
    data.draw(st.randoms(use_true_random=False)).shuffle(lines) if data.draw(st.booleans()) else None
    tables = Tables()
    result = load("\n".join(lines).encode(), "Worker.dat", tables, pod())
    assert result.lines_total == result.lines_ok + result.lines_error
    assert result.objects_total == result.objects_ok + result.objects_error
    assert bool(result.messages) == bool(result.lines_error or result.objects_error or not result.lines_total)
    load("\n".join(lines).encode(), "Worker.dat", tables, pod())
