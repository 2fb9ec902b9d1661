from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.layouts import in_force
from contracts.model import Column, Contract, File, Parent, Type
from interfaces import hdl
from interfaces.errors import PayloadError
from interfaces.hdl_grammar import Tokens
from interfaces.payload import Payload

RETAIN = "SET PURGE_FUTURE_CHANGES N\n"
WORKER = "METADATA|Worker|SourceSystemOwner|SourceSystemId|PersonNumber|EffectiveStartDate\n"
GRAVE = {"package.instruction", "package.discriminator", "package.metadata", "package.file_name", "package.set"}


def component(name: str, id_: str, *, parent: str = "", rows: tuple[int, int] | None = None) -> File:
    layout = in_force(name, "")
    columns = {key: Column(key, column.type, listed=key != "GUID") for key, column in layout.columns.items()}
    by = Parent(parent, ({"PersonNumber": "PersonNumber"},)) if parent else None
    return File(id_, columns, names=(f"{name.partition('/')[0]}.dat",), layout=name, parent=by, rows=rows)


def contract(*files: File, exactly: bool = False) -> Contract:
    return Contract(
        "hr.workers", "1.0.0", "active", "Workers", "", "HR", {}, "inbound", "hdl", "WRK", "oracle", "", (),
        {file.id: file for file in files}, {}, {}, {}, {}, files_exactly=exactly,
    )  # fmt: skip


WORKERS = contract(
    component("Worker/Worker", "worker"),
    component("Worker/PersonName", "name", parent="worker"),
    component("Worker/PersonEmail", "email", parent="worker"),
    component("Worker/WorkRelationship", "relationship", parent="worker"),
    component("Worker/Assignment", "assignment", parent="worker"),
)


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str | bytes, name: str = "Worker.dat", of: Contract = WORKERS) -> Payload:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return hdl.read(path, of)

    return reading


def rules(payload: Payload) -> list[str]:
    return sorted(fact.rule for fact in payload.facts)


def column(payload: Payload, file: str, name: str) -> list[str | None]:
    return payload.frames[file][name].to_list()


# ---- what legal files give


def test_records_become_one_frame_per_component_with_their_physical_lines(read):
    payload = read(
        "COMMENT made by the extract\n" + RETAIN + "\n" + WORKER
        + "MERGE|Worker|HR|W1|101|2025/07/01\n"
        + "METADATA|PersonName|PersonNumber|EffectiveStartDate|NameType\n"
        + "MERGE|PersonName|101|2025/07/01|GLOBAL\n\nDELETE|Worker|HR|W2|102|2025/07/01\n"
    )  # fmt: skip
    worker = payload.frames["worker"]
    assert worker.select("_row", "_line", "_component", "_action", "PersonNumber").rows() == [
        (1, 5, "Worker", "MERGE", "101"),
        (2, 9, "Worker", "DELETE", "102"),
    ]
    assert str(worker["_row"].dtype) == str(worker["_line"].dtype) == "UInt32"
    assert payload.frames["name"]["_line"].to_list() == [7]
    assert set(payload.frames) == {"worker", "name"}
    assert payload.facts == []
    assert payload.records == 3


def test_listed_attributes_always_have_a_column_and_others_only_where_filled(read):
    payload = read(RETAIN + "METADATA|Worker|PersonNumber|GUID|Extra\nMERGE|Worker|1||\n")
    frame = payload.frames["worker"]
    assert frame["DateOfBirth"].to_list() == [None]
    assert "GUID" not in frame.columns
    assert "Extra" not in frame.columns
    filled = read(RETAIN + "METADATA|Worker|PersonNumber|GUID|Extra\nMERGE|Worker|1|AF|x\n").frames["worker"]
    assert filled.select("GUID", "Extra").rows() == [("AF", "x")]


