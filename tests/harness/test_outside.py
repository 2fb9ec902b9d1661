"""Files of outside test providers: each format as real tools write it, and everything that is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from contracts import load_profile
from harness.errors import UsageError
from harness.outside import ProviderMapping, read_mapping, read_outside
from harness.outside.mapping import Pattern
from harness.outside.table import csv_rows, read_table
from interfaces import Limits, zipped
from raid_log import OutsideFile, SuiteCounts

AT = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
PLAIN = ProviderMapping("Acme", ZONE)
GL = Pattern("GL*", "FIN-01a", "critical")

JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="GL" tests="5" failures="1" errors="1" skipped="1" time="90.5" timestamp="2026-11-24T09:00:00">
    <testcase classname="gl.Balance" name="total" time="1"/>
    <testcase classname="gl.Balance" name="tax">
      <failure type="AssertionError" message="Ann Example owes 7">x</failure>
    </testcase>
    <testcase classname="gl.Balance" name="post"><error type="it broke for Ann Example">trace</error></testcase>
    <testcase classname="gl.Balance" name="later"><skipped/></testcase>
    <testcase classname="gl.Balance" name="off" status="notrun"/>
    <testsuite name="AP" tests="1"><testcase name="pay"/></testsuite>
  </testsuite>
</testsuites>
"""
HEAD = "Suite,Run,Ended,Planned,Executed,Passed,Failed,Blocked,Critical,Significant,Moderate,Minor\n"
ROW = "GL,SIT2 night 1,2026-11-24 09:00,10,8,7,1,1,0,1,2,0\n"


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., OutsideFile]:
    """What is read of a file of these contents."""

    def read(
        content: str | bytes, name: str = "results.xml", mapping: ProviderMapping = PLAIN, **more: object
    ) -> OutsideFile:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_outside(path, mapping, at=AT, **more)  # type: ignore[arg-type]

    return read


Told = Callable[..., OutsideFile]


def refusal(call: Callable[[], object]) -> UsageError:
    with pytest.raises(UsageError) as refused:
        call()
    assert refused.value.where
    assert refused.value.todo
    return refused.value


# --- JUnit


def test_junit_counts_each_suite_by_itself_in_the_time_zone_of_the_provider(told: Told) -> None:
    ap, gl = sorted(told(JUNIT).results, key=lambda one: one.counts.planned)
    assert (gl.suite, ap.suite) == ("GL", "GL / AP")
    assert gl.counts == SuiteCounts(planned=5, executed=3, passed=1, failed=2)
    assert ap.counts == SuiteCounts(planned=1, executed=1, passed=1)
    assert gl.ended_at == datetime(2026, 11, 24, 9, 1, 30, 500_000, tzinfo=ZONE)
    assert gl.run == ap.run == "2026-11-24T09:00:00"  # the inner suite has the time of the outer one


def test_a_failed_test_keeps_its_name_and_type_and_nothing_of_its_message(told: Told) -> None:
    read = told(JUNIT)
    assert [
        (one.test, one.title, one.failure, one.severity) for one in sorted(read.failed, key=lambda one: one.test)
    ] == [
        ("gl.Balance.post", "post", "error", "significant"),  # its type is a sentence, which may name a person
        ("gl.Balance.tax", "tax", "AssertionError", "significant"),
    ]
    assert "Ann" not in repr(read)


def test_a_mapping_gives_tests_an_interface_and_a_severity_the_first_pattern_first(told: Told) -> None:
    mapping = replace(PLAIN, tests=(Pattern("*.tax", "FIN-01b", "minor"), GL))
    read = told(JUNIT, mapping=mapping)
    assert {one.title: (one.interface, one.severity) for one in read.failed} == {
        "tax": ("FIN-01b", "minor"), "post": ("FIN-01a", "critical"),
    }  # fmt: skip
    assert {one.suite: one.interface for one in read.results} == {"GL": "", "GL / AP": "FIN-01a"}  # GL is of two
    assert told(JUNIT, mapping=replace(mapping, open_issues=False)).failed == ()


def test_a_single_suite_needs_no_outer_element_and_no_time(told: Told) -> None:
    read = told('<testsuite xmlns="urn:x" name="GL"><testcase name="a"/></testsuite>')
    (one,) = read.results
    assert (one.suite, one.ended_at, one.run) == ("GL", AT, f"sha256:{read.sha256[:12]}")
    (named,) = told('<testsuite name="GL"><testcase name="a"/></testsuite>', run="SIT2").results
    assert named.run == "SIT2"


