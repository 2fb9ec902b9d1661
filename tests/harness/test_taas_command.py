"""Results of outside test providers on the command line: taken in once, listed beside the harness's own figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from told import Desk

REPORT = """<testsuite name="{suite}" timestamp="2026-11-20T09:00:00Z" time="60">
  <testcase classname="gl.Balance" name="total">{outcome}</testcase><testcase classname="gl.Balance" name="tax"/>
</testsuite>"""
FAILURE = '<failure type="AssertionError" message="Ann Example owes 7"/>'
TABLE = "Test Set,Run,Ended,Planned,Executed,Passed,Failed\nPayroll costing,SIT2,2026-11-20 09:00,4,3,3,0\n"
COUNTS = "suite,planned,executed,passed,failed\n"
MAPPING = "provider: Acme\ncolumns: {suite: Test Set}\ntests: [{match: Payroll*, interface: FIN-01b}]\n"


@pytest.fixture
def taas(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The JSON of ``harness taas``, or the three lines of a refusal. Files are made on the way."""
    monkeypatch.setenv("HARNESS_BY", "qa-lead")
    desk.settings("")

    def call(*words: object, **files: str) -> Any:
        for name, text in files.items():
            (desk.folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
        target = desk.folder / "told.json"
        told = desk("taas", *words, "--json", target)
        if told.code:
            assert told.code == 2
            return told.err
        return json.loads(target.read_text())

    return call


def failed(suite: str = "GL") -> str:
    return REPORT.format(suite=suite, outcome=FAILURE)


def test_a_report_is_taken_in_once_and_its_failing_test_opens_an_issue(taas: Callable[..., Any], desk: Desk) -> None:
    first = taas("import", "r.xml", "--provider", "Acme", r_xml=failed())
    assert (first["format"], first["results"], first["opened"]) == ("junit", 1, ["RAID-0001"])
    again = taas("import", "r.xml", "--provider", "Acme")
    assert (again["repeated"], again["opened"], again["seen_again"]) == (True, [], [])
    said = desk("taas", "import", "r.xml", "--provider", "Acme").out
    assert "nothing was changed" in said
    shown = desk("raid", "show", "RAID-0001").out
    assert "gl.Balance.total" in shown
    assert "Ann Example" not in shown
    assert "qa-lead (reporter, taas)" in desk("raid", "history", "RAID-0001").out
    assert b"Ann Example" not in (desk.workspace / "store.db").read_bytes()


def test_what_was_taken_in_is_told_where_its_json_cannot_be_written(taas: Callable[..., Any], desk: Desk) -> None:
    taas("list", r_xml=failed())
    told = desk("taas", "import", "r.xml", "--provider", "Acme", "--json", "nowhere/told.json")
    assert (told.code, "RAID-0001" in told.out, "cannot be written" in told.err) == (2, True, True)


def test_a_corrected_report_counts_instead_and_notes_what_fails_again(taas: Callable[..., Any], desk: Desk) -> None:
    taas("import", "r.xml", "--provider", "Acme", r_xml=failed())
    done = taas("import", "s.xml", "--provider", "Acme", s_xml=failed() + "<!-- again -->")
    assert (done["corrected"], done["opened"], done["seen_again"]) == (1, [], ["RAID-0001"])
    taas("import", "t.xml", "--provider", "Acme", t_xml=REPORT.format(suite="GL", outcome=""))
    listed = taas("list")
    (one,) = listed["runs"]
    assert (one["executed"], one["passed"], one["rate"], one["corrected"], one["file"]) == (
        2,
        2,
        "100.00 %",
        True,
        "t.xml",
    )
    assert (one["ended_at"], one["by"]) == ("2026-11-20T09:01:00+00:00", "qa-lead")
    assert desk("raid", "list").out.count("RAID-0001") == 1  # it passes now, and stays open until people say so


def test_a_table_with_a_mapping_is_listed_with_totals_per_provider(taas: Callable[..., Any], desk: Desk) -> None:
    taas("import", "week.csv", "--mapping", "acme.yaml", week_csv=TABLE, acme_yaml=MAPPING)
    taas("import", "r.xml", "--provider", "Other", r_xml=failed("AP"))
    listed = taas("list")
    assert [(one["provider"], one["interface"]) for one in listed["runs"]] == [("Acme", "FIN-01b"), ("Other", "")]
    assert [(one["provider"], one["executed"], one["rate"]) for one in listed["totals"]] == [
        ("Acme", 3, "100.00 %"), ("Other", 2, "50.00 %"),
    ]  # fmt: skip
    printed = desk("taas", "list", "--no-color").out
    assert "no acceptance rate" in printed
    assert "Payroll costing" in printed
    assert "50.00 %" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_outside_results_leave_the_figures_of_the_harness_alone(taas: Callable[..., Any], desk: Desk) -> None:
    def gates() -> list[dict[str, Any]]:
        assert desk("ready", "--json", desk.folder / "ready.json").code in (1, 3)
        found = json.loads((desk.folder / "ready.json").read_text())["gates"]
        return [gate for gate in found if gate["id"] in ("G1", "G2", "G3")]

    before = gates()
    taas("import", "r.xml", "--provider", "Acme", r_xml=failed())
    assert len(before) == 3
    assert gates() == before


@pytest.mark.parametrize(
    ("words", "files", "what"),
    [
        (("r.xml",), {"r_xml": failed()}, "whose results are these?"),
        (("r.xml", "--provider", "Acme", "--by", "stranger"), {"r_xml": failed()}, "stranger is not listed"),
        (("r.xml", "--provider", "Acme"), {}, "cannot be opened"),
        (("r.xml", "--provider", "Acme"), {"r_xml": failed("")}, "the suite is blank"),
        (("r.xml", "--provider", "Acme"), {"r_xml": failed().replace("2026", "2126")}, "in the future"),
        (("r.xml", "--provider", "A" * 300), {"r_xml": failed()}, "300 characters"),
        (("r.csv", "--provider", "Acme", "--run", "1"), {"r_csv": COUNTS + "GL,1,2,2,0\n"}, "less than executed"),
        (("r.csv", "--provider", "Acme", "--run", "1"), {"r_csv": COUNTS}, "no result of a test"),
        (("r.csv", "--mapping", "m.yaml"), {"r_csv": TABLE, "m_yaml": "provider: A\nwho: me\n"}, "m.yaml, line 2"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why_and_changes_nothing(
    taas: Callable[..., Any], words: tuple[str, ...], files: dict[str, str], what: str
) -> None:
    said = taas("import", *words, **files)
    assert what in said
    assert "do:" in said
    assert taas("list") == {"runs": [], "totals": []}


def test_without_a_workspace_nothing_can_be_taken_in(harness: Callable[..., int], tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(failed())
    assert harness("taas", "import", "r.xml", "--provider", "Acme") == 2
