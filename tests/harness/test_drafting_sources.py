"""The other sources: HDL metadata, samples, ODCS contracts, REST descriptions; and telling them apart."""

# ruff: noqa: E501 - sources read better in one line

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from templates import description, rich, workbook

from harness.drafting import isolated
from harness.drafting.isolated import read_isolated
from harness.drafting.reading import read_source
from harness.drafting.source import Source
from harness.errors import UsageError


def read(folder: Path, name: str, text: str | bytes) -> Source:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_source(path)


def test_every_component_of_a_dat_is_a_file_and_no_value_is_kept(tmp_path: Path) -> None:
    text = (
        "\ufeffCOMMENT written by nobody\nSET FILE_DELIMITER ~\n"
        "METADATA~Worker~SourceSystemOwner~SourceSystemId~EffectiveStartDate~PersonNumber~FLEX:PER_ATT\n"
        "MERGE~Worker~HRC~1~2026/01/01~4711~x\n"
        "METADATA~PersonName~SourceSystemId~PersonId(SourceSystemId)~LastName~PrimaryFlag\n"
    )
    source = read(tmp_path, "Worker.dat", text)
    assert [(file.stem, file.name) for file in source.files] == [
        ("Worker/Worker", "Worker.dat"),
        ("Worker/PersonName", "Worker.dat"),
    ]
    assert source.files[0].names == ("SourceSystemOwner", "SourceSystemId", "EffectiveStartDate", "PersonNumber")
    assert source.files[0].remarks == ("left out as free of every component: FLEX:PER_ATT",)
    assert [column.type for column in source.files[1].columns] == ["", "", "", "FLAG"]
    assert "4711" not in json.dumps(source.as_json())


def test_one_metadata_line_is_enough(tmp_path: Path) -> None:
    source = read(tmp_path, "line.txt", "METADATA|Grade|SourceSystemId|GradeCode\n")
    assert [(file.stem, file.names) for file in source.files] == [("Grade/Grade", ("SourceSystemId", "GradeCode"))]


def test_a_second_metadata_line_is_told(tmp_path: Path) -> None:
    source = read(tmp_path, "Grade.dat", "METADATA|Grade|GradeCode\nMETADATA|Grade|GradeCode|GradeName\n")
    assert source.files[0].names == ("GradeCode",)
    assert [note.where for note in source.unread] == ["METADATA"]


@pytest.mark.parametrize("component", ["../../Worker", "A B", "Grün", "1A"])
def test_a_name_that_could_be_no_files_is_told_and_left_out(tmp_path: Path, component: str) -> None:
    source = read(
        tmp_path, "Grade.dat", f"METADATA|Grade|GradeCode\nMETADATA|{component}|GradeCode\nMETADATA|Empty|FLEX:A\n"
    )
    assert [file.stem for file in source.files] == ["Grade/Grade"]
    assert [note.why for note in source.unread] == [f"no file can be called 'Grade/{component}'", "it has no columns"]


def test_an_odcs_object_that_could_be_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, "c.yaml", ODCS % ("fbdi", "a/../b"))
    assert "no file can be called" in caught.value.what


def test_a_sample_gives_names_and_the_types_that_all_rows_have(tmp_path: Path) -> None:
    rows = [
        "Card;Amount;Count;Zip;Posted;Seen;Note;Never",
        "A1;10.50;7;02134;11/30/2026;2026-11-20 10:00:00;x;",
        "A2;-9;12;27601;12/01/2026;2026-11-21 23:59:59;;",
    ]
    source = read(tmp_path, "cards.csv", "\n".join(rows))
    assert [(c.name, c.type, c.scale, c.mask) for c in source.files[0].columns] == [
        ("Card", "", None, ""),
        ("Amount", "NUMBER", None, ""),
        ("Count", "NUMBER", 0, ""),
        ("Zip", "", None, ""),
        ("Posted", "DATE", None, "MM/DD/YYYY"),
        ("Seen", "TIMESTAMP", None, "YYYY-MM-DD HH24:MI:SS"),
        ("Note", "", None, ""),
        ("Never", "", None, ""),
    ]
    assert all(column.question for column in source.files[0].columns)
    assert source.files[0].csv == {"header": True, "delimiter": ";"}


