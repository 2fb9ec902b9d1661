"""``harness new`` and ``harness layouts``: what is written, what is said, and what is never overwritten."""

# ruff: noqa: E501 - sources read better in one line

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from templates import columns_of, control_file, description, rich, thin, workbook

from contracts import LIBRARY, ORACLE, Profile, contract_ids, lint, load, load_profile
from harness.commands import layouts as command
from harness.drafting import additions, filing, starting
from harness.drafting.guesses import business_key, file_ids, prefix
from harness.drafting.reading import read_source
from harness.drafting.starting import Started, start_contract
from harness.errors import UsageError
from interfaces import read, write

Call = Callable[..., int]
FOO = [
    {"column": "FOO_ID", "label": "*Foo Id", "type": "NUMBER", "length": "18", "required": "Y"},
    {"column": "FOO_NUMBER", "label": "*Foo Number", "type": "VARCHAR2", "length": "30", "required": "Y"},
    {"column": "EMAIL_ADDRESS", "label": "E-mail", "type": "VARCHAR2", "length": "240"},
    {"column": "AMOUNT", "label": "Amount", "type": "NUMBER", "length": "18", "scale": "2"},
]
LINES = [
    {"column": "LINE_ID", "label": "*Line", "type": "NUMBER", "required": "Y"},
    FOO[0],
    {"column": "NOTE", "type": "VARCHAR2"},
]
METADATA = "METADATA|Worker|SourceSystemOwner|SourceSystemId|EffectiveStartDate|PersonNumber\nMETADATA|PersonName|SourceSystemOwner|SourceSystemId|PersonId(SourceSystemId)|EffectiveStartDate|LastName|Unheard\n"


@pytest.fixture
def library(tmp_path: Path) -> Profile:
    """The bare library in a folder of its own, with the shipped layouts and code tables."""
    folder = tmp_path / "clone" / "contracts"
    for name in ("layouts", "codes"):
        shutil.copytree(LIBRARY / name, folder / name)
    return Profile(name=ORACLE, title="", path=None, time_zone=ZoneInfo("UTC"), library=folder)


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """A workspace whose profile has no contract yet."""
    folder = tmp_path / "district"
    folder.mkdir()
    (folder / "harness.toml").write_text('profile = "."\n')
    (folder / "profile.toml").write_text('name = "district"\n')
    return folder


def template(folder: Path) -> Path:
    return workbook(
        folder / "FooImportTemplate.xlsm",
        {"Instructions": [["x"]], "FOO_INTERFACE": rich(FOO, at=4), "FOO_LINES_INTERFACE": rich(LINES, at=4)},
    )


def started(identity: str, source: Path, profile: Profile, release: str = "") -> Started:
    return start_contract(identity, read_source(source), profile, release=release, direction="inbound")


def errors(found: Started) -> list[str]:
    return [str(fault) for fault in found.faults if fault.level == "error"]


def test_a_template_gives_the_library_layouts_and_a_draft_that_passes_lint(library: Profile, tmp_path: Path) -> None:
    found = started("finance.foos", template(tmp_path), library, "26D")
    assert errors(found) == []
    root = library.library or tmp_path
    assert [path.relative_to(root).as_posix() for path in found.written] == [
        "layouts/26D/FooInterface.csv", "layouts/26D/FooLinesInterface.csv", "layouts/26D/_sources.csv", "finance/foos.yaml",
    ]  # fmt: skip
    contract = load("finance.foos", library)
    assert (contract.status, contract.version, contract.release, contract.channel) == ("draft", "0.1.0", "26D", "fbdi")
    assert list(contract.files) == ["foo", "foo_lines"]
    assert contract.files["foo"].listed == ("FOO_ID", "FOO_NUMBER", "EMAIL_ADDRESS")
    assert contract.files["foo"].columns["EMAIL_ADDRESS"].masked
    assert (contract.files["foo"].accept_unit, contract.files["foo"].business_key) == (
        (("FOO_ID",),),
        (("FOO_NUMBER",),),
    )
    assert contract.files["foo_lines"].parent.file == "foo"  # type: ignore[union-attr]
    assert {about for about, _ in contract.unconfirmed} == {"contract", "file foo", "file foo_lines"}


