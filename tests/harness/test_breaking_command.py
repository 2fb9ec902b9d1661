"""``harness breaking``: a change without the bump that it needs fails, unless somebody answers for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from git_folder import commit, git, repository
from seeded_changes import BASE, SEEDS, Seed, write

Call = Callable[..., int]
Told = dict[str, Any]

NARROWED = BASE.replace("[A, B, C]", "[A, B]")
EXCEPTION = """\
[[exception]]
contract = "finance.demo"
change = "f.KIND.one_of"
reason = "kind C was never sent by anybody"
approver = "qa.lead"
expires = 2026-12-31
"""


@pytest.fixture(autouse=True)
def small_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of our own, so that the shipped contracts need not be read."""
    folder = tmp_path / "library" / "contracts"
    (folder / "finance").mkdir(parents=True)
    monkeypatch.setattr(sys.modules["contracts.library"], "LIBRARY", folder)
    return folder


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """A district's repository with one contract of its own, committed on main."""
    folder = repository(tmp_path / "district")
    write(folder, BASE)
    commit(folder)
    return folder


@pytest.fixture
def judged(harness: Call, district: Path, tmp_path: Path) -> Callable[..., tuple[int, Told]]:
    """Runs the command on the district and returns its exit code and JSON."""

    def call(*arguments: object, folder: Path = district) -> tuple[int, Told]:
        target = tmp_path / "judged.json"
        code = harness("breaking", "--profile", folder, "--as-of", "2026-12-01", "--json", target, *arguments)
        return code, json.loads(target.read_text()) if target.exists() else {}

    return call


Judged = Callable[..., tuple[int, Told]]


def test_nothing_changed_is_fine(judged: Judged) -> None:
    code, told = judged()
    assert (code, told["contracts"][0]["changes"]) == (0, [])


@pytest.mark.parametrize(
    "seed", [seed for seed in SEEDS if "undetermined" not in seed.lines[0]], ids=lambda seed: seed.name
)
def test_a_change_needs_the_bump_of_its_grade(judged: Judged, district: Path, seed: Seed) -> None:
    needed = {"breaking": 2, "compatible": 1, "review": 1, "patch": 0}[seed.lines[0].split()[0]]
    versions = ["1.2.0", "1.2.1", "1.3.0", "2.0.0"]
    for version, code in ((versions[needed], 1), (versions[needed + 1], 0)):
        write(district, seed.text.replace("version: 1.2.0", f"version: {version}"))
        assert judged()[0] == code, version


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if seed.replay], ids=lambda seed: seed.name)
def test_an_undetermined_change_is_decided_by_replay(judged: Judged, district: Path, seed: Seed) -> None:
    write(district, seed.text.replace("version: 1.2.0", "version: 1.3.0"))
    code, told = judged()
    (change,) = told["contracts"][0]["changes"]
    assert change["direction"] == seed.replay
    grade = {"tightens": "breaking", "both": "breaking", "loosens": "compatible", "undetermined": "review"}[seed.replay]
    assert (change["grade"], code) == (grade, 1 if grade == "breaking" else 0)
    words = {
        "tightens": "refused now: ",
        "loosens": "taken now: ",
        "both": "; taken now: ",
        "undetermined": "unknown: ",
    }
    assert words[seed.replay] in change["proof"]


def test_a_lower_version_is_no_bump(judged: Judged, district: Path) -> None:
    write(district, BASE.replace("version: 1.2.0", "version: 1.1.9").replace("Demonstration", "Another"))
    assert judged()[0] == 1