def test_blank_is_null_and_the_null_token_stays_text(read):
    payload = read(RETAIN + WORKER + "MERGE|Worker|  |#NULL| 7 |\t\n")
    assert payload.frames["worker"].select(
        "SourceSystemOwner", "SourceSystemId", "PersonNumber", "EffectiveStartDate"
    ).rows() == [(None, "#NULL", " 7 ", None)]


def test_escapes_are_undone(read):
    payload = read(RETAIN + WORKER + "MERGE|Worker|a\\|b|c\\nd|e\\\\|f\\\\\\|g\nMERGE|Worker|p|q|r|s\n")
    assert column(payload, "worker", "SourceSystemOwner") == ["a|b", "p"]
    assert column(payload, "worker", "SourceSystemId") == ["c\nd", "q"]
    assert column(payload, "worker", "PersonNumber") == ["e\\", "r"]
    assert column(payload, "worker", "EffectiveStartDate") == ["f\\|g", "s"]
    assert payload.facts == []


def test_an_escape_is_undone_beside_every_private_character(read):
    private = "".join(map(chr, range(0xE000, 0xF900)))
    payload = read(RETAIN + WORKER + f"MERGE|Worker|{private}|a\\|b|c\\\\|d\\n\n")
    assert payload.frames["worker"].select(
        "SourceSystemOwner", "SourceSystemId", "PersonNumber", "EffectiveStartDate"
    ).rows() == [(private, "a|b", "c\\", "d\n")]
    assert payload.facts == []