def test_a_template_of_a_known_layout_needs_no_new_one(library: Profile, tmp_path: Path) -> None:
    path = workbook(tmp_path / "J.xlsm", {"GL_INTERFACE": rich(columns_of("GlInterface", "26C"), at=4)})
    found = started("finance.journals", path, library, "26C")
    assert [one.name for one in found.written] == ["journals.yaml"]
    assert errors(found) == []
    contract = load("finance.journals", library)
    assert (contract.files["gl"].layout, contract.files["gl"].layout_release) == ("GlInterface", "23B")
    assert {"STATUS", "ACCOUNTING_DATE", "LEDGER_ID"} <= set(contract.files["gl"].listed)


def test_names_made_of_labels_are_questions_of_the_draft(library: Profile, tmp_path: Path) -> None:
    found = started(
        "finance.foos", workbook(tmp_path / "T.xlsm", {"Foos": thin(["*Foo Id", "Amount"])}), library, "26D"
    )
    assert errors(found) == []
    questions = dict(load("finance.foos", library).unconfirmed)
    assert questions["foos.FOO_ID"] == "Is FOO_ID the technical name? It was made of the label '*Foo Id'."


def test_a_control_file_gives_a_layout_for_each_branch(library: Profile, tmp_path: Path) -> None:
    one = control_file("FOO", "KIND FILLER, FOO_ID, FOO_NUMBER CHAR(30)", when="WHEN KIND = 'A'")
    other = one[one.index("INTO TABLE") :].replace("'A'", "'B'")
    (tmp_path / "FooStage.ctl").write_text(one + other)
    found = started("finance.foos", tmp_path / "FooStage.ctl", library, "26D")
    assert errors(found) == []
    contract = load("finance.foos", library)
    assert [(file.layout, file.names) for file in contract.files.values()] == [
        ("FooStage@A", ("FooStage.csv",)),
        ("FooStage@B", ("FooStage.csv",)),
    ]
    assert [mark.value for file in contract.files.values() for mark in file.record_type] == ["A", "B"]


def test_hdl_components_take_the_layouts_there_are_and_say_what_these_lack(library: Profile, tmp_path: Path) -> None:
    (tmp_path / "Worker.dat").write_text(METADATA)
    found = started("hr.people", tmp_path / "Worker.dat", library)
    assert errors(found) == []
    assert [path.name for path in found.written] == ["people.yaml"]
    assert "METADATA PersonName: not in layouts/hdl/Worker/PersonName.csv, add there: Unheard" in found.remarks
    contract = load("hr.people", library)
    assert contract.files["person_name"].parent.file == "worker"  # type: ignore[union-attr]


def test_a_new_hdl_object_gets_layouts_without_a_release(library: Profile, tmp_path: Path) -> None:
    (tmp_path / "Talent.dat").write_text(
        "METADATA|Talent|SourceSystemOwner|SourceSystemId|Code\nMETADATA|Item|SourceSystemOwner|SourceSystemId|TalentId(SourceSystemId)|DateFrom\n"
    )
    found = started("hr.talents", tmp_path / "Talent.dat", library)
    assert errors(found) == []
    assert [path.relative_to(library.library or tmp_path).as_posix() for path in found.written][:3] == ["layouts/hdl/Talent/Talent.csv", "layouts/hdl/Talent/Item.csv", "layouts/hdl/_sources.csv"]  # fmt: skip
    assert load("hr.talents", library).files["item"].parent.file == "talent"  # type: ignore[union-attr]


@pytest.mark.parametrize("release", ["26D", ""])
def test_a_sample_gives_a_draft_of_a_delimited_file(library: Profile, tmp_path: Path, release: str) -> None:
    (tmp_path / "cards.csv").write_text("Card No,Amount,Posted on\nA1,10.50,11/30/2026\n")
    found = started("finance.cards", tmp_path / "cards.csv", library, release)
    assert errors(found) == []
    contract = load("finance.cards", library)
    assert (contract.channel, contract.package_kind, contract.files["cards"].csv.header) == ("delimited", "none", True)
    assert [str(column.type) for column in contract.files["cards"].columns.values()] == [
        "text",
        "number",
        "date(MM/DD/YYYY)",
    ]
    assert len(contract.unconfirmed) == 5


