"""The cases in the repository are those that the script writes, and there are enough of every kind."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import yaml

from test_suites.payloads import cases
from test_suites.payloads.cases import CASES, build_cases, write_cases
from test_suites.payloads.cases_making import FINE
from test_suites.payloads.people import VOID_NUMBERS

COMMITTED = Path(__file__).parents[2] / "test_suites" / "cases"
_CONTRACTS = {
    "finance.gl_journals", "finance.ap_invoices", "procurement.suppliers", "procurement.purchase_orders", "hr.workers",
}  # fmt: skip
_SSN = re.compile(rb"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
_NEVER_ISSUED = re.compile(r"000-|666-|9\d\d-|\d{3}-00-|.*-0000")


def _tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_committed_cases_are_what_the_script_writes_byte_for_byte(tmp_path: Path) -> None:
    build_cases(tmp_path)
    written, committed = _tree(tmp_path), _tree(COMMITTED)
    assert sorted(written) == sorted(committed)
    assert [name for name in written if written[name] != committed[name]] == []


def test_every_contract_has_valid_and_faulty_cases_enough() -> None:
    valid = Counter(case.contract for case in CASES if not case.findings)
    faulty = Counter(case.contract for case in CASES if case.findings)
    assert set(valid) == set(faulty) == _CONTRACTS
    assert min(valid.values()) >= 2
    assert min(faulty.values()) >= 4


def test_each_contract_has_a_case_that_the_tool_judges_as_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firsts = tuple({case.contract: case for case in CASES if case.findings}.values())
    monkeypatch.setattr(cases, "CASES", firsts)
    assert write_cases(tmp_path) == len(_CONTRACTS)


def test_faults_are_many_and_no_two_of_a_contract_are_told_alike() -> None:
    faults = {(case.contract, case.why) for case in CASES if case.findings}
    kinds = {frozenset(case.findings) for case in CASES if case.findings}
    assert len(faults) == sum(1 for case in CASES if case.findings)
    assert len(kinds) >= 100
    assert len({(case.contract, case.name) for case in CASES}) == len(CASES)


def test_a_valid_case_expects_every_unit_to_conform_and_to_be_accepted() -> None:
    assert all(set(case.units.values()) == {FINE} for case in CASES if not case.findings)


def test_cases_hold_no_social_security_number_of_anybody() -> None:
    numbers = {found.decode() for data in _contents() for found in _SSN.findall(data)}
    assert set(VOID_NUMBERS) <= numbers
    assert [number for number in numbers - set(VOID_NUMBERS) if not _NEVER_ISSUED.match(number)] == []


def test_all_cases_together_stay_small() -> None:
    assert sum(len(data) for data in _tree(COMMITTED).values()) < 800_000


def test_the_writer_stops_and_names_the_case_where_the_tool_says_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = type(CASES[0])(**{**vars(CASES[0]), "findings": {"GL-100": {"gl": [1]}}})
    monkeypatch.setattr(cases, "CASES", (wrong,))
    with pytest.raises(AssertionError, match=r"balanced_journals: rule GL-100, gl: expected records 1, found"):
        write_cases(tmp_path)


def test_writing_removes_a_case_that_the_script_no_longer_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "finance.gl_journals" / "forgotten"
    old.mkdir(parents=True)
    monkeypatch.setattr(cases, "CASES", CASES[:1])
    write_cases(tmp_path)
    assert not old.exists()


def test_expectations_say_why_and_stand_beside_one_payload() -> None:
    for where in sorted(COMMITTED.glob("*/*/expected.yaml")):
        said = yaml.safe_load(where.read_text(encoding="utf-8"))
        assert list(said) == ["why", "since", "defect", "contract", "profile", "release", "as_of", "findings", "units"]
        assert said["why"].endswith((".", "?"))
        assert len(list(where.parent.iterdir())) == 2


def _contents() -> list[bytes]:
    """Bytes of every payload, and of the members of those that are whole zips."""
    found: list[bytes] = []
    for path in (path for path in COMMITTED.rglob("*") if path.is_file()):
        found.append(path.read_bytes())
        if zipfile.is_zipfile(path) and "encrypted" not in path.parent.name:
            with zipfile.ZipFile(path) as archive:
                found += [archive.read(name) for name in archive.namelist()]
    return found