@pytest.mark.parametrize("first", [b"x^", b"x\x01", b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08\x08"])
def test_a_file_that_begins_as_packed_bytes_do_is_read_as_text(read, first):
    payload = read(first + f"\n{RETAIN}{WORKER}MERGE|Worker|a|b|c|d\n".encode())
    assert payload.frames["worker"].select("_line", "PersonNumber").rows() == [(4, "c")]
    assert rules(payload) == ["package.instruction"]


def test_tokens_of_several_characters_are_honoured(read):
    payload = read(
        "SET FILE_DELIMITER ,\nSET FILE_NEWLINE newline\nSET FILE_ESCAPE ~^\n" + RETAIN
        + "METADATA,Worker,SourceSystemId,PersonNumber\nMERGE,Worker,a~^newlineb,c~^,d\nMERGE,Worker,x|y,\\n\n"
    )  # fmt: skip
    assert column(payload, "worker", "SourceSystemId") == ["a\nb", "x|y"]
    assert column(payload, "worker", "PersonNumber") == ["c,d", "\\n"]
    assert payload.facts == []


def test_lines_end_at_line_feeds_only_and_crlf_is_one_of_them(read):
    payload = read((RETAIN + WORKER + "MERGE|Worker|a\u0085b|c\u2028d|e\x0bf|g\rh\n").replace("\n", "\r\n"))
    assert payload.frames["worker"].select(
        "SourceSystemOwner", "SourceSystemId", "PersonNumber", "EffectiveStartDate"
    ).rows() == [("a\u0085b", "c\u2028d", "e\x0bf", "g\rh")]
    assert payload.facts == []


@pytest.mark.parametrize(
    "body",
    [
        "METADATA|Worker|PersonNumber|ActionCode\nMERGE|Worker|1|HIRE\n",  # user keys only
        "METADATA|PersonEmail|PersonNumber|EmailType\nMERGE|PersonEmail|1|W1\n",  # one child component alone
        "METADATA|WorkRelationship|PersonNumber|DateStart\nMERGE|WorkRelationship|1|2025/07/01\n",
        "METADATA|Worker|SourceRefTableName=PERSON|SourceRef001=EMPLID|PersonNumber\nMERGE|Worker|PERSON|7|1\n",
        "METADATA|Assignment|FLEX:PER_ASG_DF|local(PER_ASG_DF=Global Data Elements)|rc(X_EFF=RC/GC)\n"
        "MERGE|Assignment|Global Data Elements|1|2\n",
        "METADATA|Assignment|PersonId|PersonId(GUID)|JobId(SourceSystemId)|ReasonCode\nMERGE|Assignment|1|2|3|4\n",
        "METADATA|Assignment|AssignmentNumber|EffectiveStartDate|EffectiveSequence\n"
        "MERGE|Assignment|A1|2025/07/01|1\nMERGE|Assignment|A1|2025/07/01|2\n",
        "METADATA|Worker|PersonNumber\n",
    ],
)
def test_legal_files_give_no_finding(read, body):
    assert rules(read(RETAIN + body)) == []


def test_a_zip_may_carry_attachments(tmp_path):
    path = tmp_path / "workers.zip"
    path.write_bytes(zipped({"Worker.dat": RETAIN + WORKER, "BlobFiles/Picture_1.jpg": b"\xff", "ClobFiles/a.dat": ""}))
    payload = hdl.read(path, contract(component("Worker/Worker", "worker"), exactly=True))
    assert payload.facts == []
    assert payload.members == ["Worker.dat", "BlobFiles/Picture_1.jpg", "ClobFiles/a.dat"]


# ---- findings


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("MERGE,Worker,1\n" + WORKER, "package.instruction", "no instruction word (line 2)"),
        (WORKER + "1|2\n3|4\n", "package.instruction", "(line 3 and 1 more)"),
        (WORKER + "MERGE\n", "package.instruction", "no component"),
        (WORKER + "MERGE||1\n", "package.instruction", "no component"),
        (WORKER + "METADATA\n", "package.instruction", "no component"),
        (WORKER + "MERGE|PersonName|1\n", "package.instruction", "PersonName without a METADATA line"),
        (WORKER + WORKER, "package.metadata", "a second METADATA line of Worker (line 3)"),
        ("COMMENT nothing\n", "package.metadata", "no METADATA line"),
        ("", "package.metadata", "no METADATA line"),
        ("METADATA|Worker|PersonNumber||ActionCode\n", "package.metadata", "empty attribute name"),
        ("METADATA|Worker\n", "package.metadata", "empty attribute name"),
        ("METADATA|Worker|PersonNumber|PersonNumber\n", "package.metadata", "PersonNumber 2 times"),
        (WORKER + "SET CALCULATE_FTE Y\n", "package.set", "after the first METADATA"),
        ("SET PURGE_AFTER_LOAD Y\n" + WORKER, "package.set", "PURGE_AFTER_LOAD"),
        ("SET CALCULATE_FTE perhaps\n" + WORKER, "package.set", "CALCULATE_FTE"),
        ("SET FILE_NEWLINE\n" + WORKER, "package.set", "FILE_NEWLINE"),
        ("SET FILE_NEWLINE abcdefghijk\n" + WORKER, "package.set", "more than 10"),
        ("METADATA|Salary|AssignmentNumber\n" + WORKER, "package.discriminator", "Salary is a component of another"),
        ("METADATA|worker|PersonNumber\n" + WORKER, "package.discriminator", "differs in case"),
        ("METADATA|PersonVisa|PersonNumber\n" + WORKER, "package.notation", "PersonVisa were not checked"),
        ("METADATA|PersonEthnicity|PersonNumber\n" + WORKER, "package.notation", "PersonEthnicity were not checked"),
        ("|COMMENT a slip\n" + WORKER, "package.notation", "COMMENT with a delimiter"),
        ("SET FILE_NEW_LINE n\n" + WORKER, "package.notation", "FILE_NEWLINE"),
        ("METADATA|Worker|PersonNumber \n", "package.notation", "blanks around an attribute name"),
        (WORKER + "merge|Worker|a|b|c|d\n", "package.notation", "small letters"),
        (WORKER + " MERGE |Worker|a|b|c|d\n", "package.notation", "blanks around an instruction"),
        (WORKER + "MERGE|Worker|a\\tb|b|c|d\n", "package.notation", "escape before a character"),
        ("METADATA|Assignment|PersonId(PersonNumber)\n", "assignment.shape.hint", "PersonId(PersonNumber)"),
        ("METADATA|Worker|PersonNumbr\n", "worker.PersonNumbr.unlisted", "no list of Worker"),
        ("METADATA|Worker|PersonNumber\rMERGE|Worker|1\r\n", "package.metadata", "a carriage return in the METADATA"),
        ("METADATA|Worker|Person\\nNumber\n", "worker.Person·Number.unlisted", "no list of Worker"),
        (f"METADATA|Worker|{'x' * 999}\n", f"worker.{'x' * 200}….unlisted", "no list of Worker"),
        ("METADATA|Worker|personNumber\n", "worker.personNumber.unlisted", "spelled PersonNumber"),
        ("METADATA|Worker|FooId(SourceSystemId)\n", "worker.FooId(SourceSystemId).unlisted", "no list"),
    ],
)
def test_a_fault_gives_its_finding_and_no_other(read, text, rule, words):
    (fact,) = read(RETAIN + text).facts
    assert fact.rule == rule
    assert words in fact.detail