def test_no_value_of_a_sample_is_kept(tmp_path: Path) -> None:
    source = read(tmp_path, "people.csv", "name,ssn\nMuster,987-65-4320\n")
    assert not {"Muster", "987-65-4320"} & set(json.dumps(source.as_json()).split('"'))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,a\n1,2,3", "a stands twice"),
        ("a,,c\n1,2,3", "column 2 has no name"),
        ("NEW,300000047488112,2026/11/20\n", "named by a number or a date"),
        (",,\n", "it is blank"),
        ('a,"b\n1,2', "no CSV"),
        (b"a,b\n\xff\xfe,1", "no CSV in UTF-8"),
    ],
)
def test_a_csv_without_a_header_is_refused_with_words(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, "x.csv", text)
    assert words in caught.value.what


ODCS = """
apiVersion: v3.2.0
kind: DataContract
id: x
customProperties: [{property: channel, value: %s}]
schema:
  - name: cards
    physicalName: %s
    properties:
      - {name: token, businessName: Token, logicalType: string, logicalTypeOptions: {maxLength: 40}, required: true, customProperties: [{property: position, value: 2}]}
      - {name: amount, physicalType: "NUMBER(15,2)", logicalType: number, customProperties: [{property: position, value: 1}]}
      - {name: posted, logicalType: date, customProperties: [{property: position, value: 3}]}
"""


@pytest.mark.parametrize(("channel", "name"), [("delimited", "cards.csv"), ("fbdi", "FooInterface")])
def test_an_odcs_contract_gives_names_types_and_positions(tmp_path: Path, channel: str, name: str) -> None:
    source = read(tmp_path, "c.odcs.yaml", ODCS % (channel, name))
    assert source.channel == channel
    assert [(c.name, c.type, c.length, c.scale, c.required) for c in source.files[0].columns] == [
        ("amount", "NUMBER", 15, 2, ""),
        ("token", "VARCHAR2", 40, None, "Y"),
        ("posted", "DATE", None, None, ""),
    ]
    assert source.files[0].columns[2].question


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: DataContract\nschema: 7", "no ODCS contract"),
        ("kind: DataContract\nschema: [{name: x, properties: []}]", "no properties"),
        (
            "kind: DataContract\nschema: [{name: x, properties: [{name: y, logicalType: array}]}]",
            "of a type that no column has: y",
        ),
        (ODCS.replace("value: 3", "value: 7") % ("fbdi", "X"), "positions do not count"),
        (ODCS % ("hdl", "X"), "channel hdl"),
        ("kind: DataContract\nschema: [", "no YAML"),
        ("kind: DataContract\nschema: !!python/object/apply:os.system [ls]", "no YAML"),
    ],
)
def test_another_yaml_is_refused_with_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, "c.yaml", text)
    assert words in caught.value.what


def attribute(name: str, type_: str = "string", **more: object) -> dict[str, object]:
    return {"name": name, "type": type_, "updatable": True, **more}


