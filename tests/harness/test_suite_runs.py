"""The JUnit XML of the property suite: what is counted in it, and what is refused."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import UsageError
from harness.suite_runs import LARGEST, read_suite_run
from raid_log import SuiteRun
from test_suites.property import test_properties as properties

AT = "2026-11-24T12:00:00+00:00"
BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'


def case(
    contract: str, inside: str = "", *, profile: str = "mine", module: str = "test_properties", promise: str = "p1_x"
) -> str:
    name = f'classname="test_suites.property.{module}" name="test_{promise}[{profile}-{contract}]"'
    return f"<testcase {name}>{inside}</testcase>"


def report(*cases: str, at: str = AT, before: str = "") -> str:
    suite = f'<testsuite name="pytest" timestamp="{at}">{"".join(cases)}</testsuite>'
    return f'<?xml version="1.0" encoding="utf-8"?>{before}<testsuites name="pytest tests">{suite}</testsuites>'


def read(folder: Path, text: str | bytes, *profiles: str) -> SuiteRun:
    path = folder / "suite.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_suite_run(path, set(profiles or ("mine",)))


def test_tests_are_counted_by_contract(tmp_path: Path) -> None:
    text = report(
        case("finance.gl"), case("finance.gl", promise="p10_y"), case("finance.gl", "<failure/>"),
        case("hr.workers", "<error/>"), case("hr.workers", "<skipped/>"),
    )  # fmt: skip
    found = read(tmp_path, text)
    assert found.contracts == {"finance.gl": (2, 1), "hr.workers": (0, 1)}
    assert (found.file, found.sha256) == ("suite.xml", hashlib.sha256(text.encode()).hexdigest())
    assert found.ran_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_only_tests_of_the_property_suite_on_this_profile_count(tmp_path: Path) -> None:
    others = (case("a", profile="oracle"), case("b", module="test_conformance"), case("c", promise="conforms"))
    assert read(tmp_path, report(*others, case("d"), case("e", profile="."))).contracts == {"d": (1, 0)}
    assert read(tmp_path, report(case("e", profile="."), case("f", profile="my-own")), ".", "my-own").contracts == {
        "e": (1, 0), "f": (1, 0),
    }  # fmt: skip


def test_the_promises_of_the_suite_are_called_as_they_are_counted(tmp_path: Path) -> None:
    names = [name for name in vars(properties) if name.startswith("test_")]
    assert len(names) >= 10
    module = properties.__name__.rpartition(".")[2]
    cases = [case("finance.gl", module=module, promise=name.removeprefix("test_")) for name in names]
    assert read(tmp_path, report(*cases)).contracts == {"finance.gl": (len(names), 0)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (report(before=BOMB), "it was not read"),
        (report(before=OUTSIDE), "it was not read"),
        ("<testsuites><testsuite", "no well-formed XML"),
        ("", "no well-formed XML"),
        (b"\xff\xfe\x00", "no well-formed XML"),
        ("<html/>", "no report of one pytest run"),
        ("<testsuites/>", "no report of one pytest run"),
        ("<testsuites><testsuite/><testsuite/></testsuites>", "no report of one pytest run"),
        (report(at=""), "does not say when"),
        (report(at="yesterday"), "does not say when"),
        (report(at="2026-11-24T12:00:00"), "has no offset"),
    ],
)
def test_any_other_file_is_refused(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(tmp_path, text)


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_suite_run(tmp_path / "none.xml", {"mine"})
    with pytest.raises(UsageError, match="no regular file"):
        read_suite_run(tmp_path, {"mine"})
    with (tmp_path / "large.xml").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UsageError, match="more than 64 MB"):
        read_suite_run(tmp_path / "large.xml", {"mine"})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400), junk=st.binary(max_size=12))
def test_damaged_bytes_are_read_or_refused_and_nothing_else(tmp_path: Path, cut: int, junk: bytes) -> None:
    whole = report(case("finance.gl"), case("hr.workers", "<failure/>")).encode()
    try:
        found = read(tmp_path, whole[:cut] + junk + whole[cut:])
    except UsageError:
        return
    assert set(found.contracts.values()) <= {(1, 0), (0, 1)}