def test_an_odcs_contract_of_positions_gives_a_layout(library: Profile, tmp_path: Path) -> None:
    properties = "[{name: id, logicalType: integer, required: true}, {name: paid, logicalType: boolean}, {name: due, physicalType: DATE}]"
    (tmp_path / "c.yaml").write_text(
        "kind: DataContract\ncustomProperties: [{property: channel, value: fbdi}]\n"
        f"schema: [{{name: foo, physicalName: FooInterface, properties: {properties}}}]\n"
    )
    found = started("finance.foos", tmp_path / "c.yaml", library, "26D")
    assert errors(found) == []
    contract = load("finance.foos", library)
    assert [str(column.type) for column in contract.files["foo"].columns.values()] == ["number", "text", "date"]
    assert found.remarks == ["object foo: no positions: the order of the properties was taken"]


def test_an_extract_is_outbound(harness: Call, tmp_path: Path, district: Path) -> None:
    (tmp_path / "cards.csv").write_text("Card No,Amount\nA1,10.50\n")
    assert (
        harness(
            "new", "finance.cards", "--from", tmp_path / "cards.csv", "-w", district, "--direction", "outbound", "-q"
        )
        == 0
    )
    assert load("finance.cards", load_profile("district", district)).direction == "outbound"


def test_a_description_gives_a_draft_of_bodies_with_their_children(library: Profile, tmp_path: Path) -> None:
    sites = {"sites": {"attributes": [{"name": "SiteCode", "type": "string", "mandatory": True}]}}
    attributes = [
        {"name": "SupplierNumber", "type": "string", "maxLength": 30, "mandatory": True},
        {"name": "Kind", "type": "string", "lov": {"childRef": "KindLOV"}},
    ]
    (tmp_path / "s.json").write_text(description("suppliers", attributes, sites))
    found = started("procurement.vendors", tmp_path / "s.json", library)
    assert errors(found) == []
    contract = load("procurement.vendors", library)
    assert (contract.oracle["resource"], list(contract.files), list(contract.lists)) == (
        "suppliers",
        ["suppliers", "sites"],
        ["kind_lov"],
    )
    records = {"suppliers": [{"_id": "1", "SupplierNumber": "7"}], "sites": [{"_of": "1", "SiteCode": "MAIN"}]}
    write(tmp_path / "suppliers.json", contract, records)
    assert read(tmp_path / "suppliers.json", contract).frames["sites"]["SiteCode"].to_list() == ["MAIN"]