def test_a_test_told_twice_because_its_teardown_failed_too_is_taken_as_pytest_counts_it(told: Told) -> None:
    suite = (
        '<testsuite name="pytest" tests="1" failures="1" errors="1">'
        '<testcase classname="m" name="t"><failure/></testcase>'
        '<testcase classname="m" name="t"><error/></testcase></testsuite>'
    )
    assert told(suite).results[0].counts.failed == 2


def test_an_outer_suite_may_count_what_is_within_it(told: Told) -> None:
    outer = '<testsuite name="all" tests="2" failures="1">{}</testsuite>'
    inner = '<testsuite name="{}" timestamp="2026-11-24T09:00:00Z"><testcase name="t">{}</testcase></testsuite>'
    both = inner.format("a", "<failure/>") + inner.format("b", "")
    assert [one.suite for one in told(outer.format(both)).results] == ["all / a", "all / b"]


def test_suites_of_one_name_with_other_tests_are_one_as_jest_writes_them(told: Told) -> None:
    suite = '<testsuite name="GL" timestamp="2026-11-24T09:00:00Z" time="{}"><testcase name="{}"/></testsuite>'
    (one,) = told(f"<testsuites>{suite.format(90, 'a')}{suite.format(30, 'b')}</testsuites>").results
    assert (one.counts.planned, one.ended_at) == (2, datetime(2026, 11, 24, 9, 1, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("began", "took", "ended"),
    [
        ("2026-11-24T09:00:00", "3,600.5", datetime(2026, 11, 24, 15, 0, 0, 500_000, tzinfo=UTC)),  # surefire
        ("Tue, 24 Nov 2026 10:00:00 GMT", "0.5", datetime(2026, 11, 24, 10, 0, 0, 500_000, tzinfo=UTC)),  # Mocha
        ("2026-11-01T01:30:00", "3600", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),  # clocks are put back at 2 o'clock
        ("2026-03-08T01:30:00", "3600", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),  # and forward
    ],
)
def test_a_suite_ends_as_many_seconds_after_its_beginning_as_it_took(
    told: Told, began: str, took: str, ended: datetime
) -> None:
    (one,) = told(f'<testsuite name="GL" timestamp="{began}" time="{took}"><testcase name="a"/></testsuite>').results
    assert one.ended_at == ended


@pytest.mark.parametrize("declared", ["UTF-16", "ISO-8859-1", "x-unknown"])
def test_a_report_that_was_saved_as_utf_8_may_still_declare_what_it_was(told: Told, declared: str) -> None:
    report = f'\n<?xml version="1.0" encoding="{declared}"?><testsuite name="Gehälter"><testcase name="a"/></testsuite>'
    assert told(report).results[0].suite == "Gehälter"


def test_the_name_of_a_run_is_one_line_of_printable_signs(told: Told) -> None:
    report = '<testsuite name="GL"><testcase name="a"/></testsuite>'
    assert told(report, run="SIT2\n\x1b[31m\udcff night").results[0].run == "SIT2 [31m night"


SUITE = '<testsuite name="GL" {}><testcase name="a"/></testsuite>'


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        ("<testsuites>", "no well-formed XML"),
        ("<html/>", "no JUnit report"),
        ("<testsuites><testcase name='a'/></testsuites>", "outside of every suite"),
        (SUITE.format('tests="2"'), "says tests=2, but holds 1"),
        (SUITE.format('failures="1"'), "says failures=1, but holds 0"),
        (SUITE.format('tests="-1"'), "no count"),
        (SUITE.format('tests="1.5"'), "no count"),
        (SUITE.format('timestamp="yesterday"'), "no moment"),
        (SUITE.format('timestamp="2026-11-24T09:00:00" time="-5"'), "no moment"),
        (SUITE.format('timestamp="2026-11-24T09:00:00" time="9e99"'), "no moment"),
        (SUITE.format('timestamp="2026-11-24T09:00:00" time="1,5"'), "no moment"),
        (SUITE.format('timestamp="2026-11-24T09:00:00" time="0,001"'), "no moment"),
        (SUITE.format('timestamp="Tue, 24 Nov 2026 GMT"'), "no moment"),
        ('<testsuite name="GL"><testcase/></testsuite>', "a test has no name"),
        (f"<testsuites>{SUITE.format('')}{SUITE.format('')}</testsuites>", "stand twice"),
        ("<testsuite name='s'>" * 60 + "</testsuite>" * 60, "more than 50 suites within each other"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + SUITE.format(""), "has a DTD"),
        ('<!DOCTYPE x SYSTEM "http://example.org/x.dtd">' + SUITE.format(""), "has a DTD"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite name="&a;"/>', "has a DTD"),
        ("", "file is empty"),
        (" \n\t", "file is empty"),
        ('{"name": "a"}', "single JSON document"),
    ],
)
def test_xml_that_is_no_sound_report_is_refused(told: Told, xml: str, what: str) -> None:
    assert what in refusal(lambda: told(xml)).what