def test_records_above_their_metadata_line_are_read_by_it(read):
    payload = read(RETAIN + "MERGE|Worker|a|b|c|d\n" + WORKER + "MERGE|Worker|e|f|g|h\n")
    assert column(payload, "worker", "PersonNumber") == ["c", "g"]
    assert rules(payload) == ["package.metadata"]


def test_each_record_is_read_by_the_metadata_line_above_it(read):
    payload = read(
        RETAIN + "METADATA|Worker|PersonNumber|ActionCode\nMERGE|Worker|1|HIRE\n"
        "METADATA|Worker|ActionCode|PersonNumber|Extra\nMERGE|Worker|REHIRE|2|x\n"
    )
    assert payload.frames["worker"].select("_row", "PersonNumber", "ActionCode", "Extra").rows() == [
        (1, "1", "HIRE", None),
        (2, "2", "REHIRE", "x"),
    ]
    assert rules(payload) == ["package.metadata", "worker.Extra.unlisted"]


def test_a_metadata_line_above_every_record_gives_one_finding_per_kind(read):
    other = WORKER.replace("|PersonNumber", "|PersonNumber|ActionCode")
    payload = read(RETAIN + (WORKER + "MERGE|Worker|a|b\n") * 2 + other + "MERGE|Worker|c|d\nMERGE|Worker|e|f|1|2|3\n")
    second, shape = payload.facts
    assert second.detail == "a second METADATA line of Worker (line 4 and 1 more)"
    assert (shape.rule, shape.rows.to_list(), shape.lines.to_list()) == ("worker.shape.values", [1, 2, 3], [3, 5, 7])
    assert column(payload, "worker", "ActionCode") == [None, None, None, "2"]


def test_lower_case_words_are_read_as_capitals(read):
    payload = read("set purge_future_changes N\n" + WORKER.replace("META", "meta"))
    assert payload.frames["worker"].height == 0
    assert rules(payload) == ["package.notation"]


def test_small_letters_are_read_before_a_tab_too(read):
    payload = read(RETAIN + "SET FILE_DELIMITER \t\nmetadata\tWorker\tPersonNumber\nmerge\tWorker\t7\n")
    assert column(payload, "worker", "PersonNumber") == ["7"]
    assert rules(payload) == ["package.notation"]


def test_a_record_with_another_number_of_values_is_kept(read):
    payload = read(RETAIN + WORKER + "MERGE|Worker|a|b\nMERGE|Worker|a|b|c|d\nMERGE|Worker|a|b|c|d|e\n")
    (fact,) = payload.facts
    assert fact.rule == "worker.shape.values"
    assert fact.rows.to_list() == [1, 3]
    assert fact.lines.to_list() == [3, 5]
    assert column(payload, "worker", "PersonNumber") == [None, "c", "c"]


