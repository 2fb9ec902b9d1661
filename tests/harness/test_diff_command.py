"""``harness diff``: what people see of changes, and the list that they sign."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from git_folder import commit, repository
from openpyxl import load_workbook
from seeded_changes import BASE, SEEDS, Seed, write

Call = Callable[..., int]
SHIPPED = Path(__file__).parents[2] / "contracts"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A file with the contract."""
    (tmp_path / "old.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path / "old.yaml"


@pytest.fixture
def small_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of our own, so that the shipped contracts need not be read."""
    folder = tmp_path / "library" / "contracts"
    (folder / "finance").mkdir(parents=True)
    monkeypatch.setattr(sys.modules["contracts.library"], "LIBRARY", folder)
    return folder


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_seeded_change_is_printed_in_one_line(
    harness: Call, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: Seed
) -> None:
    (tmp_path / "new.yaml").write_text(seed.text, encoding="utf-8")
    breaks = any(line.startswith("breaking") for line in seed.lines)
    assert harness("diff", base, "new.yaml", "--profile", "oracle") == (1 if breaks else 0)
    head, *lines, count = capsys.readouterr().out.splitlines()
    assert head == "finance.demo 1.2.0 -> finance.demo 1.2.0, inbound"
    assert lines == [f"  {line}" for line in seed.lines]
    replay = "; 1 undetermined: `harness breaking` decides by replay" if "undetermined" in seed.lines[0] else ""
    assert count == f"1 changes{replay}"


def test_an_outbound_contract_is_graded_the_other_way_round(harness: Call, tmp_path: Path) -> None:
    outbound = BASE.replace("direction: inbound", "direction: outbound")
    (tmp_path / "old.yaml").write_text(outbound, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(outbound.replace("[A, B, C]", "[A, B]"), encoding="utf-8")
    assert harness("diff", "old.yaml", "new.yaml", "--profile", "oracle") == 0
    assert harness("diff", "new.yaml", "old.yaml", "--profile", "oracle") == 1


def test_a_contract_and_itself_differ_in_nothing(harness: Call, base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("diff", base, base, "--profile", "oracle", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []


@pytest.mark.parametrize(
    "sides",
    [
        ("main:finance.demo", "finance.demo"),
        ("finance.demo", "--against", "main"),
        ("main:finance.demo", "contracts/finance/demo.yaml"),
        ("main:contracts/finance/demo.yaml", "finance.demo"),
        ("contracts/finance/demo.yaml", "--against", "main"),
    ],
    ids=" ".join,
)
def test_ids_files_and_revisions_can_be_compared(
    harness: Call, tmp_path: Path, small_library: Path, monkeypatch: pytest.MonkeyPatch, sides: tuple[str, ...]
) -> None:
    folder = repository(tmp_path / "district")
    path = write(folder, BASE)
    commit(folder)
    path.write_text(BASE.replace("[A, B, C]", "[A, B]"), encoding="utf-8")
    monkeypatch.chdir(folder)
    assert harness("diff", *sides, "--profile", folder, "--json", tmp_path / "d.json") == 1
    (change,) = json.loads((tmp_path / "d.json").read_text())["changes"]
    told = {key: change[key] for key in ("id", "kind", "direction", "grade", "columns", "rule")}
    assert told == {
        "id": "f.KIND.one_of.narrowed", "kind": "content", "direction": "tightens", "grade": "breaking",
        "columns": ["KIND"], "rule": "f.KIND.one_of",
    }  # fmt: skip


def test_an_overlay_in_a_file_is_compared_on_its_library_contract(
    harness: Call, tmp_path: Path, small_library: Path
) -> None:
    (small_library / "finance" / "demo.yaml").write_text(BASE, encoding="utf-8")
    overlay = "extends: finance.demo\nversion: 1.0.0\nprefix: DMX\nfiles: {f: {columns: [{name: NOTE%s}]}}\n"
    (tmp_path / "old.yaml").write_text(overlay % "", encoding="utf-8")
    (tmp_path / "new.yaml").write_text(overlay % ", required: true", encoding="utf-8")
    assert harness("diff", "old.yaml", "new.yaml", "--profile", "oracle", "--json", "d.json") == 1
    told = json.loads((tmp_path / "d.json").read_text())
    assert [change["id"] for change in told["changes"]] == ["f.NOTE.required@DMX.added"]
    assert told["old"]["version"] == "1.2.0+1.0.0"


BAD = {
    "empty": b"",
    "words": b"hello",
    "a list": b"- a\n- b\n",
    "cut off": b"files: {f: [",
    "bytes": b"\xff\xfe\x00\x01",
    "a part": b"contract: finance.demo\nversion: 1.0.0\n",
    "extends a list": b"extends: [a]\n",
    "huge": b"#" * 5_000_001,
    "a folder": None,
    "missing": None,
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_no_contract_is_refused_with_words(
    harness: Call, base: Path, tmp_path: Path, small_library: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    if what == "a folder":
        (tmp_path / "bad.yaml").mkdir()
    if (data := BAD[what]) is not None:
        (tmp_path / "bad.yaml").write_bytes(data)
    assert harness("diff", "bad.yaml", base, "--profile", "oracle") == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert "do: " in told


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("old.yaml",),
        ("old.yaml", "old.yaml", "--against", "main"),
        ("old.yaml", "--html", "a.html"),
        ("old.yaml", "--layouts", "25B", "26C"),
        ("--layouts", "25B", "2026"),
        ("--layouts", "25B", "26C", "--as-of", "today"),
        ("no.such_contract", "old.yaml"),
        ("main:old.yaml", "old.yaml"),
        ("old.yaml", "--against", "main"),
        (":", "old.yaml"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_compared_is_said(
    harness: Call, base: Path, small_library: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("diff", *arguments, "--profile", "oracle") == 2
    assert "error: " in capsys.readouterr().err


# layouts of two releases


@pytest.fixture
def two_contracts(small_library: Path) -> None:
    """Two of the shipped contracts, as they are."""
    for name in ("ap_invoices", "gl_journals"):
        shutil.copy(SHIPPED / "finance" / f"{name}.yaml", small_library / "finance")


@pytest.mark.usefixtures("two_contracts")
def test_layouts_are_told_per_contract_with_their_meaning(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("diff", "--layouts", "21A", "26C", "--profile", "oracle") == 1
    told = capsys.readouterr().out
    assert "layouts 21A -> 26C, as of 20" in told
    assert (
        "  breaking   ApInvoicesInterface ADDED: INTERCOMPANY_CROSSCHARGE_FLAG, DIGITAL_PAYMENT_ACCOUNT_NAME added at "
        "the end, position 135; 136 fields instead of 134\n"
        "             a file of 134 fields is found as headers.shape.short; an END belongs into field 137, and one at "
        "135 as headers.shape.shifted\n"
    ) in told
    assert "  review     GlInterface FILE ADDED: no layout is known for 21A; 149 fields in 23B\n" in told
    assert "used by no contract\n" in told


@pytest.mark.usefixtures("two_contracts")
def test_the_list_to_sign_has_a_row_per_change_and_room_for_decisions(harness: Call, tmp_path: Path) -> None:
    files = ("--html", tmp_path / "out" / "list.html", "--xlsx", tmp_path / "list.xlsx", "--json", tmp_path / "l.json")
    assert harness("diff", "--layouts", "21A", "26C", "-p", "oracle", *files, "--as-of", "2026-11-30", "-q") == 1
    told = json.loads((tmp_path / "l.json").read_text())
    sheet = load_workbook(tmp_path / "list.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert (rows[0][0], rows[1][1]) == ("Layout changes from release 21A to 26C", "2026-11-30")
    assert rows[6] == ("contract", "tested", "file", "change", "what", "meaning", "grade", "decision", "name", "date")
    assert len(rows) - 7 == len(told["changes"])
    assert all(row[7:] == (None, None, None) for row in rows[7:])
    page = (tmp_path / "out" / "list.html").read_text(encoding="utf-8")
    assert "As of Mon 30 Nov 2026" in page
    assert page.count('<td class="open">') == 3 * len(told["changes"])
    assert all(change["what"] in page for change in told["changes"])


@pytest.mark.usefixtures("small_library")
def test_a_release_with_itself_has_nothing_to_sign(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("diff", "--layouts", "26C", "26C", "--profile", "oracle") == 0
    assert "no change; " in capsys.readouterr().out


@pytest.mark.usefixtures("small_library")
def test_a_release_of_which_nothing_is_known_yet_is_named(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("diff", "--layouts", "26C", "99D", "--profile", "oracle") == 0
    assert "the newest layouts known are of " in capsys.readouterr().out