def test_an_entity_bomb_is_not_even_begun(told: Told) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><testsuite name="&l11;"/>'
    assert "has a DTD" in refusal(lambda: told(bomb)).what


def test_other_encodings_and_binary_files_are_refused(told: Told) -> None:
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite name="Gehälter"/>'.encode("latin-1")
    assert "not UTF-8" in refusal(lambda: told(latin)).what
    assert "not UTF-8" in refusal(lambda: told(JUNIT.encode("utf-16"))).what
    assert "old format" in refusal(lambda: told(b"\xd0\xcf\x11\xe0" + bytes(100), "old.xls")).what


def test_a_file_that_is_not_there_or_too_large_is_refused(told: Told, tmp_path: Path) -> None:
    for name in ("no.xml", "too long" * 100):
        assert "cannot be opened" in refusal(lambda name=name: read_outside(tmp_path / name, PLAIN, at=AT)).what
    assert "more than the 10 allowed" in refusal(lambda: told(JUNIT, limits=Limits(total_bytes=10))).what


# --- Allure


def result(name: str = "tax", status: str = "failed", at: int = 1_000_000, **more: object) -> dict[str, object]:
    labels = {"suite": "GL", "epic": "Finance", "severity": "blocker", **more.pop("labels", {})}  # type: ignore[dict-item]
    moment = int(AT.timestamp()) * 1000 - 10_000_000 + at
    return {
        "uuid": name, "historyId": name, "name": name, "fullName": f"gl#{name}", "status": status,
        "start": moment - 500, "stop": moment,
        "labels": [{"name": key, "value": value} for key, value in labels.items()],
        "statusDetails": {"message": "Ann Example owes 7"}, **more,
    }  # fmt: skip


def allure(*results: object) -> dict[str, bytes]:
    return {f"{number}-result.json": json.dumps(one).encode() for number, one in enumerate(results)}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., OutsideFile]:
    """What is read of a folder of results."""

    def read(documents: Mapping[str, bytes], mapping: ProviderMapping = PLAIN) -> OutsideFile:
        home = tmp_path / "allure-results"
        home.mkdir(exist_ok=True)
        for name, data in documents.items():
            (home / name).write_bytes(data)
        return read_outside(home, mapping, at=AT)

    return read


def test_allure_counts_by_suite_and_a_broken_test_has_failed(folder: Told) -> None:
    statuses = ("passed", "failed", "broken", "skipped", "unknown")
    read = folder(allure(*(result(status, status) for status in statuses), {**result("none"), "status": None}))
    (one,) = read.results
    assert (one.suite, one.counts) == ("GL", SuiteCounts(planned=6, executed=3, passed=1, failed=2))
    assert {(one.title, one.test, one.severity, one.failure) for one in read.failed} == {
        ("failed", "gl#failed", "critical", "failed"), ("broken", "gl#broken", "critical", "broken"),
    }  # fmt: skip
    assert "Ann" not in repr(read)


def test_retries_count_once_by_the_latest(folder: Told) -> None:
    again = (result(at=1), result(status="passed", at=9000), result(at=2))
    (one,) = folder(allure(*again)).results
    assert one.counts == SuiteCounts(planned=1, executed=1, passed=1)
    assert one.ended_at.timestamp() == AT.timestamp() - 10_000 + 9
    assert one.run == datetime.fromtimestamp(int(AT.timestamp()) - 10_001, UTC).isoformat()  # when the first one began