def test_bytes_that_are_not_utf8_name_their_records(read):
    text = (RETAIN + WORKER + "MERGE|Worker|a|b|c|d\nMERGE|Worker|x|y|z|d\n").encode()
    payload = read(text.replace(b"|x|", b"|Mu\xf1oz|"))
    (fact,) = payload.facts
    assert (fact.rule, fact.rows.to_list(), fact.lines.to_list()) == ("worker.shape.unreadable", [2], [4])
    assert column(payload, "worker", "SourceSystemOwner") == ["a", "Mu\ufffdoz"]


def test_a_nul_byte_and_half_a_surrogate_pair_are_wrong_bytes(read):
    body = WORKER.encode() + b"MERGE|Worker|a|b|\0|d\nMERGE|Worker|\xed\xa0\x80|b|c|d\nMERGE|Worker|a|b|c|d\n"
    payload = read(RETAIN.encode() + body)
    [fact] = payload.facts
    assert (fact.rule, fact.rows.to_list()) == ("worker.shape.unreadable", [1, 2])
    assert "\0" not in str(payload.frames["worker"].rows())


def test_bad_bytes_in_a_metadata_line_concern_the_whole_component(read):
    payload = read((RETAIN + WORKER).encode().replace(b"SourceSystemOwner", b"Source\xff"))
    assert rules(payload) == ["worker.Source\ufffd.unlisted", "worker.shape.unreadable"]
    assert all(fact.rows is None for fact in payload.facts)


def test_a_byte_order_mark_is_accepted_with_a_remark(read):
    payload = read(b"\xef\xbb\xbf" + (RETAIN + WORKER + "MERGE|Worker|a|b|c|d\n").encode())
    assert rules(payload) == ["package.notation"]
    assert payload.records == 1


@pytest.mark.parametrize(
    ("settings_lines", "body", "found"),
    [
        ("", "METADATA|Assignment|EffectiveStartDate\nMERGE|Assignment|2025/07/01\n", ["package.future_changes"]),
        ("SET PURGE_FUTURE_CHANGES Y\n", WORKER + "MERGE|Worker|a|b|c|d\n", ["package.future_changes"]),
        ("", "METADATA|PersonEmail|PersonNumber\nMERGE|PersonEmail|1\n", []),  # no history that could be replaced
        (RETAIN, WORKER + "MERGE|Worker|a|b|c|d\n", []),
    ],
)
def test_a_file_that_replaces_later_history_is_remarked(read, settings_lines, body, found):
    assert rules(read(settings_lines + body)) == found


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_packed_bytes_named_dat_are_not_unpacked(read, pack):
    packed = pack((RETAIN + WORKER + "MERGE|Worker|a|b|c|d\n").encode())
    assert rules(read(packed)) == ["package.instruction", "package.metadata"]


def test_a_number_of_records_outside_the_agreed_range_is_found(read):
    of = contract(component("Worker/Worker", "worker", rows=(2, 5)))
    assert rules(read(RETAIN + WORKER + "MERGE|Worker|a|b|c|d\n", of=of)) == ["worker.shape.row_count"]


@pytest.mark.parametrize("reserved", ["_row", "_line", "_action", "_component", "_parent", "_unit"])
def test_an_attribute_named_as_a_column_of_the_harness_does_not_replace_it(read, reserved):
    payload = read(RETAIN + f"METADATA|Worker|{reserved}|PersonNumber\nMERGE|Worker|x|1\n")
    assert payload.frames["worker"].select("_row", "_action", "PersonNumber").rows() == [(1, "MERGE", "1")]
    assert rules(payload) == [f"worker.{reserved}.unlisted"]


@pytest.mark.parametrize("name", ["*", "^.*$", "values", "2"])
def test_an_attribute_may_have_any_name(read, name):
    payload = read(RETAIN + f"METADATA|Worker|PersonNumber|{name}\nMERGE|Worker|1|x\n")
    assert payload.frames["worker"].select("_row", "PersonNumber").rows() == [(1, "1")]
    assert payload.frames["worker"].get_column(name).to_list() == ["x"]
    assert rules(payload) == [f"worker.{name}.unlisted"]