def test_a_description_gives_what_a_body_may_hold_with_its_children(tmp_path: Path) -> None:
    site = {
        "attributes": [attribute("SupplierSite", maxLength=240, mandatory=True)],
        "children": {"assignments": {"attributes": [attribute("ClientBU")]}},
    }
    text = description(
        "suppliers",
        [
            attribute("SupplierId", "integer", updatable=False),
            attribute("Supplier", maxLength=360, mandatory=True, title="Supplier"),
            attribute("Limit", "number", precision=15, scale=2),
            attribute("Sites", "integer", precision=9),
            attribute("InactiveDate", "date"),
            attribute("Changed", "datetime"),
            attribute("One", "boolean", lov={"childRef": "YesNoLOV"}),
            attribute("File", "attachment"),
        ],
        {"sites": site, "log": {"attributes": [attribute("Text", updatable=False)]}, "odd": {}},
    )
    source = read(tmp_path, "suppliers.json", text)
    root, sites, assignments = source.files
    assert [(c.name, c.type, c.length, c.scale, c.required) for c in root.columns] == [
        ("Supplier", "VARCHAR2", 360, None, "Y"),
        ("Limit", "NUMBER", 15, 2, ""),
        ("Sites", "NUMBER", 9, 0, ""),
        ("InactiveDate", "DATE", None, None, ""),
        ("Changed", "", None, None, ""),
        ("One", "BOOLEAN", None, None, ""),
    ]
    assert (root.columns[-1].lov, root.columns[4].question != "") == ("YesNoLOV", True)
    assert root.remarks == ("1 attributes that no body may change were left out", "left out: File of type attachment")
    assert (sites.parent, assignments.parent) == ("suppliers", "suppliers.sites")
    assert assignments.columns[0].path == "$.sites[*].assignments[*].ClientBU"
    assert [note.where for note in source.skipped] == ["collection suppliers.log"]
    assert [note.where for note in source.unread] == ["collection suppliers.odd"]


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '{"Resources": {}}', '{"Resources": {"x": 7}}', "{cut off", "[" * 100_000]
)
def test_json_that_describes_nothing_is_refused_with_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, "x.json", text)
    assert caught.value.todo


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b" \n", "empty"),
        ("old.xlsx", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old format, or with a password"),
        ("GlInterface.zip", b"PK\x03\x04 x", "an archive"),
        ("picture.xlsm", b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        ("notes.md", b"# Notes\n", "of no kind"),
        ("binary.csv", b"a,b\n\x00\x01", "binary"),
    ],
)
def test_a_file_of_no_known_kind_is_refused_with_words(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, name, content)
    assert words in caught.value.what
    assert "FBDI template" in caught.value.todo or "save it" in caught.value.todo


def test_a_missing_file_and_a_folder_are_refused_with_words(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.ctl", tmp_path, tmp_path / "a\x00b"):
        with pytest.raises(UsageError) as caught:
            read_source(path)
        assert caught.value.todo


BEGINNINGS = [
    b"",
    b"PK\x03\x04",
    b"LOAD DATA INTO TABLE A (",
    b"METADATA|A|",
    b"{",
    b"kind: DataContract\nschema: ",
    b"a,b\n",
]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(BEGINNINGS),
    st.binary(max_size=200),
    st.sampled_from([".ctl", ".dat", ".csv", ".json", ".yaml", ".xlsm", ".txt"]),
)
def test_no_bytes_make_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, data: bytes, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(head + data)
    try:
        files = read_source(path).files
    except UsageError as error:
        files, todo = (), error.todo
        assert todo
    assert all(file.columns for file in files)


def test_a_source_read_in_a_process_of_its_own_is_the_same(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "Foo.xlsm", {"Foo": rich([{"column": "FOO_ID", "type": "DATE"}, {"column": "FOO", "type": "DATE"}])}
    )
    assert read_isolated(path) == read_source(path)
    (tmp_path / "x.md").write_text("x")
    with pytest.raises(UsageError) as caught:
        read_isolated(tmp_path / "x.md")
    assert (caught.value.what, caught.value.where) == (
        "a file of no kind that columns can be read from",
        str(tmp_path / "x.md"),
    )


def test_a_process_that_does_not_end_is_ended_and_told(tmp_path: Path) -> None:
    path = tmp_path / "x.ctl"
    path.write_text("LOAD DATA")
    began = time.monotonic()
    with pytest.raises(UsageError) as caught:
        read_isolated(path, seconds=0.01)
    assert "not read within 0.01 seconds" in caught.value.what
    assert time.monotonic() - began < 10


def test_a_process_that_fails_is_told_by_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\necho 'Traceback' >&2\necho 'MemoryError: too much' >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(isolated.sys, "executable", str(failing))
    with pytest.raises(UsageError) as caught:
        read_isolated(tmp_path / "x.ctl")
    assert caught.value.what == "reading it failed: MemoryError: too much"