def test_suites_come_from_the_labels_and_patterns_may_mean_any_of_them(folder: Told) -> None:
    nested = result("a", labels={"parentSuite": "SIT", "suite": "AP"})
    grouped = result("b", labels={"suite": "", "epic": "Pay", "feature": "ACH"})
    read = folder(
        allure(nested, grouped), replace(PLAIN, tests=(Pattern("ACH", "FIN-01b"), Pattern("SIT / *", "FIN-01a")))
    )
    assert {one.suite: one.interface for one in read.results} == {"SIT / AP": "FIN-01a", "Pay / ACH": "FIN-01b"}


@pytest.mark.parametrize(
    ("allures", "ours"),
    [
        ("critical", "significant"), ("normal", "moderate"), ("minor", "minor"), ("trivial", "minor"),
        ("?", "significant"),
    ],
)  # fmt: skip
def test_severities_of_allure_are_translated_and_the_mapping_overrules_them(
    folder: Told, allures: str, ours: str
) -> None:
    documents = allure(result(labels={"severity": allures}))
    assert folder(documents).failed[0].severity == ours
    assert folder(documents, replace(PLAIN, tests=(GL,))).failed[0].severity == "critical"


def test_a_zip_is_the_same_file_as_the_folder(folder: Told, told: Told) -> None:
    documents = allure(result(), result("post", "passed"))
    loose = folder({**documents, "x-attachment.txt": b"secret"})
    packed = told(zipped({f"allure-results/{name}": data for name, data in documents.items()}), "r.zip")
    assert (packed.sha256, packed.results, packed.failed) == (loose.sha256, loose.results, loose.failed)
    assert packed.format == "allure"


def test_what_macos_puts_beside_a_result_is_none(folder: Told, told: Told) -> None:
    documents = allure(result())
    packed = told(zipped({**documents, "__MACOSX/._0-result.json": b"\x00\x05\x16\x07"}), "r.zip")
    assert packed.sha256 == folder({**documents, "._0-result.json": b"\x00\x05\x16\x07"}).sha256


def test_a_link_in_a_folder_is_refused_as_in_a_zip_wherever_it_leads(folder: Told, tmp_path: Path) -> None:
    folder(allure(result()))
    for target in ("/etc/passwd", "nowhere", "."):
        link = tmp_path / "allure-results" / "x-result.json"
        link.symlink_to(target)
        assert "a link" in refusal(lambda: folder({})).what
        link.unlink()


def test_a_folder_has_its_name_wherever_one_stands(
    folder: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(allure(result()))
    monkeypatch.chdir(tmp_path / "allure-results")
    assert read_outside(Path(), PLAIN, at=AT).name == "allure-results"
    (tmp_path / "empty").mkdir()
    assert refusal(lambda: read_outside(tmp_path / "empty", PLAIN, at=AT)).where == str(tmp_path / "empty")


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no result of a test"),
        (b"\xff", "not UTF-8"),
        (json.dumps(result(status="green")).encode(), "no status of a test: green"),
        (json.dumps({**result(), "name": None}).encode(), "has no name"),
        (json.dumps({**result(), "name": 7}).encode(), "name is no text"),
        (json.dumps({**result(), "stop": -1}).encode(), "stop is no moment"),
        (json.dumps({**result(), "stop": 1.5}).encode(), "stop is no moment"),
        (json.dumps({**result(), "stop": 10**30}).encode(), "stop is no moment"),
    ],
)
def test_documents_that_are_no_result_are_refused(folder: Told, document: bytes, what: str) -> None:
    assert what in refusal(lambda: folder({**allure(result("good")), "x-result.json": document})).what


def test_archives_and_folders_without_results_or_of_several_runs_are_refused(folder: Told, told: Told) -> None:
    assert "without Allure results" in refusal(lambda: folder({"readme.txt": b"x"})).what
    assert "neither a workbook" in refusal(lambda: told(zipped({"a.txt": b"x"}), "a.zip")).what
    two = {f"{name}/a-result.json": b"{}" for name in "ab"}
    assert "several folders" in refusal(lambda: told(zipped(two), "a.zip")).what