def test_the_layouts_of_then_are_compared_with_those_of_now(
    harness: Call,
    tmp_path: Path,
    small_library: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    repository(tmp_path / "library")
    monkeypatch.setattr(sys.modules["contracts.library"], "FACTS", small_library)
    layout = small_library / "layouts" / "25B" / "DemoInterface.csv"
    layout.parent.mkdir(parents=True)
    head = "position,column,label,type,length,scale,required,notes,mask,certainty\n1,DOC,,VARCHAR2,10,,Y,,,known\n"
    layout.write_text(head + "2,NOTE,,VARCHAR2,20,,,,,known\n")
    (small_library / "finance" / "demo.yaml").write_text(
        BASE[: BASE.index("oracle:")].replace("delimited", "fbdi")
        + "releases: [25B]\n"
        + "files: {f: {layout: DemoInterface, accept_unit: [DOC], business_key: [DOC], columns: [{name: DOC}]}}\n"
    )
    commit(tmp_path / "library")
    layout.write_text(head + "2,FRESH,,DATE,,,,,,known\n3,NOTE,,VARCHAR2,20,,,,,known\n")
    assert harness("breaking", "--profile", "oracle", "--github") == 1
    told = capsys.readouterr().out
    assert "f.FRESH.added: shift +1 from position 2 (cause: FRESH inserted)" in told
    assert "::error file=contracts/layouts/25B/DemoInterface.csv,line=3::f.FRESH.added" in told


# contracts that come and go


def test_a_removed_contract_breaks_and_needs_an_exception(judged: Judged, district: Path) -> None:
    (district / "contracts" / "finance" / "demo.yaml").unlink()
    code, told = judged()
    (change,) = told["contracts"][0]["changes"]
    assert (code, change["id"], change["grade"]) == (1, "contract.removed", "breaking")
    exceptions = EXCEPTION.replace("f.KIND.one_of", "contract.removed")
    (district / "contracts" / "breaking.toml").write_text(exceptions, encoding="utf-8")
    assert judged()[0] == 0


def test_a_new_contract_has_nothing_to_break(judged: Judged, district: Path) -> None:
    path = district / "contracts" / "finance" / "other.yaml"
    path.write_text(
        BASE.replace("finance.demo", "finance.other").replace("prefix: DM", "prefix: OT").replace("DM-", "OT-")
    )
    code, told = judged()
    assert (code, [one["note"] for one in told["contracts"]]) == (0, [None, "new"])


def test_a_contract_that_cannot_be_read_today_fails(judged: Judged, district: Path) -> None:
    write(district, BASE.replace("files:", "filse:"))
    code, told = judged()
    assert (code, "unknown key `filse`" in told["contracts"][0]["trouble"]) == (1, True)


def test_a_contract_that_could_not_be_read_then_is_told_and_may_be_mended(judged: Judged, district: Path) -> None:
    write(district, BASE.replace("files:", "filse:"))
    commit(district)
    write(district, BASE)
    code, told = judged()
    assert (code, told["contracts"][0]["note"].startswith("not compared: its old version has faults")) == (0, True)


# overlays


PLAIN = BASE.replace("oracle: {errors: gl_journal_import}\n", "").replace("rejects: EU02", "basis: observed")
OVERLAY = "extends: finance.demo\nversion: 1.0.0\nprefix: DMX\nfiles: {f: {columns: [{name: NOTE}]}}\n"


@pytest.fixture
def overlaid(tmp_path: Path, small_library: Path) -> Path:
    """One repository with a library contract and a profile that has an overlay of it."""
    repository(tmp_path / "library")
    (small_library / "finance" / "demo.yaml").write_text(PLAIN, encoding="utf-8")
    folder = tmp_path / "library" / "profiles" / "demo"
    write(folder, OVERLAY)
    commit(tmp_path / "library")
    return folder


def test_each_part_answers_for_its_own_changes(judged: Judged, overlaid: Path, small_library: Path) -> None:
    write(overlaid, OVERLAY.replace("name: NOTE", "name: NOTE, required: true"))
    code, told = judged(folder=overlaid)
    assert (code, told["contracts"][0]["changes"][0]["id"]) == (1, "f.NOTE.required@DMX.added")
    library = small_library / "finance" / "demo.yaml"
    library.write_text(PLAIN.replace("version: 1.2.0", "version: 2.0.0"), encoding="utf-8")
    assert judged(folder=overlaid)[0] == 1, "the library's bump says nothing of the overlay"
    write(overlaid, OVERLAY.replace("name: NOTE", "name: NOTE, required: true").replace("1.0.0", "2.0.0"))
    assert judged(folder=overlaid)[0] == 0
    library.write_text(PLAIN.replace("[A, B, C]", "[A, B]"), encoding="utf-8")
    code, told = judged(folder=overlaid)
    failing = [change["id"] for change in told["contracts"][0]["changes"] if change["fails"]]
    assert failing == ["f.KIND.one_of.narrowed"], "the overlay's bump says nothing of the library"


def test_a_removed_overlay_needs_an_exception(judged: Judged, overlaid: Path) -> None:
    (overlaid / "contracts" / "finance" / "demo.yaml").unlink()
    code, told = judged(folder=overlaid)
    assert (code, [change["id"] for change in told["contracts"][0]["changes"] if change["fails"]]) == (
        1,
        ["overlay.removed"],
    )


# exceptions


@pytest.mark.parametrize("named", ["f.KIND.one_of", "f.KIND.one_of.narrowed"])
def test_an_exception_covers_a_change_or_a_rule_up_to_its_last_day(judged: Judged, district: Path, named: str) -> None:
    write(district, NARROWED)
    (district / "contracts" / "breaking.toml").write_text(EXCEPTION.replace("f.KIND.one_of", named), encoding="utf-8")
    code, told = judged("--as-of", "2026-12-31")
    assert (code, told["contracts"][0]["changes"][0]["why"]) == (
        0,
        "accepted by qa.lead until 2026-12-31: kind C was never sent by anybody",
    )
    code, told = judged("--as-of", "2027-01-01")
    assert (code, told["contracts"][0]["changes"][0]["why"]) == (
        1,
        "the exception of qa.lead expired on 2026-12-31",
    )


def test_an_exception_that_nothing_needs_is_told(
    judged: Judged, district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (district / "contracts" / "breaking.toml").write_text(EXCEPTION, encoding="utf-8")
    code, told = judged()
    assert (code, [one["change"] for one in told["unused"]]) == (0, ["f.KIND.one_of"])
    assert "breaking.toml, exception 1: finance.demo f.KIND.one_of is not needed: remove it" in capsys.readouterr().out
    write(district, NARROWED.replace("version: 1.2.0", "version: 2.0.0"))
    assert judged()[1]["unused"] != [], "the version says it"


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        "[[exception]]\ncontract = 'finance.demo'\n",
        EXCEPTION.replace("2026-12-31", '"soon"'),
        EXCEPTION.replace("kind C was never sent by anybody", "short"),
        EXCEPTION + 'ticket = "1"\n',
        EXCEPTION.replace("[[exception]]", "[[exceptions]]"),
        "exception = 1\n",
    ],
)
def test_exceptions_that_cannot_be_used_are_refused(judged: Judged, district: Path, text: str) -> None:
    (district / "contracts" / "breaking.toml").write_text(text, encoding="utf-8")
    assert judged()[0] == 2