def test_a_profiles_fbdi_files_hold_their_columns_or_take_the_librarys_layout(
    harness: Call, tmp_path: Path, district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tabs = {"FOO_INTERFACE": rich(FOO), "GL_INTERFACE": rich(columns_of("GlInterface", "26C"))}
    path = workbook(tmp_path / "T.xlsm", tabs)
    assert harness("new", "finance.foos", "--from", path, "-r", "26C", "-w", district) == 0
    assert "finance.foos: a draft from T.xlsm (template), prefix FO" in capsys.readouterr().out
    contract = load("finance.foos", load_profile("district", district))
    assert (contract.files["foo"].layout, contract.files["gl"].layout) == ("", "GlInterface")
    assert [(column.name, column.position, str(column.type)) for column in contract.files["foo"].columns.values()][
        -1
    ] == ("AMOUNT", 4, "number(18,2)")
    assert contract.files["foo"].names == ("FooInterface.csv",)


def test_a_profiles_draft_is_linted_shown_and_never_overwritten(
    harness: Call, tmp_path: Path, district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cards.csv").write_text("Card No,Amount\nA1,10.50\n")
    arguments = ("new", "finance.cards", "--from", tmp_path / "cards.csv", "-w", district)
    assert harness(*arguments, "--json", "-") == 0
    told = json.loads(capsys.readouterr().out)
    written = district / "contracts" / "finance" / "cards.yaml"
    assert (told["written"], told["faults"], told["not_understood"]) == ([str(written)], [], [])
    assert told["source"]["sha256"] in written.read_text()
    assert harness("lint", "-w", district) == 0
    assert harness("show", "finance.cards", "-w", district) == 0
    before = written.read_bytes()
    assert harness(*arguments) == 2
    assert "there is a contract finance.cards" in capsys.readouterr().err
    assert written.read_bytes() == before


def test_a_part_that_was_not_understood_makes_exit_1_and_is_named(
    harness: Call, tmp_path: Path, district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workbook(tmp_path / "T.xlsm", {"FOO_INTERFACE": rich(FOO), "Odd": [["a", "b"]]})
    assert harness("new", "finance.foos", "--from", path, "-r", "26C", "-w", district) == 1
    assert "not understood: tab Odd: no row of technical names" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("finance.Foos", "-r", "26C"), "no id of a contract"),
        (("sales.foos", "-r", "26C"), "no id of a contract"),
        (("finance.gl_journals", "-r", "26C"), "there is a contract finance.gl_journals"),
        (("finance.foos",), "an FBDI layout belongs to a release"),
        (("finance.foos", "-r", "2026"), "no Oracle release: 2026"),
        (("finance.foos", "-r", "26C", "--direction", "up"), "no direction: up"),
    ],
)
def test_wrong_usage_of_new_exits_2_and_writes_nothing(
    harness: Call,
    tmp_path: Path,
    district: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    (tmp_path / "Foo.ctl").write_text(control_file("FOO", "A, B"))
    assert harness("new", *arguments, "--from", tmp_path / "Foo.ctl", "-w", district) == 2
    assert words in capsys.readouterr().err
    assert list(district.rglob("*.yaml")) == []


def test_what_needs_a_layout_of_the_library_is_refused_in_a_profile(tmp_path: Path, district: Path) -> None:
    (tmp_path / "Talent.dat").write_text("METADATA|Talent|Code\n")
    with pytest.raises(UsageError) as caught:
        started("hr.talents", tmp_path / "Talent.dat", load_profile("district", district))
    assert "no layout of the HDL component Talent/Talent" in caught.value.what


def test_hdl_has_no_release(library: Profile, tmp_path: Path) -> None:
    (tmp_path / "Worker.dat").write_text(METADATA)
    with pytest.raises(UsageError) as caught:
        started("hr.people", tmp_path / "Worker.dat", library, "26C")
    assert "HDL has no releases" in caught.value.what


def test_a_layout_of_the_release_that_says_something_else_stops_the_draft(library: Profile, tmp_path: Path) -> None:
    path = workbook(tmp_path / "A.xlsm", {"AP_INVOICES_INTERFACE": rich(columns_of("ApInvoicesInterface", "26C")[:-1])})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError) as caught:
        started("finance.invoices", path, library, "26C")
    assert "the layout of 26C says something else" in caught.value.what
    assert sorted(tmp_path.rglob("*")) == before


def test_the_library_of_an_installed_harness_is_not_written_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(starting, "LIBRARY", tmp_path / "site-packages" / "contracts")
    with pytest.raises(UsageError) as caught:
        starting.refuse_installed(tmp_path / "site-packages" / "contracts" / "layouts")
    assert "--workspace" in caught.value.todo