@pytest.mark.parametrize(
    ("documents", "limits", "what"),
    [
        ({"a-result.json": bytes(20 * 1024**2)}, Limits(), "more than 200 times"),
        ({"a-result.json": b"x" * 1000}, Limits(total_bytes=500), "unpacks to more than 500"),
        ({f"{n}-result.json": b"{}" for n in range(5)}, Limits(members=4), "5 members"),
        ({"../a-result.json": b"{}"}, Limits(), "outside the archive"),
        ({"inner.zip": zipped({"a": b"x"}), "a-result.json": b"{}"}, Limits(), "archive inside the archive"),
    ],
)
def test_bombs_and_unsafe_archives_are_refused(
    told: Told, documents: Mapping[str, bytes], limits: Limits, what: str
) -> None:
    assert what in refusal(lambda: told(zipped(documents), "a.zip", limits=limits)).what
    assert "PK" not in refusal(lambda: told(b"PK\x03\x04rest", "a.zip")).what


# --- tables


def workbook(*rows: tuple[object, ...], sheets: tuple[str, ...] = ("Sheet",)) -> bytes:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name in sheets:
        page = book.create_sheet(name)
        for row in rows or (
            tuple(HEAD.strip().split(",")),
            ("GL", "SIT2 night 1", datetime.fromisoformat("2026-11-24 09:00"), 10, 8, 7, 1, 1, 0, 1, 2, 0),
        ):
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_table_says_the_same_as_csv_and_as_xlsx(told: Told) -> None:
    csv, xlsx = told(HEAD + ROW, "r.csv"), told(workbook(), "r.xlsx")
    assert (csv.format, xlsx.format) == ("csv", "xlsx")
    (one,), (other,) = csv.results, xlsx.results
    assert one == replace(other, place="line 2")
    assert one.counts == SuiteCounts(10, 8, 7, 1, 1, 0, 1, 2, 0)
    assert (one.suite, one.run, one.ended_at) == ("GL", "SIT2 night 1", datetime(2026, 11, 24, 9, tzinfo=ZONE))
    assert csv.failed == ()


def test_a_mapping_names_columns_dates_and_zone(told: Told) -> None:
    mapping = ProviderMapping(
        "Acme", ZoneInfo("UTC"), "%m/%d/%Y", columns={"suite": "Test Set", "run": "Cycle", "ended": "Done"}, tests=(GL,)
    )
    text = "Remark;Test Set;Cycle;DONE;planned;executed;passed;failed\n\n- fine;GL;SIT2;11/24/2026;3;2;2;0\n"
    (one,) = told("\ufeff" + text, "r.txt", mapping=mapping).results
    assert (one.suite, one.interface, one.place) == ("GL", "FIN-01a", "line 3")
    assert (one.ended_at, one.counts) == (datetime(2026, 11, 24, tzinfo=UTC), SuiteCounts(3, 2, 2, 0))


def test_without_columns_for_run_and_end_the_run_is_named_by_hand_and_ends_with_the_import(told: Told) -> None:
    text = "suite,planned,executed,passed,failed\nGL,1,1,1,0\n"
    assert "no column run" in refusal(lambda: told(text, "r.csv")).what
    (one,) = told(text, "r.csv", run="SIT2").results
    assert (one.run, one.ended_at) == ("SIT2", AT)
    assert "names its runs itself" in refusal(lambda: told(HEAD + ROW, "r.csv", run="SIT2")).what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (",8,7,", ",-8,7,", "count is negative"),
        (",8,7,", ",8.0,7,", "no whole number"),
        (",8,7,", ",,7,", "count is blank"),
        (",8,7,", ",eight,7,", "no count"),
        (",8,7,", ",=4+4,7,", "as a formula does"),
        (",8,7,", ",٨,7,", "no count"),
        ("GL,", "=HYPERLINK(),", "as a formula does"),
        ("GL,", "+GL,", "as a formula does"),
        ("GL,", "@GL,", "as a formula does"),
        ("GL,", "-GL,", "as a formula does"),
        ("2026-11-24 09:00", "24.11.2026", "no date"),
        ("2026-11-24 09:00", "", "date is blank"),
        (",0\n", ",0,9\n", "more cells than the head"),
        ("GL,", '"GL"x,', "no CSV"),
    ],
)
def test_a_cell_that_is_wrong_is_named_with_its_line(told: Told, old: str, new: str, what: str) -> None:
    refused = refusal(lambda: told(HEAD + ROW + ROW.replace(old, new), "r.csv"))
    assert what in refused.what
    assert refused.where.startswith("r.csv, line 3")


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ("Suite,Suite", "stands twice"), ("Suite,Run", "no column planned, executed, passed, failed"),
        ("a,b", "no column suite"),
    ],
)  # fmt: skip
def test_a_head_that_is_wrong_is_refused(told: Told, head: str, what: str) -> None:
    assert what in refusal(lambda: told(head + "\nGL,1\n", "r.csv")).what