# what others read


def test_junit_has_a_test_per_change_and_one_for_what_is_unchanged(
    judged: Judged, district: Path, tmp_path: Path
) -> None:
    judged("--junit", tmp_path / "same.xml")
    assert [case.get("name") for case in ElementTree.parse(tmp_path / "same.xml").iter("testcase")] == ["unchanged"]
    write(district, NARROWED.replace("Demonstration", "Another").replace("1.2.0", "1.2.1"))
    judged("--junit", tmp_path / "j.xml")
    suite = next(ElementTree.parse(tmp_path / "j.xml").iter("testsuite"))
    cases = {case.get("name"): [child.get("message") for child in case.iter("failure")] for case in suite}
    assert cases == {"title.changed": [], "f.KIND.one_of.narrowed": ["needs a major bump, has a patch bump"]}
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")


def test_annotations_name_file_and_line(judged: Judged, district: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(district, NARROWED.replace("severity: critical", "severity: minor"))
    judged("--github", "--quiet")
    lines = (district / "contracts" / "finance" / "demo.yaml").read_text().splitlines()
    at = {word: next(number for number, line in enumerate(lines, 1) if word in line) for word in ("[A, B]", "DM-010")}
    assert capsys.readouterr().out.splitlines() == [
        f"::error file=contracts/finance/demo.yaml,line={at['[A, B]']}::f.KIND.one_of.narrowed: values of KIND: "
        "without C -> needs a major bump, has no new version",
        f"::error file=contracts/finance/demo.yaml,line={at['DM-010']}::DM-010.severity: severity lowered from "
        "critical to minor -> needs a minor bump, has no new version",
    ]


def test_words_of_a_contract_cannot_write_an_annotation_of_their_own(
    judged: Judged, district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(district, BASE.replace("title: Demonstration", 'title: "100%\\n::error::mine"'))
    judged("--github", "--quiet")
    (line,) = capsys.readouterr().out.splitlines()
    assert "100%25%0A::error::mine" in line


# usage


@pytest.mark.parametrize(
    "arguments", [("--against", "nosuch"), ("--against", "-x"), ("finance.nope",), ("--as-of", "soon")], ids=" ".join
)
def test_what_is_not_there_is_usage(judged: Judged, arguments: tuple[str, ...]) -> None:
    assert judged(*arguments)[0] == 2


def test_a_branch_that_only_the_origin_has_is_found(judged: Judged, district: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    git(district, "checkout", "--quiet", "-b", "work")
    git(tmp_path, "clone", "--quiet", str(district), str(copy))
    assert git(copy, "branch", "--list", "main") == ""
    write(copy, NARROWED)
    code, told = judged(folder=copy)
    assert (code, told["against"]) == (1, "origin/main")


def test_outside_of_git_it_says_so(judged: Judged, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "elsewhere", BASE)
    assert judged(folder=tmp_path / "elsewhere")[0] == 2
    assert "no git repository" in capsys.readouterr().err


def test_without_git_it_says_so(
    judged: Judged, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert judged()[0] == 2
    assert "git is not installed" in capsys.readouterr().err


def test_a_hook_of_git_does_not_mislead_it(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert judged()[0] == 0


def test_a_bare_library_that_the_revision_does_not_have_is_not_called_unchanged(
    harness: Call, tmp_path: Path, small_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository(tmp_path / "library")
    (folder / "README").write_text("nothing yet")
    commit(folder)
    (small_library / "finance" / "demo.yaml").write_text(BASE, encoding="utf-8")
    assert harness("breaking", "--profile", "oracle") == 2
    assert "no contracts in revision main" in capsys.readouterr().err