# ---- names inside the package


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Worker.dat", []),
        ("worker.DAT", ["package.member_case"]),
        ("out/Worker.dat", ["package.folder"]),
        ("Assignment.dat", ["package.file_name"]),
        ("Worker_20250701.dat", ["package.file_name"]),
        ("notes.txt", ["package.member_missing", "package.member_unknown"]),
        ("Salary.dat", ["package.member_missing", "package.member_unknown"]),
    ],
)
def test_the_name_of_a_dat_is_judged(read, name, found):
    of = contract(*WORKERS.files.values(), exactly=True)
    payload = read(zipped({name: RETAIN + WORKER + "MERGE|Worker|a|b|c|d\n"}), "load.zip", of)
    assert rules(payload) == found
    assert payload.records == (0 if "package.member_missing" in found else 1)


def test_another_objects_dat_is_no_fault_unless_the_contract_says_so(read):
    assert rules(read(zipped({"Worker.dat": RETAIN + WORKER, "Salary.dat": "METADATA|Salary|A\n"}), "a.zip")) == []


def test_a_component_of_the_contracts_other_object_is_in_the_wrong_file(read):
    salary = component("Salary/Salary", "salary")
    of = contract(component("Worker/Worker", "worker"), salary)
    payload = read(zipped({"Worker.dat": RETAIN + WORKER + "METADATA|Salary|AssignmentNumber\n"}), "a.zip", of)
    assert rules(payload) == ["package.discriminator"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive"])
def test_an_archive_that_cannot_be_opened_gives_one_finding(read, data):
    assert rules(read(data, "load.zip")) == ["package.unreadable"]


def test_an_encrypted_dat_is_not_called_missing(read):
    data = bytearray(zipped({"Worker.dat": RETAIN + WORKER}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert rules(read(bytes(data), "load.zip")) == ["package.encrypted"]


# ---- writing

PLAIN = contract(
    File(
        "worker",
        {name: Column(name, Type("text")) for name in ("PersonNumber", "Name")} | {"Day": Column("Day", Type("date"))},
        names=("Worker.dat",),
        layout="Worker/Worker",
    ),
    File(
        "email",
        {"PersonNumber": Column("PersonNumber", Type("text"))},
        names=("Worker.dat",),
        layout="Worker/PersonEmail",
        parent=Parent("worker", ({"PersonNumber": "PersonNumber"},)),
    ),
    File("job", {"JobCode": Column("JobCode", Type("text"))}, names=("Job.dat",), layout="Job/Job"),
)


def test_the_writer_puts_parents_first_and_attributes_in_the_contracts_order(tmp_path):
    path = tmp_path / "Worker.dat"
    child_first = contract(PLAIN.files["email"], PLAIN.files["worker"])
    records = {
        "email": [{"PersonNumber": "1", "_action": "DELETE"}],
        "worker": [{"Extra|1": "x", "Day": "2025-07-01", "PersonNumber": "1"}, {"PersonNumber": "2", "_row": "9"}],
    }
    hdl.write(path, child_first, records, dialect=hdl.HdlDialect(zipped=False))
    assert path.read_bytes().decode() == (
        "SET PURGE_FUTURE_CHANGES N\n"
        "METADATA|Worker|PersonNumber|Day|Extra\\|1\nMERGE|Worker|1|2025/07/01|x\nMERGE|Worker|2||\n"
        "METADATA|PersonEmail|PersonNumber\nDELETE|PersonEmail|1\n"
    )


def test_only_iso_dates_get_the_mask(tmp_path):
    days = ["2025-07-01", "20250701", "2026-13-45", "01-JUL-2025", "#NULL", None]
    path = tmp_path / "Worker.dat"
    hdl.write(path, PLAIN, {"worker": [{"Day": day} for day in days]}, dialect=hdl.HdlDialect(zipped=False))
    written = hdl.read(path, PLAIN).frames["worker"]["Day"].to_list()
    assert written == ["2025/07/01", "20250701", "2026-13-45", "01-JUL-2025", "#NULL", None]


def test_a_timestamp_gets_its_mask(tmp_path):
    of = contract(
        File("worker", {"At": Column("At", Type.parse("timestamp(YYYY/MM/DD HH24:MI:SS)"))}, layout="Worker/Worker")
    )
    path = tmp_path / "Worker.dat"
    hdl.write(path, of, {"worker": [{"At": "2025-07-01T06:30:00"}]}, dialect=hdl.HdlDialect(zipped=False))
    assert hdl.read(path, of).frames["worker"]["At"].to_list() == ["2025/07/01 06:30:00"]


def test_objects_get_a_dat_each_and_the_same_records_the_same_bytes(tmp_path):
    records = {"job": [{"JobCode": "T"}], "worker": [{"PersonNumber": "1"}], "email": []}
    for name in ("one.zip", "two.zip"):
        hdl.write(tmp_path / name, PLAIN, records)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    payload = hdl.read(tmp_path / "one.zip", PLAIN)
    assert sorted(payload.members) == ["Job.dat", "Worker.dat"]
    assert set(payload.frames) == {"worker", "job"}
    assert payload.facts == []


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ({"nobody": [{}]}, "no file nobody"),
        ({"worker": [{"_action": "UPDATE"}]}, "no instruction"),
        ({"worker": [{"Name": "\ud800"}]}, "surrogate"),
        ({"worker": [{"Name": "a"}], "job": [{"JobCode": "b"}]}, "2 objects"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, records, words):
    with pytest.raises(PayloadError, match=words):
        hdl.write(tmp_path / "x", PLAIN, records, dialect=hdl.HdlDialect(zipped=False))


def test_a_path_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(PayloadError, match="cannot be written"):
        hdl.write(tmp_path, PLAIN, {"worker": [{"Name": "a"}]})


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        ({"delimiter": ""}, "1 to 10"),
        ({"delimiter": "||"}, "overlap"),
        ({"delimiter": "\\"}, "overlap"),
        ({"escape": "^|"}, "overlap"),
        ({"delimiter": "a"}, "letters"),
        ({"line_break": "a b"}, "blanks"),
        ({"line_break": "|x"}, "beginning"),
        ({"sets": {"FILE_ESCAPE": "^"}}, "FILE_ESCAPE"),
        ({"sets": {"PURGE_AFTER_LOAD": "Y"}}, "PURGE_AFTER_LOAD"),
    ],
)
def test_a_dialect_that_could_not_be_read_back_is_refused(dialect, words):
    with pytest.raises(PayloadError, match=words):
        hdl.HdlDialect(**dialect)


# ---- properties

TOKEN = st.text(st.sampled_from("|,;~^\\<>#"), min_size=1, max_size=3)
BREAK = st.sampled_from(["n", "newline", "<br>", "|n"])
NASTY = st.text(st.sampled_from("|,;~^\\<>#\n\rn ab\t\u0085\u2028\ufeff😀é\"'"), max_size=8)
VALUE = st.one_of(
    st.none(),
    st.sampled_from(["#NULL", " x ", "\\n", "\\|", "\r", "MERGE|Worker|x"]),
    NASTY,
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)


@st.composite
def dialects(draw: st.DrawFn) -> hdl.HdlDialect:
    tokens = st.builds(Tokens, TOKEN, TOKEN, BREAK).filter(lambda tokens: not tokens.fault())
    chosen = draw(st.one_of(st.just(Tokens()), tokens))
    return hdl.HdlDialect(
        chosen.delimiter,
        chosen.escape,
        chosen.newline,
        draw(st.sampled_from([{}, {"PURGE_FUTURE_CHANGES": "N", "CALCULATE_FTE": "Y"}])),
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


def writable(value: str | None) -> bool:
    return value is None or (value.strip(" \t") != "" and not any("\ud800" <= sign <= "\udfff" for sign in value))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dialects(),
    st.lists(
        st.fixed_dictionaries(
            {
                "PersonNumber": VALUE.filter(writable),
                "Name": VALUE.filter(writable),
                "Own|\\Attribute": VALUE.filter(writable),
            },
            optional={"_action": st.sampled_from(["MERGE", "DELETE"])},
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_what_is_written_is_read_back_in_every_dialect(tmp_path, dialect, records):
    path = tmp_path / ("workers.zip" if dialect.zipped else "Worker.dat")
    hdl.write(path, PLAIN, {"worker": records}, dialect=dialect)
    payload = hdl.read(path, PLAIN)
    frame = payload.frames["worker"]
    for name in ("PersonNumber", "Name", "Own|\\Attribute"):
        read_back = frame[name].to_list() if name in frame.columns else [None] * frame.height
        assert read_back == [record[name] for record in records]
    assert frame["_action"].to_list() == [record.get("_action", "MERGE") for record in records]
    assert not GRAVE & set(rules(payload))


ATTRIBUTES = ["SourceSystemOwner", "SourceSystemId", "PersonNumber", "EffectiveStartDate"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([Tokens(), Tokens(";", "^", "<br>"), Tokens("~~", "\\", "n"), Tokens("|", "#", "|n")]),
    st.lists(st.text(st.sampled_from("|\\;^~#n<br>, \ue000\ue001\ue002"), max_size=14), min_size=1, max_size=4),
)
def test_the_lines_of_a_component_are_split_as_one_line_is(read, tokens, texts):
    sets = (
        f"SET FILE_DELIMITER {tokens.delimiter}\nSET FILE_ESCAPE {tokens.escape}\nSET FILE_NEWLINE {tokens.newline}\n"
    )
    lines = [tokens.delimiter.join(["MERGE", "Worker", text]) for text in texts]
    metadata = tokens.delimiter.join(["METADATA", "Worker", *ATTRIBUTES])
    payload = read(RETAIN + sets + "\n".join([metadata, *lines]) + "\n")
    split = [tokens.split(line) for line in lines]
    told = [[value if value.strip(" \t") else None for value in values[2:6]] for values, _ in split]
    expected = [values + [None] * (4 - len(values)) for values in told]
    frame = payload.frames["worker"]
    assert [list(row) for row in frame.select(ATTRIBUTES).rows()] == expected
    wrong = [fact.rows.to_list() for fact in payload.facts if fact.rule == "worker.shape.values"]
    assert wrong == [found for found in [[at for at, (one, _) in enumerate(split, 1) if len(one) != 6]] if found]
    assert any("an escape before" in fact.detail for fact in payload.facts) == any(odd for _, odd in split)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [WORKER.strip(), "SET FILE_DELIMITER ||", "SET FILE_ESCAPE |", "SET FILE_NEWLINE |", "COMMENT", "|"]
        ),
        st.text(st.sampled_from("METADARG|\\ SWorkern_w,*^$\n\r\x85"), max_size=20),
        st.builds(
            lambda word, rest: f"{word}|Worker|{rest}",
            st.sampled_from(["MERGE", "METADATA", "delete"]),
            st.text(max_size=12),
        ),
    ),
    max_size=8,
).map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), LINES))
def test_arbitrary_bytes_in_a_dat_give_frames_and_facts_but_never_an_error(read, data):
    payload = read(data)
    for fact in payload.facts:
        assert fact.detail
        assert fact.rows is None or fact.rows.len() == fact.lines.len() > 0
    for frame in payload.frames.values():
        assert frame["_row"].to_list() == list(range(1, frame.height + 1))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_zip_never_gives_an_error(read, data):
    content = bytearray(zipped({"Worker.dat": RETAIN + WORKER + "MERGE|Worker|a|b|c|d\n"}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    payload = read(bytes(content[:cut] if data.draw(st.booleans()) else content), "load.zip")
    assert payload.facts or payload.records <= 1