def test_too_many_rows_or_columns_are_refused(told: Told) -> None:
    assert "10,000 rows" in refusal(lambda: told(HEAD + ROW * 10_001, "r.csv")).what
    assert "200 columns" in refusal(lambda: told("," * 300 + "\n", "r.csv")).what


def cell(column: int, value: object) -> bytes:
    row: list[object] = ["GL", "r", date(2026, 11, 24), 10, 8, 7, 1, 1, 0, 1, 2, 0]
    row[column] = value
    return workbook(tuple(HEAD.strip().split(",")), tuple(row))


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        (3, "=5+5", "holds a formula"),
        (0, "=GL", "holds a formula"),
        (3, 10.5, "no whole number"),
        (3, -1, "count is negative"),
        (3, True, "no count"),
        (3, None, "count is blank"),
        (3, "#REF!", "holds the error"),
        (0, "@GL", "as a formula does"),
        (2, 46000, "no date"),
    ],
)
def test_a_cell_of_a_workbook_that_is_wrong_is_named_with_its_row(
    told: Told, column: int, value: object, what: str
) -> None:
    refused = refusal(lambda: told(cell(column, value), "r.xlsx"))
    assert what in refused.what
    assert refused.where.startswith("r.xlsx, row 2")
    assert told(cell(3, 10.0), "r.xlsx").results[0].counts.planned == 10


def test_of_several_sheets_the_mapping_names_one(told: Told) -> None:
    two = workbook(sheets=("Notes", "Counts"))
    assert "2 sheets" in refusal(lambda: told(two, "r.xlsx")).what
    assert told(two, "r.xlsx", mapping=replace(PLAIN, sheet="Counts")).results[0].suite == "GL"
    assert "no sheet Other" in refusal(lambda: told(two, "r.xlsx", mapping=replace(PLAIN, sheet="Other"))).what


