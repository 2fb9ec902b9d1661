"""Layouts out of sources: the shipped format, what stays known, what has changed, and nothing overwritten."""

# ruff: noqa: E501 - columns read better in one line

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from templates import columns_of, control_file, rich, thin, workbook

from contracts import LIBRARY, layout_in_force, names_in_force
from harness.drafting import additions
from harness.drafting.additions import Added, add_layouts
from harness.drafting.layout_files import COLUMNS, LayoutFile, layout_file, read_rows
from harness.drafting.reading import read_source
from harness.errors import UsageError

NEW = {"column": "BRAND_NEW", "label": "*Brand New", "type": "VARCHAR2", "length": "30", "required": "Y"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of three shipped layouts."""
    root = tmp_path / "layouts"
    for place in (
        "23B/GlInterface.csv",
        "26C/ApInvoicesInterface.csv",
        "25B/RcvHeadersInterface.csv",
        "25B/_sources.csv",
    ):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(LIBRARY / "layouts" / place, root / place)
    return root


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources are read here: what a process of their own adds is another test's affair."""
    monkeypatch.setattr(additions, "read_isolated", read_source)


def journals(path: Path, rows: list[list[str]]) -> Path:
    return workbook(path, {"GL_INTERFACE": rows})


def made(path: Path, root: Path, release: str = "26D") -> LayoutFile:
    source = read_source(path)
    return layout_file(source.files[0], source, release, root)


def added(root: Path, folder: Path, release: str = "26D") -> Added:
    return add_layouts(release, folder, root)


@pytest.mark.parametrize("stem", ["GlInterface", "ApInvoicesInterface"])
def test_a_template_of_a_known_layout_is_the_same_reading(tmp_path: Path, root: Path, stem: str) -> None:
    columns = columns_of(stem, "26C")
    found = made(workbook(tmp_path / "T.xlsm", {stem: rich(columns, at=5)}), root)
    assert (found.status, found.changes) == ("same", ())
    assert [(row["column"], row["position"], row["type"], row["required"]) for row in found.rows] == [
        (row["column"], row["position"], row["type"], row["required"]) for row in columns
    ]


@pytest.mark.slow
def test_every_shipped_layout_survives_as_a_template(tmp_path: Path) -> None:
    stems = [stem for stem in names_in_force("26C") if "@" not in stem]
    for stem in stems:
        workbook(tmp_path / "in" / f"{stem}.xlsm", {stem: rich(columns_of(stem, "26C"), at=4)})
    shutil.copytree(LIBRARY / "layouts", tmp_path / "layouts")
    done = added(tmp_path / "layouts", tmp_path / "in")
    assert {line.layout: line.detail for line in done.lines if line.status != "same" and "@" not in line.layout} == {}
    assert [line.layout for line in done.lines if line.status == "same"] == stems


def test_what_a_template_does_not_say_stays_known(tmp_path: Path, root: Path) -> None:
    before = columns_of("GlInterface", "26C")
    found = made(journals(tmp_path / "T.xlsm", rich([*before, NEW])), root)
    assert (found.status, found.changed_columns, found.place) == ("changed", 1, "26D/GlInterface.csv")
    assert list(found.rows[:-1]) == before
    assert found.rows[-1]["certainty"] == "likely"
    assert "completed by the layout before" in found.source["source"]


def test_what_changed_is_told_column_by_column(tmp_path: Path, root: Path) -> None:
    rows = columns_of("GlInterface", "26C")
    rows[8] |= {"length": "40"}
    rows[0] |= {"label": "Status Code", "required": ""}
    del rows[20]
    found = made(journals(tmp_path / "T.xlsm", rich([*rows, NEW])), root)
    told = "; ".join(change.what for change in found.changes)
    for words in (
        "SEGMENT1 is text(40) instead of text(25)",
        "STATUS is optional, was required",
        "BRAND_NEW added",
        "SEGMENT13 removed",
    ):
        assert words in told
    assert {change.columns[0] for change in found.changes} >= {"SEGMENT1", "STATUS", "BRAND_NEW", "SEGMENT13"}


def test_a_column_that_is_due_for_another_reason_than_a_star_stays_due(tmp_path: Path, root: Path) -> None:
    before = [{**row, "label": row["label"].strip("*")} for row in columns_of("GlInterface", "26C")]
    shutil.copy(root / "23B/GlInterface.csv", root / "kept.csv")
    path = root / "23B/GlInterface.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(before)
    optional = [{**row, "required": ""} for row in before]
    assert made(journals(tmp_path / "T.xlsm", rich(optional)), root).status == "same"


def test_a_thin_tab_takes_technical_names_from_the_layout_before_by_label(tmp_path: Path, root: Path) -> None:
    before = columns_of("GlInterface", "26C")
    labels = [row["label"] for row in before]
    assert made(journals(tmp_path / "same.xlsm", thin(labels)), root).status == "same"
    renamed = [*labels[:5], "*Currency", *labels[6:], "Brand New"]
    found = made(journals(tmp_path / "T.xlsm", thin(renamed)), root)
    assert [row["column"] for row in found.rows] == [*(row["column"] for row in before), "BRAND_NEW"]
    assert [change.columns for change in found.changes] == [("BRAND_NEW",)]
    assert [column.name for column in found.columns if column.question] == ["CURRENCY_CODE", "BRAND_NEW"]


def test_a_thin_tab_finds_names_where_the_layout_has_no_labels(tmp_path: Path, root: Path) -> None:
    before = columns_of("RcvHeadersInterface", "25B")
    labels = [
        "*" + row["column"].title().replace("_", " ")
        if row["required"] == "Y"
        else row["column"].title().replace("_", " ")
        for row in before
    ]
    labels[0] = "*" + labels[0].strip("*")
    found = made(workbook(tmp_path / "T.xlsm", {"RCV_HEADERS_INTERFACE": thin(labels)}), root, "25D")
    assert [row["column"] for row in found.rows] == [row["column"] for row in before]


def test_a_control_file_leaves_labels_and_what_is_required_alone(tmp_path: Path, root: Path) -> None:
    before = columns_of("GlInterface", "26C")
    columns = ",\n".join(row["column"] + (" CHAR(600)" if row["column"] == "REFERENCE1" else "") for row in before)
    (tmp_path / "GlInterface.ctl").write_text(control_file("GL_INTERFACE", columns))
    found = made(tmp_path / "GlInterface.ctl", root)
    assert found.status == "same"
    same = [row for row in found.rows if row["column"] != "REFERENCE1"]
    assert same == [row for row in before if row["column"] != "REFERENCE1"]


def test_a_buffer_of_the_loader_does_not_widen_a_column(tmp_path: Path, root: Path) -> None:
    before = columns_of("GlInterface", "26C")
    columns = ",\n".join(f"{row['column']} CHAR(600)" if row["type"] == "VARCHAR2" else row["column"] for row in before)
    (tmp_path / "GlInterface.ctl").write_text(control_file("GL_INTERFACE", columns))
    found = made(tmp_path / "GlInterface.ctl", root)
    assert found.status == "same"
    widths = {row["column"]: (row["length"], row["notes"]) for row in found.rows}
    assert widths["STATUS"][0] == "50"
    assert "CHAR(600)" in widths["STATUS"][1]


def test_masks_that_nobody_understands_are_left_out_and_noted(tmp_path: Path, root: Path) -> None:
    (tmp_path / "Foo.ctl").write_text(control_file("FOO", "A \"to_date(:A,'DD-MON-RRRR')\", B"))
    row = made(tmp_path / "Foo.ctl", root).rows[0]
    assert (row["type"], row["mask"]) == ("DATE", "")
    assert "DD-MON-RRRR is not understood" in row["notes"]


def test_an_hdl_component_that_is_known_is_left_alone_and_a_new_one_gets_its_keys(tmp_path: Path) -> None:
    text = "METADATA|Talent|SourceSystemOwner|SourceSystemId|Code\nMETADATA|Item|SourceSystemOwner|SourceSystemId|TalentId(SourceSystemId)|DateFrom\n"
    (tmp_path / "Talent.dat").write_text(text)
    source = read_source(tmp_path / "Talent.dat")
    found = [layout_file(file, source, "", tmp_path) for file in source.files]
    assert [one.place for one in found] == ["hdl/Talent/Talent.csv", "hdl/Talent/Item.csv"]
    assert [(row["key_role"], row["foreign_key"]) for row in found[1].rows] == [
        ("source_key", ""),
        ("source_key", ""),
        ("parent", "Talent.SourceSystemId"),
        ("none", ""),
    ]
    known = replace(source.files[0], stem="Worker/PersonName")
    assert layout_file(known, source, "", LIBRARY / "layouts").status == "same"


def test_a_folder_of_a_release_adds_what_differs_and_tells_of_everything(tmp_path: Path, root: Path) -> None:
    folder = tmp_path / "26D"
    journals(folder / "Journals.xlsm", rich([*columns_of("GlInterface", "26C"), NEW]))
    workbook(
        folder / "sub" / "Invoices.xlsm",
        {
            "Instructions": [["x"]],
            "AP_INVOICES_INTERFACE": rich(columns_of("ApInvoicesInterface", "26C")),
            "What is this": [["a", "b", "c"]],
        },
    )
    (folder / "FooInterface.ctl").write_text(control_file("FOO", "FOO_ID, FOO_NAME"))
    (folder / "Broken.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "~$Journals.xlsm").write_bytes(b"what Excel leaves")
    (folder / "readme.txt").write_text("no source")
    done = added(root, folder)
    assert [(line.layout, line.status, line.columns) for line in done.lines] == [
        ("ApInvoicesInterface", "same", 136),
        ("FooInterface", "new", 2),
        ("GlInterface", "changed (1)", 150),
        ("", "not understood", 0),
        ("", "not understood", 0),
        ("", "skipped", 0),
        ("RcvHeadersInterface", "only before", 110),
    ]
    assert [line.source for line in done.lines if line.status == "not understood"] == [
        "Broken.xlsx",
        "Invoices.xlsm, tab What is this",
    ]
    assert not done.complete
    assert [path.relative_to(root).as_posix() for path in done.written] == [
        "26D/FooInterface.csv",
        "26D/GlInterface.csv",
        "26D/_sources.csv",
    ]


def test_what_was_added_goes_through_the_door_of_the_shipped_ones(tmp_path: Path, root: Path) -> None:
    journals(tmp_path / "26D" / "J.xlsm", rich([*columns_of("GlInterface", "26C"), NEW]))
    added(root, tmp_path / "26D")
    layout = layout_in_force("GlInterface", "26D", root)
    assert (layout.release, len(layout.columns), str(layout.columns["BRAND_NEW"].type)) == ("26D", 150, "text(30)")
    assert layout_in_force("GlInterface", "26C", root).release == "23B"
    shipped = (root / "23B/GlInterface.csv").read_text().splitlines()
    assert (root / "26D/GlInterface.csv").read_text().splitlines()[: len(shipped)] == shipped
    source = read_rows(root / "26D/_sources.csv")[0]
    assert (source["layout"], source["release_seen"], source["certainty"], source["complete"]) == (
        "GlInterface",
        "26D",
        "memory",
        "yes",
    )
    assert source["source"].startswith("J.xlsm, tab GL_INTERFACE, sha256 ")


def test_added_twice_is_the_same_and_writes_nothing(tmp_path: Path, root: Path) -> None:
    journals(tmp_path / "26D" / "J.xlsm", rich([*columns_of("GlInterface", "26C"), NEW]))
    added(root, tmp_path / "26D")
    again = added(root, tmp_path / "26D")
    assert (again.lines[0].status, list(again.written)) == ("same", [])


def test_a_layout_of_the_release_that_differs_is_a_conflict_and_stays(tmp_path: Path, root: Path) -> None:
    journals(tmp_path / "26D" / "J.xlsm", rich([*columns_of("GlInterface", "26C"), NEW]))
    added(root, tmp_path / "26D")
    before = (root / "26D/GlInterface.csv").read_bytes()
    journals(
        tmp_path / "26D" / "J.xlsm", rich([*columns_of("GlInterface", "26C"), NEW, {**NEW, "column": "NEWER_ONE"}])
    )
    again = added(root, tmp_path / "26D")
    assert (again.lines[0].status, again.complete, list(again.written)) == ("conflict", False, [])
    assert (root / "26D/GlInterface.csv").read_bytes() == before


def test_sources_that_are_there_are_kept_as_they_are(tmp_path: Path, root: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "FooInterface.ctl").write_text(control_file("FOO", "FOO_ID, FOO_NAME"))
    before = (root / "25B/_sources.csv").read_text()
    added(root, tmp_path / "in", "25B")
    after = (root / "25B/_sources.csv").read_text()
    assert after.startswith(before)
    assert after.count("\n") == before.count("\n") + 1


def test_a_control_file_and_a_template_of_one_file_are_one_layout(tmp_path: Path, root: Path) -> None:
    columns = [
        {"column": "FOO_NAME", "label": "*Name", "type": "VARCHAR2", "length": "240", "required": "Y"},
        {"column": "FOO_ID", "label": "Id", "type": "NUMBER"},
    ]
    workbook(tmp_path / "in" / "Foo.xlsm", {"FOO_INTERFACE": rich(columns)})
    (tmp_path / "in" / "FooInterface.ctl").write_text(
        control_file(
            "FOO", 'FOO_ID "to_number(:FOO_ID)", FOO_NAME CHAR(600), FOO_DATE "to_date(:FOO_DATE,\'YYYY/MM/DD\')"'
        )
    )
    done = added(root, tmp_path / "in")
    rows = read_rows(root / "26D/FooInterface.csv")
    assert [(row["column"], row["type"], row["length"], row["required"], row["label"]) for row in rows] == [
        ("FOO_ID", "NUMBER", "", "", "Id"),
        ("FOO_NAME", "VARCHAR2", "240", "Y", "*Name"),
        ("FOO_DATE", "DATE", "", "", ""),
    ]
    assert "CHAR(600)" in rows[1]["notes"]
    assert "1 columns stand in one of both sources only" in done.lines[0].detail
    assert "FooInterface.ctl and Foo.xlsm" in read_rows(root / "26D/_sources.csv")[0]["source"]


@pytest.mark.parametrize("kind", ["missing", "a file", "without sources"])
def test_a_folder_without_sources_is_refused_with_words(tmp_path: Path, root: Path, kind: str) -> None:
    folder = {"missing": tmp_path / "none", "a file": tmp_path / "f", "without sources": tmp_path / "empty"}[kind]
    (tmp_path / "f").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError) as caught:
        added(root, folder)
    assert caught.value.todo
