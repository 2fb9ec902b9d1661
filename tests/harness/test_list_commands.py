"""Reference lists: taken anew by the query or file that their contract names, dated, counted, told by age."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from textwrap import dedent
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from contracts import ContractError, lint, list_stale, load, load_profile
from harness.commands.options import day

Call = Callable[..., int]
Bind = Callable[[str], Path]
ROWS = [{"Name": f"Source {number:04}", "Enabled": True, "links": []} for number in range(1, 1203)]


@pytest.fixture
def bind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bind:
    """Writes a profile whose overlay binds the list of journal sources as told; returns its folder."""

    def written(binding: str) -> Path:
        folder = tmp_path / "district"
        (folder / "contracts" / "finance").mkdir(parents=True, exist_ok=True)
        (folder / "lists").mkdir(exist_ok=True)
        (folder / "profile.toml").write_text('name = "district"\ntitle = "District"\n', encoding="utf-8")
        overlay = f"""\
            extends: finance.gl_journals
            version: 0.1.0
            status: active
            prefix: DGL
            lists:
              je_source: {binding}
            """
        (folder / "contracts" / "finance" / "gl_journals.yaml").write_text(dedent(overlay), encoding="utf-8")
        monkeypatch.delenv("HARNESS_LISTS", raising=False)
        (tmp_path / "harness.toml").write_text('profile = "district"\n', encoding="utf-8")
        return folder

    return written


@pytest.fixture
def collection() -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """A service with a collection of 1,202 items, and what it was asked: it gives 500 at most."""
    asked: list[dict[str, list[str]]] = []

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            found: Any = {"code": 404}
            if parts.path == "/fscmRestApi/resources/11.13.18.05/journalSources":
                asked.append(query)
                begin = int(query["offset"][0])
                page = ROWS[begin : begin + min(500, int(query["limit"][0]))]
                found = {"items": page, "count": len(page), "hasMore": begin + len(page) < len(ROWS)}
            body = json.dumps(found).encode()
            self.send_response(200 if "items" in found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def sources(folder: Path, *names: str, header: str = "Source Name,Origin") -> None:
    (folder / "export.csv").write_text("\n".join([header, *(f"{name},x" for name in names)]) + "\n", encoding="utf-8")


def test_a_list_is_taken_from_the_file_that_its_contract_names(
    bind: Bind, harness: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bind("{file: lists/sources.csv, source: export.csv, attributes: {name: Source Name}, max_age_days: 30}")
    sources(folder, "Spreadsheet", "Payroll", "Payroll")
    assert harness("list", "refresh", "je_source") == 0
    assert (folder / "lists" / "sources.csv").read_text() == "name\nPayroll\nSpreadsheet\n"
    today = day("", load_profile("district", folder))
    assert (folder / "lists" / "taken.csv").read_text() == (
        f"file,taken,rows,source\nlists/sources.csv,{today.isoformat()},2,export.csv\n"
    )
    sources(folder, "Spreadsheet", "Payables")
    assert harness("list", "refresh") == 0
    out = capsys.readouterr().out
    assert "je_source: 2 rows from export.csv (new) -> lists/sources.csv" in out
    assert "je_source: 2 rows from export.csv (2 before, 1 added, 1 removed) -> lists/sources.csv" in out
    bound = load("finance.gl_journals", load_profile("district", folder)).lists["je_source"]
    assert (bound.taken, bound.counted) == (today.isoformat(), 2)


def test_a_list_is_taken_from_all_pages_of_a_collection(
    bind: Bind, harness: Call, collection: tuple[str, list[dict[str, list[str]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, asked = collection
    query = "/fscmRestApi/resources/11.13.18.05/journalSources?q=Enabled=true&fields=Name"
    folder = bind(f"{{query: '{query}', attributes: {{name: Name}}}}")
    monkeypatch.setenv("HARNESS_POD_USER", "reader")
    monkeypatch.setenv("HARNESS_POD_PASSWORD", "secret")
    assert harness("list", "refresh", "je_source", "--pod", url) == 0
    assert [query["offset"] for query in asked] == [["0"], ["500"], ["1000"]]
    assert {(*query["q"], *query["fields"], *query["onlyData"]) for query in asked} == {
        ("Enabled=true", "Name", "true")
    }
    lines = (folder / "lists" / "je_source.csv").read_text().splitlines()
    assert (lines[0], lines[1], len(lines)) == ("name", "Source 0001", 1203)
    assert ",1202,127.0.0.1\n" in (folder / "lists" / "taken.csv").read_text()


def test_a_list_is_taken_by_a_query_of_the_reporting_database(
    bind: Bind, harness: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(tmp_path / "copy.db") as database:
        database.execute("CREATE TABLE sources (label TEXT, day TEXT)")
        database.executemany("INSERT INTO sources VALUES (?, '2026-07-01')", [("Payroll",), ("Spreadsheet",)])
    database.close()
    folder = bind("{query: 'SELECT label AS name FROM sources'}")
    assert harness("list", "refresh") == 2  # no database is named
    monkeypatch.setenv("HARNESS_LISTS", f"sqlite:///{tmp_path / 'copy.db'}")
    assert harness("list", "refresh") == 0
    assert (folder / "lists" / "je_source.csv").read_text() == "name\nPayroll\nSpreadsheet\n"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "no rows"),
        (("Payroll",), "1 rows, 4 before"),
        (("Payroll", "Spreadsheet", ""), "1 of 3 rows have a blank name"),
    ],
)
def test_an_extract_that_cannot_be_right_changes_nothing(
    bind: Bind, harness: Call, capsys: pytest.CaptureFixture[str], rows: tuple[str, ...], words: str
) -> None:
    folder = bind("{file: lists/sources.csv, source: export.csv, attributes: {name: Source Name}}")
    sources(folder, "A", "B", "C", "D")
    assert harness("list", "refresh") == 0
    before = {path.name: path.read_bytes() for path in (folder / "lists").iterdir()}
    sources(folder, *rows)
    assert harness("list", "refresh") == 2
    assert words in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (folder / "lists").iterdir()} == before


def test_a_list_may_shrink_where_a_person_says_so(bind: Bind, harness: Call) -> None:
    folder = bind("{file: lists/sources.csv, source: export.csv, attributes: {name: Source Name}}")
    sources(folder, "A", "B", "C", "D")
    assert harness("list", "refresh") == 0
    sources(folder, "A")
    assert harness("list", "refresh", "--fewer") == 0
    assert (folder / "lists" / "sources.csv").read_text() == "name\nA\n"


def test_a_column_that_is_not_there_is_told_with_those_that_are(
    bind: Bind, harness: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bind("{file: lists/sources.csv, source: export.csv}")
    sources(folder, "A")
    assert harness("list", "refresh") == 2
    told = capsys.readouterr().err
    assert "list je_source: no name in export.csv" in told
    assert "map it under `attributes`; there is: Source Name, Origin" in told


@pytest.mark.parametrize(
    ("binding", "words"),
    [
        ("{query: 'SELECT 1 AS name', source: export.csv}", "a query and a source"),
        ("{source: export.csv, taken: 2026-11-02}", "is refreshed, and has taken"),
        ("{file: lists/sources.csv, attributes: {name: Name}}", "attributes of nothing"),
        ("{source: export.csv, attributes: {code: Name}}", "has no column code"),
    ],
)
def test_a_binding_that_cannot_be_meant_is_refused(bind: Bind, binding: str, words: str) -> None:
    profile = load_profile("district", bind(binding))
    assert any(words in fault.what for fault in lint(profile, ["finance.gl_journals"]))


def test_a_list_that_was_never_taken_leaves_its_rules_unchecked_and_says_what_to_do(bind: Bind) -> None:
    profile = load_profile("district", bind("{source: export.csv}"))
    (fault,) = [one for one in lint(profile, ["finance.gl_journals"]) if "missing" in one.what]
    assert (fault.what, fault.todo) == (
        "list je_source is missing: lists/je_source.csv", "`harness list refresh je_source`",
    )  # fmt: skip


def test_a_list_that_was_edited_since_is_warned_of(bind: Bind, harness: Call) -> None:
    folder = bind("{source: export.csv, attributes: {name: Source Name}}")
    sources(folder, "A", "B")
    assert harness("list", "refresh") == 0
    with (folder / "lists" / "je_source.csv").open("a") as file:
        file.write("C\n")
    (fault,) = [one for one in lint(load_profile("district", folder), ["finance.gl_journals"]) if "taken" in one.what]
    assert (fault.level, fault.what) == ("warning", "list je_source has 3 rows in lists/je_source.csv, 2 were taken")


def test_status_tells_age_and_fails_where_a_list_is_too_old_or_missing(
    bind: Bind, harness: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bind("{source: export.csv, attributes: {name: Source Name}, max_age_days: 30}")
    assert harness("list", "status", "--json", "-") == 1
    assert json.loads(capsys.readouterr().out)[0]["state"] == "missing"
    (folder / "lists" / "je_source.csv").write_text("name\nA\n")
    (folder / "lists" / "taken.csv").write_text("file,taken,rows,source\nlists/je_source.csv,2026-11-02,1,export.csv\n")
    assert harness("list", "status", "--as-of", "2026-12-02") == 0
    capsys.readouterr()
    assert harness("list", "status", "--as-of", "2026-12-03", "--json", "-") == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["file"], row["rows"], row["days"], row["state"]) == ("lists/je_source.csv", 1, 31, "too old")


def test_a_ledger_that_was_spoilt_is_named_with_its_line(bind: Bind) -> None:
    folder = bind("{source: export.csv}")
    (folder / "lists" / "taken.csv").write_text("file,taken,rows,source\nlists/je_source.csv,yesterday,1,export.csv\n")
    with pytest.raises(ContractError, match="yesterday"):
        load("finance.gl_journals", load_profile("district", folder))


@pytest.mark.parametrize("content", [None, b"\xff", b"", b"file,taken\n"])
def test_a_ledger_that_is_none_is_named_as_a_fault_of_the_list(bind: Bind, content: bytes | None) -> None:
    ledger = bind("{source: export.csv}") / "lists" / "taken.csv"
    _ = ledger.mkdir() if content is None else ledger.write_bytes(content)
    faults = lint(load_profile("district", ledger.parents[1]), ["finance.gl_journals"])
    assert any(f"{ledger}" in fault.what and "the ledger of lists" in fault.what for fault in faults)


def test_a_database_that_is_none_is_told_without_its_url(
    bind: Bind, harness: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bind("{query: 'SELECT 1 AS name'}")
    monkeypatch.setenv("HARNESS_LISTS", "nonsense-with-secret")
    assert harness("list", "refresh") == 2
    told = capsys.readouterr().err
    assert "no database can be named so" in told
    assert "secret" not in told


def test_an_aged_list_makes_its_rule_stale(bind: Bind) -> None:
    folder = bind("{source: export.csv, max_age_days: 30}")
    (folder / "lists" / "je_source.csv").write_text("name\nA\n")
    (folder / "lists" / "taken.csv").write_text("file,taken,rows,source\nlists/je_source.csv,2026-11-02,1,export.csv\n")
    bound = load("finance.gl_journals", load_profile("district", folder)).lists["je_source"]
    assert list_stale(bound, date(2026, 12, 2)) == ""
    assert list_stale(bound, date(2026, 12, 3)) == "list je_source is 31 days old, at most 30 are allowed"
