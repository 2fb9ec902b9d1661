"""Opening the store: what is made, what is refused, and how the refusal reads."""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext
from pathlib import Path
from typing import cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from raid_runs import failing, profile, run, submission
from sqlalchemy import func, select, text

from raid_log import Store, StoreError, open_store
from raid_log.database import MIGRATIONS, revisions, write_ahead
from raid_log.tables import Base, Run, SubmissionRow


def count(store: Store, table: type[Base]) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_missing_file_is_made_with_write_ahead_log_and_foreign_keys(store: Store) -> None:
    with store.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_the_upgraded_schema_is_the_schema_of_the_tables(store: Store) -> None:
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_every_script_is_named_by_its_revision_in_order() -> None:
    known = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert revisions() == known[::-1]


def test_a_store_is_opened_again_with_what_it_holds(url: str) -> None:
    with open_store(url) as store:
        store.record(run("r1", submission()), profile())
    with open_store(url) as store:
        assert count(store, Run) == 1


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(url: str) -> None:
    with open_store(url) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version \(revision 9999\)") as error:
        open_store(url)
    assert "install the newest harness" in error.value.todo
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    connection.close()


def test_a_locked_store_records_nothing_and_says_that_it_is_locked(url: str) -> None:
    with open_store(url, wait_seconds=0.05) as store:
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program") as error:
            store.record(run("r1", submission()), profile())
        other.execute("ROLLBACK")
        other.close()
        assert error.value.where == url
        assert count(store, Run) == 0


class Switch:
    """A cursor whose first statements are refused, as SQLite does while another process makes the same switch."""

    def __init__(self, refusals: int, words: str = "database is locked") -> None:
        self.refusals, self.words, self.tries = refusals, words, 0

    def execute(self, _statement: str) -> None:
        self.tries += 1
        if self.tries <= self.refusals:
            raise sqlite3.OperationalError(self.words)


@pytest.mark.parametrize(
    ("switch", "tries"), [(Switch(0), 1), (Switch(3), 4), (Switch(1, "attempt to write a readonly database"), 1)]
)
def test_two_that_make_a_store_at_once_wait_for_each_other(switch: Switch, tries: int) -> None:
    with nullcontext() if "locked" in switch.words else pytest.raises(sqlite3.OperationalError):
        write_ahead(cast("sqlite3.Cursor", switch), 5)
    assert switch.tries == tries


def test_a_file_that_stays_held_is_told_after_the_wait(url: str) -> None:
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked by another program"):
        open_store(url, wait_seconds=0.05)
    other.close()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_bytes(b"id,name\n" * 500)
    with pytest.raises(StoreError, match="not a store"):
        open_store(f"sqlite:///{file}")
    assert file.read_bytes() == b"id,name\n" * 500


def test_a_store_in_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened or made") as error:
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")
    assert "make the folder" in str(error.value)


def test_a_store_that_may_not_be_written_records_nothing(url: str) -> None:
    open_store(url).close()
    path = url.removeprefix("sqlite:///")
    with (
        open_store(f"sqlite:///file:{path}?mode=ro&uri=true") as store,
        pytest.raises(StoreError, match="not writable"),
    ):
        store.record(run("r1", submission()), profile())


@pytest.mark.parametrize("wrong", ["", "no url", "nosuchdb://host/name", "sqlite+nosuchdriver:///x"])
def test_a_url_that_names_no_database_is_refused(wrong: str) -> None:
    with pytest.raises(StoreError, match="no database can be named so") as error:
        open_store(wrong)
    assert "sqlite:///path/store.db" in error.value.todo


def test_a_password_never_stands_in_an_error() -> None:
    with pytest.raises(StoreError) as error:
        open_store("postgresql+psycopg://user:hunter2@127.0.0.1:1/none?connect_timeout=1")
    assert "hunter2" not in str(error.value)
    assert "user:***@127.0.0.1" in str(error.value)


def test_a_run_that_fails_half_way_leaves_nothing(store: Store) -> None:
    twice = submission(["a"])
    broken = run("r1", failing(), twice)
    same_id = [broken.submissions[0], broken.submissions[0]]
    with pytest.raises(StoreError, match="the database refuses"):
        store.record(type(broken)(**{**broken.__dict__, "submissions": same_id}), profile())
    assert count(store, Run) == count(store, SubmissionRow) == 0
    assert store.record(broken, profile()).opened == ("RAID-0001",)
