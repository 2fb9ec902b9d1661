"""``harness check`` on staging tables: told like files, refused in words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy

from contracts import load
from test_suites.payloads.sources import Records, spoil

Call = Callable[..., int]
Build = Callable[..., Path]
GL = ("--contract", "finance.gl_journals", "--profile", "nc_district")


@pytest.fixture
def staged(tmp_path: Path) -> Callable[[Records], str]:
    """Puts journal lines into a table with numbers as numbers and days as days; gives the URL."""

    def build(records: Records) -> str:
        path = tmp_path / "staging.db"
        file = load("finance.gl_journals", "nc_district").files["gl"]
        kinds = {name: file.columns[name].type.sort for row in records["gl"] for name in row}
        columns = ["load_id INTEGER PRIMARY KEY", *(f"{name.lower()} {_kind(kind)}" for name, kind in kinds.items())]
        rows = [[number, *(row.get(name) for name in kinds)] for number, row in enumerate(records["gl"], start=1)]
        _fill(path, "stg_gl", columns, rows)
        return f"sqlite:///{path}"

    return build


def _kind(sort: str) -> str:
    return {"date": "DATE", "timestamp": "TIMESTAMP", "number": "NUMERIC"}.get(sort, "TEXT")


def _fill(path: Path, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]] = ()) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        for row in rows:
            connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
    connection.close()


def test_a_table_is_judged_as_the_file_of_its_rows(
    harness: Call, payload: Build, staged: Callable[[Records], str], journals: Records, tmp_path: Path
) -> None:
    assert harness("check", "--source", staged(journals), "--table", "STG_GL", *GL) == 0
    (tmp_path / "staging.db").unlink()
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    url, path = staged(journals), payload(journals)
    for name, arguments in (("t.json", ("--source", url, "--table", "stg_gl")), ("f.json", (path,))):
        assert harness("check", *arguments, *GL, "--json", tmp_path / name, "--quiet") == 1
    of_table, of_file = (json.loads((tmp_path / name).read_text()) for name in ("t.json", "f.json"))
    assert (of_table["payload"], of_table["members"], of_table["records"]) == ("stg_gl", ["stg_gl"], 40)
    assert of_table["units"] == of_file["units"]
    assert of_table["verdicts"] == of_file["verdicts"]
    failed = [{one["id"] for one in data["rules"] if one["status"] == "failed"} for data in (of_table, of_file)]
    assert failed[0] - failed[1] == {"gl.shape.short", "gl.load_id.unlisted"}


def test_findings_of_a_table_are_written_and_the_screen_names_it(
    harness: Call,
    staged: Callable[[Records], str],
    journals: Records,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil(journals, "gl", 3, CURRENCY_CODE="XXX")
    url = staged(journals)
    assert harness("check", "--source", url, "--table", "gl=stg_gl", *GL, "--findings", tmp_path / "f.csv") == 1
    printed = capsys.readouterr().out
    assert "stg_gl: finance.gl_journals" in printed
    assert "gl row 3 (line 3)" in printed
    frame = pl.read_csv(tmp_path / "f.csv")
    assert frame.filter(pl.col("rule") == "gl.CURRENCY_CODE.list")["payload"].to_list() == ["stg_gl"]


def test_the_source_may_be_the_variable_that_holds_the_url(
    harness: Call,
    staged: Callable[[Records], str],
    journals: Records,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert harness("check", "--source", "STAGING", "--table", "stg_gl", *GL) == 2
    assert "variable STAGING is not set" in capsys.readouterr().err
    monkeypatch.setenv("STAGING", staged(journals))
    assert harness("check", "--source", "STAGING", "--table", "stg_gl", *GL) == 0


def test_several_files_are_several_tables(harness: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _fill(tmp_path / "s.db", "h", ["invoice_id", "invoice_amount"], [[1, 10]])
    _fill(tmp_path / "s.db", "l", ["invoice_id", "amount"], [[1, 9.99]])
    source = ("--source", f"sqlite:///{tmp_path / 's.db'}", "--contract", "finance.ap_invoices")
    assert harness("check", *source, "--table", "headers=h", "--table", "lines=l", "--json", "r.json", "-q") == 1
    data = json.loads((tmp_path / "r.json").read_text())
    assert (data["payload"], data["records"]) == ("h,l", 2)
    assert {"rule": "AP-070", "row": 1} in [{"rule": one["rule"], "row": one["row"]} for one in data["samples"]]
    for tables, words in (
        (("h",), "finance.ap_invoices has several files"),
        (("tails=h",), "has no file 'tails'"),
        (("headers=h", "headers=l"), "two tables for headers"),
        (("headers=",), "a table has no name"),
        (("headers=h", "lines=nothing"), "the database has no such table"),
    ):
        named = [word for name in tables for word in ("--table", name)]
        assert harness("check", *source, *named) == 2, tables
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to check"),
        (("x.zip", "--source", "sqlite://", "--table", "t", *GL), "files and tables at once"),
        (("x.zip", "--table", "t", *GL), "files and tables at once"),
        (("--source", "sqlite://", *GL), "no table is named"),
        (("--table", "t", *GL), "no database is named for the table"),
        (("--source", "sqlite://", "--table", "t"), "a table does not tell its contract"),
        (("--source", "sqlite://", "--table", "t", "-c", "finance.nothing"), "finance.nothing"),
        (("--source", "sqlite://", "--table", "t", *GL), "the database has no such table"),
        (("--source", "sqlite:///none.db", "--table", "t", *GL), "the database refuses"),
        (("--source", "nodriver://me:open-sesame@host/x", "--table", "t", *GL), "no URL of a database"),
        (("--source", "postgresql+psycopg://me:open-sesame@127.0.0.1:1/x", "--table", "t", *GL), "database refuses"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_ends_with_2_in_words(
    harness: Call, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert harness("check", *arguments) == 2
    message = capsys.readouterr().err
    assert words in message
    assert "do:" in message
    assert "open-sesame" not in message
    assert "Traceback" not in message


def test_what_a_person_types_is_never_part_of_a_statement(
    harness: Call, staged: Callable[[Records], str], journals: Records
) -> None:
    url, said = staged(journals), list[str]()

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", hear)
    try:
        assert harness("check", "--source", url, "--table", 'stg_gl"; DROP TABLE stg_gl; --', *GL) == 2
        assert harness("check", "--source", url, "--table", "Stg_GL", *GL) == 0
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", hear)
    assert any('FROM "stg_gl"' in statement for statement in said)
    assert [statement for statement in said if "DROP" in statement and '""; DROP' not in statement] == []


def test_the_page_shows_what_is_printed(
    harness: Call,
    staged: Callable[[Records], str],
    journals: Records,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "staging-tables.md").read_text(encoding="utf-8")
    command, *shown = page.partition("```console\n$ harness ")[2].partition("```")[0].splitlines()
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    monkeypatch.setenv("STAGING_URL", staged(journals))
    assert harness(*command.split()) == 1
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert [line for line in shown if line not in (*printed, "...")] == []