def altered(data: bytes, **members: bytes) -> bytes:
    """The workbook with other members; ``__`` in a name stands for ``/``, ``_dot_`` for a dot."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return zipped(kept | {name.replace("__", "/").replace("_dot_", "."): content for name, content in members.items()})


@pytest.mark.parametrize(
    ("member", "content", "what"),
    [
        ("xl__vbaProject_dot_bin", b"x", "has macros"),
        ("xl__externalLinks__externalLink1_dot_xml", b"<x/>", "outside itself"),
        ("xl__connections_dot_xml", b"<x/>", "outside itself"),
        ("xl__sharedStrings_dot_xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "has a DTD"),
        ("xl__worksheets__sheet1_dot_xml", b"<worksheet", "no well-formed XML"),
        ("xl__workbook_dot_xml", b"<x/>", "0 sheets"),
        ("xl__embeddings__a_dot_xlsx", zipped({"a": b"x"}), "archive inside the archive"),
    ],
)
def test_a_workbook_with_more_than_values_is_refused(told: Told, member: str, content: bytes, what: str) -> None:
    assert what in refusal(lambda: told(altered(workbook(), **{member: content}), "r.xlsx")).what


def test_a_workbook_for_macros_is_refused_whatever_its_name(told: Told) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        types = archive.read("[Content_Types].xml").replace(b"spreadsheetml.sheet.main", b"macroEnabled.main")
    data = altered(workbook(), **{"[Content_Types]_dot_xml": types})
    assert "has macros" in refusal(lambda: told(data, "r.xlsx")).what


@pytest.mark.parametrize("far", ["XFD1", "A20000"])
def test_a_cell_at_the_far_end_of_the_sheet_is_not_lost_and_costs_no_memory(told: Told, far: str) -> None:
    book = Workbook()
    book.active[far] = "far"  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    assert "more than 10,000 rows or 200 columns" in refusal(lambda: told(out.getvalue(), "r.xlsx")).what


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_whatever_stands_in_a_table_is_read_or_refused_with_a_place(text: str) -> None:
    where, rows = "r.csv, line", ()
    try:
        rows = read_table("r.csv", csv_rows("r.csv", HEAD + text), PLAIN, "", AT)
    except UsageError as error:
        where = error.where
    assert where.startswith("r.csv, line")
    assert all(one.suite == one.suite.strip() and min(vars(one.counts).values()) >= 0 for one in rows)


# --- the mapping file


@pytest.fixture
def mapped(tmp_path: Path) -> Callable[..., ProviderMapping]:
    def read(text: str | bytes, provider: str = "") -> ProviderMapping:
        path = tmp_path / "acme.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_mapping(path, load_profile("nc_district"), provider)

    return read


def test_the_mapping_of_the_documentation_is_read_as_it_stands(mapped: Callable[..., ProviderMapping]) -> None:
    page = (Path(__file__).parents[2] / "docs/taas.md").read_text(encoding="utf-8")
    read = mapped(page.partition("```yaml\n")[2].partition("```")[0])
    assert (read.provider, read.time_zone.key, read.date_format) == (
        "Acme Testing",
        "America/Chicago",
        "%m/%d/%Y %H:%M",
    )
    assert (read.sheet, read.open_issues, read.columns["suite"]) == ("Results", True, "Test Set")
    assert read.tests[0] == Pattern("*duplicate*", "FIN-01a", "critical")
    assert read.pattern(["Payroll costing"]).interface == "FIN-01b"
    assert read.pattern(["something else"]) == Pattern("")


def test_without_a_mapping_file_the_provider_must_be_told() -> None:
    profile = load_profile("nc_district")
    assert read_mapping(None, profile, " Acme\n").provider == "Acme"
    assert read_mapping(None, profile, "Acme").time_zone == profile.time_zone
    assert "whose results" in refusal(lambda: read_mapping(None, profile)).what


def test_two_providers_contradict_each_other(mapped: Callable[..., ProviderMapping]) -> None:
    assert mapped("provider: Acme", "Acme").provider == mapped("open_issues: no", "Acme").provider == "Acme"
    assert "not of Other" in refusal(lambda: mapped("provider: Acme", "Other")).what


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("provider: A\nprovidr: B", 2, "unknown key `providr`"),
        ("provider: A\nprovider: B", 2, "stands twice"),
        ("provider: [A]", 1, "no text"),
        ("provider:", 1, "blank"),
        ("- a", 1, "no mapping"),
        ("provider: A\ntime_zone: Mars/North", 2, "no time zone"),
        ("provider: A\ntime_zone: ../../etc/passwd", 2, "no time zone"),
        ("provider: A\ndate_format: '%Q'", 2, "no format of a date"),
        ("provider: A\ndate_format: '%d.%m.'", 2, "does not tell the whole date"),
        ("provider: A\ndate_format: '%Y-%m'", 2, "does not tell the whole date"),  # on the first of a month, too
        ("provider: A\ndate_format: '%d.%m.%Y %Y'", 2, "no format of a date"),
        ("provider: A\ndate_format: '%d.%m.%Y %I:%M'", 2, "does not tell morning from afternoon"),
        ("provider: A\nopen_issues: maybe", 2, "'maybe' is refused"),
        ("provider: A\ncolumns:\n  suit: x", 3, "unknown key `suit`"),
        ("provider: A\ntests: GL", 2, "no list"),
        ("provider: A\ntests:\n- interface: FIN-01a", 3, "pattern is missing"),
        ("provider: A\ntests:\n- match: GL\n  interface: FIN-99", 4, "no interface FIN-99"),
        ("provider: A\ntests:\n- match: GL\n  severity: high", 4, "'high' is refused"),
        ("provider: A\n b: [", 2, "not YAML"),
        ("? [a]\n: b", 1, "unknown key"),
    ],
)
def test_what_is_wrong_in_a_mapping_file_is_named_with_its_line(
    mapped: Callable[..., ProviderMapping], text: str, line: int, what: str
) -> None:
    refused = refusal(lambda: mapped(text))
    assert what in refused.what
    assert refused.where.endswith(f", line {line}")


@pytest.mark.parametrize(
    ("text", "what"),
    [(b"", "is empty"), (b"a: \xff", "not UTF-8"), (b"[" * 2_000, "not YAML"), (b"#" * 70_000, "no mapping")],
)
def test_a_file_that_is_no_mapping_is_refused(mapped: Callable[..., ProviderMapping], text: bytes, what: str) -> None:
    assert what in refusal(lambda: mapped(text)).what


def test_a_mapping_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused = refusal(lambda: read_mapping(tmp_path / "no.yaml", load_profile("nc_district"), "Acme"))
    assert "cannot be read" in refused.what