def test_nothing_is_written_where_one_file_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("in the way")
    with pytest.raises(UsageError) as caught:
        filing.file_all({tmp_path / "a.csv": "1", tmp_path / "folder" / "b.csv": "2"}, {})
    assert "cannot be written" in caught.value.what
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_layouts_add_tells_of_every_file_and_exits_1_where_one_was_not_understood(
    harness: Call, library: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = (library.library or tmp_path) / "layouts"
    monkeypatch.setattr(command, "_FOLDER", root)
    monkeypatch.setattr(additions, "read_isolated", read_source)
    workbook(tmp_path / "in" / "J.xlsm", {"GL_INTERFACE": rich([*columns_of("GlInterface", "26C"), FOO[2]])})
    (tmp_path / "in" / "FooInterface.ctl").write_text(control_file("FOO", "A, B"))
    assert harness("layouts", "add", "26D", "--from", tmp_path / "in") == 0
    out = capsys.readouterr().out
    for words in ("FooInterface", "new", "changed (1)", "EMAIL_ADDRESS", "only before: ", "3 files written"):
        assert words in out
    (tmp_path / "in" / "broken.xlsx").write_bytes(b"PK\x03\x04")
    assert harness("layouts", "add", "26D", "--from", tmp_path / "in", "--json", "-") == 1
    told = json.loads(capsys.readouterr().out)
    assert [line["status"] for line in told["lines"]][:3] == ["same", "same", "not understood"]
    assert told["written"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "26", "--from", "."), "no Oracle release: 26"),
        (("add", "26D", "--from", "nowhere"), "no such folder"),
        (("add", "26D", "--from", "."), "no template and no control file"),
        (("list", "nonsense"), "no layout is called nonsense"),
        (("list", "-r", "10A"), "no layout is in force"),
    ],
)
def test_wrong_usage_of_layouts_exits_2(
    harness: Call, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert harness("layouts", *arguments) == 2
    assert words in capsys.readouterr().err


def test_layouts_list_says_which_are_in_force_and_since_when(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("layouts", "list", "invoicesinterface", "--release", "25A", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out) == [
        {"layout": "ApInvoicesInterface", "release": "21A", "columns": 134, "required": 9, "certainty": {"known": 134}}
    ]
    assert harness("layouts", "list", "gl") == 0
    assert "GlInterface" in capsys.readouterr().out


def test_a_prefix_is_its_own_and_made_of_the_name() -> None:
    taken: set[str] = set()
    for _ in range(60):
        taken.add(prefix("daily_rates", taken))
    assert len(taken) == 60
    assert prefix("daily_rates", ()) == "DR"
    assert prefix("daily_rates", {"DR"}) == "DA"
    assert all(one.isupper() and 2 <= len(one) <= 6 for one in taken)
    assert prefix("x", ()).isupper()


def test_no_draft_takes_a_prefix_that_a_shipped_profile_has(library: Profile, tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text("Card No,Amount\nA1,10.50\n")
    found = started("finance.new_city_general_ledger", tmp_path / "cards.csv", library)
    assert found.draft.prefix not in {"NCGL", "NCAP"}
    assert found.draft.identity in contract_ids(library)


def test_keys_are_guessed_from_names_and_never_personal() -> None:
    assert business_key(
        ["BATCH_ID", "INVOICE_ID", "INVOICE_NUM", "DESCRIPTION"], ["INVOICE_ID", "INVOICE_NUM"], "INVOICE_ID"
    ) == ["INVOICE_NUM"]
    assert business_key(["FROM_DATE", "TO_DATE", "RATE"], ["FROM_DATE", "TO_DATE"]) == ["FROM_DATE", "TO_DATE"]
    assert business_key(["Email Address", "Card No"], []) == ["Card No"]
    assert business_key(["BATCH_ID"], ["BATCH_ID"]) == ["BATCH_ID"]


def test_files_get_short_names_of_their_own() -> None:
    assert file_ids(["ApInvoicesInterface", "RaInterfaceLinesAll", "Worker/PersonName", "PjcStage@LABOR", "suppliers.sites", "1099s"]) == ["ap_invoices", "ra_lines", "person_name", "pjc_stage_labor", "sites", "s"]  # fmt: skip
    assert file_ids(["GlInterface", "GlInt"]) == ["gl", "gl_2"]


def test_lint_finds_a_layout_where_the_library_of_the_profile_has_it(library: Profile, tmp_path: Path) -> None:
    started("finance.foos", template(tmp_path), library, "26D")
    assert [fault for fault in lint(library, ["finance.foos"]) if fault.level == "error"] == []


def test_a_long_name_has_a_prefix_at_once() -> None:
    assert prefix("customer_payment_methods" * 20, {"CPM"}) not in ("", "CPM")
