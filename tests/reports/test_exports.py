"""What holds for every format, and the pages for people among them."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from export_contract import SECRETS, TEXT, claims, profile
from openpyxl import load_workbook

from contracts import load, load_profile
from reports.exports import DIALECTS, FORMATS

EVERY = {**FORMATS, "ddl postgres": DIALECTS["postgres"]}


def written(format_: str, folder: Path, text: str = TEXT) -> bytes:
    return EVERY[format_].write(profile(folder, text), claims(folder, text))


def words(data: bytes) -> str:
    """All text of an export, also of the members of a workbook."""
    if data[:2] != b"PK":
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


@pytest.mark.parametrize("format_", EVERY)
def test_values_of_masked_columns_and_of_lists_are_in_no_export(format_: str, tmp_path: Path) -> None:
    text = words(written(format_, tmp_path))
    assert [secret for secret in SECRETS if secret in text] == []
    assert "TAX_ID" in text


@pytest.mark.parametrize("format_", EVERY)
def test_the_same_contract_gives_the_same_bytes(format_: str, tmp_path: Path) -> None:
    assert written(format_, tmp_path) == written(format_, tmp_path)


@pytest.mark.slow
def test_another_process_gives_the_same_bytes() -> None:
    call = (
        "from contracts import load, load_profile; from reports.exports import DIALECTS, FORMATS; import hashlib;"
        "profile, contract = load_profile('oracle'), load('finance.daily_rates');"
        "written = [one.write(profile, contract) for one in (*FORMATS.values(), *DIALECTS.values())];"
        "print(hashlib.sha256(b''.join(written)).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", call], capture_output=True, check=True, env={"PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.parametrize(
    "format_", ["odcs", "jsonschema", "datapackage", "ddl", "ddl postgres", "pandera", "xlsx", "markdown", "html"]
)
@pytest.mark.parametrize("id_", ["finance.gl_journals", "hr.workers"])
def test_every_column_is_in_every_format(format_: str, id_: str) -> None:
    contract = load(id_, "nc_district")
    text = words(EVERY[format_].write(load_profile("nc_district"), contract))
    names = {name for file in contract.files.values() for name in file.written}
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("format_", ["odcs", "xlsx", "html"])
def test_every_rule_is_in_formats_that_tell_rules(format_: str) -> None:
    contract = load("finance.ap_invoices", "nc_district")
    text = words(FORMATS[format_].write(load_profile("nc_district"), contract))
    assert [id_ for id_ in contract.rules if id_ not in text] == []


# the workbook


def test_the_workbook_has_a_sheet_of_each_kind_with_a_heading_that_stays_and_filters(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(written("xlsx", tmp_path)))
    assert book.sheetnames == ["Overview", "Columns", "Rules", "Lists", "Codes", "Examples", "Open questions"]
    assert {sheet.freeze_panes for sheet in book.worksheets} == {"A2"}
    assert book["Columns"].auto_filter.ref == "A1:K22"
    rules = [row[0].value for row in book["Rules"].iter_rows(min_row=2)]
    assert rules == list(claims(tmp_path).rules)
    questions = [[cell.value for cell in row[:2]] for row in book["Open questions"].iter_rows(min_row=2)]
    assert ["contract", "Who sends it?"] in questions


def test_no_cell_of_the_workbook_is_computed(tmp_path: Path) -> None:
    text = TEXT.replace("CASH, CARD", "'=1+1', CARD").replace("KIND: CASH", "KIND: '=1+1'")
    text = text.replace("title: The price fits", 'title: "=cmd|x _x0041_ \\u0007"')
    book = load_workbook(io.BytesIO(written("xlsx", tmp_path, text)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    values = {cell.value for cell in cells}
    assert {"=1+1", "=The claim's number", "=cmd|x _x005F_x0041_ \ufffd"} <= values


# pages


def test_markdown_is_short_and_keeps_words_as_words(tmp_path: Path) -> None:
    text = written("markdown", tmp_path).decode()
    assert text.startswith("# Claims \\| of = \\<staff\\>\n")
    assert "| 3 | TOTAL | number(9,2) |  | between 0 and 5000 |  |  |" in text.replace("lies between", "between")
    assert "### CLM-010 A paid claim has a total\n" in text
    assert "Broken by: example other, heads record 1: STAFF = \\*\\*\\*, TAX_ID = \\*\\*\\*" in text
    assert "- `too_much`: must find `heads.TOTAL.range`, `CLM-060`" in text
    assert all(line.count("|") - line.count("\\|") == 8 for line in text.splitlines() if re.match(r"\| \d+ \| ", line))


def test_the_page_stands_alone() -> None:
    found = load_profile("nc_district")
    page = FORMATS["html"].write(found, load("finance.ap_invoices", found)).decode()
    assert [link for link in re.findall(r'href="([^"]*)"', page) if not link.startswith("#")] == []
    assert "Versions that were delivered" not in page
    assert page.rstrip().endswith("</html>")
    assert 'id="AP-010"' in page


# the data package


def test_the_data_package_names_every_field_in_its_order_with_what_it_takes(tmp_path: Path) -> None:
    package = json.loads(written("datapackage", tmp_path))
    heads, lines = package["resources"]
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert (heads["path"], heads["dialect"]["header"], heads["dialect"]["delimiter"]) == ("heads.csv", False, ";")
    fields = {one["name"]: one for one in heads["schema"]["fields"]}
    assert list(fields) == list(claims(tmp_path).files["heads"].written)
    assert fields["PAID"]["format"] == "%Y-%m-%d"
    assert fields["PAID"]["constraints"] == {"minimum": "2025-01-01", "maximum": "2026-12-31"}
    assert fields["TOTAL"]["constraints"] == {"minimum": 0, "maximum": 5000}
    assert fields["KIND"]["constraints"] == {"required": True, "maxLength": 4, "enum": ["CASH", "CARD"]}
    assert fields["CLAIM"]["constraints"] == {"required": True, "maxLength": 8, "pattern": "C[0-9]+"}
    assert lines["schema"]["foreignKeys"] == [
        {"fields": ["CLAIM"], "reference": {"resource": "heads", "fields": ["CLAIM"]}}
    ]
    assert heads["schema"]["foreignKeys"][0]["reference"]["resource"] == "lines"


def test_a_headerless_file_has_a_field_for_each_position_of_its_layout() -> None:
    package = json.loads(FORMATS["datapackage"].write(load_profile("oracle"), load("finance.gl_journals")))
    fields = package["resources"][0]["schema"]["fields"]
    assert (len(fields), fields[0]["name"], fields[38]["name"]) == (149, "STATUS", "ENTERED_DR")


def test_files_that_are_no_tables_say_what_they_are() -> None:
    package = json.loads(FORMATS["datapackage"].write(load_profile("oracle"), load("hr.workers")))
    assert {one["format"] for one in package["resources"]} == {"hdl"}
    assert {one["path"] for one in package["resources"]} == {"Worker.dat"}
    assert "type" not in package["resources"][0]
